"""Numbers as people read them: never rounder than what they are held against, 億 and 兆, one way to set a unit."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpis.text import (  # fmt: skip
    SAME,
    Measured,
    axis_number,
    axis_scale,
    format_count,
    format_instant,
    format_percent,
    format_value,
    told_apart,
)


def measured(unit_ja: str, unit_en: str = "", decimals: int = 0) -> Measured:
    return SimpleNamespace(unit_ja=unit_ja, unit_en=unit_en or unit_ja, decimals=decimals)


RATE, SHEETS, YEN, PEOPLE = measured("%", decimals=1), measured("枚", "sheets"), measured("円", "yen"), measured("人", "people", 1)


@pytest.mark.parametrize(
    ("value", "of", "ja", "en"),
    [
        (99.96, RATE, "99.96%", "99.96%"),
        (100.0, RATE, "100.0%", "100.0%"),
        (-0.04, RATE, "−0.04%", "−0.04%"),
        (-0.0, RATE, "0.0%", "0.0%"),
        (0.04, RATE, "0.04%", "0.04%"),
        (0.02, PEOPLE, "0.02人", "0.02 people"),
        (200 / 3, RATE, "66.7%", "66.7%"),
        (29999 / 30000 * 100, RATE, "99.997%", "99.997%"),
        (1 / 30000 * 100, RATE, "0.003%", "0.003%"),
        (0.1 + 0.2, RATE, "0.3%", "0.3%"),
        (1, SHEETS, "1枚", "1 sheet"),
        (-1, SHEETS, "−1枚", "−1 sheet"),
        (0, SHEETS, "0枚", "0 sheets"),
        (0.001, SHEETS, "0.001枚", "0.001 sheets"),
        (1, measured("km²"), "1 km²", "1 km²"),
        (1_000_000, SHEETS, "100万枚", "1 million sheets"),
        (999_999, SHEETS, "999,999枚", "999,999 sheets"),
        (320_000, SHEETS, "32万枚", "320,000 sheets"),
        (321_000, SHEETS, "321,000枚", "321,000 sheets"),
        (30_000, SHEETS, "30,000枚", "30,000 sheets"),
        (56_950_000, SHEETS, "5,695万枚", "56.95 million sheets"),
        (56_953_217, SHEETS, "5,695万3,217枚", "56,953,217 sheets"),
        (100_000_000, SHEETS, "1億枚", "100 million sheets"),
        (110_000_000, SHEETS, "1億1,000万枚", "110 million sheets"),
        (-80_000_000, SHEETS, "−8,000万枚", "−80 million sheets"),
        (1_234_567_890_123, YEN, "1兆2,345億6,789万123円", "1,234,567,890,123 yen"),
        (12_345_678.9, YEN, "1,234万5,678.9円", "12,345,678.9 yen"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_exactly_as_it_was_published(value: float, of: Measured, ja: str, en: str) -> None:
    assert (format_value(value, of), format_value(value, of, "en")) == (ja, en)


def test_a_value_that_was_worked_out_has_the_decimals_of_its_indicator_unless_it_would_meet_its_target() -> None:
    assert format_value(88.12, RATE, is_worked_out=True) == "88.1%"
    assert format_value(69.97, RATE, is_worked_out=True) == "70.0%"
    assert format_value(69.97, RATE, is_worked_out=True, apart_from=[70]) == "69.97%"
    assert format_value(69.97, RATE, is_worked_out=True, apart_from=[69.98]) == "69.97%"  # 70.0 would lie beyond it


@pytest.mark.parametrize(
    ("value", "other", "of", "how", "texts", "side"),
    [
        (99.96, 100, RATE, {}, ("99.96%", "100.0%", "0.04ポイント"), -1),
        (29999 / 30000 * 100, 100, RATE, {}, ("99.997%", "100.0%", "0.003ポイント"), -1),
        (12_345_678.9, 12_345_679, YEN, {}, ("1,234万5,678.9円", "1,234万5,679円", "0.1円"), -1),
        (30e6, 45_205_479.45, SHEETS, {"is_planned": True}, ("3,000万枚", "4,500万枚", "1,500万枚"), -1),
        (30e6, 2_345_678, SHEETS, {"is_planned": True}, ("3,000万枚", "230万枚", "2,770万枚"), 1),  # two digits of the plan stay
        (80e6, 82_876_712, SHEETS, {"is_planned": True, "is_approximate": True}, ("8,000万枚", "8,300万枚", "300万枚"), -1),
        (40.98e6, 45_205_479.45, SHEETS, {"is_planned": True, "is_approximate": True}, ("4,098万枚", "4,521万枚", "423万枚"), -1),
        (65e6, 60e6, SHEETS, {}, ("6,500万枚", "6,000万枚", "500万枚"), 1),
        (67, 66.9667, measured("%"), {"is_planned": True}, ("67%", "66.97%", "0.03ポイント"), 1),
        (30, 46.8, RATE, {"is_planned": True, "is_approximate": True}, ("30.0%", "46.8%", "17ポイント"), -1),
        (70.0, 70.0, RATE, {}, ("70.0%", "70.0%", "0.0ポイント"), 0),
        # 0.5% against 0.501% would read as a thousandth of a point, where 0.045 lie between them.
        (0.456, 0.501, RATE, {"is_worked_out": True}, ("0.46%", "0.501%", "0.041ポイント"), -1),
        (78.6, 78.66, RATE, {"is_planned": True}, ("78.6%", "78.66%", "0.06ポイント"), -1),
    ],
)  # fmt: skip
def test_two_values_are_told_apart_and_their_difference_has_no_more_digits_than_they_have(
    value: float, other: float, of: Measured, how: dict[str, bool], texts: tuple[str, str, str], side: int
) -> None:
    found = told_apart(value, other, of, **how)  # type: ignore[arg-type]
    assert ((found.value, found.other, found.gap), found.side) == (texts, side)


def test_a_difference_carries_its_sign_and_points_are_counted() -> None:
    assert told_apart(99.96, 100, RATE).signed_gap == "−0.04ポイント"
    assert told_apart(50, 49, measured("%"), "en").signed_gap == "+1 point"
    assert told_apart(50, 50, RATE, "en").signed_gap == "±0.0 points"


def test_counts_and_shares_are_never_rounded_to_nothing_or_to_the_whole() -> None:
    assert (format_count(123_456_789), format_count(2.65), format_count(0.00004)) == ("1億2,345万6,789", "2.65", "0.00004")
    assert (format_percent(1999 / 2000 * 100), format_percent(1 / 3000 * 100), format_percent(200 / 3)) == (
        "99.95%",
        "0.03%",
        "66.7%",
    )
    assert (format_percent(100), format_percent(0)) == ("100.0%", "0.0%")


def test_the_marks_of_an_axis_are_never_written_with_an_exponent() -> None:
    assert (axis_number(0), axis_number(4e8), axis_number(0.1 + 0.2), axis_number(-2.5), axis_number(1e-7)) == (
        "0",
        "400,000,000",
        "0.3",
        "−2.5",
        "0.0000001",
    )
    assert (axis_scale(999_999), axis_scale(2e6), axis_scale(2e8), axis_scale(2e8, "en")) == (
        (1.0, ""), (1e4, "万"), (1e8, "億"), (1e6, "million "),
    )  # fmt: skip


@given(st.floats(0, 100), st.floats(0, 100), st.booleans(), st.booleans())
@example(0.0, 1e-09, False, False)
def test_the_difference_that_is_written_is_that_of_the_values(value: float, other: float, worked_out: bool, planned: bool) -> None:
    found = told_apart(value, other, RATE, "en", is_worked_out=worked_out, is_planned=planned)
    exact, written = abs(Decimal(f"{value:.15g}") - Decimal(f"{other:.15g}")), Decimal(found.gap.split()[0])
    factor = Decimal("2.1")
    assert written == 0 if exact <= SAME else exact <= written * factor and written <= exact * factor, found


def test_an_instant_is_a_day_in_words_and_the_time_of_the_office() -> None:
    at = datetime(2026, 11, 29, 15, 49, 31)  # UTC: the next day at the office
    assert (format_instant(at), format_instant(at, "en")) == ("2026年11月30日 00:49", "30 Nov 2026 00:49")
