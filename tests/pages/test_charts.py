"""Every chart has its sentence, its table and its CSV, and no chart is empty: no data says why. Every page is walked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import plotly.graph_objects as go
import pytest
from sqlalchemy import delete, insert, select

from kpis.figures.registers import DIMENSIONS
from kpis.languages import say
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from loaders.catalogue import load_folder
from tests.bench.viewer import Viewer, served
from tests.pages import questions
from tests.pages.charts_seen import EVERY, Seen, faults, run, walk
from tests.pages.questions import unanswered
from tests.shared import copied, empty
from tests.web.served import Instance
from tests.web.visitor import Visitor

pytestmark = pytest.mark.server

OFFICER = "office@example.org"


def served_store(folder: Path, *, catalogue: bool, official: bool) -> Store:
    store = copied(empty(), folder / "walked.db")
    if catalogue:
        nothing = folder / "nothing"
        nothing.mkdir()
        load_folder(store, ROOT / "data" / "catalogue", official=ROOT / "data" / "official" if official else nothing)
        add_person(store, actor=COMMAND_LINE, email=OFFICER, role="reform_office")
    return store


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Store]]:
    folder = tmp_path_factory.mktemp("shipped")
    store = served_store(folder, catalogue=True, official=True)
    with served("server:app", DATABASE_URL=store.url, EDITIONS_DIR=str(folder / "editions")) as port:
        yield port, store


def test_every_page_of_the_shipped_figures(shipped: tuple[int, Store]) -> None:
    """Pages, each way to compare, every third project and bureau, every second kind of indicator."""
    port, store = shipped
    kinds = {(i["kind"], i["theme"]): i["indicator_code"] for i in store.all_of(tables.Indicator)}
    asked = [(page, "") for page in EVERY]
    asked += [("procedures", "code=P001"), ("projects", "code=CP1"), ("bureau", "code=DIGITAL")]
    each = [("procedures", f"by={d}") for d in DIMENSIONS] + [("facilities", "by=kind")]
    each += [("projects", f"code={p['project_code']}") for p in store.all_of(tables.Project)][::3]
    each += [("bureau", f"code={b['bureau_code']}") for b in store.all_of(tables.Bureau) if b["is_current"]][::3]
    each += [("indicator", f"code={code}") for code in sorted(set(kinds.values()))][::2]
    found = walk(port, asked, as_person=OFFICER) + walk(port, each, languages=["ja"])
    assert not found, "\n".join(found)


def test_each_question_of_the_reform_is_answered_within_two_clicks_of_the_overview(shipped: tuple[int, Store]) -> None:
    """Of the published figures in Japanese; ``tests/loaders/test_sample.py`` asks the sample in both languages."""
    assert list(unanswered(shipped[0], languages=("ja",))) == []


def test_an_unanswered_question_is_found(shipped: tuple[int, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that stand on another page only, a page that nothing leads to, a second link that is not there."""
    wrong = {
        "a": ("procedures", "", ("fac_map",)), "b": ("parts", "", ("fac_map",)), "c": ("facilities", "facilities?code=", ("fac_map",))
    }  # fmt: skip
    monkeypatch.setattr(questions, "QUESTIONS", wrong)
    assert len(list(unanswered(shipped[0], languages=("en",)))) == 3


@pytest.mark.parametrize("catalogue", [True, False], ids=["a catalogue without a figure", "not even a catalogue"])
def test_every_page_of_an_empty_database_says_why_it_is_empty(tmp_path: Path, catalogue: bool) -> None:
    store = served_store(tmp_path, catalogue=catalogue, official=False)
    asked = [(page, "") for page in EVERY] + [("projects", "code=CP1"), ("bureau", "code=DIGITAL"), ("procedures", "code=P001")]
    with served("server:app", DATABASE_URL=store.url, EDITIONS_DIR=str(tmp_path / "editions")) as port:
        found = walk(port, asked, as_person=OFFICER) if catalogue else walk(port, asked, languages=["en"])
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "2017年1月1日までに終わった期間"), ("en", "periods that ended by 1 Jan 2017")]
)
@pytest.mark.parametrize("page", ["", "changes"])
def test_a_day_before_the_first_figure_is_no_empty_database(
    shipped: tuple[int, Store], page: str, language: str, said: str
) -> None:
    viewer = Viewer(shipped[0])
    words = run(viewer, page, f"as_of=2017-01-01&lang={language}").words()
    viewer.close()
    assert said in words and "make run" not in words


def file_of_meeting(port: int, folder: Path, button: str) -> bytes:
    """Return the file behind a button of a meeting's page, after holding that it is not made before."""
    who = Visitor(Instance(port, folder, {}))
    tab = who.tab()
    tab.run("report", "period=FY2022-Q4&lang=en")
    (offer,) = [each for each in tab.parts("download_button") if each.label == say(button, "en")]
    assert offer.deferred_file_id and not offer.url, "nothing is laid out before anybody asks"
    made = who.ask(tab.deferred(offer.deferred_file_id).deferred_file.url).body
    tab.close()
    return made


def test_the_workbook_of_a_meeting_is_made_when_it_is_asked_for(shipped: tuple[int, Store], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(file_of_meeting(shipped[0], tmp_path, "report_save_book")))
    words = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert any("Copy paper" in each for each in words) and len(book.sheetnames) > 1


def test_the_page_to_print_of_a_meeting_is_made_when_it_is_asked_for(shipped: tuple[int, Store], tmp_path: Path) -> None:
    sheet = file_of_meeting(shipped[0], tmp_path, "report_save_page").decode()
    assert sheet.lstrip().startswith("<!doctype html>") and "Copy paper" in sheet and "<svg" in sheet


def test_the_preview_of_a_publication_is_that_of_what_is_stored_now(shipped: tuple[int, Store]) -> None:
    """It is kept, since it gathers everything; and yet whatever is stored is in the next look at it."""
    port, store = shipped
    viewer = Viewer(port)

    def facilities() -> int:
        counts = "".join(part.body for part in run(viewer, "publish", "lang=ja", as_person=OFFICER).of("html"))
        said = re.search(r"<td[^>]*>facility</td><td[^>]*><data[^>]*>(\d+)<", counts)
        assert said is not None
        return int(said[1])

    before = facilities()
    with store.writing() as session:
        row = dict(session.execute(select(table_of(tables.Facility)).limit(1)).one()._mapping)
        session.execute(insert(table_of(tables.Facility)).values(**{**row, "facility_code": "ONE_MORE"}))
    assert facilities() == before + 1 == facilities()
    with store.writing() as session:
        session.execute(delete(table_of(tables.Facility)).where(table_of(tables.Facility).c.facility_code == "ONE_MORE"))
    assert facilities() == before
    viewer.close()


def chart(figure: go.Figure, *, alt: str = "", key: str = "chart_x") -> Seen:
    from streamlit.proto.Element_pb2 import Element

    element = Element()
    element.plotly_chart.spec, element.plotly_chart.alt = figure.to_json(), alt
    element.plotly_chart.id = f"$$ID-0123-{key}"
    return Seen([("plotly_chart", element.plotly_chart)])


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (chart(go.Figure()), "without points"),
        (chart(go.Figure(go.Bar(x=["a"], y=[None]))), "without points"),
        (chart(go.Figure(go.Bar(x=["a"], y=[1]))), "no sentence"),
        (chart(go.Figure(go.Bar(x=["a"], y=[1])), alt="a sentence that stands nowhere"), "no sentence"),
        (chart(go.Figure(go.Bar(x=["a"], y=[1]))), "no table"),
        (Seen(), "no word why"),
    ],
)
def test_a_planted_fault_is_found(seen: Seen, said: str) -> None:
    """The walk itself can fail."""
    assert any(said in fault for fault in faults(seen))
