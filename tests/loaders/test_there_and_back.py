"""Whatever valid figures a bureau fills in are read, stored, exported and given out again, exactly."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kpis.as_text import FORMULA
from kpis.moment import Moment
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.reporting.reports import opened
from kpis.reporting.submissions import approve, confirm, submit
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store
from loaders.workbook.door import read_workbook
from loaders.workbook.layout import load_layout
from loaders.workbook.submit import receive
from publishers.opendata import package
from tests.libreoffice import needs_libreoffice, resaved
from tests.loaders.filled import BUREAU, F, P, edited, make_store, template
from tests.small_government import say_causes

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(Path(tmp_path_factory.mktemp("there_and_back")))


@pytest.fixture(scope="module")
def given_out(store: Store) -> bytes:
    """The workbook that is filled in one way after another."""
    return template(store)


COUNTS = some.integers(0, 10**12).map(float)  # counts are whole
RATES = some.floats(1.01, 100).map(lambda x: float(f"{x:.15g}"))  # up to 1 is a question
TEXTS = some.text(
    some.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn"), include_characters="\n"),
    max_size=60,
).map(str.strip)
DAYS = some.dates(date(1990, 1, 1), date(2099, 12, 31))
FIGURES = some.fixed_dictionaries(
    {
        (7, "numerator"): COUNTS, (7, "denominator"): COUNTS, (7, "is_year_to_date"): some.booleans(), (7, "note_ja"): TEXTS,
        (8, "numerator"): COUNTS, (8, "denominator"): COUNTS, (8, "value"): RATES,
        (4, "numerator"): COUNTS, (4, "base_value"): COUNTS, (4, "is_base_estimated"): some.booleans(),
        (10, "value"): COUNTS, (10, "denominator"): COUNTS, (10, "is_approximate"): some.booleans(),
        (12, "text_ja"): TEXTS.filter(bool),
    }
).map(lambda given: {**given, **_part_and_whole(given, 7), **_part_and_whole(given, 8)})  # fmt: skip


def _part_and_whole(given: dict[tuple[int, str], Any], row: int) -> dict[tuple[int, str], Any]:
    """A numerator is no more than its denominator, and there is something in scope."""
    small, large = sorted((given[row, "numerator"], given[row, "denominator"]))
    return {(row, "numerator"): small, (row, "denominator"): max(large, 1.0)}


PROCEDURE = some.fixed_dictionaries(
    {
        "name_ja": TEXTS.filter(bool), "law_name": TEXTS, "digital_status": some.sampled_from(sorted(load_layout().choices["digital_status"])),
        "applicant": some.sampled_from(sorted(load_layout().choices["party"])), "digitised_date": some.none() | DAYS,
        "digitised_precision": some.sampled_from(["day", "month", "quarter", "year"]), "applications_count": some.none() | COUNTS,
        "is_count_estimated": some.booleans(),
    }
)  # fmt: skip


def put(content: bytes, figures: dict[tuple[int, str], Any], procedures: list[dict[str, Any]]) -> bytes:
    """Return the template with figures and new procedures entered in the words of its lists."""
    layout = load_layout()

    def change(book: Any) -> None:
        for key, entries in (
            ("observations", figures.items()),
            ("procedures", [((r, n), v) for r, p in enumerate(procedures, 2) for n, v in p.items()]),
        ):
            at = {column.name: (i, column) for i, column in enumerate(layout.columns[key], start=1)}
            for (row, name), value in entries:
                position, column = at[name]
                cell = book[layout.sheets[key]].cell(row, position)
                written = (
                    layout.label(column.choices, "yes" if value is True else "no" if value is False else value)
                    if column.choices
                    else value
                )
                cell.value = written
                if isinstance(written, str):
                    cell.data_type = "s"

    return edited(content, change)


def expected_fields(given: dict[str, Any]) -> dict[str, Any]:
    fields = dict(given)
    if "digitised_date" in fields and fields["digitised_date"] is None:
        fields["digitised_precision"] = "unknown"
    return fields


def check_there_and_back(
    content: bytes, store: Store, figures: dict[tuple[int, str], Any], procedures: list[dict[str, Any]]
) -> None:
    reading = read_workbook(content, store=store)
    assert reading.errors == []
    found = {(row.sheet, row.row): dict(row.fields) for row in reading.rows}
    for row in {r for r, _ in figures}:
        given_fields = {n: v for (r, n), v in figures.items() if r == row}
        assert {n: found[F, row][n] for n in given_fields} == given_fields
    for number, given_fields in enumerate(procedures, start=2):
        wanted = expected_fields(given_fields)
        assert {n: found[P, number][n] for n in wanted} == wanted
    assert len(found) == len({r for r, _ in figures}) + len(procedures)


@given(figures=FIGURES, procedures=some.lists(PROCEDURE, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_valid_figures_are_read_back_exactly(
    store: Store, given_out: bytes, figures: dict[tuple[int, str], Any], procedures: list[dict[str, Any]]
) -> None:
    """Whatever valid figures are entered, exactly those are read."""
    check_there_and_back(put(given_out, figures, procedures), store, figures, procedures)


@needs_libreoffice
@given(figures=FIGURES, procedures=some.lists(PROCEDURE, min_size=1, max_size=3))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_libreoffice_in_between_changes_nothing(
    store: Store,
    given_out: bytes,
    tmp_path_factory: pytest.TempPathFactory,
    figures: dict[tuple[int, str], Any],
    procedures: list[dict[str, Any]],
) -> None:
    """The same after LibreOffice opened and saved the workbook."""
    content = resaved(put(given_out, figures, procedures), tmp_path_factory.mktemp("lo"))
    check_there_and_back(content, store, figures, procedures)


@given(figures=FIGURES, procedures=some.lists(PROCEDURE, max_size=2))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_was_filled_is_what_is_stored_exported_and_given_out_again(
    tmp_path_factory: pytest.TempPathFactory, figures: dict[tuple[int, str], Any], procedures: list[dict[str, Any]]
) -> None:
    """Template, upload, confirmation, submission, approval: tables, open data (CSV, Parquet) and the next template say what was filled."""
    store = make_store(Path(tmp_path_factory.mktemp("approved")))
    add_person(store, actor=COMMAND_LINE, email="m@example.jp", role="bureau_manager", bureau_code=BUREAU)
    add_person(store, actor=COMMAND_LINE, email="o@example.jp", role="reform_office")
    today = date(2023, 1, 20)
    content = put(template(store), figures, procedures)
    done = receive(store, content, actor="m@example.jp", name="r.xlsx", today=today)
    assert done.uploaded is not None, done.reading.errors
    number, revision = done.uploaded.report_id, done.uploaded.revision
    doubts = opened(store, number, viewer="m@example.jp", as_of=today).warnings
    confirm(store, number, actor="m@example.jp", revision=revision, reasons={w.id: "確かめた" for w in doubts})
    say_causes(store, number, actor="m@example.jp", revision=revision, as_of=today)
    submit(store, number, actor="m@example.jp", revision=revision, today=today)
    approve(store, number, actor="o@example.jp", revision=revision)
    keys = {row.row: row.key for row in done.reading.rows if row.sheet == F}
    stored = {
        (o["indicator_code"], o["bureau_code"], o["period_code"]): o
        for o in store.all_of(tables.Observation, bureau_code=BUREAU, submission_id=number)
    }
    assert {(r, n): stored[keys[r]][n] for r, n in figures} == figures
    codes = {p["procedure_code"]: p for p in store.all_of(tables.Procedure, bureau_code=BUREAU)}
    for row in (row for row in done.reading.rows if row.sheet == P):
        wanted = expected_fields(procedures[row.row - 2])
        assert {n: codes[row.key[0]][n] for n in wanted} == wanted
    assert len(stored) == len(keys)
    given_out = {keys[r]: {n: figures[s, n] for s, n in figures if s == r} for r in {r for r, _ in figures}}
    new = {row.key[0]: expected_fields(procedures[row.row - 2]) for row in done.reading.rows if row.sheet == P}
    check_export(store, given_out, new)
    check_next_template(store, figures, new)


def check_export(store: Store, figures: dict[tuple[str, ...], dict[str, Any]], procedures: dict[str, dict[str, Any]]) -> None:
    """The open data that an edition would carry holds exactly these values; texts in one line, as machine-readable CSV asks."""

    def plain(value: Any) -> Any:
        text = " ".join(value.split()) if isinstance(value, str) else value
        return "" if text in ("-", "―") else text

    for name, key, wanted in (
        ("observations", ("indicator_code", "bureau_code", "period_code"), figures),
        ("procedures", ("procedure_code",), {(code,): fields for code, fields in procedures.items()}),
    ):
        resource = next(r for r in package.resources(Moment(state=State(store), as_of=date(2023, 1, 20))) if r.name == name)
        parquet, text = io.BytesIO(), io.BytesIO()
        package.as_parquet(resource, parquet)
        package.as_csv(resource, text)
        packed = pq.read_table(io.BytesIO(parquet.getvalue())).to_pylist()
        lines = list(csv.DictReader(io.StringIO(text.getvalue().decode("utf-8-sig"), newline="")))
        for rows, is_text in ((packed, False), (lines, True)):
            found = {tuple(row[k] for k in key): row for row in rows}
            for code, fields in wanted.items():
                for field, value in fields.items():
                    said, expected = found[code][field], plain(value)
                    if is_text:
                        said = read_back(said, resource.fields[field])
                        expected = None if expected == "" else expected  # a blank text and a value not known look alike in CSV
                    assert said == expected, (name, code, field, said, expected)


def read_back(text: str, kind: str) -> Any:
    """Return a cell of our CSV as the value it stands for."""
    if text == "":
        return None
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind in ("number", "integer"):
        return float(text)
    if kind == "date":
        return date.fromisoformat(text)
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def check_next_template(store: Store, figures: dict[tuple[int, str], Any], procedures: dict[str, dict[str, Any]]) -> None:
    """The template issued next is prefilled with what was approved."""
    layout = load_layout()
    book = openpyxl.load_workbook(io.BytesIO(template(store)))
    sheet = book[layout.sheets["procedures"]]
    code_at = next(i for i, c in enumerate(layout.columns["procedures"]) if c.name == "procedure_code")
    sheet_rows = {row[code_at].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    asked = [("observations", row, name, value) for (row, name), value in figures.items()]
    asked += [("procedures", sheet_rows[code], n, v) for code, fields in procedures.items() for n, v in fields.items()]
    for key, row, name, value in asked:
        at, column = next((i, c) for i, c in enumerate(layout.columns[key], start=1) if c.name == name)
        said = book[layout.sheets[key]].cell(row, at).value
        if column.choices:
            expected: Any = layout.label(column.choices, "yes" if value is True else "no" if value is False else value)
        else:
            expected = value if value not in (None, "") else None
        if isinstance(said, datetime):
            said = said.date()
        is_blank = said is None and value in (None, False, "unknown")  # nothing known, and "no", are blank cells
        assert said == expected or (column.choices and is_blank), (key, row, name, said, expected)
