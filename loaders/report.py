"""The outcome of loading a file: row counts, and every problem with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kpis.declared import ALWAYS
from kpis.languages import both
from kpis.reporting.comparison import Completeness
from loaders.files.problems import Problem


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The outcome of one file. ``accepted`` rows are new or changed; 0 with problems, since nothing is stored then."""

    file: str
    sha256: str
    rows: int = 0
    accepted: int = 0
    problems: list[Problem] = field(default_factory=list)
    is_repeat: bool = False
    kind: str = ""  # kind of list, as ``observations.csv``
    completeness: Completeness | None = None  # of a bureau workbook

    def to_json(self) -> dict[str, Any]:
        """Return the report as printed by ``--json``."""
        counted = self.completeness
        return {
            **({} if counted is None else {"asked": counted.asked_count, "filled": counted.filled, "open": [list(k) for k in counted.open]}),
            "file": self.file, "sha256": self.sha256, "rows": self.rows, "accepted": self.accepted,
            "problems": [
                {
                    "sheet": p.sheet, "cell": p.cell, "row": p.row, "subject": " / ".join(filter(None, map(p.subject_in, ALWAYS))),
                    "kind": p.kind, "grade": p.grade, "found": both(p.found),
                    "expected": both(p.expected), "remedy": both(p.remedy),
                }
                for p in self.problems
            ],
        }  # fmt: skip
