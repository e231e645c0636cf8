"""Who owes a report, what reports add up to, and figures carried across reorganisations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.figures.organisation import Break, Organisation, Succession, Unit
from kpis.figures.recast import recast
from kpis.figures.records import Definition, Figure
from kpis.figures.rollup import roll_up_bureaus
from kpis.figures.scorecard import WHOLE as NO_BUREAUS
from kpis.figures.scorecard import Book, Entry, Scored, score_indicator
from kpis.store.store import Store

WHOLE = Unit("ALL", "全体", "All", "whole")
TODAY = date(2026, 11, 24)
PARTS = ("value", "numerator", "denominator", "base_value")


def bureau(code: str, **overrides: object) -> Unit:
    """A bureau directly below the whole, of all times unless told otherwise."""
    given = {"kind": "governor_bureau", "parent_code": "ALL", **overrides}
    return Unit(code, code, code, **given)  # type: ignore[arg-type]


def of(period: str, value: float | None = None, **parts: object) -> Figure:
    return Figure(period, value, **parts)  # type: ignore[arg-type]


def entry(unit: str, *figures: Figure, kind: str = "ratio") -> Entry:
    definition = Definition("x", kind, "higher", "指標", "x", "%", "%")
    return Entry(
        definition=definition,
        unit_code=unit,
        project_code="P",
        theme="other",
        is_headline=unit == "ALL",
        figures=figures,
        goals=(),
        baseline=None,
        scope_code="ALL",
        is_reported_by_bureaus=True,
    )


def judged(entries: list[Entry], view: str = "then", as_of: date = TODAY) -> list[Scored]:
    return score_indicator(entries, Book(tuple(entries), {}, THREE), as_of=as_of, view=view)


THREE = Organisation((WHOLE, bureau("A"), bureau("B"), bureau("C", valid_from=date(2023, 4, 1))))


def test_only_bureaus_alive_on_the_last_day_owe_a_report() -> None:
    assert THREE.owing("ALL", date(2023, 3, 31)) == ("A", "B")
    assert THREE.owing("ALL", date(2023, 4, 1)) == ("A", "B", "C")


def test_a_scope_that_cuts_through_bureaus_is_owed_by_those_of_its_parent() -> None:
    units = (*THREE.units, Unit("HQ", "本庁部門", "HQ", "scope", "ALL"), Unit("AG", "機構", "Agency", "agency", "ALL"))
    assert Organisation(units).owing("HQ", TODAY) == ("A", "B", "C")


def test_divisions_are_not_counted_again_beside_their_bureau() -> None:
    units = (*THREE.units, Unit("A1", "部", "Division", "office_bureau_level", "A"))
    assert "A1" not in Organisation(units).owing("ALL", TODAY)
    assert Organisation(units).owing("A", TODAY) == ("A1",)


def test_a_complete_sum_is_judged_where_nothing_was_published() -> None:
    entries = [
        entry("ALL"),
        entry("A", of("2022-12", numerator=90.0, denominator=100.0)),
        entry("B", of("2022-12", numerator=1.0, denominator=100.0)),
    ]
    own = judged(entries)[0]
    assert own.judgement.figure is not None
    assert (own.judgement.figure.value, own.judgement.figure.is_rolled_up) == (45.5, True)
    assert own.rolled[0].is_complete and own.rolled[0].owing_count == 2


def test_the_whole_is_judged_alike_with_and_without_its_bureaus_and_only_by_periods_that_have_ended() -> None:
    entries = [
        entry("ALL"),
        *(
            entry(c, of("2022-11", numerator=9.0, denominator=10.0), of("2022-12", numerator=8.0, denominator=10.0))
            for c in ("A", "B")
        ),
    ]
    for view, count in (("then", 3), ("now", 3), (NO_BUREAUS, 1)):
        found = judged(entries, view)
        assert len(found) == count and found[0].judgement.figure is not None
        assert (found[0].judgement.figure.value, len(found[0].rolled)) == (80.0, 2)
    (earlier,) = judged(entries, NO_BUREAUS, date(2022, 11, 30))
    assert earlier.judgement.figure is not None and (earlier.judgement.figure.value, len(earlier.rolled)) == (90.0, 1)


def test_a_partial_sum_is_shown_with_its_coverage_and_never_judged() -> None:
    own = judged([entry("ALL"), entry("A", of("2022-12", numerator=90.0, denominator=100.0))])[0]
    assert own.judgement.status == "no_data" and own.figures == ()
    (rolled,) = own.rolled
    assert rolled.figure is not None and rolled.figure.value == 90.0
    assert (rolled.reported_count, rolled.owing_count, rolled.missing, rolled.is_complete) == (1, 2, ("B",), False)


def test_a_rate_without_its_parts_makes_the_sum_partial() -> None:
    entries = [entry("ALL"), entry("A", of("2022-12", numerator=9.0, denominator=10.0)), entry("B", of("2022-12", 80.0))]
    (rolled,) = judged(entries)[0].rolled
    assert (rolled.unaddable, rolled.missing, rolled.is_complete) == (("B",), (), False)


def test_the_published_figure_stands_and_the_sum_is_beside_it() -> None:
    """Even where the published figure is of the quarter and the sum of the month that ends on the same day."""
    entries = [entry("ALL", of("FY2022-Q3", 50.0))] + [entry(c, of("2022-12", numerator=9.0, denominator=10.0)) for c in ("A", "B")]
    own = judged(entries)[0]
    assert own.judgement.figure is not None and own.judgement.figure.value == 50.0
    assert own.rolled[0].official is not None and own.rolled[0].figure is not None
    assert (own.rolled[0].official.value, own.rolled[0].figure.value) == (50.0, 90.0)


def test_a_zero_reported_is_a_report() -> None:
    entries = [entry("ALL", kind="stock"), *(entry(c, of("2022-12", 0.0), kind="stock") for c in ("A", "B"))]
    own = judged(entries)[0]
    assert own.judgement.figure is not None and own.judgement.figure.value == 0


def test_levels_are_covered_but_never_added() -> None:
    (rolled,) = roll_up_bureaus("level", {"A": [of("2022-12", 4.0)]}, [], organisation=THREE, scope_code="ALL")
    assert rolled.figure is None and rolled.reported_count == 1 and rolled.missing == ("B",)


def test_a_bureau_that_ended_within_the_period_counts_for_flows_but_holds_no_stock() -> None:
    gone = Organisation((WHOLE, bureau("A", valid_to=date(2022, 6, 30), is_current=False), bureau("B")))
    reports = {"A": [of("FY2022", 5.0)], "B": [of("FY2022", 7.0)]}
    flow = roll_up_bureaus("ceiling", reports, [], organisation=gone, scope_code="ALL")[0]
    stock = roll_up_bureaus("stock", reports, [], organisation=gone, scope_code="ALL")[0]
    assert flow.figure is not None and flow.figure.value == 12.0
    assert stock.figure is not None and stock.figure.value == 7.0


SPLIT = date(2023, 7, 1)


def split(first: float | None, second: float | None) -> Organisation:
    """福祉保健局 is split into two on 2023-07-01."""
    return Organisation(
        (WHOLE, bureau("OLD", valid_to=SPLIT - timedelta(days=1), is_current=False),
         bureau("W", valid_from=SPLIT), bureau("H", valid_from=SPLIT)),
        (Succession("OLD", "W", "split", SPLIT, first), Succession("OLD", "H", "split", SPLIT, second)),
    )  # fmt: skip


def test_a_split_with_shares_divides_the_history() -> None:
    made = recast("ratio", {"OLD": [of("2023-06", numerator=50.0, denominator=100.0)]}, organisation=split(0.6, 0.4), on=TODAY)
    assert {u: [(f.numerator, f.denominator, f.is_recast) for f in fs] for u, fs in made.by_unit.items()} == {
        "W": [(30.0, 60.0, True)],
        "H": [(20.0, 40.0, True)],
    }
    assert made.breaks == ()


def test_a_split_without_shares_is_a_break_and_never_a_guess() -> None:
    figures = {"OLD": [of("2023-06", 100.0)], "W": [of("2023-09", 70.0)]}
    made = recast("stock", figures, organisation=split(None, None), on=TODAY)
    assert made.by_unit == {"OLD": (figures["OLD"][0],), "W": (figures["W"][0],)}
    assert made.breaks == (Break("OLD", SPLIT, ("W", "H"), "share_unknown"),)


def test_shares_of_an_ended_bureau_that_do_not_make_one_are_a_break() -> None:
    made = recast("stock", {"OLD": [of("2023-06", 100.0)]}, organisation=split(0.5, 0.4), on=TODAY)
    assert [b.reason for b in made.breaks] == ["shares_do_not_add"] and set(made.by_unit) == {"OLD"}


def test_a_transfer_moves_a_part_while_the_predecessor_lives_on() -> None:
    moved = Organisation((WHOLE, bureau("A"), bureau("B")), (Succession("A", "B", "transfer", SPLIT, 0.25),))
    made = recast(
        "ceiling", {"A": [of("2023-06", 100.0), of("2023-07", 80.0)], "B": [of("2023-06", 10.0)]}, organisation=moved, on=TODAY
    )
    assert [(f.period_code, f.value) for f in made.by_unit["A"]] == [("2023-06", 75.0), ("2023-07", 80.0)]
    assert [(f.period_code, f.value) for f in made.by_unit["B"]] == [("2023-06", 35.0)]


def test_the_organisation_of_an_earlier_day_follows_only_what_had_happened_by_then() -> None:
    made = recast("stock", {"OLD": [of("2023-05", 100.0)]}, organisation=split(0.6, 0.4), on=date(2023, 6, 1))
    assert set(made.by_unit) == {"OLD"}


def test_a_figure_of_a_bureau_that_ended_within_its_period_is_carried_over() -> None:
    made = recast("ceiling", {"OLD": [of("FY2023", 100.0)]}, organisation=split(0.6, 0.4), on=TODAY)
    assert {u: fs[0].value for u, fs in made.by_unit.items()} == {"W": 60.0, "H": 40.0}


def test_a_level_follows_a_rename_and_stops_at_a_split() -> None:
    renamed = Organisation((WHOLE, bureau("A", is_current=False), bureau("B")), (Succession("A", "B", "rename", SPLIT, 1.0),))
    made = recast("level", {"A": [of("2023-06", 4.1)]}, organisation=renamed, on=TODAY)
    assert [f.value for f in made.by_unit["B"]] == [4.1]
    stays = recast("level", {"OLD": [of("2023-06", 4.1)]}, organisation=split(0.6, 0.4), on=TODAY)
    assert [f.value for f in stays.by_unit["OLD"]] == [4.1] and stays.breaks[0].reason == "not_additive"


def test_levels_of_merged_bureaus_stay_under_their_own_names() -> None:
    merged = Organisation(
        (WHOLE, bureau("A", is_current=False), bureau("B", is_current=False), bureau("C")),
        (Succession("A", "C", "merge", SPLIT, 1.0), Succession("B", "C", "merge", SPLIT, 1.0)),
    )
    made = recast("level", {"A": [of("2023-06", 4.0)], "B": [of("2023-06", 3.0)]}, organisation=merged, on=TODAY)
    assert {u: fs[0].value for u, fs in made.by_unit.items()} == {"A": 4.0, "B": 3.0}


@st.composite
def histories(draw: st.DrawFn) -> tuple[Organisation, str, dict[str, list[Figure]], date]:
    """An organisation of random successions whose shares add up to 1, with figures of every unit while it lived."""
    units = {f"U{n}": bureau(f"U{n}") for n in range(draw(st.integers(1, 4)))}
    successions: list[Succession] = []
    days = sorted(draw(st.lists(st.dates(date(2020, 1, 2), date(2025, 12, 1)), min_size=0, max_size=7, unique=True)))
    for day in days:
        alive = [c for c, u in units.items() if u.valid_to is None and (u.valid_from is None or u.valid_from < day)]
        code = draw(st.sampled_from(alive))
        fresh = [f"N{day:%Y%m%d}{n}" for n in range(draw(st.integers(1, 3)))]
        targets = draw(st.lists(st.sampled_from(sorted({*alive, *fresh} - {code})), min_size=1, max_size=3, unique=True))
        weights = [draw(st.floats(0.05, 1.0)) for _ in targets]
        lives_on = draw(st.booleans())
        whole = sum(weights) * (draw(st.floats(1.1, 4.0)) if lives_on else 1.0)
        for target, weight in zip(targets, weights, strict=True):
            if target not in units:
                units[target] = bureau(target, valid_from=day)
            successions.append(Succession(code, target, "transfer" if lives_on else "split", day, weight / whole))
        if not lives_on:
            units[code] = replace(units[code], valid_to=day - timedelta(days=1), is_current=False)
    kind = draw(st.sampled_from(["ratio", "reduction", "ceiling", "stock", "completion"]))
    number = st.floats(0, 1e6)
    figures: dict[str, list[Figure]] = {}
    for code, unit in units.items():
        for period in draw(
            st.lists(st.sampled_from(["FY2019", "FY2021", "FY2022-Q2", "2023-06", "2024-11", "FY2025-Q1"]), unique=True)
        ):
            figure = of(period, draw(number), numerator=draw(number), denominator=draw(number), base_value=draw(number))
            if unit.valid_from is None or unit.valid_from <= figure.period.end:
                figures.setdefault(code, []).append(figure)
    return Organisation((WHOLE, *units.values()), tuple(successions)), kind, figures, draw(st.dates(date(2019, 1, 1), TODAY))


def totals(kind: str, figures: dict[str, list[Figure]]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = defaultdict(float)
    for held in figures.values():
        for figure in held:
            for part in PARTS:
                if part != "value" or kind not in ("ratio", "reduction"):
                    found[figure.period_code, part] += getattr(figure, part) or 0.0
    return dict(found)


@pytest.mark.edition
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_totals_are_equal_before_and_after_any_reorganisation(
    history: tuple[Organisation, str, dict[str, list[Figure]], date],
) -> None:
    organisation, kind, figures, on = history
    made = recast(kind, figures, organisation=organisation, on=on)
    before, after = totals(kind, figures), totals(kind, {u: list(fs) for u, fs in made.by_unit.items()})
    assert made.breaks == ()
    assert after == pytest.approx(before, rel=1e-9, abs=1e-6)
    ended = {u.code for u in organisation.units if u.valid_to is not None and u.valid_to < on}
    assert not ended & set(made.by_unit), "nothing is left under the name of a bureau that was gone"


@pytest.mark.edition
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.data())
def test_totals_are_equal_even_where_shares_are_unknown_and_parts_are_missing(
    history: tuple[Organisation, str, dict[str, list[Figure]], date], data: st.DataObject
) -> None:
    organisation, kind, figures, on = history
    blurred = tuple(replace(s, share=None) if data.draw(st.booleans()) else s for s in organisation.successions)
    organisation = Organisation(organisation.units, blurred)
    needed = {"ratio": ("numerator", "denominator"), "reduction": ("numerator", "base_value")}.get(kind, ("value",))
    thinned = {
        code: [replace(f, **dict.fromkeys(needed)) if data.draw(st.integers(0, 4)) == 0 else f for f in held]
        for code, held in figures.items()
    }
    made = recast(kind, thinned, organisation=organisation, on=on)
    after = {u: list(fs) for u, fs in made.by_unit.items()}
    for part in needed:
        before = {k: v for k, v in totals("stock", thinned).items() if k[1] == part}
        assert {k: v for k, v in totals("stock", after).items() if k[1] == part} == pytest.approx(before, rel=1e-9, abs=1e-6)
    assert sum(map(len, thinned.values())) == 0 or any(after.values())


def test_every_recorded_reorganisation_of_tokyo_keeps_the_totals(tokyo: Store) -> None:
    """One figure per bureau and year: each recorded succession is carried over or is a named break."""
    organisation = tokyo.organisation()
    figures = {
        u.code: [of(f"FY{year}", 100.0, numerator=40.0, denominator=100.0, base_value=200.0) for year in range(2015, 2026)]
        for u in organisation.members("TMG")
    }
    for kind in ("ratio", "reduction", "ceiling", "stock", "completion"):
        made = recast(kind, figures, organisation=organisation, on=TODAY)
        assert totals(kind, {u: list(fs) for u, fs in made.by_unit.items()}) == pytest.approx(totals(kind, figures))
    assert {"WELFARE_HEALTH", "CULTURE_2010"} <= {b.unit_code for b in made.breaks}
    assert "STRATEGY_ICT" not in made.by_unit, "a rename with share 1 is followed"
