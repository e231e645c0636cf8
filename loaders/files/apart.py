"""Process the bytes of a file in a child process with limits, and report how it ended.

``apart(function, content, …)`` is the only entry point. A file that would exhaust memory or crash its reader ends a child only; the
dashboard and the command continue and report it. At most one file fewer than there are processors is read at once; others wait.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpis.languages import SHELVES, both
from kpis.message import Message
from kpis.seen import counts
from kpis.store.unavailable import unavailable
from loaders.files.guard import too_large
from loaders.files.problems import Problem
from loaders.files.reader import DONE, ENDED, FAULT, OUT_OF_MEMORY, SIZES, TOO_MUCH, Job, Limits

# The largest report seen takes a second and 100 MB. The wall-clock limit exceeds that of the CPU, since the reader yields to other
# processes.
USUAL = Limits(seconds=40, processor_seconds=8, memory_bytes=512_000_000, answer_bytes=40_000_000)
# A list loaded by an operator may be a national one: 1 MB of a workbook holds some 35,000 rows, which take 3 seconds.
LIST_BYTES = 1_000_000
_MOST = Limits(seconds=1800, processor_seconds=600, memory_bytes=6_000_000_000, answer_bytes=1_000_000_000)
PLACES = max(1, (os.cpu_count() or 1) - 1)  # files read at once: one processor is left to viewers
WAIT_SECONDS = 60  # seconds to wait for a free slot
_GRACE_SECONDS = 5  # seconds for the system to end a child and report it
_ROOT = str(Path(__file__).resolve().parent.parent.parent)
_BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from loaders.files import reader; reader."
# Environment variables passed to a reader: those that configure Python. Secrets are not among them.
_KNOWN = ("PATH", "LANG", "LC_", "LD_", "DYLD_", "PYTHON", "TMPDIR", "TEMP", "SYSTEMROOT", "VIRTUAL_ENV")
# Types allowed in an answer: a reader compromised by a file can construct nothing else.
_RECORDS = {
    ("loaders.files.sheets", "Sheet"), ("loaders.files.formats", "Formatted"), ("loaders.files.formats", "FormatMeaning"),
    ("loaders.files.formats", "Styled"), ("loaders.files.formats", "PartialDay"), ("loaders.files.problems", "Problem"), ("loaders.files.reach", "Reach"),
    ("kpis.message", "Message"),
    ("datetime", "date"), ("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "time"),
}  # fmt: skip


def _ends(*names: str) -> set[int]:
    """Return the exit codes of signals, as in ``os.waitstatus_to_exitcode``; empty on Windows."""
    return {-getattr(signal, name) for name in names if hasattr(signal, name)}


_TOO_LONG, _OUT_OF_MEMORY = _ends("SIGALRM", "SIGXCPU"), _ends("SIGKILL") | {OUT_OF_MEMORY}


class Stopped(Exception):
    """Reading a file ended without an answer; ``problem`` gives the reason and the remedy."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(both(problem.found))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Read:
    """The outcome of reading one file.

    Args:
        answer: return value of the function.
        stopped: why there is no answer.
        is_fault: the reader raised an unexpected error: a fault of the program.
        seconds: from request to end.
        peak_bytes: peak memory of the child.
    """

    answer: Any = None
    stopped: Stopped | None = None
    is_fault: bool = False
    seconds: float = 0.0
    peak_bytes: int = 0


def apart(function: Callable[..., Any], content: bytes, *, max_bytes: int, limits: Limits | None = None, **arguments: Any) -> Any:
    """Call a function with the bytes of a file in a child process, and return its result.

    Args:
        function: of a module that needs neither settings nor database; called with the bytes, ``max_bytes`` and further arguments.
        content: the whole file.
        max_bytes: the largest size accepted.
        limits: of the child; ``USUAL`` if left out.

    Raises:
        Stopped: a limit of time, memory or size was exceeded, the reader died, or too many files are being read.
    """
    read = measured(function, content, max_bytes=max_bytes, limits=limits, **arguments)
    if read.stopped is not None:
        raise read.stopped
    return read.answer


def measured(
    function: Callable[..., Any], content: bytes, *, max_bytes: int, limits: Limits | None = None, **arguments: Any
) -> Read:
    """Do the same as ``apart``, and return the resources used."""
    read = _measured(function, content, max_bytes=max_bytes, limits=limits, **arguments)
    counts.FILES.labels("read" if read.stopped is None else "fault" if read.is_fault else "stopped").observe(read.seconds)
    return read


def _measured(function: Callable[..., Any], content: bytes, *, max_bytes: int, limits: Limits | None, **arguments: Any) -> Read:
    began = time.monotonic()
    if large := too_large(content, max_bytes):
        return Read(stopped=Stopped(large))
    limits = limits or USUAL
    job = pickle.dumps(Job(function, {"max_bytes": max_bytes, **arguments}, SHELVES.text(), limits))
    places = _READER.places
    if not places.acquire(timeout=WAIT_SECONDS):
        return Read(stopped=_stopped(Message("reader_busy"), Message("reader_with_time"), Message("remedy_read_later")))
    try:
        answer, status, peak = (_READER.read if hasattr(os, "fork") else _read_by_itself)(job, content, limits)
    finally:
        places.release()
    return _told(answer, status, limits, time.monotonic() - began, peak)


def limits_of(size: int) -> Limits:
    """Return the limits for reading a list of a size: those of a report up to 1 MB, then more per MB, up to 6 GB and 10 minutes."""
    times = max(1.0, size / LIST_BYTES)
    return Limits(
        seconds=min(_MOST.seconds, USUAL.seconds * times),
        processor_seconds=min(_MOST.processor_seconds, int(USUAL.processor_seconds * times)),
        memory_bytes=min(_MOST.memory_bytes, USUAL.memory_bytes + int(100 * LIST_BYTES * (times - 1))),
        answer_bytes=min(_MOST.answer_bytes, int(USUAL.answer_bytes * times)),
    )


def _told(answer: bytes, status: int | None, limits: Limits, seconds: float, peak: int) -> Read:
    """Return the outcome of reading from the answer and the child's exit status (``None`` if unknown)."""
    if answer[:1] == DONE and len(answer) <= limits.answer_bytes:
        try:
            return Read(_Records(io.BytesIO(memoryview(answer)[1:])).load(), None, False, seconds, peak)
        except (pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError) as error:
            return Read(None, _faulty(str(error)), True, seconds, peak)
    if answer[:1] == FAULT:
        return Read(None, _faulty(answer[1:].decode(errors="replace") or Message("reader_not_begun")), True, seconds, peak)
    ended = min(_TOO_LONG, default=0) if status is None else os.waitstatus_to_exitcode(status)
    expected = Message("ordinary_workbook")
    if ended == TOO_MUCH or len(answer) > limits.answer_bytes:
        why = Message("reader_too_much", most=limits.answer_bytes)
    elif ended in _OUT_OF_MEMORY:
        why = Message("reader_out_of_memory", most=limits.memory_bytes // 1_000_000)
    elif status is None or ended in _TOO_LONG:
        why = Message("reader_too_long", most=limits.processor_seconds)
    else:
        why = Message("reader_ended", how=signal.Signals(-ended).name if ended < 0 else ended)
        expected = Message("readable_file")
    return Read(None, _stopped(why, expected, Message("remedy_smaller_or_save_again")), False, seconds, peak)


def _stopped(why: Message, expected: Message, remedy: Message) -> Stopped:
    return Stopped(Problem("file", why, expected, remedy))


def _faulty(what: str | Message) -> Stopped:
    return _stopped(Message("reader_fault", what=what), Message("readable_file"), Message("remedy_save_again_and_tell"))


class _Records(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _RECORDS:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _begun(how: str, *more: str, **given: Any) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name.upper().startswith(_KNOWN)}
    command = [sys.executable, "-P", "-c", _BEGIN + how, _ROOT, *more]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **given)  # noqa: S603  # this very program


class _Reader:
    """The process that forks a child for each file; started at the first file, and again after it has ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(PLACES)
        self.process: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None

    def read(self, job: bytes, content: bytes, limits: Limits) -> tuple[bytes, int | None, int]:
        """Return the answer of a child, its exit status and peak memory."""
        until = time.monotonic() + limits.seconds + _GRACE_SECONDS
        own, link = socket.socketpair()
        read_end, end = os.pipe()
        with own, os.fdopen(read_end, "rb", buffering=0) as ends:
            try:
                self._ask(link.fileno(), end)
            except OSError as error:
                if unavailable(error) is not None:
                    raise  # no memory, descriptor or right is no fault of the file: who runs the system has to be told
                return FAULT, 0, 0
            finally:
                link.close()
                os.close(end)
            answer = _exchanged(own, job, content, most=limits.answer_bytes, until=until)
            own.close()  # a child that is still writing is ended by it
            if not select.select([ends], [], [], max(0.0, until - time.monotonic()))[0]:
                return answer, None, 0
            last = ends.read(ENDED.size) or b""
        status, peak = ENDED.unpack(last) if len(last) == ENDED.size else (256, 0)
        return answer, status, peak * 1024

    def _ask(self, *descriptors: int) -> None:
        with self.lock:
            if self.control is not None:
                with contextlib.suppress(OSError):
                    socket.send_fds(self.control, [DONE], list(descriptors))
                    return
                self._end()
            self._begin()
            assert self.control is not None
            socket.send_fds(self.control, [DONE], list(descriptors))

    def _begin(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self.process = _begun(
                "serve(int(sys.argv[2]))", str(number), pass_fds=(number,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self.control.settimeout(USUAL.seconds)
        if self.control.recv(1) != DONE:
            raise OSError(both(Message("reader_not_begun")))

    def end(self) -> None:
        """End the process, and any reading in progress."""
        with self.lock:
            self._end()

    def _end(self) -> None:
        if self.control is not None:
            self.control.close()
        if self.process is not None:
            try:
                self.process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.control = self.process = None

    def forget(self) -> None:
        """Forget the process after a fork, since it belongs to the parent, with the locks held by the parent's threads."""
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(PLACES)
        if self.control is not None:
            self.control.close()
        if self.process is not None:
            self.process.returncode = 0  # not a child of this process
        self.control = self.process = None


def _exchanged(link: socket.socket, job: bytes, content: bytes, *, most: int, until: float) -> bytes:
    """Send a job and a file and return the answer; blank if there is none."""
    answer = bytearray()
    try:
        for part in filter(None, (SIZES.pack(len(job), len(content)) + job, content)):  # no empty file: the child may have gone
            link.settimeout(max(0.01, until - time.monotonic()))
            link.sendall(part)
        while len(answer) <= most:
            link.settimeout(max(0.01, until - time.monotonic()))
            piece = link.recv(1 << 20)
            if not piece:
                return bytes(answer)
            answer += piece
    except OSError:  # the child has died, or timed out
        return b""
    return bytes(answer)


def _read_by_itself(job: bytes, content: bytes, limits: Limits) -> tuple[bytes, int | None, int]:
    """Read a file in a new process of its own, where the system has no ``fork``."""
    with _begun("read_once()", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            answer, _ = process.communicate(
                SIZES.pack(len(job), len(content)) + job + content, timeout=limits.seconds + _GRACE_SECONDS
            )
        except subprocess.TimeoutExpired:
            process.kill()
            return b"", None, 0
    return answer, (process.returncode or 0) << 8, 0


_READER = _Reader()
end = _READER.end
atexit.register(end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_READER.forget)
