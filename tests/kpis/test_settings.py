"""Settings are refused before anything is served."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kpis.settings import Settings


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"MIERUKA_MODE": "local", "ADDRESS": "0.0.0.0"}, "0.0.0.0"),
        ({"MIERUKA_MODE": "office"}, "MIERUKA_MODE=office"),
        ({"MIERUKA_MODE": "public", "EDITIONS_DIR": "/nowhere"}, "EDITIONS_DIR"),
        ({"PUBLIC_URL": "example.org"}, "PUBLIC_URL"),
        ({"LICENCE_URL": "CC BY"}, "LICENCE_URL"),
        ({"MIERUKA_MODE": "open"}, "MIERUKA_MODE"),
        ({"CATALOGUE_DIR": "/nowhere"}, "CATALOGUE_DIR"),
        ({"PORT": "70000"}, "PORT"),
    ],
)
def test_unsafe_or_contradictory_settings_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=named):
        Settings()


def test_a_local_instance_on_this_machine_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADDRESS", "127.0.0.1")
    monkeypatch.setenv("CATALOGUE_DIR", str(tmp_path))
    assert Settings().mode == "local"
