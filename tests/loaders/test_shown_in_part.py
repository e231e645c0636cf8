"""A cell that shows only a part of what it stores, or what was issued in another form, is read as it is seen or refused, never unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from kpis.languages import both
from kpis.store.store import Store
from loaders.files.cells import Unreadable, read_period
from loaders.files.formats import BUILT_IN, FormatMeaning, PartialDay, said_of
from loaders.files.opened import open_table
from loaders.files.problems import Problem
from loaders.files.table import read_rows
from loaders.load import load_file
from loaders.rows import ObservationRow
from loaders.workbook.door import WorkbookReading, read_workbook
from tests.books import saved
from tests.loaders.filled import F, P, edited, make_store, template

DAY = date(2022, 12, 5)
MONTHS = ['yyyy"年"m"月"', "mmm-yy", '[$-411]ggge"年"m"月"', "yyyy/mm", "[$-409]mmmm yyyy", "yyyy/m ddd"]
YEARLESS = ['m"月"d"日"', "d-mmm", "m/d", "h:mm", 'm"月"', "m/d(aaa)", "m/d h:mm AM/PM"]
WHOLE = [
    'yyyy"年"m"月"d"日"',
    "[$-411]ge.m.d",
    "m/d/yy",
    "yyyy-mm-dd h:mm",
    "d-mmm-yy",
    "[$-411]rr.m.d",
    "dddd, mmmm d, yyyy",
    "d/m/bb",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    yield make_store(Path(tmp_path_factory.mktemp("part")))


def read(store: Store, sheet: str, cells: dict[str, Any], formats: dict[str, str]) -> WorkbookReading:
    def change(book: Workbook) -> None:
        for address, value in cells.items():
            book[sheet][address].value = value
        for address, code in formats.items():
            book[sheet][address].number_format = code

    return read_workbook(edited(template(store), change), store=store)


def errors(reading: WorkbookReading) -> list[tuple[str, str]]:
    return [(p.kind, p.cell) for p in reading.errors]


@pytest.mark.parametrize("code", [*MONTHS, *YEARLESS, *WHOLE])
def test_what_a_format_shows_of_a_day_is_known(code: str) -> None:
    meaning = said_of(code, 44_900.0)
    assert meaning is not None
    assert meaning.kind == ("month" if code in MONTHS else "day" if code in YEARLESS else "date")


def test_the_formats_that_a_workbook_need_not_define_are_those_of_japanese_excel() -> None:
    kinds = {number: meaning.kind for number, code in BUILT_IN.items() if (meaning := said_of(code, 44_900.0)) is not None}
    assert sorted(number for number, kind in kinds.items() if kind == "month") == [17, 34, 52, 55, 74]
    assert {number for number, kind in kinds.items() if kind == "date"} >= {14, 15, 22, 27, 28, 31, 36, 50, 57, 58}
    assert all(kinds[number] == "day" for number in (16, 20, 32, 35, 53, 56))


@pytest.mark.parametrize("code", MONTHS)
def test_a_day_of_which_the_month_alone_is_seen_is_that_month(store: Store, code: str) -> None:
    """Whoever writes 2022年12月 gets the 1st of December from the spreadsheet, and sees the month."""
    given = read(store, P, {"A2": "道路占用許可", "L2": "実施済み", "N2": date(2022, 12, 1)}, {"N2": code})
    (row,) = given.rows
    assert given.errors == [] and (row.fields["digitised_date"], row.fields["digitised_precision"]) == (date(2022, 12, 31), "month")


@pytest.mark.parametrize("code", YEARLESS)
def test_a_day_without_its_year_is_refused(store: Store, code: str) -> None:
    """Whoever writes 12/5 of last year gets one of this year from the spreadsheet, and sees no year."""
    given = read(store, P, {"A2": "道路占用許可", "L2": "実施済み", "N2": DAY}, {"N2": code})
    assert errors(given) == [("date", "N2")] and given.rows == []
    assert all(word in both(given.errors[0].expected) for word in ("年も見える日付", "whose year is seen"))


@pytest.mark.parametrize("code", WHOLE)
def test_a_day_that_is_seen_whole_is_that_day(store: Store, code: str) -> None:
    (row,) = read(store, P, {"A2": "道路占用許可", "L2": "実施済み", "N2": DAY}, {"N2": code}).rows
    assert (row.fields["digitised_date"], row.fields["digitised_precision"]) == (DAY, "day")


def of_list(value: Any, column: str, code: str) -> tuple[list[ObservationRow], list[Problem]]:
    """Read a list of one figure with one cell in a format."""
    book = Workbook()
    (sheet,) = book.worksheets
    row = {"indicator_code": "paper_sheets", "bureau_code": "WATERWORKS", "period_code": "2022-12", "source_code": "s", "value": 5}
    row[column] = value
    sheet.append(list(row))
    sheet.append(list(row.values()))
    sheet.cell(2, list(row).index(column) + 1).number_format = code
    table, problems = open_table(saved(book), max_bytes=1_000_000)
    if table is None:
        return [], problems
    rows, more = read_rows(table, ObservationRow)
    return [row for _, row in rows if isinstance(row, ObservationRow)], [*problems, *more]


@pytest.mark.parametrize("code", [*MONTHS, *YEARLESS])
def test_a_day_of_a_list_that_is_seen_in_part_is_refused(code: str) -> None:
    rows, (problem,) = of_list(date(2022, 12, 1), "published_on", code)
    assert rows == [] and (problem.kind, problem.cell) == ("date", "F2") and code in both(problem.found)
    assert all(word in both(problem.remedy) for word in ("一部だけ", "only a part"))


def test_a_period_of_a_list_may_be_seen_as_its_month_but_not_without_its_year() -> None:
    (row,), problems = of_list(date(2022, 12, 1), "period_code", "mmm-yy")
    assert problems == [] and row.period_code == "2022-12"
    rows, (problem,) = of_list(date(2022, 12, 1), "period_code", 'm"月"')
    assert rows == [] and (problem.kind, problem.cell) == ("period", "C2")
    for code in ("mmm-yy", 'm"月"'):
        kind = FormatMeaning("month" if "y" in code else "day", code)
        if kind.kind == "month":
            assert read_period(PartialDay(date(2022, 12, 1), kind)) == "2022-12"
        else:
            with pytest.raises(Unreadable):
                read_period(PartialDay(date(2022, 12, 1), kind))


# Words beside a number --------------------------------------------------------------------------------------------------

SIGNS = ['"▼"0', '"▽"0', '"–"0', '"－"0', '"マイナス"0', '0"%減"', '0"人減"', '0"件不足"', '"minus "0']


@pytest.mark.parametrize("code", [*SIGNS, '0"½"', '0"①"', '0"²"', '0"件①"'])
def test_a_number_that_is_seen_negative_or_with_further_digits_is_refused(store: Store, code: str) -> None:
    """12 in "▼"0 is seen as -12, and was stored as 12; 12 in 0"½" as twelve and a half."""
    given = read(store, F, {"G3": 1300}, {"G3": code})
    assert errors(given) == [("number", "G3")] and given.rows == []
    (problem,) = of_list(5, "value", code)[1]
    assert (problem.kind, problem.cell) == ("number", "E2")


def test_a_negative_number_may_have_any_sign_and_a_unit_its_own_digits() -> None:
    for code in ('0;"▼"0', '0;"マイナス"0', '0;"－"0', "0;▽0", "0;(0)"):
        assert said_of(code, -12.0) is None or (said_of(code, -12.0) or FormatMeaning("sign", "")).kind == "unit", code
    for code in ('0"㎡"', '0"km²"', '0"tCO₂"', '0"m³"', '0"増"', '0" サービス"'):
        assert (said_of(code, 12.0) or FormatMeaning("sign", "")).kind == "unit", code


# As issued, in another form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["0%", "#,##0,", '0"万"', ";;;", '0"以上"', "# ?/?"])
def test_a_number_as_issued_that_is_shown_as_another_is_refused(store: Store, code: str) -> None:
    """1200 in 0% is 120000% to who sees it, and was no change."""
    given = read(store, F, {}, {"G3": code})
    assert errors(given) == [("number", "G3")] and code in both(given.errors[0].expected)


def test_a_rate_as_issued_that_is_shown_as_the_hundredfold_is_refused(tmp_path: Path) -> None:
    """50% over 0.5% is stored as 0.5 where the spreadsheet takes its format along."""
    own = make_store(tmp_path)
    rate = "indicator_code,bureau_code,period_code,value,source_code\nprocedure_digitisation_rate,CONSTRUCTION,FY2022-Q3,0.5%,"
    assert not load_file(own, f"{rate}shintosei-8a0d3d80\n".encode(), name="r.csv", kind="observations.csv").problems
    assert read(own, F, {}, {}).errors == []
    assert errors(read(own, F, {}, {"G13": "0%"})) == [("number", "G13")]


@pytest.mark.parametrize(
    ("value", "code"), [(date(2026, 3, 1), "d-mmm"), (date(2026, 3, 1), "yyyy/mm/dd"), (0.05, "0%"), (timedelta(hours=3), "h:mm")]
)
def test_a_code_that_a_spreadsheet_changed_is_no_new_code(store: Store, value: Any, code: str) -> None:
    """3-1 becomes the first of March, and was stored as 2026-03."""
    given = read(store, P, {"A2": "道路占用許可", "B2": value, "L2": "実施済み"}, {"B2": code})
    assert errors(given) == [("text", "B2")] and "'" in both(given.errors[0].remedy)


def test_a_number_in_a_plain_format_is_a_code_as_before(store: Store) -> None:
    (row,) = read(store, P, {"A2": "道路占用許可", "B2": 7, "L2": "実施済み"}, {"B2": "000"}).rows
    assert row.key == ("007",)
