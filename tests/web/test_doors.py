"""Every role at every door of the web: pages, uploads, downloads, files made when asked for, the API; cookies replayed, words forged.

On SQLite and on PostgreSQL, each with an office of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from api.placed import open_routes
from kpis.government import government
from kpis.languages import say
from kpis.periods import local_day
from kpis.reporting import deputies, people, questions, submissions
from kpis.reporting.access import ROLES
from kpis.store import tables
from kpis.store.store import utc_now
from kpis.voices.store import Voices
from pages.parts.menu import OFFICE, SECTIONS
from tests.conftest import ENGINES, POSTGRES
from tests.kpis.test_questions import COLUMNS
from tests.shared import postgresql
from tests.small_government import ALWAYS_OPEN, ANNA, DAI, DIRECTOR, PERIOD, VICE, begin, figure
from tests.small_government import OFFICE as REFORMER
from tests.web.conftest import Office, new_office
from tests.web.visitor import Tab, Visitor, refused

pytestmark = pytest.mark.server
PERSONS = (
    "own",
    "section",
    "approver",
    "deputy",
    "other",
    "office",
    "director",
    "administrator",
    "stranger",
    "forged",
    "signed_out",
    "replayed",
)
SUBJECTS = {
    "own": "anna",
    "section": "clerk",
    "approver": "chief",
    "deputy": "vice",  # approves for DIGITAL, and stands in for ANNA
    "other": "dai",
    "office": "office",
    "director": "director",
    "administrator": "administrator",
    "stranger": "stranger",
    "forged": "forged",
}
SECRET = "密かな一言"  # of what the office alone may read


@dataclass
class House:
    """The office with everybody at it, and a page of ANNA that others know the addresses of."""

    office: Office
    people: dict[str, Visitor]
    hers: Tab
    voices: Voices
    tabs: dict[str, Tab] = field(default_factory=dict)

    def tab(self, person: str) -> Tab:
        """Return the one open page of a person, on which they go from page to page."""
        if person not in self.tabs:
            self.tabs[person] = self.people[person].tab()
        return self.tabs[person]

    def link(self, label: str) -> str:
        """Return the address of a file that ANNA's page offers."""
        return next(each.url for each in self.hers.parts("download_button") if each.url and each.label == label)

    def deferred(self) -> str:
        """Return the name of a file that is made when ANNA asks for it."""
        return next(each.deferred_file_id for each in self.hers.parts("download_button") if each.deferred_file_id)

    def everything(self) -> dict[str, object]:
        """Return every row of the office but of what is on record of refusals and of messages, which are sent meanwhile."""
        model = tables.SQLModel.metadata
        with self.office.store.reading() as session:
            rows = {
                t.name: sorted(map(repr, session.execute(t.select())))
                for t in model.sorted_tables
                if t.name not in ("audit_event", "data_revision", "original_file") and "notice" not in t.name
            }
        return {
            **rows,
            "state": self.office.store.state(),
            "voices": repr(self.voices.listed(states=("new", "read", "published", "hidden"), most=9)),
        }


@pytest.fixture(scope="module", params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("doors")
    with ExitStack() as stack:
        kept, own = None, partial(begin, calendar=ALWAYS_OPEN)
        if request.param == "postgresql":
            kept = stack.enter_context(postgresql(POSTGRES, "small government that reports", own))
        voices = f"sqlite:///{folder / 'voices.db'}"
        office = stack.enter_context(new_office(folder, kept, VOICES_URL=voices))
        furnish(office, Voices(voices))
        people_here = {name: office.visitor(subject) for name, subject in SUBJECTS.items()}
        people_here["signed_out"] = office.visitor()
        left = office.visitor("anna")
        people_here["replayed"] = Visitor(office.instance, dict(left.cookies))
        left.ask("/auth/logout")
        assert "_streamlit_user" not in left.cookies and "_streamlit_user" in people_here["replayed"].cookies
        hers = people_here["own"].tab()
        hers.run("submit")
        made = House(office, people_here, hers, Voices(voices))
        yield made
        for tab in (hers, *made.tabs.values()):
            tab.close()


def furnish(office: Office, voices: Voices) -> None:
    """A director, a deputy of ANNA, a report of DIGITAL that waits for the office, a question to GENERAL, and the voice of a reader."""
    store, today = office.store, local_day(utc_now())
    people.add_person(store, actor=people.COMMAND_LINE, email=DIRECTOR, role="director")
    people.add_person(store, actor=people.COMMAND_LINE, email=VICE, role="bureau_approver", bureau_code="DIGITAL")
    deputies.name_deputy(store, actor=ANNA, email=VICE, stands_in_for=ANNA, from_date=today, until_date=today + timedelta(days=9))
    row = figure(numerator=1.0, denominator=2.0, bureau="DIGITAL")
    filled = submissions.FilledWorkbook(rows=[row], content=b"of DIGITAL", name="d.xlsx")
    sent = submissions.upload(store, filled, actor=DAI, bureau_code="DIGITAL", period_code=PERIOD)
    submissions.submit(store, sent.report_id, actor=DAI, revision=sent.revision, today=date(2026, 11, 27))
    words = {"title_ja": SECRET, "title_en": SECRET}
    draft = questions.QuestionDraft(words=words, columns=COLUMNS, due_on=today + timedelta(days=9), bureaus=["GENERAL"])
    questions.write(store, draft, actor=REFORMER)
    voices.say("site", "", grade=2, words="読みにくい", language="ja", edition=1, said_on=today)


def title(tab: Tab) -> str:
    """Return the heading of what a page shows; a blank where it shows nothing."""
    written = [each.body for each in tab.parts("markdown") if each.body.startswith("# ")]
    return next(iter([*written, *(each.body for each in tab.parts("heading") if each.tag == "h1")]), "")


def page(name: str, kept: str = "") -> Callable[[House, str], str]:
    """Open a page: shown, refused, or nothing but the way to sign in."""

    def act(house: House, person: str) -> str:
        tab = house.tab(person)
        text = tab.run(place(name))
        assert not tab.parts("exception")
        if say("nav_changes", "ja") not in text:  # not even the menu
            assert say("sign_in", "ja") in text or say("sign_out", "ja") in text
            return "?"
        if say("not_for_you", "ja") in text or say("publish_not_allowed", "ja") in text:
            return "-"
        return "+" if kept in text and title(tab) else text

    return act


def place(name: str) -> str:
    """Return the address of a page of the menu."""
    return "" if name == "overview" else government().page.address if name == "themes" else name


def upload_own(house: House, person: str) -> str:
    who = house.people[person]
    tab = who.tab()
    tab.run("submit")
    answer = tab.upload()
    tab.close()
    return "+" if answer.status == 204 else "-" if answer.status == 403 and refused(answer) else str(answer)


def upload_hers(house: House, person: str) -> str:
    who = house.people[person]
    answer = house.hers.upload(visitor=who)
    return "+" if answer.status == 204 else "-" if answer.status == 403 and refused(answer) else str(answer)


def delete_hers(house: House, person: str) -> str:
    who = house.people[person]
    xsrf = who.cookies.get("_streamlit_xsrf", "")
    answer = who.ask(f"/_stcore/upload_file/{house.hers.session}/f1", "DELETE", X_Xsrftoken=xsrf)
    return "+" if answer.status == 204 else "-" if answer.status == 403 and refused(answer) else str(answer)


def download_hers(house: House, person: str) -> str:
    who = house.people[person]
    answer = who.ask(house.link("CSVを保存"))
    return "+" if answer.status == 200 else "-" if answer.status == 404 and refused(answer) else str(answer)


def made_for_hers(house: House, person: str) -> str:
    """Name a file that ANNA's page offers, from a page of one's own; as that page, and as if it were hers."""
    who = house.people[person]
    tab = who.tab()
    tab.run("submit")
    answers = [tab.deferred(house.deferred()), tab.deferred(house.deferred(), house.hers.session)]
    tab.close()
    return "-" if all(each.error_msg and not each.deferred_file.url for each in answers) else "+"


def made_for_own(house: House, person: str) -> str:
    who = house.people[person]
    tab = who.tab()
    tab.run("submit")
    offered = [each.deferred_file_id for each in tab.parts("download_button") if each.deferred_file_id]
    made = tab.deferred(offered[0]).deferred_file.url if offered else ""
    got = who.ask(made).status if made else 0
    tab.close()
    return "+" if got == 200 else "-"


def api(house: House, person: str) -> str:
    who = house.people[person]
    paths = [route.path for route in open_routes() if not route.path.startswith("/api/health")]
    assert len(paths) > 20
    answers = [who.ask(path.replace("{code}", "paper_sheets").replace("{name:path}", "paper_sheets")) for path in paths]
    return "-" if all(each.status == 404 for each in answers) else "+"


def health(house: House, person: str) -> str:
    who = house.people[person]
    return "+" if who.ask("/api/health").status == 200 else "-"


def calendar(house: House, person: str) -> str:
    """Ask for the calendar without the key of a person, and with one that nobody has."""
    answers = [house.people[person].ask(path) for path in ("/calendar.ics", "/calendar.ics?key=x", "/calendar.ics?key=")]
    return "-" if all(each.status == 404 for each in answers) else "+"


# What is read on pages that not everybody sees; of a page that is not named here, its heading is looked at.
READ = {
    "submit": "step_template", "review": "nav_review", "report": "report_lead", "meeting": "decide_heading", "publish": "nav_publish",
    "questions": "nav_questions", "notices": "nav_notices",
}  # fmt: skip
PAGES = [*(name for names in SECTIONS.values() for name in names), *OFFICE]  # every page that the menu declares, LISTS among them
DOORS: dict[str, Callable[[House, str], str]] = {
    **{f"page: {name}": page(name, say(READ[name], "ja")[:20] if name in READ else "") for name in PAGES},
    "upload to the own page": upload_own,
    "upload to ANNA's page": upload_hers,
    "delete what ANNA uploaded": delete_hers,
    "download from ANNA's page": download_hers,
    "have ANNA's file made": made_for_hers,
    "have the own file made": made_for_own,
    "open API": api,
    "health": health,
    "calendar": calendar,
}
# In the order of PERSONS: + done, - refused, ? nothing shown but how to sign in or out.
EXPECTED = {
    **{f"page: {name}":         "+ + + + + + + + ? ? ? ?" for names in SECTIONS.values() for name in names},
    "page: submit":             "+ + + + + + - - ? ? ? ?",
    "page: review":             "- - - - - + - + ? ? ? ?",
    "page: report":             "+ + + + + + + + ? ? ? ?",
    "page: meeting":            "- - - - - + - - ? ? ? ?",
    "page: publish":            "- - - - - + - - ? ? ? ?",
    "page: questions":          "+ - - + + + - - ? ? ? ?",
    "page: notices":            "+ - - + + + + + ? ? ? ?",
    "page: voices":             "+ + + + + + + + ? ? ? ?",
    "upload to the own page":    "+ + - + + + - - - - - -",
    "upload to ANNA's page":     "+ - - - - - - - - - - -",
    "delete what ANNA uploaded": "+ - - - - - - - - - - -",
    "download from ANNA's page": "+ - - - - - - - - - - -",
    "have ANNA's file made":     "- - - - - - - - - - - -",
    "have the own file made":    "+ + + + + + - - - - - -",
    "open API":                  "- - - - - - - - - - - -",
    "health":                    "+ + + + + + + + + + + +",
    "calendar":                  "- - - - - - - - - - - -",
}  # fmt: skip


@pytest.mark.parametrize("door", list(DOORS))
def test_each_person_gets_at_each_door_what_the_table_says(house: House, door: str) -> None:
    got = " ".join(DOORS[door](house, person) for person in PERSONS)
    assert got == EXPECTED[door]


def test_every_page_and_every_role_is_in_the_table() -> None:
    assert EXPECTED.keys() == DOORS.keys() and all(len(row.split()) == len(PERSONS) for row in EXPECTED.values())
    assert {*ROLES} == {"section", "bureau_manager", "bureau_approver", "reform_office", "director", "administrator"}, (
        "a new one needs a column"
    )


# Who may, where, and what of it nobody else may read; then the others who try the same from their own page.
REFUSED = ("section", "approver", "deputy", "other", "director", "administrator", "stranger", "signed_out")
PRESSED: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "submit":      ("own", "submit", "bureau=GENERAL&period=FY2022-Q3", "q3.xlsx", ("other", "director", "administrator", "stranger", "replayed")),
    "deputies":    ("own", "submit", "bureau=GENERAL&period=FY2022-Q3", VICE, ("section", "other", "director", "administrator", "stranger")),
    "review":      ("office", "review", "report=2", "d.xlsx", ("own", *REFUSED)),
    "persons":     ("office", "review", "part=persons", REFORMER, ("own", "section", "approver", "deputy", "other", "director", "stranger")),
    "exceptions":  ("office", "review", "part=exceptions", "", ("own", *REFUSED)),
    "withdrawals": ("office", "review", "part=withdrawals", "", ("own", *REFUSED)),
    "publish":     ("office", "publish", "", "", ("own", *REFUSED)),
    "meeting":     ("office", "meeting", "", say("decide_heading", "ja"), ("own", *REFUSED)),
    "questions":   ("office", "questions", "question=Q001", SECRET, ("own", *REFUSED)),
    "ask":         ("office", "questions", "part=ask", "", ("own", *REFUSED)),
    "voices":      ("office", "voices", "", say("voice_to_hidden", "ja"), ("own", *REFUSED)),
    "outbox":      ("office", "notices", "part=outbox", "", ("own", "section", "approver", "deputy", "other", "director", "stranger")),
    "channels":    ("office", "notices", "part=channels", say("channel_add", "ja"), ("own", "section", "approver", "deputy", "other", "director", "stranger")),
}  # fmt: skip
TYPED = {
    "button": ("trigger_value", True), "checkbox": ("bool_value", True), "text_input": ("string_value", "書き換え"), "text_area": ("string_value", "書き換え"),
    "number_input": ("double_value", 1.0),
}  # fmt: skip


@pytest.mark.parametrize("what", list(PRESSED))
def test_a_forged_word_of_a_page_does_nothing(house: House, what: str) -> None:
    """Buttons, choices and fields of pages one may not see, sent from one's own page as if they were there."""
    whose, name, query, hidden, others = PRESSED[what]
    theirs = house.people[whose].tab()
    assert hidden in theirs.run(name, query), "whoever may sees it"
    forged = [
        (each.id, *value) for kind, value in TYPED.items() for each in theirs.parts(kind) if each.label != say("sign_out", "ja")
    ]
    for each in (*theirs.parts("selectbox"), *theirs.parts("radio")):
        forged += [(each.id, "string_value", str(each.options[-1]))] if each.options else []
    theirs.close()
    assert any(kind == "trigger_value" for _, kind, _ in forged) or what in ("withdrawals", "outbox")
    before = house.everything()
    for person in others:
        tab = house.people[person].tab()
        seen = tab.run(name, query)
        asked = BackMsg()
        asked.rerun_script.page_name, asked.rerun_script.query_string = name, query
        own = {
            part.id for kind in (*TYPED, "selectbox", "radio") for part in tab.parts(kind)
        }  # what there is on one's own page is no forgery
        for widget, kind, value in forged:
            if widget in own:
                continue
            asked.rerun_script.widget_states.widgets.add(id=widget, **{kind: value})
        tab.say(asked)
        for text in (seen, tab.wait()):
            assert not hidden or hidden not in text, (person, "nothing of what is another's")
            if EXPECTED[f"page: {name}"].split()[PERSONS.index(person)] == "-":
                assert say("publish_not_allowed", "ja") in text or say("not_for_you", "ja") in text
        tab.close()
        assert house.everything() == before, person


def test_a_manager_who_names_another_by_a_forged_choice_gives_nobody_away(house: House) -> None:
    """The form of deputies is on every manager's page; of whom it speaks is a choice, and ANNA is none of DAI's."""
    tab = house.people["other"].tab()
    tab.run("submit")
    asked = tab.asked()
    for kind, label, value in (("selectbox", "deputy_for", ANNA), ("text_input", "deputy_email", DAI)):
        asked.rerun_script.widget_states.widgets.add(id=tab.widget(kind, say(label, "ja")), string_value=value)
    (button,) = [each for each in tab.parts("button") if each.label == say("deputy_button", "ja")]
    asked.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
    before = house.everything()
    tab.say(asked)
    tab.wait()
    tab.close()
    assert house.everything() == before
    assert [row["email"] for row in house.office.store.all_of(tables.Deputy, stands_in_for=ANNA)] == [VICE]


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
