"""Every role × every action, against a real database of each kind: done, refused, or as if the report did not exist."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import Session

from kpis.errors import MierukaError, NotAllowed, NotFound, StepRefused
from kpis.government import settled
from kpis.periods import local_day
from kpis.reporting import deadlines, deputies, people, reports, submissions, withdrawals
from kpis.reporting.access import MAY, ROLES, STEPS, next_state
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.confidence import confirm_assessment, record_confidence
from kpis.reporting.kept import Warning
from kpis.reporting.notices import grants_by_person
from kpis.reporting.people import LOCAL_MANAGER, LOCAL_OFFICE
from kpis.reporting_vocabulary import OPEN_STATES, ReportState
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.workbook.submit import take_template
from publishers.editions import publication
from tests.conftest import ENGINES, POSTGRES
from tests.shared import copied, filled_once, postgresql
from tests.small_government import (
    ADMIN,
    ANNA,
    AYA,
    CHIEF,
    CLERK,
    DAI,
    IN_TIME,
    OFFICE,
    PERIOD,
    SECOND,
    STRANGER,
    begin,
    figure,
    say_causes,
    write_sections,
    write_small_government,
)  # fmt: skip

pytestmark = pytest.mark.store

SIGNED_OUT = ""
REMOVED = "was@general.example.jp"  # a manager of GENERAL once, removed since
HEAD = "head@reform.example.jp"  # who reads and decides
PERSONS = ("own", "section", "approver", "other", "office", "administrator", "stranger", "removed", "signed_out", "director")
EMAILS = {
    "own": AYA, "section": CLERK, "approver": CHIEF, "other": DAI, "office": OFFICE, "administrator": ADMIN, "stranger": STRANGER,
    "removed": REMOVED, "signed_out": SIGNED_OUT, "director": HEAD,
}  # fmt: skip
RATE = (OBSERVATIONS, ("electronic_decision_rate", "GENERAL", "FY2022-Q4"))
DAY = date(2099, 1, 1)
SENT, DRAFT, GUESSED = 1, 2, 999  # GENERAL's reports: of Q3 submitted, of Q4 a draft with a warning; and one there is not
ASKED = 1  # a withdrawal that ANNA asked for
PAST, SEALS = (("electronic_decision_rate", "GENERAL", "FY2022-Q2"), ("seal_abolished_procedures", "GENERAL", "FY2022-Q2"))


def _upload(store: Store, who: str) -> None:
    rows = [figure(numerator=3.0, denominator=9.0, period="FY2022-Q4")]
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=rows, content=b"mine", name="m.xlsx"),
        actor=who,
        bureau_code="GENERAL",
        period_code="FY2022-Q4",
        adds_to=DRAFT,
    )


def _take_in(store: Store, who: str) -> None:
    submissions.upload(
        store,
        submissions.FilledWorkbook(
            rows=[figure(numerator=3.0, denominator=9.0, period="FY2022-Q4")], content=b"by mail", name="m.xlsx"
        ),
        actor=who,
        bureau_code="GENERAL",
        period_code="FY2022-Q4",
        how_it_came="メールで届いた",
    )


def _warning(store: Store) -> int:
    return reports.opened(store, DRAFT, viewer=ANNA, as_of=IN_TIME).warnings[0].id


ACTIONS: dict[str, Callable[[Store, str], object]] = {
    "upload": _upload,
    "explain": lambda s, who: submissions.explain(s, DRAFT, actor=who, revision=1, reasons={RATE: ("error", "x")}),
    "confirm a warning": lambda s, who: submissions.confirm(s, DRAFT, actor=who, revision=1, reasons={_warning(s): "x"}),
    "resolve a conflict": lambda s, who: submissions.resolve(s, DRAFT, actor=who, revision=1, choices={}),
    "settle a clash": lambda s, who: submissions.settle(s, DRAFT, actor=who, revision=1, choices={}),
    "take a row out": lambda s, who: submissions.take_out(s, DRAFT, actor=who, revision=1, rows=[RATE]),
    "take in on behalf": _take_in,
    "hand out a part": lambda s, who: take_template(
        s, "GENERAL", "FY2022-Q4", actor=who, rows=[("observations", "electronic_decision_rate", "FY2022-Q4")]
    ),
    "name a deputy": lambda s, who: deputies.name_deputy(
        s, actor=who, email=ANNA, stands_in_for=who, from_date=DAY, until_date=DAY
    ),
    "name the deputy of another": lambda s, who: deputies.name_deputy(
        s, actor=who, email=DAI, stands_in_for=ANNA, from_date=DAY, until_date=DAY
    ),
    "submit": lambda s, who: (
        submissions.confirm(s, DRAFT, actor=ANNA, revision=1, reasons={_warning(s): "x"}),
        say_causes(s, DRAFT, actor=ANNA, revision=1, as_of=date(2023, 4, 10)),
        submissions.submit(s, DRAFT, actor=who, revision=1, today=date(2023, 4, 10)),
    ),
    "withdraw": lambda s, who: submissions.withdraw(s, DRAFT, actor=who, revision=1),
    "see a draft": lambda s, who: reports.opened(s, DRAFT, viewer=who, as_of=IN_TIME),
    "read its original": lambda s, who: reports.original(s, DRAFT, viewer=who),
    "return": lambda s, who: submissions.give_back(s, SENT, actor=who, revision=1, reason="x"),
    "approve": lambda s, who: submissions.approve(s, SENT, actor=who, revision=1),
    "see where reports stand": lambda s, who: deadlines.coverage(s, [PERIOD], viewer=who, today=IN_TIME),
    "grant an exception": lambda s, who: submissions.grant_exception(
        s, actor=who, bureau_code="GENERAL", period_code=PERIOD, until=IN_TIME, reason="x"
    ),
    "list persons": lambda s, who: people.people(s, actor=who),
    "add a person": lambda s, who: people.add_person(s, actor=who, email="new@example.jp", role="administrator"),
    "remove a person": lambda s, who: people.remove_person(s, actor=who, email=SECOND),
    "read the audit trail": lambda s, who: people.audit_trail(s, actor=who),
    "take a template": lambda s, who: take_template(s, "GENERAL", "FY2022-Q4", actor=who),
    "ask for a withdrawal": lambda s, who: withdrawals.ask(s, PAST, actor=who, reason_class="error", reason_text="x"),
    "list withdrawals": lambda s, who: withdrawals.requests(s, viewer=who),
    "approve a withdrawal": lambda s, who: withdrawals.decide(s, ASKED, actor=who, approves=True),
    "refuse a withdrawal": lambda s, who: withdrawals.decide(s, ASKED, actor=who, approves=False, text="x"),
    "state a confidence": lambda s, who: record_confidence(
        s, "CP2", confidence="low", reason="x", reviewer=who or "?", reviewed_on=IN_TIME
    ),
    "confirm an assessment": lambda s, who: confirm_assessment(s, 1, actor=who),
    "publish": lambda s, who: publication.publish(s, note="x", now=utc_now(), viewer=who, chosen=publication.settings()),
    "go back to an edition": lambda s, who: publication.rollback(
        s, 1, reason="x", now=utc_now(), viewer=who, chosen=publication.settings()
    ),
    "guess a number": lambda s, who: reports.report(s, GUESSED, viewer=who),
}
# What each person may expect, in the order of PERSONS: + done, - refused, ? as if there were no such report.
EXPECTED = {
    "upload":               "+ + - - - - - - - -",
    "explain":              "+ + - ? - ? ? ? ? ?",
    "confirm a warning":    "+ - - ? - ? ? ? ? ?",
    "resolve a conflict":   "+ + - ? - ? ? ? ? ?",
    "settle a clash":       "+ + - ? - ? ? ? ? ?",
    "take a row out":       "+ - - ? - ? ? ? ? ?",
    "take in on behalf":    "- - - - + - - - - -",
    "hand out a part":      "+ + - - + - - - - -",
    "name a deputy":        "+ - + + - - - - - -",
    "name the deputy of another":"- - - - + + - - - -",
    "submit":               "+ - + ? - ? ? ? ? ?",
    "withdraw":             "+ - - ? - ? ? ? ? ?",
    "see a draft":          "+ + + ? + ? ? ? ? ?",
    "read its original":    "+ ? + ? + ? ? ? ? ?",
    "return":               "- - - ? + ? ? ? ? ?",
    "approve":              "- - - ? + ? ? ? ? ?",
    "see where reports stand":"+ + + + + - - - - +",
    "grant an exception":   "- - - - + - - - - -",
    "list persons":         "- - - - + + - - - -",
    "add a person":         "- - - - + + - - - -",
    "remove a person":      "- - - - + + - - - -",
    "read the audit trail": "- - - - + + - - - -",
    "take a template":      "+ + + - + - - - - -",
    "ask for a withdrawal": "+ - - - + - - - - -",
    "list withdrawals":     "- - - - + - - - - -",
    "approve a withdrawal": "- - - - + - - - - -",
    "refuse a withdrawal":  "- - - - + - - - - -",
    "state a confidence":   "- - - - + - - - - -",
    "confirm an assessment": "- - - - + - - - - -",
    "publish":              "- - - - + - - - - -",
    "go back to an edition":"- - - - + - - - - -",
    "guess a number":       "? ? ? ? ? ? ? ? ? ?",
}  # fmt: skip


@contextmanager
def settled_sections() -> Iterator[None]:
    """The shipped government with two sections of GENERAL."""
    with tempfile.TemporaryDirectory() as folder, settled(write_sections(write_small_government(Path(folder))[0])):
        yield


@pytest.fixture(autouse=True)
def sections() -> Iterator[None]:
    with settled_sections():
        yield


def prepare(store: Store) -> None:
    """Two reports of GENERAL, one submitted by ANNA, one a draft of hers with a warning; a withdrawal that DAI asked for."""
    begin(store)
    with settled_sections():
        people.add_person(store, actor=people.COMMAND_LINE, email=CLERK, role="section", section_code="DOCUMENTS")
    people.add_person(store, actor=people.COMMAND_LINE, email=CHIEF, role="bureau_approver", bureau_code="GENERAL")
    people.add_person(store, actor=people.COMMAND_LINE, email=HEAD, role="director")
    people.add_person(store, actor=people.COMMAND_LINE, email=REMOVED, role="bureau_manager", bureau_code="GENERAL")
    people.remove_person(store, actor=ADMIN, email=REMOVED)
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[figure(numerator=1.0, denominator=2.0)], content=b"q3", name="q3.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.submit(store, SENT, actor=ANNA, revision=1, today=IN_TIME)
    submissions.upload(
        store,
        submissions.FilledWorkbook(
            rows=[figure(numerator=9.0, denominator=10.0, period="FY2022-Q4")],
            content=b"q4",
            name="q4.xlsx",
            warnings=[Warning("odd", "usual", "usual")],
        ),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code="FY2022-Q4",
    )
    withdrawals.ask(store, SEALS, actor=ANNA, reason_class="error", reason_text="x")
    record_confidence(store, "CP2", confidence="low", reason="x", reviewer=SECOND, reviewed_on=IN_TIME)


@pytest.fixture(scope="module")
def prepared() -> Path:
    """A database file of all that."""
    return filled_once("access", prepare)


Fresh = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest, prepared: Path, tmp_path: Path) -> Fresh:
    """All that in a database of its own, of each kind."""
    numbers = count()

    @contextmanager
    def opened() -> Iterator[Store]:
        if request.param == "postgresql":
            with postgresql(POSTGRES, "access", prepare) as store:
                yield store
            return
        store = copied(prepared, tmp_path / f"{next(numbers)}.db")
        yield store
        store.engine.dispose()

    return opened


def tried(store: Store, action: str, person: str) -> str:
    try:
        ACTIONS[action](store, EMAILS[person])
    except NotAllowed:
        return "-"
    except NotFound:
        return "?"
    except MierukaError as other:
        return f"{type(other).__name__}: {other}"
    return "+"


@pytest.mark.edition
@pytest.mark.parametrize("action", list(ACTIONS))
def test_each_person_gets_what_the_table_says(fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    """Who is refused is refused in one database, which stays as it was; who may do it does it in one of their own."""
    office = settings().model_copy(update={"mode": "office", "editions_dir": tmp_path / "editions"})
    for module in ("kpis.reporting.confidence", "publishers.editions.publication"):
        monkeypatch.setattr(f"{module}.settings", lambda: office)  # on one's own machine these two are open to whoever sits at it
    expected = dict(zip(PERSONS, EXPECTED[action].split(), strict=True))
    with fresh() as store:
        before = store.state()
        got = {person: tried(store, action, person) for person in PERSONS if expected[person] != "+"}
        if action != "submit":
            assert store.state() == before, "a refusal leaves no trace"
    for person in (person for person in PERSONS if expected[person] == "+"):
        with fresh() as store:
            if action == "go back to an edition":
                tried(store, "publish", "office")
            got[person] = tried(store, action, person)
    assert got == expected


def test_the_table_of_the_test_names_every_action_and_the_code_names_no_other_role() -> None:
    assert set(EXPECTED) == set(ACTIONS)
    assert {role for roles in MAY.values() for role in roles} == set(ROLES)


def test_a_role_taken_away_counts_at_the_next_write(prepared: Path, tmp_path: Path) -> None:
    shutil.copy(prepared, tmp_path / "c.db")
    store = Store(f"sqlite:///{tmp_path / 'c.db'}")
    assert people.viewer_of(store, AYA).may("upload", "GENERAL")
    people.remove_person(store, actor=OFFICE, email=AYA)
    with pytest.raises(NotFound):
        submissions.withdraw(store, DRAFT, actor=AYA, revision=1)
    with pytest.raises(NotAllowed):
        people.remove_person(store, actor=OFFICE, email=OFFICE)


def test_an_account_that_is_not_active_has_no_roles_whatever_rows_are_left(prepared: Path, tmp_path: Path) -> None:
    store = copied(prepared, tmp_path / "e.db")
    day = local_day(utc_now())
    with store.writing() as session:
        deputy = {"stands_in_for": AYA, "from_date": day, "until_date": day, "named_by": AYA, "named_at": utc_now()}
        session.add(tables.Deputy(email=DAI, **deputy))

    def grants_when(email: str, *, is_active: bool) -> dict[str, bool]:
        with store.writing() as session:
            session.get_one(tables.UserAccount, email).is_active = is_active
        return {person: bool(people.viewer_of(store, person).grants) for person in (AYA, DAI)}

    assert grants_when(DAI, is_active=True) == {AYA: True, DAI: True}
    assert grants_when(DAI, is_active=False) == {AYA: True, DAI: False}
    assert grants_when(AYA, is_active=False) == {AYA: False, DAI: False}
    assert grants_when(DAI, is_active=True) == {AYA: False, DAI: True}
    assert not any(grant.stands_in_for for grant in people.viewer_of(store, DAI).grants), "nor is one stood in for who is gone"
    with pytest.raises(NotFound):
        submissions.withdraw(store, DRAFT, actor=AYA, revision=1)


def test_what_was_not_submitted_is_neither_approved_nor_returned(prepared: Path, tmp_path: Path) -> None:
    store = copied(prepared, tmp_path / "f.db")
    with pytest.raises(StepRefused):
        submissions.approve(store, DRAFT, actor=OFFICE, revision=1)
    with pytest.raises(StepRefused):
        submissions.give_back(store, DRAFT, actor=OFFICE, revision=1, reason="x")


def test_the_list_of_reports_holds_only_what_the_viewer_may_see(prepared: Path) -> None:
    store = Store(f"sqlite:///{prepared}")
    seen = {person: [r.id for r in reports.reports(store, viewer=EMAILS[person])] for person in PERSONS}
    assert seen == {
        "own": [2, 1], "section": [2, 1], "approver": [2, 1], "other": [], "office": [2, 1], "administrator": [], "stranger": [], "removed": [], "signed_out": [],
        "director": [],
    }  # fmt: skip


def test_each_asks_after_the_reports_that_are_theirs(prepared: Path) -> None:
    """At the end of the day on which both are due, GENERAL's report of the quarter is submitted and that of DIGITAL is not there."""
    store, day = Store(f"sqlite:///{prepared}"), date(2023, 2, 1)
    late = {person: [s.bureau_code for s, _ in deadlines.overdue(store, viewer=EMAILS[person], today=day)]
            for person in ("own", "section", "approver", "other", "office", "director")}  # fmt: skip
    assert late == {"own": [], "section": [], "approver": [], "other": ["DIGITAL"], "office": ["DIGITAL"], "director": ["DIGITAL"]}
    assert deadlines.overdue(store, viewer=DAI, today=date(2023, 3, 31)), "on the day on which it locks it still may"
    assert deadlines.overdue(store, viewer=DAI, today=date(2023, 4, 1)) == [], "what is locked cannot come any more"


def test_local_persons_exist_in_local_mode_only(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(prepared, tmp_path / "d.db")
    store = Store(f"sqlite:///{tmp_path / 'd.db'}")
    listed = [p.email for p in people.local_people(store)]
    assert listed[:2] == [LOCAL_MANAGER, LOCAL_OFFICE] and ANNA in listed and REMOVED not in listed
    submissions.withdraw(store, DRAFT, actor=LOCAL_MANAGER, revision=1)
    submissions.approve(store, SENT, actor=LOCAL_OFFICE, revision=1)
    monkeypatch.setattr("kpis.reporting.people.settings", lambda: settings().model_copy(update={"mode": "office"}))
    assert people.viewer_of(store, LOCAL_OFFICE).grants == ()
    with pytest.raises(NotAllowed):
        people.local_people(store)


@pytest.mark.parametrize("state", ReportState.values())
@pytest.mark.parametrize("step", ["upload", "explain", "prepare", "check", "submit", "withdraw", "return", "approve"])
def test_every_step_from_every_state_is_in_the_table_or_refused(state: str, step: str) -> None:
    if (state, step) in STEPS:
        assert next_state(state, step) in ReportState.values()
        assert state in OPEN_STATES, "nothing leaves approved or withdrawn"
    else:
        with pytest.raises(StepRefused):
            next_state(state, step)


@pytest.mark.edition
def test_the_roles_read_of_everybody_are_those_read_of_each(store: Store) -> None:
    """With the section of a role: without it a section's clerk held a role that nobody had given."""
    prepare(store)
    with Session(store.engine) as session:
        everybody = grants_by_person(session)
        assert any(grant.section_code == "DOCUMENTS" for grant in everybody[CLERK])
        assert {email: tuple(grants) for email, grants in everybody.items()} == {
            email: people.own_grants(session, email) for email in everybody
        }
