"""Readers that do what a hostile file would make of one: they are run apart, in a process of their own."""

from __future__ import annotations

import os
import time


def endless(content: bytes, *, max_bytes: int) -> int:
    """Work for ever."""
    while True:
        max_bytes += len(content)


def sleeping(content: bytes, *, max_bytes: int, seconds: float, told: str) -> int:
    """Say through a named pipe which process this is, and wait."""
    with open(told, "w", encoding="ascii") as pipe:  # noqa: PTH123
        pipe.write(str(os.getpid()))
    time.sleep(seconds)
    return len(content)


def greedy(content: bytes, *, max_bytes: int) -> int:
    """Take memory without end."""
    kept = []
    while True:
        kept.append(b"x" * 10_000_000)


def talkative(content: bytes, *, max_bytes: int) -> list[str]:
    """Hand back more than anybody can hold."""
    return [f"{n:0100d}" for n in range(600_000)]


def crashing(content: bytes, *, max_bytes: int, number: int) -> int:
    """End as a library does that a file has broken."""
    os.kill(os.getpid(), number)
    return len(content)


def faulty(content: bytes, *, max_bytes: int) -> int:
    """Meet what nobody thought of."""
    raise KeyError("xl/unforeseen.xml")


class Turned:
    """What a reader that a file has turned would hand back."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo turned > /tmp/turned-by-a-reader",)


def turned(content: bytes, *, max_bytes: int) -> Turned:
    """Hand back what would run a command where it is received."""
    return Turned()


def seen(content: bytes, *, max_bytes: int) -> list[str]:
    """Tell what of the one that asks can be seen from here: its environment."""
    return sorted(os.environ)


def writing(content: bytes, *, max_bytes: int, path: str) -> int:
    """Write to a file."""
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(content)
    return 0
