"""Work that is killed, at a random moment or at a chosen event, in a process of its own."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


def killed(work: Callable[[], object], *, after: float) -> None:
    """Run work in a forked process and kill it with SIGKILL some seconds after it began; wait only until it ends by itself."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, b"x")
            work()
        finally:
            os._exit(0)
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    until = time.monotonic() + after
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def lasting(work: Callable[[], object]) -> float:
    """Run work in a forked process to its end; return how many seconds it took there, where nothing is ready from before."""
    began = time.monotonic()
    killed(work, after=math.inf)
    return time.monotonic() - began


def events(work: Callable[[], object]) -> list[str]:
    """Run work in a forked process to its end; return what it did to the disk that lasts: renames and commits, in order."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _at_each(lambda name: os.write(writer, f"{name} ".encode()))
            work()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        names = told.read().split()
    os.waitpid(child, 0)
    return names


def killed_before(work: Callable[[], object], place: int) -> bool:
    """Run work in a forked process that kills itself with SIGKILL right before the event of this place; say whether it came to that."""
    child = os.fork()
    if child == 0:
        left = [place]

        def count(_name: str) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        try:
            _at_each(count)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _at_each(note: Callable[[str], object]) -> None:
    """Have a forked process tell each rename and commit just before it happens."""
    for name in ("rename", "replace"):
        act = getattr(os, name)

        def told(*given: Any, _act: Callable[..., Any] = act, _name: str = name, **rest: Any) -> Any:
            note(_name)
            return _act(*given, **rest)

        setattr(os, name, told)
    event.listen(Engine, "commit", lambda _connection: note("commit"))
