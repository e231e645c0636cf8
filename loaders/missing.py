"""Rows of a list that are missing from its reloaded file: report them and apply a decision; never silently keep or drop them.

A list is identified by its file name. In a register (procedures, facilities, milestones) the rows of the same sources belong to it
too, whatever the file name; a small file with none of the list's rows adds to it. A file of figures, bureaus, projects or
indicators with fewer than half of its list's rows counts as a part (a correction, a supplement): this is reported, the other rows
stay, and a decision given with it applies as for a whole list. The other lists of the catalogue are always whole.

Possible decisions, for all rows of a load (``--missing``) or row by row in ``dropped.csv`` beside the lists:

- ``keep``: the file is a part, or the row is still valid; it is not reported again;
- ``end=DAY``: the row ended on that day (registers);
- ``never``: the row was never valid: a figure is withdrawn, a register row marked as a mistake, a catalogue row deleted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kpis.declared import Row
from kpis.errors import FigureRefused
from kpis.figures.records import counting_vintage
from kpis.message import Message
from kpis.registers import LIST_OF_FILE, LISTS, REGISTERS
from kpis.store import tables
from kpis.store.decisions import Gone, RowDecision
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.store.translations import with_texts
from kpis.vocabulary import RowKind
from loaders.files.problems import Problem
from loaders.prepared import Prepared

DROPPED = "dropped.csv"
NAMED = 50  # rows named one by one; a truncated list may lack tens of thousands


def decision_of(word: str, reason: str = "", *, day: str = "") -> RowDecision:
    """Parse a decision: ``keep``, ``end=2024-03-31`` or ``never``; the last two need a reason.

    Raises:
        FigureRefused: it is none of them, or lacks its date or reason.
    """
    name, _, own = word.strip().partition("=")
    try:
        ended = date.fromisoformat(own or day) if name == "end" else None
    except ValueError:
        name, ended = "", None
    if name not in ("keep", "end", "never"):
        raise FigureRefused("decision_unreadable", word=word)
    if name != "keep" and not reason.strip():
        raise FigureRefused("decision_without_reason", decision=name, file=DROPPED)
    return RowDecision(name, ended, reason.strip())


def read_dropped(*folders: Path | None) -> dict[tuple[str, str], RowDecision]:
    """Read the decisions about missing rows from the ``dropped.csv`` of folders: (kind, key) → decision.

    Raises:
        FigureRefused: a row cannot be read; the message names it.
    """
    decisions = {}
    for folder in folders:
        path = folder / DROPPED if folder is not None else None
        if path is None or not path.is_file():
            continue
        try:
            dropped = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
        except UnicodeDecodeError as wrong:
            raise FigureRefused("dropped_row_unreadable", path=path, row=1, fault=Message("in_utf8")) from wrong
        for number, row in enumerate(dropped, start=2):
            try:
                listed = LIST_OF_FILE.get(row["list"])
                decisions[listed.kind.value if listed else row["list"], row["row_key"]] = decision_of(
                    row["decision"], row["reason"], day=row["ended_on"]
                )
            except (KeyError, FigureRefused) as wrong:
                fault = wrong.message if isinstance(wrong, FigureRefused) else Message("dropped_column_missing", column=wrong)
                raise FigureRefused("dropped_row_unreadable", path=path, row=number, fault=fault) from wrong
    return decisions


def find_gone(store: Store, file: Prepared) -> list[Gone]:
    """Return the rows missing from a reloaded list that have no decision yet."""
    listed, fields = LISTS.get(file.kind), LISTS[file.kind].key if file.kind in LISTS else ()
    if listed is None or not listed.decisions:
        return []
    stored = dict(_held(store, file, fields))
    if not stored:
        return []
    there = {_key(fields, vars(row)) for _, row in file.numbered} | {_key(fields, given) for _, given in file.faulty}
    gone = [key for key in stored if key not in there]
    is_register = file.kind in REGISTERS
    is_addition = len(gone) == len(stored) and 0 < len(there) * 2 < len(stored)
    if not gone or (is_register and is_addition):
        return []
    is_part = not (is_register or listed.is_replaced) and len(gone) * 2 > len(stored)
    kept = {
        row["row_key"]
        for row in store.all_of(tables.ListDecision, list_kind=file.kind)
        if row["decision"] == "keep" and (file.kind != RowKind.OBSERVATION or row["list_name"] == file.name)
    }
    return [
        Gone(kind=file.kind, list_name=file.name, key=key, row=stored[key], was_kept=key in kept, is_beside_part=is_part)
        for key in gone
        if listed.is_replaced or key not in kept
    ]


def _key(fields: Sequence[str], row: Mapping[str, Any]) -> str:
    return " ".join("" if row.get(name) is None else str(row[name]).strip() for name in fields)


def _held(store: Store, file: Prepared, fields: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Yield (key, row) of the stored rows of the same list."""
    if file.kind == RowKind.OBSERVATION:
        yield from _figures(store, file.name)
        return
    model = LISTS[file.kind].table
    table = table_of(model)
    query = select(table)
    if file.kind in REGISTERS:
        sources = {row.source_code for _, row in file.numbered}  # type: ignore[attr-defined]
        own = (table.c.listed_in == file.name) | ((table.c.listed_in != "") & table.c.source_code.in_(sources))
        names = [*fields, "name_ja"]
        query = select(*(table.c[name] for name in names if name in table.c)).where(own, table.c.ended_reason.is_(None))
    if file.kind == RowKind.REPORTING_PERIOD:
        query = query.where(table.c.opens_on.is_not(None))
    with store.reading() as session:
        rows = session.execute(query.execution_options(yield_per=1_000))
        for values in with_texts(session, model, rows):
            yield _key(fields, values), values


def _figures(store: Store, name: str) -> Iterator[tuple[str, Row]]:
    table, files = table_of(tables.Observation), table_of(tables.OriginalFile)
    fields = LISTS[RowKind.OBSERVATION].key
    query = select(
        *(table.c[n] for n in (*fields, "vintage", "withdraws_vintage")),
        ((files.c.name == name) & table.c.submission_id.is_(None)).label("is_of_the_list"),
    ).select_from(table.outerjoin(files, files.c.sha256 == table.c.file_sha256))  # fmt: skip
    vintages_of: dict[str, list[Row]] = {}
    with store.reading() as session:
        for row in session.execute(query.order_by(table.c.vintage)):
            values = dict(row._mapping)
            vintages_of.setdefault(_key(fields, values), []).append(values)
    for key, vintages in vintages_of.items():
        counting = counting_vintage(vintages)
        if counting is not None and counting["is_of_the_list"]:
            yield key, dict(counting)


def settle(
    file: Prepared,
    gone: Sequence[Gone],
    *,
    decision: RowDecision | None,
    dropped: Mapping[tuple[str, str], RowDecision],
    lenient: bool,
) -> list[tuple[Gone, RowDecision]]:
    """Apply decisions to the rows missing from a list; add a problem for each row without an applicable one.

    Args:
        file: the list; problems are added to it.
        gone: from ``find_gone``.
        decision: for every row that ``dropped`` does not name.
        dropped: row by row.
        lenient: an undecided row is reported but does not block loading: stored figures stay, and a list of the catalogue is
            replaced. For the shipped files at server start.
    """
    settled: list[tuple[Gone, RowDecision]] = []
    open_: list[Gone] = []
    beside: list[Gone] = []
    for row in gone:
        own = RowDecision("keep") if row.was_kept else dropped.get((row.kind, row.key), decision)
        if own is None and row.is_beside_part:
            beside.append(row)
        elif own is not None and own.word in LISTS[row.kind].decisions:
            settled.append((row, own))
        elif lenient and own is None:
            open_.append(row)
            if LISTS[file.kind].is_replaced:
                settled.append((row, RowDecision("never", None, f"{file.name}")))
        else:
            open_.append(row)
    if beside:
        file.problems.append(_stays(file, beside))
    replaced = bool(open_) and LISTS[file.kind].is_replaced
    for row in open_[:NAMED]:
        file.problems.append(_problem(file, row, lenient=lenient, replaced=replaced))
    if len(open_) > NAMED:
        more = len(open_) - NAMED
        file.problems.append(_named(file, Message("rows_more", more=more), lenient=lenient, replaced=replaced))
    return settled


def _stays(file: Prepared, rows: Sequence[Gone]) -> Problem:
    named = " / ".join(row.key for row in rows[:3]) + (" …" if len(rows) > 3 else "")
    options = tuple(word for word in LISTS[file.kind].decisions if word != "keep")
    instead = LISTS[file.kind].instead or Message("as_told", text="")
    return Problem(
        "rule", f"{named} ({len(rows):,})", Message("part_of_list", count=len(rows)),
        Message("remedy_whole_list", options=options) if options else instead,
        sheet=file.sheet, grade="warning", rule="part_of_list",
    )  # fmt: skip


def _problem(file: Prepared, row: Gone, *, lenient: bool, replaced: bool) -> Problem:
    name = row.row.get("name_ja") or ""
    return _named(file, f"{row.key} {name}".strip(), lenient=lenient, replaced=replaced)


def _named(file: Prepared, what: str | Message, *, lenient: bool, replaced: bool) -> Problem:
    can, instead = LISTS[file.kind].decisions, LISTS[file.kind].instead
    options = {"keep": "keep", "end": "end=2024-03-31", "never": "never"}
    remedy = Message("remedy_decide", options=tuple(options[word] for word in can), file=DROPPED)
    if instead:
        remedy = Message("remedy_or_instead", remedy=remedy, instead=instead)
    if lenient:
        remedy = Message("taken_out_as_listed" if replaced else "kept_as_stored", remedy=remedy)
    return Problem(
        "rule", what, Message("row_of_list_before"), remedy,
        sheet=file.sheet, grade="warning" if lenient else "error", rule="row_gone",
    )  # fmt: skip
