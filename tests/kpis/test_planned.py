"""The planned path of a chart is the plan that its table states."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from kpis.figures.measures import judge
from kpis.figures.records import Figure, Goal
from kpis.figures.scorecard import Entry, Scored, path_of, score_all
from kpis.figures.targets import goals_known, planned_on, planned_path
from kpis.store.store import Store
from tests.kpis.test_measures import definition


def test_a_budget_counts_its_first_day() -> None:
    path = planned_path(
        definition(kind="ceiling", direction="lower"), [Goal("FY2022", 365.0), Goal("FY2023", 732.0)], baseline=None
    )
    days = (date(2022, 4, 1), date(2022, 4, 2), date(2023, 3, 31), date(2023, 4, 1))
    assert [planned_on(path, day) for day in days] == [1.0, 2.0, 365.0, 2.0]


def test_the_path_of_a_chart_is_the_plan_of_its_table(tokyo: Store) -> None:
    """Where the same fact in another unit has the baseline, there is no path in this one (rule 4)."""
    told: Counter[str] = Counter()
    for day in (date(2021, 9, 30), date(2022, 3, 31), date(2022, 12, 31), date(2023, 3, 31), date(2024, 9, 30)):
        for item in score_all(tokyo.book(), as_of=day):
            judged, known = item.judgement, item.entry.definition
            path = path_of(item, as_of=day)
            if judged.figure is not None and judged.planned_value is not None:
                assert planned_on(path, judged.figure.period.end) == pytest.approx(judged.planned_value), (known.code, day)
                told[known.kind] += 1
            elif known.has_sibling_baseline and item.entry.baseline is None and known.kind != "ceiling":
                assert path == [], (known.code, day)
                told["sibling"] += 1
    assert told["ceiling"] > 3 and told["ratio"] > 5 and told["sibling"] > 3, told


def test_the_path_begins_at_the_figure_that_is_the_baseline() -> None:
    """Of two first figures that end on one day the longer one is the baseline (rule 4), in whatever order they are stored."""
    known, goals = definition(kind="reduction"), (Goal("FY2021", 49.0),)
    quarter, year, last = Figure("FY2020-Q4", 9.0), Figure("FY2020", 28.0), Figure("FY2021-Q2", 31.0)
    for figures in ((quarter, year, last), (year, quarter, last)):
        judged = judge(known, figures, goals, baseline=None, as_of=date(2021, 10, 1))
        entry = Entry(
            definition=known, unit_code="TMG", project_code="", theme="paperless", is_headline=False, figures=figures, goals=goals,
            baseline=None,
        )  # fmt: skip
        corners = path_of(Scored(entry=entry, judgement=judged, figures=figures), as_of=date(2021, 10, 1))
        assert judged.baseline is not None and corners[0] == (judged.baseline.day, judged.baseline.value) == (
            date(2021, 3, 31),
            28.0,
        )


def test_why_a_target_will_be_withdrawn_is_not_known_before_its_day() -> None:
    goal = Goal("FY2022", 70.0, withdrawn_on=date(2023, 9, 15), withdrawn_reason="誤り")
    (then,) = goals_known([goal], date(2023, 9, 14))
    assert (then.withdrawn_on, then.withdrawn_reason) == (None, "") and goals_known([goal], date(2023, 9, 15)) == []
