"""The public process, served for a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kpis.settings import ROOT
from tests.begun import Running, begin


@contextmanager
def public_server(folder: Path, *, before: Sequence[str] = (), **environment: str) -> Iterator[int]:
    """Serve ``manage.py run --public`` over a folder of editions while the block runs; gives its port.

    Args:
        folder: the editions.
        before: put before the command, as ``setpriv``.
        environment: set besides.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    around = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "MIERUKA_MODE")}
    around |= {
        "EDITIONS_DIR": str(folder),
        "PORT": str(port),
        "PUBLIC_URL": "https://reform.example.jp",
        "RATE_API": "100000 per minute",
        "RATE_SEARCH": "100000 per minute",
        "RATE_PAGE": "100000 per minute",
        "RATE_WORD": "100000 per minute",
        **environment,
    }
    log = tempfile.TemporaryFile()  # noqa: SIM115  # closed below; a pipe that nobody reads would stop a process that says much
    words = ["manage.py", "run", "--public"]
    process: Running = (
        subprocess.Popen([*before, sys.executable, *words], cwd=ROOT, env=around, stdout=log, stderr=log)
        if before
        else begin(words, env=around, out=log)
    )
    try:
        for _ in range(3000):  # as long as it lives: a busy machine starts one in minutes
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{environment.get('BASE_PATH', '')}/api/health", timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.2)
        if process.poll() is not None:
            log.seek(0)
            raise AssertionError(log.read().decode())
        yield port
    finally:
        process.terminate()
        process.wait(timeout=120)
        log.seek(0)
        said = log.read().decode()
        log.close()
    assert "Traceback" not in said and "Stack (most recent" not in said, said[:4000]
