"""What happened to an indicator: which days a chart numbers, what is said of them, and that both drawings show the same numbers apart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from charts.plotly.trajectory import trajectory
from charts.series import Annotation, Point, Series, circled
from charts.svg.series import NARROW, WIDE, drawing
from kpis.figures.scorecard import Scored
from kpis.moment import Moment, State
from kpis.periods import parse_period
from kpis.store import tables
from publishers.site.numbered import numbered
from telling import commentary, indicator
from telling.blocks import Telling
from telling.happened import signs
from telling.words import Words
from tests.charts.test_charts import series
from tests.shared import copied, shipped

pytestmark = pytest.mark.store
NOW = date(2026, 11, 27)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The shipped figures, and two causes that bureaus wrote of one quarter, one of another."""
    store = copied(shipped(), tmp_path_factory.mktemp("happened") / "figures.db")
    with Session(store.engine) as session:
        for bureau, period, cause in (
            ("FINANCE", "FY2022-Q3", "端末が足りない"),
            ("TAX", "FY2022-Q3", "規程の改正"),
            ("FINANCE", "FY2022-Q4", "い" * 90),
        ):
            session.add(tables.Commentary(
                commentary_code=f"{bureau}-{period}", bureau_code=bureau, indicator_code="electronic_decision_rate", period_code=period,
                cause_ja=cause, source_code="shintosei-8a0d3d80",
            ))  # fmt: skip
        session.commit()
    return State(store)


def told(state: State, code: str, day: date = NOW, language: str = "ja") -> tuple[Telling, Scored, Series]:
    """Return an indicator's chart on a day, in a language."""
    telling = Telling(Words(language), Moment(state=state, as_of=day))
    item = next(s for s in telling.moment.scored if s.entry.definition.code == code and s.entry.is_own_scope)
    shape = indicator.series(item, telling)
    assert shape is not None
    return telling, item, shape


def test_a_target_set_anew_is_numbered_on_its_day_and_its_former_value_stays_in_sight(state: State) -> None:
    _, _, shape = told(state, "office_divisions_year")
    assert [(a.sign, a.day) for a in shape.annotations] == [
        ("①", date(2022, 6, 30)),
        ("②", date(2023, 6, 30)),
        ("③", date(2024, 6, 30)),
    ]
    assert shape.annotations[1].words == "令和5年度第1四半期に令和5年度の目標を30部門から35部門に改めた。"
    assert [(p.day.year, p.value) for p in shape.former] == [(2022, 5.0), (2023, 15.0), (2024, 30.0), (2025, 30.0)]


def test_what_was_set_after_the_day_asked_is_not_known_on_it(state: State) -> None:
    _, _, shape = told(state, "office_divisions_year", date(2023, 3, 31))
    assert [a.day for a in shape.annotations] == [date(2022, 6, 30)]
    assert [p.day.year for p in shape.former] == [2022, 2023]


def test_an_indicator_that_was_replaced_and_the_one_that_replaced_it_name_each_other(state: State) -> None:
    _, _, before = told(state, "copy_count", language="en")
    _, _, after = told(state, "paper_sheets", language="en")
    assert before.annotations[-1].words == "Ends here; continued by the indicator “Copy paper procured”."
    (taken,) = [a for a in after.annotations if "Number of copies" in a.words]
    assert taken.day == before.annotations[-1].day  # where one ends the other takes over, not where its first figure lies


def test_causes_are_numbered_at_their_quarter_and_bear_the_same_number_in_their_table(state: State) -> None:
    telling, item, shape = told(state, "electronic_decision_rate")
    quarter = parse_period("FY2022-Q3").end
    (of_quarter,) = [a for a in shape.annotations if a.day == quarter]
    assert of_quarter.words == "令和4年度第3四半期 財務局 要因: 端末が足りない / 主税局 要因: 規程の改正"
    last = shape.annotations[-1]
    assert "…" in last.words and "い" * 61 not in last.words  # the whole of it stands in the table
    (block, *_) = commentary.blocks(
        telling, commentary.of_subject(telling, item.entry.definition.code), [], signs=signs(shape.annotations)
    )
    periods = [str(row[block.columns.index("期間")]) for row in block.rows]
    assert sorted(periods) == sorted([f"{of_quarter.sign} 令和4年度第3四半期", f"{last.sign} 令和4年度第4四半期"])


def test_numbers_are_fifty_and_none_is_another() -> None:
    every = [circled(n) for n in range(1, 51)]
    assert len(set(every)) == 50 and (every[0], every[19], every[20], every[34], every[35], every[49]) == tuple("①⑳㉑㉟㊱㊿")


def marked(days: list[date], values: list[float | None]) -> Series:
    """Return a chart with so many numbered days."""
    notes = tuple(
        Annotation(day, circled(n), f"その{n}", value) for n, (day, value) in enumerate(zip(days, values, strict=True), 1)
    )
    return replace(series([("FY2020", 5.0), ("FY2022", 70.0)], goals=(("FY2026", 100.0),)), annotations=notes)


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("apart", [1, 30, 90, 400])
def test_numbers_stand_over_their_days_and_cover_no_other_in_both_drawings(size: tuple[int, int], apart: int) -> None:
    first = date(2021, 6, 30)
    days = [first + timedelta(days=apart * n) for n in range(5)]
    shape = marked(days, [None, 20.0, None, None, 60.0])
    svg = drawing(shape, alt="", size=size)
    dots = [(float(x), float(y)) for x, y in re.findall(r'class="annotation">.*?<circle cx="([\d.]+)" cy="([\d.]+)" r="8"', svg)]
    assert len(dots) == 5 and all(y > 0 for _, y in dots)
    assert all(abs(a[0] - b[0]) >= 16 or abs(a[1] - b[1]) >= 16 for n, a in enumerate(dots) for b in dots[:n])
    figure = trajectory(shape)
    notes = [a for a in figure.layout.annotations if a.text in "①②③④⑤"]
    assert [(a.x, a.text) for a in notes] == list(zip(days, "①②③④⑤", strict=True))
    top = figure.layout.yaxis.range[1]
    high = max(v for v in shape.values)
    assert all(high < a.y < top for a in notes)  # over everything drawn, within the picture


def test_a_line_goes_down_to_the_figure_it_speaks_of_else_to_the_axis() -> None:
    figure = trajectory(marked([date(2022, 3, 31), date(2022, 9, 30)], [40.0, None]))
    assert [line.y0 for line in figure.layout.shapes] == [40.0, 0.0]


def test_the_word_for_the_plan_stands_where_it_runs_apart_from_the_figures() -> None:
    apart = replace(series([("FY2020", 5.0), ("FY2022", 20.0)], goals=(("FY2026", 100.0),)), plan_word="計画")
    at = apart.plan_at()
    assert at is not None and at[1] and isinstance(at[0], Point)  # the plan is above what was reached
    same = series([("FY2020", 5.0), ("FY2022", 45.0)], goals=(("FY2022", 45.0),), plan=[("FY2020", 5.0), ("FY2022", 45.0)])
    assert replace(same, plan_word="計画").plan_at() is None
    assert ">計画<" in drawing(apart, alt="") and ">計画<" not in drawing(replace(same, plan_word="計画"), alt="")


def test_what_is_said_of_the_numbers_is_text_alone() -> None:
    made = numbered([Annotation(date(2022, 3, 31), "①", "<b>R&D</b>")], Words("ja"))
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in made and not numbered([], Words("ja"))
