"""What a change costs: each is made in a copy of the house, its files of code are counted, and it is looked for where it must show.

The changes stand in ``tests/changes/``: a file of parts (``register.toml``), and what is seen of it in the changed copy (``register.py``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kpis.settings import ROOT
from tests.rooms import LEVELS

pytestmark = pytest.mark.server

CHANGES = ROOT / "tests" / "changes"
COPIED = (*LEVELS, "data", "tests", "docs", ".streamlit")
MOST = {"register": 8, "kind": 3, "field": 2, "procedure_field": 2}  # files of code, migrations among them


def changed(name: str, house: Path) -> set[str]:
    """Copy the house and make a change in the copy; return the files of code that it touched."""
    for folder in COPIED:
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__", "local", "cases", "browser"))
    for path in (*ROOT.glob("*.py"), ROOT / "pyproject.toml"):
        shutil.copy(path, house / path.name)
    head = max(path.name[:4] for path in (ROOT / "kpis" / "store" / "migrations" / "versions").glob("[0-9]*.py"))
    code = set()
    for part in tomllib.loads((CHANGES / f"{name}.toml").read_text(encoding="utf-8"))["part"]:
        path, text = house / part["file"], part["text"].replace("{head}", head)
        if "before" in part or "after" in part:
            line, held = part.get("before") or part["after"], path.read_text(encoding="utf-8")
            assert held.count(f"\n{line}\n") + held.startswith(f"{line}\n") == 1, f"{part['file']}: {line}"
            text = held.replace(f"{line}\n", f"{text}{line}\n" if "before" in part else f"{line}\n{text}", 1)
        path.write_text(text, encoding="utf-8", newline="\n")
        code |= {part["file"]} if path.suffix == ".py" else set()
    return code


@pytest.mark.parametrize("name", MOST)
def test_a_change_costs_few_files_of_code_and_shows_everywhere(name: str, tmp_path: Path) -> None:
    house = tmp_path / "house"
    assert len(code := changed(name, house)) <= MOST[name], sorted(code)
    around = {
        k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "CATALOGUE_", "OFFICIAL_", "EDITIONS_", "TEXT_"))
    }
    seen = subprocess.run(
        [sys.executable, "-m", f"tests.changes.{name}", str(tmp_path)], cwd=house, env={**around, "PYTHONPATH": str(house)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert seen.returncode == 0, seen.stderr[-6000:]
