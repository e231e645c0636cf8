"""Counts of the register of facilities by status, bureau, kind, payment method, place and day. Pure.

Facilities are few (a list of dozens), so they are counted one by one. Classes of facilities are listed but never counted,
and no count here is ever the numerator of a published figure. A facility whose day is after the day asked counts
as announced; one closed by that day is listed but not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from kpis.figures.registers import MISTAKE
from kpis.store import tables
from kpis.store.tables.registers import values_in

ENDED = "ended"  # closed by the day: not counted
STATUSES = ("introduced", "class_level_only", "announced", "not_cashless", "unknown")
CASHLESS = ("introduced", "class_level_only")
METHODS: dict[str, tuple[str, ...]] = {
    "card": ("credit_card", "debit"), "ic": ("transit_ic", "e_money"), "qr": ("qr_code",), "own": ("facility_prepaid_card",),
}  # fmt: skip
STANDARD = ("card", "ic", "qr")  # the three methods required by the definition of "cashless"


@dataclass(frozen=True, kw_only=True, slots=True)
class Facility:
    """One facility as of a day."""

    code: str
    name: str
    kind: str
    is_class: bool
    bureau: str
    places: tuple[str, ...]
    methods: tuple[str, ...]
    status: str
    since: date | None
    since_precision: str
    planned: date | None
    planned_precision: str
    is_sample: bool
    source_code: str
    note_ja: str
    note_en: str
    ended: date | None = None
    ended_precision: str = "unknown"
    ended_reason: str = ""
    successor: str = ""
    status_before: str = ""  # of an ended one: its last status

    @property
    def has_standard(self) -> bool:
        """Return whether the facility accepts all three payment methods."""
        return set(STANDARD) <= set(self.methods)


def standing(rows: Iterable[tables.Facility], *, as_of: date) -> list[Facility]:
    """Return the rows of the register as of a day."""
    facilities = []
    for row in rows:
        status, since = row.cashless_status, row.cashless_since
        if status in CASHLESS and since is not None and since > as_of:
            status = "announced"
        before, ended, why = "", row.ended_on, row.ended_reason or ""
        if why == MISTAKE or (ended is not None and ended <= as_of):
            before, status = status, ENDED
        written = values_in("payment_methods", row.payment_methods)
        facilities.append(
            Facility(
                code=row.facility_code, name=row.name_ja, kind=row.kind, is_class=row.is_class,
                bureau=row.bureau_code or "",
                places=values_in("municipality_ja", row.municipality_ja),
                methods=tuple(group for group, names in METHODS.items() if {*written} & {*names}), status=status, since=since,
                since_precision=row.cashless_since_precision, planned=row.planned_for,
                planned_precision=row.planned_for_precision, is_sample=row.is_sample,
                source_code=row.source_code, note_ja=row.note_ja, note_en=row.note_en, ended=ended, ended_precision=row.ended_on_precision,
                ended_reason=why, successor=row.successor_code or "", status_before=before,
            )
        )  # fmt: skip
    return facilities


def counted(facilities: Iterable[Facility]) -> list[Facility]:
    """Return the single facilities in being: classes and closed facilities are not counted."""
    return [f for f in facilities if not f.is_class and f.status != ENDED]


def by_status(facilities: Iterable[Facility]) -> dict[str, int]:
    """Count by status; every status is listed, with 0 where empty."""
    counts = dict.fromkeys(STATUSES, 0)
    for f in facilities:
        counts[f.status] += 1
    return counts


def by(
    facilities: Sequence[Facility], field: str, *, order: Sequence[str] = (), home: Callable[[str], str] | None = None
) -> dict[str, dict[str, int]]:
    """Count by ``bureau`` or ``kind`` and status, in the given order, other values after it by name.

    Args:
        home: maps a bureau to the one under which its facilities are shown, as its successor.
    """
    place = {value: i for i, value in enumerate(order)}
    counts: dict[str, dict[str, int]] = {}
    for f in sorted(facilities, key=lambda f: (place.get(getattr(f, field), len(place)), getattr(f, field))):
        value = getattr(f, field)
        counts.setdefault(home(value) if home and value else value, dict.fromkeys(STATUSES, 0))[f.status] += 1
    return counts


def by_place(facilities: Iterable[Facility]) -> dict[str, dict[str, int]]:
    """Count by municipality and status; a facility in two counts in both, one without a place under ``""``."""
    places: dict[str, dict[str, int]] = {}
    for f in facilities:
        for name in f.places or ("",):
            counts = places.setdefault(name, dict.fromkeys(STATUSES, 0))
            counts[f.status] += 1
    return places


def taking(facilities: Iterable[Facility]) -> list[Facility]:
    """Return single facilities that accept cashless payment on the day, those stated by class included; announced ones do not."""
    return [f for f in counted(facilities) if f.status in CASHLESS]


def methods(facilities: Iterable[Facility]) -> dict[str, int]:
    """Count the payment methods accepted on the day; ``standard`` accepts all three, ``unstated`` names none."""
    counts = dict.fromkeys((*METHODS, "standard", "unstated"), 0)
    for f in taking(facilities):
        for name in f.methods or ("unstated",):
            counts[name] += 1
        counts["standard"] += f.has_standard
    return counts


def cash_only(facilities: Iterable[Facility]) -> list[Facility]:
    """Return facilities that are still cash only, classes included, by planned day, those without a plan last."""
    return sorted(
        (f for f in facilities if f.status == "not_cashless"), key=lambda f: (f.planned is None, f.planned or date.max, f.code)
    )


def over_time(facilities: Iterable[Facility]) -> list[tuple[date, int, int]]:
    """Return (day, done so far, planned so far) for the facilities that give a day; a closed one counts until it closed."""
    done, planned = Counter[date](), Counter[date]()
    for f in facilities:
        if f.is_class:
            continue
        if f.status == ENDED:
            stood = f.ended_reason != MISTAKE and f.status_before in CASHLESS
            if stood and f.since is not None and f.ended is not None and f.since < f.ended:
                done[f.since] += 1
                done[f.ended] -= 1
            continue
        if f.since is not None and f.status in CASHLESS:
            done[f.since] += 1
        if f.planned is not None:
            planned[f.planned] += 1
    days = sorted({*done, *planned})
    return list(zip(days, accumulate(done[d] for d in days), accumulate(planned[d] for d in days), strict=True))


def after_plan(facilities: Iterable[Facility], *, as_of: date) -> tuple[int, int]:
    """Count the single facilities introduced after their planned day, and those whose planned day is past without it."""
    dated = [f for f in counted(facilities) if f.planned is not None]
    later = sum(f.status in CASHLESS and f.since is not None and f.planned is not None and f.since > f.planned for f in dated)
    waiting = sum(f.status not in CASHLESS and f.planned is not None and f.planned < as_of for f in dated)
    return later, waiting


def summary(
    facilities: Sequence[Facility], *, bureaus: Sequence[str] = (), home: Callable[[str], str] = lambda code: code
) -> dict[str, Any]:
    """Return every number shown on the page.

    Args:
        bureaus: codes in display order.
        home: maps a bureau to the one under which its facilities are shown, as its successor.
    """
    single = counted(facilities)
    return {
        "facilities_count": len(single), "classes_count": sum(f.is_class and f.status != ENDED for f in facilities),
        "ended_count": sum(f.status == ENDED for f in facilities),
        "sample_count": sum(f.is_sample for f in facilities), "statuses": by_status(single),
        "taking_count": len(taking(facilities)), "methods": methods(facilities),
        "by_bureau": by(single, "bureau", order=bureaus, home=home), "by_kind": by(single, "kind"), "by_place": by_place(single),
        "cash_only": [f.code for f in cash_only(facilities)],
        "without_plan_count": sum(f.planned is None for f in cash_only(facilities)),
        "over_time": [{"day": d.isoformat(), "done_count": a, "planned_count": b} for d, a, b in over_time(facilities)],
        "undated_count": sum(f.since is None for f in single if f.status in CASHLESS),
    }  # fmt: skip
