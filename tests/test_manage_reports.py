"""Reports from the command line: the person named is held to the roles, and a forged workbook is refused."""

from __future__ import annotations

import io
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from kpis.reporting import people, reports
from kpis.store import tables
from kpis.store.store import Store
from loaders.workbook.submit import take_template
from tests.command import command
from tests.small_government import ADMIN, ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD, STRANGER, settle

pytestmark = pytest.mark.edition

Run = Callable[..., subprocess.CompletedProcess[str]]
CALENDAR = [{"period_code": PERIOD, "opens_on": "2023-01-01", "due_on": "2099-01-31", "locks_on": "2099-03-31"}]
FIGURES = "指標の実績"


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Store, Run]:
    store = settle(Store(f"sqlite:///{tmp_path / 'desk.db'}"), tmp_path / "data", calendar=CALENDAR)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return command(*words, DATABASE_URL=store.url)

    return store, run


def filled(store: Store, path: Path, *, bureau: str = "GENERAL", actor: str = ANNA, **marks: str) -> Path:
    """Write a filled workbook of a bureau; ``marks`` overwrite what its protected sheet says of itself."""
    book = openpyxl.load_workbook(io.BytesIO(take_template(store, bureau, PERIOD, actor=actor)))
    sheet = book[FIGURES]
    headings = {str(c.value).split("\n")[0]: c.column for c in sheet[1] if c.value}
    row = next(
        c.row for c in sheet[openpyxl.utils.get_column_letter(headings["指標コード"])] if c.value == "electronic_decision_rate"
    )
    sheet.cell(row, headings["分子(実績の数)"]).value = 800
    sheet.cell(row, headings["分母(対象の数)"]).value = 1000
    for line in book["_mieruka"].iter_rows(max_col=2):
        if line[0].value in marks:
            line[1].value = marks[line[0].value]
    if "bureau_code" in marks:
        for own in book.worksheets:
            for line in own.iter_rows():
                for cell in line:
                    if cell.value == bureau:
                        cell.value = marks["bureau_code"]
    book.save(path)
    return path


def test_a_workbook_becomes_a_draft_and_is_submitted(desk: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = desk
    file = filled(store, tmp_path / "a.xlsx")
    assert "load" not in run("check", str(file)).stderr
    done = run("load", str(file), "--as", ANNA.upper())
    assert done.returncode == 0 and "報告 1 第1版: 下書き / report 1, revision 1: draft" in done.stderr, done.stderr
    refused = run("load", str(file), "--as", ANNA, "--submit")
    assert refused.returncode == 2 and "4件中1件を記入" not in refused.stdout, "what stays open is not confirmed yet"
    assert "report 1, revision 1: draft" in refused.stderr, "what is stored is said, also where it is not submitted"
    again = run("load", str(file), "--as", ANNA, "--submit", "--leaves-open", "集計が終わっていない")
    assert again.returncode == 0 and "提出済み / report 1, revision 1: submitted" in again.stderr, again.stderr
    assert "4件中1件を記入 / 1 of 4 filled in" in again.stdout
    assert reports.report(store, 1, viewer=OFFICE).submitted_by == ANNA


def test_another_file_is_merged_into_the_draft(desk: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = desk
    assert run("load", str(filled(store, tmp_path / "a.xlsx")), "--as", ANNA).returncode == 0
    done = run("load", str(filled(store, tmp_path / "b.xlsx")), "--as", AYA)
    assert done.returncode == 0 and "revision 2: draft" in done.stderr
    assert [each.uploaded_by for each in reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME).uploads] == [ANNA, AYA]


def test_the_office_takes_a_workbook_in_by_saying_how_it_came(desk: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = desk
    done = run("load", str(filled(store, tmp_path / "a.xlsx")), "--as", OFFICE, "--on-behalf", "総務課からメールで")
    assert done.returncode == 0, done.stderr
    assert reports.report(store, 1, viewer=OFFICE).is_on_behalf


@pytest.mark.parametrize("who", [DAI, OFFICE, ADMIN, STRANGER, people.LOCAL_OFFICE, people.COMMAND_LINE])
def test_whoever_does_not_report_for_the_bureau_is_refused(desk: tuple[Store, Run], tmp_path: Path, who: str) -> None:
    store, run = desk
    done = run("load", str(filled(store, tmp_path / "a.xlsx")), "--as", who)
    assert done.returncode == 2 and "権限がありません" in done.stderr and "Traceback" not in done.stderr
    assert store.count(tables.Submission) == 0


def test_a_bureau_workbook_without_a_name_is_wrong_usage(desk: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = desk
    done = run("load", str(filled(store, tmp_path / "a.xlsx")))
    assert done.returncode == 2 and "--as" in done.stderr


@pytest.mark.parametrize(
    ("marks", "who"),
    [({"bureau_code": "GENERAL"}, DAI), ({"bureau_code": "GENERAL"}, ANNA), ({"template_id": "T0000000000000000"}, DAI)],
)
def test_a_forged_template_of_another_bureau_is_refused(
    desk: tuple[Store, Run], tmp_path: Path, marks: dict[str, str], who: str
) -> None:
    """DIGITAL's template is made to say that it is GENERAL's: refused for its mark, whoever brings it."""
    store, run = desk
    file = filled(store, tmp_path / "forged.xlsx", bureau="DIGITAL", actor=DAI, **marks)
    done = run("load", str(file), "--as", who)
    assert done.returncode in (1, 2) and store.count(tables.Submission) == 0
    if who == ANNA:
        assert done.returncode == 1 and "印" in done.stderr, "allowed for GENERAL, so it is told what is wrong"


def test_persons_are_added_listed_and_removed(desk: tuple[Store, Run]) -> None:
    _, run = desk
    assert (
        "bureau_manager DIGITAL" in run("user", "add", "New@Example.jp", "--role", "bureau_manager", "--bureau", "DIGITAL").stdout
    )
    assert "new@example.jp : bureau_manager DIGITAL" in run("user", "list").stdout
    assert run("user", "remove", "new@example.jp").returncode == 0
    assert "new@example.jp : 役割なし / no role" in run("user", "list").stdout
    for words in (
        ("add", "no-address", "--role", "reform_office"),
        ("add", "a@example.jp", "--role", "king"),
        ("add", "a@example.jp", "--role", "bureau_manager"),
        ("add", "a@example.jp", "--role", "reform_office", "--bureau", "GENERAL"),
        ("add", "a@example.jp", "--role", "bureau_manager", "--bureau", "NOWHERE"),
        ("remove", "nobody@example.jp"),
    ):
        done = run("user", *words)
        assert done.returncode == 2 and "Traceback" not in done.stderr, (words, done.stderr)


def test_a_port_in_use_is_refused_before_an_address_is_announced(desk: tuple[Store, Run]) -> None:
    _, run = desk
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("run", "--port", port)
    assert done.returncode == 2 and done.stdout == ""
    said = done.stderr.replace("\n", "")
    assert f"127.0.0.1 の {port} 番で待ち受けられません" in said and f"127.0.0.1, port {port}" in said and "PORT" in said
    assert "Traceback" not in said
