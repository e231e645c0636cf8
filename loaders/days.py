"""Rules for the days of a list: those that contradict each other or the calendar, in sources, figures, targets and baselines.

What cannot be is an error; what is only odd is a warning, since these lists have no column for a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from kpis.grouped import grouped
from kpis.message import Message
from kpis.periods import parse_period
from kpis.store import tables
from kpis.store.store import Store
from kpis.vocabulary import RowKind
from loaders.files.endings import SLACK
from loaders.prepared import Prepared

_REMEDY_DAY = Message("remedy_day_or_period")


def find_in_days(store: Store, files: Sequence[Prepared], *, today: date) -> None:
    """Add problems to files loaded together: sources of the future, targets set in another order, baselines that start no path.

    Args:
        store: the stored data.
        files: without formal problems; their catalogue rows count as if stored.
    """
    for file in files:
        if file.kind == RowKind.SOURCE:
            _sources(file, today)
        elif file.kind in (RowKind.BASELINE, RowKind.READING):
            _begun(file, today)
        elif file.kind == RowKind.TARGET:
            _targets(file)
            _overwritten(file, store.all_of(tables.Target))
    if baselines := [file for file in files if file.kind == RowKind.BASELINE]:
        _baselines(baselines, _rows_of(store, files, RowKind.TARGET, tables.Target))


def find_published(file: Prepared, number: int, row: Any, before: Sequence[Mapping[str, Any]], *, today: date) -> None:
    """Add a problem for a new figure that was published in the future, before its period, or before what it corrects.

    Args:
        before: earlier vintages of the figure, oldest first.
    """
    day: date | None = row.published_on
    if day is None:
        return
    begins = parse_period(row.period_code).start
    earlier = max((vintage["published_on"] for vintage in before if vintage.get("published_on")), default=date.min)
    if day > today:
        expected, rule = Message("day_until", day=today.isoformat()), "published_in_future"
    elif day < begins:
        expected, rule = Message("published_from", day=begins.isoformat()), "published_before_period"
    elif day < earlier:
        expected, rule = Message("published_from_corrected", day=earlier.isoformat()), "published_before_corrected"
    else:
        return
    what, key = f"published_on={day}", (row.indicator_code, row.bureau_code, row.period_code)
    remedy = Message("remedy_published_on")
    file.add_problem("date", what, expected, remedy, row=number, column="published_on", rule=rule, key=key)


def _rows_of(store: Store, files: Sequence[Prepared], kind: str, table: Any) -> list[Any]:
    """Return the rows of a list: stored ones, then those of the files, which take the place of a list stored whole."""
    own = [row for file in files if file.kind == kind for _, row in file.numbered]
    if own and kind == RowKind.TARGET:
        return own
    return [*(SimpleNamespace(**row) for row in store.all_of(table)), *own]


def _sources(file: Prepared, today: date) -> None:
    expected = Message("day_until", day=today.isoformat())
    for number, row in file.numbered:
        for column in ("published_on", "published_by"):
            day: date | None = getattr(row, column)
            if day is not None and day > today:
                what, remedy, rule = f"{column}={day}", Message("remedy_published_on"), "published_in_future"
                file.add_problem("date", what, expected, remedy, row=number, column=column, rule=rule)


def _begun(file: Prepared, today: date) -> None:
    given: Any
    for number, given in file.numbered:
        if given.period_code and not getattr(given, "is_target", False) and parse_period(given.period_code).start > today:
            what, expected = f"period_code={given.period_code}", Message("begun_by", day=today.isoformat())
            remedy, rule = Message("remedy_period"), "period_not_begun"
            file.add_problem("period", what, expected, remedy, row=number, column="period_code", rule=rule)


def _overwritten(file: Prepared, before: Sequence[Mapping[str, Any]]) -> None:
    """Tell of each stored target that is given another value: one that was changed is a row of its own, and only a slip is overwritten."""
    key = itemgetter("indicator_code", "bureau_code", "period_code", "set_order")
    values = {key(row): row["value"] for row in before}
    given: Any
    for number, given in file.numbered:
        old = values.get(key(vars(given)), given.value)
        if old != given.value:
            what, expected = f"value={given.value:,.15g}", Message("target_until_now", value=f"{old:,.15g}")
            remedy, rule = Message("remedy_new_target"), "target_overwritten"
            file.add_problem("doubt", what, expected, remedy, row=number, column="value", rule=rule, grade="warning")


def _targets(file: Prepared) -> None:
    """Check targets for days of setting that contradict their order; one set after its own day is a warning."""
    rows: list[tuple[int, Any]] = [*file.numbered]
    known = [(number, given) for number, given in rows if given.set_on is not None]
    for number, given in known:
        due = parse_period(given.period_code).end
        if given.set_on - _slack(given) > due:
            what, expected = f"set_on={given.set_on}", Message("set_by_due", day=due.isoformat())
            file.add_problem(
                "doubt", what, expected, _REMEDY_DAY, row=number, column="set_on", rule="set_after_due", grade="warning"
            )
    of_period = grouped(((row.indicator_code, row.bureau_code, row.period_code), (number, row)) for number, row in known)
    for alike in of_period.values():
        newest: Any = None
        for number, row in sorted(alike, key=lambda each: each[1].set_order):
            if newest is not None and row.set_on + _slack(row) < newest.set_on - _slack(newest):
                what = f"set_order={row.set_order}, set_on={row.set_on}"
                expected = Message("set_in_order", day=newest.set_on.isoformat(), order=newest.set_order)
                remedy = Message("remedy_order_of_setting")
                file.add_problem("rule", what, expected, remedy, row=number, column="set_order", rule="set_in_order")
            elif newest is None or row.set_on > newest.set_on:
                newest = row


def _slack(target: Any) -> timedelta:
    return timedelta(days=SLACK.get(target.set_on_precision, SLACK["year"]))


def _baselines(files: Sequence[Prepared], targets: Sequence[Any]) -> None:
    """Warn of a baseline on or after the due day of every target: there is no path from it, and nothing to judge by."""
    due: dict[tuple[str, str], date] = {}
    for target in targets:
        whose, ends = (target.indicator_code, target.bureau_code), parse_period(target.period_code).end
        due[whose] = max(due.get(whose, date.min), ends)
    given: Any
    for file in files:
        for number, given in file.numbered:
            last = due.get((given.indicator_code, given.bureau_code))
            if last is not None and parse_period(given.period_code).end >= last:
                what, expected = f"period_code={given.period_code}", Message("before_last_due", day=last.isoformat())
                rule = "baseline_after_targets"
                file.add_problem("doubt", what, expected, _REMEDY_DAY, row=number, column="period_code", rule=rule, grade="warning")
