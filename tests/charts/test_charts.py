"""Charts: what is written on them never collides, stands at its own point, names periods as officials do, and looks the same when finished."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from charts.outlines import areas
from charts.plotly.lying import PHONE
from charts.plotly.shapes import figure as drawn_shape
from charts.plotly.shapes import wide_figure
from charts.plotly.styled import Finished
from charts.plotly.trajectory import trajectory
from charts.series import Aim, Annotation, Expected, Line, Point, Series, within
from charts.shapes import Bar, Ranked, Shape, Shares, Steps, Tile, Tiles, Timeline
from charts.style import ACTUAL, SHORTFALL
from charts.svg.printed import printed_shape
from charts.svg.series import NARROW, WIDE, drawing
from charts.svg.shapes import BOTH
from charts.svg.shapes import drawing as drawing_of
from charts.svg.sparkline import card_picture
from charts.ticks import in_lines, period_ticks, ticks_within, width_of
from kpis.periods import parse_period

CORNERS = [("2020-09", 5.0), ("FY2023", 70.0), ("FY2026", 100.0), ("FY2030", 100.0)]


def picture(shape: Shape, **told: str) -> str:
    """Draw a shape at both widths."""
    return "".join(drawing_of(shape, language="ja", **told, size=size, name=name) for size, name in BOTH)


def point(code: str, value: float | None, unit: str = "%") -> Point:
    text = "" if value is None else f"{value:g} {unit}"
    return Point(parse_period(code).end, value, text, f"{parse_period(code).label()}: {text}")


def series(
    *lines: list[tuple[str, float | None]], goals: tuple[tuple[str, float], ...] = (("FY2026", 100.0),), unit: str = "%",
    plan: list[tuple[str, float]] | None = None, expected: tuple[Expected, ...] = (), language: str = "ja",
) -> Series:  # fmt: skip
    """Return a series of lines of (period, value), the last target being the one in force."""
    points = [tuple(point(code, v, unit) for code, v in line) for line in lines]
    aims = [Aim(Point(parse_period(c).end, v, f"目標 {v:g} {unit}", ""), n == len(goals) - 1) for n, (c, v) in enumerate(goals)]
    days = [p.day for line in points for p in line] + [a.point.day for a in aims] + [e.day for e in expected]
    path = within([point(c, v) for c, v in (CORNERS if plan is None else plan)], min(days), max(days))
    kinds = tuple(dict.fromkeys(parse_period(c).kind for line in lines for c, _ in line))
    words = ("四半期 (年度累計)", "年度", "月")
    held = tuple(Line(words[n] if len(lines) > 1 else "", line) for n, line in enumerate(points))
    return Series(held, path, tuple(aims), expected, unit, kinds, language)


def drawn(last: float) -> go.Figure:
    return trajectory(series([("2020-09", 5.0), ("2027-03", last)]))


def label(figure: go.Figure, text: str) -> go.layout.Annotation:
    (found,) = [a for a in figure.layout.annotations if text in a.text]
    return found


@pytest.mark.parametrize("last", [99.8, 100.0, 100.2, 40.0])
def test_the_last_value_and_the_target_are_written_on_different_sides(last: float) -> None:
    """Even where both stand on one point; a value that fell short is written below, one that reached it above."""
    figure = drawn(last)
    value, target = label(figure, f"<b>{last:g} %</b>"), label(figure, "目標")
    assert (value.yanchor, target.yanchor) == (("top", "bottom") if last < 100 else ("bottom", "top"))
    for size in (WIDE, NARROW):  # so do the drawings of the static edition
        svg = drawing(series([("2020-09", 5.0), ("2027-03", last)]), alt="", size=size)
        of_value, of_target = (
            float(re.search(rf'y="([\d.]+)" style=[^>]*>{text}<', svg)[1])  # type: ignore[index]
            for text in (f"{last:g} %", "目標 100 %")
        )
        assert (of_value > of_target) == (last < 100)


def test_the_axis_ends_soon_after_the_target_in_force_not_at_a_plan_years_beyond() -> None:
    end = date.fromisoformat(drawn(91.0).layout.xaxis.range[1])
    assert date(2027, 3, 31) < end < date(2028, 1, 1)


def test_actual_is_solid_plan_dashed_forecast_dotted_and_bars_of_text_are_twelve_pixels_or_more() -> None:
    ahead = (Expected(date(2027, 3, 31), 91.0, 91.0, 91.0), Expected(date(2028, 3, 31), 95.0, 93.0, 97.0, "見込み 95 %"))
    figure = trajectory(series([("2020-09", 5.0), ("2027-03", 91.0)], unit="件", expected=ahead))
    dashes = {trace.line.color: trace.line.dash for trace in figure.data if trace.mode != "markers" and trace.line.color}
    assert dashes == {"#626264": "dash", "#3460FB": "dot", "#0017C1": None}
    assert min(a.font.size for a in figure.layout.annotations) >= 12
    assert figure.layout.xaxis.tickfont.size >= 12 and figure.layout.yaxis.tickfont.size >= 12
    assert figure.layout.yaxis.range[0] == 0


@pytest.mark.parametrize("signs", [0, 4])
def test_an_axis_of_shares_has_no_number_beyond_the_whole_where_labels_have_their_room(signs: int) -> None:
    days = [date(2023, 3, 31) + timedelta(days=n) for n in range(signs)]
    shape = replace(series([("2020-09", 5.0), ("2025-12", 91.0)]), annotations=tuple(Annotation(d, "①", "") for d in days))
    axis = trajectory(shape).layout.yaxis
    assert list(axis.tickvals) == [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    assert axis.ticktext == ("0%", "20%", "40%", "60%", "80%", "100%") and axis.range[1] > 115 + 8 * signs


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_legend_has_a_line_for_each_entry_below_the_labels_of_the_axis_and_takes_nothing_from_the_plot(count: int) -> None:
    """Plotly moves one that has no room up onto the labels of the axis."""
    lines = [[("FY2020", 5.0), ("FY2022", 70.0)], [("2022-06", 50.0), ("2022-09", 60.0)], [("FY2021-Q1", 8.0), ("FY2021-Q2", 9.0)]]
    layout = trajectory(series(*lines[:count])).layout
    plot = layout.height - layout.margin.t - layout.margin.b
    assert plot == 236
    if count > 1:
        top = -layout.legend.y * plot
        assert top >= 30 and layout.margin.b - top >= 20 * count


def test_a_finished_figure_sends_what_the_figure_would_have_sent() -> None:
    figure = drawn(91.0)
    finished = Finished(figure)
    assert json.loads(finished.to_json()) == json.loads(figure.to_json())
    assert finished.to_dict() is finished.to_dict()


def test_the_tick_of_the_target_stays_visible_where_the_bar_ends_on_it() -> None:
    svg = card_picture([[(date(2022, 3, 31), 78.0)]], [], value=78.0, target=78.0)
    assert 'height="22" fill="#1A1A1C"' in svg and 'height="8" fill="#0017C1"' in svg


# The label of a target stands at that target.

SHAPES = {
    "a plan that goes on after the target in force": series([("2020-09", 5.0), ("2025-12", 91.0)]),
    "a target whose day has passed": series([("2020-09", 5.0), ("2025-12", 91.0)], goals=(("FY2023", 70.0),)),
    "several targets": series([("2020-09", 5.0), ("2025-12", 91.0)], goals=(("FY2023", 70.0), ("FY2026", 100.0))),
    "a budget within its year": series(
        [("FY2022-Q1", 10.0), ("FY2022-Q2", 20.0)], goals=(("FY2022", 60.0),), unit="万枚", plan=[("2022-03", 0.0), ("FY2022", 60.0)]
    ),
    "one figure on the day of its target": series([("FY2022", 99.8)], goals=(("FY2022", 100.0),)),
    "two months": series([("2022-06", 92.8), ("2022-07", 93.0)], goals=(("2022-07", 93.1),)),
    "lower is better": series([("FY2020", 30.0), ("FY2021", 24.0), ("FY2022", 21.0)], goals=(("FY2022", 20.0),), unit="件", plan=[]),
}  # fmt: skip


def written(svg: str) -> list[tuple[float, float, float, str]]:
    """Return left end, line, width and text of each label."""
    found = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" style="[^"]*"( font-weight="700")?(?: text-anchor="(\w+)")?[^>]*>([^<]+)</text>', svg
    )
    labels = []
    for x, base, bold, anchor, text in found:
        wide = width_of(text) * (1.06 if bold else 1)
        labels.append((float(x) - wide * {"": 0.0, "middle": 0.5, "end": 1.0}[anchor], float(base), wide, text))
    return labels


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("name", list(SHAPES))
def test_the_label_of_a_target_stands_at_that_target_and_covers_no_other(name: str, size: tuple[int, int]) -> None:
    svg = drawing(SHAPES[name], alt="", size=size)
    marks = re.findall(r'<path d="M([\d.]+) ([\d.]+)H([\d.]+)" [^>]*class="target"', svg)
    shape = SHAPES[name]
    assert len(marks) == len(shape.aims)
    x, y = ((float(marks[-1][0]) + float(marks[-1][2])) / 2, float(marks[-1][1]))
    bounds = written(svg)
    (target,) = [b for b in bounds if b[3] == shape.aims[-1].point.text]
    assert target[0] - 10 <= x <= target[0] + target[2] + 10 and abs(target[1] - y) <= 60
    assert all(left >= 0 and left + wide <= size[0] and 10 <= base <= size[1] - 30 for left, base, wide, _ in bounds)
    (last,) = [b for b in bounds if b is not target]
    apart = last[0] + last[2] <= target[0] or target[0] + target[2] <= last[0] or abs(last[1] - target[1]) >= 13
    assert apart, bounds
    plotly = label(trajectory(shape), shape.aims[-1].point.text)
    assert (plotly.x, plotly.y) == (shape.aims[-1].point.day, shape.aims[-1].point.value)


def test_a_path_is_cut_off_where_the_picture_ends_and_read_off_there() -> None:
    corners = [Point(date(2022, 4, 1), 0.0), Point(date(2022, 4, 11), 10.0), Point(date(2022, 4, 12), None), Point(date(2022, 4, 21), 5.0)]  # fmt: skip
    assert [(p.day.day, p.value) for p in within(corners, date(2022, 4, 3), date(2022, 4, 8))] == [(3, 2.0), (8, 7.0)]
    assert [p.day.day for p in within(corners, date(2022, 4, 11), date(2022, 4, 30))] == [11, 12, 21]


# Axes name periods as officials do.


@pytest.mark.parametrize(
    ("code", "ja", "en"),
    [
        ("FY2022-Q1", "R4 Q1", "FY2022 Q1"), ("FY2018-Q4", "H30 Q4", "FY2018 Q4"), ("FY2019-Q1", "R1 Q1", "FY2019 Q1"),
        ("FY2022", "R4年度", "FY2022"), ("FY2019", "R1年度", "FY2019"), ("FY1985", "1985年度", "FY1985"),
        ("2022-06", "2022年6月", "Jun 2022"), ("CY2030", "2030年", "2030"),
    ],
)  # fmt: skip
def test_a_period_has_one_short_name(code: str, ja: str, en: str) -> None:
    assert (parse_period(code).short(), parse_period(code).short("en")) == (ja, en)


@pytest.mark.parametrize(
    ("first", "last", "kinds", "labels"),
    [
        ("2022-06", "2022-09", ("month",), ["2022年6月", "2022年7月", "2022年8月", "2022年9月"]),
        ("2020-09", "2027-03", ("month",), ["2021年3月", "2023年3月", "2025年3月", "2027年3月"]),
        ("FY2022-Q1", "FY2022-Q4", ("quarter",), ["R4 Q1", "R4 Q2", "R4 Q3", "R4 Q4"]),
        ("FY2019", "FY2022", ("year",), ["R1年度", "R2年度", "R3年度", "R4年度"]),
        ("FY2018", "FY2025", ("year", "quarter"), ["R1年度", "R3年度", "R5年度", "R7年度"]),
        ("CY2022", "CY2030", ("calendar_year",), ["2024年", "2027年", "2030年"]),
        ("2023-03", "2023-03", (), ["2023年3月"]),
        ("FY2022", "FY2022", ("year",), ["R4年度"]),
    ],
)
def test_ticks_are_ends_of_periods_evenly_spaced(first: str, last: str, kinds: tuple[str, ...], labels: list[str]) -> None:
    ticks = period_ticks(parse_period(first).end, parse_period(last).end, kinds, most=4, language="ja")
    assert [t.label for t in ticks] == labels


def test_the_end_of_march_is_never_called_april() -> None:
    """Whatever the span, the kind of period and the width: each tick is the last day of the period that it names."""
    names = {
        parse_period(code).short(language): parse_period(code).end
        for language in ("ja", "en")
        for y in range(2010, 2045)
        for code in (f"FY{y}", f"CY{y}", *(f"FY{y}-Q{q}" for q in range(1, 5)), *(f"{y}-{m:02d}" for m in range(1, 13)))
    }
    last = parse_period("FY2022").end
    for first in ("2012-05", "2018-03", "2021-11", "2022-12", "2023-02"):
        for kinds in ((), ("month",), ("quarter",), ("year",), ("quarter", "year"), ("calendar_year",), ("month", "year")):
            for language in ("ja", "en"):
                for room in (120, 270, 642):
                    ticks = ticks_within(parse_period(first).end, last, kinds, room=room, size=12, language=language)
                    assert ticks and all(names[t.label] == t.day for t in ticks)
                    assert not any(t.label in ("2023年4月", "Apr 2023", "2023-04") for t in ticks)
                    assert sum(width_of(t.label, 12) for t in ticks) <= room


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_drawings_name_the_same_days(language: str) -> None:
    """Plotly's own ticks of dates are first days of months; ours are given one by one."""
    shape = series([("FY2021", 50.0), ("FY2022", 70.0)], goals=(("FY2023", 70.0),), language=language)
    axis = trajectory(shape).layout.xaxis
    assert axis.tickmode == "array" and axis.tickformat is None
    names = ["R3年度", "R4年度", "R5年度"] if language == "ja" else ["FY2021", "FY2022", "FY2023"]
    assert list(axis.ticktext) == names
    assert [str(v)[:10] for v in axis.tickvals] == ["2022-03-31", "2023-03-31", "2024-03-31"]
    for size in (WIDE, NARROW):
        assert re.findall(r'class="tick">([^<]+)<', drawing(shape, alt="", size=size)) == names


def test_a_chart_of_a_register_names_the_end_of_march_as_march() -> None:
    steps = Steps((("累計", ((date(2022, 3, 31), 1.0), (date(2023, 3, 31), 2.0)), False),), "件", "ja")
    axis = drawn_shape(steps).layout.xaxis
    assert "2023年3月" in axis.ticktext and axis.tickmode == "array"
    svg = picture(steps, alt="", key="x")
    assert "2023年3月" in svg and "2023-04" not in svg


# Figures of different kinds of period are never joined by one line.

MIXED = series(
    [("FY2021-Q1", 50.0), ("FY2021-Q3", 73.1), ("2022-04", None), ("FY2022-Q1", 74.0)], [("FY2020", 30.0), ("FY2021", 72.0)],
    goals=(("FY2022", 70.0),), plan=[],
)  # fmt: skip


def test_figures_of_different_kinds_of_period_are_never_joined_by_one_line() -> None:
    figure = trajectory(MIXED)
    lines = [t for t in figure.data if t.mode == "lines+markers"]
    assert [len(t.x) for t in lines] == [4, 2] and [t.name for t in lines] == ["四半期 (年度累計)", "年度"]
    assert figure.layout.showlegend and len({t.marker.color for t in lines}) == 2  # told apart, and said
    svg = drawing(MIXED, alt="")
    paths = re.findall(r'<polyline points="([^"]+)"[^>]*class="actual"', svg)
    assert [len(p.split()) for p in paths] == [2, 2]  # the last quarter stands alone
    assert "四半期 (年度累計)" in svg and svg.count("<title>") == 5 + 1


def test_a_card_joins_only_what_belongs_together() -> None:
    stretches = [[(date(2021, 6, 30), 50.0), (date(2021, 12, 31), 73.1)], [(date(2022, 6, 30), 74.0)], [(date(2021, 3, 31), 30.0), (date(2022, 3, 31), 72.0)]]  # fmt: skip
    plan = [[(date(2021, 4, 1), 0.0), (date(2022, 3, 31), 80.0)], [(date(2022, 4, 1), 0.0), (date(2023, 3, 31), 60.0)]]
    svg = card_picture(stretches, plan)
    joined = re.findall(r'points="([^"]+)"[^>]*?(stroke-dasharray)?/>', svg)
    assert svg.count("<circle") == 5 and [len(p.split()) for p, _ in joined] == [2, 2, 2, 2], "nor a cap with that of the next year"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("総務局", ["総務局"]),
        ("オリンピック・パラリンピック準備局(2021年まで)", ["オリンピック・", "パラリンピック準備局", "(2021年まで)"]),
        ("施設のプリペイドカード", ["施設の", "プリペイドカード"]),
        (
            "Secretariat of the Election Administration Commission",
            ["Secretariat of the", "Election", "Administration", "Commission"],
        ),
        (
            "Bureau of Social Welfare and Public Health (until 30 Jun 2023)",
            ["Bureau of Social", "Welfare and Public", "Health (until", "30 Jun 2023)"],
        ),
        ("Bureau of Taxation (3)", ["Bureau of", "Taxation (3)"]),
    ],
)
def test_a_long_name_is_broken_where_a_reader_would_and_no_letter_stands_alone(name: str, lines: list[str]) -> None:
    assert in_lines(name, 130.0, 12, most=4) == lines
    assert in_lines("福祉保健局(2023年6月30日まで)", 120.0, 9, most=2) == ["福祉保健局", "(2023年6月30日まで)"], (
        "not within the day"
    )
    assert in_lines("あ" * 60, 130.0, 12, most=2)[-1].endswith("…"), "what has no room at all is seen to be cut"


def test_a_bar_short_of_its_plan_is_red_and_the_target_is_a_line_across_all() -> None:
    bars = (
        Bar(name="甲局", value=80.0, text="80%", label="80% (8 / 10)", planned=60.0),
        Bar(name="乙局", value=40.0, text="40%", label="40% (4 / 10)", planned=60.0, is_short=True),
        Bar(name="丙局", value=30.0, text="30%", label="30%"),
    )
    shape = Ranked(bars, "%", "百万", 1e6, target=90.0, target_label="目標 90%")
    figure, svg = drawn_shape(shape), picture(shape, alt="x", key="k")
    assert list(figure.data[0].marker.color) == [ACTUAL, SHORTFALL, ACTUAL] and list(figure.data[-1].x) == [60.0, 60.0, None]
    assert {line.x0 for line in figure.layout.shapes} == {90.0} and figure.layout.annotations[-1].text == "目標 90%"
    assert figure.layout.height < 3 * 25 + 90, "a row is as tall as its name"
    assert svg.count(f'fill="{SHORTFALL}"') == 2 and svg.count(">目標 90%<") == 2, "once in each width"
    assert "80% (8 / 10)</text>" in svg and ">80%</text>" in svg


def test_on_a_phone_amounts_with_all_their_digits_leave_room_for_their_bars() -> None:
    """Their names stand above them; where texts are short, as of shares, one drawing serves both."""
    names, amounts = ["生活文化スポーツ局(2025年まで)", "選挙管理委員会事務局"], [1_091_375.0, 3_748_860.0]
    bars = tuple(Bar(name=n, value=v, text=f"{v:,.0f}枚", label="") for n, v in zip(names, amounts, strict=True))
    narrow, wide = drawn_shape(Ranked(bars, "枚", "万", 1e4)), wide_figure(Ranked(bars, "枚", "万", 1e4))
    assert wide is not None and wide.layout.yaxis.showticklabels and not narrow.layout.yaxis.showticklabels
    margin, notes = narrow.layout.margin, narrow.layout.annotations
    assert PHONE - margin.l - margin.r > 120 and min(width_of(end.text[3:-4], 12) for end in notes[:2]) + 14 < margin.r
    above = [(note.text, note.y, note.yanchor) for note in notes[2:]]
    assert above == [(name, at, "bottom") for name, at in zip(names, narrow.layout.yaxis.tickvals, strict=True)]
    shares = tuple(Bar(name=n, value=99.8, text="99.8%", label="") for n in names)
    assert (
        wide_figure(Ranked(shares, "%", "万", 1e4)) is None
        and drawn_shape(Ranked(shares, "%", "万", 1e4)).layout.yaxis.showticklabels
    )


def tile(code: str, *rings: tuple[tuple[float, float], ...], done: int = 0, total: int = 0) -> Tile:
    return Tile(column=0, row=int(code), name=code, place=code, done=done, total=total, rings=rings, code=code)


def test_a_map_by_outlines_has_north_above_its_shape_and_a_box_for_each_place_without_outline() -> None:
    square = ((139.0, 35.0), (139.5, 35.0), (139.5, 35.5), (139.0, 35.5))
    east = ((139.5, 35.0), (140.0, 35.0), (140.0, 35.25), (139.5, 35.25))
    shape = Tiles((tile("1", square, done=3, total=4), tile("2", east), tile("3", done=1, total=2)), upright=False)
    held, boxes, height = areas(shape.tiles, 200.0)
    (west, right), (box,) = held, boxes
    assert west.middle[0] < right.middle[0] and west.middle[1] < right.middle[1], "the smaller reaches less far north"
    wide = max(x for x, _ in west.rings[0]) - min(x for x, _ in west.rings[0])
    tall = max(y for _, y in west.rings[0]) - min(y for _, y in west.rings[0])
    assert wide / tall == pytest.approx(math.cos(math.radians(35.25))), "a degree of longitude is shorter than one of latitude"
    assert box.corner[1] > tall and height > box.corner[1]
    svg = picture(shape, alt="x", key="k", leads="#p")
    assert svg.count('href="#p1"') == 2 and svg.count('href="#p3"') == 2 and 'href="#p2"' not in svg, "nothing is listed there"
    assert "1: 3 / 4</title></path>" in svg and "3/4</text>" in svg and "1/2</text>" in svg


def test_no_name_of_a_place_is_cut_where_its_tile_has_room() -> None:
    """Names turned by a quarter: a tile in which nothing is listed is theirs alone."""
    names = {"Higashimurayama": 0, "Toshima-mura": 0, "Shinagawa": 4}
    tiles = tuple(
        Tile(column=n, row=0, name=name, place=name, done=0, total=total, rings=(), code=name)
        for n, (name, total) in enumerate(names.items())
    )
    shape = Tiles(tiles, upright=False)
    written = {note.text for note in drawn_shape(shape, language="en").layout.annotations}
    assert set(names) <= written
    svg = drawing_of(shape, alt="x", key="k", language="en", size=(200, 300), name="narrow")
    assert all(f">{name}</text>" in svg for name in names)


@pytest.mark.parametrize("end", ["", "46.4%"])
def test_the_last_label_of_an_axis_of_shares_and_the_edge_of_a_whole_bar_have_room(end: str) -> None:
    shape = Shares(rows=(("建設局", {"done": 3, "open": 1}, end),), segments=(("done", "済み"), ("open", "未")), unit="施設")
    drawn = drawn_shape(shape)
    assert drawn.layout.xaxis.ticktext[-1] == "100%"
    assert drawn.layout.margin.r >= width_of("100%", 12) / 2, "Plotly leaves out a label that does not fit"
    assert drawn.layout.xaxis.range[1] > 100, "half of the line around a bar lies beyond its end"


def test_a_long_name_of_a_milestone_takes_more_lines_and_its_row_is_as_much_taller() -> None:
    long = f"{'長い名前の' * 7}(結果未確認)"
    rows = tuple((name, (("planned", date(2023, 3, 31), ""),)) for name in (long, "短い(完了)", "Short (done)"))
    figure = drawn_shape(Timeline(rows, date(2023, 4, 1), "今日"), "ja")
    names = [note.text for note in figure.layout.annotations[:3]]
    assert (
        names[0].replace("<br>", "") == long
        and 2 <= names[0].count("<br>") + 1 <= 4
        and names[1:] == ["短い(完了)", "Short (done)"]
    )
    first, second, third = figure.data[0].y
    assert third - second == 44 and first - 44 * 1 + 18 == 15 * names[0].count("<br>"), "marks stand below their names"
    low, high = figure.layout.yaxis.range
    assert figure.layout.height - 76 == low - 4 and high < 0, "the rows are in pixels, the first on top"


def test_on_a_phone_a_long_name_takes_more_lines_and_what_stands_at_its_end_is_drawn() -> None:
    rows = tuple(
        (f"{name} ({state})", (("planned", date(2023, 3, 31), ""),))
        for name, state in [("Monitors to " * 5, "no result found"), ("E-decision", "done")]
    )
    wide, narrow = (
        drawing_of(Timeline(rows, date(2023, 4, 1), "as of 1 Apr 2023"), alt="", key="k", language="en", size=size, name=name)
        for size, name in BOTH
    )
    for drawn in (wide, narrow):
        assert "result found)</text>" in drawn and "…" not in drawn and "as of 1 Apr 2023" in drawn
    bars = Shares((("Bureau of Olympic and Paralympic Games Preparation", {"done": 1}, ""),), (("done", "Done"),), "facilities")
    assert "…" not in drawing_of(bars, alt="", key="k", language="en", size=BOTH[1][0], name="narrow")


def test_many_bars_are_printed_as_several_images_cut_between_bars() -> None:
    bars = tuple(Bar(name=f"局{n}", value=float(90 - n), text=f"{90 - n}%", label=f"{90 - n}%") for n in range(30))
    few, many = (printed_shape(Ranked(own, "%", "", 1.0), alt="局別", language="ja") for own in (bars[:8], bars))
    assert few.count("<img") == 2 and few.count('alt="局別"') == 2, "one for each width"
    wide = re.findall(r'<img class="paper-chart paper-wide" alt="([^"]*)" src="data:image/svg\+xml;charset=utf-8,([^"]*)"', many)
    assert len(wide) > 1 and [alt for alt, _ in wide] == ["局別", *[""] * (len(wide) - 1)], "said once"
    boxes = [
        (float(top), float(tall)) for _, svg in wide for top, tall in re.findall(r"viewBox=%220 ([\d.]+) 860 ([\d.]+)%22", svg)
    ]
    assert len(boxes) == len(wide) and all(tall <= 450 for _, tall in boxes)
    assert [top + tall for top, tall in boxes[:-1]] == [top for top, _ in boxes[1:]], "nothing is lost between them"
