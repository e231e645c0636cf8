"""What is looked at: the product served as it is, on the shipped figures, on the sample, and on an edition that it published."""

from __future__ import annotations

import csv
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from kpis.settings import ROOT
from kpis.store.store import utc_now
from publishers.editions import on_disk
from tests.browser.conftest import serving
from tests.browser.test_static_accessibility import Quiet
from tests.command import command
from tests.publishers.house import House, reported
from tests.publishers.public_server import public_server
from tests.shared import copied, shipped
from tests.shots.scenes import CITY_PERIOD, OPEN_PERIOD

DUE = {"opens_on": -16, "due_on": 14, "locks_on": 45}  # days from today
# What the city corrected after its first edition, and after its second: period, numerator, why.
CORRECTED = [
    ("FY2024-Q4", 274, "見本: 数え直した / Sample: counted anew"),
    ("FY2025-Q1", 296, "見本: 公園を数え落としていた / Sample: a park had been left out"),
]
FAST = dict.fromkeys(("RATE_API", "RATE_SEARCH", "RATE_PAGE", "RATE_WORD", "RATE_VOICE"), "100000 per minute")


class Places:
    """A folder for what is served; what is dear to make is made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def served(self, name: str) -> Iterator[str]:
        """Serve a set while the block runs; yield its address."""
        with {"shipped": self.shipped, "sample": self.sample, "public": self.public, "static": self.static, "city": self.city}[
            name
        ]() as address:
            yield address

    @contextmanager
    def shipped(self) -> Iterator[str]:
        """The dashboard on the shipped figures, where voices may be answered."""
        place = self._own("shipped")
        with serving(place, EDITIONS_DIR=str(place / "editions"), VOICES_URL=f"sqlite:///{place / 'voices.db'}", **FAST) as address:
            yield address

    @contextmanager
    def sample(self) -> Iterator[str]:
        """The dashboard on the made-up organisation."""
        place = self._own("sample")
        shutil.copy(self.sample_file(), place / "sample.db")
        with serving(
            place, DATABASE_URL=f"sqlite:///{place / 'sample.db'}", CATALOGUE_DIR=str(self.catalogue()), EDITIONS_DIR=str(place / "editions"),
            VOICES_URL=f"sqlite:///{place / 'voices.db'}", **FAST,
        ) as address:  # fmt: skip
            yield address

    def sample_file(self) -> Path:
        """Return the sample's database, made in a minute; its open period can be reported now."""
        file = Path(os.environ.get("SAMPLE_DB") or self.folder / "made.db")
        if not file.exists():
            words = [sys.executable, "manage.py", "demo", "--no-serve", "--database", str(file)]
            subprocess.run(
                words, cwd=ROOT, check=True, env={**os.environ, "MIERUKA_MODE": "local", "CATALOGUE_DIR": str(self.catalogue())}
            )
        return file

    def catalogue(self, of: Path = ROOT / "data" / "catalogue", period: str = OPEN_PERIOD) -> Path:
        """Return a catalogue in which a period is the last, and due in two weeks."""
        folder = self.folder / f"catalogue-{period}"
        if not folder.exists():
            shutil.copytree(of, folder)
            file, today = folder / "calendar.csv", date.today()
            rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
            rows = rows[: next(n for n, row in enumerate(rows, start=1) if row["period_code"] == period)]
            rows[-1] |= {name: (today + timedelta(days)).isoformat() for name, days in DUE.items()}
            with file.open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return folder

    @contextmanager
    def city(self, name: str = "city") -> Iterator[str]:
        """The dashboard of a made-up city that has published twice, and corrected a figure before and after."""
        place = self._own(name)
        catalogue = self.catalogue(ROOT / "tests" / "city" / "catalogue", CITY_PERIOD)
        environment = {
            "CATALOGUE_DIR": str(catalogue), "OFFICIAL_DIR": str(ROOT / "tests" / "city" / "official"), "EDITIONS_DIR": str(place / "editions"),
            "DATABASE_URL": f"sqlite:///{place / 'city.db'}", "PUBLIC_URL": "https://reform.example.jp", "SIGNING_KEY_FILE": str(place / "key.pem"),
        }  # fmt: skip
        for number, (period, value, why) in enumerate(CORRECTED, start=1):
            file = place / f"{number}" / "observations.csv"
            file.parent.mkdir()
            file.write_text(
                "numerator,denominator,indicator_code,bureau_code,period_code,published_on,source_code,reason_class,reason_text\n"
                f"{value},1000,canopy_rate,CITY,{period},2025-05-20,REPORT,recount,{why}\n",
                encoding="utf-8",
            )
        for words in (
            ["init"], ["load"], ["publish", "--note", "見本: 最初の公表 / Sample: the first edition"], ["load", str(place / "1" / "observations.csv")],
            ["publish", "--note", "見本: 訂正 / Sample: a correction"], ["load", str(place / "2" / "observations.csv")],
        ):  # fmt: skip
            done = command(*words, **environment)
            assert done.returncode == 0, done.stdout + done.stderr
        with serving(place, **environment, **FAST) as address:
            yield address

    @contextmanager
    def public(self) -> Iterator[str]:
        """The public instance on two editions."""
        with public_server(self.editions(), VOICES_URL=f"sqlite:///{self.folder / 'public-voices.db'}", **FAST) as port:
            yield f"http://127.0.0.1:{port}"

    @contextmanager
    def static(self) -> Iterator[str]:
        """The static edition on a plain file server."""
        site = on_disk.opened(self.editions(), 2).folder / "site"
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

    def editions(self) -> Path:
        """Return the folder of two editions, published when they are first asked for."""
        folder = self.folder / "edition" / "editions"
        if not folder.exists():
            house = House(copied(shipped(), self._own("edition") / "working.db"), folder, utc_now())
            reported(house)
            house.publish("最初の公表版")
            house.correct("paper_reduction_rate", "FY2022", value="71.0")
            house.publish("訂正")
        return folder

    def _own(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir(exist_ok=True)
        return place
