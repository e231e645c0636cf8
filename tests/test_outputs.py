"""A command whose outputs nobody reads, that are not there, or that have no room: it ends as it would have, with the code of its own end."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kpis.settings import ROOT
from kpis.store.unavailable import EXIT_CODES
from tests.test_machine import url

pytestmark = [pytest.mark.edition, pytest.mark.skipif(sys.platform == "win32", reason="シェルが要ります / a shell is needed")]
# As a shell begins it, and as the tests are begun (-u): Python keeps what it writes until there is enough, or not.
BUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


def ended(words: str, around: str, unbuffered: str, tmp_path: Path) -> tuple[int, str]:
    """Return the exit code of a command begun by a shell, and what stood in its standard error, if that was kept.

    Args:
        words: the command.
        around: how the shell begins it: ``{}`` is the command.
    """
    line = around.format(f'"$0" manage.py {words}')
    done = subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}", sys.executable], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered, "MIERUKA_MODE": "local", "DATABASE_URL": url(tmp_path / "own.db")},
    )  # fmt: skip
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@BUFFERED
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("init", 0),
        ("doctor --json", 1),  # there is no database yet
        ("untranslated xx", 0),
        ("publish --help", 0),
        ("check no-such-file.csv", 2),
    ],
)
def test_whoever_stops_reading_does_not_change_how_a_command_ends(words: str, code: int, unbuffered: str, tmp_path: Path) -> None:
    """``publish | head -1`` ended with 1 without a word, which is what an edition that differs ends with."""
    assert ended(words, "{} 2>&1 | true", unbuffered, tmp_path)[0] == code
    assert (tmp_path / "own.db").exists() == (words == "init"), "what it was to do is done"


@pytest.mark.parametrize("around", ["{} 2>&-", "{} >&-", "{} >&- 2>&-", "{} <&-"])
def test_a_command_needs_no_output(around: str, tmp_path: Path) -> None:
    assert ended("init", around, "", tmp_path)[0] == 0
    assert (tmp_path / "own.db").read_bytes()[:6] == b"SQLite"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/fullがありません / no /dev/full")
@BUFFERED
def test_an_output_without_room(unbuffered: str, tmp_path: Path) -> None:
    """The key was rotated, the people were added, and it said that nothing was stored; the next who read that did it again."""
    code, said = ended("doctor --json", "{} >/dev/full", unbuffered, tmp_path)
    assert code == 1 and "exit code, 1" in said, "its own, where that says more: there is no database yet"
    lost = EXIT_CODES["output_lost"]
    for words in ("init", "user add sato@example.org --role reform_office", "untranslated xx"):
        code, said = ended(words, "{} >/dev/full", unbuffered, tmp_path)
        assert code == lost and "what it was to do is done" in said and "Nothing was stored" not in said, said
        assert "行うことは行いました" in said and said.count("The output could not") == 1
    assert ended("user add sato@example.org --role reform_office", "{} >/dev/full 2>&1", unbuffered, tmp_path)[0] == lost
    with closing(sqlite3.connect(tmp_path / "own.db")) as made:
        assert made.execute("SELECT email FROM user_account").fetchall() == [("sato@example.org",)], "what it was to do is done"
    assert ended("check no-such-file.csv", "{} 2>/dev/full", unbuffered, tmp_path)[0] == 2, "its own, not that of the log"


@BUFFERED
def test_an_output_whose_room_ends_after_some_lines(unbuffered: str, tmp_path: Path) -> None:
    there = tmp_path / "listed.po"
    code, said = ended("untranslated xx", f"ulimit -f 16; {{}} >{there}", unbuffered, tmp_path)
    assert code == EXIT_CODES["output_lost"] and "what it was to do is done" in said and there.stat().st_size == 16_384
