"""Numbers, codes and e-mails that no column can hold: answered like any that is unknown, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from kpis.errors import FigureRefused, NotAllowed, NotFound, PeriodUnreadable
from kpis.periods import local_day
from kpis.reporting import (
    choices,
    confidence,
    deputies,
    meetings,
    outbox,
    people,
    questions,
    refused,
    reports,
    submissions,
    withdrawals,
)
from kpis.reporting_vocabulary import DecisionClosed
from kpis.store import tables
from kpis.store.store import Store, utc_now
from tests.small_government import ADMIN, ANNA, DAI, OFFICE, PERIOD, SECOND, figure

pytestmark = pytest.mark.store
TODAY = local_day(utc_now())
BY_NUMBER: dict[str, Callable[[Store, int], object]] = {
    "report": lambda s, n: reports.report(s, n, viewer=OFFICE),
    "original": lambda s, n: reports.original(s, n, viewer=OFFICE),
    "approve": lambda s, n: submissions.approve(s, n, actor=OFFICE, revision=1),
    "submit": lambda s, n: submissions.submit(s, n, actor=ANNA, revision=1, today=TODAY),
    "withdrawal": lambda s, n: withdrawals.decide(s, n, actor=OFFICE, approves=True),
    "deputy": lambda s, n: deputies.end_deputy(s, n, actor=OFFICE),
    "decision": lambda s, n: meetings.close(s, n, actor=OFFICE, closed_as=DecisionClosed.DONE, reason="x"),
    "assessment": lambda s, n: confidence.confirm_assessment(s, n, actor=OFFICE),
    "channel": lambda s, n: choices.end_channel(s, n, actor=OFFICE),
    "notice": lambda s, n: outbox.send_again(s, n, actor=OFFICE),
    "refused file": lambda s, n: refused.refused_content(s, n, viewer=OFFICE),
}
BAD = ["a\x00b@x.jp", "a\x1b[31mb@x.jp", "a\ud800b@x.jp", "a\x7f@x.jp", "<a@x.jp", "a,b@x.jp", "a/../b@x.jp", "a..b@x.jp", ".a@x.jp", "a.@x.jp",
       "a@x..jp", "a@-x.jp", "a@x.jp.", f"{'a' * 65}@x.jp"]  # fmt: skip


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 9_999_999_999, 2**63, -(2**40)])
@pytest.mark.parametrize("what", BY_NUMBER)
def test_a_number_larger_than_any_is_unknown(reporting: Store, what: str, number: int) -> None:
    with pytest.raises(NotFound):
        BY_NUMBER[what](reporting, number)


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_a_code_with_a_sign_that_no_database_holds_is_unknown(reporting: Store, sign: str) -> None:
    def grant(bureau: str, period: str) -> None:
        submissions.grant_exception(reporting, actor=OFFICE, bureau_code=bureau, period_code=period, until=TODAY, reason="x")

    def ask(indicator: str, bureau: str = "GENERAL") -> None:
        withdrawals.ask(reporting, (indicator, bureau, "FY2022-Q2"), actor=OFFICE, reason_class="error", reason_text="x")

    with pytest.raises(NotFound):
        grant(f"GENERAL{sign}", PERIOD)
    with pytest.raises(PeriodUnreadable):
        grant("GENERAL", PERIOD + sign)
    for key in ((f"electronic_decision_rate{sign}", "GENERAL"), ("electronic_decision_rate", f"GENERAL{sign}")):
        with pytest.raises(NotFound):
            ask(*key)
    with pytest.raises(NotFound):
        confidence.record_confidence(reporting, f"CP2{sign}", confidence="high", reason="x", reviewer=OFFICE, reviewed_on=TODAY)
    with pytest.raises(NotFound):
        questions.open_to_bureaus(reporting, f"Q{sign}", actor=OFFICE, today=TODAY)
    workbook = submissions.FilledWorkbook(rows=[figure(numerator=700.0, denominator=1000.0)], content=b"1", name="a.xlsx")
    with pytest.raises(NotFound):
        submissions.upload(
            reporting, workbook, actor=OFFICE, bureau_code=f"GENERAL{sign}", period_code=PERIOD, how_it_came="メールで"
        )
    assert not [line for line in reporting.all_of(tables.AuditEvent) if sign in line["subject"] + line["detail"]]


@pytest.mark.parametrize("email", BAD)
def test_an_email_that_nobody_can_have_is_refused_and_looked_up_nowhere(reporting: Store, email: str) -> None:
    with pytest.raises(FigureRefused):
        people.add_person(reporting, actor=ADMIN, email=email, role="reform_office")
    with pytest.raises(NotFound):
        people.remove_person(reporting, actor=ADMIN, email=email)
    assert people.viewer_of(reporting, email).grants == ()
    days = {"from_date": TODAY, "until_date": TODAY + timedelta(days=1)}
    with pytest.raises(NotFound):
        deputies.name_deputy(reporting, actor=OFFICE, email=email, stands_in_for=ANNA, **days)
    with pytest.raises((NotFound, NotAllowed)):
        deputies.name_deputy(reporting, actor=OFFICE, email=DAI, stands_in_for=email, **days)
    with pytest.raises(NotFound):
        submissions.approve(reporting, 1, actor=email, revision=1)


@pytest.mark.parametrize("email", ["a+1@x.jp", "o'neill@x-y.lg.jp", "A.B_c-d@city.example.jp", f"{'a' * 64}@x.jp", "a@b"])
def test_emails_that_people_have_are_registered(reporting: Store, email: str) -> None:
    people.add_person(reporting, actor=ADMIN, email=email, role="reform_office")
    assert people.viewer_of(reporting, email).grants
    people.remove_person(reporting, actor=SECOND, email=email)
