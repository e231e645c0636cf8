"""Wording, numbers and dates as people read them, in one place; status words with icon and colour."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from kpis.periods import fiscal_year_code, month_code, parse_period, quarter_code

_STATUS = {
    "reached": ("達成", "Reached", ":material/check_circle:", "green"),
    "on_track": ("順調", "On track", ":material/trending_up:", "blue"),
    "slightly_behind": ("やや遅れ", "Slightly behind", ":material/error:", "orange"),
    "behind": ("遅れ", "Behind", ":material/warning:", "red"),
    "moving_away": ("後退", "Moving away", ":material/trending_down:", "red"),
    "missed": ("未達", "Missed", ":material/cancel:", "red"),
    "reached_then_lost": ("達成後に後退", "Reached, then lost", ":material/undo:", "red"),
    "unreported": ("期限経過・結果未公表", "Due, result not published", ":material/help:", "orange"),
    "not_due": ("期限前", "Not due", ":material/hourglass_empty:", "gray"),
    "no_data": ("データなし", "No data", ":material/remove_circle_outline:", "gray"),
    "not_applicable": ("判定対象外", "Not judged", ":material/block:", "gray"),
    "qualitative": ("定性", "Qualitative", ":material/notes:", "gray"),
}


class Measured(Protocol):
    """What a value needs to be written: its unit and its number of decimals."""

    @property
    def unit_ja(self) -> str: ...
    @property
    def unit_en(self) -> str: ...
    @property
    def decimals(self) -> int: ...


def format_value(value: float, definition: Measured, language: str = "ja") -> str:
    """Write a value with thousands, the indicator's decimals and its unit."""
    unit = definition.unit_en if language == "en" else definition.unit_ja
    if abs(value) >= 1_000_000:
        # 56,950,000 is read as 5,695万 in Japanese and as 56.95 million in English; no published digit is dropped.
        big = (
            f"{value / 10_000:,.4f}".rstrip("0").rstrip(".") + "万"
            if language == "ja"
            else f"{value / 1e6:,.6f}".rstrip("0").rstrip(".") + " million"
        )
        return f"{big} {unit}".strip()
    # A published figure is never shown rounder than it was published.
    decimals = max(definition.decimals, 1 if value != round(value) else 0)
    return f"{value:,.{decimals}f} {unit}".strip()


def format_difference(value: float, definition: Measured, language: str = "ja") -> str:
    """Write the size of a difference; differences of percentages are points."""
    if definition.unit_ja != "%":
        return format_value(abs(value), definition, language)
    return f"{abs(value):,.1f} {'points' if language == 'en' else 'ポイント'}"


def format_date(day: date, language: str = "ja") -> str:
    """Write a day: 2022年9月30日, or 30 Sep 2022."""
    return f"{day.day} {day:%b %Y}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"


def known_day(day: date | None, precision: str, language: str = "ja") -> str:
    """Write a day as exactly as it is known: the day, its month, its quarter or fiscal year, or that year and later.

    Args:
        precision: ``day``, ``month``, ``quarter``, ``year``, ``or_later`` (a fiscal year or after it) or ``unknown``.
    """
    if day is None:
        return ""
    codes = {"month": month_code, "quarter": quarter_code, "year": fiscal_year_code, "or_later": fiscal_year_code}
    if precision not in codes:
        return format_date(day, language)
    label = parse_period(codes[precision](day)).label(language)
    return label + ((" or later" if language == "en" else "以降") if precision == "or_later" else "")


def status_word(status: str, language: str = "ja") -> str:
    """Return the word for a status."""
    return _STATUS[status][1 if language == "en" else 0]


def status_icon(status: str) -> str:
    """Return the Material icon of a status."""
    return _STATUS[status][2]


def status_colour(status: str) -> str:
    """Return the badge colour of a status."""
    return _STATUS[status][3]
