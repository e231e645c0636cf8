"""What bureaus' reports add up to, a second time: written from ``docs/organisation.md`` (rules 1 and 2) alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from tests.method.given import term
from tests.method.shipped import day, rows

REPORTING = (
    "governor_bureau", "office_bureau_level", "public_enterprise", "commission_secretariat", "assembly_secretariat", "police", "fire",
    "ministry",
)  # fmt: skip
NOT_ADDED = ("level", "qualitative")


def owing(on: date) -> set[str]:
    """Return the bureaus that owe a report for a period with this last day."""
    found = set()
    for row in rows("catalogue/bureaus.csv"):
        first, last = day(row["valid_from"]), day(row["valid_to"])
        was_there = (first is None or first <= on) and (last is None or on <= last)
        if row["kind"] in REPORTING and was_there and (last is not None or row["is_current"] == "1"):
            found.add(row["bureau_code"])
    return found


def added(kind: str, parts: Sequence[dict[str, Any]]) -> float | None:
    """Add figures of one period up: rates as sums of their parts."""

    def total(name: str) -> float | None:
        values = [p[name] for p in parts]
        return None if not values or None in values else sum(values)

    upper, below, base = total("numerator"), total("denominator"), total("base_value")
    if kind == "ratio":
        return 100 * upper / below if upper is not None and below else None
    if kind == "reduction":
        return 100 * (1 - upper / base) if upper is not None and base else None
    return None if kind in NOT_ADDED else total("value")


def wrong_sums(whole: dict[str, Any], bureaus: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield where the sums of an answer of ``/api/v1/status`` are not what its bureaus' answers add up to.

    Args:
        whole: the indicator's answer for its own scope.
        bureaus: the same indicator's answers for bureaus.
    """
    for rolled in whole["rolled_up"]:
        due = owing(term(rolled["period"]).last)
        parts = {b["scope"]: f for b in bureaus for f in b["figures"] if f["period"] == rolled["period"]}
        told = {code: part for code, part in parts.items() if code in due}
        expected = (len(told), len(due), due - told.keys())
        if (rolled["reported_count"], rolled["owing_count"], set(rolled["missing"])) != expected:
            yield f"{rolled['period']}: coverage {rolled['reported_count']} of {rolled['owing_count']}, expected {expected}"
        value = added(whole["kind"], list(told.values()))
        if not _same(rolled["value"], value) or rolled["is_complete"] != (value is not None and told.keys() == due):
            yield f"{rolled['period']}: {rolled['value']} ({'complete' if rolled['is_complete'] else 'partial'}), expected {value}"
        used = next((f for f in whole["figures"] if f["period"] == rolled["period"]), None)
        if used is not None and used["is_rolled_up"] and not (rolled["is_complete"] and rolled["official_value"] is None):
            yield f"{rolled['period']}: a sum is judged that is not complete, or beside a published figure"


def _same(here: float | None, there: float | None) -> bool:
    return here is there if here is None or there is None else abs(here - there) <= 1e-9 * max(1.0, abs(here))
