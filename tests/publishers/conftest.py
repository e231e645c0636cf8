"""Instances that publish."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpis.store import Store
from tests.publishers.house import House, built


@pytest.fixture
def house(tokyo: Store, tmp_path: Path) -> House:
    """An instance of its own, with nothing published."""
    return built(tokyo, tmp_path)


@pytest.fixture(scope="module")
def published(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> House:
    """An instance with two editions, the second with a correction; read only, shared by a module."""
    made = built(tokyo, tmp_path_factory.mktemp("published"))
    made.publish("最初の公表")
    made.correct("paper_reduction_rate", "FY2022", value="71.0")
    made.publish("用紙の削減率を訂正")
    return made
