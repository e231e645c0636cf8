"""Storage of a report's rows, and the stored data for the same rows. For callers that have checked permissions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Select, Table, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session

from kpis.as_text import shown
from kpis.declared import Row, always_columns
from kpis.errors import FigureRefused, NotAllowed
from kpis.figures.records import counting_vintage
from kpis.grouped import grouped
from kpis.periods import Period, parse_period
from kpis.registers import REGISTERS, Register
from kpis.reporting.comparison import OBSERVATIONS, CellKey, Choices, Current, ReportedRow, RowChange, RowKey, merged
from kpis.reporting.merging import CellClaims, Claim, Hand, KeptRow, Settled, kept
from kpis.store import tables
from kpis.store.fields import of_codes
from kpis.store.tables import table_of
from kpis.store.translations import with_texts
from kpis.store.vintages import BLANK, by_figure

# Columns that no report may set: owner, source and confirmation of a row.
_PROTECTED = {"bureau_code", "source_code", "verified", "is_sample", "vintage", "submission_id", "known_at", "recorded_at",
              "first_known_at", "listed_in", "withdraws_vintage", "finalises_vintage"}  # fmt: skip
_OBSERVED: Mapping[str, Any] = {**BLANK, "note_ja": ""}  # columns of a figure in a report, with their values when blank
_JSON = json.JSONEncoder(ensure_ascii=False)  # json.dumps makes another each time
_PRECISION_OF = {
    "digitised_date": "digitised_precision", "cashless_since": "cashless_since_precision", "planned_for": "planned_for_precision",
    "planned_start": "planned_start_precision", "planned_end": "planned_end_precision",
    "replanned_end": "replanned_end_precision", "actual_end": "actual_end_precision", "ended_on": "ended_on_precision",
    "due_on": "due_on_precision", "new_due_on": "new_due_on_precision", "done_on": "done_on_precision",
}  # fmt: skip


def row_key(key: tuple[str, ...]) -> str:
    """Return the key of a row serialised as in a submission."""
    return _JSON.encode(list(key))


def packed(row: ReportedRow) -> str:
    """Serialise a row for a submission."""
    changed_from = {name: row.issued.get(name) for name in row.changed} if row.issued else None
    document = {
        "fields": {name: shown(value) for name, value in row.fields.items()},
        "changed_from": changed_from,
        "vintage": row.issued_vintage,
        "row": row.row,
        "columns": row.columns,
        **({"readings": row.readings} if row.readings else {}),
    }
    return orjson.dumps(document).decode()


_DAYS = {kind: [c.name for c in table_of(r.table).c if c.type.python_type is date] for kind, r in REGISTERS.items()}


def unpacked(stored: Any) -> ReportedRow:
    """Deserialise a row of a submission."""
    document = orjson.loads(stored.fields_json)
    fields, changed_from = document["fields"], document["changed_from"]
    for values in (fields, changed_from or {}):
        for name in _DAYS.get(stored.row_kind, ()):
            if values.get(name):
                values[name] = date.fromisoformat(values[name])
    issued = {} if changed_from is None else {**fields, **changed_from}
    return ReportedRow(
        kind=stored.row_kind, key=tuple(orjson.loads(stored.row_key)), fields=fields, issued_vintage=document["vintage"],
        sheet=stored.sheet, row=document["row"], columns=document["columns"],
        reason_class=stored.reason_class, reason_text=stored.reason_text, issued=issued,
        readings={n: tuple(r) for n, r in document.get("readings", {}).items()},
    )  # fmt: skip


def rows_of(session: Session, submission: tables.Submission, *, revision: int | None = None) -> tuple[list[ReportedRow], Choices]:
    """Return the rows of the newest upload, or of ``revision``, and the resolutions of its conflicts."""
    rows, choices = [], dict[CellKey, tuple[str, int]]()
    for stored in _stored_rows(session, submission, revision or submission.revision):
        row = unpacked(stored)
        rows.append(row)
        choices |= _chosen(row, stored)
    return rows, choices


def _chosen(row: ReportedRow, stored: Any) -> dict[CellKey, tuple[str, int]]:
    choices = json.loads(stored.choices_json) if stored.choices_json else {}
    return {(row.kind, row.key, column): (choice, against) for column, (choice, against) in choices.items()}


def _stored_rows(session: Session, submission: tables.Submission, revision: int) -> Iterable[Any]:
    """Return the rows of an upload as plain rows: a report may have thousands."""
    table = table_of(tables.SubmissionRow)
    wanted = (table.c.submission_id == submission.id, table.c.revision == revision)
    return session.execute(table.select().where(*wanted).order_by(table.c.id))


def packed_claims(row: KeptRow) -> str:
    """Serialise the claims of a row: a single hand where it wrote the whole row as the row states."""
    hands = {row.hand} if row.hand else {claim.hand for cell in row.cells.values() for claim in cell.claims}
    if len(hands) == 1:
        (hand,) = hands
        if row.hand or row.cells == kept(row.row, hand).cells:
            return orjson.dumps({"hand": _packed_hand(hand)}).decode()
    cells = {
        column: {
            "claims": [
                [shown(c.value), shown(c.was), _packed_hand(c.hand), c.place, c.readings] for c in cell.claims
            ],
            **({"settled": [shown(s.value), [shown(v) for v in s.among], s.by, s.at]} if (s := cell.settled) else {}),
        }
        for column, cell in row.cells.items()
    }  # fmt: skip
    return orjson.dumps({"cells": cells}).decode()


def _packed_hand(hand: Hand) -> tuple[str, str, datetime | None, int]:
    return hand.by, hand.part, hand.at, hand.upload


def kept_row(submission: tables.Submission, stored: Any) -> KeptRow:
    """Return a stored row of a submission with its claims."""
    row = unpacked(stored)
    claims_kept = orjson.loads(stored.claims_json) if stored.claims_json else {}
    if "cells" not in claims_kept:
        before = Hand(by=submission.created_by, at=submission.created_at, upload=submission.revision)  # from before it was recorded
        return kept(row, _unpacked_hand(claims_kept["hand"]) if claims_kept else before)
    days = _DAYS.get(stored.row_kind, ())

    def value(column: str, text: Any) -> Any:
        return date.fromisoformat(text) if text and column in days else text

    cells = {}
    for column, cell in claims_kept["cells"].items():
        claims = tuple(
            Claim(value=value(column, v), was=value(column, was), hand=_unpacked_hand(hand), place=place, readings=tuple(readings))
            for v, was, hand, place, readings in cell["claims"]
        )
        settled = None
        if "settled" in cell:
            v, among, by, at = cell["settled"]
            settled = Settled(
                value=value(column, v), among=tuple(value(column, option) for option in among), by=by, at=_instant(at)
            )
        cells[column] = CellClaims(claims, settled)
    return KeptRow(row, cells)


def _unpacked_hand(packed: Sequence[Any]) -> Hand:
    by, part, at, upload = packed
    return Hand(by=by, part=part, at=_instant(at), upload=upload)


def _instant(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def kept_of(session: Session, submission: tables.Submission) -> list[KeptRow]:
    """Return the rows of a report in its present state, each with its claims."""
    return kept_with_choices(session, submission)[0]


def kept_with_choices(session: Session, submission: tables.Submission) -> tuple[list[KeptRow], Choices]:
    """Return the same rows, and the resolutions of the report's conflicts: each stored row is read once."""
    rows, choices = [], dict[CellKey, tuple[str, int]]()
    for stored in _stored_rows(session, submission, submission.revision):
        row_kept = kept_row(submission, stored)
        rows.append(row_kept)
        choices |= _chosen(row_kept.row, stored)
    return rows, choices


def current_of(session: Session, rows: Sequence[ReportedRow]) -> dict[RowKey, Current]:
    """Return the stored values of reported rows, by (kind, key)."""
    current: dict[RowKey, Current] = {}
    for kind, own in grouped((row.kind, row) for row in rows).items():
        if kind == OBSERVATIONS:
            current |= _current_figures(session, own)
        else:
            current |= _current_register(session, kind, own)
    return current


def _current_figures(session: Session, rows: Sequence[ReportedRow]) -> dict[RowKey, Current]:
    c, rows_by_key = table_of(tables.Observation).c, {row.key: row for row in rows}
    stored = by_figure(session, c.indicator_code.in_({k[0] for k in rows_by_key}), c.bureau_code.in_({k[1] for k in rows_by_key}))
    vintages = {key: {row["vintage"]: row for row in vintages_of} for key, vintages_of in stored.items() if key in rows_by_key}
    submitters = _submitters(session, {v["submission_id"] for vintages_of in vintages.values() for v in vintages_of.values()})
    current: dict[RowKey, Current] = {}
    for key, vintages_of in vintages.items():
        newest = vintages_of[max(vintages_of)]
        counting = counting_vintage(vintages_of.values())
        at_issue = vintages_of.get(rows_by_key[key].issued_vintage) or dict.fromkeys(newest)
        by: str = submitters.get(newest["submission_id"]) or newest["source_code"]
        values, again = dict.fromkeys(newest), None
        if counting is not None:
            withdrawal = {"vintage": newest["vintage"] + 1, "withdraws_vintage": counting["vintage"]}
            values, again = dict(counting), counting_vintage([*vintages_of.values(), withdrawal])
        current[OBSERVATIONS, key] = Current(
            values=values,
            vintage=newest["vintage"],
            at_issue=at_issue,
            changed_by=by,
            changed_at=newest["recorded_at"],
            counts_again=again,
        )
    return current


def _current_register(session: Session, kind: str, rows: Sequence[ReportedRow]) -> dict[RowKey, Current]:
    table, log = table_of(REGISTERS[kind].table), table_of(tables.RegisterChange)
    (key_column,) = table.primary_key.columns
    rows_by_code = {row.key[0]: row for row in rows}
    reported = {key_column.name, "vintage", "source_code"}.union(*(row.fields for row in rows))
    names = [c.name for c in table.c if c.name in reported]
    stored_rows: dict[str, Row] = {}
    for rows_held in of_codes(session, sql_select(*(table.c[name] for name in names)), key_column, rows_by_code):
        for stored in with_texts(session, REGISTERS[kind].table, rows_held):
            stored_rows[stored[key_column.name]] = {name: value for name, value in stored.items() if name in reported}
    behind = [code for code, values in stored_rows.items() if values["vintage"] > rows_by_code[code].issued_vintage]
    past: dict[str, Row] = {}
    last: dict[str, tuple[int | None, str, datetime]] = {}
    changes = sql_select(log).where(log.c.register_name == kind).order_by(log.c.vintage)
    for change in chain.from_iterable(of_codes(session, changes, log.c.row_code, behind)):
        last[change.row_code] = (change.submission_id, change.file_sha256 or "", change.known_at)
        if change.vintage > rows_by_code[change.row_code].issued_vintage:
            for name, value in json.loads(change.before_json).items():
                past.setdefault(change.row_code, {}).setdefault(name, _typed(table, name, value))
    submitters = _submitters(session, {submission for submission, _, _ in last.values()})
    current: dict[RowKey, Current] = {}
    for code, values in stored_rows.items():
        issued = rows_by_code[code].issued_vintage
        earlier = past.get(code)
        at_issue = ({**values, **earlier} if earlier else values) if issued else dict.fromkeys(values)
        submission, _, changed_at = last.get(code, (None, "", None))
        by: str = submitters.get(submission) or values["source_code"]
        current[kind, (code,)] = Current(
            values=values, vintage=values["vintage"], at_issue=at_issue, changed_by=by, changed_at=changed_at
        )
    return current


def _typed(table: Table, name: str, value: Any) -> Any:
    is_day = isinstance(value, str) and name in table.c and table.c[name].type.python_type is date
    return date.fromisoformat(value) if is_day else value


def _submitters(session: Session, ids: set[int | None]) -> dict[int | None, str]:
    table = table_of(tables.Submission)
    numbers = {i for i in ids if i is not None}
    if not numbers:
        return {}
    return {row.id: row.submitted_by for row in session.execute(sql_select(table).where(table.c.id.in_(numbers)))}


# Whose rows they are, and what is stored of them ----------------------------------------------------------------------


def refuse_rows(session: Session, bureau_code: str, period_code: str, rows: Sequence[ReportedRow]) -> None:
    """Refuse rows of another bureau, of later periods, or with columns no report may set, naming the cell."""
    end = parse_period(period_code).end
    allowed = {kind: {*table_of(r.table).c.keys(), *always_columns(r.table)} - _PROTECTED for kind, r in REGISTERS.items()}
    allowed[OBSERVATIONS] = set(table_of(tables.Observation).c.keys()) - _PROTECTED
    of_others = {(row.kind, row.key) for row in rows_of_others(session, bureau_code, period_code, rows)}
    for row in rows:
        place = {"sheet": row.sheet, "row": row.row}
        if wrong := row.fields.keys() - allowed[row.kind]:
            raise FigureRefused("columns_not_reported", **place, columns=", ".join(sorted(wrong)))
        if (row.kind, row.key) in of_others:
            raise NotAllowed("not_of_bureau", **place, key=" ".join(row.key), bureau=bureau_code)
        if row.kind == OBSERVATIONS and parse_period(row.key[2]).end > end:
            raise FigureRefused(
                "period_later", **place, period=parse_period(period_code).label, later=parse_period(row.key[2]).label
            )


def rows_of_others(session: Session, bureau_code: str, period_code: str, rows: Sequence[ReportedRow]) -> list[ReportedRow]:
    """Return the rows that are not for a bureau to report for a period, by what is stored now: owners, projects and indicators change."""
    indicators = {
        code for (code,) in session.execute(
            sql_select(table_of(tables.Indicator).c.indicator_code).where(table_of(tables.Indicator).c.is_reported_by_bureaus)
        )
    }  # fmt: skip
    own_projects = {code for (code,) in session.execute(projects_of(bureau_code, parse_period(period_code)))}
    owners = {
        kind: owners_in(session, register, {row.key[0] for row in rows if row.kind == kind}) for kind, register in REGISTERS.items()
    }

    def fits(row: ReportedRow) -> bool:
        if row.kind == OBSERVATIONS:
            return row.key[1] == bureau_code and row.key[0] in indicators
        if REGISTERS[row.kind].owner == "project_code":
            return owners[row.kind].get(row.key[0], row.fields.get("project_code")) in own_projects
        if owners[row.kind].get(row.key[0], bureau_code) != bureau_code:
            return False
        if (of_period := REGISTERS[row.kind].of_period) and row.fields.get(of_period) != period_code:
            return False
        if {"indicator_code", "project_code"} <= row.fields.keys():  # the bureau must report its indicator or lead its project
            about = (row.fields["indicator_code"], row.fields["project_code"])
            return (about[0] in indicators) != (about[1] in own_projects) and None in about
        return True

    return [row for row in rows if not fits(row)]


def projects_of(bureau_code: str, period: Period) -> Select[tuple[str]]:
    """Return the query for the codes of the projects that a bureau leads or takes part in, on any day of a period."""
    part = table_of(tables.ProjectBureau)
    return sql_select(part.c.project_code).where(
        part.c.bureau_code == bureau_code,
        or_(part.c.valid_from.is_(None), part.c.valid_from <= period.end),
        or_(part.c.valid_to.is_(None), part.c.valid_to >= period.start),
    )


def owners_in(session: Session, register: Register, codes: Iterable[str]) -> dict[str, str | None]:
    """Return the codes that are in a register, with the owning bureau or project of each row."""
    table = table_of(register.table)
    key, owner = table.c[register.key[0]], table.c[register.owner]
    return {code: whose for rows in of_codes(session, sql_select(key, owner), key, codes) for code, whose in rows}


def values_of(change: RowChange, stored: Any, bureau_code: str, source: str) -> Row:
    """Return the columns written by a change: every column of an observation, for a register those given."""
    row = change.row
    if row.kind == OBSERVATIONS:
        after = merged(row, change.cells, stored)
        if change.withdraws:
            after = {}
        return {
            "indicator_code": row.key[0], "bureau_code": row.key[1], "period_code": row.key[2],
            **{name: blank if after.get(name) is None else after[name] for name, blank in _OBSERVED.items()},
            "published_on": None, "source_code": source, "verified": False, "reason_class": row.reason_class,
            "reason_text": row.reason_text, "note_en": "", "is_withdrawn": change.withdraws,
        }  # fmt: skip
    register = REGISTERS[row.kind]
    (key,) = register.key
    if stored is None:
        defaults = {n: f.default for n, f in register.table.model_fields.items() if not f.is_required()}
        given = {n: v for n, v in row.fields.items() if v is not None or defaults.get(n) is None}
        made = {**defaults, **given, key: row.key[0], "source_code": source}
        return _with_precisions({**made, "bureau_code": bureau_code} if register.owner == "bureau_code" else made)
    counting = {c.column: c.new for c in change.cells if c.counts}
    if "note_ja" in counting:
        counting["note_en"] = ""  # the stored one translates the old note
    return _with_precisions({**counting, key: row.key[0], "source_code": source})


def _with_precisions(values: Row) -> Row:
    """Set the precision of days written by a bureau to day, and of cleared days to unknown."""
    for column, precision in _PRECISION_OF.items():
        if column in values and precision not in values:
            values[precision] = "day" if values[column] is not None else "unknown"
    return values
