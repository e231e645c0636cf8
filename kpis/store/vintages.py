"""Store input: rows of files and of approved reports become vintages; earlier ones are never lost.

Everything here runs within a transaction opened by its caller (``Store.writing()``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, update
from sqlmodel import Session

from kpis.as_text import named_file
from kpis.declared import Row, translated
from kpis.errors import FigureRefused
from kpis.figures.records import Figure, counting_vintage, is_final_of, standing_vintages
from kpis.government import government
from kpis.grouped import grouped
from kpis.periods import first_instant, parse_period
from kpis.registers import LISTS, REGISTERS
from kpis.seen import doing
from kpis.store import definition_history, tables, translations
from kpis.store.fields import is_storable
from kpis.store.many import insert_many
from kpis.store.register_history import FIRST_KNOWN
from kpis.store.tables import table_of
from kpis.vocabulary import RowKind

ENDS: Mapping[str, Any] = {"ended_on": None, "ended_on_precision": "unknown", "ended_reason": None, "successor_code": None}
MILESTONE_DATES = {"planned": "planned_end", "replanned": "replanned_end", "actual": "actual_end"}
MANY = 500  # maximum number of keys in a query; beyond, the whole table is read
COMPARED = tuple(tables.FigureFields.model_fields)
CARRIED = tuple(n for n in COMPARED if n in Figure.__dataclass_fields__)  # of these, the fields that judge and display a figure
OTHER_FIELDS = tuple(n for n in COMPARED if n not in CARRIED)  # of these, the fields only carried along
BLANK: Mapping[str, Any] = {name: field.default for name, field in tables.FigureFields.model_fields.items()}  # without content
SAID_WHY = ("reason_class", "reason_text", "withdraws_vintage", "finalises_vintage")
FigureKey = tuple[str, str, str]  # indicator, unit, period
FIGURE_KEY = ("indicator_code", "bureau_code", "period_code")
GIVEN = ("vintage", "is_sample", *COMPARED, *SAID_WHY)  # of a vintage, compared with another


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a change: the instant it became known (UTC), the file, and for reports the submission and reason."""

    known_at: datetime
    file_sha256: str | None = None
    submission_id: int | None = None
    reasons: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)  # by row code: reason class and text
    list_name: str = ""  # for a list of a register: the name under which it is reloaded


def by_figure(session: Session, *where: ColumnElement[bool], names: Sequence[str] = ()) -> dict[FigureKey, list[Row]]:
    """Return every stored vintage of figures, oldest first, by indicator, unit and period.

    Args:
        where: conditions on the rows.
        names: columns besides the key of a figure; default all.
    """
    table = table_of(tables.Observation)
    query = select(*(table.c[name] for name in (*FIGURE_KEY, *names))) if names else select(table)
    query = query.where(*where).order_by(table.c.vintage)
    rows = doing.counted(session.execute(query.execution_options(yield_per=10_000)))
    return grouped(((row.indicator_code, row.bureau_code, row.period_code), dict(row._mapping)) for row in rows)


def of_figure(session: Session, key: FigureKey) -> list[Row]:
    """Return every stored vintage of one figure, oldest first."""
    if not is_storable(key):
        return []
    c = table_of(tables.Observation).c
    return by_figure(session, *(c[name] == value for name, value in zip(FIGURE_KEY, key, strict=True))).get(key, [])


def keep_original(session: Session, *, name: str, content: bytes, kind: str, received_at: datetime) -> str:
    """Store the bytes of a file once by their SHA-256, and return it."""
    sha256 = hashlib.sha256(content).hexdigest()
    if session.get(tables.OriginalFile, sha256) is None:
        session.execute(
            insert(table_of(tables.OriginalFile)).values(
                sha256=sha256, name=named_file(name), kind=kind, content=content, bytes_count=len(content), received_at=received_at
            )
        )
    return sha256


def apply_rows(
    session: Session, kind: str, rows: Sequence[BaseModel], *, sha256: str, loaded_at: datetime, list_name: str = "",
    columns: Collection[str] | None = None, kept: Sequence[Mapping[str, Any]] = (),
) -> int:  # fmt: skip
    """Store the validated rows of one file within the caller's transaction.

    Args:
        kind: of the rows, as ``observation``.
        rows: validated rows in file order.
        sha256: of the original file, already stored.
        loaded_at: UTC.
        columns: of the file; ``None`` means every one of the model.
        kept: rows to keep although they are missing from a list that is replaced whole.
        list_name: name of the list, by which missing rows are found when it is loaded again.

    Returns:
        The number of rows that are new or changed.

    Raises:
        FigureRefused: a correction has no reason, or the kind is not known.
    """
    values = [dict(vars(row)) for row in rows]  # flat rows: their fields without the recursion of model_dump
    if kind not in LISTS:
        raise FigureRefused("row_kind_refused", kind=kind)
    listed, model, table = LISTS[kind], LISTS[kind].table, table_of(LISTS[kind].table)
    if kind in REGISTERS and rows:
        for left_out in () if columns is None else ENDS.keys() - columns:  # the list leaves it unchanged
            for value in values:
                value.pop(left_out, None)
    if listed.stored == "appended":
        return _append_observations(session, values, sha256=sha256, loaded_at=loaded_at)
    if listed.stored == "by_key":
        # A file is complete for its rows: texts in a language without a column are deleted.
        texts = dict.fromkeys(translations.between(translations.text_columns(session, model), translated(model)), "")
        given = [{**texts, **value} for value in values]
        return upsert(session, kind, given, origin=Origin(loaded_at, sha256, list_name=list_name))
    if listed.stored == "days":
        return _set_calendar(session, values, kept={row["period_code"] for row in kept}, origin=Origin(loaded_at, sha256))
    if "period_code" in table.c:
        ensure_periods(session, {v["period_code"] for v in values if v["period_code"]})
    session.execute(delete(table))
    translations.clear(session, model)
    stay = [{name: value for name, value in row.items() if name != "id"} for row in kept]
    for rows_alike in (values, stay):
        if rows_alike:
            session.execute(insert(table), [translations.stored(model, row) for row in rows_alike])
            translations.add(session, model, rows_alike)
    return len(values)


def apply_report(session: Session, kind: str, values: list[Row], *, origin: Origin) -> int:
    """Store the approved rows of a bureau's report within the caller's transaction.

    Args:
        kind: ``observation`` or the name of a register.
        values: reported columns, with the row's key; observations include their reason, new rows of registers
            every column.
        origin: with the submission, and the reason for register rows.

    Returns:
        The number of rows that are new or changed.
    """
    if is_sample(session):
        values = [{**row, "is_sample": True} for row in values]
    if kind == RowKind.OBSERVATION:
        given = [{**row, "submission_id": origin.submission_id} for row in values]
        return _append_observations(session, given, sha256=origin.file_sha256, loaded_at=origin.known_at)
    return upsert(session, kind, values, origin=origin)


def upsert(session: Session, kind: str, values: list[Row], *, origin: Origin) -> int:
    """Store rows of a list by key; a changed row of a register keeps its history. Return the number of new or changed rows."""
    model, is_register = LISTS[kind].table, kind in REGISTERS
    table = table_of(model)
    (key,) = table.primary_key.columns
    # A row may refer to a later row of the same file: store the rows first, the references after.
    pointers = [c.name for c in table.c if any(f.column.table is table for f in c.foreign_keys)]
    query = select(table)
    if len(values) < MANY:
        query = query.where(key.in_([given[key.name] for given in values]))
    stored_of = {row[key.name]: row for row in translations.with_texts(session, model, session.execute(query))}
    new_texts: list[Row] = []
    texts: list[Row] = []
    fresh: list[Row] = []
    later: list[Row] = []
    changes: list[Row] = []
    for order, given in enumerate(values):
        row = {**given, "sort_order": order} if "sort_order" in table.c else dict(given)
        old = stored_of.get(row[key.name])
        if is_register:
            row.pop(FIRST_KNOWN, None)  # set by the store alone, once
        if old is None:
            if is_register:
                row = {**ENDS, **row, FIRST_KNOWN: origin.known_at, "listed_in": origin.list_name}
            new_texts.append(row)
            fresh.append({**translations.stored(model, row), **dict.fromkeys(pointers)})
            if any(row.get(name) is not None for name in pointers):
                later.append({name: row.get(name) for name in (key.name, *pointers)})
            continue
        differing = {name: value for name, value in row.items() if old.get(name, "") != value}  # a language new to the table
        if not differing:
            continue
        texts.append({key.name: row[key.name], **differing})
        if is_register:
            row["vintage"] = old["vintage"] + 1
            changes.append(_register_change(kind, row, old, differing, key=key.name, origin=origin))
        later.append(translations.stored(model, row))
    if fresh:
        session.execute(insert(table), fresh)
    # Those with the same columns in one statement: a report may have thousands.
    for batch in grouped((tuple(row), {**row, "key_of_the_row": row[key.name]}) for row in later).values():
        session.connection().execute(update(table).where(key == bindparam("key_of_the_row")), batch)
    translations.add(session, model, new_texts)
    translations.put(session, model, texts)
    if changes:
        session.execute(insert(table_of(tables.RegisterChange)), changes)
    _note_definitions(session, kind, ((row[key.name], row) for row in later), stored_of, origin=origin)
    if is_register and origin.list_name:
        _note_the_list(session, table, [row[key.name] for row in values], origin.list_name)
    if kind == RowKind.MILESTONE:
        _append_milestone_dates(session, values, stored_of, origin=origin)
    return len(fresh) + sum(1 for row in later if row[key.name] in stored_of)


def _note_definitions(
    session: Session, kind: str, later: Iterable[tuple[str, Row]], stored_of: Mapping[str, Row], *, origin: Origin
) -> None:
    """Record what stored rows were, if they are of a definition with days."""
    if kind in definition_history.DATED:
        changed = ((code, stored_of[code], row) for code, row in later if code in stored_of)
        definition_history.note(session, kind, changed, known_at=origin.known_at, sha256=origin.file_sha256)


def _note_the_list(session: Session, table: Table, codes: Sequence[str], name: str) -> None:
    """Record that a list contains these rows, which is no change of a row."""
    (key,) = table.primary_key.columns
    for start in range(0, len(codes), MANY):
        own = key.in_(codes[start : start + MANY])
        session.execute(update(table).where(own, table.c.listed_in != name).values(listed_in=name))


def _append_milestone_dates(session: Session, values: list[Row], stored_of: dict[str, Row], *, origin: Origin) -> None:
    """Append every new day of a milestone, so that re-planning twice keeps all of them.

    A day that is cleared, or corrected as an error, was never valid: it is withdrawn by a row of its own.
    """
    table = table_of(tables.MilestoneDate)
    query = select(table).where(table.c.milestone_code.in_(stored_of)) if len(stored_of) <= MANY else select(table)
    days = session.execute(query.order_by(table.c.vintage)) if stored_of else ()
    stored_days = grouped(((day.milestone_code, day.date_kind), dict(day._mapping)) for day in days)
    fresh: list[Row] = []
    for given in values:
        code = given["milestone_code"]
        was = stored_of.get(code, {})
        for kind, column in MILESTONE_DATES.items():
            if column not in given or given[column] == was.get(column):
                continue
            stored = stored_days.setdefault((code, kind), [])
            came = {
                "milestone_code": code, "date_kind": kind, "known_at": origin.known_at,
                "source_code": given.get("source_code") or was["source_code"], "submission_id": origin.submission_id,
            }  # fmt: skip
            for number in _never_so(stored, given[column], origin.reasons.get(code)):
                again = next(row for row in stored if row["vintage"] == number)
                stored.append(
                    {
                        **came,
                        "vintage": len(stored) + 1,
                        "day": again["day"],
                        "precision": again["precision"],
                        "withdraws_vintage": number,
                    }
                )
                fresh.append(stored[-1])
            if given[column] is not None:
                day_fields = {"day": given[column], "precision": given[f"{column}_precision"], "withdraws_vintage": None}
                stored.append({**came, "vintage": len(stored) + 1, **day_fields})
                fresh.append(stored[-1])
    if fresh:
        session.execute(insert(table), fresh)


def _never_so(stored: Sequence[Mapping[str, Any]], day: date | None, reason: tuple[str | None, str] | None) -> list[int]:
    """Return the vintages of a kind of day withdrawn by a change: all of them where it is cleared, for an error the last."""
    standing = [row["vintage"] for row in standing_vintages(stored)]
    if day is None:
        return standing
    own = government().reasons.get(reason[0] or "") if reason is not None else None
    return standing[-1:] if own is not None and own.is_error else []


def _append_observations(session: Session, values: list[Row], *, sha256: str | None, loaded_at: datetime) -> int:
    """Append new vintages: a row that repeats a stored vintage and its reason is known, whatever followed it."""
    table = table_of(tables.Observation)
    ensure_periods(session, {v["period_code"] for v in values})
    sources = table_of(tables.Source)
    source_days: dict[str, date | None] = {
        code: day or last_day
        for code, day, last_day in session.execute(select(sources.c.source_code, sources.c.published_on, sources.c.published_by))
    }
    codes = sorted({v["indicator_code"] for v in values})
    stored_vintages = by_figure(session, table.c.indicator_code.in_(codes), names=GIVEN)
    fresh, instants = [], dict[date, datetime]()
    for number, given in enumerate(values, start=2):
        key = given["indicator_code"], given["bureau_code"], given["period_code"]
        stored = stored_vintages.setdefault(key, [])
        record = next_vintage(stored, given, row=number, key=" ".join(key))
        if record is None:
            continue
        day = given["published_on"] or source_days.get(given["source_code"])
        if day and not given["published_on"] and day < parse_period(given["period_code"]).start:
            day = None  # a page that goes on from before the period: it does not say since when it has this figure
        if record["withdraws_vintage"] is not None:
            day = given["published_on"]  # its source is mostly that of the figure, and does not give the day of withdrawal
        if day and day not in instants:
            instants[day] = first_instant(day)
        known_at = instants[day] if day else loaded_at
        record |= {"known_at": known_at, "recorded_at": loaded_at, "file_sha256": sha256}
        fresh.append(record)
        stored.append(record)
    insert_many(session, table, fresh)
    return len(fresh)


def next_vintage(stored: Sequence[Mapping[str, Any]], given: Row, *, row: int, key: str) -> Row | None:
    """Return the vintage of a row after those stored; ``None`` where it is known already."""
    withdraws = given.pop("is_withdrawn", False)
    if withdraws:  # it has no content of its own, even where a list repeats the withdrawn values
        given |= BLANK
    elif not stored:  # the first vintage, the case of nearly every row of a large list
        given |= {"vintage": 1, "withdraws_vintage": None, "finalises_vintage": None}
        given.setdefault("is_sample", False)
        return given
    counting = counting_vintage(stored)
    vintage = len(stored) + 1
    alike = [
        stored_vintage
        for stored_vintage in stored
        if _is_same(stored_vintage, given) and (stored_vintage["withdraws_vintage"] is not None) == withdraws
    ]
    if given.get("submission_id") is None and any(_reason(stored_vintage) == _reason(given) for stored_vintage in alike):
        return None  # a list repeats an earlier statement; an approved report states it anew
    if not withdraws and counting is not None and _is_same(counting, given):
        return None
    if withdraws and counting is None:
        raise FigureRefused("nothing_to_withdraw", row=row, key=key)
    # A final value is no correction: the preliminary one announced it.
    finalises = counting["vintage"] if counting is not None and not withdraws and is_final_of(counting, given) else None
    if finalises is None and not (given["reason_class"] and given["reason_text"].strip()):
        raise FigureRefused("withdrawing_without_reason" if withdraws else "changing_without_reason", row=row, key=key)
    given |= {
        "vintage": vintage,
        "finalises_vintage": finalises,
        "withdraws_vintage": counting["vintage"] if withdraws and counting is not None else None,
    }
    given.setdefault("is_sample", False)
    if withdraws and counting is not None:
        given["is_sample"] = counting["is_sample"]
    return given


def _is_same(row: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    return all(row[name] == given[name] for name in COMPARED)


def _reason(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["reason_class"] or "", row["reason_text"] or ""


def _set_calendar(session: Session, values: list[Row], *, kept: Collection[str], origin: Origin) -> int:
    """Set the days of every period in the file, and clear those of all others but the kept: the file is the whole calendar."""
    table = table_of(tables.ReportingPeriod)
    ensure_periods(session, {given["period_code"] for given in values})
    no_days = dict.fromkeys(definition_history.PERIOD_DAYS)
    new = {given["period_code"]: given for given in values}
    log = table_of(tables.DefinitionChange)
    moved = set(session.execute(select(log.c.row_code).where(log.c.table_name == table.name)).scalars())
    changed = [
        (row.period_code, dict(row._mapping), new.get(row.period_code, no_days))
        for row in session.execute(select(table))
        if row.period_code not in kept and (row.period_code in moved or any(row._mapping[name] for name in no_days))
    ]
    definition_history.note(session, table.name, changed, known_at=origin.known_at, sha256=origin.file_sha256)
    session.execute(update(table).where(table.c.period_code.not_in(kept)).values(**no_days))
    for given in values:
        session.execute(update(table).where(table.c.period_code == given["period_code"]).values(**given))
    return len(values)


def ensure_periods(session: Session, codes: set[str]) -> None:
    """Add the periods that are not stored yet."""
    table = table_of(tables.ReportingPeriod)
    missing = codes - set(session.execute(select(table.c.period_code)).scalars())
    if missing:
        periods = [parse_period(code) for code in sorted(missing)]
        session.execute(
            insert(table), [{"period_code": p.code, "kind": p.kind, "start_date": p.start, "end_date": p.end} for p in periods]
        )


def as_withdrawal(
    withdrawn: Mapping[str, Any], vintages: Sequence[Mapping[str, Any]], *, reason: tuple[str, str], known_at: datetime
) -> Row:
    """Return the vintage that withdraws another.

    Args:
        withdrawn: the stored vintage to withdraw.
        reason: (class, text).
    """
    return {
        **BLANK,
        **dict.fromkeys(("published_on", "submission_id", "file_sha256")),
        "note_ja": "",
        "note_en": "",
        "verified": False,
        **{name: withdrawn[name] for name in ("indicator_code", "bureau_code", "period_code", "source_code", "is_sample")},
        "vintage": 1 + max(row["vintage"] for row in vintages), "withdraws_vintage": withdrawn["vintage"], "reason_class": reason[0],
        "reason_text": reason[1], "known_at": known_at, "recorded_at": known_at,
    }  # fmt: skip


def _register_change(register: str, row: Row, old: Row, differing: Row, *, key: str, origin: Origin) -> Row:
    reason_class, reason_text = origin.reasons.get(row[key], (None, ""))

    def packed(values: Row) -> str:
        return json.dumps(values, ensure_ascii=False, default=date.isoformat)

    return {
        "register_name": register, "row_code": row[key], "vintage": row["vintage"],
        "before_json": packed({name: old.get(name, "") for name in differing}), "after_json": packed(differing),
        "known_at": origin.known_at, "submission_id": origin.submission_id, "file_sha256": origin.file_sha256,
        "reason_class": reason_class, "reason_text": reason_text,
    }  # fmt: skip


def is_sample(session: Session) -> bool:
    """Return whether the instance is a sample: every reported row is then marked."""
    return bool(session.execute(select(table_of(tables.DataRevision).c.is_sample)).scalar())
