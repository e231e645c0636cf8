"""A real store for every test that asks for one: a SQLite file in a folder of its own."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Playwright, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from kpis.settings import settings as known
from kpis.store.store import Store
from publishers.editions.keys import make_private
from tests.begun import CHOSEN
from tests.in_memory import in_memory
from tests.publishers.house import House, kept, published_first
from tests.publishers.public_server import public_server
from tests.shared import begin_run, copied, empty, end_run, forget, made_once, postgresql, shared_folder, shipped
from tests.small_government import begin, settle

# Keep compiled modules even if the machine disables them, as make does: every process of the tests loads them.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
gc.disable()  # until all is collected: what is imported stays, and the collector would walk it a hundred times (a fifth of collecting)
in_memory()  # before anything asks where temporary files go; the processes that tests start take it from the environment
CHOSEN.forks = True

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")

# How long one example takes is the machine's affair: hypothesis's 200 ms fail a right answer when others use the processors.
settings.register_profile("mieruka", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mieruka")


SERVED = "tests/web/"
# What a test costs is what it asks for, dearest first; a module that makes something dearer by itself says so in its pytestmark.
COSTS = {
    "browser": {"chromium"},
    "server": {"published_port", "server", "small_server", "new_server", "new_small_server"},
    "edition": {"published", "house", "odd_site"},
    "store": {"store", "tokyo", "reporting"},
    "unit": set(),
}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with what it costs (``make check`` runs the cheap ones), those on PostgreSQL as asking a server; and put the files of the dearest first.

    A worker takes file after file: with the short ones at the end, all workers end together.
    """
    dearest: dict[Path, int] = {}
    for item in items:
        if not any(item.get_closest_marker(cost) for cost in COSTS):
            asked = set(getattr(item, "fixturenames", ()))
            item.add_marker(next(cost for cost, fixtures in COSTS.items() if fixtures & asked or not fixtures))
        if "postgresql" in getattr(getattr(item, "callspec", None), "params", {}).values():
            item.add_marker("server")
        cost = next(rank for rank, name in enumerate(COSTS) if item.get_closest_marker(name))
        dearest[item.path] = min(cost, dearest.get(item.path, cost))
    items.sort(key=lambda item: dearest[item.path])


def pytest_collection_finish() -> None:
    gc.collect()  # what is garbage by now is not to be kept
    gc.freeze()  # the modules and the tests themselves: no collection looks at them again
    gc.set_threshold(20_000, 20, 20)  # fewer walks over what tests share: a process lives for minutes, and memory is not short
    gc.enable()


class ByPlace(LoadFileScheduling):
    """Give a process file after file; those of a folder that serves instances for all its files go to one, which serves them once.

    Whoever drives a browser waits for it now and then. Of three processes the last takes the cheapest files meanwhile, from the end, which
    begin no browser and no server of their own: what is left at the end costs some, and is begun early enough.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid[: len(SERVED)] if nodeid.startswith(SERVED) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self._fills_gaps(node):
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)

    def _fills_gaps(self, node: WorkerController) -> bool:
        return self.numnodes == 3 and node.gateway.id == "gw2"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPlace:
    return ByPlace(config, log)


@pytest.fixture(scope="session", autouse=True)
def nothing_shared_is_left() -> Iterator[None]:
    """Remove what the tests of this process shared, when they are over; editions are signed with the key of the run until then."""
    key = shared_folder() / "signing.key"
    of_the_run = made_once("signing key", lambda folder: make_private(folder / key.name)) / key.name
    shutil.copy(of_the_run, key)
    os.environ["SIGNING_KEY_FILE"] = str(key)
    known.cache_clear()
    yield
    is_kept = key.read_bytes() == of_the_run.read_bytes() and [*key.parent.glob(f"*{key.name}*")] == [key]
    assert is_kept, (
        "a test replaced the key of the run: one that rotates keys has its own, or the editions of others cannot be signed"
    )
    forget()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty, migrated store."""
    return copied(empty(), tmp_path / "test.db")


@pytest.fixture(scope="session")
def tokyo() -> Store:
    """A store with the shipped catalogue and official figures; read only, shared by every test of a process."""
    return Store(f"sqlite:///{shipped()}")


@pytest.fixture(scope="session")
def published(tokyo: Store) -> House:
    """An instance with two editions, the second with a correction; read only, shared by every test of a process."""

    def make(folder: Path) -> None:
        made = published_first(tokyo, folder)
        made.correct("paper_reduction_rate", "FY2022", value="71.0")
        made.publish("用紙の削減率を訂正")
        made.keep()

    return kept(made_once("published", make), shared_folder())


@pytest.fixture(scope="session")
def published_port(published: House) -> Iterator[int]:
    """The port of a public instance that serves these two editions."""
    with public_server(published.folder) as port:
        yield port


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; a process can have one, whose loop goes on until the end (``tests.loops``)."""
    with sync_playwright() as started:
        yield started


ENGINES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")),
]


@pytest.fixture(params=ENGINES)
def reporting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The small government with its people, in each kind of database."""
    if request.param == "sqlite":
        yield settle(Store(f"sqlite:///{tmp_path / 'reporting.db'}"), tmp_path / "data")
        return
    with postgresql(POSTGRES, "small government", begin) as made:
        yield made


@pytest.fixture(params=ENGINES)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without tables, in each kind."""
    if request.param == "sqlite":
        (tmp_path / "bare.db").touch()  # a missing one is made by those commands alone that begin an instance
        yield Store(f"sqlite:///{tmp_path / 'bare.db'}")
        return
    with postgresql(POSTGRES, "bare", lambda store: None) as made:
        yield made
