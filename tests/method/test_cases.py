"""Cases worked by hand from the method page: the engine and its second implementation must both give what stands there."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kpis.figures.measures import judge as engine
from kpis.figures.records import Baseline, Definition, Figure, Goal, current_vintages
from tests.method.given import Aim, Found, Mark, Measure, Start, term
from tests.method.recount import judge
from tests.method.side_by_side import as_found

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]
FIGURE = re.compile(r"(\S+) (?:([-\d.]+)?=?(?:([\d.]+)([/:])([\d.]+))?)((?: ?[\w=]+)*)$")


def read_figure(text: str) -> dict[str, Any]:
    """Read a figure as the table writes it."""
    found = FIGURE.match(text)
    assert found, text
    period, value, upper, sort, below, flags = found.groups()
    words = flags.split()
    if sort and value and "=" not in text:  # "85/125": the whole is the parts, no value
        value, upper = None, value + upper
    known = [w for w in words if w in ("ytd", "about", "over") or re.fullmatch(r"v\d|withdraws=\d", w)]
    assert known == words, text
    return {
        "code": period,
        "value": float(value) if value else None,
        "n": float(upper) if upper else None,
        "d": float(below) if sort == "/" else None,
        "base": float(below) if sort == ":" else None,
        "to_date": "ytd" in words,
        "about": "about" in words,
        "more_than": "over" in words,
        "version": next((int(w[1]) for w in words if w[0] == "v"), 1),
        "takes_back": next((int(w[-1]) for w in words if w.startswith("withdraws=")), None),
    }


def read_target(text: str) -> dict[str, Any]:
    """Read a target as the table writes it."""
    period, value, *words = text.split()
    set_on = next((date.fromisoformat(w[4:]) for w in words if w.startswith("set=")), None)
    order = next((int(w[6:]) for w in words if w.startswith("order=")), 1)
    gone_on = next((date.fromisoformat(w[5:]) for w in words if w.startswith("gone=")), None)
    return {
        "code": period, "value": float(value), "about": "about" in words, "set_on": set_on, "order": order, "gone_on": gone_on,
    }  # fmt: skip


def recounted(case: dict[str, Any]) -> Found:
    """Ask the second implementation."""
    measure = Measure(
        case.get("kind", "ratio"),
        case.get("direction", "higher"),
        case.get("unit", "%"),
        tolerance=case.get("tolerance", 0),
        lag=case.get("lag", 92),
        sibling_has_start=case.get("sibling", False),
    )
    start = None
    if case.get("baseline"):
        period, value = case["baseline"].split()
        start = Start(term(period).last, float(value))
    marks = [Mark(**read_figure(f)) for f in case.get("figures", [])]
    return judge(measure, marks, [Aim(**read_target(t)) for t in case.get("targets", [])], start, case["as_of"])


def judged(case: dict[str, Any]) -> Found:
    """Ask the engine."""
    unit = case.get("unit", "%")
    definition = Definition(
        "case", case.get("kind", "ratio"), case.get("direction", "higher"), "例", "Case", unit, unit,
        tolerance=case.get("tolerance", 0), stale_after_days=400, publication_lag_days=case.get("lag", 92),
        has_sibling_baseline=case.get("sibling", False),
    )  # fmt: skip
    figures = [
        Figure(
            f["code"], f["value"], numerator=f["n"], denominator=f["d"], base_value=f["base"], is_approximate=f["about"],
            is_lower_bound=f["more_than"], is_year_to_date=f["to_date"], vintage=f["version"], withdraws_vintage=f["takes_back"],
        )
        for f in map(read_figure, case.get("figures", []))
    ]  # fmt: skip
    goals = [
        Goal(t["code"], t["value"], set_on=t["set_on"], set_order=t["order"], is_approximate=t["about"], withdrawn_on=t["gone_on"])
        for t in map(read_target, case.get("targets", []))
    ]
    baseline = None
    if case.get("baseline"):
        period, value = case["baseline"].split()
        baseline = Baseline(period, float(value))
    return as_found(engine(definition, current_vintages(figures), goals, baseline=baseline, as_of=case["as_of"]))


def told(case: dict[str, Any], found: Found) -> dict[str, Any]:
    """Return an answer in the words of the table, as much of it as the case speaks of."""
    gap = "" if found.gap is None or found.result in ("unknown", "awaiting") else f" {round(found.gap, 6):.12g}"
    answer = {
        "status": found.status,
        "last_due": f"{found.due} {found.result}{gap}" if found.due else "",
        "awaiting": found.is_awaiting,
        "part": found.is_part,
        "stale": found.is_stale,
        "unreported": list(found.unreported),
        "could_be": sorted(found.could_be),
        "ratio": "" if found.ratio is None else f"{found.ratio:.3f}",
        "figure": found.figure,
        "previous": found.previous or "",
        "year_earlier": found.year_earlier or "",
    }
    return {k: v for k, v in answer.items() if k in case or k not in ("figure", "previous", "year_earlier")}


def expected(case: dict[str, Any]) -> dict[str, Any]:
    """Return what the table expects; what it leaves out is none, false or empty."""
    blank = {
        "last_due": "", "awaiting": False, "part": False, "stale": False, "unreported": [], "could_be": [], "ratio": "",
    }  # fmt: skip
    given = {k: v for k, v in case.items() if k in (*blank, "status", "figure", "previous", "year_earlier")}
    return blank | given | {"could_be": sorted(case.get("could_be", []))}


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_both_give_what_was_worked_by_hand(case: dict[str, Any]) -> None:
    assert {"recount": told(case, recounted(case)), "engine": told(case, judged(case))} == {
        "recount": expected(case),
        "engine": expected(case),
    }, case["working"]


def test_the_table_covers_at_least_forty_cases_each_with_its_working() -> None:
    assert len(CASES) >= 40 and all(c["working"] for c in CASES)
    assert len({c["name"] for c in CASES}) == len(CASES)


def test_a_day_later_or_earlier_changes_only_what_depends_on_days() -> None:
    """The lag's edge, day by day: awaiting for 93 days, unreported from then on."""
    base = next(c for c in CASES if c["name"].startswith("The due day itself"))
    found = [recounted(base | {"as_of": base["as_of"] + timedelta(days=n)}) for n in range(-1, 100)]
    assert [f.is_awaiting for f in found] == [False] + [True] * 93 + [False] * 7
    assert [f.status == "unreported" for f in found] == [False] * 94 + [True] * 7
