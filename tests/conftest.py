"""A real store for every test that asks for one: a SQLite file in a folder of its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from kpis.settings import ROOT
from kpis.store.store import Store, open_engine
from loaders.catalogue import load_folder
from tests.small_government import settle

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")

# How long one example takes is the machine's affair: hypothesis's 200 ms fail a right answer when others use the processors.
settings.register_profile("mieruka", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mieruka")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty, migrated store."""
    made = Store(f"sqlite:///{tmp_path / 'test.db'}")
    made.migrate()
    return made


@pytest.fixture(scope="module")
def tokyo(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with the shipped catalogue and official figures; read only, shared by a module."""
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('tokyo') / 'tokyo.db'}")
    made.migrate()
    reports = load_folder(made, ROOT / "data" / "catalogue", official=ROOT / "data" / "official")
    assert not [p for r in reports for p in r.problems]
    return made


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")),
    ]
)
def reporting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The small government with its people, in each kind of database."""
    if request.param == "sqlite":
        yield settle(Store(f"sqlite:///{tmp_path / 'reporting.db'}"), tmp_path / "data")
        return
    schema = f"t{uuid.uuid4().hex}"
    admin = open_engine(POSTGRES)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    made = Store(f"{POSTGRES}?options={quote(f'-csearch_path={schema}')}")
    try:
        yield settle(made, tmp_path / "data")
    finally:
        made.engine.dispose()
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()
