"""The shipped CSV files as the second implementation reads them: no loader, no store, no model of the product."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.method.given import Aim, Mark, Measure, Start, term

DATA = Path(__file__).parents[2] / "data"
JUST_LOADED = date.max  # no day of publication: known only since this instance read the file


@dataclass
class Series:
    """What the files hold of one indicator and unit."""

    measure: Measure
    marks: list[Mark] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    start: Start | None = None


def rows(name: str) -> list[dict[str, str]]:
    """Return a file's rows as text."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as lines:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(lines)]


def number(text: str | None) -> float | None:
    """Read a number; a blank is unknown."""
    return float(text) if text else None


def day(text: str | None) -> date | None:
    """Read a day; a blank is unknown."""
    return date.fromisoformat(text) if text else None


def read() -> dict[tuple[str, str], Series]:
    """Return every indicator and unit that has a figure, a target or a baseline, or is the indicator's own scope."""
    definitions = {r["indicator_code"]: r for r in rows("catalogue/indicators.csv")}
    baselines = {(r["indicator_code"], r["bureau_code"]): r for r in rows("catalogue/baselines.csv")}
    sources = {r["source_code"]: r for r in rows("catalogue/sources.csv")}
    siblings = {(c, r["sibling_code"]) for c, r in definitions.items() if r.get("sibling_code")}
    siblings |= {(b, a) for a, b in siblings}

    def series(code: str, unit: str) -> Series:
        has_start = any((other, unit) in baselines for one, other in siblings if one == code)
        return Series(_measure(definitions[code], has_start=has_start))

    found: dict[tuple[str, str], Series] = {(c, r["scope_code"]): series(c, r["scope_code"]) for c, r in definitions.items()}

    def at(row: dict[str, str]) -> Series:
        key = (row["indicator_code"], row["bureau_code"])
        if key not in found:
            found[key] = series(*key)
        return found[key]

    for row in baselines.values():
        at(row).start = Start(term(row["period_code"]).last, float(row["value"]))
    for row in rows("catalogue/targets.csv"):
        at(row).aims.append(
            Aim(
                row["period_code"],
                float(row["value"]),
                about=row["is_approximate"] == "1",
                set_on=day(row["set_on"]),
                order=int(row["set_order"] or 1),
                gone_on=day(row.get("withdrawn_on")),
            )
        )
    versions: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows("official/observations.csv"):
        key = (row["indicator_code"], row["bureau_code"], row["period_code"])
        versions[key] += 1
        source = sources[row["source_code"]]
        known = day(row["published_on"]) or day(source["published_on"]) or day(source.get("published_by")) or JUST_LOADED
        at(row).marks.append(
            Mark(
                row["period_code"],
                number(row["value"]),
                about=row["is_approximate"] == "1",
                more_than=row["is_lower_bound"] == "1",
                to_date=row["is_year_to_date"] == "1",
                n=number(row["numerator"]),
                d=number(row["denominator"]),
                base=number(row["base_value"]),
                version=versions[key],
                known=known,
            )
        )
    return found


def _measure(row: dict[str, str], *, has_start: bool) -> Measure:
    return Measure(
        kind=row["kind"],
        direction=row["direction"],
        unit=row["unit_ja"],
        good=float(row["threshold_on_track"] or 0.95),
        poor=float(row["threshold_behind"] or 0.6),
        tolerance=float(row["tolerance"] or 0),
        stale_after=int(row["stale_after_days"] or 200),
        lag=int(row.get("publication_lag_days") or 92),
        sibling_has_start=has_start,
    )
