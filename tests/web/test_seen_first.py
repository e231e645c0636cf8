"""A step is taken upon what was on the screen: a report that became another one meanwhile is looked at again first, and two cannot both decide."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kpis.languages import say
from kpis.reporting import people, reports, submissions
from kpis.reporting_vocabulary import OPEN_STATES
from kpis.store import tables
from tests.small_government import DAI, IN_TIME, OFFICE, PERIOD, SECOND, figure
from tests.web.conftest import Office
from tests.web.visitor import Tab

pytestmark = pytest.mark.server
APPROVE = say("approve", "ja")


def send(office: Office, numerator: float) -> int:
    """Send the report of DIGITAL; return its number."""
    kept = submissions.upload(
        office.store,
        submissions.FilledWorkbook(
            rows=[figure(bureau="DIGITAL", numerator=numerator, denominator=1000.0)], content=f"{numerator}".encode(), name="d.xlsx"
        ),
        actor=DAI,
        bureau_code="DIGITAL",
        period_code=PERIOD,
    )
    submissions.submit(office.store, kept.report_id, actor=DAI, revision=kept.revision, today=IN_TIME)
    return kept.report_id


def take_back(office: Office, number: int) -> None:
    """Let the office return the report, so that the bureau can send another."""
    held = reports.report(office.store, number, viewer=OFFICE)
    submissions.give_back(office.store, number, actor=SECOND, revision=held.revision, reason="試験")


@pytest.fixture
def sent(office: Office) -> Iterator[int]:
    for left in reports.reports(office.store, viewer=OFFICE):  # of tests before it
        if left.bureau_code == "DIGITAL" and left.state in OPEN_STATES:
            submissions.withdraw(office.store, left.id, actor=DAI, revision=left.revision)
    number = send(office, 700.0)
    yield number
    held = reports.report(office.store, number, viewer=OFFICE)
    if held.state in OPEN_STATES:
        submissions.withdraw(office.store, number, actor=DAI, revision=held.revision)


def looking(office: Office, number: int) -> Tab:
    tab = office.visitor("office").tab()
    assert APPROVE in tab.run("review", f"report={number}"), tab.text
    return tab


def test_a_report_that_became_another_is_not_approved_by_who_saw_the_one_before(office: Office, sent: int) -> None:
    tab = looking(office, sent)
    take_back(office, sent)
    assert send(office, 1.0) == sent, "the same report, with figures that nobody has looked at"
    tab.press(APPROVE)
    assert reports.report(office.store, sent, viewer=OFFICE).state == "submitted"
    text = tab.run()
    tab.close()
    assert not office.store.all_of(tables.AuditEvent, action="approved", subject=f"submission {sent}")
    assert APPROVE in text, "what it is now is shown, to be looked at and approved"


def test_that_nothing_was_done_is_said_at_once(office: Office, sent: int) -> None:
    tab = looking(office, sent)
    take_back(office, sent)
    send(office, 2.0)
    tab.push(APPROVE)
    assert say("report_changed_since", "ja", before=1, now=2)[:12] in tab.wait()
    tab.close()


def test_of_two_who_press_at_once_and_one_whose_role_was_taken_one_decides(office: Office, sent: int) -> None:
    """The same person in two windows; another window is of somebody who is no longer of the office."""
    first, second = looking(office, sent), looking(office, sent)
    people.remove_person(office.store, actor=people.COMMAND_LINE, email=OFFICE)
    try:
        first.press(APPROVE)
        assert reports.report(office.store, sent, viewer=SECOND).state == "submitted", "the role is asked at the step"
    finally:
        people.add_person(office.store, actor=people.COMMAND_LINE, email=OFFICE, role="reform_office")
    first.close()
    first = looking(office, sent)
    both = [threading.Thread(target=tab.press, args=(APPROVE,)) for tab in (first, second)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert len(office.store.all_of(tables.AuditEvent, action="approved", subject=f"submission {sent}")) == 1
    assert reports.report(office.store, sent, viewer=OFFICE).state == "approved"
    first.close()
    second.close()
