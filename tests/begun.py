"""Commands and servers of the product, each in a process of its own that begins with everything already imported.

Importing takes two to three seconds of a processor, and tests begin hundreds of processes. So one process of each worker imports what the
commands and the server import and is then forked for each of them (``tests.imported``). The child has the arguments, environment,
folder, outputs and limits that it was asked for, and goes through the product's own ``main``; signals and exit codes are those of any
other process. What it does not go through is the interpreter's own start: where an environment bears on that, and wherever no test
runs (``make bench``, ``make shots``), ``begin`` starts a real one, and ``tests/test_begun.py`` holds the two against each other.
"""

from __future__ import annotations

import atexit
import ctypes
import io
import multiprocessing
import os
import resource
import runpy
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO, NoReturn, Protocol

from kpis.settings import ROOT

processes = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
processes.set_forkserver_preload(["tests.imported"])
_NO_SCRIPT = ModuleType("__main__")  # what a child is told that its program is: without a file, there is none to run again

AT_START = (
    "PYTHON",
    "LANG",
    "LC_",
    "LD_",
    "TZ",
    "STREAMLIT_",
    "MIERUKA_REAL",
)  # what an interpreter or a library reads as it begins
Output = IO[str] | IO[bytes] | None
ASIDE = {"PYTHONPATH", "PYTHONUNBUFFERED"}  # the folder of the product, which is there, and how it writes, which ``_writing`` does
_PDEATHSIG = 1  # prctl: the signal that comes when the one that forked it ends


@dataclass
class _Chosen:
    """Whether processes are forked: chosen once, by the conftest."""

    forks: bool = False


CHOSEN = _Chosen()


class Running(Protocol):
    """A process that runs, as ``subprocess.Popen`` has it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class _Forked:
    """A forked process, with the methods of ``subprocess.Popen`` that tests use."""

    def __init__(self, process: multiprocessing.process.BaseProcess, command: Sequence[str]) -> None:
        assert process.pid is not None
        self._process, self.args, self.pid = process, command, process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def begin(
    words: Sequence[str], *, env: Mapping[str, str], out: Output = None, err: Output = None, files: int = 0, root: Path = ROOT
) -> Running:
    """Begin what ``python WORDS`` begins in the folder of the product: ``manage.py …`` or ``-m module …``.

    Args:
        words: what follows ``python``.
        env: the whole environment.
        out: where the output goes; where that of the tests goes, if left out.
        err: where errors go; where the output goes, if left out.
        files: so many may be open at once, lines to clients counted.
        root: the folder of the product; of another version where it is not this one's.
    """
    err = err or out

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    if root != ROOT or not can_fork(env):
        return subprocess.Popen(
            [sys.executable, *words], cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            preexec_fn=limit if files else None,  # noqa: PLW1509  # it calls the system once
        )  # fmt: skip
    outputs = tuple(f"/proc/{os.getpid()}/fd/{each.fileno()}" if each else "" for each in (out, err))
    return _Forked(forked(_be, tuple(words), dict(env), outputs, files, daemon=True), words)


def forked(target: Callable[..., object], *given: object, daemon: bool = False) -> multiprocessing.process.BaseProcess:
    """Begin a function in a process of its own. The child does not run the program of this one: in a test of a page, that is the page."""
    process = processes.Process(target=target, args=given, daemon=daemon)
    program = sys.modules["__main__"]
    sys.modules["__main__"] = _NO_SCRIPT
    try:
        process.start()
    finally:
        sys.modules["__main__"] = program
    return process


def can_fork(env: Mapping[str, str]) -> bool:
    """Say whether a forked process is what a real one would be."""

    def at_start(of: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in of.items() if name.startswith(AT_START) and name not in ASIDE}

    return CHOSEN.forks and sys.platform == "linux" and at_start(env) == at_start(os.environ)


def _be(words: tuple[str, ...], env: dict[str, str], outputs: tuple[str, ...], files: int) -> NoReturn:
    """Become what was asked for, and end with it."""
    for number, name in enumerate(outputs, start=1):
        if name:
            is_pipe = stat.S_ISFIFO(Path(name).stat().st_mode)
            reader = os.open(name, os.O_RDWR) if is_pipe else None  # a pipe that nobody reads lets no writer in
            opened = os.open(name, os.O_WRONLY | os.O_APPEND)
            os.dup2(opened, number)
            os.close(opened)
            if reader is not None:
                os.close(reader)
    sys.stdout, sys.stderr = _writing(1, env), _writing(2, env)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    atexit._clear()  # what this process would do at its end is that of the one it was forked from
    tempfile.tempdir = None
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if words[:2] == ("manage.py", "run") and "--public" not in words and env.get("MIERUKA_MODE") != "public":
        words, env = _until_it_serves(words, env)
    _to_the_end(lambda: _main(words, env))


def _writing(number: int, env: Mapping[str, str]) -> io.TextIOWrapper:
    """Return an output as the interpreter opens it: what is written is kept until there is enough or a line ends, or goes out at once."""
    at_once, is_error = bool(env.get("PYTHONUNBUFFERED")), number == 2
    return io.TextIOWrapper(
        os.fdopen(number, "wb", buffering=0 if at_once else -1, closefd=False), "utf-8",
        errors="backslashreplace" if is_error else None, line_buffering=is_error, write_through=at_once,
    )  # fmt: skip


def _until_it_serves(words: tuple[str, ...], env: dict[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Run the command that loads and then turns into the server; return what it turns into, which begins with nothing loaded."""
    told, tells = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

        def turn(_path: str, command: list[str]) -> NoReturn:
            sys.stdout.flush()
            with os.fdopen(tells, "w", encoding="utf-8") as out:
                out.write(
                    "\0".join([str(len(command) - 1), *command[1:], *(f"{name}={value}" for name, value in os.environ.items())])
                )
            os._exit(0)

        os.execv = turn  # type: ignore[assignment]
        _to_the_end(lambda: _main(words, env))
    os.close(tells)
    with os.fdopen(told, encoding="utf-8") as source:
        said = source.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not said:  # it ended without serving
        if code < 0:
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)
    count, *rest = said.split("\0")
    return tuple(rest[: int(count)]), dict(pair.split("=", 1) for pair in rest[int(count) :])


def _main(words: tuple[str, ...], env: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    sys.path[0] = str(ROOT)
    if words[0] == "-m":
        sys.argv = list(words[1:])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "manage.py":
        sys.argv = list(words)
        import manage  # imported before the fork

        manage.main()
    else:
        sys.argv = list(words)
        runpy.run_path(words[0], run_name="__main__")


def _to_the_end(work: Callable[[], object]) -> NoReturn:
    """Do work and end as an interpreter does."""
    code: object = 1
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:  # as the interpreter does
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]  # waits for its threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)
