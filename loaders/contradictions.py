"""What rows of the catalogue say against each other or against themselves: units, successions, versions, names.

A warning where the days of the catalogue may be what is incomplete, an error where nothing could make it true.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from kpis.declared import ALWAYS, precisions
from kpis.figures.organisation import Organisation
from kpis.grouped import grouped
from kpis.message import Message
from kpis.registers import LISTS
from kpis.store.store import Store
from kpis.vocabulary import Relation, RowKind
from loaders.files.endings import SLACK
from loaders.prepared import ROWS, Prepared

_REMEDY = Message("remedy_one_of_two")
# By kind: the code of a row, and the column by which it leads to a row that may have its name.
_NAMED = {
    RowKind.BUREAU: ("bureau_code", ""),
    RowKind.INDICATOR: ("indicator_code", "replaced_by_code"),
    RowKind.PROJECT: ("project_code", "successor_code"),
}


def find_in_catalogue(store: Store, files: Sequence[Prepared], organisation: Callable[[], Organisation], *, today: date) -> None:
    """Add problems to the files of a catalogue.

    Args:
        store: rows stored before count beside those of a file.
        files: without formal problems.
        organisation: with the units and successions of the files.
    """
    for file in files:
        if not file.numbered:
            continue
        _precise(file)
        if file.kind in _NAMED:
            _names(store, file)
        if file.kind == RowKind.BUREAU:
            _current(file, today)
        elif file.kind == RowKind.SUCCESSION:
            _shares(file, organisation())
            _days(file, organisation())
        elif file.kind == RowKind.STRATEGY_VERSION:
            _in_order(file)


def _warn(
    file: Prepared, number: int, row: Any, columns: Sequence[str], expected: Message, *, rule: str, grade: Any = "warning"
) -> None:
    what = ", ".join(f"{name}={_written(getattr(row, name))}" for name in columns)
    kind: Any = "doubt" if grade == "warning" else "rule"
    file.add_problem(kind, what, expected, _REMEDY, row=number, column=columns[0], rule=rule, grade=grade)


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)


def _precise(file: Prepared) -> None:
    """Warn of the precision of a day that is blank."""
    of_days = {name: day for name, day in precisions(ROWS[file.kind]).items() if name in file.columns}
    for number, row in file.numbered:
        for name, day in of_days.items():
            if getattr(row, day) is None and getattr(row, name) not in (None, "unknown"):
                _warn(file, number, row, (name, day), Message("precision_without_day", day=day), rule="precision_without_day")


def _names(store: Store, file: Prepared) -> None:
    """Warn of two rows that people cannot tell apart by their names in a language, unless one follows the other."""
    code, leads_to = _NAMED[RowKind(file.kind)]
    own = {getattr(row, code) for _, row in file.numbered}
    stored = [(0, SimpleNamespace(**row)) for row in store.all_of(LISTS[file.kind].table) if row[code] not in own]
    for name in (f"name_{language}" for language in ALWAYS):
        rows: list[tuple[int, Any]] = [*stored, *file.numbered]
        alike = grouped((str(getattr(row, name, "") or "").casefold(), (number, row)) for number, row in rows)
        for written, same in alike.items():
            for at, (number, row) in enumerate(same if written else ()):
                other = next((each for _, each in same[:at] if not _follows(row, each, code, leads_to)), None)
                if number and other is not None:
                    _warn(file, number, row, (name,), Message("other_name_than", code=getattr(other, code)), rule="name_twice")


def _follows(one: Any, other: Any, code: str, leads_to: str) -> bool:
    """Return whether one of two rows takes the place of the other, or is the same row twice."""
    codes = getattr(one, code), getattr(other, code)
    if codes[0] == codes[1] or (leads_to and (getattr(one, leads_to) == codes[1] or getattr(other, leads_to) == codes[0])):
        return True
    if leads_to:
        return False
    first, last = sorted((one, other), key=lambda unit: unit.valid_from or date.min)
    if first.valid_to is not None and last.valid_from is not None:
        return bool(first.valid_to < last.valid_from)
    return not first.is_current or not last.is_current


def _current(file: Prepared, today: date) -> None:
    """Warn of a unit that exists today by one column and not by the other."""
    for number, given in file.numbered:
        row: Any = given
        if row.valid_to is not None and row.is_current == (row.valid_to < today):
            _warn(
                file,
                number,
                row,
                ("is_current", "valid_to"),
                Message("current_until_last_day", day=today.isoformat()),
                rule="current_or_ended",
            )


def _shares(file: Prepared, organisation: Organisation) -> None:
    """Check that known shares of a unit add up: never to more than all of it, and where it ends to all of it."""
    rows: list[tuple[int, Any]] = [*file.numbered]
    for code, day, total in organisation.shares_that_do_not_add():
        number, row = next(each for each in rows if (each[1].predecessor_code, each[1].effective_date) == (code, day))
        expected = Message("shares_add_up", code=code, total=f"{total:.15g}")
        _warn(file, number, row, ("share",), expected, rule="shares_do_not_add", grade="error" if total > 1 else "warning")


_ENDS = (Relation.RENAME, Relation.MERGE)  # the unit before is gone afterwards


def _days(file: Prepared, organisation: Organisation) -> None:
    """Warn of a reorganisation outside the lives of the units it names."""
    for number, given in file.numbered:
        row: Any = given
        day: date | None = row.effective_date
        before, after = (organisation.by_code.get(code) for code in (row.predecessor_code, row.successor_code))
        if day is None or before is None or after is None:
            continue
        slack = timedelta(days=SLACK.get(row.date_precision, SLACK["year"]))
        for unit, is_outside in (
            (before, before.valid_from is not None and day + slack < before.valid_from),
            (after, after.valid_to is not None and after.valid_to < day - slack),
        ):
            if is_outside:
                expected = Message("reorganised_in_life", code=unit.code, first=_day(unit.valid_from), last=_day(unit.valid_to))
                _warn(file, number, row, ("effective_date",), expected, rule="reorganised_outside_life")
        if row.relation in _ENDS and before.valid_to is not None and before.valid_to > day + slack:
            _warn(
                file,
                number,
                row,
                ("effective_date",),
                Message("ends_when_reorganised", code=before.code, last=_day(before.valid_to)),
                rule="lives_on",
            )


def _day(day: date | None) -> str:
    return day.isoformat() if day else "…"


def _in_order(file: Prepared) -> None:
    """Warn of a version of the strategy adopted before the one above it."""
    rows: list[tuple[int, Any]] = [*file.numbered]
    adopted = [(number, row) for number, row in rows if row.adopted_on is not None]
    for (_, before), (number, row) in pairwise(adopted):
        if row.adopted_on < before.adopted_on:
            expected = Message("adopted_in_order", code=before.version_code, day=before.adopted_on)
            _warn(file, number, row, ("adopted_on",), expected, rule="adopted_in_order")
