"""Statuses worked out by hand from published figures."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kpis.errors import FigureRefused
from kpis.figures import measures
from kpis.figures.measures import judge, roll_up
from kpis.figures.records import Baseline, Definition, Figure, Goal, Judgement, current_vintages, series_key
from kpis.figures.sentences import sentence
from kpis.figures.targets import goal_in_force, path_stretches, planned_on, planned_path

TODAY = date(2026, 11, 24)


def definition(**overrides: object) -> Definition:
    values = {"code": "x", "kind": "ratio", "direction": "higher", "name_ja": "率", "name_en": "Rate", "unit_ja": "%",
              "unit_en": "%", "decimals": 1}  # fmt: skip
    return Definition(**{**values, **overrides})  # type: ignore[arg-type]


def status(
    figures: list[Figure], goals: list[Goal], baseline: Baseline | None = None, *, as_of: date = TODAY, **how: object
) -> str:
    return judge(definition(**how), figures, goals, baseline=baseline, as_of=as_of).status


def test_a_share_just_short_of_its_target_is_missed_and_the_distance_is_said() -> None:
    found = judge(definition(), [Figure("2023-03", 99.8)], [Goal("FY2022", 100)], baseline=None, as_of=TODAY)
    assert found.status == "missed"
    said = [sentence(definition(), found, as_of=TODAY, language=language) for language in ("ja", "en")]
    assert "0.2ポイント" in said[0] and "0.2 points" in said[1]


def test_digitisation_is_judged_against_the_line_between_its_targets() -> None:
    found = judge(
        definition(), [Figure("2020-09", 5), Figure("2025-12", 91)], [Goal("FY2023", 70), Goal("FY2026", 100)],
        baseline=Baseline("2020-09", 5), as_of=TODAY,
    )  # fmt: skip
    # 640 of 1,095 days between 2024-03-31 and 2027-03-31 had passed.
    assert found.planned_value == pytest.approx(70 + 30 * 640 / 1095)
    assert (found.status, found.goal.value if found.goal else None) == ("on_track", 100)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(60.0, "on_track"), (47.5, "on_track"), (40.0, "slightly_behind"), (20.0, "behind"), (-5.0, "moving_away")],
)
def test_thresholds_part_the_statuses(value: float, expected: str) -> None:
    goals = [Goal("FY2021", 100)]  # from 0 on 2020-03-31, half way after one of two years
    assert status([Figure("2021-03", value)], goals, Baseline("2020-03", 0), as_of=date(2021, 6, 30)) == expected


def test_a_target_reached_and_then_lost_is_named() -> None:
    goals, base = [Goal("FY2021", 98)], Baseline("FY2019", 0)
    early = [Figure("2021-06", 98.5), Figure("2021-09", 97.0)]
    assert status(early, goals, base, kind="stock", as_of=date(2021, 10, 31)) == "reached_then_lost"
    # Of a rate, June is a part of the target's year: it was well on its path, and so is September.
    assert status(early, goals, base, as_of=date(2021, 10, 31)) == "on_track"
    assert status([Figure("2022-03", 98.5), Figure("2022-06", 97.0)], goals, base) == "reached_then_lost"


def test_a_target_whose_day_passed_without_a_figure_is_unreported_after_its_lag_and_awaited_until_then() -> None:
    goals = [Goal("FY2021", 50), Goal("FY2022", 70), Goal("FY2025", 100)]
    base, figures = Baseline("FY2019", 0), [Figure("FY2021", 48.0)]

    def found(day: date, **how: object) -> Judgement:
        return judge(definition(**how), figures, goals, baseline=base, as_of=day)

    # 2023-03-31 + 92 days = 2023-07-01.
    assert (found(date(2023, 3, 30)).status, found(date(2023, 3, 30)).is_awaiting) == ("missed", False)
    waiting = found(date(2023, 7, 1))
    assert (waiting.status, waiting.is_awaiting, waiting.last_due.result if waiting.last_due else "") == (
        "missed",
        True,
        "awaiting",
    )
    late = found(date(2023, 7, 2))
    assert (late.status, late.is_awaiting, late.last_due.result if late.last_due else "") == ("unreported", False, "unknown")
    assert late.goal == goals[1] and late.unreported_goals == (goals[1],)
    assert found(date(2023, 5, 1), publication_lag_days=30).status == "unreported"
    assert found(TODAY).unreported_goals == (goals[1], goals[2])
    assert judge(definition(), [], goals, baseline=base, as_of=date(2021, 3, 1)).status == "no_data"
    assert judge(definition(), [], goals, baseline=base, as_of=TODAY).status == "unreported"


def test_a_miss_stays_in_sight_beside_the_path_to_the_next_target() -> None:
    goals, base = [Goal("FY2021", 50), Goal("FY2022", 70)], Baseline("FY2019", 0)
    figures = [Figure("FY2021", 48.0), Figure("2022-09", 60.0)]
    found = judge(definition(), figures, goals, baseline=base, as_of=date(2022, 10, 31))
    assert (found.status, found.goal) == ("on_track", goals[1])
    assert found.last_due and (found.last_due.goal, found.last_due.result) == (goals[0], "missed")
    assert found.last_due.gap == pytest.approx(-2)


@pytest.mark.parametrize(
    ("kind", "expected"), [("ratio", "on_track"), ("reduction", "on_track"), ("level", "on_track"), ("stock", "reached"), ("completion", "reached")]
)  # fmt: skip
def test_a_part_of_a_period_is_ahead_of_its_path_and_has_not_reached_the_target(kind: str, expected: str) -> None:
    goals, base = [Goal("FY2022", 70)], Baseline("FY2016", 0)
    assert status([Figure("FY2022-Q1", 74.0)], goals, base, kind=kind, as_of=date(2022, 7, 31)) == expected
    assert status([Figure("FY2022-Q1", 74.0, is_year_to_date=True)], goals, base, kind=kind, as_of=date(2022, 7, 31)) == "on_track"
    assert status([Figure("FY2022", 74.0)], goals, base, kind=kind) == "reached"


@pytest.mark.parametrize("month", ["2021-06", "2021-09", "2022-02"])
def test_the_same_overshoot_of_a_cap_means_the_same_all_year(month: str) -> None:
    how = {"kind": "ceiling", "direction": "lower", "as_of": date(2022, 3, 1)}
    days = ((Figure(month, 0.0).period.end - date(2021, 3, 31)).days) / 365
    for pace, expected in ((1.04, "on_track"), (1.2, "slightly_behind"), (1.45, "behind")):
        if pace * days <= 1:
            assert status([Figure(month, 100 * days * pace, is_year_to_date=True)], [Goal("FY2021", 100.0)], **how) == expected
    assert status([Figure(month, 101.0, is_year_to_date=True)], [Goal("FY2021", 100.0)], **how) == "behind"


def test_rounding_that_reaches_across_a_threshold_is_said() -> None:
    goals, base = [Goal("FY2022", 100)], Baseline("FY2020", 0)
    found = judge(definition(), [Figure("2022-03", 30.0, is_approximate=True)], goals, baseline=base, as_of=date(2022, 4, 30))
    assert (found.status, found.could_be) == ("slightly_behind", ("behind",))  # 0.60 of the plan, but 0.59 to 0.61
    exact = judge(definition(), [Figure("2022-03", 30.0)], goals, baseline=base, as_of=date(2022, 4, 30))
    assert exact.could_be == ()
    goal = [Goal("FY2021", 30, is_approximate=True)]
    assert judge(definition(), [Figure("2022-03", 30.0)], goal, baseline=base, as_of=date(2022, 4, 30)).could_be == ("missed",)
    assert measures.rounding_step(definition(), 30.0) == 1.0
    sheets = definition(unit_ja="枚")
    assert [measures.rounding_step(sheets, v) for v in (80_000_000.0, 22_000.0, 7_000.0, 8.0, 110_000_000.0)] == [
        1e6,
        1e3,
        1e2,
        1,
        1e7,
    ]
    assert measures.rounding_step(definition(), 27.6) == pytest.approx(0.1)


def test_more_than_names_the_better_neighbour_or_where_less_is_better_the_worse() -> None:
    goals, base, day = [Goal("FY2022", 100)], Baseline("FY2020", 0), date(2022, 4, 30)
    figures = [Figure("2022-03", 40.0, is_lower_bound=True)]
    assert judge(definition(), figures, goals, baseline=base, as_of=day).could_be == ("on_track",)
    lower = judge(definition(direction="lower"), figures, [Goal("FY2022", 45)], baseline=Baseline("FY2020", 90), as_of=day)
    assert (lower.status, lower.could_be) == ("on_track", ("slightly_behind",))
    due = judge(definition(direction="lower"), figures, [Goal("FY2021", 45)], baseline=Baseline("FY2020", 90), as_of=day)
    assert due.status == "not_applicable" and due.last_due and due.last_due.result == "unknown"
    over = judge(definition(direction="lower"), figures, [Goal("FY2021", 39)], baseline=Baseline("FY2020", 90), as_of=day)
    assert over.status == "missed" and over.last_due and over.last_due.result == "missed"


def test_the_first_figure_is_no_baseline_where_the_same_fact_has_one_in_another_unit() -> None:
    figures, goals, day = [Figure("2021-06", 10.0), Figure("2021-12", 30.0)], [Goal("FY2022", 100)], date(2022, 1, 31)
    found = judge(definition(kind="stock"), figures, goals, baseline=None, as_of=day)
    assert found.baseline is not None and found.baseline.is_first_figure
    other = judge(definition(kind="stock", has_sibling_baseline=True), figures, goals, baseline=None, as_of=day)
    assert (other.status, other.baseline) == ("not_due", None)


def test_previous_is_of_the_same_kind_of_period() -> None:
    figures = [Figure("FY2021", 55.1), Figure("FY2022-Q1", 74.0, is_year_to_date=True), Figure("FY2022", 72.0)]
    found = judge(definition(kind="reduction"), figures, [], baseline=None, as_of=TODAY)
    assert found.previous == figures[0] == found.year_earlier


def test_no_figure_is_no_data_and_not_zero() -> None:
    assert status([], [Goal("FY2021", 98)], as_of=date(2022, 3, 31)) == "no_data"
    assert status([Figure("2021-03", 0.0)], [Goal("FY2020", 98)]) == "missed"


def test_a_missing_or_zero_denominator_gives_no_value() -> None:
    nothing = Figure("2021-03", None, numerator=3, denominator=0)
    assert status([nothing], [Goal("FY2020", 98)], as_of=date(2021, 4, 30)) == "no_data"
    found = judge(definition(), [Figure("2021-03", None, numerator=3, denominator=4)], [], baseline=None, as_of=TODAY)
    assert found.status == "not_applicable"


def test_a_text_is_qualitative_and_never_dropped() -> None:
    assert status([Figure("FY2021", None, text_ja="拡大")], [], kind="qualitative", direction="none") == "qualitative"


def test_a_yearly_cap_is_judged_by_budget_to_date() -> None:
    cap = [Goal("FY2021", 100.0)]
    how = {"kind": "ceiling", "direction": "lower", "as_of": date(2021, 12, 1)}
    half = Figure("FY2021-Q2", 49.0, is_year_to_date=True)
    assert status([half], cap, **how) == "on_track"
    assert status([Figure("FY2021-Q2", 75.0, is_year_to_date=True)], cap, **how) == "behind"
    assert status([Figure("2021-08", 5.0)], cap, **how) == "not_applicable"
    how["as_of"] = TODAY
    assert status([half], cap, **how) == "unreported"
    assert status([Figure("FY2021", 90.0)], cap, **how) == "reached"
    assert status([Figure("FY2021", 101.0)], cap, **how) == "missed"


def test_a_cap_set_or_raised_during_its_year_holds_for_the_whole_year_from_the_day_it_was_set() -> None:
    """The budget to date counts the days of the cap's year, not the days since it was set; earlier days keep the earlier cap."""
    how = {"kind": "ceiling", "direction": "lower"}
    half = [Figure("FY2021-Q2", 55.0, is_year_to_date=True)]
    caps = [Goal("FY2021", 100.0), Goal("FY2021", 120.0, set_on=date(2021, 11, 1), set_order=2)]
    before = judge(definition(**how), half, caps, baseline=None, as_of=date(2021, 10, 31))
    after = judge(definition(**how), half, caps, baseline=None, as_of=date(2021, 11, 1))
    assert (before.planned_value, after.planned_value) == (pytest.approx(100 * 183 / 365), pytest.approx(120 * 183 / 365))
    assert (before.status, after.status) == ("slightly_behind", "on_track")
    assert status(half, caps[1:], as_of=date(2021, 10, 31), **how) == "not_applicable"


def test_last_years_cap_says_nothing_about_this_year() -> None:
    found = judge(
        definition(kind="ceiling", direction="lower"), [Figure("FY2022-Q1", 13.0, is_year_to_date=True)], [Goal("FY2021", 100.0)],
        baseline=None, as_of=TODAY,
    )  # fmt: skip
    assert (found.status, found.goal.period_code if found.goal else None) == ("unreported", "FY2021")
    known = [Figure("FY2021", 90.0), Figure("FY2022-Q1", 13.0, is_year_to_date=True)]
    found = judge(definition(kind="ceiling", direction="lower"), known, [Goal("FY2021", 100.0)], baseline=None, as_of=TODAY)
    assert (found.status, found.goal, found.last_due.result if found.last_due else "") == ("not_applicable", None, "met")


def test_a_target_that_equals_the_baseline_means_keep() -> None:
    goals, base = [Goal("FY2022", 80.0)], Baseline("FY2020", 80.0)
    day = date(2022, 12, 31)
    assert status([Figure("2022-09", 79.0)], goals, base, tolerance=1.5, as_of=day) == "on_track"
    assert status([Figure("2022-09", 78.0)], goals, base, tolerance=1.5, as_of=day) == "slightly_behind"
    assert status([Figure("2023-03", 70.0)], goals, base, tolerance=1.5) == "missed"


def test_a_lower_bound_is_never_called_missed() -> None:
    assert status([Figure("2024-03", 80.0, is_lower_bound=True)], [Goal("FY2023", 90)], Baseline("2020-09", 5)) == "not_applicable"


def test_a_raised_target_counts_from_the_day_it_was_set() -> None:
    goals = [Goal("FY2023", 30, set_on=date(2023, 1, 27)), Goal("FY2023", 35, set_on=date(2023, 7, 1), set_order=2)]
    figures = [Figure("2023-06", 31)]
    assert status(figures, goals, Baseline("2023-03", 0), as_of=date(2023, 6, 30), kind="stock") == "reached"
    assert status(figures, goals, Baseline("2023-03", 0), as_of=date(2023, 7, 1), kind="stock") == "on_track"


def test_the_target_in_force_holds_the_figure_or_comes_next_or_was_last() -> None:
    goals = [Goal("FY2021", 50), Goal("FY2022", 70)]
    assert goal_in_force(goals, date(2021, 9, 30)) is goals[0]
    assert goal_in_force(goals, date(2019, 9, 30)) is goals[0]
    assert goal_in_force(goals, date(2025, 9, 30)) is goals[1]


def test_old_data_are_stale_whatever_the_status() -> None:
    found = judge(definition(), [Figure("2022-03", 99.1)], [Goal("FY2021", 98)], baseline=None, as_of=TODAY)
    assert found.status == "reached" and found.is_stale


@pytest.mark.parametrize(("as_of", "is_stale"), [(date(2022, 10, 17), False), (date(2022, 10, 18), True)])
def test_a_figure_is_stale_on_the_day_after_the_last_that_it_may_be_old(as_of: date, is_stale: bool) -> None:
    found = judge(definition(stale_after_days=200), [Figure("2022-03", 99.1)], [], baseline=None, as_of=as_of)
    assert (found.age_days, found.is_stale) == (200 + is_stale, is_stale)


def test_levels_are_not_added_up() -> None:
    with pytest.raises(FigureRefused):
        roll_up("level", [Figure("2022-03", 1.0), Figure("2022-03", 2.0)])


numbers = some.floats(-1000, 1000, allow_nan=False).map(lambda v: round(v, 3))
months = some.sampled_from([f"{y}-{m:02d}" for y in (2021, 2022, 2023) for m in (3, 6, 9, 12)])


@given(
    kind=some.sampled_from(["ratio", "reduction", "stock", "completion", "level", "ceiling"]),
    figures=some.dictionaries(months, numbers, min_size=1, max_size=6), start=numbers, target=numbers,
)  # fmt: skip
def test_mirroring_everything_never_changes_the_status(kind: str, figures: dict[str, float], start: float, target: float) -> None:
    """Negating values, baseline and target and turning the direction round gives the same status."""

    def judged(sign: int) -> str:
        direction = "higher" if sign > 0 else "lower"
        series = [Figure(code, sign * value, is_year_to_date=True) for code, value in figures.items()]
        return status(series, [Goal("FY2023", sign * target)], Baseline("FY2019", sign * start), kind=kind, direction=direction)

    assert judged(1) == judged(-1)


@given(parts=some.lists(some.tuples(some.integers(0, 500), some.integers(1, 500)), min_size=2, max_size=8), cut=some.integers(1, 7))
def test_splitting_a_unit_never_changes_the_total(parts: list[tuple[int, int]], cut: int) -> None:
    """Adding up sub-units first, or all at once, gives one answer, for each additive kind."""
    cut = min(cut, len(parts) - 1)
    for kind in ("ratio", "ceiling", "reduction", "stock", "completion"):
        figures = [Figure("2022-03", float(n), numerator=n, denominator=d, base_value=float(d)) for n, d in parts]
        halves = [roll_up(kind, figures[:cut]), roll_up(kind, figures[cut:])]
        whole, nested = roll_up(kind, figures), roll_up(kind, halves)
        assert whole.value == pytest.approx(nested.value)
        assert whole.numerator == nested.numerator and whole.denominator == nested.denominator


@pytest.mark.edition
@given(values=some.lists(numbers, min_size=1, max_size=6), day=some.integers(1, 28))
def test_a_correction_never_changes_what_was_known_before(values: list[float], day: int) -> None:
    """Later vintages do not touch the figures as known at an earlier instant."""
    vintages = [Figure("2022-03", v, vintage=i, known_at=datetime(2022, 4, i)) for i, v in enumerate(values, start=1)]
    known = current_vintages(vintages, known_at=datetime(2022, 4, day))
    assert [f.value for f in known] == [values[min(day, len(values)) - 1]]


def test_the_path_is_straight_between_targets_and_level_after_the_last() -> None:
    path = planned_path(definition(), [Goal("FY2021", 50), Goal("FY2022", 70)], baseline=Baseline("FY2020", 30))
    assert planned_on(path, date(2021, 3, 30)) is None
    assert planned_on(path, date(2022, 3, 31)) == 50
    assert planned_on(path, date(2030, 1, 1)) == 70


def test_each_cap_is_a_stretch_of_the_path_by_itself_and_any_other_path_is_whole() -> None:
    goals = [Goal("FY2021", 50), Goal("FY2022", 40)]
    caps, path = (planned_path(definition(kind=kind), goals, baseline=Baseline("FY2020", 30)) for kind in ("ceiling", "stock"))
    stretches = path_stretches(definition(kind="ceiling"), caps)
    assert [[value for _, value in each] for each in stretches] == [[0, 50], [0, 40]], "no line leads from one cap to the next"
    assert path_stretches(definition(kind="stock"), path) == [path] and path_stretches(definition(kind="stock"), []) == []


def test_figures_of_another_kind_of_period_or_counted_since_april_are_another_series() -> None:
    quarter, year = Figure("FY2022-Q3", 73.1, is_year_to_date=True), Figure("FY2021", 72.0)
    assert series_key(quarter) == series_key(Figure("FY2022-Q2", 73.5, is_year_to_date=True)) == ("quarter", True)
    assert len({series_key(f) for f in (quarter, year, Figure("FY2022-Q3", 1), Figure("2022-12", 1), Figure("CY2022", 1))}) == 5
