"""Japanese figures as people write them, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from kpis.settings import ROOT
from loaders.files.cells import Unreadable, cleaned, is_unseen, read_date, read_number, read_period


@pytest.mark.parametrize(
    ("text", "value", "approximate"),
    [
        ("1,234", 1234, False), ("１，２３４", 1234, False), ("約4,098万枚", 40_980_000, True), ("1.1億件", 110_000_000, False),
        ("▲12.3", -12.3, False), ("△5", -5, False), ("-3", -3, False), ("99.4%", 99.4, False), ("９９．４％", 99.4, False),
        ("1億2千万", None, None), ("2億1,000万", 210_000_000, False), (" 78 施設 ", 78, False), ("約 1.1 億 件", 110_000_000, True), ("0", 0, False),
        ("約 60,000,000", 60_000_000, True), ("\u200b12\u200f", 12, False),
        ("2万5000", 25_000, False), ("2万0005", 20_005, False), ("1億2,000", 100_002_000, False), ("3千500枚", 3_500, False),
    ],
)  # fmt: skip
def test_a_number_is_read_as_written(text: str, value: float | None, approximate: bool | None) -> None:
    if value is None:
        with pytest.raises(Unreadable):
            read_number(text)
    else:
        found = read_number(text)
        assert (found.value, found.is_approximate) == (pytest.approx(value), approximate)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("88.12345678%", 88.12345678), ("約35.6895014", 35.6895014), ("０．００００００１４９", 1.49e-7), ("1.23456789012億", 123_456_789.012),
        ("0.0000001件", 1e-7),
    ],
)  # fmt: skip
def test_a_number_keeps_the_digits_that_are_written(text: str, value: float) -> None:
    """A rate of 88.12345678% was stored as 88.123457, and a coordinate to the decimetre, where any row of its list was written so."""
    assert read_number(text).value == value


def test_no_number_is_minus_zero() -> None:
    assert [str(read_number(text).value) for text in ("-0", "▲0.0", "0")] == ["0.0"] * 3


@pytest.mark.parametrize("text", ["令和0年度", "R0年度", "平成00年度", "H0年度第1四半期", "R0.4"])
def test_no_era_has_a_year_0(text: str) -> None:
    with pytest.raises(Unreadable):
        read_period(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,23",
        "12-15",
        "三割",
        "1.2.3",
        "1万2億",
        "#REF!",
        "nan",
        "inf",
        "1e5",
        "○",
        "12枚半",
        "1,2345",
        "ー",
        "12 15",
        "980　990",
        "1, 234",
        "1，　234",
        "12 .5",
        "2万5",
        "1億2000",
        "1200万5枚",
        "3千5",
        "\u202e123",
    ],
)
def test_what_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2022-12-31", date(2022, 12, 31), "day"), ("2022/1/5", date(2022, 1, 5), "day"), ("令和4年12月末", date(2022, 12, 31), "day"),
        ("R4.12", date(2022, 12, 31), "month"), ("令和 4. 12. 31", date(2022, 12, 31), "day"), ("令和元年5月1日", date(2019, 5, 1), "day"), ("平成31年4月30日", date(2019, 4, 30), "day"),
        ("Ｒ４．１２．３１", date(2022, 12, 31), "day"), ("2024年2月", date(2024, 2, 29), "month"),
    ],
)  # fmt: skip
def test_a_day_is_read_as_written(text: str, day: date, precision: str) -> None:
    assert read_date(text) == (day, precision)


@pytest.mark.parametrize(
    "text",
    [
        "2022-02-30",
        "令和4年13月",
        "平成31年5月1日",
        "令和元年4月30日",
        "12/31",
        "昭和99年1月1日",
        "来月",
        "44926",
        "2022-1 2",
        "2022 12",
        "2026-113",
        "2026/111",
        "R4.111",
    ],
)
def test_a_day_that_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2022年度第3四半期", "FY2022-Q3"), ("令和4年度第3四半期", "FY2022-Q3"), ("令和4年度", "FY2022"), ("FY2022-Q3", "FY2022-Q3"),
        ("2022-12", "2022-12"), ("R4.12", "2022-12"), ("令和4年12月末", "2022-12"), ("２０２２年度", "FY2022"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_written(text: str, code: str) -> None:
    assert read_period(text) == code


@pytest.mark.parametrize(
    "text", ["2022年度第5四半期", "2022-13", "令和4年12月15日", "第3四半期", "FY22", "2022年第3四半期", "令和4年第3四半期"]
)
def test_a_period_that_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_period(text)


@pytest.mark.edition
@pytest.mark.parametrize(
    "text",
    [
        "'1' * 60 + 'x'",
        "'1,111' * 18 + '-'",
        "'1万' * 45 + 'x'",
        "'1' * 500_000",
        "'1,' * 16_000",
        "'a' + '\\u0301\\u0327' * 16_000",
    ],
)
def test_no_text_of_a_cell_holds_its_reader(text: str) -> None:
    """In a process of its own, ended after 20 seconds: a pattern that tries every way of cutting 60 digits outlives us all."""
    code = f"""
from loaders.files import cells
for read in (cells.read_number, cells.read_date, cells.read_period, cells.cleaned):
    for _ in range(20):
        try: read({text})
        except cells.Unreadable: pass
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=20).returncode == 0


def test_of_a_text_longer_than_any_name_only_the_beginning_is_compared() -> None:
    assert cleaned("Ａ" * 500) == "A" * 500 and cleaned("Ａ" * 501) == "A" * 500 + "…"
    assert cleaned("P1" + " " * 600 + "x") == "P1…"  # no code


def test_a_text_is_unseen_where_nothing_is_left_of_it() -> None:
    every = (chr(number) for number in (*range(0xD800), *range(0xE000, 0x30000)))
    assert [hex(ord(letter)) for letter in every if is_unseen(letter) == bool(cleaned(letter))] == []
