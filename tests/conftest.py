"""A real store for every test that asks for one: a SQLite file in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kpis.settings import ROOT
from kpis.store import Store
from loaders.catalogue import load_folder

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
