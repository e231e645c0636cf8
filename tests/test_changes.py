"""What a change costs: each is made in a copy of the house, its files of code are counted, and it is looked for where it must show.

The changes stand in ``tests/changes/``, one file of parts each (``register.toml`` says how they are written); ``seen.py`` beside them is run
in the changed copy.
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

CHANGES = ROOT / "tests" / "changes"
VERSIONS = "kpis/store/migrations/versions"
COPIED = (*LEVELS, "data", "tests", "docs", ".streamlit")
# Files of code that a change touches, a migration of its own besides where it says so.
COSTS = {"kind": 1, "register": 5, "field": 2, "procedure_field": 2}


def parts_of(name: str) -> list[dict[str, str]]:
    """Return the parts of a change."""
    parts: list[dict[str, str]] = tomllib.loads((CHANGES / f"{name}.toml").read_text(encoding="utf-8"))["part"]
    return parts


@pytest.mark.unit
@pytest.mark.parametrize("name", COSTS)
def test_a_change_touches_few_files_of_code(name: str) -> None:
    code = {part["file"] for part in parts_of(name) if part["file"].endswith(".py")}
    migrations = {file for file in code if file.startswith(VERSIONS)}
    assert (len(code - migrations), len(migrations)) == (COSTS[name], 1), sorted(code)


@pytest.mark.server
def test_the_changes_show_everywhere(tmp_path: Path) -> None:
    """One copy of the house with all of them: a new register, a kind of indicator, a field of a figure and one of a procedure."""
    house = tmp_path / "house"
    for folder in COPIED:
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__", "local", "cases", "browser"))
    for path in (*ROOT.glob("*.py"), ROOT / "pyproject.toml"):
        shutil.copy(path, house / path.name)
    for name in COSTS:
        make(name, house)
    chosen = ("DATABASE_", "CATALOGUE_", "OFFICIAL_", "EDITIONS_", "TEXT_", "MIERUKA_")
    around = {name: value for name, value in os.environ.items() if not name.startswith(chosen)}
    seen = subprocess.run(
        [sys.executable, "-m", "tests.changes.seen", str(tmp_path)], cwd=house, env={**around, "PYTHONPATH": str(house)},
        capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert seen.returncode == 0, seen.stderr[-6000:]


def make(name: str, house: Path) -> None:
    """Make a change in a copy of the house."""
    head = max(path.name[:4] for path in (house / VERSIONS).glob("[0-9]*.py"))
    for part in parts_of(name):
        file, text = (part[what].replace("{head}", head).replace("{next}", f"{int(head) + 1:04d}") for what in ("file", "text"))
        path = house / file
        if line := part.get("before") or part.get("after") or part.get("instead"):
            held = path.read_text(encoding="utf-8")
            assert f"\n{held}".count(f"\n{line}\n") == 1, f"{file}: {line}"
            first, last = f"\n{held}".split(f"\n{line}\n")
            above, below = f"{line}\n" if "after" in part else "", f"{line}\n" if "before" in part else ""
            text = f"{first}\n{above}{text}{below}{last}"[1:]
        path.write_text(text, encoding="utf-8", newline="\n")
