"""What was judged, a line for each view as it is looked at: a run that is broken off goes on where it stopped."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kpis.settings import ROOT
from tests.accessibility.judging import Judged

FILE = ROOT / "tests" / "accessibility" / "seen.jsonl"


@dataclass(frozen=True)
class View:
    """A page of a set in a language, at a width, in a scheme of colours."""

    part: str
    page: str
    language: str
    width: int
    scheme: str

    def __str__(self) -> str:
        """Return it as it is named in what a run prints."""
        return f"{self.part}/{self.page}-{self.language}-{self.width}-{self.scheme}"


@dataclass
class Line:
    """What was judged of a view: when and of which commit, what is broken beyond the floor, which rules were tried."""

    view: View
    commit: str
    on: str
    broken: dict[str, list[str]]
    passed: list[str]
    undecided: list[str]


class Kept:
    """The lines of a file; of a view that was looked at again the last one counts."""

    def __init__(self, file: Path = FILE) -> None:
        self.file, self.commit = file, commit()
        self.lines: dict[View, Line] = {}
        self.criteria: dict[str, list[str]] = {}
        for text in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
            told = json.loads(text)
            if "criteria" in told:
                self.criteria = told["criteria"]
            else:
                line = Line(**{**told, "view": View(**told["view"])})
                self.lines[line.view] = line

    def is_done(self, view: View, *, of_any_commit: bool = False) -> bool:
        """Say whether a view need not be looked at again: it broke nothing, as this commit or, where asked, an earlier one shows it."""
        line = self.lines.get(view)
        return line is not None and not line.broken and (of_any_commit or line.commit == self.commit)

    def note(self, view: View, judged: Judged, broken: dict[str, list[str]]) -> None:
        """Write down what was judged of a view."""
        line = Line(view, self.commit, datetime.now(UTC).date().isoformat(), broken, judged.passed, judged.undecided)
        self.lines[view] = line
        self._write(asdict(line))

    def note_criteria(self, criteria: dict[str, list[str]]) -> None:
        """Write down which success criteria each rule belongs to."""
        if criteria != self.criteria:
            self.criteria = criteria
            self._write({"criteria": criteria})

    def _write(self, told: object) -> None:
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(told, ensure_ascii=False) + "\n")


def commit() -> str:
    """Return the commit that is looked at; ``+`` where something was changed since."""
    asked = ["git", "describe", "--always", "--exclude=*", "--abbrev=9", "--dirty=+"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
