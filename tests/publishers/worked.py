"""The worked examples of the method, worked out again from the answers of the API: the steps that a page may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

from kpis.text import format_ratio, format_value, status_word, told_apart
from tests.publishers.ledger import Item, Ledger


def steps(ledger: Ledger) -> list[str]:
    """Return every step that an example may take, of each indicator for its own scope."""
    return [
        step
        for item in ledger.own.values()
        for step in [*_progress(ledger, item), *_budget(ledger, item), *_due(ledger, item), *_overdue(ledger, item)]
    ]


def _goal(ledger: Ledger, item: Item, goal: Mapping[str, Any]) -> str:
    return ledger.about(ledger.value(item, goal["value"]), goal["is_approximate"])


def _head(ledger: Ledger, item: Item, *rules: str) -> str:
    return ledger.words(
        "example_of_rules" if len(rules) > 1 else "example_of",
        rules=ledger.words("list_comma").join(rules),
        name=ledger.words.named(item),
    )


def _status(ledger: Ledger, item: Item) -> str:
    return ledger.words("example_status", status=status_word(item["status"], ledger.language))


def _progress(ledger: Ledger, item: Item) -> list[str]:
    base, goal, actual, planned = item["baseline"], item["target"], item["actual_value"], item["planned_value"]
    if not base or not goal or actual is None or planned is None or base["value"] == goal["value"] or item["kind"] == "ceiling":
        return []
    w, whole = ledger.words, goal["value"] - base["value"]
    way, plan = (actual - base["value"]) / whole, (planned - base["value"]) / whole
    if not plan:
        return []
    value = {
        "figure": ledger.own_value(item),
        "target": _goal(ledger, item, goal),
        "base": ledger.about(ledger.value(item, base["value"]), base["is_approximate"]),
    }
    places = next(n for n in range(3, 10) if round(round(way, n) / round(plan, n), 3) == round(way / plan, 3))
    so_far = _enough(ledger, item, planned, lambda part: f"{(part - base['value']) / whole:.{places}f}" == f"{plan:.{places}f}")
    own = {"planned": ledger.about(so_far, ledger.rough_plan(item))}
    shares = [
        f"{way:.{places}f}".rstrip("0").rstrip("."),
        f"{plan:.{places}f}".rstrip("0").rstrip("."),
        format_ratio(way / plan, ledger.language),
    ]
    limits = {name: format_ratio(item["thresholds"][name], ledger.language) for name in ("on_track", "behind")}
    return [
        _head(ledger, item, "5", "9", "11"), _status(ledger, item),
        w("example_figure", **value, **own, period=ledger.period(item["period"]), due=ledger.day(goal["end_date"])),
        w("example_progress", **value, progress=shares[0]), w("example_planned", **value, **own, progress=shares[1]),
        w("example_ratio", progress=shares[0], planned=shares[1], ratio=shares[2], **limits),
    ]  # fmt: skip


def _enough(ledger: Ledger, item: Item, value: float, comes_out: Callable[[float], bool]) -> str:
    """Write a value with the first number of decimals from which the sum of the step comes out as the step says."""
    known = ledger.measured(item)
    decimals = next((n for n in range(known.decimals, 12) if comes_out(round(value, max(n, 1)))), 12)
    return format_value(value, SimpleNamespace(**{**vars(known), "decimals": decimals}), ledger.language)


def _budget(ledger: Ledger, item: Item) -> list[str]:
    goal, actual, budget = item["target"], item["actual_value"], item["planned_value"]
    if item["kind"] != "ceiling" or not goal or actual is None or not budget:
        return []
    w, figure, pace = ledger.words, ledger.own_value(item), actual / budget
    shares = {
        "pace": format_ratio(pace, ledger.language),
        "ratio": format_ratio(pace if item["direction"] == "higher" else 2 - pace, ledger.language),
    }
    so_far = _enough(ledger, item, budget, lambda part: f"{actual / part:.3f}" == f"{pace:.3f}")
    return [
        _head(ledger, item, "12"), _status(ledger, item),
        w("example_cap", figure=figure, period=ledger.period(item["period"]), target=_goal(ledger, item, goal)),
        w("example_budget", figure=figure, budget=ledger.about(so_far, goal["is_approximate"]), **shares),
    ]  # fmt: skip


def _due(ledger: Ledger, item: Item) -> list[str]:
    last, actual = item["last_due"], item["actual_value"]
    if not last or actual is None or last["period"] != item["period"]:
        return []
    w, goal = ledger.words, last["target"]
    said = {"figure": ledger.own_value(item), "target": _goal(ledger, item, goal)}
    gap = told_apart(actual, goal["value"], ledger.measured(item), ledger.language).signed_gap
    gap = ledger.about(gap, goal["is_approximate"] or item["is_approximate"])
    return [
        _head(ledger, item, "8"), _status(ledger, item), w("example_due", **said, due=ledger.day(goal["end_date"])), w("example_gap", **said, gap=gap),
    ]  # fmt: skip


def _overdue(ledger: Ledger, item: Item) -> list[str]:
    if item["status"] != "unreported" or item["actual_value"] is None:
        return []
    w, goal = ledger.words, item["target"]
    day, due = str(ledger.api("status")["as_of"]), ledger.day(goal["end_date"])
    days = (date.fromisoformat(day) - date.fromisoformat(goal["end_date"])).days
    lag = int(ledger.indicators[item["code"]]["publication_lag_days"])
    figure, target = ledger.own_value(item), _goal(ledger, item, goal)
    return [
        _head(ledger, item, "6"), _status(ledger, item),
        w("example_last", figure=figure, period=ledger.period(item["period"]), target=target, due=due),
        w("example_overdue", due=due, asked=ledger.day(day), days=w.number(days), lag=w.number(lag)),
    ]  # fmt: skip
