"""Break the product on purpose, one line at a time, and see that the nearest tests notice.

python -m tests.mutations [part of a name …]

Each mutation of ``mutations.toml`` is made in a copy of the house, its tests are run there, and it is *caught* if one of them fails. One
that survives is a rule that nothing holds. Before that its tests run once unchanged: they must pass, or a failure would say nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kpis.settings import ROOT
from tests.mutations.listed import Mutation, mutations
from tests.rooms import LEVELS

COPIED = (*LEVELS, "data", "tests", "docs", ".streamlit", ".ci")
PASSED, FAILED, HELD_UP = 0, 1, -1
MOST_SECONDS = 900


@dataclass(frozen=True)
class House:
    """A copy of the house, to be broken."""

    folder: Path

    def tested(self, tests: tuple[str, ...]) -> tuple[int, str]:
        """Run tests until one fails; return pytest's exit code and the end of what it said."""
        words = ["-m", "pytest", "-o", "addopts=", "-x", "-q", "-p", "no:cacheprovider", *tests]
        try:
            done = subprocess.run(
                [sys.executable, *words], cwd=self.folder, env={**os.environ, "PYTHONPATH": str(self.folder)},
                capture_output=True, text=True, timeout=MOST_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return HELD_UP, f"no end within {MOST_SECONDS} s"
        return done.returncode, f"{done.stdout[-400:]}{done.stderr[-400:]}"

    def broken(self, mutation: Mutation) -> tuple[int, str]:
        """Run the nearest tests with one line changed."""
        path = self.folder / mutation.file
        held = path.read_text(encoding="utf-8")
        path.write_text(held.replace(mutation.old, mutation.new, 1), encoding="utf-8")
        try:
            return self.tested(mutation.tests)
        finally:
            path.write_text(held, encoding="utf-8")


def main(asked: list[str]) -> int:
    """Print a line for each mutation; return how many survived, or could not be judged."""
    chosen = [each for each in mutations() if not asked or any(part in each.name for part in asked)]
    with tempfile.TemporaryDirectory(prefix="mutations-") as name:
        house = House(Path(name))
        for folder in COPIED:
            shutil.copytree(ROOT / folder, house.folder / folder, ignore=shutil.ignore_patterns("__pycache__", "local", "shots"))
        for path in (*ROOT.glob("*.py"), *ROOT.glob("*.toml"), *ROOT.glob("*.md"), *ROOT.glob("requirements*.txt")):
            shutil.copy(path, house.folder / path.name)
        survived, unchanged = 0, {}
        for mutation in chosen:
            began = time.monotonic()
            for test in mutation.tests:
                if test not in unchanged:
                    unchanged[test] = house.tested((test,))
            failing = [(test, unchanged[test][1]) for test in mutation.tests if unchanged[test][0] != PASSED]
            code, said = (HELD_UP, f"\nunchanged, its tests do not pass: {failing}") if failing else house.broken(mutation)
            caught = code == FAILED
            survived += not caught
            print(
                f"{'caught  ' if caught else 'SURVIVED'} {time.monotonic() - began:5.0f} s  {mutation.name}{'' if caught else said}",
                flush=True,
            )
    print(f"{len(chosen)} mutations, {survived} survived")
    return survived


if __name__ == "__main__":
    raise SystemExit(min(main(sys.argv[1:]), 100))
