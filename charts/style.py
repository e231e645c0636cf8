"""Colours, patterns and typography of all charts, independent of the drawing library."""

from __future__ import annotations

ACTUAL = "#0017C1"
PLAN = "#626264"
FORMER = "#949497"  # a superseded target
FORECAST = "#3460FB"
SHORTFALL = "#C5000F"
FILL = "#D9E6FF"
GRID = "#E8E9F1"
INK = "#1A1A1C"
PAPER = "#FFFFFF"
FONT = '"Noto Sans JP", "Hiragino Sans", "Yu Gothic UI", Meiryo, "Noto Sans CJK JP", sans-serif'
OFFICE_FONT = "游ゴシック"  # font of workbooks and slides: available in Office in Japan
NONE, SOME, MANY = "#FFFFFF", FILL, "#9DB7F9"  # fills of a place, by number completed
FULL = 3  # from this number on the darkest fill is used
# From "done" on the left to "not counted" on the right: fill, pattern and its ink. Every part has a dark border.
LOOKS: tuple[tuple[str, str, str], ...] = (
    (ACTUAL, "", ACTUAL), ("#7096F8", "/", "#FFFFFF"), (FILL, ".", ACTUAL), ("#FFFFFF", "", INK), ("#E8E9F1", "x", PLAN),
    ("#F8F8FB", "-", "#B4B4B8"), ("#D8D8DB", "\\", PLAN),
)  # fmt: skip


def fill_of(done: int) -> str:
    """Return the fill of a place by its number of completed rows."""
    return MANY if done >= FULL else SOME if done else NONE
