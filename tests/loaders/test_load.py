"""Files through the one door: encodings, addresses, every problem at once, all or nothing."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from kpis.as_text import LONGEST_NAME, LONGEST_TEXT
from kpis.languages import both, written
from kpis.message import Message
from kpis.settings import ROOT, settings
from kpis.store import tables
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.commands import print_report
from loaders.files.guard import check_bytes
from loaders.files.problems import Problem
from loaders.load import check_content, load_file
from loaders.report import LoadReport
from manage import app
from tests.books import saved
from tests.shared import copied, empty, shipped

pytestmark = pytest.mark.store

FIELDS = ["indicator_code", "bureau_code", "period_code", "value", "numerator", "denominator", "base_value", "text_ja", "text_en",
          "is_approximate", "is_lower_bound", "is_year_to_date", "is_base_estimated", "sample_size", "published_on", "source_code",
          "verified", "reason_class", "reason_text", "note_ja", "note_en"]  # fmt: skip


@pytest.fixture
def tokyo_store(tmp_path: Path) -> Store:
    return copied(shipped(), tmp_path / "tokyo.db")


def row(**overrides: str) -> dict[str, str]:
    source = next(csv.DictReader((ROOT / "data" / "official" / "observations.csv").read_text(encoding="utf-8").splitlines()))[
        "source_code"
    ]
    values = {
        "indicator_code": "fax_reduction_rate",
        "bureau_code": "TMG",
        "period_code": "2022-04",
        "value": "99.2",
        "source_code": source,
    }
    return {**dict.fromkeys(FIELDS, ""), **values, **overrides}


def csv_of(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def workbook_of(*rows: dict[str, str], top: int = 1, left: int = 1) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "実績"
    for c, name in enumerate(FIELDS):
        sheet.cell(top, left + c, name)
        for r, values in enumerate(rows, start=1):
            sheet.cell(top + r, left + c, values[name] or None)
    return saved(book)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_is_read_in_every_encoding_people_save_it_in(tokyo_store: Store, encoding: str) -> None:
    report = load_file(tokyo_store, csv_of(row(note_ja="速報値", value="９９．２％"), encoding=encoding), name="x.csv")
    assert (report.problems, report.accepted) == ([], 1)
    stored = tokyo_store.all_of(tables.Observation, indicator_code="fax_reduction_rate", period_code="2022-04")
    assert [(r["value"], r["note_ja"]) for r in stored] == [(99.2, "速報値")]


@pytest.mark.parametrize("note", ["Résidence Köln", "€ 100", "1\xa0000", "ÿ"])
def test_a_csv_in_latin_letters_is_not_taken_for_shift_jis(tokyo_store: Store, note: str) -> None:
    report = check_content(csv_of(row(note_en=note), encoding="cp1252"), "x.csv", store=tokyo_store)
    assert [p.kind for p in report.problems] == ["encoding"]


def test_a_number_too_small_to_be_held_is_no_zero(tokyo_store: Store) -> None:
    report = check_content(csv_of(row(value="1e-400")), "observations.csv", store=tokyo_store)
    assert [(p.kind, p.cell) for p in report.problems if p.grade == "error"] == [("number", "D2")]


def test_an_approximate_figure_keeps_its_mark(tokyo_store: Store) -> None:
    values = row(indicator_code="paper_sheets", bureau_code="HQ", period_code="令和5年度第1四半期", value="約1,234万枚")
    assert load_file(tokyo_store, workbook_of(values), name="x.xlsx").accepted == 1
    (stored,) = tokyo_store.all_of(tables.Observation, indicator_code="paper_sheets", period_code="FY2023-Q1")
    assert (stored["value"], stored["is_approximate"]) == (12_340_000, True)


def test_problems_carry_the_cells_own_address_also_under_empty_rows_and_columns(tokyo_store: Store) -> None:
    content = workbook_of(row(value="三割"), row(bureau_code="NOWHERE", period_code="2022-05"), top=4, left=3)
    report = check_content(content, "x.xlsx", store=tokyo_store)
    assert [(p.sheet, p.cell, p.row, p.kind) for p in report.problems] == [
        ("実績", "F5", 5, "number"),
        ("実績", "D6", 6, "unknown_code"),
    ]
    assert all(
        written(p.expected) and written(p.expected, "en") and written(p.remedy) and written(p.remedy, "en") for p in report.problems
    )


def test_every_problem_is_told_at_once_and_nothing_is_stored(tokyo_store: Store) -> None:
    before = tokyo_store.revision()
    content = csv_of(row(value="?"), row(period_code="2022-13"), row(period_code="2022-06"), row(source_code="nowhere"))
    report = load_file(tokyo_store, content, name="x.csv")
    assert {(p.row, p.kind) for p in report.problems} == {(2, "number"), (3, "period"), (5, "unknown_code")}
    assert report.accepted == 0 and tokyo_store.revision() == before


def test_a_row_with_a_faulty_cell_has_its_codes_checked_as_well_and_is_counted(tokyo_store: Store) -> None:
    report = check_content(csv_of(row(indicator_code="nowhere", value="abc"), row()), "observations.csv", store=tokyo_store)
    assert {(p.cell, p.kind) for p in report.problems if p.rule != "part_of_list"} == {("A2", "unknown_code"), ("D2", "number")}
    assert (report.rows, report.accepted) == (2, 0)


def test_two_rows_with_one_key_are_a_problem(tokyo_store: Store) -> None:
    report = load_file(tokyo_store, csv_of(row(), row(value="98")), name="x.csv")
    assert [(p.row, p.kind) for p in report.problems] == [(3, "duplicate")]


def test_a_word_that_is_none_of_its_column_names_those_that_are(tokyo_store: Store) -> None:
    """Also where a word holds "int", as introduced does: a number was asked for there."""
    content = b"facility_code,name_ja,kind,cashless_status,source_code\nF900,x,hall,paid,S\n"
    (problem,) = [p for p in check_content(content, "facilities.csv", store=tokyo_store).problems if p.cell == "D2"]
    assert problem.kind == "choice" and "one of: introduced, announced, " in written(problem.expected, "en")
    assert "次のいずれか: introduced、announced、" in written(problem.expected)


@pytest.mark.parametrize(
    ("column", "most"), [("name_ja", LONGEST_NAME), ("name_en", LONGEST_NAME), ("definition_ja", LONGEST_TEXT)]
)
def test_a_text_longer_than_any_page_shows_is_a_problem_that_says_how_long_it_may_be(
    tokyo_store: Store, column: str, most: int
) -> None:
    """A name of 10,000 characters held the publication for minutes."""
    path = ROOT / "data" / "catalogue" / "indicators.csv"
    listed = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for length, problems in ((most, 0), (most + 1, 1)):
        listed[0][column] = "局" * length
        out = io.StringIO()
        writer = csv.DictWriter(out, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
        report = check_content(out.getvalue().encode(), path.name, store=tokyo_store)
        assert [written(p.expected, "en") for p in report.problems] == [f"at most {most:,} characters"] * problems


@pytest.mark.parametrize(
    "url", ['https://x.jp/"onmouseover=a', "https://x.jp/<b>", "https://x.jp/a b", "javascript:alert(1)", "https://"]
)
def test_an_address_of_a_source_is_an_address(tokyo_store: Store, url: str) -> None:
    """It becomes a link of workbooks and the name of a resource in data packages, where nothing escapes what no address holds."""
    row = {"source_code": "S", "url": url, "title": "x", "grade": "primary"}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    problems = check_content(out.getvalue().encode(), "sources.csv", store=tokyo_store).problems
    assert "B2" in [p.cell for p in problems]


def test_a_blank_period_is_a_problem_at_its_cell(tokyo_store: Store) -> None:
    report = load_file(tokyo_store, csv_of(row(period_code="")), name="x.csv")
    assert [(p.cell, p.kind) for p in report.problems] == [("C2", "period")]


def test_a_unit_that_stands_twice_in_one_part_of_a_project_is_a_problem(tokyo_store: Store) -> None:
    lines = (ROOT / "data" / "catalogue" / "project_bureaus.csv").read_text(encoding="utf-8-sig").splitlines()
    content = "\n".join([*lines, lines[1]]).encode()
    found = [p for p in check_content(content, "project_bureaus.csv", store=tokyo_store).problems if p.grade == "error"]
    assert [(p.row, p.kind) for p in found] == [(len(lines) + 1, "duplicate")]


def test_the_original_bytes_are_kept(tokyo_store: Store) -> None:
    content = csv_of(row())
    report = load_file(tokyo_store, content, name="x.csv")
    assert tokyo_store.one_of(tables.OriginalFile, report.sha256)["content"] == content


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "0 bytes"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"PK\x03\x04 truncated", "damaged"),
        (b"%PDF-1.7", "not a table"),
        (bomb(), "unpacked"),
        (b"a" * 20_000_001, "20,000,001 bytes"),
    ],
)
def test_bytes_that_are_no_table_are_refused_before_they_are_parsed(store: Store, content: bytes, found: str) -> None:
    report = load_file(store, content, name="x.xlsx")
    assert [p.kind for p in report.problems] == ["file"] and found in both(report.problems[0].found)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 truncated", saved(openpyxl.Workbook()).replace(b"xl/workbook.xml", b"xl/w0rkbook.xml")]
)
def test_where_a_workbook_alone_is_taken_no_csv_is_offered(content: bytes) -> None:
    """Who then saved a CSV was told on the next upload that none is taken."""
    for only_workbook, offered in ((True, "xlsx"), (False, "csv_or_xlsx")):
        (problem,) = check_bytes(content, max_bytes=1_000_000, only_workbook=only_workbook)
        assert problem.expected.key == offered


@pytest.mark.edition
def test_the_command_line_tells_stored_from_refused_from_misused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cli.db'}")
    settings.cache_clear()
    run = CliRunner().invoke
    try:
        assert run(app, ["init"]).exit_code == 0
        assert run(app, ["load"]).exit_code == 0
        good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
        good.write_bytes(csv_of(row()))
        bad.write_bytes(csv_of(row(value="三割")))
        assert run(app, ["check", str(good)]).exit_code == 0
        refused = run(app, ["load", str(bad), "--json"])
        assert refused.exit_code == 1
        told = json.loads(refused.stdout)
        assert set(told) == {"file", "sha256", "rows", "accepted", "problems"} and told["accepted"] == 0
        assert set(told["problems"][0]) == {"sheet", "cell", "row", "kind", "grade", "found", "expected", "remedy", "subject"}
        assert told["problems"][0]["cell"] == "D2"
        both = run(app, ["load", str(good), str(bad), "--json"])
        assert both.exit_code == 1 and [(told["file"], told["accepted"]) for told in json.loads(both.stdout)] == [
            ("good.csv", 0), ("bad.csv", 0),
        ]  # fmt: skip
        assert run(app, ["load", str(good), str(tmp_path / "nowhere.csv")]).exit_code == 2
        stored = run(app, ["load", str(good), "--json"])
        assert stored.exit_code == 0 and json.loads(stored.stdout)["accepted"] == 1, "neither attempt above had stored it"
        assert run(app, ["load", str(good)]).exit_code == 0
        assert run(app, ["load", str(tmp_path / "nowhere.csv")]).exit_code == 2
        assert run(app, ["check"]).exit_code == 2
        assert run(app, ["pull"]).exit_code == 0
    finally:
        settings.cache_clear()


def test_another_government_needs_only_another_folder(store: Store, tmp_path: Path) -> None:
    """A catalogue with one bureau, one project and one indicator loads and is judged with no change in code."""
    files = {
        "sources.csv": "source_code,url,title,published_on,grade,note\ns1,https://example.org/,Report,2024-01-01,primary,\n",
        "bureaus.csv": "bureau_code,name_ja,kind\nCITY,市,whole\n",
        "projects.csv": "project_code,kind,name_ja,name_en,source_code\nA,core,甲,A,s1\n",
        "indicators.csv": "indicator_code,project_code,theme,kind,direction,unit_ja,unit_en,name_ja,name_en,definition_ja,definition_en,"
        "frequency,scope_code,source_code\nrate,A,other,ratio,higher,%,%,率,Rate,定義,Definition,year,CITY,s1\n",
        "targets.csv": "indicator_code,bureau_code,period_code,value,source_code\nrate,CITY,FY2023,50,s1\n",
        "observations.csv": "indicator_code,bureau_code,period_code,value,source_code\nrate,CITY,FY2023,60,s1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    reports = load_folder(store, tmp_path, official=tmp_path)
    assert [p for r in reports for p in r.problems] == []
    assert [e.definition.code for e in store.book().entries] == ["rate"]


def test_a_list_that_is_not_loaded_is_named_once_and_not_in_each_row(tmp_path: Path) -> None:
    store = copied(empty(), tmp_path / "empty.db")
    path = ROOT / "data" / "official" / "facilities.csv"
    count = len(list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())))
    report = check_content(path.read_bytes(), path.name, kind=path.name, store=store)
    assert [p.kind for p in report.problems] == ["unknown_code"] * 2, "bureaus and sources"
    (sources,) = (p for p in report.problems if p.found.startswith("source_code="))
    assert f"(+{count - 1})" in sources.found and sources.row == 2
    assert f"{count} rows" in written(sources.expected, "en") and "sources.csv" in written(sources.remedy)


def test_a_formula_of_a_list_that_was_never_calculated_is_named_and_no_blank(tokyo_store: Store) -> None:
    """In a column that may be left out, a blank would take the figure's part away without a word."""
    content = workbook_of(row(base_value="=1+1", note_ja="=1+2"))
    report = load_file(tokyo_store, content, name="observations.xlsx")
    assert report.accepted == 0
    assert [(p.kind, p.row) for p in report.problems] == [("formula", 2)] * 2
    assert {p.cell for p in report.problems} == {"G2", "T2"}


@pytest.mark.edition
def test_a_table_wider_than_any_workbook_is_refused_before_its_columns_are_looked_up(store: Store) -> None:
    """A million columns took the process that was asked 20 seconds, without any limit."""
    content = (",".join(f"c{n}" for n in range(1_000_000)) + "\n").encode()
    began = time.process_time()
    (problem,) = check_content(content, "observations.csv", store=store).problems
    assert "1,000,000 columns" in both(problem.found) and "16,384" in written(problem.expected, "en")
    assert time.process_time() - began < 5, "of which most is writing the letters of the columns down"


@pytest.mark.edition
def test_a_file_with_a_problem_in_every_cell_prints_the_first_and_counts_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", copied(shipped(), tmp_path / "tokyo.db").url)
    settings.cache_clear()
    wrong = tmp_path / "observations.csv"
    wrong.write_bytes(csv_of(*(row(value="x", period_code="y", source_code="z") for _ in range(1_000))))
    told = CliRunner().invoke(app, ["check", str(wrong)])
    listed = json.loads(CliRunner().invoke(app, ["check", "--json", str(wrong)]).stdout)["problems"]
    settings.cache_clear()
    assert told.exit_code == 1 and told.output.count("observations.csv ") <= 501
    assert f"{len(listed) - 500:,} more problems" in " ".join(told.output.split())


@pytest.mark.parametrize("name", ["value", "sample_size", "numerator"])
def test_a_number_with_a_line_between_its_digits_is_no_number(tokyo_store: Store, name: str) -> None:
    """Of a workbook it is none either: each door has the same rules."""
    report = load_file(tokyo_store, csv_of(row(**{name: "1_0"})), name="observations.csv")
    assert [(p.kind, p.row) for p in report.problems if p.stops] == [("number", 2)] and f"{name}=1_0" in both(
        report.problems[0].found
    )


def test_a_rate_in_a_list_is_held_against_its_own_numbers(tokyo_store: Store) -> None:
    """A share written for a percentage is a question; a rate published beside other numbers is stored and told, unless a note tells why."""
    numbers = {"indicator_code": "electronic_decision_rate", "period_code": "2026-10", "numerator": "915", "denominator": "1000"}
    report = load_file(tokyo_store, csv_of(row(**numbers, value="0.915")), name="observations.csv")
    assert [(p.rule, p.cell) for p in report.problems if p.stops] == [("scale", "D2")] and not report.accepted
    noted = csv_of(row(**{**numbers, "period_code": "2026-09"}, value="95", note_en="counts are rounded"))
    assert not [p for p in load_file(tokyo_store, noted, name="observations.csv").problems if p.rule == "rate_disagrees"]
    report = load_file(tokyo_store, csv_of(row(**numbers, value="95")), name="observations.csv")
    (problem,) = (p for p in report.problems if p.rule != "part_of_list")
    assert (problem.rule, problem.cell, problem.grade) == ("rate_disagrees", "D2", "warning") and report.accepted == 1
    assert "91.50%" in written(problem.expected, "en") and "note_en" in written(problem.remedy, "en")


def test_a_stored_target_that_is_overwritten_is_told(tokyo_store: Store) -> None:
    """A target that was changed is a row of its own; with another value for an old row the past would be judged by it, without a word."""
    listed = (ROOT / "data" / "catalogue" / "targets.csv").read_text(encoding="utf-8")
    changed = listed.replace("electronic_decision_rate,TMG,FY2025,100,", "electronic_decision_rate,TMG,FY2025,98,")
    report = load_file(tokyo_store, changed.encode(), name="targets.csv")
    assert [(p.rule, p.cell, p.grade, p.found) for p in report.problems] == [("target_overwritten", "D18", "warning", "value=98")]
    assert (
        report.accepted
        and "100" in written(report.problems[0].expected)
        and "set_order" in written(report.problems[0].remedy, "en")
    )
    assert not load_file(tokyo_store, changed.encode() + b"\n", name="targets.csv").problems, "known by now"


def test_a_line_of_a_command_is_broken_at_no_width_in_a_file(tokyo_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """At 80 columns "5 0" was written on two lines, and no program could look for a cell or a value."""
    print_report(
        LoadReport("x.csv", "", problems=[Problem("number", "5 0 " * 50, Message("xlsx"), Message("remedy_empty_file"))]),
        as_json=False,
    )
    assert "5 0 " * 50 in capsys.readouterr().err


def test_a_check_counts_what_it_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a workbook in which nothing was wrong "0 of 16 rows" was said."""
    print_report(LoadReport("x.xlsx", "", rows=16), as_json=False, is_check=True)
    assert "16 rows read" in (printed := capsys.readouterr().out) and "0 of" not in printed


def test_a_list_without_a_known_name_is_told_which_column_is_not_of_its_kind(store: Store) -> None:
    content = csv_of(row()).replace(b"\n", b",colour\n", 1)
    first, other = check_content(content, "四半期の数値.csv", store=store).problems
    assert first.expected.key == "columns_nearest" and first.expected.values["file"] == "observations.csv"
    assert (other.found, other.expected.key, other.row) == ("colour", "column_not_here", 1)
    (nothing_alike,) = check_content(b"a,b\n1,2\n", "四半期の数値.csv", store=store).problems
    assert nothing_alike.expected.key == "columns_of_readme"


def test_a_number_too_large_is_told_how_many_digits_are_taken(store: Store) -> None:
    problem, *_ = check_content(csv_of(row(value="1e20")), "observations.csv", store=store).problems
    assert (problem.cell, problem.expected.key, problem.remedy.key) == ("D2", "at_most_15_digits", "remedy_check_digits")
