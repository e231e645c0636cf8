"""Definitions, figures, targets, baselines and days at random: both implementations say the same of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.figures.measures import judge as engine
from kpis.figures.records import Baseline, Definition, Figure, Goal, current_vintages
from tests.method.given import Aim, Mark, Measure, Start, term
from tests.method.recount import judge
from tests.method.side_by_side import as_found, differences

pytestmark = pytest.mark.edition

YEARS = (2020, 2021, 2022)
CODES = [
    *(f"FY{y}" for y in YEARS), *(f"FY{y}-Q{q}" for y in YEARS for q in (1, 2, 3, 4)), *(f"CY{y}" for y in YEARS),
    *(f"{y}-{m:02d}" for y in YEARS for m in (1, 3, 4, 6, 9, 11, 12)),
]  # fmt: skip
VALUES = st.sampled_from([0.0, 5.0, 20.0, 33.3, 40.0, 48.0, 50.0, 52.0, 60.0, 72.5, 99.96, 100.0, 110.0, 6950.0])
SORTS = [
    *((kind, way) for kind in ("ratio", "reduction", "stock", "completion", "level") for way in ("higher", "lower", "keep")),
    *(("ceiling", way) for way in ("lower", "higher")), ("level", "none"), ("qualitative", "none"),
]  # fmt: skip
FLAG = st.sampled_from([False, False, True])
CODE = st.sampled_from(CODES)


@st.composite
def figures(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw a few figures, some with their parts only, some corrected."""
    found = []
    for code in draw(st.lists(CODE, max_size=5)):
        value = draw(st.one_of(VALUES, VALUES, VALUES, st.none()))
        version = 1 + sum(f["code"] == code for f in found)
        takes_back = draw(st.sampled_from([None, None, 1, version - 1])) if version > 1 and value is None else None
        parts = (
            draw(st.sampled_from([(None, None), (3.0, 0.0), (40.0, 125.0)])) if value is None and not takes_back else (None, None)
        )
        found.append(
            {"code": code, "value": value, "n": parts[0], "d": parts[1], "to_date": draw(FLAG), "about": draw(FLAG),
             "over": draw(FLAG), "version": version, "takes_back": takes_back}
        )  # fmt: skip
    return found


@st.composite
def targets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw a few targets; those of one period were set one after the other."""
    found: list[dict[str, Any]] = []
    for code in draw(st.lists(CODE, max_size=4)):
        set_on = draw(st.one_of(st.none(), st.dates(date(2019, 6, 1), date(2023, 6, 1))))
        order = 1 + sum(t["code"] == code for t in found)
        gone_on = draw(st.one_of(st.none(), st.none(), st.dates(date(2019, 6, 1), date(2023, 6, 1))))
        found.append(
            {"code": code, "value": draw(VALUES), "about": draw(FLAG), "set_on": set_on, "order": order, "gone_on": gone_on}
        )
    return found


@settings(max_examples=300)
@given(
    sort=st.sampled_from(SORTS),
    unit=st.sampled_from(["%", "件"]),
    tolerance=st.sampled_from([0.0, 0.0, 2.0]),
    lag=st.sampled_from([92, 92, 31, 0]),
    stale=st.sampled_from([100, 400]),
    has_sibling=st.booleans(),
    marks=figures(),
    aims=targets(),
    start=st.one_of(st.none(), st.tuples(CODE, VALUES)),
    as_of=st.one_of(
        st.dates(date(2020, 1, 1), date(2024, 1, 1)),
        st.builds(lambda code, days: term(code).last + timedelta(days), CODE, st.sampled_from([-1, 0, 1, 31, 32, 92, 93])),
    ),
)
def test_both_say_the_same(
    sort: tuple[str, str], unit: str, tolerance: float, lag: int, stale: int, has_sibling: bool,
    marks: list[dict[str, Any]], aims: list[dict[str, Any]], start: tuple[str, float] | None, as_of: date,
) -> None:  # fmt: skip
    kind, direction = sort
    measure = Measure(kind, direction, unit, tolerance=tolerance, stale_after=stale, lag=lag, sibling_has_start=has_sibling)
    mine = judge(
        measure,
        [
            Mark(
                m["code"],
                m["value"],
                m["about"],
                m["over"],
                m["to_date"],
                m["n"],
                m["d"],
                m["d"],
                m["version"],
                None,
                m["takes_back"],
            )
            for m in marks
        ],
        [Aim(**a) for a in aims],
        Start(term(start[0]).last, start[1]) if start else None,
        as_of,
    )
    definition = Definition(
        "generated", kind, direction, "例", "Example", unit, unit, tolerance=tolerance, stale_after_days=stale,
        publication_lag_days=lag, has_sibling_baseline=has_sibling,
    )  # fmt: skip
    kept = [
        Figure(
            m["code"], m["value"], numerator=m["n"], denominator=m["d"], base_value=m["d"], is_approximate=m["about"],
            is_lower_bound=m["over"], is_year_to_date=m["to_date"], vintage=m["version"], withdraws_vintage=m["takes_back"],
        )
        for m in marks
    ]  # fmt: skip
    goals = [
        Goal(a["code"], a["value"], set_on=a["set_on"], set_order=a["order"], is_approximate=a["about"], withdrawn_on=a["gone_on"])
        for a in aims
    ]
    theirs = engine(definition, current_vintages(kept), goals, baseline=Baseline(*start) if start else None, as_of=as_of)
    assert not list(differences(mine, as_found(theirs)))
