"""The numbers for Prometheus where the database is not there: said in words, once, however often they are asked for."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from api.numbers import Instance
from kpis.settings import settings
from tests.shared import copied, empty


def up(instance: Instance) -> float:
    """Return whether the database answered, as a scrape says it."""
    (said,) = (metric for metric in instance.collect() if metric.name == "mieruka_database_up")
    return float(said.samples[0].value)


def test_a_database_that_is_gone_is_said_once_and_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    """It was a traceback at every scrape, for a state that is meant while a backup is put back."""
    file = tmp_path / "own.db"
    store = copied(empty(), file)
    monkeypatch.setenv("DATABASE_URL", store.url)
    settings.cache_clear()
    request.addfinalizer(settings.cache_clear)
    instance = Instance()
    with caplog.at_level(logging.WARNING, logger="mieruka"):
        assert up(instance) == 1.0 and caplog.records == []
        aside = file.rename(tmp_path / "aside.db")
        for _ in range(3):
            assert up(instance) == 0.0
        (line,) = caplog.records
        assert line.exc_info in (None, False) and "cannot be opened" in str(line.msg), line.msg
        aside.rename(file)
        assert up(instance) == 1.0
        file.rename(aside)
        assert up(instance) == 0.0 and len(caplog.records) == 2, "another time it is said again"
