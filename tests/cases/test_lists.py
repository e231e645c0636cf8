"""Lists as people and programs really save them: nothing is cut off, swallowed, garbled or read as something that nobody wrote."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kpis.languages import written
from kpis.store import tables
from kpis.store.store import Store
from loaders.load import check_content
from loaders.report import LoadReport
from tests.books import saved
from tests.cases.doors import DOORS, copy_of, through

HEAD = "indicator_code,bureau_code,period_code,source_code,value"
ROW = "paper_sheets,WATERWORKS,FY2024,shintosei-8a0d3d80,31000000"
NEXT = ROW.replace("FY2024", "FY2025")
NAMES, VALUES = HEAD.split(","), ROW.split(",")


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


def book(*rows: list[Any], change: Callable[[Any], object] = lambda made: None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    change(made)
    return saved(made)


def continued(*rows: list[Any]) -> bytes:
    """Return a list whose rows go on on another sheet."""
    return book(NAMES, VALUES, change=lambda b: [*map(b.create_sheet("続き").append, rows)])


def large(*rows: list[Any]) -> bytes:
    """Return a list of more than 1 MB, and rows on another sheet."""
    chance = random.Random(1)
    notes = ("".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(30_000)) for _ in range(20))
    return book(
        [*NAMES, "note_ja"], *([*VALUES, note] for note in notes), change=lambda b: [*map(b.create_sheet("続き").append, rows)]
    )


def seen(report: LoadReport) -> list[tuple[str, str, int | None]]:
    return [(p.kind, p.cell, p.row) for p in report.problems if p.rule != "part_of_list"]


NOTE = f"{HEAD},note_ja"
JAPANESE = text(NOTE, f"{ROW},前年度の数値を訂正しました")
REFUSED: dict[str, tuple[bytes, list[tuple[str, str, int | None]]]] = {
    "a word for a number beside a blank column": (text(HEAD.replace(",", ",,", 1), ROW.replace(",", ",,", 1).replace("31000000", "many")), [("number", "F2", 2)]),
    "a thousands mark that is not quoted": (text(HEAD, ROW.replace("31000000", "1,234")), [("header", "F2", 2)]),
    "a comma in a note that is not quoted": (text(NOTE, f"{ROW},訂正,再確認"), [("header", "G2", 2)]),
    "a value under a blank heading": (text(f"{HEAD},", f"{ROW},9"), [("header", "F2", 2)]),
    "a quotation mark that is never closed": (text(NOTE, f'{ROW},"訂正', f"{NEXT},なし"), [("text", "", 2)]),
    "EUC-JP": (JAPANESE.decode().encode("euc_jp"), [("encoding", "", None)]),
    "ISO-2022-JP": (JAPANESE.decode().encode("iso2022_jp"), [("encoding", "", None)]),
    "UTF-8 that was cut": (JAPANESE[:-1], [("encoding", "", None)]),
    "UTF-8 with a spoilt byte": (JAPANESE.replace("値".encode(), b"\xe5\x80"), [("encoding", "", None)]),
    "a character that a program lost": (text(NOTE, ROW, f"{NEXT},訂\ufffd正"), [("encoding", "", 3)]),
    "UTF-16": (JAPANESE.decode().encode("utf-16"), [("file", "", None)]),
    "UTF-16 without its mark": (JAPANESE.decode().encode("utf-16-le"), [("file", "", None)]),
    "tabs for commas": (text(HEAD, ROW).replace(b",", b"\t"), [("header", "", 1)]),
    "semicolons for commas": (text(HEAD, ROW).replace(b",", b";"), [("header", "", 1)]),
    "October as a spreadsheet keeps 2022.10": (text(HEAD, ROW.replace("FY2024", "2022.1")), [("period", "C2", 2)]),
    **{
        f"the day {day}": (text(f"{HEAD},published_on", f"{ROW},{day}"), [("date", "F2", 2)])
        for day in ("0", "86400", "1648684800", "1648684800000", "0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01")
    },
    "the number 0 in a cell for a day": (book([*NAMES, "published_on"], [*VALUES[:4], 31_000_000, 0]), [("date", "F2", 2)]),
    "TRUE in a cell for a number": (book(NAMES, [*VALUES[:4], True]), [("number", "E2", 2)]),
    "a day of which the cell shows the fiscal year": (
        book(NAMES, [*VALUES[:2], date(2024, 4, 1), *VALUES[3:]], change=lambda b: setattr(b.active["C2"], "number_format", '[$-411]ggge"年度"')),
        [("period", "C2", 2)],
    ),
    "more rows on another sheet": (
        book(NAMES, VALUES, change=lambda b: [*map(b.create_sheet("続き").append, (NAMES, NEXT.split(",")))]),
        [("sheet", "", 1)],
    ),
    **{
        f"more rows on another sheet under {name}": (continued(*above, heads, [*VALUES[:2], "FY2025", *VALUES[3:], *heads[5:]]), [("sheet", "", 1 + len(above))])
        for name, heads, *above in (
            ("a heading with a blank", [*NAMES[:4], "value "]), ("full width and capitals", ["INDICATOR_code", *NAMES[1:4], "ｖａｌｕｅ"]),
            ("one more heading", [*NAMES, "note_ja"]), ("another heading", [*NAMES[:4], "numerator"]), ("a title", NAMES, ["下半期"], []),
            ("other places", [NAMES[4], *NAMES[:4]]),
        )
    },
    "more rows on another sheet without headings": (continued(NEXT.split(","), NEXT.replace("2025", "2026").split(",")), [("sheet", "", 1)]),
    "more rows on another sheet without headings, from its second column": (continued(["", *NEXT.split(",")[:4], 5]), [("sheet", "", 1)]),
}  # fmt: skip


def test_rows_on_another_sheet_of_a_large_list_are_named(tokyo: Store) -> None:
    content = large(NAMES, *[VALUES] * 5)
    assert len(content) > 1_000_000
    (problem,) = [p for p in check_content(content, "list.xlsx", store=tokyo).problems if p.kind == "sheet"]
    assert (problem.sheet, problem.row, written(problem.found, "en")) == ("続き", 1, "5 rows")
    content = large(NAMES, *[VALUES] * 20_000)
    (problem,) = [p for p in check_content(content, "list.xlsx", store=tokyo).problems if p.kind == "sheet"]
    count = int(written(problem.found, "en").removesuffix(" rows or more").replace(",", ""))
    assert 1_000 <= count < 10_000  # no more is read of it than is needed


def test_a_problem_quotes_the_beginning_of_a_long_cell_and_many_are_counted(tokyo: Store) -> None:
    long = ",".join([*VALUES[:2], "x" * 5_000, *VALUES[3:]])
    (problem,) = [p for p in check_content(text(HEAD, long), "list.csv", store=tokyo).problems if p.kind == "period"]
    assert len(problem.found) == 200 and str(problem.found).startswith("period_code=xxx") and str(problem.found).endswith("…")
    *listed, last = [p for p in check_content(text(HEAD, *[long] * 10_050), "list.csv", store=tokyo).problems if p.rule == ""]
    assert len(listed) == 10_000 and {p.kind for p in listed} == {"period"} and all(len(p.found) == 200 for p in listed)
    assert (last.kind, written(last.found, "en")) == ("file", "50 more problems")
    assert all(written(message, code) for message in (last.expected, last.remedy) for code in ("ja", "en"))


@pytest.mark.edition
@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_lost_or_read_as_something_else_is_named(tokyo: Store, tmp_path: Path, name: str) -> None:
    content, problems = REFUSED[name]
    report = check_content(content, "list.csv", store=tokyo)
    assert seen(report) == problems
    assert all(
        written(p.expected) and written(p.expected, "en") and written(p.remedy) and written(p.remedy, "en") for p in report.problems
    )
    for door in DOORS:
        store = copy_of(tokyo, tmp_path)
        path = tmp_path / f"list.{'xlsx' if content.startswith(b'PK') else 'csv'}"
        path.write_bytes(content)
        assert seen(through(door, store, path, tmp_path)) == problems, door
        assert store.count(tables.OriginalFile) == tokyo.count(tables.OriginalFile)


SHIFT_JIS = text(NOTE, f"{ROW},髙島﨑の数値①を訂正㈱～カナ", encoding="cp932")
ACCEPTED: dict[str, bytes] = {
    "Shift_JIS of Windows": SHIFT_JIS,
    "Shift_JIS of rare kanji": text(NOTE, f"{ROW},熙煕瑤凜堯纐纈鑛驛", encoding="cp932"),
    "Shift_JIS with katakana of half width": text(NOTE, f"{ROW},ﾃｲｾｲ 訂正", encoding="cp932"),
    "two marks of the beginning": b"\xef\xbb\xbf" + text(HEAD, ROW, encoding="utf-8-sig"),
    "invisible marks and full width in headings": text(HEAD.replace("value", "\u200bｖａｌｕｅ\u3000"), ROW),
    "columns that a spreadsheet left blank": text(f"{HEAD},,", f"{ROW},,", ",,,,,,"),
    "a blank column between": text(HEAD.replace(",", ",,", 1), ROW.replace(",", ",,", 1)),
    "a blank column between, of blanks": text(HEAD.replace(",", ", ,", 1), ROW.replace(",", ", \u3000,", 1)),
    "blank lines above the headings": text("", ",,,,", HEAD, ROW),
    "the line of the separator that Excel reads": text("sep=,", HEAD, ROW),
    "a note beside another sheet": book(
        NAMES, VALUES, change=lambda b: [*map(b.create_sheet("説明").append, (["作成者"], ["総務課"]))]
    ),
    "two headings of five on another sheet": book(
        NAMES, VALUES, change=lambda b: [*map(b.create_sheet("説明").append, (NAMES[:2], VALUES[:2]))]
    ),
    "the headings explained on another sheet": book(
        NAMES, VALUES, change=lambda b: [b.create_sheet("説明").append([name, "…"]) for name in NAMES]
    ),
    "sums on another sheet": book(
        NAMES,
        VALUES,
        change=lambda b: [*map(b.create_sheet("集計").append, (["局", "計"], ["水道局", 31_000_000], ["WATERWORKS", 5]))],
    ),
    "the same headings without a row on another sheet": book(NAMES, VALUES, change=lambda b: b.create_sheet("様式").append(NAMES)),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_only_written_otherwise_is_read_as_it_is_meant(tokyo: Store, tmp_path: Path, name: str) -> None:
    store, path = copy_of(tokyo, tmp_path), tmp_path / f"list.{'xlsx' if ACCEPTED[name].startswith(b'PK') else 'csv'}"
    path.write_bytes(ACCEPTED[name])
    report = through("load", store, path, tmp_path)
    assert (seen(report), report.accepted) == ([], 1)
    (stored,) = store.all_of(tables.Observation, indicator_code="paper_sheets", bureau_code="WATERWORKS", period_code="FY2024")
    assert stored["value"] == 31_000_000
    assert name != "Shift_JIS of Windows" or stored["note_ja"] == "髙島﨑の数値①を訂正㈱～カナ"


def test_a_number_of_answers_that_is_about_makes_the_figure_not_about(tokyo: Store, tmp_path: Path) -> None:
    store, path = copy_of(tokyo, tmp_path), tmp_path / "list.csv"
    path.write_bytes(text(f"{HEAD},sample_size", f"{ROW},約1200"))
    assert through("load", store, path, tmp_path).accepted == 1
    (stored,) = store.all_of(tables.Observation, indicator_code="paper_sheets", bureau_code="WATERWORKS", period_code="FY2024")
    assert (stored["sample_size"], stored["is_approximate"]) == (1200, False)
