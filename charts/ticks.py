"""Positions and labels of ticks: on a value axis round numbers; on a time axis ends of periods, named as officials name them.

A figure is plotted at the last day of its period. A tick therefore has the same place and bears the name of the period that ends
there: 31 March 2023 is R4年度, R4 Q4 or 2023年3月, and never 2023-04. Plotly's own dates and first days of years are not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from kpis.line_breaks import with_wholes
from kpis.periods import fiscal_year_code, fiscal_year_start, month_code, month_end, parse_period, quarter_code

STEPS = {"month": (1, 2, 3, 6, 12), "quarter": (3, 6, 12), "year": (12,), "calendar_year": (12,)}
NARROW = 240  # pixels of a time axis on a phone, which gets the same Plotly figure as a desktop
YEARS = (24, 36, 60, 120, 240, 600)  # months
_JOIN = "\N{NO-BREAK SPACE}"
_COUNT = re.compile(r"\S+ \([\d,.]+\)$")  # of a row, behind the last word of its name


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick of a time axis."""

    day: date
    label: str


def period_ticks(first: date, last: date, kinds: Iterable[str], *, most: int, language: str) -> tuple[Tick, ...]:
    """Return evenly spaced ends of periods between two days, with their names.

    Args:
        first: the first day with a figure.
        last: the last day with a figure, target or forecast.
        kinds: of the periods shown (``month``, ``quarter``, ``year``, ``calendar_year``); the shortest names the ticks; empty
            means single days, named by their months.
    """
    allowed = set(kinds)
    kind = next((k for k in STEPS if k in allowed), "month")
    first_month, last_month = _month(first), _month(last)
    for step in (*STEPS[kind], *YEARS):
        months = _every(step, first, last, closes=12 if kind == "calendar_year" else fiscal_year_start(last).month - 1)
        if len(months) <= most:
            break
    if len(months) < 2 and kind != "month" and first_month != last_month:
        return period_ticks(first, last, ("month",), most=most, language=language)
    if not months:
        return (Tick(last, parse_period(month_code(last)).short(language)),)
    if step >= 12 and kind == "quarter" and "year" in allowed:
        kind = "year"
    return tuple(Tick(day, _name(day, kind, language)) for day in (month_end(m // 12, m % 12 + 1) for m in months))


def ticks_within(
    first: date, last: date, kinds: Iterable[str], *, room: float, size: float, language: str
) -> tuple[Tick, ...]:  # fmt: skip
    """Return as many ticks as are legible in a width: ``room`` and font size ``size`` in the same unit."""
    allowed = tuple(kinds)
    most = max(int(room / (3 * size)), 1)
    while True:
        ticks = period_ticks(first, last, allowed, most=most, language=language)
        most = min(most, len(ticks)) - 1  # after this many it repeats
        if most < 1 or len(ticks) * (max(width_of(t.label, size) for t in ticks) + size) <= room:
            return ticks


def ticks_between(low: float, high: float) -> list[float]:
    """Return four to six round values that enclose ``low`` and ``high``."""
    reach = high - low or 1.0
    size = 10 ** floor(log10(reach / 4))
    step = next(size * n for n in (1, 2, 2.5, 5, 10) if reach / (size * n) <= 5)
    start = floor(low / step)
    ticks = [start * step]
    while ticks[-1] < high - step * 1e-9:
        ticks.append((start + len(ticks)) * step)
    return [round(t, 10) for t in ticks]


def width_of(text: str, size: float = 13.0) -> float:
    """Return the approximate width of a text: one em per full-width character, a little over half an em per other one."""
    return sum(size if unicodedata.east_asian_width(c) in "WFA" else 0.555 * size for c in text)


def in_lines(text: str, room: float, size: float = 13.0, *, most: int = 2) -> list[str]:
    """Return a name wrapped to a width, after a word, a bracket or a middle dot, never within a day or before a count; truncated if necessary."""
    if width_of(text, size) <= room:
        return [text]
    lines, rest = [], with_wholes(_COUNT.sub(lambda end: _kept(end, room, size), text), lambda whole: _kept(whole, room, size))
    while rest:
        fits = next((n for n in range(len(rest), 0, -1) if width_of(rest[:n], size) <= room), 1)
        if fits == len(rest):
            lines.append(rest)
            break
        if len(lines) == most - 1:
            while fits > 1 and width_of(rest[:fits] + "…", size) > room:
                fits -= 1
            lines.append(rest[:fits].rstrip() + "…")
            break
        gaps = [n for n in range(1, fits + 1) if _may_end(rest[n - 1], rest[n])]
        if not gaps:  # between two scripts, where Japanese words begin
            room_behind = room * (most - len(lines) - 1)
            gaps = [n for n in range(2, fits + 1) if _begins(rest[n - 1], rest[n]) and width_of(rest[n:], size) <= room_behind]
            fits = min(fits, 3 * gaps[-1]) if gaps else fits
        even = -(-len(rest) // -(-width_of(rest, size) // room))  # no break opportunity: parts of equal length, no single letter
        is_enough = gaps and (gaps[-1] * 3 >= fits or width_of(rest[gaps[-1] :], size) <= room)
        at = gaps[-1] if is_enough else min(fits, int(even))
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [line.replace(_JOIN, " ") for line in lines]


def _kept(whole: re.Match[str], room: float, size: float) -> str:
    """Return a text that is kept on one line, if it fits into one."""
    return whole[0].replace(" ", _JOIN) if width_of(whole[0], size) <= room else whole[0]


def _may_end(before: str, letter: str) -> bool:
    """Return whether a line may end between two letters."""
    return _JOIN not in (before, letter) and (_ends(before) or unicodedata.category(letter) in ("Ps", "Zs"))


def _begins(before: str, letter: str) -> bool:
    """Return whether a Japanese word may begin at a letter: after hiragana, or where kanji and katakana meet."""
    kinds = [next((k for k in ("KATAKANA", "HIRAGANA", "CJK") if k in unicodedata.name(c, "")), "") for c in (before, letter)]
    return kinds[0] != kinds[1] and all(kinds) and kinds[1] != "HIRAGANA"


def _ends(letter: str) -> bool:
    """Return whether a line may end with a letter: space, closing bracket, slash, full-width dot or comma."""
    kind = unicodedata.category(letter)
    return kind in ("Zs", "Pe") or letter == "/" or (kind == "Po" and unicodedata.east_asian_width(letter) == "W")


def _every(step: int, first: date, last: date, *, closes: int) -> list[int]:
    """Return every ``step`` months whose ends lie between two days, including months that close a year."""
    back = (last.month - closes) % min(step, 12)
    month = _month(last) - back
    if month_end(month // 12, month % 12 + 1) > last:
        month -= min(step, 12)
    ticks = []
    while month_end(month // 12, month % 12 + 1) >= first:
        ticks.append(month)
        month -= step
    return ticks[::-1]


def _name(day: date, kind: str, language: str) -> str:
    codes = {"month": month_code, "quarter": quarter_code, "year": fiscal_year_code}
    return parse_period(codes[kind](day) if kind in codes else f"CY{day.year}").short(language)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def on_axis(ticks: Iterable[Tick]) -> dict[str, object]:
    """Return ticks as settings of a Plotly time axis, whose default ticks would be first days of months."""
    ticks_shown = list(ticks)
    return {
        "tickmode": "array", "tickvals": [t.day.isoformat() for t in ticks_shown], "ticktext": [t.label for t in ticks_shown],
        "ticks": "outside", "ticklen": 4, "tickcolor": "#949497", "tickangle": 0, "type": "date",
    }  # fmt: skip
