"""What it takes and the chance of it: both implementations must give what was worked by hand, and the same of figures at random."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.figures import needed as engine
from kpis.figures.measures import judge
from kpis.figures.records import Baseline, Definition, Figure, Goal, current_vintages
from tests.method.given import Aim, Mark, Measure, Start, term
from tests.method.takes import Takes, chance, takes
from tests.method.test_cases import read_figure, read_target
from tests.method.test_generated import CODE, SORTS, VALUES, figures, targets

TABLE: dict[str, list[dict[str, Any]]] = tomllib.loads((Path(__file__).parent / "needed.toml").read_text(encoding="utf-8"))
CASES, CHANCES = TABLE["case"], TABLE["chance"]


def asked(
    kind: str, direction: str, unit: str, tolerance: float, stale: int, marks: list[dict[str, Any]], aims: list[dict[str, Any]],
    start: tuple[str, float] | None, as_of: date,
) -> tuple[Takes | None, Takes | None]:  # fmt: skip
    """Ask both: the second implementation, and the engine."""
    measure = Measure(kind, direction, unit, tolerance=tolerance, stale_after=stale)
    mine = takes(
        measure,
        [
            Mark(
                m["code"], m["value"], about=m["about"], more_than=m["over"], to_date=m["to_date"], n=m["n"], d=m["d"],
                base=m["base"], version=m["version"], takes_back=m["takes_back"],
            )
            for m in marks
        ],
        [Aim(**a) for a in aims], Start(term(start[0]).last, start[1]) if start else None, as_of,
    )  # fmt: skip
    definition = Definition("case", kind, direction, "例", "Case", unit, unit, tolerance=tolerance, stale_after_days=stale)
    kept = current_vintages(
        Figure(
            m["code"], m["value"], numerator=m["n"], denominator=m["d"], base_value=m["base"], is_approximate=m["about"],
            is_lower_bound=m["over"], is_year_to_date=m["to_date"], vintage=m["version"], withdraws_vintage=m["takes_back"],
        )
        for m in marks
    )  # fmt: skip
    kept = [f for f in kept if f.period.end <= as_of]
    goals = [
        Goal(a["code"], a["value"], set_on=a["set_on"], set_order=a["order"], is_approximate=a["about"], withdrawn_on=a["gone_on"])
        for a in aims
    ]
    baseline = Baseline(*start) if start else None
    judgement = judge(definition, kept, goals, baseline=baseline, as_of=as_of)
    found = engine.needed(definition, judgement, kept, goals, baseline=baseline, as_of=as_of)
    theirs = found and Takes(
        found.goal.period_code, found.remaining, found.months_left, found.unseen_months, found.per_quarter, found.brought, found.brought_months
    )  # fmt: skip
    return mine, theirs


def told(found: Takes | None) -> str:
    """Return an answer as the table writes it."""
    if found is None:
        return ""
    values = (found.remaining, found.months, found.unseen, found.per_quarter, found.brought, found.brought_months)
    return " ".join([found.target, *("-" if v is None else f"{round(v, 3):g}" for v in values)])


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_both_give_what_was_worked_by_hand(case: dict[str, Any]) -> None:
    start = case.get("baseline")
    both = asked(
        case.get("kind", "stock"), case.get("direction", "higher"), case.get("unit", "件"), case.get("tolerance", 0), 400,
        [{**read, "over": read["more_than"]} for read in map(read_figure, case["figures"])], [read_target(t) for t in case["targets"]],
        (start.split()[0], float(start.split()[1])) if start else None, case["as_of"],
    )  # fmt: skip
    assert [told(found) for found in both] == [case["takes"]] * 2, case["working"]


@pytest.mark.parametrize("case", CHANCES, ids=[c["name"] for c in CHANCES])
def test_both_give_the_chance_that_was_worked_by_hand(case: dict[str, Any]) -> None:
    kind, direction, unit = case.get("kind", "ratio"), case.get("direction", "higher"), case.get("unit", "%")
    code, value = case["target"].split()
    mine = chance(Measure(kind, direction, unit), case["expected"], case["errors"], case["steps"], Aim(code, float(value)))
    definition = Definition("case", kind, direction, "例", "Case", unit, unit)
    theirs = engine.chance(definition, Goal(code, float(value)), case["expected"], case["errors"], steps=case["steps"])
    assert [round(mine, 3), round(theirs, 3)] == [case["share"]] * 2, case["working"]


@pytest.mark.edition
@settings(max_examples=300)
@given(
    sort=st.sampled_from(SORTS), unit=st.sampled_from(["%", "件"]), tolerance=st.sampled_from([0.0, 2.0]), stale=st.sampled_from([200, 400]),
    marks=figures(), aims=targets(), start=st.one_of(st.none(), st.tuples(CODE, VALUES)), as_of=st.dates(date(2020, 3, 1), date(2022, 12, 31)),
)  # fmt: skip
def test_both_say_the_same_of_figures_at_random(
    sort: tuple[str, str], unit: str, tolerance: float, stale: int, marks: list[dict[str, Any]], aims: list[dict[str, Any]],
    start: tuple[str, float] | None, as_of: date,
) -> None:  # fmt: skip
    parts = [{**m, "base": m["d"]} for m in marks]
    mine, theirs = asked(*sort, unit, tolerance, stale, parts, aims, start, as_of)
    assert told(mine) == told(theirs)
