"""All answers of a question as one file, words of people as text; and a closed question made an indicator by files that the check accepts."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from kpis.errors import FigureRefused
from kpis.government import government
from kpis.reporting import answers, questions
from kpis.reporting.answers import AnswerRow
from kpis.store.store import Store
from loaders.load import check_content, load_file
from publishers.answers import Wish, answers_book, answers_csv, indicator_files
from telling.questions import answer_table
from tests.command import command
from tests.kpis.test_questions import ROW, asked, uploaded
from tests.small_government import ANNA, DAI, OFFICE, settle

pytestmark = pytest.mark.store

POISON = "=HYPERLINK(1)\u202e\u200b"
WISH = Wish(
    indicator_code="fax_machines", column="c2", kind="stock", direction="lower", theme=next(iter(government().themes)), source_code="PLAN",
    period_code="FY2022-Q4", scope_code="TMG",
)  # fmt: skip


@pytest.fixture
def closed(tmp_path: Path) -> tuple[Store, str]:
    store = settle(Store(f"sqlite:///{tmp_path / 'answers.db'}"), tmp_path / "data")
    code = asked(store)
    for who, bureau, rows in ((ANNA, "GENERAL", ({**ROW, "c1": POISON}, {**ROW, "c2": 4.0, "c5": True})), (DAI, "DIGITAL", (ROW,))):
        uploaded(store, code, actor=who, bureau=bureau, rows=rows, content=who.encode())
        answers.submit(store, code, bureau, actor=who, revision=1)
        answers.decide(store, code, bureau, actor=OFFICE, revision=1, accepts=True)
    questions.close(store, code, actor=OFFICE)
    return store, code


def rows_of(store: Store, code: str) -> list[AnswerRow]:
    return answers.rows_of(store, code, viewer=OFFICE)


def test_all_answers_are_one_table_in_which_words_of_people_are_text(closed: tuple[Store, str]) -> None:
    store, code = closed
    one, names = questions.question(store, code, viewer=OFFICE), {"GENERAL": "総務局", "DIGITAL": "デジタルサービス局"}
    headings, told = answer_table(one, rows_of(store, code), names, "ja")
    assert headings[4:] == ["施設名", "台数 (台)", "状況", "更新日", "廃止できる", "費用 (円)"]
    assert [row[:3] for row in told] == [["総務局", "GENERAL", 1], ["総務局", "GENERAL", 2], ["デジタルサービス局", "DIGITAL", 1]]
    read = list(csv.reader(io.StringIO(answers_csv(headings, told).decode("utf-8-sig"), newline="")))
    assert read[1][4:] == ["'=HYPERLINK(1)", "3", "済", "2022-05-01", "いいえ", "1200.5"]
    sheet = openpyxl.load_workbook(io.BytesIO(answers_book(headings, told, title=one.title_ja)))["answers"]
    assert (sheet["E2"].value, sheet["E2"].data_type, sheet["F2"].value, sheet["H2"].value.date()) == (
        "=HYPERLINK(1)",
        "s",
        3,
        date(2022, 5, 1),
    )
    words, english = answer_table(one, rows_of(store, code), names, "en")
    assert words[3] == "State" and words[6] == "State [c3]", "no two columns have the same name"
    assert english[1][6:9] == ["Done", date(2022, 5, 1), "yes"]


@pytest.mark.edition
def test_what_makes_it_an_indicator_is_accepted_by_the_check_and_loads(closed: tuple[Store, str], tmp_path: Path) -> None:
    store, code = closed
    one, catalogue = questions.question(store, code, viewer=OFFICE), tmp_path / "data" / "catalogue"
    made = indicator_files(one, rows_of(store, code), WISH, listed=catalogue / "indicators.csv")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        archive.extractall(tmp_path / "made")
    store.engine.dispose()
    where = {"DATABASE_URL": store.url, "CATALOGUE_DIR": str(catalogue), "OFFICIAL_DIR": str(tmp_path / "data" / "official")}
    done = command("check", str(tmp_path / "made" / "indicators.csv"), **where)
    assert done.returncode == 0, done.stderr
    for file in ("indicators.csv", "Q001-observations.csv"):  # the same check and load, without a process for each
        path = tmp_path / "made" / file
        assert check_content(path.read_bytes(), file, store=store).problems == [] == load_file(store, path).problems
    figures = {e.unit_code: [f.value for f in e.figures] for e in store.book(["fax_machines"]).entries if e.figures}
    assert figures == {"GENERAL": [7.0], "DIGITAL": [3.0]}
    assert "manage.py load" in (tmp_path / "made" / "README.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "key"),
    [({"kind": "level"}, "indicator_from_two_rows"), ({"indicator_code": "paper_sheets"}, "indicator_from_known"),
     ({"theme": "nothing"}, "indicator_from_refused"), ({"indicator_code": "x y"}, "indicator_from_refused")],
)  # fmt: skip
def test_what_cannot_be_an_indicator_is_refused_by_name(
    closed: tuple[Store, str], tmp_path: Path, changed: dict[str, str], key: str
) -> None:
    store, code = closed
    wish = Wish(**{**{name: getattr(WISH, name) for name in WISH.__slots__}, **changed})
    with pytest.raises(FigureRefused) as refused:
        indicator_files(
            questions.question(store, code, viewer=OFFICE),
            rows_of(store, code),
            wish,
            listed=tmp_path / "data" / "catalogue" / "indicators.csv",
        )
    assert refused.value.message.key == key
