"""What a file does to its reader, it does to a child that is ended and named: real processes, really killed."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kpis.languages import both, written
from kpis.settings import ROOT
from kpis.store.unavailable import unavailable
from loaders.files import apart as reading
from loaders.files.apart import Stopped, apart, limits_of, measured
from loaders.files.opened import open_book, open_table
from tests.attack.files import MAX_BYTES
from tests.loaders import hard

pytestmark = pytest.mark.edition

TABLE = b"a,b\n1,2\n"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of a second, so that a test need not wait for those of the product."""
    monkeypatch.setattr(reading, "USUAL", replace(reading.USUAL, seconds=1.5, processor_seconds=1))


def is_named(stopped: Stopped, *words: str) -> bool:
    """Say whether the problem names what happened, in both languages, and what to do."""
    problem = stopped.problem
    assert all(written(message, code) for message in (problem.expected, problem.remedy) for code in ("ja", "en"))
    return all(word in both(problem.found) for word in words)


def goes_on() -> bool:
    """Say whether the next file is read as if nothing had been."""
    return apart(open_table, TABLE, max_bytes=100) == (("", 1, 1, [["a", "b"], ["1", "2"]]), [])


@pytest.mark.usefixtures("short")
def test_work_without_end_is_ended_by_the_processor_time_and_named() -> None:
    read = measured(hard.endless, TABLE, max_bytes=100)
    assert read.stopped is not None and is_named(read.stopped, "秒より長く", "more than 1 seconds") and read.seconds < 20
    assert goes_on()


def pipe(path: Path) -> str:
    """Make a named pipe and return its path."""
    os.mkfifo(path)
    return str(path)


@pytest.mark.usefixtures("short")
def test_waiting_without_end_is_ended_by_the_clock_and_named() -> None:
    with pytest.raises(Stopped) as stopped:
        apart(hard.sleeping, TABLE, max_bytes=100, seconds=600, told=os.devnull)
    assert is_named(stopped.value, "seconds to read") and goes_on()


def test_memory_without_end_is_ended_within_512_mb_and_named() -> None:
    read = measured(hard.greedy, TABLE, max_bytes=100)
    assert read.stopped is not None and is_named(read.stopped, "512 MB") and 300e6 < read.peak_bytes < 512e6
    assert goes_on()


def test_an_answer_too_large_to_hold_is_not_taken() -> None:
    with pytest.raises(Stopped) as stopped:
        apart(hard.talkative, TABLE, max_bytes=100)
    assert is_named(stopped.value, "40,000,000") and goes_on()


@pytest.mark.parametrize("name", ["SIGABRT", "SIGSEGV"])
def test_a_reader_that_crashes_is_named_by_its_signal(name: str) -> None:
    with pytest.raises(Stopped) as stopped:
        apart(hard.crashing, TABLE, max_bytes=100, number=signal.Signals[name])
    assert is_named(stopped.value, name) and goes_on()


def test_a_reader_that_the_system_kills_is_named_as_short_of_memory() -> None:
    with pytest.raises(Stopped) as stopped:
        apart(hard.crashing, TABLE, max_bytes=100, number=signal.SIGKILL)
    assert is_named(stopped.value, "MB of memory") and goes_on()


def test_a_fault_of_the_reader_is_named_without_its_trace() -> None:
    read = measured(hard.faulty, TABLE, max_bytes=100)
    assert read.is_fault and read.stopped is not None and is_named(read.stopped, "KeyError: 'xl/unforeseen.xml'")
    assert "Traceback" not in both(read.stopped.problem.found) and goes_on()


def test_an_answer_of_anything_but_records_is_not_made() -> None:
    marked = Path("/tmp/turned-by-a-reader")
    marked.unlink(missing_ok=True)
    with pytest.raises(Stopped) as stopped:
        apart(hard.turned, TABLE, max_bytes=100)
    assert is_named(stopped.value, "system") and not marked.exists() and goes_on()


def test_a_reader_sees_no_secret_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COOKIE_SECRET", "a secret of the one that asks")
    reading.end()  # so that it is begun anew, with the secret there
    assert "COOKIE_SECRET" not in apart(hard.seen, TABLE, max_bytes=100)
    assert measured(hard.writing, TABLE, max_bytes=100, path=str(tmp_path / "out")).is_fault
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size == 0


def test_a_file_larger_than_any_that_is_accepted_is_not_even_handed_on() -> None:
    with pytest.raises(Stopped) as stopped:
        apart(hard.endless, TABLE, max_bytes=3)
    assert is_named(stopped.value, "8 bytes")


def test_a_list_of_an_operator_may_take_more_in_proportion_and_within_bounds() -> None:
    small, large, largest = limits_of(1_000), limits_of(10_000_000), limits_of(200_000_000)
    assert small == limits_of(1_000_000) == reading.USUAL
    assert (large.seconds, large.processor_seconds, large.memory_bytes) == (400, 80, 1_412_000_000)
    assert (largest.processor_seconds, largest.memory_bytes) == (600, 6_000_000_000)


@pytest.mark.parametrize(
    "why", [OSError(24, "Too many open files"), BlockingIOError(11, "Resource temporarily unavailable"), MemoryError()]
)
def test_a_machine_that_can_begin_no_reader_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch, why: Exception) -> None:
    """To save it again in another program, as was said, would not help; the command ends with 71, and a page says whom to ask."""

    def refused(*_: object, **__: object) -> None:
        raise why

    reading.end()
    with monkeypatch.context() as machine:
        machine.setattr(reading, "_begun", refused)
        with pytest.raises(type(why)) as raised:
            apart(hard.seen, TABLE, max_bytes=100)
    named = unavailable(raised.value)
    assert named is not None and named.exit_code == 71 and goes_on()


def test_where_the_process_that_reads_is_gone_another_is_begun() -> None:
    assert goes_on()
    process = reading._READER.process
    assert process is not None
    process.kill()
    process.wait()
    assert goes_on()


def test_more_files_than_places_wait_for_their_place_and_are_told_when_none_comes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = [Path(pipe(tmp_path / str(n))) for n in range(reading.PLACES)]
    threads = [
        threading.Thread(target=measured, args=(hard.sleeping, TABLE), kwargs={"max_bytes": 100, "seconds": 2, "told": str(path)})
        for path in told
    ]
    for thread in threads:
        thread.start()
    assert all(path.read_text() for path in told)
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.05)
    with pytest.raises(Stopped) as stopped:
        apart(open_table, TABLE, max_bytes=100)
    assert is_named(stopped.value, "Other files are still being read")
    monkeypatch.setattr(reading, "WAIT_SECONDS", 60)
    assert goes_on()
    for thread in threads:
        thread.join()


def is_there(process: int) -> bool:
    """Say whether a process runs; one that has ended and was not waited for does not."""
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False


def test_a_child_ends_with_the_process_it_reads_for(tmp_path: Path) -> None:
    """The one that asked is killed with SIGKILL, so that it can tell nobody; its script comes by standard input."""
    told = Path(pipe(tmp_path / "pid"))
    code = f"""
from loaders.files.apart import apart
from tests.loaders import hard
apart(hard.sleeping, b"x", max_bytes=10, seconds=600, told={str(told)!r})
"""
    asking = subprocess.Popen([sys.executable, "-"], cwd=ROOT, stdin=subprocess.PIPE, text=True)
    assert asking.stdin is not None
    asking.stdin.write(code)
    asking.stdin.close()
    child = int(told.read_text())
    assert is_there(child)
    asking.kill()
    asking.wait()
    until = time.monotonic() + 10  # far less than the 20 seconds after which it would end by itself
    while is_there(child) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_there(child)


def test_a_process_that_was_forked_reads_by_a_reader_of_its_own() -> None:
    assert goes_on()
    child = os.fork()
    if child == 0:
        done = 1
        try:
            done = 0 if goes_on() else 1
        finally:
            reading.end()
            os._exit(done)
    assert os.waitpid(child, 0)[1] == 0 and goes_on()


def test_where_there_is_no_fork_a_process_is_begun_for_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert goes_on()
    with pytest.raises(Stopped) as stopped:
        apart(hard.talkative, TABLE, max_bytes=100)
    assert is_named(stopped.value, "40,000,000")


def test_one_sheet_under_many_names_is_too_many_sheets() -> None:
    """The guard counts the parts of worksheets, and there is one."""
    out, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            listed = (f'<sheet name="s{n}" sheetId="{n}" r:id="rId1" xmlns:r="{space}"/>' for n in range(9, 50_000))
            told = "".join(listed) + "</sheets>"
            new.writestr(name, old.read(name).replace(b"</sheets>", told.encode()))
    for function, arguments in ((open_book, {"most_cells": 600_000}), (open_table, {})):
        read = measured(function, made.getvalue(), max_bytes=MAX_BYTES, **arguments)
        (problem,) = read.answer[-1]
        assert "too many sheets" in both(problem.found) and read.peak_bytes < 200_000_000


def test_an_empty_file_is_read_also_where_the_child_has_answered_before_its_nothing_is_sent() -> None:
    """To send nothing to one who has answered and gone is an error of the socket, which was taken for the death of the child."""
    here, there = socket.socketpair()

    def child() -> None:
        with there:
            there.recv(65536)
            there.sendall(reading.DONE + b"answer")

    one = threading.Thread(target=child)
    one.start()

    class Line(socket.socket):
        def sendall(self, data: Any, flags: int = 0) -> None:
            super().sendall(data, flags)
            one.join()

    with Line(fileno=here.detach()) as line:
        answer = reading._exchanged(line, b"job", b"", most=100, until=time.monotonic() + 60)
    assert answer == reading.DONE + b"answer"


@pytest.mark.parametrize(
    ("cell", "quoted"),
    [
        ("<c r='A1' t='d'><v>2023-01-01T10:00:00+09:00</v></c>", "2023-01-01T10:00:00+09:00"),
        ("<c r='A1' t='d'><v>2023-W05-1</v></c>", "2023-W05-1"),
        (f"<c r='A1' t='e'><v>{'#' * 900_000}</v></c>", "###"),
    ],
)
def test_a_cell_that_excel_does_not_write_is_quoted_in_short_and_no_fault_of_the_program(cell: str, quoted: str) -> None:
    """A time with an offset is of a class that no answer may hold; an error may be as long as a whole part."""
    read = measured(open_table, sheet_of(f"<row r='1'>{cell}</row>"), max_bytes=MAX_BYTES)
    (problem,) = read.answer[-1]
    assert not read.is_fault and problem.cell == "A1" and quoted in problem.found and len(problem.found) < 100
    (sheet,) = apart(
        open_book, sheet_of("<row r='1'><c r='A1' t='d'><v>2023-01-01T10:00:00</v></c></row>"), max_bytes=MAX_BYTES, most_cells=9
    )[0]
    assert sheet.rows == [[datetime(2023, 1, 1, 10)]]


def sheet_of(rows: str) -> bytes:
    """Return a workbook whose one sheet has these rows."""
    out, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(
                name, re.sub(b"<sheetData */>|<sheetData></sheetData>", f"<sheetData>{rows}</sheetData>".encode(), old.read(name))
            )
    return made.getvalue()
