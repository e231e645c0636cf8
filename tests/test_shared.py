"""What a run of the tests shares is made once, by whichever process needs it first, and never half."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.begun import forked
from tests.command import WAIT
from tests.shared import RUN, made_once


def _ask(run: str, told: Path) -> None:
    with pytest.MonkeyPatch.context() as around:
        around.setenv(RUN, run)
        made_once("a thing", lambda folder: _make(folder, told))


def _make(folder: Path, told: Path) -> None:
    with told.open("a") as log:
        log.write("made\n")
    (folder / "whole").touch()


def test_two_processes_that_need_a_thing_at_once_make_it_once(tmp_path: Path) -> None:
    running = [forked(_ask, str(tmp_path / "run"), tmp_path / "told") for _ in range(2)]
    for process in running:
        process.join(WAIT)
        assert process.exitcode == 0
    assert (tmp_path / "told").read_text() == "made\n"


def test_what_was_not_made_to_the_end_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN, str(tmp_path / "run"))

    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise NotADirectoryError

    with pytest.raises(NotADirectoryError):
        made_once("a thing", fails)
    place = made_once("a thing", lambda folder: _make(folder, tmp_path / "told"))
    assert [path.name for path in place.iterdir()] == ["whole"]
