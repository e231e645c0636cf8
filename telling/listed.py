"""Blocks of a register defined by its record alone: counts by status, comparison of bureaus, the list, and one row of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from charts.shapes import Shares
from kpis.declared import Fields, said_of, translated, type_of
from kpis.figures.listed import APART, RowStanding, by_bureau, counted
from kpis.languages import side
from kpis.registers import Register
from kpis.store import tables
from kpis.text import format_date
from telling.blocks import Block, Card, Cell, Link, Telling, taken_from

Declared = Fields | tables.SQLModel  # a row, as declared by its class
NOT_SHOWN = ("source_code", "verified", "note_en")  # the source is shown separately, confirmation is internal; notes are shown once


def name(telling: Telling, register: Register) -> str:
    """Return the name of the register."""
    return telling.words(f"nav_{register.sheet}")


def title(telling: Telling, register: Register, rows: Sequence[RowStanding]) -> str:
    """Return how many rows are valid."""
    return telling.words("listed_title", register=name(telling, register), count=sum(_counted(register, rows).values()))


def lead(telling: Telling, rows: Sequence[RowStanding]) -> str:
    """Return the reference date, and how many rows are no longer or not yet counted."""
    w = telling.words
    sentences = [w("listed_lead", as_of=format_date(telling.as_of, w.language))]
    sentences += [w(f"listed_{apart}_count", count=n) for apart in APART if (n := sum(row.status == apart for row in rows))]
    return w.together(sentences)


def status_word(telling: Telling, register: Register, status: str) -> str:
    """Return the word for a row's status."""
    return telling.words(f"listed_{status}" if status in APART else f"{register.kind}_{status}")


def cards(telling: Telling, register: Register, rows: Sequence[RowStanding]) -> list[Card]:
    """Return the number of rows in each status."""
    note = name(telling, register)
    return [
        Card(status_word(telling, register, status), n, note, (("status", status),))
        for status, n in _counted(register, rows).items()
    ]


def compared(telling: Telling, register: Register, rows: Sequence[RowStanding]) -> Block:
    """Compare bureaus by status."""
    w, statuses = telling.words, register.words_of(register.status)
    counts_of = by_bureau(rows, statuses, bureaus=list(telling.bureaus), home=telling.home)
    words = tuple((status, status_word(telling, register, status)) for status in statuses)
    heads = (w("reg_by_bureau"), w("listed_total"), *(word for _, word in words))
    lines: tuple[tuple[Cell, ...], ...] = tuple((telling.bureau(c), sum(n.values()), *n.values()) for c, n in counts_of.items())
    shape = (
        Shares(tuple((telling.bureau(code), n, "") for code, n in counts_of.items()), words, w("listed_unit"))
        if counts_of
        else None
    )
    most = max(counts_of, key=lambda code: sum(counts_of[code].values()), default="")
    block = Block(
        key=f"{register.sheet}_by_bureau",
        sentence=w("listed_by_sentence", largest=telling.bureau(most), count=sum(counts_of[most].values())) if counts_of else "",
        columns=heads, rows=lines, shape=shape, why_empty=empty(telling, register),
        flat=tuple({"bureau_code": code, **{f"{status}_count": n for status, n in counts.items()}} for code, counts in counts_of.items()),
    )  # fmt: skip
    by = w("ed_compare", dimension=w("reg_by_bureau"))
    return taken_from(block, telling, register.sheet, [row.source_code for row in rows], heading=by)


def empty(telling: Telling, register: Register) -> str:
    """Return the remark that nothing is loaded yet."""
    return telling.words("listed_empty", register=name(telling, register))


def listed(telling: Telling, register: Register, rows: Sequence[RowStanding], address: Callable[[str], str] | None = None) -> Block:
    """List rows with their status, and every non-empty column.

    Args:
        rows: rows to list.
        address: code → address of the row's own page, where there is one.
    """
    w = telling.words
    records = [dict(facts(telling, register, row.row)) for row in rows]
    heads = [head for head in _headings(telling, register) if any(head in record for record in records)]
    lines: list[tuple[Cell, ...]] = []
    for row, record in zip(rows, records, strict=True):
        opened: list[Cell] = [Link(row.code, address(row.code))] if address else []
        lines.append((*opened, status_word(telling, register, row.status), *(record.get(head, "") for head in heads)))
    columns = (*([w("open_row")] if address else []), w("col_status"), *heads)
    flat = tuple({column: vars(row.row)[column] for column in said_columns(register) if column in vars(row.row)} for row in rows)
    return Block(key=register.sheet, columns=columns, rows=tuple(lines), flat=flat, is_table_open=True, file=register.sheet)


def facts(telling: Telling, register: Register, row: Declared, *, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the fields of a row as heading and text, in declaration order, without blanks. ``without``: fields shown elsewhere."""
    headings = _headings(telling, register)
    facts_of = {column: _text(telling, register, row, column) for column in _shown(register) if column not in without}
    return [(head, facts_of[column]) for head, column in headings.items() if facts_of.get(column)]


def said_columns(register: Register) -> tuple[str, ...]:
    """Return the public columns in declaration order, a text in all its languages."""
    return tuple(said_of(register.fields))


def of_bureau(telling: Telling, register: Register, counts: Mapping[str, int]) -> str:
    """Return a bureau's row count, with the count of each status that occurs."""
    w = telling.words
    parts = (
        f"{status_word(telling, register, status)} {w.number(counts[status])}"
        for status in register.words_of(register.status)
        if status in counts
    )
    return w("listed_of_bureau", total=sum(counts.values()), parts=w("list_comma").join(parts))


def _counted(register: Register, rows: Sequence[RowStanding]) -> dict[str, int]:
    return counted(rows, register.words_of(register.status))


def _shown(register: Register) -> list[str]:
    """Return the public fields to show; the precision of a date is shown with the date, the status separately."""
    own = (f"{register.called_by}_ja", f"{register.called_by}_en") if register.called_by != "name" else ()
    called = tuple(column for column in own if column in register.fields.model_fields)
    return [
        *translated(register.fields),
        *called,
        *(
            column
            for column in said_of(register.fields)
            if column not in called
            and column in register.fields.model_fields
            and column not in (register.status, *NOT_SHOWN)
            and not column.endswith("_precision")
        ),
    ]


def _headings(telling: Telling, register: Register) -> dict[str, str]:
    """Return heading → field, from the declarations of fields."""
    texts, meant = translated(register.fields), said_of(register.fields)
    language = side(telling.words.language)
    return {
        telling.words("col_note") if c == "note_ja" else (texts[c].meanings(language) if c in texts else meant[c])[language]: c
        for c in _shown(register)
    }


def _text(telling: Telling, register: Register, row: Declared, column: str) -> str:
    w = telling.words
    if column in translated(register.fields):
        return w.named(row, column)
    value = w.named(row, "note") or getattr(row, "note_en", "") if column == "note_ja" else getattr(row, column)
    if value is None or value == "":
        return ""
    if column == "bureau_code":
        return telling.bureau(value)
    if column in ("indicator_code", "project_code"):
        named_rows = telling.moment.indicators if column == "indicator_code" else telling.moment.by_code(tables.Project)
        return w.named(named_rows[value]) if value in named_rows else str(value)
    if column == "ended_reason":
        return w(f"ended_reason_{value}")
    if isinstance(value, date):
        return telling.day(value, getattr(row, f"{column}_precision", "day"))
    if type_of(register.fields, column) is bool:
        return w("answer_yes") if value else ""
    key = f"{register.kind}_{value}"
    return w(key) if register.words_of(column) and w.has(key) else str(value)
