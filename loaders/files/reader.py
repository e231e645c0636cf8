"""The reader process: forks a child with limits for each file, and reports how each child ended.

It is started by ``loaders.files.apart`` and ends with it. It is single-threaded and imports only what reading needs, so a child
starts within a few milliseconds and holds neither settings nor secrets of the parent. A child that is killed, by its own limits
or by the system, affects nothing else.

Requests arrive over a socket: two descriptors per file, one for the file and the answer, one for the end status.
Without ``fork``, a new process is started for each file (``read_once``), limited by the deadline alone.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import loaders.files.opened  # noqa: F401  # imported once, for all children
from kpis.languages import SHELVES, both
from kpis.message import Message

OUT_OF_MEMORY, TOO_MUCH = 81, 82  # exit code of a child without an answer
NICENESS = 5
SIZES = struct.Struct("<QQ")  # length of the job, of the file
ENDED = struct.Struct("<qq")  # exit status (as in ``os.wait4``), peak memory in KB
DONE, FAULT = b"D", b"F"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on reading one file.

    Args:
        seconds: wall-clock time until it is killed.
        processor_seconds: of CPU time.
        memory_bytes: of address space.
        answer_bytes: size of the answer.
    """

    seconds: float
    processor_seconds: int
    memory_bytes: int
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Job:
    """A request to a child: a function, its arguments besides the bytes of the file, and its limits."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    text: Path
    limits: Limits


def serve(descriptor: int) -> None:
    """Fork a child for each requested file, until the parent ends; the children end then too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # at a terminal Ctrl-C reaches all processes: the parent decides
    control = socket.socket(fileno=descriptor)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, int] = {}  # child → descriptor for its end status
    gc.freeze()
    control.sendall(DONE)
    while True:
        ready, _, _ = select.select([descriptor, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_ends(running)
        if descriptor not in ready:
            continue
        _, given, *_ = socket.recv_fds(control, 1, 2)
        if not given:
            break
        link, end = given
        child = _forked()
        if child == 0:
            for other in (descriptor, woken, wakes, end, *running.values()):
                os.close(other)
            _be_child(link)
        os.close(link)
        if child is None:
            os.close(end)
        else:
            running[child] = end
        both(Message("xlsx"))  # the catalogue is loaded once, during the first file, for all later ones
    for child in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _forked() -> int | None:
    try:
        return os.fork()
    except OSError:
        return None  # no memory or process slot: the parent receives no answer


def _tell_ends(running: dict[int, int]) -> None:
    while running:
        child, status, used = os.wait4(-1, os.WNOHANG)
        if not child:
            return
        end = running.pop(child)
        with contextlib.suppress(BrokenPipeError):
            os.write(end, ENDED.pack(status, used.ru_maxrss if sys.platform != "darwin" else used.ru_maxrss // 1024))
        os.close(end)


def _be_child(link: int) -> None:
    """Read one file and exit."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with open(link, "rb", closefd=False) as source, open(link, "wb") as target:  # a descriptor
            _answer(source, target)
        os._exit(0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        os._exit(1)


def _answer(source: BinaryIO, target: BinaryIO) -> None:
    """Read a job and a file, and write the result."""
    job_size, size = SIZES.unpack(source.read(SIZES.size))
    job: Job = pickle.loads(source.read(job_size))  # noqa: S301  # from the parent process
    _bound(job.limits)
    if SHELVES.text() != job.text:
        SHELVES.text = lambda: job.text
    content = source.read(size)
    if len(content) != size:
        return  # the parent has ended
    gc.disable()  # garbage is not collected, since the process ends soon
    try:
        answer = DONE + pickle.dumps(job.function(content, **job.arguments), protocol=5)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001  # any error caused by a file is reported by name, and ends no reader
        answer = FAULT + f"{type(error).__name__}: {error}"[:200].encode(errors="replace")
    if len(answer) > job.limits.answer_bytes:
        os._exit(TOO_MUCH)
    target.write(answer)
    target.flush()


def _bound(limits: Limits) -> None:
    """Apply the limits to this process; the system kills it at each of them."""
    sys.dont_write_bytecode = True
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # not on Windows

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    processor = limits.processor_seconds
    for kind, most, last in (
        (resource.RLIMIT_CPU, processor, processor + 2),  # the soft limit ends it with a distinct signal
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes), (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0), (resource.RLIMIT_NOFILE, 32, 32),
    ):  # fmt: skip
        with contextlib.suppress(ValueError, OSError):  # a lower limit is in force, or the system has none
            resource.setrlimit(kind, (most, last))
    os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # out of memory, the kernel kills this one first


def read_once() -> None:
    """Read one file from standard input and write the answer to standard output."""
    try:
        _answer(sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
