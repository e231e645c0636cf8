"""A report within its own bureau: steps of the catalogue, deputies for a named time, taken in on behalf; four eyes at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kpis.errors import FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.government import settled
from kpis.reporting import checks, choices, deputies, people, reports, submissions
from kpis.store import store as clock
from kpis.store import tables
from kpis.store.store import Store, utc_now
from tests.small_government import (
    ADMIN,
    ANNA,
    AYA,
    DAI,
    IN_TIME,
    OFFICE,
    PERIOD,
    SECOND,
    figure,
    say_causes,
    write_sections,
    write_small_government,
)

pytestmark = pytest.mark.store
LEAD, HEAD, DEPUTY = "lead@general.example.jp", "head@general.example.jp", "deputy@general.example.jp"
STEPS = ("section_chief", "director")


@pytest.fixture
def bureau(reporting: Store, tmp_path: Path) -> Iterator[Store]:
    """GENERAL with two steps and two approvers, a colleague without any role of GENERAL, and a draft that ANNA uploaded."""
    for email in (LEAD, HEAD):
        people.add_person(reporting, actor=people.COMMAND_LINE, email=email, role="bureau_approver", bureau_code="GENERAL")
    people.add_person(reporting, actor=people.COMMAND_LINE, email=DEPUTY, role="bureau_manager", bureau_code="DIGITAL")
    with settled(write_sections(write_small_government(tmp_path / "own")[0], steps=STEPS)):
        upload(reporting, ANNA, b"first")
        yield reporting


def upload(store: Store, who: str, content: bytes, *, how: str = "", numerator: float = 800.0) -> None:
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[figure(numerator=numerator, denominator=1000.0)], content=content, name="a.xlsx"),
        actor=who,
        bureau_code="GENERAL",
        period_code=PERIOD,
        how_it_came=how,
    )
    newest = reports.reports(store, viewer=OFFICE)[0]
    if newest.is_on_behalf or not how:
        say_causes(store, newest.id, actor=who, revision=newest.revision, as_of=IN_TIME)


def submit(store: Store, who: str, *, revision: int = 1) -> None:
    submissions.submit(store, 1, actor=who, revision=revision, today=IN_TIME)


def check(store: Store, who: str, *, revision: int = 1) -> None:
    checks.check(store, 1, actor=who, revision=revision)


@pytest.mark.edition
def test_a_report_goes_out_when_every_step_was_taken_by_another_person(bureau: Store) -> None:
    with pytest.raises(StepRefused, match="section_chief"):
        submit(bureau, ANNA)
    with pytest.raises(StepRefused):
        check(bureau, LEAD)  # nobody has handed it over
    checks.prepare(bureau, 1, actor=ANNA, revision=1, today=IN_TIME)
    with pytest.raises(StepRefused):
        checks.prepare(bureau, 1, actor=AYA, revision=1, today=IN_TIME)
    check(bureau, LEAD)
    with pytest.raises(NotAllowed):
        check(bureau, LEAD)
    with pytest.raises(StepRefused, match="director"):
        submit(bureau, ANNA)
    check(bureau, HEAD)
    submit(bureau, ANNA)
    people.add_person(bureau, actor=people.COMMAND_LINE, email=LEAD, role="reform_office")
    with pytest.raises(NotAllowed, match="checked"):
        submissions.approve(bureau, 1, actor=LEAD, revision=1)
    assert submissions.approve(bureau, 1, actor=OFFICE, revision=1) >= 1
    way = reports.opened(bureau, 1, viewer=OFFICE, as_of=IN_TIME).way
    assert way.prepared is not None and way.prepared.decided_by == ANNA
    assert [(c.step_code, c.decided_by) for c in way.checked] == [*zip(STEPS, (LEAD, HEAD), strict=True)]


def test_whoever_wrote_a_part_takes_no_step(bureau: Store) -> None:
    people.add_person(bureau, actor=people.COMMAND_LINE, email=AYA, role="bureau_approver", bureau_code="GENERAL")
    people.add_person(bureau, actor=people.COMMAND_LINE, email=ANNA, role="bureau_approver", bureau_code="GENERAL")
    checks.prepare(bureau, 1, actor=AYA, revision=1, today=IN_TIME)
    for who in (ANNA, AYA):  # who uploaded it, and who handed it over
        with pytest.raises(NotAllowed):
            check(bureau, who)
    for who in (DAI, DEPUTY):
        with pytest.raises(NotFound):
            check(bureau, who)
    for who in (OFFICE, ADMIN):
        with pytest.raises((NotAllowed, NotFound)):
            check(bureau, who)


@pytest.mark.edition
def test_a_change_after_a_step_begins_the_way_anew_and_one_sent_back_says_why(bureau: Store) -> None:
    checks.prepare(bureau, 1, actor=ANNA, revision=1, today=IN_TIME)
    check(bureau, LEAD)
    upload(bureau, ANNA, b"second", numerator=810.0)
    way = reports.opened(bureau, 1, viewer=ANNA, as_of=IN_TIME).way
    assert not way.is_open and way.checked == ()
    with pytest.raises(StepRefused):
        submit(bureau, ANNA, revision=2)
    checks.prepare(bureau, 1, actor=ANNA, revision=2, today=IN_TIME)
    with pytest.raises(FigureRefused):
        checks.send_back(bureau, 1, actor=LEAD, revision=2, reason=" ")
    checks.send_back(bureau, 1, actor=LEAD, revision=2, reason="分母を確かめて")
    back = reports.opened(bureau, 1, viewer=ANNA, as_of=IN_TIME).way
    assert back.sent_back is not None and (back.sent_back.note, back.is_open) == ("分母を確かめて", False)


def test_a_clash_keeps_a_report_from_being_handed_over(bureau: Store) -> None:
    upload(bureau, AYA, b"other", numerator=700.0)
    with pytest.raises(StepRefused, match="different values"):
        checks.prepare(bureau, 1, actor=ANNA, revision=2, today=IN_TIME)


def test_a_bureau_without_steps_submits_as_it_always_did(reporting: Store) -> None:
    upload(reporting, ANNA, b"first")
    with pytest.raises(StepRefused):
        checks.prepare(reporting, 1, actor=ANNA, revision=1, today=IN_TIME)
    submit(reporting, ANNA)
    assert reports.report(reporting, 1, viewer=OFFICE).state == "submitted"


# A deputy --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "may"), [(-1, False), (0, True), (3, True), (4, False)])
def test_a_deputy_stands_in_from_the_first_to_the_last_day_named(
    bureau: Store, monkeypatch: pytest.MonkeyPatch, day: int, may: bool
) -> None:
    begins = (utc_now() + timedelta(days=10)).date()
    deputies.name_deputy(
        bureau, actor=LEAD, email=DEPUTY, stands_in_for=LEAD, from_date=begins, until_date=begins + timedelta(days=3)
    )
    checks.prepare(bureau, 1, actor=ANNA, revision=1, today=IN_TIME)
    noon = datetime.combine(begins + timedelta(days=day), datetime.min.time()) + timedelta(hours=3)
    monkeypatch.setattr(clock, "utc_now", lambda: noon)
    assert people.viewer_of(bureau, DEPUTY).may("check", "GENERAL") is may
    if not may:
        with pytest.raises(NotFound):
            check(bureau, DEPUTY)
        return
    check(bureau, DEPUTY)
    (step,) = reports.opened(bureau, 1, viewer=ANNA, as_of=IN_TIME).way.checked
    assert (step.decided_by, step.stands_in_for) == (DEPUTY, LEAD)
    (line,) = bureau.all_of(tables.AuditEvent, action="checked")
    assert line["actor"] == DEPUTY and LEAD in line["detail"]


def test_a_deputy_that_ended_or_whose_person_left_stands_in_no_more_and_hands_nothing_on(bureau: Store) -> None:
    today = (utc_now() + timedelta(hours=9)).date()
    for who, whom in ((LEAD, DEPUTY), (HEAD, DAI)):
        deputies.name_deputy(bureau, actor=who, email=whom, stands_in_for=who, from_date=today, until_date=today)
    assert people.viewer_of(bureau, DEPUTY).may("check", "GENERAL")
    with pytest.raises(NotAllowed):
        deputies.name_deputy(bureau, actor=DEPUTY, email=AYA, stands_in_for=LEAD, from_date=today, until_date=today)
    with pytest.raises(NotAllowed):
        deputies.end_deputy(bureau, 1, actor=HEAD)
    deputies.end_deputy(bureau, 1, actor=OFFICE)
    people.remove_person(bureau, actor=OFFICE, email=HEAD)
    for who in (DEPUTY, DAI):
        assert not people.viewer_of(bureau, who).may("check", "GENERAL")
    assert [d.state(today) for d in deputies.deputies(bureau, viewer=OFFICE)] == ["ended", "ended"]
    assert [e["actor"] for e in bureau.all_of(tables.AuditEvent, action="deputy_named")] == [LEAD, HEAD]
    assert [e["actor"] for e in bureau.all_of(tables.AuditEvent, action="deputy_ended")] == [OFFICE, OFFICE]


@pytest.mark.parametrize("left", [HEAD, DAI])
def test_who_is_let_in_again_begins_without_what_they_had(bureau: Store, left: str) -> None:
    """A deputyship named before somebody left, and the address of their calendar, counted again from the day they had any role."""
    today = (utc_now() + timedelta(hours=9)).date()
    deputies.name_deputy(bureau, actor=HEAD, email=DAI, stands_in_for=HEAD, from_date=today, until_date=today + timedelta(days=9))
    (own,) = {(g.role, g.bureau_code, g.section_code) for g in people.viewer_of(bureau, left).grants if not g.stands_in_for}
    secret = choices.new_calendar(bureau, actor=DAI)
    people.remove_person(bureau, actor=OFFICE, email=left)
    people.add_person(bureau, actor=OFFICE, email=left, role=own[0], bureau_code=own[1], section_code=own[2])
    assert not any(g.stands_in_for for g in people.viewer_of(bureau, DAI).grants)
    assert (choices.whose_calendar(bureau, secret) is None) == (left == DAI)
    assert [d.state(today) for d in deputies.deputies(bureau, viewer=OFFICE)] == ["ended"]
    ended = bureau.all_of(tables.AuditEvent, action="calendar_address_ended")
    assert [(e["actor"], e["subject"]) for e in ended] == ([(OFFICE, DAI)] if left == DAI else [])


@pytest.mark.parametrize("who", [OFFICE, ADMIN, ADMIN.upper()])
def test_nobody_names_themselves_deputy_of_another(bureau: Store, who: str) -> None:
    """With the roles of a bureau, the office would submit what it approves, and an administrator use a role."""
    today = (utc_now() + timedelta(hours=9)).date()
    with pytest.raises(NotAllowed, match="yourself"):
        deputies.name_deputy(bureau, actor=who, email=who.lower(), stands_in_for=ANNA, from_date=today, until_date=today)
    assert not people.viewer_of(bureau, who).may("upload", "GENERAL")
    assert bureau.all_of(tables.Deputy) == []
    deputies.name_deputy(bureau, actor=who, email=DAI, stands_in_for=ANNA, from_date=today, until_date=today)


def test_a_mailbox_is_one_person_however_often_it_is_registered(bureau: Store) -> None:
    """Most providers deliver name+anything@… to name@…: a second account of it would be a second pair of eyes."""
    today = (utc_now() + timedelta(hours=9)).date()
    twin = ANNA.replace("@", "+2@")
    for role in ("bureau_approver", "bureau_manager"):
        people.add_person(bureau, actor=people.COMMAND_LINE, email=twin, role=role, bureau_code="GENERAL")
    people.add_person(
        bureau, actor=people.COMMAND_LINE, email=LEAD.replace("@", "+2@"), role="bureau_approver", bureau_code="GENERAL"
    )
    checks.prepare(bureau, 1, actor=AYA, revision=1, today=IN_TIME)
    with pytest.raises(NotAllowed):
        check(bureau, twin)
    check(bureau, LEAD)
    for who in (LEAD.upper(), LEAD.replace("@", "+2@")):
        with pytest.raises(NotAllowed):
            check(bureau, who)
    with pytest.raises(FigureRefused, match="other than"):
        deputies.name_deputy(bureau, actor=ANNA, email=twin, stands_in_for=ANNA, from_date=today, until_date=today)
    with pytest.raises(NotAllowed):  # nor is it theirs to name deputies for
        deputies.name_deputy(bureau, actor=twin, email=DAI, stands_in_for=ANNA, from_date=today, until_date=today)


@pytest.mark.parametrize(("days", "may"), [(365, True), (366, False), (900, False)])
def test_a_deputy_stands_in_for_a_year_at_most(bureau: Store, days: int, may: bool) -> None:
    today = (utc_now() + timedelta(hours=9)).date()
    until = today + timedelta(days=days)
    if may:
        deputies.name_deputy(bureau, actor=LEAD, email=DAI, stands_in_for=LEAD, from_date=today, until_date=until)
        return
    with pytest.raises(FigureRefused, match="366"):
        deputies.name_deputy(bureau, actor=LEAD, email=DAI, stands_in_for=LEAD, from_date=today, until_date=until)


@pytest.mark.parametrize("begins", [0, 20])
def test_nobody_gives_a_role_to_a_person_whose_deputy_they_are(bureau: Store, begins: int) -> None:
    """It would be theirs too, now or from the day on which they stand in."""
    first = (utc_now() + timedelta(hours=9)).date() + timedelta(days=begins)
    deputies.name_deputy(bureau, actor=OFFICE, email=ADMIN, stands_in_for=ANNA, from_date=first, until_date=first)
    with pytest.raises(NotAllowed, match="yourself"):
        people.add_person(bureau, actor=ADMIN.upper(), email=ANNA, role="bureau_manager", bureau_code="DIGITAL")
    people.add_person(bureau, actor=OFFICE, email=ANNA, role="bureau_manager", bureau_code="DIGITAL")
    deputies.end_deputy(bureau, 1, actor=OFFICE)
    people.add_person(bureau, actor=ADMIN, email=ANNA, role="bureau_approver", bureau_code="DIGITAL")


def test_nobody_stands_in_for_the_office_nor_for_themselves_nor_backwards(bureau: Store) -> None:
    today = (utc_now() + timedelta(hours=9)).date()
    for whom, whose, until, error in (
        (DAI, OFFICE, today, NotAllowed), (LEAD, LEAD, today, FigureRefused), (DAI, LEAD, today - timedelta(days=1), FigureRefused),
        ("nobody@example.jp", LEAD, today, NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            deputies.name_deputy(
                bureau, actor=SECOND, email=whom, stands_in_for=whose, from_date=today - timedelta(days=3), until_date=until
            )


# On behalf -------------------------------------------------------------------------------------------------------------


@pytest.mark.edition
def test_who_took_a_workbook_in_cannot_approve_it_and_it_is_on_record(bureau: Store) -> None:
    submissions.withdraw(bureau, 1, actor=ANNA, revision=1)
    with pytest.raises(FigureRefused):
        upload(bureau, OFFICE, b"mailed", how=" ")
    upload(bureau, OFFICE, b"mailed", how="総務課からメールで")
    with pytest.raises(NotAllowed):
        upload(bureau, ADMIN, b"x", how="メールで")
    submissions.submit(bureau, 2, actor=SECOND, revision=1, today=IN_TIME)
    for who in (OFFICE, SECOND, OFFICE.upper()):  # who took it in, and who handed it in for the bureau
        with pytest.raises(NotAllowed):
            submissions.approve(bureau, 2, actor=who, revision=1)
    third = "third@reform.example.jp"
    people.add_person(bureau, actor=ADMIN, email=third, role="reform_office")
    assert submissions.approve(bureau, 2, actor=third, revision=1) >= 1
    (brought,) = reports.opened(bureau, 2, viewer=third, as_of=IN_TIME).uploads
    assert (brought.is_on_behalf, brought.how_it_came, brought.uploaded_by) == (True, "総務課からメールで", OFFICE)
    (line,) = bureau.all_of(tables.AuditEvent, action="taken_in")
    assert line["actor"] == OFFICE and "総務課からメールで" in line["detail"]


def with_role(store: Store, who: str) -> None:
    """Give an officer who reports for GENERAL themselves the role, or the deputyship, by which they do."""
    today = (utc_now() + timedelta(hours=9)).date()
    if who == "deputy":
        deputies.name_deputy(store, actor=ANNA, email=OFFICE, stands_in_for=ANNA, from_date=today, until_date=today)
    else:
        people.add_person(store, actor=people.COMMAND_LINE, email=OFFICE, role=who, bureau_code="GENERAL")


@pytest.mark.parametrize("who", ["bureau_manager", "bureau_approver", "deputy"])
def test_who_reports_for_the_bureau_takes_nothing_in_on_its_behalf(bureau: Store, who: str) -> None:
    """An officer with a role of the bureau would leave out its own steps."""
    submissions.withdraw(bureau, 1, actor=ANNA, revision=1)
    with_role(bureau, who)
    with pytest.raises(NotAllowed, match="GENERAL"):
        upload(bureau, OFFICE, b"mailed", how="自分から")
    upload(bureau, SECOND, b"mailed", how="総務課からメールで")
    with pytest.raises(StepRefused, match="section_chief"):
        submissions.submit(bureau, 2, actor=OFFICE, revision=1, today=IN_TIME)
    submissions.submit(bureau, 2, actor=SECOND, revision=1, today=IN_TIME)


def test_a_report_taken_in_and_returned_is_checked_when_the_bureau_submits_it_again(bureau: Store) -> None:
    submissions.withdraw(bureau, 1, actor=ANNA, revision=1)
    upload(bureau, OFFICE, b"mailed", how="総務課からメールで")
    submissions.submit(bureau, 2, actor=OFFICE, revision=1, today=IN_TIME)
    submissions.give_back(bureau, 2, actor=SECOND, revision=1, reason="分母を確かめて")
    for who in (ANNA, LEAD):
        with pytest.raises(StepRefused, match="section_chief"):
            submissions.submit(bureau, 2, actor=who, revision=1, today=IN_TIME)


def test_what_the_bureau_wrote_itself_the_office_neither_explains_nor_hands_in(bureau: Store) -> None:
    upload(bureau, OFFICE, b"mailed", how="メールで", numerator=800.0)
    assert not reports.report(bureau, 1, viewer=OFFICE).is_on_behalf, "the bureau had a draft of its own"
    for act in (
        lambda: submit(bureau, OFFICE, revision=2),
        lambda: submissions.withdraw(bureau, 1, actor=OFFICE, revision=2),
        lambda: submissions.settle(bureau, 1, actor=OFFICE, revision=2, choices={}),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(StepRefused):
        submit(bureau, ANNA, revision=2)  # its own steps still stand before it


def test_a_report_taken_in_that_the_bureau_submits_itself_is_checked_within_it(bureau: Store) -> None:
    """Only the office may do without: it acts for a bureau that cannot."""
    submissions.withdraw(bureau, 1, actor=ANNA, revision=1)
    upload(bureau, OFFICE, b"mailed", how="総務課からメールで")
    for who in (ANNA, LEAD):
        with pytest.raises(StepRefused, match="section_chief"):
            submissions.submit(bureau, 2, actor=who, revision=1, today=IN_TIME)
    checks.prepare(bureau, 2, actor=ANNA, revision=1, today=IN_TIME)
    for who in (LEAD, HEAD):
        checks.check(bureau, 2, actor=who, revision=1)
    submissions.submit(bureau, 2, actor=ANNA, revision=1, today=IN_TIME)
    (line,) = bureau.all_of(tables.AuditEvent, action="submitted")
    assert "on behalf" not in line["detail"]
