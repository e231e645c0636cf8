"""What came of reading a file: how many rows, and every problem at its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kpis.declared import ALWAYS
from kpis.languages import both, written
from kpis.message import Message
from kpis.reporting.comparison import Completeness
from loaders.files.parts import BookDamaged
from loaders.files.sheets import Sheet

Kind = Literal[
    "file", "encoding", "header", "missing", "number", "date", "period", "choice", "unknown_code", "duplicate", "rule",
    "mark", "sheet", "text", "formula", "error_cell", "merged", "reason", "other_bureau", "doubt",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where, what was found, what was expected, and what to do.

    A doubt (grade ``warning``) names the ``rule`` that raised it and the ``key`` of the row, so that its confirmation can be kept. A
    ``question`` is a cell that may mean two things: nothing is read from it until somebody says which. ``subject`` is the row in words.
    """

    kind: Kind
    found: str
    expected: Message
    remedy: Message
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    grade: Literal["error", "question", "warning"] = "error"
    rule: str = ""
    key: tuple[str, ...] = ()
    subject: Message | None = None

    def subject_in(self, language: str) -> str:
        """Return the row in words, at most 80 letters of them; a blank where it needs none."""
        return written(self.subject, language)[:80] if self.subject else ""

    @property
    def stops(self) -> bool:
        """Say whether nothing may be stored as it is: an error, or a question not yet answered."""
        return self.grade != "warning"


SAVE = Message("remedy_open_and_save_as_xlsx")


def damaged(error: BookDamaged) -> Problem:
    """Return the problem of a workbook that cannot be read."""
    return Problem(
        "file",
        error.found,
        Message("readable_workbook"),
        SAVE,
        sheet=error.sheet,
        cell=error.cell,
    )


def far_cell(sheet: Sheet) -> Problem:
    """Return the problem of a sheet with a value far from its table."""
    return Problem(
        "sheet", sheet.far_cell, Message("cells_close_to_table"), Message("remedy_clear_cell"), sheet=sheet.name, cell=sheet.far_cell,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of one file. ``accepted`` rows are new or changed; 0 with problems, since nothing is then stored."""

    file: str
    sha256: str
    rows: int = 0
    accepted: int = 0
    problems: list[Problem] = field(default_factory=list)
    is_repeat: bool = False
    kind: str = ""  # of a list, as ``observations.csv``
    completeness: Completeness | None = None  # of a bureau workbook

    def to_json(self) -> dict[str, Any]:
        """Return the report in the form that ``--json`` prints."""
        counted = self.completeness
        return {
            **({} if counted is None else {"asked": counted.asked, "filled": counted.filled, "open": [list(k) for k in counted.open]}),
            "file": self.file, "sha256": self.sha256, "rows": self.rows, "accepted": self.accepted,
            "problems": [
                {
                    "sheet": p.sheet, "cell": p.cell, "row": p.row, "subject": " / ".join(filter(None, map(p.subject_in, ALWAYS))), "kind": p.kind, "grade": p.grade, "found": p.found,
                    "expected": both(p.expected), "remedy": both(p.remedy),
                }
                for p in self.problems
            ],
        }  # fmt: skip
