"""A command whose outputs nobody reads, that are not there, or that have no room: it ends as it would have, with the code of its own end."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from kpis.settings import ROOT
from kpis.store.unavailable import EXIT_CODES
from tests.begun import Output, begin
from tests.command import WAIT
from tests.test_machine import url

pytestmark = [pytest.mark.edition, pytest.mark.skipif(sys.platform == "win32", reason="シェルが要ります / a shell is needed")]
# As a shell begins it, and as the tests are begun (-u): Python keeps what it writes until there is enough, or not.
BUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


def around(tmp_path: Path, unbuffered: str) -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": unbuffered, "MIERUKA_MODE": "local", "DATABASE_URL": url(tmp_path / "own.db")}


def begun_by_shell(line: str, unbuffered: str, tmp_path: Path) -> tuple[int, str]:
    """Return the exit code of a command begun by a shell, and what stood in its standard error, if that was kept; ``manage`` is ``manage.py``."""
    done = subprocess.run(
        ["bash", "-c", f"""{line.replace("manage", '"$0" manage.py')}; exit ${{PIPESTATUS[0]}}""", sys.executable],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, env=around(tmp_path, unbuffered),
    )  # fmt: skip
    return _without_trace(done.returncode, done.stderr)


def ended(words: str, unbuffered: str, tmp_path: Path, *, out: Output, err: Output = None) -> tuple[int, str]:
    """Return the exit code of a command with these outputs, and what stood in its standard error, if no other was given.

    It is forked: the shell and the interpreter's own start, which take most of the time of one begun by a shell, are asked with ``init``.
    """
    with (tmp_path / "said.txt").open("w+", encoding="utf-8") as said:
        code = begin(("manage.py", *words.split()), env=around(tmp_path, unbuffered), out=out, err=err or said).wait(WAIT)
        said.seek(0)
        return _without_trace(code, said.read())


def _without_trace(code: int, said: str) -> tuple[int, str]:
    assert "Traceback" not in said and "Exception ignored" not in said
    return code, said


@pytest.fixture
def unread() -> Iterator[IO[bytes]]:
    """What is written to and read by nobody any more."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as left:
        yield left


@pytest.fixture
def full() -> Iterator[IO[bytes]]:
    """What has no room."""
    with Path("/dev/full").open("wb", buffering=0) as place:
        yield place


@BUFFERED
def test_whoever_stops_reading_what_a_shell_began_does_not_change_how_it_ends(unbuffered: str, tmp_path: Path) -> None:
    """``publish | head -1`` ended with 1 without a word, which is what an edition that differs ends with."""
    assert begun_by_shell("manage init 2>&1 | true", unbuffered, tmp_path)[0] == 0
    assert (tmp_path / "own.db").exists(), "what it was to do is done"


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
def test_whoever_stops_reading_does_not_change_how_a_command_ends(
    words: str, code: int, unbuffered: str, tmp_path: Path, unread: IO[bytes]
) -> None:
    assert ended(words, unbuffered, tmp_path, out=unread, err=unread)[0] == code
    assert (tmp_path / "own.db").exists() == (words == "init"), "what it was to do is done"


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-", "<&-"])
def test_a_command_needs_no_output(closed: str, tmp_path: Path) -> None:
    assert begun_by_shell(f"manage init {closed}", "", tmp_path)[0] == 0
    assert (tmp_path / "own.db").read_bytes()[:6] == b"SQLite"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/fullがありません / no /dev/full")
@BUFFERED
def test_an_output_without_room(unbuffered: str, tmp_path: Path, full: IO[bytes]) -> None:
    """The key was rotated, the people were added, and it said that nothing was stored; the next who read that did it again."""
    code, said = ended("doctor --json", unbuffered, tmp_path, out=full)
    assert code == 1 and "exit code, 1" in said, "its own, where that says more: there is no database yet"
    lost = EXIT_CODES["output_lost"]
    begun = begun_by_shell("manage init >/dev/full", unbuffered, tmp_path)
    more = [
        ended(words, unbuffered, tmp_path, out=full)
        for words in ("user add sato@example.org --role reform_office", "untranslated xx")
    ]
    for code, said in (begun, *more):
        assert code == lost and "what it was to do is done" in said and "Nothing was stored" not in said, said
        assert "行うことは行いました" in said and said.count("The output could not") == 1
    assert ended("user add sato@example.org --role reform_office", unbuffered, tmp_path, out=full, err=full)[0] == lost
    with closing(sqlite3.connect(tmp_path / "own.db")) as made:
        assert made.execute("SELECT email FROM user_account").fetchall() == [("sato@example.org",)], "what it was to do is done"
    with (tmp_path / "told.txt").open("w") as told:
        code = ended("check no-such-file.csv", unbuffered, tmp_path, out=told, err=full)[0]
    assert code == 2, "its own, not that of the log"


@BUFFERED
def test_an_output_whose_room_ends_after_some_lines(unbuffered: str, tmp_path: Path) -> None:
    there = tmp_path / "listed.po"
    code, said = begun_by_shell(f"ulimit -f 16; manage untranslated xx >{there}", unbuffered, tmp_path)
    assert code == EXIT_CODES["output_lost"] and "what it was to do is done" in said and there.stat().st_size == 16_384
