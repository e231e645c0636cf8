"""The command line on a terminal or into a log that cannot write every letter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kpis.settings import ROOT
from tests.command import command
from tests.shared import copied, empty

pytestmark = pytest.mark.edition


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "latin-1"])
def test_a_command_says_all_that_its_terminal_can_write(tmp_path: Path, encoding: str) -> None:
    store = copied(empty(), tmp_path / "m.db")
    around = {**os.environ, "MIERUKA_MODE": "local", "DATABASE_URL": store.url, "EDITIONS_DIR": str(tmp_path / "editions"),
              "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}  # fmt: skip
    done = subprocess.run([sys.executable, "manage.py", "doctor"], cwd=ROOT, env=around, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode(encoding)
    assert done.returncode == 0 and "unexpected" not in said and "\\u2713" in said, said


def test_a_command_that_is_misspelt_is_told_which_one_is_near() -> None:
    done = command("laod")
    assert done.returncode == 2 and "laod という命令はありません。'load' のことですか" in done.stderr.replace("\n", "")
    assert "No such" not in done.stderr
