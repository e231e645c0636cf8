"""What comes in: rows of files and of approved reports become vintages; what was said before is never lost.

Everything here works within a transaction that its caller opened (``Store.writing()``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlmodel import Session, SQLModel

from kpis import models
from kpis.errors import FigureRefused
from kpis.models import table_of
from kpis.past import FIRST_KNOWN, REGISTERS
from kpis.periods import TOKYO_OFFSET, parse_period
from kpis.registers import SEARCHED, searchable

# Files whose rows carry their own key are updated in place; the others are the whole present list and are replaced.
_KEYED: dict[str, type[SQLModel]] = {
    "sources.csv": models.Source,
    "bureaus.csv": models.Bureau,
    "projects.csv": models.Project,
    "indicators.csv": models.Indicator,
    "milestones.csv": models.Milestone,
    "procedures.csv": models.Procedure,
    "facilities.csv": models.Facility,
}
_LISTED: dict[str, type[SQLModel]] = {
    "successions.csv": models.Succession,
    "project_versions.csv": models.ProjectVersion,
    "project_bureaus.csv": models.ProjectBureau,
    "baselines.csv": models.Baseline,
    "targets.csv": models.Target,
    "readings.csv": models.Reading,
}
MILESTONE_DATES = {"planned": "planned_end", "replanned": "replanned_end", "actual": "actual_end"}
MANY = 500  # up to so many keys are looked up by name; beyond, the whole table is read
_KEY = ("indicator_code", "bureau_code", "period_code")
COMPARED = ("value", "numerator", "denominator", "base_value", "text_ja", "text_en", "is_approximate", "is_lower_bound",
             "is_year_to_date", "is_base_estimated", "sample_size")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: the instant it became known (UTC), the file, and for reports the submission and reason."""

    known_at: datetime
    file_sha256: str | None = None
    submission_id: int | None = None
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # by row code: reason class and text


def keep_original(session: Session, *, name: str, content: bytes, kind: str, received_at: datetime) -> str:
    """Keep the bytes of a file by their SHA-256 and return it; bytes already kept are kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    if session.get(models.OriginalFile, sha256) is None:
        session.execute(
            insert(table_of(models.OriginalFile)).values(
                sha256=sha256, name=name, kind=kind, content=content, bytes_count=len(content), received_at=received_at
            )
        )
    return sha256


def apply_rows(session: Session, kind: str, rows: Sequence[BaseModel], *, sha256: str, loaded_at: datetime) -> int:
    """Store the validated rows of one file within the caller's transaction.

    Args:
        session: from ``writing()``.
        kind: the file the rows are of, as ``observations.csv``.
        rows: validated rows in file order.
        sha256: of the original file, already kept.
        loaded_at: UTC.

    Returns:
        The number of rows that are new or changed.

    Raises:
        FigureRefused: a correction has no reason, or the kind is not known.
    """
    values = [dict(vars(row)) for row in rows]  # flat rows: their fields as they are, without the walk of model_dump
    if kind == "observations.csv":
        return _append_observations(session, values, sha256=sha256, loaded_at=loaded_at)
    if kind in _KEYED:
        return _upsert(session, _KEYED[kind], values, origin=Origin(loaded_at, sha256))
    if kind == "calendar.csv":
        return _set_calendar(session, values)
    if kind in _LISTED:
        table = table_of(_LISTED[kind])
        if "period_code" in table.c:
            ensure_periods(session, {v["period_code"] for v in values if v["period_code"]})
        session.execute(delete(table))
        if values:
            session.execute(insert(table), values)
        return len(values)
    raise FigureRefused(f"ファイルの種類「{kind}」は受け付けません。", f"Files of the kind {kind!r} are not accepted.")


def apply_report(session: Session, kind: str, values: list[dict[str, Any]], *, origin: Origin) -> int:
    """Store the approved rows of a bureau's report within the caller's transaction.

    Args:
        session: from ``writing()``.
        kind: ``observations.csv`` or the file of a register.
        values: columns that are reported, with the row's key; observations carry their reason, the rows of registers
            that are new carry every column.
        origin: with the submission, and the reasons of register rows.

    Returns:
        The number of rows that are new or changed.
    """
    if is_sample(session):
        values = [{**row, "is_sample": True} for row in values]
    if kind == "observations.csv":
        given = [{**row, "submission_id": origin.submission_id} for row in values]
        return _append_observations(session, given, sha256=origin.file_sha256, loaded_at=origin.known_at)
    return _upsert(session, _KEYED[kind], values, origin=origin)


def _upsert(session: Session, model: type[SQLModel], values: list[dict[str, Any]], *, origin: Origin) -> int:
    table = table_of(model)
    (key,) = table.primary_key.columns
    # A row may point at a later row of the same file: store the rows first, the pointers after.
    pointers = [c.name for c in table.c if any(f.column.table is table for f in c.foreign_keys)]
    query = select(table)
    if len(values) < MANY:
        query = query.where(key.in_([given[key.name] for given in values]))
    known = {row._mapping[key.name]: dict(row._mapping) for row in session.execute(query)}
    fresh: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for order, given in enumerate(values):
        row = {**given, "sort_order": order} if "sort_order" in table.c else dict(given)
        old = known.get(row[key.name])
        if model in REGISTERS:
            row.pop(FIRST_KNOWN, None)  # ours to say, once
        if model is models.Procedure and (old is None or any(name in row and row[name] != old[name] for name in SEARCHED)):
            row["search_text"] = searchable({**(old or {}), **row})
        if old is None:
            if model in REGISTERS:
                row[FIRST_KNOWN] = origin.known_at
            fresh.append({**row, **dict.fromkeys(pointers)})
            if any(row.get(name) is not None for name in pointers):
                later.append({name: row.get(name) for name in (key.name, *pointers)})
            continue
        differing = {name: value for name, value in row.items() if old[name] != value}
        if not differing:
            continue
        if model in REGISTERS:
            row["vintage"] = old["vintage"] + 1
            changes.append(_register_change(REGISTERS[model], row, old, differing, key=key.name, origin=origin))
        later.append(row)
    if fresh:
        session.execute(insert(table), fresh)
    _update_many(session, table, key.name, later)
    if changes:
        session.execute(insert(table_of(models.RegisterChange)), changes)
    if model is models.Milestone:
        _append_milestone_dates(session, values, known, origin=origin)
    return len(fresh) + sum(1 for row in later if row[key.name] in known)


def _update_many(session: Session, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by their key, those with the same columns in one statement: a report may bring thousands."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault(tuple(row), []).append({**row, "key_of_the_row": row[key]})
    for found in alike.values():
        session.connection().execute(update(table).where(table.c[key] == bindparam("key_of_the_row")), found)


def _append_milestone_dates(
    session: Session, values: list[dict[str, Any]], known: dict[str, dict[str, Any]], *, origin: Origin
) -> None:
    """Keep every day a milestone was ever given, so that re-planning twice keeps all of them."""
    table = table_of(models.MilestoneDate)
    counted: dict[tuple[str, str], int] = {}
    if known:
        held = select(table.c.milestone_code, table.c.date_kind, func.max(table.c.vintage)).group_by(
            table.c.milestone_code, table.c.date_kind
        )
        counted = {(code, kind): vintage for code, kind, vintage in session.execute(held)}
    fresh = []
    for given in values:
        code = given["milestone_code"]
        for kind, column in MILESTONE_DATES.items():
            if column not in given or given[column] is None or given[column] == known.get(code, {}).get(column):
                continue
            fresh.append(
                {
                    "milestone_code": code, "date_kind": kind, "vintage": counted.get((code, kind), 0) + 1,
                    "day": given[column], "precision": given[f"{column}_precision"], "known_at": origin.known_at,
                    "source_code": given.get("source_code") or known[code]["source_code"],
                    "submission_id": origin.submission_id,
                }
            )  # fmt: skip
    if fresh:
        session.execute(insert(table), fresh)


def _append_observations(session: Session, values: list[dict[str, Any]], *, sha256: str | None, loaded_at: datetime) -> int:
    table = table_of(models.Observation)
    ensure_periods(session, {v["period_code"] for v in values})
    source_days: dict[str, date | None] = {
        code: day
        for code, day in session.execute(select(table_of(models.Source).c.source_code, table_of(models.Source).c.published_on))
    }
    columns = [table.c[name] for name in (*_KEY, "vintage", *COMPARED, "reason_class", "reason_text")]
    current: dict[tuple[str, str, str], dict[str, Any]] = {}
    codes = sorted({v["indicator_code"] for v in values})
    for row in session.execute(select(*columns).where(table.c.indicator_code.in_(codes)).order_by(table.c.vintage)):
        found = dict(row._mapping)
        current[found["indicator_code"], found["bureau_code"], found["period_code"]] = found
    fresh = []
    for at, is_correction in unsaid(values, current):
        given = values[at]
        key = given["indicator_code"], given["bureau_code"], given["period_code"]
        old = current.get(key)
        if is_correction and not given["reason_class"]:
            raise FigureRefused(
                f"{' '.join(key)} の値を変えるには reason_class と reason_text が必要です。",
                f"Changing {' '.join(key)} needs a reason_class and a reason_text.",
            )
        day = given["published_on"] or source_days.get(given["source_code"])
        known_at = datetime.combine(day, time()) - TOKYO_OFFSET if day else loaded_at
        record = {**given, "vintage": old["vintage"] + 1 if old else 1, "known_at": known_at}
        fresh.append({**record, "recorded_at": loaded_at, "file_sha256": sha256})
        current[key] = record
    if fresh:
        session.execute(insert(table), fresh)
    return len(fresh)


def unsaid(
    values: Sequence[Mapping[str, Any]], current: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> list[tuple[int, bool]]:
    """Return which rows of a list of figures say something new, and whether each corrects a figure.

    A list may hold a figure with its corrections, one row each: the rows of a key up to the one that says what is stored now
    are its history and are not said again.

    Args:
        values: rows of observations, in the order of the list.
        current: by (indicator, unit, period), the compared columns and the reason of what is stored now.

    Returns:
        (place in ``values``, is a correction), in the order of the list.
    """
    places: dict[tuple[str, str, str], list[int]] = {}
    for at, given in enumerate(values):
        places.setdefault((given["indicator_code"], given["bureau_code"], given["period_code"]), []).append(at)
    found = []
    for key, own in places.items():
        held = current.get(key)
        alike = [n for n, at in enumerate(own) if held is not None and _says_same(values[at], held)]
        exactly = [n for n in alike if held is not None and _reason(values[own[n]]) == _reason(held)]
        for at in own[(exactly or alike)[-1] + 1 :] if alike else own:
            if held is None or not _says_same(values[at], held):
                found.append((at, held is not None))
                held = values[at]
    return sorted(found)


def _says_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in COMPARED)


def _reason(row: Mapping[str, Any]) -> tuple[str, str]:
    return row.get("reason_class") or "", row.get("reason_text") or ""


def _set_calendar(session: Session, values: list[dict[str, Any]]) -> int:
    """Set the days of every period named, and take them from the others: the file is the whole calendar."""
    table = table_of(models.ReportingPeriod)
    ensure_periods(session, {given["period_code"] for given in values})
    session.execute(update(table).values(opens_on=None, due_on=None, locks_on=None))
    for given in values:
        session.execute(update(table).where(table.c.period_code == given["period_code"]).values(**given))
    return len(values)


def ensure_periods(session: Session, codes: set[str]) -> None:
    """Make the periods known that are not yet."""
    table = table_of(models.ReportingPeriod)
    missing = codes - set(session.execute(select(table.c.period_code)).scalars())
    if missing:
        found = [parse_period(code) for code in sorted(missing)]
        session.execute(
            insert(table),
            [{"period_code": p.code, "kind": p.kind, "start_date": p.start, "end_date": p.end} for p in found],
        )


def _register_change(
    register: str, row: dict[str, Any], old: dict[str, Any], differing: dict[str, Any], *, key: str, origin: Origin
) -> dict[str, Any]:
    reason_class, reason_text = origin.reasons.get(row[key], (None, ""))

    def packed(values: dict[str, Any]) -> str:
        return json.dumps(values, ensure_ascii=False, default=date.isoformat)

    return {
        "register_name": register, "row_code": row[key], "vintage": row["vintage"],
        "before_json": packed({name: old[name] for name in differing}), "after_json": packed(differing),
        "known_at": origin.known_at, "submission_id": origin.submission_id, "file_sha256": origin.file_sha256,
        "reason_class": reason_class, "reason_text": reason_text,
    }  # fmt: skip


def is_sample(session: Session) -> bool:
    """Say whether the instance is a sample: every row that a report brings is then marked."""
    return bool(session.execute(select(table_of(models.DataRevision).c.is_sample)).scalar())
