"""What a bureau reports and what it would change: rows with their cells, and the difference to what is current. Pure.

A report is read into ``ReportedRow``s (by ``loaders.workbook``), compared with what is current, and only stored when a
second person has approved it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Value = str | float | bool | date | None


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """One row of a report as a bureau filled it in.

    Args:
        kind: the file whose rows these are: ``observations.csv``, ``procedures.csv``, ``facilities.csv`` or ``milestones.csv``.
        key: (indicator, bureau, period) of an observation, else (code,) of a register's row.
        fields: our column → typed value, for the input columns only; a blank input is ``None`` (or ``""`` for a text).
        issued_vintage: the vintage that the template was prefilled from; 0 where nothing was stored then.
        sheet: the sheet's name as the file has it.
        row: the row's number as Excel counts it.
        cells: our column → address, as ``F12``.
        reason_class: for a correction, one of ``error``, ``late_data``, ``definition_change``, ``scope_change``.
        reason_text: in the bureau's words.
        issued: the same fields as the template was issued with; empty for a new row. What differs from it is what the bureau
            changed; the other fields were left as they came, whatever others changed since.
    """

    kind: str
    key: tuple[str, ...]
    fields: Mapping[str, Value]
    issued_vintage: int = 0
    sheet: str = ""
    row: int = 0
    cells: Mapping[str, str] = field(default_factory=dict)
    reason_class: str | None = None
    reason_text: str = ""
    issued: Mapping[str, Value] = field(default_factory=dict)

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the fields that the bureau changed or filled."""
        return tuple(name for name, value in self.fields.items() if value != self.issued.get(name, _BLANKS.get(type(value))))


_BLANKS: dict[type, Value] = {str: "", bool: False}


@dataclass(frozen=True, slots=True)
class TemplateMark:
    """What a template says of itself on its protected sheet: which one it is, for whom, for when, and when it was issued."""

    template_id: str
    layout_version: str
    bureau_code: str
    period_code: str
    issued_at: str
    revision: int
