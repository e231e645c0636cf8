"""Colours of charts as people see them who lack one kind of cone: told apart by colour, or else by dash or mark.

The matrices are those of Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE TVCG 15
(6), 2009, severity 1.0, for linear RGB. The distance is ΔE of CIE 1976 in L*a*b* (D65); 2.3 is just seen, 15 asked for.
"""

from __future__ import annotations

from itertools import combinations

import pytest

from charts.style import ACTUAL, FILL, FORECAST, PAPER, PLAN, SHORTFALL
from charts.svg.strip import look_of
from charts.themes import DARK, DARK_PAPER
from kpis.figures.records import STATUSES

MACHADO = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)
COLOURS = {"actual": ACTUAL, "plan": PLAN, "forecast": FORECAST, "short": SHORTFALL, "fill": FILL}
# Told apart by more than colour: the plan is dashed, the forecast dotted (charts/plotly/trajectory.py, charts/svg/series.py).
DASHED = {"plan", "forecast"}
ENOUGH = 15.0


def times(matrix: tuple[tuple[float, ...], ...], of: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, of, strict=True)) for row in matrix)


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def seen(colour: str, kind: str) -> tuple[float, ...]:
    """Return L*, a*, b* of a colour as somebody sees it."""
    light = tuple(min(1.0, max(0.0, part)) for part in times(MACHADO[kind], linear(colour)))
    x, y, z = ((v / w) for v, w in zip(times(TO_XYZ, light), WHITE, strict=True))
    fx, fy, fz = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apart(one: str, other: str, kind: str) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(seen(one, kind), seen(other, kind), strict=True)) ** 0.5)


@pytest.mark.parametrize("kind", list(MACHADO))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_of_a_chart_are_told_apart_or_differ_in_dash(kind: str, theme: str) -> None:
    drawn = COLOURS if theme == "light" else {name: DARK[colour] for name, colour in COLOURS.items()}
    paper = PAPER if theme == "light" else DARK_PAPER
    alike = {
        (one, other): round(apart(drawn[one], drawn[other], kind), 1)
        for one, other in combinations(drawn, 2)
        if not {one, other} & DASHED and apart(drawn[one], drawn[other], kind) < ENOUGH
    }
    assert alike == {}
    assert min(apart(colour, paper, kind) for name, colour in drawn.items() if name != "fill") > 30, "a line is lost on its ground"


def test_a_simulation_would_notice_red_and_green_of_one_lightness() -> None:
    assert apart("#B05A00", "#7A7A00", "deutan") < ENOUGH < apart("#B05A00", "#0017C1", "deutan")


def test_statuses_that_are_told_of_figures_have_marks_of_their_own() -> None:
    loud = ("reached", "on_track", "slightly_behind", "behind", "missed", "unreported", "no_data")
    assert set(loud) <= set(STATUSES)
    assert len({look_of(status) for status in loud}) == len(loud), "a mark is a shape and a fill, not a colour alone"
