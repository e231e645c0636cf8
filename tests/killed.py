"""Work that is killed at a random moment, in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable


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
