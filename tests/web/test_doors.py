"""Every role at every door of the web: pages, uploads, downloads, files made when asked for, the API; cookies replayed, words forged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from kpis.languages import say
from tests.web.conftest import Office
from tests.web.visitor import Tab, Visitor, refused

pytestmark = pytest.mark.server
PERSONS = ("own", "section", "approver", "other", "office", "administrator", "stranger", "forged", "signed_out", "replayed")
SUBJECTS = {
    "own": "anna",
    "section": "clerk",
    "approver": "chief",
    "other": "dai",
    "office": "office",
    "administrator": "administrator",
    "stranger": "stranger",
    "forged": "forged",
}


@dataclass
class House:
    """The office with everybody at it, and a page of ANNA that others know the addresses of."""

    office: Office
    people: dict[str, Visitor]
    hers: Tab

    def link(self, label: str) -> str:
        """Return the address of a file that ANNA's page offers."""
        return next(each.url for each in self.hers.parts("download_button") if each.url and each.label == label)

    def deferred(self) -> str:
        """Return the name of a file that is made when ANNA asks for it."""
        return next(each.deferred_file_id for each in self.hers.parts("download_button") if each.deferred_file_id)


@pytest.fixture(scope="module")
def house(office: Office) -> Iterator[House]:
    people = {name: office.visitor(subject) for name, subject in SUBJECTS.items()}
    people["signed_out"] = office.visitor()
    left = office.visitor("anna")
    people["replayed"] = Visitor(office.instance, dict(left.cookies))
    left.ask("/auth/logout")
    assert "_streamlit_user" not in left.cookies and "_streamlit_user" in people["replayed"].cookies
    hers = people["own"].tab()
    hers.run("submit")
    yield House(office, people, hers)
    hers.close()


def page(name: str, kept: str) -> Callable[[House, Visitor], str]:
    """Open a page: shown, refused, or nothing but the way to sign in."""

    def act(house: House, who: Visitor) -> str:
        tab = who.tab()
        text = tab.run(name)
        tab.close()
        if say("nav_changes", "ja") not in text:  # not even the menu
            assert say("sign_in", "ja") in text or say("sign_out", "ja") in text
            return "?"
        return (
            "-" if say("not_for_you", "ja") in text or say("publish_not_allowed", "ja") in text else "+" if kept in text else text
        )

    return act


def upload_own(house: House, who: Visitor) -> str:
    tab = who.tab()
    tab.run("submit")
    answer = tab.upload()
    tab.close()
    return "+" if answer.status == 204 else "-" if answer.status == 403 and refused(answer) else str(answer)


def upload_hers(house: House, who: Visitor) -> str:
    answer = house.hers.upload(visitor=who)
    return "+" if answer.status == 204 else "-" if answer.status == 403 and refused(answer) else str(answer)


def delete_hers(house: House, who: Visitor) -> str:
    xsrf = who.cookies.get("_streamlit_xsrf", "")
    answer = who.ask(f"/_stcore/upload_file/{house.hers.session}/f1", "DELETE", X_Xsrftoken=xsrf)
    return "+" if answer.status == 204 else "-" if answer.status == 403 and refused(answer) else str(answer)


def download_hers(house: House, who: Visitor) -> str:
    answer = who.ask(house.link("CSVを保存"))
    return "+" if answer.status == 200 else "-" if answer.status == 404 and refused(answer) else str(answer)


def made_for_hers(house: House, who: Visitor) -> str:
    """Name a file that ANNA's page offers, from a page of one's own; as that page, and as if it were hers."""
    tab = who.tab()
    tab.run("submit")
    answers = [tab.deferred(house.deferred()), tab.deferred(house.deferred(), house.hers.session)]
    tab.close()
    return "-" if all(each.error_msg and not each.deferred_file.url for each in answers) else "+"


def made_for_own(house: House, who: Visitor) -> str:
    tab = who.tab()
    tab.run("submit")
    offered = [each.deferred_file_id for each in tab.parts("download_button") if each.deferred_file_id]
    made = tab.deferred(offered[0]).deferred_file.url if offered else ""
    got = who.ask(made).status if made else 0
    tab.close()
    return "+" if got == 200 else "-"


def api(house: House, who: Visitor) -> str:
    answers = [who.ask(f"/api/v1/{name}") for name in ("status", "observations", "procedures.csv", "bureaus")]
    return "-" if all(each.status == 404 for each in answers) else "+"


def health(house: House, who: Visitor) -> str:
    return "+" if who.ask("/api/health").status == 200 else "-"


DOORS = {
    "page: report": page("submit", say("step_template", "ja")),
    "page: review": page("review", say("nav_review", "ja")),
    "page: publish": page("publish", say("nav_publish", "ja")),
    "page: meeting": page("meeting", say("decide_heading", "ja")),
    "page: questions": page("questions", say("nav_questions", "ja")),
    "page: overview": page("", say("nav_changes", "ja")),
    "upload to the own page": upload_own,
    "upload to ANNA's page": upload_hers,
    "delete what ANNA uploaded": delete_hers,
    "download from ANNA's page": download_hers,
    "have ANNA's file made": made_for_hers,
    "have the own file made": made_for_own,
    "open API": api,
    "health": health,
}
# In the order of PERSONS: + done, - refused, ? nothing shown but how to sign in or out.
EXPECTED = {
    "page: report":              "+ + + + + - ? ? ? ?",
    "page: review":              "- - - - + + ? ? ? ?",
    "page: publish":             "- - - - + - ? ? ? ?",
    "page: questions":           "+ - - + + - ? ? ? ?",
    "page: meeting":             "- - - - + - ? ? ? ?",
    "page: overview":            "+ + + + + + ? ? ? ?",
    "upload to the own page":    "+ + - + + - - - - -",
    "upload to ANNA's page":     "+ - - - - - - - - -",
    "delete what ANNA uploaded": "+ - - - - - - - - -",
    "download from ANNA's page": "+ - - - - - - - - -",
    "have ANNA's file made":     "- - - - - - - - - -",
    "have the own file made":    "+ + + + + - - - - -",
    "open API":                  "- - - - - - - - - -",
    "health":                    "+ + + + + + + + + +",
}  # fmt: skip


@pytest.mark.parametrize("door", list(DOORS))
def test_each_person_gets_at_each_door_what_the_table_says(house: House, door: str) -> None:
    got = " ".join(DOORS[door](house, house.people[person]) for person in PERSONS)
    assert got == EXPECTED[door]


PRESSED = [("office", "publish", ""), ("office", "review", "report=1"), ("own", "submit", "bureau=GENERAL&period=FY2022-Q3")]


@pytest.mark.parametrize(("whose", "name", "query"), PRESSED)
def test_a_forged_word_of_a_page_does_nothing(house: House, whose: str, name: str, query: str) -> None:
    """Buttons and choices of pages one may not see, sent from one's own page as if they were there."""
    theirs = house.people[whose].tab()
    shown = theirs.run(name, query)
    assert "q3.xlsx" in shown or name == "publish"
    buttons = [each.id for each in theirs.parts("button") if each.label != say("sign_out", "ja")]
    lists = [each.id for each in theirs.parts("selectbox")]
    boxes = [each.id for each in theirs.parts("checkbox")]
    theirs.close()
    assert buttons or lists
    before = house.office.store.state()
    tab = house.people["other"].tab()
    seen = tab.run(name, query)
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = name, query
    states = asked.rerun_script.widget_states.widgets
    for each in lists:
        states.add(id=each, string_value="GENERAL")
    for each in boxes:
        states.add(id=each, bool_value=True)
    for each in buttons:
        states.add(id=each, trigger_value=True)
    tab.say(asked)
    for text in (seen, tab.wait()):
        assert "q3.xlsx" not in text, "nothing of another bureau's report"
        if whose == "office":
            assert say("publish_not_allowed", "ja") in text or say("not_for_you", "ja") in text
    tab.close()
    assert house.office.store.state() == before


def test_the_name_of_a_local_viewer_means_nothing_at_an_office(house: House) -> None:
    before = house.office.store.state()
    tab = house.people["other"].tab()
    tab.run("review")
    asked = BackMsg()
    asked.rerun_script.page_name = "review"
    for name in ("viewer_email", "$$ID-0-viewer_email"):
        asked.rerun_script.widget_states.widgets.add(id=name, string_value="office@local.invalid")
    tab.say(asked)
    text = tab.wait()
    assert say("not_for_you", "ja") in text
    assert house.office.store.state() == before
    tab.close()


@pytest.mark.parametrize("word", ["load_git_info", "clear_cache", "set_run_on_save", "install_skills", "file_urls_request", ""])
def test_what_no_page_of_ours_says_is_not_heard(house: House, word: str) -> None:
    tab = house.people["own"].tab()
    tab.run("")
    asked = BackMsg()
    if word == "install_skills":
        asked.backend_operation_request.request_id, asked.backend_operation_request.session_id = "1", tab.session
        asked.backend_operation_request.install_skills.SetInParent()
    elif word == "file_urls_request":  # of more files than a page may hold
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.file_names.extend(["q3.xlsx"] * 100)
    elif word:
        setattr(asked, word, True)
    tab.say(asked) if word else tab.line.send(b"\xff" * 100)
    asked = BackMsg()
    asked.app_heartbeat = True
    tab.say(asked)
    while (message := tab.hear()).WhichOneof("type") != "heartbeat_ack":
        assert message.WhichOneof("type") not in ("git_info_changed", "backend_operation_response", "file_urls_response")
        assert not message.session_status_changed.run_on_save
    tab.close()
