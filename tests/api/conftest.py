"""One instance of each mode, on figures that are read in a moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import publication
from tests.api.served import Instance, serving
from tests.small_government import settle, write_small_government


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("local")
    catalogue, official = write_small_government(folder / "data")
    url = f"sqlite:///{folder / 'served.db'}"
    with serving(folder, CATALOGUE_DIR=str(catalogue), OFFICIAL_DIR=str(official), DATABASE_URL=url, MIERUKA_MODE="local") as made:
        yield made


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("public")
    store = settle(Store(f"sqlite:///{folder / 'working.db'}"), folder / "data")
    chosen = Settings(EDITIONS_DIR=folder / "editions", PUBLIC_URL="https://kpi.example.jp")  # type: ignore[call-arg]
    publication.publish(store, note="一", now=utc_now(), chosen=chosen)
    with serving(folder, "--public", PUBLIC_URL="https://kpi.example.jp") as made:
        yield made
