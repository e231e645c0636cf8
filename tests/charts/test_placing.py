"""No label of a chart stands on another, and none hides more than one figure, on a phone or a desk: over all figures shipped, in both languages."""

from __future__ import annotations

import re
from datetime import date
from math import dist, inf

import plotly.graph_objects as go
import pytest

from charts.placing import Box, Places, distance, within
from charts.plotly.shapes import figure
from charts.plotly.trajectory import trajectory
from charts.series import Series, stretches
from charts.shapes import Steps
from charts.svg.series import NARROW as NARROW_SVG
from charts.svg.series import WIDE, drawing
from charts.svg.shapes import drawing as drawing_of
from charts.ticks import NARROW, width_of
from kpis.as_text import escaped
from kpis.moment import Moment
from kpis.state import State
from kpis.store.store import Store
from telling import indicator
from telling.blocks import Telling
from telling.words import Words

Line = tuple[tuple[float, float], tuple[float, float]]
DAY = date(2026, 3, 31)
PLOT = 236.0  # pixels of the height of the plot


def shared(one: Box, other: Box) -> float:
    """Return the square pixels that two boxes have in common."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, down)


def seen(figure: go.Figure, shape: Series, width: float) -> tuple[list[Box], list[Box], list[Box], list[tuple[int, Line]]]:
    """Return the boxes of labels, of figures and of pieces of lines, and the line of each tied label, in pixels of a plot so wide."""
    begin, end = (date.fromisoformat(day) for day in figure.layout.xaxis.range)
    low, top = figure.layout.yaxis.range

    def at(day: date, value: float) -> tuple[float, float]:
        return (day - begin).days / (end - begin).days * width, (top - value) / (top - low) * PLOT

    labels, ties = [], []
    for note in figure.layout.annotations:
        if note.xref == "paper" or note.hovertext:
            continue  # the unit, and circled numbers
        bold = note.text.startswith("<b>")
        wide, high = (
            width_of(note.text.replace("<b>", "").replace("</b>", ""), note.font.size) * (1.06 if bold else 1.0),
            note.font.size * 1.3,
        )
        x, y = at(note.x, note.y)
        left = (
            x
            - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[note.xanchor]
            + (note.ax if note.showarrow else note.xshift or 0.0)
        )
        over = y + (note.ay if note.showarrow else -note.yshift) - high * {"bottom": 1.0, "middle": 0.5, "top": 0.0}[note.yanchor]
        if note.showarrow:
            ties.append((len(labels), ((x, y), (x + note.ax, y + note.ay))))
        labels.append((left, over, left + wide, over + high))
    dots = [(x - 5, y - 5, x + 5, y + 5) for p in shape.shown if p.value is not None for x, y in [at(p.day, p.value)]]
    lines = Places(0.0, PLOT)
    for way in (*stretches(shape.plan), *(part for line in shape.lines for part in line.stretches())):
        lines.line([at(p.day, p.value or 0.0) for p in way])
    return labels, dots, lines.taken, ties


@pytest.mark.edition
@pytest.mark.parametrize("width", [NARROW, 500.0, 1100.0])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_label_stands_on_another_and_none_hides_more_than_a_figure_or_two(tokyo: Store, language: str, width: float) -> None:
    """The dashboard has one drawing for windows of all widths."""
    moment, count, covered = Moment(state=State(tokyo), as_of=DAY), 0, 0.0
    for scored in moment.whole:
        shape = indicator.series(scored, Telling(Words(language), moment))
        if shape is None or not shape.is_course:
            continue
        count += 1
        labels, dots, lines, ties = seen(trajectory(shape), shape, width)
        covered += sum(shared(label, piece) for label in labels for piece in lines)
        code = scored.entry.definition.code
        assert not any(shared(one, other) for n, one in enumerate(labels) for other in labels[n + 1 :]), code
        assert sum(shared(label, dot) for label in labels for dot in dots) <= 20, code
        crossed = {(n, own) for own, tie in ties for n, label in enumerate(labels) if n != own and within(label, *tie) > 1}
        assert not crossed, f"{code}: the line of a label under another label"
    assert covered < 450, "square pixels of lines under all labels; 1,276 in a wide window where only a phone was looked at"
    assert count > 20


@pytest.mark.edition
@pytest.mark.parametrize("size", [WIDE, NARROW_SVG])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_in_svg_a_label_near_another_figure_than_its_own_is_tied_to_its_own(
    tokyo: Store, language: str, size: tuple[int, int]
) -> None:
    """An expectation of the drawing alone: what is written, where, and the dots of the same picture."""
    moment, count = Moment(state=State(tokyo), as_of=DAY), 0
    for scored in moment.whole:
        shape = indicator.series(scored, Telling(Words(language), moment))
        if shape is None or not shape.is_course:
            continue
        svg, code, last = drawing(shape, alt="", size=size), scored.entry.definition.code, shape.shown[-1].text
        dots = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="4', svg)]
        ((leader, x, y, anchor),) = re.findall(
            rf'(<path [^>]*class="leader"/>)?<text x="([\d.]+)" y="([\d.]+)" style="[^"]*"[^>]*?(?: text-anchor="(\w+)")? paint[^>]*>{re.escape(escaped(last))}<',
            svg,
        )
        wide = width_of(last, 13) * 1.06
        left = float(x) - wide * {"": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        box = (left, float(y) - 13, left + wide, float(y) + 3)
        signs = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="8"', svg)]
        assert all(dist(sign, dot) > 12 for sign in signs for dot in dots), f"{code}: a circled number on a figure"
        own = max(dots)  # the last in time
        count += 1
        nearest_of_others = min((distance(box, dot) for dot in dots if dist(dot, own) > 13), default=inf)
        assert leader or distance(box, own) < max(nearest_of_others, 10.0), f"{code}: {last}"
    assert count > 20


@pytest.mark.unit
@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ((0.0, 5.0), (30.0, 5.0), 10.0),
        ((10.0, 0.0), (10.0, 5.0), 5.0),
        ((0.0, 20.0), (30.0, 20.0), 0.0),
        ((12.0, 2.0), (12.0, 8.0), 6.0),
    ],
)
def test_how_much_of_a_line_lies_within_a_box(start: tuple[float, float], end: tuple[float, float], length: float) -> None:
    assert within((10.0, 0.0, 20.0, 10.0), start, end) == pytest.approx(length)


@pytest.mark.unit
def test_a_label_takes_the_place_that_covers_least_and_what_may_be_left_out_is_where_all_are_taken() -> None:
    places = Places(0.0, 100.0)
    places.dot(50.0, 20.0)
    above, below = (30.0, 10.0, 70.0, 25.0), (30.0, 40.0, 70.0, 55.0)
    assert places.free([above, below], [0.0, 0.0]) == 1
    assert places.free([above, below], [0.0, 0.0]) == 0, "the other is taken now"
    assert places.free([above, below], [0.0, 0.0], most=100.0) is None
    assert places.free([(30.0, 90.0, 70.0, 105.0), (30.0, 60.0, 70.0, 75.0)], [0.0, 50.0]) == 1, "beyond the picture is no place"


def test_a_label_of_steps_stands_at_an_earlier_step_where_another_line_crosses_the_end_of_its_own() -> None:
    days = [date(2019, 9, 30), date(2020, 3, 31), date(2021, 6, 1), date(2021, 10, 1)]
    lines = (
        ("done", tuple(zip(days, (0.0, 0.0, 14.0, 27.0), strict=True)), False),
        ("planned", tuple(zip(days, (1.0, 5.0, 5.0, 5.0), strict=True)), True),
    )
    steps = Steps(lines, "places", "en")
    done, planned, _ = figure(steps, "en").layout.annotations
    assert (done.x, done.xanchor, done.yanchor) == (days[-1], "right", "bottom")
    assert planned.x in days[1:2] and planned.xanchor == "left", "at the end the line of what is done crosses it"
    short = Steps((lines[0], ("\u4e88\u5b9a", *lines[1][1:])), "\u65bd\u8a2d", "ja")
    assert figure(short, "ja").layout.annotations[1].x in days[1:2], "and a short one, on a phone whose axis has room at both ends"
    narrow = drawing_of(steps, alt="", key="steps", language="en", size=NARROW_SVG, name="narrow")
    at = {word: float(x) for x, word in re.findall(r'<text x="([\d.]+)"[^>]*>(done|planned) \d', narrow)}
    rises = [float(x) for x in re.findall(r"H([\d.]+)V", narrow)]
    begin, end = at["planned"], at["planned"] + width_of("planned 5", 13)
    assert 'text-anchor="end"' not in re.search(r"<text[^>]*>planned 5", narrow)[0]  # type: ignore[index]
    assert not [x for x in rises if begin - 3 < x < end and x > at["planned"]]
