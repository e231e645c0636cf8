"""The mark of a template: the metadata on its hidden, protected sheet, and its verification.

The identity is a checksum of everything else on the sheet, so a mark edited by hand does not match it; and an instance
records each template it issues, so an invented mark is unknown to it. Neither replaces the check of
the person's role, which the store makes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from kpis.as_text import shown
from kpis.message import Message
from kpis.reporting.comparison import TemplateMark
from kpis.reporting.people import record
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.text import Named
from loaders.files.problems import Problem
from loaders.workbook.context import DAYS, Record
from loaders.workbook.layout import load_layout

TITLE = "mieruka-template"
_NUMBER = re.compile("[0-9]{1,9}")
FIELDS = ("template_id", "layout_version", "bureau_code", "period_code", "issued_at", "revision")
OF_QUESTION = "mieruka-question"  # of a workbook for a question, whose code takes the place of the period
ISSUED = "template_issued"
_DOWNLOAD = Message("remedy_download_again")
Vintages = dict[tuple[str, ...], int]


def make_mark(
    *, layout_version: str, bureau_code: str, period_code: str, issued_at: str, revision: int, vintages: Sequence[tuple[str, ...]]
) -> TemplateMark:
    """Make the mark of a template, with its identity computed from the other fields."""
    parts = (layout_version, bureau_code, period_code, issued_at, str(revision))
    return TemplateMark(
        template_id=identity(parts, vintages),
        layout_version=layout_version,
        bureau_code=bureau_code,
        period_code=period_code,
        issued_at=issued_at,
        revision=revision,
    )


def identity(parts: Sequence[str], vintages: Sequence[tuple[str, ...]]) -> str:
    """Return the identity of a mark's fields and vintages."""
    lines = "\n".join(["\t".join(parts), *("\t".join(row) for row in sorted(vintages))])
    return "T" + hashlib.sha256(lines.encode()).hexdigest()[:15]


def write_mark(sheet: Worksheet, mark: TemplateMark, vintages: Sequence[tuple[str, ...]], *, title: str = TITLE) -> None:
    """Write the mark on its sheet, and hide and protect the sheet.

    Args:
        title: kind of workbook.
        vintages: (sheet, key …, vintage) of each prefilled row.
    """
    sheet.append([title])
    for name in FIELDS:
        sheet.append([name, str(getattr(mark, name))])
    for row in vintages:
        sheet.append(list(row))
    sheet.sheet_state = "veryHidden"
    sheet.protection.sheet = True


def read_mark(cells: Sequence[Sequence[Any]], *, title: str = TITLE) -> tuple[TemplateMark, Vintages, bool] | None:
    """Read a mark from the cells of a sheet.

    Returns:
        The mark, the vintage by (sheet, key …), and whether its identity matches; ``None`` if the sheet holds no mark.
    """
    if not cells or not cells[0] or cells[0][0] != title:
        return None
    rows = [[_text(cell) for cell in row] for row in cells]
    fields = {row[0]: row[1] for row in rows[1 : 1 + len(FIELDS)] if len(row) > 1}
    if set(fields) != set(FIELDS) or not _NUMBER.fullmatch(fields["revision"]):
        return None
    listed = [tuple(part for part in row if part) for row in rows[1 + len(FIELDS) :] if any(row)]
    fits = identity([fields[name] for name in FIELDS[1:]], listed) == fields["template_id"]
    try:
        vintages = {row[:-1]: int(row[-1]) for row in listed}
    except ValueError:
        return None
    texts = {name: text for name, text in fields.items() if name != "revision"}
    return TemplateMark(**texts, revision=int(fields["revision"])), vintages, fits


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def record_issue(
    store: Store, mark: TemplateMark, *, actor: str, part: str = "", rows: Sequence[tuple[str, ...]] = (),
    filled: Mapping[tuple[str, ...], Record] | None = None,
) -> None:  # fmt: skip
    """Record the issue of a template: person, mark, part, and prefilled values of a pending report; it is then known here."""
    issued_record = {
        "bureau_code": mark.bureau_code,
        "period_code": mark.period_code,
        "revision": mark.revision,
        **({"part": part} if part else {}),
    }
    with store.writing(is_figures=False) as session:
        if not session.execute(_issued(mark.template_id)).first():
            record(session, actor, ISSUED, mark.template_id, detail=json.dumps(issued_record))
            session.add(
                tables.IssuedTemplate(
                    template_id=mark.template_id, bureau_code=mark.bureau_code, period_code=mark.period_code, part=part,
                    rows_json=json.dumps(rows) if rows else "", filled_json=_packed(filled) if filled else "", issued_by=actor,
                    issued_at=datetime.fromisoformat(mark.issued_at),
                )
            )  # fmt: skip


class WantedPart(NamedTuple):
    """What a field of a mark must say (``None``: anything), how a value of it is named, and the remedy."""

    field: str
    value: str | None
    named: Callable[[str], Message]
    remedy: Message = _DOWNLOAD


def of_bureau(store: Store, code: str | None) -> WantedPart:
    """Return that a workbook must be of a bureau."""

    def named(there: str) -> Message:
        rows = store.all_of(tables.Bureau, bureau_code=there)
        return Message("template_of_bureau", bureau=Named(rows[0]) if rows else there)

    return WantedPart("bureau_code", code, named, Message("remedy_template_of_bureau"))


# Problems of the mark name no cell: nobody sees its sheet.
def no_mark(count: int, expected: Message) -> Problem:
    """Return the problem of a workbook with no mark, or with several."""
    marks = Message("several_marks", count=count) if count else Message("no_mark")
    return Problem("mark", marks, expected, _DOWNLOAD)


def faults_of_mark(
    store: Store, mark: TemplateMark, fits: bool, wanted: Sequence[WantedPart], *, action: str = ISSUED, period_field: str = "period_code",
) -> list[Problem]:  # fmt: skip
    """Return why a workbook is refused: its mark was changed, was not issued here, or is of another bureau or period.

    Args:
        fits: the identity matches the other fields.
        action: under which issues of such workbooks are recorded.
        period_field: name of the record's field for the period.
    """
    if not fits:
        return [Problem("mark", Message("mark_changed"), Message("mark_as_issued"), _DOWNLOAD)]
    with store.reading() as session:
        issues = [json.loads(text) for text in session.execute(_issued(mark.template_id, action)).scalars()]
    if not any(t["bureau_code"] == mark.bureau_code and t[period_field] == mark.period_code for t in issues):
        number = Message("numbered_template", number=mark.template_id)
        return [Problem("mark", number, Message("template_number_of_system"), _DOWNLOAD)]
    return [
        Problem("mark", each.named(there), each.named(each.value), each.remedy)
        for each in wanted
        if each.value is not None and each.value != (there := str(getattr(mark, each.field)))
    ]


def part_of(store: Store, template_id: str) -> str:
    """Return the part covered by a template: a section, its own number for selected rows, or blank for the whole."""
    with store.reading() as session:
        issued = session.get(tables.IssuedTemplate, template_id)
        return issued.part if issued else ""


def _packed(filled: Mapping[tuple[str, ...], Record]) -> str:
    return orjson.dumps([[key, {name: shown(value) for name, value in fields.items()}] for key, fields in filled.items()]).decode()


def filled_with(store: Store, template_id: str) -> dict[tuple[str, ...], Record]:
    """Return the values of a pending report that a template was filled with: (sheet, key …) → our field → value."""
    with store.reading() as session:
        issued = session.get(tables.IssuedTemplate, template_id)
        filled = json.loads(issued.filled_json) if issued and issued.filled_json else []
    return {
        (*key,): {n: date.fromisoformat(v) if v and n in DAYS else v for n, v in fields.items()} for key, fields in filled
    }  # fmt: skip


def issued_for(store: Store, bureau_code: str) -> list[TemplateMark]:
    """Return the marks of all templates issued for a bureau, oldest first."""
    log, issued_table = table_of(tables.AuditEvent), table_of(tables.IssuedTemplate)
    with store.reading() as session:
        issued_rows = session.execute(
            select(log.c.subject, log.c.detail, log.c.occurred_at).where(log.c.action == ISSUED).order_by(log.c.id)
        ).all()
        instants = {
            r.template_id: r.issued_at for r in session.execute(select(issued_table.c.template_id, issued_table.c.issued_at))
        }
    marks = []
    for template_id, detail, occurred_at in issued_rows:
        issued = json.loads(detail)
        if issued["bureau_code"] == bureau_code:
            at = instants.get(template_id, occurred_at)
            marks.append(
                TemplateMark(
                    template_id=template_id, layout_version=load_layout().version, bureau_code=bureau_code, period_code=issued["period_code"],
                    issued_at=at.isoformat(timespec="microseconds"), revision=issued["revision"],
                )
            )  # fmt: skip
    return marks


def _issued(template_id: str, action: str = ISSUED) -> Any:
    table = table_of(tables.AuditEvent)
    return select(table.c.detail).where(table.c.action == action, table.c.subject == template_id)
