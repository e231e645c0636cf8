"""Where temporary files of the tests go."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.in_memory import in_memory


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "")  # so that it is put back as it was
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="tells free memory by /proc/meminfo: Linux only")
@pytest.mark.usefixtures("unset")
def test_a_folder_with_room_is_taken_and_one_without_is_left_alone(tmp_path: Path) -> None:
    assert not in_memory(tmp_path, needed=2**60)
    assert not in_memory(tmp_path / "absent", needed=1)
    assert tempfile.gettempdir() != str(tmp_path)
    assert in_memory(tmp_path, needed=1)
    assert tempfile.gettempdir() == str(tmp_path)


def test_what_the_environment_says_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "asked"))
    assert not in_memory(tmp_path, needed=1)
