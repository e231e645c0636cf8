"""What stands in the address, asked over Streamlit's own protocol and read from the sources of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from kpis.settings import ROOT
from tests.bench.viewer import Viewer
from tests.pages.charts_seen import run
from tests.pages.conftest import Site
from tests.pages.questions import word
from tests.pages.views import VIEWS

pytestmark = pytest.mark.server

PAGES = sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "pages" / "parts").glob("*.py")])


def test_every_link_within_the_dashboard_carries_the_view() -> None:
    for file in PAGES:
        text = file.read_text(encoding="utf-8")
        for found in re.findall(r"query_params=([\w.]+)", text):
            assert found in ("address.link", "query", "st.query_params.to_dict"), f"{file.name}: {found}"
        assert text.count("st.page_link(") == len(
            re.findall(r"st\.page_link\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*query_params", text)
        ), file.name


def test_only_one_module_reads_and_writes_the_address() -> None:
    """The first request of a new server has no frame yet and asks for the language alone; a withdrawn report is listed where asked for."""
    allowed = {"address.py": None, "entry.py": 1, "menu.py": 1, "review.py": 1}
    for file in PAGES:
        count = file.read_text(encoding="utf-8").count("st.query_params")
        assert allowed.get(file.name, 0) is None or count <= (allowed.get(file.name) or 0), file.name


class Tab:
    """A browser's tab, as far as the server sees it."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer, self.place, self.query = viewer, "", ""
        self.links: dict[str, tuple[str, str]] = {}  # address → Streamlit's name of the page, parameters
        self.as_of = self.day = ""
        self.alerts: list[str] = []

    def send(self, *, page: str = "", place: str = "", query: str = "", day: str = "") -> None:
        asked = BackMsg()
        asked.rerun_script.query_string, asked.rerun_script.page_name = query, page
        asked.rerun_script.page_script_hash = place
        if day:
            widget = asked.rerun_script.widget_states.widgets.add()
            widget.id = self.as_of
            widget.string_array_value.data.append(day)
        self.viewer.socket.send(asked.SerializeToString())

    def read(self, *, until: str) -> None:
        while True:
            message = ForwardMsg.FromString(self.viewer.socket.recv(timeout=60))  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.place = message.navigation.page_script_hash
            if kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                if element.WhichOneof("type") == "page_link":
                    self.links.setdefault(
                        element.page_link.page, (element.page_link.page_script_hash, element.page_link.query_string)
                    )
                if element.WhichOneof("type") == "date_input" and element.date_input.id.endswith("-as_of"):
                    self.as_of = element.date_input.id
                    self.day = element.date_input.value[0] if element.date_input.set_value else element.date_input.default[0]
                if element.WhichOneof("type") == "alert":
                    self.alerts.append(element.alert.body)
            if kind == until and (kind != "script_finished" or message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY):
                return


@pytest.fixture
def tab(site: Site) -> Iterator[Tab]:
    viewer = Viewer(site.port)
    yield Tab(viewer)
    viewer.close()


def test_a_day_typed_and_a_link_of_the_menu_clicked_at_once_show_the_page_of_the_menu_with_that_day(tab: Tab) -> None:
    """A browser sends the click first, then the choice in the name of the page that is being left."""
    tab.send(query="lang=en")
    tab.read(until="script_finished")
    left, (bureaus, query) = tab.place, tab.links["bureau"]
    tab.send(place=bureaus, query=query, day="2022-06-30")
    tab.read(until="new_session")
    tab.send(place=left, query=query, day="2022-06-30")
    tab.read(until="new_session")  # on a busy machine the run before it may have come to its end meanwhile
    tab.read(until="script_finished")
    assert tab.place == bureaus
    assert parse_qs(tab.query)["as_of"] == ["2022-06-30"]


def test_the_menu_names_the_view_in_every_link(tab: Tab) -> None:
    tab.send(query="lang=en&as_of=2022-06-30&view=now")
    tab.read(until="script_finished")
    assert len(tab.links) >= 14
    for page, (_, query) in tab.links.items():
        told = parse_qs(query)
        assert (told["lang"], told["as_of"], told["view"]) == (["en"], ["2022-06-30"], ["now"]), page


def test_a_page_that_has_no_more_to_show_ends_with_its_address_written(tab: Tab) -> None:
    """Once Streamlit was told to stop, nothing can be written any more: pages end by ``entry.stop``."""
    assert not [file.name for file in (ROOT / "pages").glob("*.py") if "st.stop(" in file.read_text(encoding="utf-8")]
    tab.send(query="lang=en&as_of=2001-01-01")
    tab.read(until="script_finished")
    assert tab.query == "", "the address said it already"
    tab.send(place=tab.place, query="lang=en")  # as a browser does whose menu was drawn without the day
    tab.read(until="script_finished")
    assert parse_qs(tab.query)["as_of"] == ["2001-01-01"]


def test_a_page_that_is_gone_to_writes_an_address_that_is_right_only_where_another_may_be_on_its_way(tab: Tab) -> None:
    """What a run writes may reach the browser before it has the address of the new page: one more step back, to a view without its choices."""
    tab.send(query="lang=en&as_of=2022-06-30&view=now")
    tab.read(until="script_finished")
    place, query = tab.links["bureau"]
    tab.send(place=place, query=query)
    tab.read(until="script_finished")
    assert tab.query == ""
    tab.send(place=place, query="lang=en")  # the day is written anew
    tab.read(until="script_finished")
    assert parse_qs(tab.query)["as_of"] == ["2022-06-30"]
    tab.query = ""
    place, query = tab.links["changes"]
    tab.send(place=place, query=query)
    tab.read(until="script_finished")
    assert parse_qs(tab.query)["as_of"] == ["2022-06-30"], "what was just written may still be on its way"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_an_address_asks_for_in_vain_is_said(site: Site, language: str) -> None:
    """As text, never as markup."""
    for page, name, asked in (
        ("", "as_of", "2022-13-45"),
        ("about", "view", "zz"),
        ("procedures", "page", "999"),
        ("", "lang", "x![](y)"),
    ):
        viewer = Viewer(site.port)
        texts, _ = viewer.read(page, f"{name}={asked}" + ("" if name == "lang" else f"&lang={language}"))
        viewer.close()
        said = next(text for text in texts if "アドレスが求める" in text or "the address asks for" in text)
        assert ("アドレスが求める" in said) == (language == "ja" or name == "lang")
        assert asked.replace("![](y)", "") in said.replace("\\", "") and "![](y)" not in said


# page | parameter | what is asked for in vain
VAIN = [
    ("", "as_of", "2022-13-45"), ("five_less", "as_of", "2999-01-01"), ("about", "as_of", "1999-01-01"), ("", "lang", "xx"),
    ("facilities", "view", "zz"), ("", "known", "someday"), ("indicator", "code", "nowhere"), ("bureau", "code", "NOWHERE"),
    ("projects", "code", "CP99"), ("procedures", "code", "P999999"), ("procedures", "page", "999"), ("procedures", "page", "two"),
    ("procedures", "bureau", "NOWHERE"), ("procedures", "by", "colour"), ("procedures", "q", "x" * 101),
    ("changes", "since", "2999-01-01"), ("report", "period", "FY1900-Q1"), ("bureau", "compare", "no_indicator"),
    ("facilities", "by", "colour"), ("submit", "bureau", "NOWHERE"), ("submit", "period", "FY2050-Q1"), ("review", "part", "zz"),
    ("review", "period", "x"), ("review", "report", "77"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("page", "name", "asked"), VAIN)
def test_what_an_address_asks_for_in_vain_is_said_at_the_head_of_the_page(
    site: Site, page: str, name: str, asked: str, language: str
) -> None:
    """Each in a session of its own, as for somebody who was sent the address; a browser test shows that some are seen."""
    words = language if name != "lang" else "ja"
    viewer = Viewer(site.port)
    person = {"submit": "local_manager", "review": "local_office"}.get(page)
    query = f"lang={language}&{name}={quote(asked)}" if name != "lang" else f"lang={asked}"
    seen = run(viewer, page, query, as_person=word(person, words) if person else "")
    viewer.close()
    said = " ".join([*(alert.body for alert in seen.of("alert")), *(e.body for e in seen.of("heading") if e.tag == "h1")])
    assert asked[:40] in said.replace("\\", ""), said
    assert ("。" in said) == (words == "ja"), said


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_shows_the_view_of_its_address_and_leaves_the_address_as_it_is(site: Site, language: str) -> None:
    """What a browser finds again under it: back, after a reload, and in another browser."""
    for path, own in VIEWS.items():
        viewer = Viewer(site.port)
        tab = Tab(viewer)
        tab.send(
            page=path.removeprefix("/"), query=f"as_of=2023-06-30&view=now&lang={language}&{quote(own, safe='=&')}".rstrip("&")
        )
        tab.read(until="script_finished")
        viewer.close()
        assert tab.day == "2023-06-30", path
        assert tab.query == "", f"{path}: the address said it already"
        assert not [said for said in tab.alerts if word("address_refused", language) in said], path
        told = {name: set(parse_qs(query)) for name, (_, query) in tab.links.items()}
        assert told and all({"as_of", "view", "lang"} <= names for names in told.values()), path
