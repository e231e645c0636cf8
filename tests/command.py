"""The command line, each command in a process of its own that begins with everything already imported."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path

from kpis.settings import ROOT

WAIT = 300  # seconds; a command that hangs fails its test, however busy the machine
processes = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
processes.set_forkserver_preload(["manage"])


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
        process = processes.Process(target=_run, args=(words, around, out, err))
        process.start()
        process.join(WAIT)
        if process.exitcode is None:
            process.kill()
            process.join()
        assert process.exitcode is not None
        return subprocess.CompletedProcess(words, process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _run(words: tuple[str, ...], environment: Mapping[str, str], out: Path, err: Path) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["manage.py", *words]
    import manage

    code: object = 1
    try:
        manage.main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
