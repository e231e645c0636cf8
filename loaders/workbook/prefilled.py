"""The prefilled rows of a template: earlier reported values, requested figures, codes for new rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpis.figures.records import Definition, Figure, value_of
from kpis.kinds import KINDS
from kpis.periods import parse_period
from kpis.registers import OF_SHEET
from kpis.reporting.comparison import TemplateMark
from loaders.workbook.context import Record, ReportContext
from loaders.workbook.layout import ACTIONS, KEYS, Column, Layout, shown


def rows_of(context: ReportContext, layout: Layout, sheet: str, mark: TemplateMark) -> list[tuple[Record, Record | None]]:
    """Return (labels and keys, current row or ``None``) of every row of a sheet, in order."""
    return figure_rows(context, layout) if sheet == "observations" else register_rows(context, layout, sheet, mark)


def cell_value(layout: Layout, column: Column, cells: Record, record: Record | None) -> Any:
    """Return the displayed value of a cell; ``None`` = blank."""
    return cells.get(column.name) if column.name in cells and not column.is_input else shown(layout, column, record)


def figure_rows(context: ReportContext, layout: Layout) -> list[tuple[Record, Record | None]]:
    """Return (labels and keys, stored row or ``None``) of every requested figure."""
    rows = []
    for code, period in context.figure_keys:
        indicator = context.indicators[code]
        label, previous = _previous(context, code, period)
        cells = {
            "bureau_code": context.bureau["bureau_code"], "indicator_code": code, "period_code": period,
            "name_ja": indicator["name_ja"], "period_label": parse_period(period).label(), "unit_ja": indicator["unit_ja"],
            "to_fill": layout.to_fill[indicator["kind"]], "definition_ja": indicator["definition_ja"],
            "previous_label": label, "previous_value": previous, "kind": indicator["kind"], "decimals": indicator["decimals"],
        }  # fmt: skip
        key = (code, period)
        rows.append((cells, context.as_filled(("observations", *key), context.current("observations", key))))
    return rows


def _previous(context: ReportContext, code: str, period: str) -> tuple[str | None, Any]:
    begins = parse_period(period).start
    figures = context.counting(code)
    earlier = [p for p in figures if parse_period(p).end < begins]
    if not earlier:
        return None, None
    last = max(earlier, key=lambda p: (parse_period(p).end, parse_period(p).start))
    row = figures[last]
    indicator = context.indicators[code]
    if KINDS[indicator["kind"]].is_text:
        return parse_period(last).label(), row["text_ja"]
    definition = Definition(code, indicator["kind"], indicator["direction"], "", "", "", "")
    figure = Figure(
        period_code=last,
        value=row["value"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        base_value=row["base_value"],
    )
    return parse_period(last).label(), value_of(definition, figure)


def register_rows(context: ReportContext, layout: Layout, sheet: str, mark: TemplateMark) -> list[tuple[Record, Record | None]]:
    """Return (labels and keys, stored row or ``None``) of a register: known rows, then rows for new entries."""
    bureau = context.bureau["bureau_code"]
    (key,) = KEYS[sheet]
    if OF_SHEET[sheet].of_period:
        return _commentary_rows(context, sheet)
    rows: list[tuple[Record, Record | None]] = []
    words = {code: word for word, code in subject_words(context).items()}
    for code in context.prefilled(sheet):
        row = context.registers[sheet][code]
        cells: Record = {"bureau_code": bureau, key: code}
        if sheet == "milestones":
            cells |= {"project_code": row["project_code"], "project_name": context.projects[row["project_code"]]["name_ja"]}
        elif sheet == ACTIONS:
            subject = row["indicator_code"] or row["project_code"]
            cells["subject"] = words.get(subject, subject)
        rows.append((cells, context.as_filled((sheet, code), row)))
    for code in [
        code for kind, code in (k for k in context.filled if len(k) == 2) if kind == sheet and code not in context.registers[sheet]
    ]:
        new = context.filled[sheet, code]
        subject = str(new.get("indicator_code") or new.get("project_code") or "")
        rows.append(({"bureau_code": bureau, key: code, "subject": words.get(subject, subject) or None, "is_new": True}, new))
    numbers = range(1, layout.new_rows.get(sheet, 0) + 1)
    rows += [({"bureau_code": bureau, key: new_code(mark, sheet, f"{n:02d}"), "is_new": True}, None) for n in numbers]
    return rows


def _commentary_rows(context: ReportContext, sheet: str) -> list[tuple[Record, Record | None]]:
    """Return a row for each possible subject of commentary in the report's period, filled where there already is one."""
    commentaries = context.registers[sheet]
    subjects = context.commentaries | {code: row["indicator_code"] or row["project_code"] for code, row in commentaries.items()}
    rows: list[tuple[Record, Record | None]] = []
    for code, subject in subjects.items():
        before = context.earlier.get(subject, {})
        cells: Record = {
            "bureau_code": context.bureau["bureau_code"], "commentary_code": code, "period_code": context.period.code,
            "subject_name": context.subjects[subject]["name_ja"] if subject in context.subjects else subject,
            "status_label": context.standing.get(subject),
            "previous_ja": "\n".join(text for name in ("cause_ja", "obstacle_ja", "response_ja") if (text := before.get(name))) or None,
        }  # fmt: skip
        rows.append((cells, context.as_filled((sheet, code), commentaries.get(code))))
    return rows


def subject_words(context: ReportContext) -> dict[str, str]:
    """Return the possible subjects of an action, as written in the workbook (name and code) → code."""
    return {f"{row['name_ja']} ({code})": code for code, row in context.subjects.items()}


def new_code(mark: TemplateMark, sheet: str, tail: str) -> str:
    """Return the code of a new row: bureau, register, template and number, unique among templates."""
    return f"{mark.bureau_code}-{OF_SHEET[sheet].letter}{mark.template_id[-6:]}-{tail}"


def places_of(layout: Layout, lists: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the range of each list on the sheet of choices: lists one below the other, one choice per row."""
    places, row = {}, 2
    for name, place in lists.items():
        if place:
            places[name] = f"'{layout.sheets['choices']}'!$B${row}:$B${row + len(place) - 1}"
            row += len(place)
    return places
