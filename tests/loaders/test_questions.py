"""A cell that may mean two values is a question: asked, chosen by the bureau, kept to the approved figure; never guessed."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from typer.testing import CliRunner

from kpis.errors import FigureRefused, StepRefused
from kpis.languages import written
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.reporting.reports import opened
from kpis.reporting.submissions import approve, choose_readings, confirm, submit
from kpis.settings import settings as product_settings
from kpis.store import tables
from kpis.store.store import Store
from loaders.load import check_content
from loaders.workbook.door import read_workbook
from loaders.workbook.submit import receive
from manage import app
from pages.parts.whatchanges import reported_text
from tests.loaders.filled import BUREAU, F, edited, make_store, template
from tests.small_government import say_causes

pytestmark = pytest.mark.edition

TODAY = date(2023, 1, 20)
KEY = ("observation", ("electronic_decision_rate", BUREAU, "2022-10"), "value")
LIST = "indicator_code,bureau_code,period_code,value,numerator,source_code\n"


def with_value(content: bytes, value: Any, number_format: str | None = None, cell: str = "G7") -> bytes:
    def change(book: Workbook) -> None:
        book[F][cell].value = value
        if number_format:
            book[F][cell].number_format = number_format

    return edited(content, change)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with a manager and an officer; each test has its own copy."""
    folder = Path(tmp_path_factory.mktemp("questions"))
    store = make_store(folder)
    add_person(store, actor=COMMAND_LINE, email="m@example.jp", role="bureau_manager", bureau_code=BUREAU)
    add_person(store, actor=COMMAND_LINE, email="o@example.jp", role="reform_office")
    store.engine.dispose()
    return folder / "filled.db"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    return Store(f"sqlite:///{shutil.copy(made, tmp_path / 'own.db')}")


@pytest.mark.parametrize(("value", "code"), [(0.881, "0.0%"), (0.881, None), ("0.881", None), (88.1, "0.0%")])
@pytest.mark.parametrize("chosen", [88.1, 0.881])
def test_the_choice_survives_to_the_approved_figure(store: Store, value: object, code: str | None, chosen: float) -> None:
    if value == 88.1 and chosen == 0.881:
        return  # 8,810% cannot be: one reading is offered, and asked about all the same
    content = with_value(template(store), value, code)
    done = receive(store, content, actor="m@example.jp", name="r.xlsx", today=TODAY)
    assert done.uploaded is not None and [(q.cell, q.rule) for q in done.reading.questions] == [("G7", "scale")]
    assert done.reading.questions[0].subject_in("ja") == "電子決定率 2022年10月"
    number, revision = done.uploaded.report_id, done.uploaded.revision
    found = opened(store, number, viewer="m@example.jp", as_of=TODAY)
    assert [c.place for c in found.comparison.unread] == [f"{F}!G7"] and not found.flips
    told = reported_text(found.comparison.unread[0])
    assert told == ("88.1" if value == 88.1 else "0.881または88.1"), "no reading is shown as if it were chosen"
    confirm(store, number, actor="m@example.jp", revision=revision, reasons={w.id: "確かめた" for w in found.warnings})
    with pytest.raises(StepRefused, match="two values"):
        submit(store, number, actor="m@example.jp", revision=revision, today=TODAY)
    with pytest.raises(FigureRefused, match="offered"):
        choose_readings(store, number, actor="m@example.jp", revision=revision, chosen={KEY: 8.81})
    choose_readings(store, number, actor="m@example.jp", revision=revision, chosen={KEY: chosen})
    # The same workbook with another cell changed, uploaded again: the choice still holds.
    again = receive(store, edited(content, lambda book: book[F].__setitem__("P7", "再提出")), actor="m@example.jp", name="r.xlsx",
                    today=TODAY, adds_to=number).uploaded  # fmt: skip
    assert again is not None and again.revision == revision + 1
    found = opened(store, number, viewer="o@example.jp", as_of=TODAY)
    assert not found.comparison.unread
    (cell,) = [c for c in found.comparison.cells if c.column == "value"]
    assert (cell.new, cell.reading) == (chosen, chosen)
    say_causes(store, number, actor="m@example.jp", revision=again.revision, as_of=TODAY)
    submit(store, number, actor="m@example.jp", revision=again.revision, today=TODAY)
    approve(store, number, actor="o@example.jp", revision=again.revision)
    stored = store.all_of(tables.Observation, indicator_code=KEY[1][0], bureau_code=BUREAU, period_code="2022-10")
    assert [o["value"] for o in stored] == [chosen]
    told = [e["detail"] for e in store.all_of(tables.AuditEvent, action="reading_chosen")]
    assert len(told) == 1 and f"→ {chosen}" in told[0]


def test_a_choice_against_another_value_does_not_hold(store: Store) -> None:
    done = receive(store, with_value(template(store), 0.881), actor="m@example.jp", name="r.xlsx", today=TODAY).uploaded
    assert done is not None
    choose_readings(store, done.report_id, actor="m@example.jp", revision=done.revision, chosen={KEY: 88.1})
    receive(store, with_value(template(store), 0.882), actor="m@example.jp", name="r.xlsx", today=TODAY, adds_to=done.report_id)
    assert len(opened(store, done.report_id, viewer="m@example.jp", as_of=TODAY).comparison.unread) == 1


@pytest.mark.parametrize(("text", "value"), [("88.1%", 88.1), ("８８．１％", 88.1), ("0.881%", 0.881)])
def test_a_unit_that_is_written_leaves_no_question(store: Store, text: str, value: float) -> None:
    reading = read_workbook(with_value(template(store), text), store=store)
    assert not reading.questions and not reading.errors and reading.rows[0].fields["value"] == value


def test_the_command_line_prints_the_question_and_stores_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(with_value(template(store), 0.881, "0.0%"))
    monkeypatch.setenv("DATABASE_URL", str(store.engine.url))
    product_settings.cache_clear()
    try:
        check_command_line(book)
    finally:
        monkeypatch.undo()
        product_settings.cache_clear()
    assert store.all_of(tables.Submission) == []


def check_command_line(book: Path) -> None:
    for command in (["check", str(book), "--json"], ["load", str(book), "--as", "m@example.jp", "--json"]):
        answer = CliRunner().invoke(app, command)
        assert answer.exit_code == 1
        (question,) = [p for p in json.loads(answer.stdout)["problems"] if p["grade"] == "question"]
        assert (question["cell"], question["subject"]) == ("G7", "電子決定率 2022年10月 / Electronic decision rate, Oct 2022")
        assert "0.881% or 88.1%" in question["expected"] and "'0.881%" in question["remedy"]


@pytest.mark.parametrize("code", ["0.0%", "0%", "# ?/?", '0"万"', "#,##0,", "yyyy/m/d"])
def test_a_list_says_how_such_a_cell_is_written(store: Store, tmp_path: Path, code: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["indicator_code", "bureau_code", "period_code", "value", "is_lower_bound", "source_code"],
                ["electronic_decision_rate", "TMG", "FY2025", 0.985, 0, "shintosei-8a0d3d80"]):  # fmt: skip
        sheet.append(row)
    sheet["D2"].number_format = code
    book.save(tmp_path / "list.xlsx")
    problems = check_content(
        (tmp_path / "list.xlsx").read_bytes(), "observations.xlsx", kind="observations.csv", store=store
    ).problems
    assert [p.cell for p in problems] == ["D2"] and problems[0].grade == "error"
    if "%" in code:
        assert "98.5" in written(problems[0].remedy, "en") and "'0.985%" in written(problems[0].remedy, "en")


@pytest.mark.parametrize("value", ["inf", "-inf", "NaN", "1e999", "Infinity"])
@pytest.mark.parametrize("column", ["value", "numerator"])
def test_a_list_holds_no_infinity(store: Store, value: str, column: str) -> None:
    row = {"value": "5", "numerator": "", column: value}
    content = LIST + f"office_satisfaction_gain,TMG,FY2025,{row['value']},{row['numerator']},shintosei-8a0d3d80\n"
    problems = check_content(content.encode(), "x.csv", kind="observations.csv", store=store).problems
    assert [(p.kind, p.row, p.cell) for p in problems] == [("number", 2, {"value": "D2", "numerator": "E2"}[column])]


WRONG = "other_unit"


@pytest.mark.parametrize(
    ("kind", "code", "value", "rule"),
    [
        ("observations.csv", "paper_sheets", "85%", WRONG),  # a rate where a count belongs
        ("observations.csv", "paper_sheets", "8,500円", WRONG),
        ("observations.csv", "electronic_decision_rate", "85件", WRONG),
        ("observations.csv", "electronic_decision_rate", "85%", ""),
        ("observations.csv", "electronic_decision_rate", "0.5%", ""),  # said with its unit, so nothing is asked
        ("observations.csv", "electronic_decision_rate", "0.5", "scale"),
        ("targets.csv", "electronic_decision_rate", "0.9", "scale"),
        ("targets.csv", "electronic_decision_rate", "150", "out_of_bounds"),
        ("targets.csv", "electronic_decision_rate", "90%", ""),
        ("targets.csv", "paper_sheets", "90%", WRONG),
        ("baselines.csv", "electronic_decision_rate", "0.2", "scale"),
        ("baselines.csv", "paper_sheets", "-5", "out_of_bounds"),
        ("readings.csv", "electronic_decision_rate", "0.98", "scale"),
        ("readings.csv", "paper_sheets", "98%", WRONG),
    ],
)
def test_a_value_of_a_list_is_in_the_unit_of_its_indicator(store: Store, kind: str, code: str, value: str, rule: str) -> None:
    """Targets, baselines and readings are held to it as figures are: 0.9 beside rates of 90% would be a target of 0.9%."""
    source = store.all_of(tables.Source)[0]["source_code"]
    extra = ",is_target,agrees" if kind == "readings.csv" else ""
    content = f'indicator_code,bureau_code,period_code,value,source_code{extra}\n{code},TMG,FY2019,"{value}",{source}{",0,1" if extra else ""}\n'
    found = [p for p in check_content(content.encode(), kind, store=store).problems if p.rule in (WRONG, "scale", "out_of_bounds")]
    assert [p.rule for p in found] == ([rule] if rule else [])
    assert all(p.cell == "D2" and written(p.expected, "en") and written(p.remedy) for p in found)


@pytest.mark.parametrize(
    ("latitude", "longitude", "rule", "grade"),
    [
        ("35.69", "139.69", "", ""),
        ("139.69", "35.69", None, "error"),  # no latitude on earth: refused with its form
        ("43.06", "141.35", "outside_area", "warning"),
    ],
)
def test_a_place_of_a_list_is_held_against_the_area_as_in_a_workbook(
    store: Store, latitude: str, longitude: str, rule: str | None, grade: str
) -> None:
    source = store.all_of(tables.Source)[0]["source_code"]
    content = (
        "facility_code,name_ja,kind,bureau_code,cashless_status,latitude,longitude,source_code\n"
        f"Z1,会館,hall,CONSTRUCTION,announced,{latitude},{longitude},{source}\n"
    )
    found = [p for p in check_content(content.encode(), "facilities.csv", store=store).problems if p.cell and p.cell[0] in "FG"]
    assert {(p.rule, p.grade) for p in found} == ({(rule or "", grade)} if grade else set()), found
