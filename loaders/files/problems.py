"""Problems of a file, each with its place; used in the reading process, hence free of database and models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpis.languages import written
from kpis.message import Message
from loaders.files.formats import Styled
from loaders.files.parts import BookDamaged
from loaders.files.sheets import Sheet

Kind = Literal[
    "file", "encoding", "header", "missing", "number", "date", "period", "choice", "unknown_code", "duplicate", "rule",
    "mark", "sheet", "text", "formula", "error_cell", "merged", "reason", "other_bureau", "doubt",
]  # fmt: skip
LONGEST_QUOTED = 200  # characters of a cell that a problem quotes: a list of long texts would be held as often as it has problems


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: place, value found, value expected, and remedy.

    A warning names the ``rule`` that raised it and the ``key`` of the row, so that its confirmation can be stored. A ``question`` is
    a cell with two possible meanings: no value is read from it until somebody chooses. ``subject`` describes the row in words.
    """

    kind: Kind
    found: str | Message  # the content of the cell, else what is wrong in words
    expected: Message
    remedy: Message
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    grade: Literal["error", "question", "warning"] = "error"
    rule: str = ""
    key: tuple[str, ...] = ()
    subject: Message | None = None

    def __post_init__(self) -> None:
        if type(self.found) is str and len(self.found) > LONGEST_QUOTED:
            object.__setattr__(self, "found", f"{self.found[: LONGEST_QUOTED - 1]}…")

    @property
    def is_content(self) -> bool:
        """Return whether what was found is the content of the cell."""
        return isinstance(self.found, str)

    def found_in(self, language: str) -> str:
        """Return the content of the cell, or what is wrong in the words of a language."""
        return written(self.found, language)

    def subject_in(self, language: str) -> str:
        """Return the description of the row, at most 80 characters; blank if it needs none."""
        return written(self.subject, language)[:80] if self.subject else ""

    @property
    def stops(self) -> bool:
        """Return whether it blocks storing: an error, or an unanswered question."""
        return self.grade != "warning"


def of_column(name: str, value: str | Message) -> str | Message:
    """Return the value of a column with its name."""
    return Message("found_of_column", name=name, what=value) if isinstance(value, Message) else f"{name}={value}"


def beside_style(value: Styled) -> Message:
    """Return a text with the words that it is crossed out, or has raised or lowered characters."""
    return Message("found_beside", what=value[:60], beside=Message("with_struck" if value.is_struck else "with_raised"))


def may_be_marked(place: str, *, sheet: str, cell: str, row: int) -> Problem:
    """Return the problem of a figure that a conditional format crosses out, raises or lowers, or not: that is not calculated."""
    what = Message("marked_by_condition", place=place[:60])
    return Problem(
        "number", what, Message("not_marked_by_condition"), Message("remedy_remove_condition"), sheet=sheet, cell=cell, row=row
    )


FEWER_DIGITS, CHECK_DIGITS = Message("at_most_15_digits"), Message("remedy_check_digits")  # of a number too large (LARGEST)
SAVE = Message("remedy_open_and_save_as_xlsx")
DAMAGED = Message("readable_workbook")


def damaged(error: BookDamaged) -> Problem:
    """Return the problem of a workbook that cannot be read."""
    return Problem("file", error.found, DAMAGED, SAVE, sheet=error.sheet, cell=error.cell)


def far_cell(sheet: Sheet) -> Problem:
    """Return the problem of a sheet with a value far from its table."""
    return Problem(
        "sheet", sheet.far_cell, Message("cells_close_to_table"), Message("remedy_clear_cell"), sheet=sheet.name, cell=sheet.far_cell,
    )  # fmt: skip
