"""An instance that publishes: a copy of the shipped figures, a folder for editions, and small changes to figures."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from kpis.settings import ROOT, Settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.load import load_file
from publishers.editions import publication
from publishers.editions.on_disk import Edition
from tests.shared import made_once, settled
from tests.small_government import settle

AT = "at.txt"  # the day of a house that is kept
OFFICIAL = ROOT / "data" / "official"


@dataclass
class House:
    """A working store and its editions; ``official`` holds the lists that were loaded into it."""

    store: Store
    folder: Path
    at: datetime
    official: Path = OFFICIAL

    @property
    def chosen(self) -> Settings:
        """Return settings with this folder of editions."""
        return Settings(EDITIONS_DIR=self.folder, PUBLIC_URL="https://reform.example.jp")  # type: ignore[call-arg]

    def publish(self, note: str = "試験の公表", *, figures: str | None = None) -> Edition:
        """Publish the next edition, a day after the one before."""
        self.at += timedelta(days=1)
        return publication.publish(self.store, note=note, now=self.at, figures=figures, chosen=self.chosen)

    def preview(self) -> publication.Preview:
        """Look at the next edition."""
        return publication.preview(self.store, now=self.at, folder=self.folder)

    def correct(self, code: str, period: str, **overrides: str) -> None:
        """Load a new vintage of one observation of the lists."""
        rows = csv.DictReader((self.official / "observations.csv").read_text(encoding="utf-8").splitlines())
        row = next(r for r in rows if r["indicator_code"] == code and r["period_code"] == period)
        row.update({"reason_class": "error", "reason_text": "転記の誤り", **overrides})
        self.load("observations.csv", [row])

    def load(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Load rows as a file of a kind."""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        report = load_file(self.store, out.getvalue().encode(), name=f"correction of {name}", kind=name)
        assert not report.problems, report.problems

    def keep(self) -> None:
        """Close it, so that its folder may be copied."""
        settled(self.store)
        (self.folder.parent / AT).write_text(self.at.isoformat(), encoding="ascii")

    def add(self, model: Any, **values: Any) -> None:
        """Put a row straight into a table, as another part of the product would; the rest is of an existing row."""
        table = model.__table__
        with self.store.writing() as session:
            like = session.execute(select(table).limit(1)).first()
            row = {**({k: v for k, v in like._mapping.items() if k != "id"} if like else {}), **values}
            session.execute(insert(table).values(**row))


def small(folder: Path, *, calendar: list[dict[str, str]] | None = None) -> House:
    """Return a house with the figures of the small government: an edition of it takes a fifth of the work."""
    store = settle(Store(f"sqlite:///{folder / 'small.db'}"), folder / "data", calendar=calendar)
    return House(store, folder / "editions", utc_now(), folder / "data" / "official")


def built(tokyo: Store, folder: Path) -> House:
    """Return a house with a copy of the shipped figures."""
    tokyo.engine.dispose()
    shutil.copy(tokyo.url.removeprefix("sqlite:///"), folder / "working.db")
    return House(Store(f"sqlite:///{folder / 'working.db'}"), folder / "editions", utc_now())


def kept(place: Path, folder: Path) -> House:
    """Return a copy, in a folder, of a house that was built in another and kept."""
    shutil.copy(place / "working.db", folder / "working.db")
    shutil.copytree(place / "editions", folder / "editions", symlinks=True)
    at = datetime.fromisoformat((place / AT).read_text(encoding="ascii"))
    return House(Store(f"sqlite:///{folder / 'working.db'}"), folder / "editions", at)


def published_first(tokyo: Store, folder: Path) -> House:
    """Return a house of its own that has published the shipped figures: its first edition is made once in a run."""

    def make(place: Path) -> None:
        made = built(tokyo, place)
        made.publish("最初の公表")
        made.keep()

    return kept(made_once("published first", make), folder)


def reported(house: House) -> None:
    """Let some bureaus have reported, so that there is something to say of bureaus."""
    for number, code in enumerate(("GENERAL", "FINANCE", "DIGITAL", "WELFARE_HEALTH"), start=1):
        house.add(
            tables.Observation, indicator_code="electronic_decision_rate", bureau_code=code, period_code="FY2022-Q2", vintage=1, value=None,
            numerator=50.0 * number, denominator=210.0, base_value=None, text_ja="", is_sample=False, reason_class=None,
        )  # fmt: skip
