"""The command line, each command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from tests.begun import begin

WAIT = 300  # seconds; a command that hangs fails its test, however busy the machine


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` with these words, as from a shell in the folder of the product.

    Args:
        words: what follows ``manage.py``.
        environment: variables besides those of the tests; local mode unless it says otherwise.

    Returns:
        The exit code, and what was written to the two outputs.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        around = {**os.environ, "MIERUKA_MODE": "local", **environment}
        with out.open("w") as told, err.open("w") as faults:
            process = begin(("manage.py", *words), env=around, out=told, err=faults)
            try:
                code = process.wait(WAIT)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))
