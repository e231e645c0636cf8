"""Charts: what is written on them never collides, they end where there is something to see, and look the same when finished."""

from __future__ import annotations

import base64
import json
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.sparkline import card_picture
from charts.style import Finished
from charts.trajectory import trajectory

PLAN = pd.DataFrame(
    {"end_date": [date(2020, 9, 30), date(2024, 3, 31), date(2027, 3, 31), date(2031, 3, 31)], "value": [5.0, 70.0, 100.0, 100.0]}
)


def drawn(last: float, *, goal: tuple[date, float] | None = (date(2027, 3, 31), 100.0)) -> go.Figure:
    actual = pd.DataFrame(
        {"end_date": [date(2020, 9, 30), date(2027, 3, 31)], "value": [5.0, last], "label": ["2020年9月", "2027年3月"]}
    )
    return trajectory(actual, PLAN, unit="%", plan_word="計画", goal_label="目標 100 %" if goal else "", goal=goal, decimals=1)


def label(figure: go.Figure, text: str) -> go.layout.Annotation:
    (found,) = [a for a in figure.layout.annotations if text in a.text]
    return found


@pytest.mark.parametrize("last", [99.8, 100.0, 100.2, 40.0])
def test_the_last_value_and_the_target_are_written_on_different_sides(last: float) -> None:
    """Even where both stand on one point; a value that fell short is written below, one that reached it above."""
    figure = drawn(last)
    value, target = label(figure, f"{last:.1f}"), label(figure, "目標")
    assert (value.yanchor, target.yanchor) == (("top", "bottom") if last < 100 else ("bottom", "top"))


def test_the_axis_ends_soon_after_the_target_in_force_not_at_a_plan_years_beyond() -> None:
    end = date.fromisoformat(drawn(91.0).layout.xaxis.range[1])
    assert date(2027, 3, 31) < end < date(2028, 1, 1)


def test_actual_is_solid_plan_dashed_forecast_dotted_and_bars_of_text_are_twelve_pixels_or_more() -> None:
    ahead = pd.DataFrame(
        {"end_date": [date(2027, 3, 31), date(2028, 3, 31)], "value": [91.0, 95.0], "low": [90.0, 93.0], "high": [92.0, 97.0]}
    )
    actual = pd.DataFrame({"end_date": [date(2020, 9, 30), date(2027, 3, 31)], "value": [5.0, 91.0], "label": ["", ""]})
    figure = trajectory(actual, PLAN, unit="件", plan_word="計画", goal_label="", decimals=0, expected=ahead)
    dashes = {trace.line.color: trace.line.dash for trace in figure.data if trace.mode != "markers" and trace.line.color}
    assert dashes == {"#626264": "dash", "#3460FB": "dot", "#0017C1": None}
    assert min(a.font.size for a in figure.layout.annotations) >= 12
    assert figure.layout.xaxis.tickfont.size >= 12 and figure.layout.yaxis.tickfont.size >= 12
    assert figure.layout.yaxis.range[0] == 0


def test_a_finished_figure_sends_what_the_figure_would_have_sent() -> None:
    figure = drawn(91.0)
    finished = Finished(figure)
    assert json.loads(finished.to_json()) == json.loads(figure.to_json())
    assert finished.to_dict() is finished.to_dict()


def test_the_tick_of_the_target_stays_visible_where_the_bar_ends_on_it() -> None:
    picture = card_picture([(date(2022, 3, 31), 78.0)], [], value=78.0, target=78.0)
    svg = base64.b64decode(picture.split(",", 1)[1]).decode()
    assert 'height="22" fill="#1A1A1C"' in svg and 'height="8" fill="#0017C1"' in svg
