"""What a meeting decides becomes an action of the bureau, is answered there, comes back next time, and is rebuilt as it was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpis.errors import FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.languages import say
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.reporting import meetings, submissions
from kpis.reporting.confidence import record_confidence
from kpis.reporting.deadlines import coverage
from kpis.reporting.meetings import Wanted
from kpis.reporting_vocabulary import DecisionClosed
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.load import load_file
from loaders.workbook.context import gather
from telling.agenda import Agenda
from telling.meeting import last_reported, quarter_report
from tests.small_government import ADMIN, ANNA, DAI, IN_TIME, OFFICE, PERIOD, SECOND, STRANGER, figure, register_row

pytestmark = pytest.mark.store
RATE, NEXT = "electronic_decision_rate", "FY2022-Q4"
TODAY = local_day(utc_now())
DUE = TODAY + timedelta(days=30)
WANTED = Wanted(decided="端末を更新する", due_on=DUE, indicator_code=RATE, bureau_code="GENERAL", section="総務課", role="課長")


def agenda(store: Store, period: str = PERIOD, *, day: date = TODAY, minutes: tables.Meeting | None = None) -> Agenda:
    known_at = minutes.known_at if minutes else None
    return Agenda(report=quarter_report(State(store), period, known_at=known_at), day=day, minutes=minutes)


def minutes_of(store: Store, number: int) -> tables.Meeting:
    with store.reading() as session:
        row = session.get(tables.Meeting, number)
        assert row is not None
        session.expunge(row)
        return row


def answered(store: Store, code: str, **overrides: object) -> None:
    """Report the action of the next quarter as the bureau answers it, and approve it."""
    (held,) = store.all_of(tables.Action, action_code=code)
    kept = ("indicator_code", "project_code", "period_code", "measure_ja", "section_ja", "role_ja", "due_on", "action_state")
    before = {name: held[name] for name in kept}
    row = register_row("action", code, issued_vintage=held["vintage"], **{**before, **overrides})  # type: ignore[arg-type]
    done = submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[figure(numerator=900.0, denominator=1000.0), row], content=code.encode(), name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.submit(store, done.report_id, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(store, done.report_id, actor=OFFICE, revision=1)


def test_a_decision_for_a_bureau_is_an_open_action_of_it_with_a_source_and_an_audit_line(reporting: Store) -> None:
    number = meetings.decide(reporting, PERIOD, WANTED, actor=OFFICE)
    (action,) = reporting.all_of(tables.Action)
    said = (
        "action_code",
        "bureau_code",
        "indicator_code",
        "period_code",
        "measure_ja",
        "section_ja",
        "role_ja",
        "due_on",
        "action_state",
    )
    assert [action[name] for name in said] == [
        f"GENERAL-D{number}", "GENERAL", RATE, PERIOD, "端末を更新する", "総務課", "課長", DUE, "open",
    ]  # fmt: skip
    (source,) = reporting.all_of(tables.Source, source_code=f"decision-{number}")
    assert action["source_code"] == source["source_code"] and "会議" in source["title"]
    (line,) = reporting.all_of(tables.AuditEvent, action="decided")
    assert line["actor"] == OFFICE and line["subject"] == f"meeting {PERIOD}" and "端末を更新する" in line["detail"]
    assert gather(reporting, "GENERAL", NEXT).prefilled("actions") == [f"GENERAL-D{number}"], "it stands in the next workbook"
    assert gather(reporting, "DIGITAL", NEXT).prefilled("actions") == []


@pytest.mark.parametrize("who", [ANNA, DAI, ADMIN, STRANGER, "nobody@nowhere.example.jp"])
def test_nobody_but_the_office_holds_a_meeting(reporting: Store, who: str) -> None:
    number = meetings.decide(reporting, PERIOD, WANTED, actor=SECOND)
    before = {table: reporting.count(table) for table in (tables.Decision, tables.Meeting, tables.Action, tables.Source)}
    steps = (
        lambda: meetings.decide(reporting, PERIOD, WANTED, actor=who),
        lambda: meetings.close(reporting, number, actor=who, closed_as=DecisionClosed.TAKEN_BACK, reason="x"),
        lambda: meetings.close_minutes(reporting, PERIOD, actor=who, held_on=TODAY),
    )
    for step in steps:
        with pytest.raises(NotAllowed):
            step()
    assert {table: reporting.count(table) for table in before} == before
    assert len(reporting.all_of(tables.AuditEvent, action="refused")) == 3, "each try is on record"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"decided": "  "}, "decision_incomplete"), ({"due_on": None}, "decision_incomplete"), ({"decided": "あ" * 501}, "decision_too_long"),
        ({"due_on": TODAY - timedelta(days=1)}, "decision_due_past"), ({"section": ""}, "decision_without_section"),
        ({"indicator_code": ""}, "decision_without_subject"), ({"project_code": "CP2"}, "decision_of_two"),
        ({"indicator_code": "none"}, "decision_of_unknown"), ({"bureau_code": "NONE"}, "decision_of_unknown"),
        ({"bureau_code": "TMG"}, "decision_for_no_bureau"),
        ({"indicator_code": "", "project_code": "CP2", "milestone_code": "none"}, "decision_of_unknown"),
    ],
)  # fmt: skip
def test_what_a_decision_lacks_is_said_and_nothing_is_stored(reporting: Store, changed: dict[str, object], error: str) -> None:
    with pytest.raises((FigureRefused, NotFound)) as refused:
        meetings.decide(reporting, PERIOD, replace(WANTED, **changed), actor=OFFICE)  # type: ignore[arg-type]
    assert refused.value.message.key == error
    assert reporting.all_of(tables.Decision) == [] and reporting.all_of(tables.Action) == []
    assert reporting.all_of(tables.Source, source_code="decision-1") == []


def test_only_a_quarter_has_a_meeting(reporting: Store) -> None:
    with pytest.raises(FigureRefused):
        meetings.decide(reporting, "FY2022", WANTED, actor=OFFICE)
    for held_on in (date(2022, 12, 30), TODAY + timedelta(days=9)):
        with pytest.raises(FigureRefused):
            meetings.close_minutes(reporting, PERIOD, actor=OFFICE, held_on=held_on)


def test_a_decision_of_last_time_is_on_the_next_agenda_with_the_bureaus_answer(reporting: Store) -> None:
    number = meetings.decide(reporting, PERIOD, WANTED, actor=OFFICE)
    own = meetings.decide(reporting, PERIOD, Wanted(decided="要領を改める", due_on=DUE), actor=OFFICE)
    now = agenda(reporting)
    assert [each.number for each in now.taken] == [number, own] and now.carried == []
    first = agenda(reporting, NEXT)
    assert [(each.number, each.is_open) for each in first.carried] == [(number, True), (own, True)] and first.taken == []
    (item,) = [item for item in first.items if item.subject.code == RATE]
    assert [each.number for each in item.before] == [number]
    late = agenda(reporting, NEXT, day=DUE + timedelta(days=1))
    assert [each.is_late for each in late.carried] == [True, True]
    assert any("端末を更新する" in line for line in late.to_decide())
    answered(reporting, f"GENERAL-D{number}", action_state="done", done_on=TODAY)
    then = agenda(reporting, NEXT)
    assert next((each.state, each.is_open) for each in then.carried) == (say("action_done"), False)
    later = agenda(reporting, "FY2023-Q1")
    assert [each.number for each in later.carried] == [number, own], "what the last meeting decided is looked at once more"
    meetings.decide(reporting, NEXT, Wanted(decided="次の決定", due_on=DUE), actor=OFFICE)
    assert [each.number for each in agenda(reporting, "FY2023-Q1").carried] == [own, own + 1], "of earlier ones only what is open"


def test_the_office_ends_what_it_took_on_itself_and_a_bureau_answers_its_own(reporting: Store) -> None:
    number = meetings.decide(reporting, PERIOD, WANTED, actor=OFFICE)
    own = meetings.decide(reporting, PERIOD, Wanted(decided="要領を改める", due_on=DUE), actor=OFFICE)
    with pytest.raises(StepRefused):
        meetings.close(reporting, number, actor=OFFICE, closed_as=DecisionClosed.DONE, reason="済")
    with pytest.raises(FigureRefused):
        meetings.close(reporting, own, actor=OFFICE, closed_as=DecisionClosed.DONE, reason=" ")
    with pytest.raises(NotFound):
        meetings.close(reporting, 99, actor=OFFICE, closed_as=DecisionClosed.DONE, reason="済")
    meetings.close(reporting, own, actor=OFFICE, closed_as=DecisionClosed.DONE, reason="要領を改めた")
    with pytest.raises(StepRefused):
        meetings.close(reporting, own, actor=OFFICE, closed_as=DecisionClosed.TAKEN_BACK, reason="誤り")
    (told,) = [each for each in agenda(reporting, NEXT).carried if each.number == own]
    assert not told.is_open and "要領を改めた" in told.state


def test_a_decision_taken_back_takes_its_action_back_unless_the_bureau_answered(reporting: Store) -> None:
    number = meetings.decide(reporting, PERIOD, WANTED, actor=OFFICE)
    meetings.close(reporting, number, actor=SECOND, closed_as=DecisionClosed.TAKEN_BACK, reason="書き誤り")
    (action,) = reporting.all_of(tables.Action)
    assert action["ended_reason"] == "mistake" and agenda(reporting).taken == []
    assert gather(reporting, "GENERAL", NEXT).prefilled("actions") == []
    other = meetings.decide(reporting, PERIOD, WANTED, actor=OFFICE)
    answered(reporting, f"GENERAL-D{other}", action_state="done", done_on=TODAY)
    with pytest.raises(StepRefused):
        meetings.close(reporting, other, actor=OFFICE, closed_as=DecisionClosed.TAKEN_BACK, reason="書き誤り")


@pytest.mark.edition
def test_minutes_are_rebuilt_with_what_was_known_when_they_were_closed(reporting: Store) -> None:
    number = meetings.decide(reporting, PERIOD, WANTED, actor=OFFICE)
    record_confidence(reporting, "CP2", confidence="low", reason="端末が足りない", reviewer=OFFICE, reviewed_on=TODAY)
    held = minutes_of(reporting, meetings.close_minutes(reporting, PERIOD, actor=OFFICE, held_on=TODAY, note="室長、課長"))

    def told() -> tuple[object, ...]:
        then = agenda(reporting, minutes=held)
        (item,) = [item for item in then.items if item.subject.code == RATE]
        return then.taken, [row.word for row in then.rows], item.sentences, item.actions.rows, item.assessment, then.to_decide()

    before = told()
    assert "端末が足りない" in str(before[4])
    answered(reporting, f"GENERAL-D{number}", action_state="done", done_on=TODAY)
    meetings.decide(reporting, PERIOD, Wanted(decided="後からの決定", due_on=DUE), actor=OFFICE)
    record_confidence(reporting, "CP2", confidence="high", reason="そろった", reviewer=OFFICE, reviewed_on=TODAY)
    assert told() == before
    now = agenda(reporting)
    assert [each.decided for each in now.taken] == ["端末を更新する", "後からの決定"] and now.taken[0].state == say("action_done")
    (line,) = reporting.all_of(tables.AuditEvent, action="minutes_closed")
    assert "室長、課長" in line["detail"]


def test_overdue_reports_of_the_minutes_are_those_overdue_then(reporting: Store) -> None:
    late, known = date(2023, 3, 1), utc_now()
    before = coverage(reporting, [PERIOD], viewer=OFFICE, today=late, known_at=known)
    assert before == coverage(reporting, [PERIOD], viewer=OFFICE, today=late)
    done = submissions.upload(
        reporting,
        submissions.FilledWorkbook(rows=[figure(numerator=900.0, denominator=1000.0)], content=b"1", name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.submit(reporting, done.report_id, actor=ANNA, revision=1, today=IN_TIME)
    between = utc_now()
    submissions.approve(reporting, done.report_id, actor=OFFICE, revision=1)

    def states(at: object) -> list[str]:
        return [
            s.state for s in coverage(reporting, [PERIOD], viewer=OFFICE, today=late, known_at=at) if s.bureau_code == "GENERAL"
        ]  # type: ignore[arg-type]

    assert (states(known), states(between), states(None)) == (["not_started"], ["submitted"], ["approved"])


def test_a_new_revision_changes_nothing_of_what_was_known_before_it(reporting: Store) -> None:
    """Each upload writes over the day of the first: a bureau that reported in time was late in minutes closed before."""
    late, instants, expected = date(2023, 3, 1), [], ["draft", "submitted", "returned", "returned", "submitted", "approved"]

    def upload(numerator: float) -> None:
        submissions.upload(
            reporting,
            submissions.FilledWorkbook(
                rows=[figure(numerator=numerator, denominator=1000.0)], content=str(numerator).encode(), name="a.xlsx"
            ),
            actor=ANNA,
            bureau_code="GENERAL",
            period_code=PERIOD,
        )

    for step in (
        lambda: upload(960.0),
        lambda: submissions.submit(reporting, 1, actor=ANNA, revision=1, today=IN_TIME),
        lambda: submissions.give_back(reporting, 1, actor=OFFICE, revision=1, reason="確認"),
        lambda: upload(970.0),
        lambda: submissions.submit(reporting, 1, actor=ANNA, revision=2, today=IN_TIME),
        lambda: submissions.approve(reporting, 1, actor=OFFICE, revision=2),
    ):
        step()
        instants.append(utc_now())
    known = [
        next(s for s in coverage(reporting, [PERIOD], viewer=OFFICE, today=late, known_at=at) if s.bureau_code == "GENERAL")
        for at in instants
    ]
    assert [standing.state for standing in known] == expected
    assert [standing.is_late for standing in known] == [state in ("draft", "returned") for state in expected]


def load_figure(store: Store, period: str) -> None:
    """Load a figure that a source published."""
    content = f"indicator_code,bureau_code,period_code,numerator,denominator,source_code\n{RATE},TMG,{period},800,1000,PLAN\n"
    report = load_file(store, content.encode(), name="published later.csv", kind="observations.csv")
    assert not report.problems, report.problems


def test_a_meeting_opens_on_the_last_quarter_that_bureaus_reported(reporting: Store) -> None:
    def opens(known_at: object = None) -> str:
        return last_reported(Moment(state=State(reporting), as_of=date(2023, 6, 30), known_at=known_at))  # type: ignore[arg-type]

    first = opens()
    assert first == "FY2022-Q2", "where nothing was reported yet, the newest with a figure, of whichever bureau"
    load_figure(reporting, "FY2022-Q4")
    first = opens()
    assert first == "FY2022-Q4"
    before = utc_now()
    done = submissions.upload(
        reporting,
        submissions.FilledWorkbook(
            rows=[
                figure(numerator=1.0, denominator=2.0, period="FY2022-Q2", reason_class="error", reason_text="x", issued_vintage=1)
            ],
            content=b"2",
            name="a.xlsx",
        ),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code="FY2022-Q2",
    )
    until = date(2023, 6, 30)
    submissions.grant_exception(
        reporting, actor=OFFICE, bureau_code="GENERAL", period_code="FY2022-Q2", until=until, reason="訂正のため"
    )
    submissions.submit(reporting, done.report_id, actor=ANNA, revision=1, today=until)
    submissions.approve(reporting, done.report_id, actor=OFFICE, revision=1)
    assert opens() == "FY2022-Q2", "a figure published of a later quarter does not move the meeting on"
    assert opens(before) == first
