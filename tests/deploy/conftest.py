"""An installation as the operator's page describes it: nginx, two office processes on one database, two of the public, one editions folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from api.doors import VOICES
from kpis.settings import ROOT, Settings
from kpis.store.store import Store, utc_now
from publishers.editions import publication
from tests.conftest import POSTGRES
from tests.deploy.front import NGINX, OFFICE, PUBLIC, Behind, Front, nginx
from tests.oidc import free_port, providing
from tests.shared import postgresql
from tests.small_government import ALWAYS_OPEN, begin, settle, write_small_government
from tests.web.conftest import USERS
from tests.web.served import Instance, serving
from tests.web.visitor import Visitor

SECOND = {"email": "second@reform.example.jp", "email_verified": True}


@dataclass
class Installation:
    """Everything that runs, and how one process of it is ended and begun."""

    store: Store
    editions: Path
    front: Front
    folder: Path
    environments: dict[int, dict[str, str]]
    chosen: Settings
    running: dict[int, tuple[ExitStack, Instance]] = field(default_factory=dict)

    def begin(self, port: int, root: Path = ROOT) -> Instance:
        """Begin a process, of another version where ``root`` says so, and wait until it answers."""
        place = self.folder / str(port)
        place.mkdir(exist_ok=True)
        held = ExitStack()
        words = ("--public",) if self.environments[port]["MIERUKA_MODE"] == "public" else ()
        made = held.enter_context(serving(place, *words, port=port, root=root, **self.environments[port]))
        self.running[port] = held, made
        return made

    def kill(self, port: int) -> None:
        """End a process as a power cut does."""
        held, made = self.running.pop(port)
        assert made.process is not None
        made.process.kill()
        made.process.wait(timeout=60)
        held.close()

    def stop(self, port: int) -> None:
        """End a process as an operator does."""
        self.running.pop(port)[0].close()

    def end(self) -> None:
        """End every process."""
        for held, _ in self.running.values():
            held.close()

    def visitor(self, subject: str = "") -> Visitor:
        """Return somebody at the office's address, signed in where a user is named."""
        visitor = Visitor(self.front.office)
        return visitor.sign_in(subject) if subject else visitor

    def offices(self) -> tuple[int, int]:
        """Return the ports of the two office processes."""
        first, second, *_ = self.environments
        return first, second

    def place_of(self, visitor: Visitor) -> int:
        """Return the port of the process that a visitor's cookie names."""
        return dict(zip(("one", "two"), self.offices(), strict=True))[visitor.cookies["mieruka_place"]]

    def publish(self, note: str) -> None:
        """Publish the next edition."""
        publication.publish(self.store, note=note, now=utc_now(), chosen=self.chosen)


@contextmanager
def _database(folder: Path) -> Iterator[Store]:
    if not POSTGRES:  # two processes on one file of SQLite, then
        yield settle(Store(f"sqlite:///{folder / 'served.db'}"), folder / "data", calendar=ALWAYS_OPEN)
        return
    write_small_government(folder / "data", calendar=ALWAYS_OPEN)
    with postgresql(POSTGRES, "small government that reports", partial(begin, calendar=ALWAYS_OPEN)) as store:
        yield store


@contextmanager
def installed(folder: Path, *, public: int = 1) -> Iterator[Installation]:
    """Run an installation while the block runs.

    Args:
        folder: for everything.
        public: how many processes of the public instance run.
    """
    ports = [free_port() for _ in range(6)]
    https, http, *both = ports
    editions, offices, publics = folder / "editions", (both[0], both[1]), (both[2], both[3])
    address, seen = f"https://{PUBLIC}:{https}", f"https://{OFFICE}:{https}"
    with ExitStack() as held:
        store = held.enter_context(_database(folder))
        heard = {"VOICES_URL": f"sqlite:///{folder / 'voices.db'}", "VOICES_ADDRESS": VOICES}
        chosen = Settings(EDITIONS_DIR=editions, PUBLIC_URL=address, **heard)
        publication.publish(store, note="一", now=utc_now(), chosen=chosen)
        provider = held.enter_context(providing(folder, {**USERS, "second": SECOND}, app=seen))
        office = {
            "CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official"),
            "DATABASE_URL": store.url, "EDITIONS_DIR": str(editions), "TRUSTED_PROXIES": "127.0.0.1", "EDITIONS_URL": address, **provider.settings(seen),
            **heard,
        }  # fmt: skip
        shown = {
            "MIERUKA_MODE": "public", "EDITIONS_DIR": str(editions), "PUBLIC_URL": address, "BASE_PATH": "/app", "TRUSTED_PROXIES": "127.0.0.1",
            "DATABASE_URL": "", "VOICES_URL": heard["VOICES_URL"],
        }  # fmt: skip
        front = held.enter_context(nginx(folder / "nginx", editions=editions, ports=(https, http), office=offices, public=publics))
        environments = {**dict.fromkeys(offices, office), **dict.fromkeys(publics, shown)}
        made = Installation(store, editions, front, folder, environments, chosen)
        held.callback(made.end)
        for port in (*offices, *publics[:public]):
            made.begin(port)
        yield made


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with one public process, shared by the tests of this folder, which begin again what they end."""
    if NGINX is None:
        pytest.skip("nginxがありません / no nginx on this machine: apt-get install nginx-light")
    with installed(tmp_path_factory.mktemp("installation")) as made:
        yield made


__all__ = ["Behind", "Installation", "installation", "installed"]
