"""Four eyes: whoever wrote any part of a report never decides on it, nobody gives roles to themselves, and what was refused is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from kpis.errors import MierukaError, NotAllowed, NotFound, StepRefused
from kpis.reporting import people, reports, submissions, withdrawals
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.kept import Warning
from kpis.reporting.sign_in import end_sign_in
from kpis.store import tables, trail
from kpis.store.store import Store, instant
from loaders.load import load_file
from tests.small_government import ADMIN, ANNA, DAI, IN_TIME, OFFICE, PERIOD, SECOND, figure, say_causes  # fmt: skip

pytestmark = pytest.mark.store

BOTH = "both@reform.example.jp"  # manager of GENERAL and reform office at once
RATE = ("electronic_decision_rate", "GENERAL", PERIOD)
KEY = (OBSERVATIONS, RATE)
STORED = b"""indicator_code,bureau_code,period_code,numerator,denominator,source_code
electronic_decision_rate,GENERAL,FY2022-Q3,400,1000,PLAN
"""


@pytest.fixture
def office(reporting: Store) -> Store:
    """The small government with a person of two roles."""
    for role, bureau in (("bureau_manager", "GENERAL"), ("reform_office", None)):
        people.add_person(reporting, actor=people.COMMAND_LINE, email=BOTH, role=role, bureau_code=bureau)
    return reporting


def send(store: Store, *, actor: str = ANNA, content: bytes = b"1", adds_to: int | None = None, **row: object) -> None:
    submissions.upload(
        store,
        submissions.FilledWorkbook(
            rows=[figure(numerator=700.0, denominator=1000.0, **row)],
            content=content,
            name="a.xlsx",
            warnings=[Warning("odd", "usual", "usual")],
        ),
        actor=actor,
        bureau_code="GENERAL",
        period_code=PERIOD,
        adds_to=adds_to,
    )


def confirm(store: Store, who: str, *, revision: int = 1) -> None:
    number = reports.opened(store, 1, viewer=who, as_of=IN_TIME).warnings[0].id
    submissions.confirm(store, 1, actor=who, revision=revision, reasons={number: "x"})


def by_choice(store: Store) -> None:
    """A figure was stored after the template was issued; BOTH says which counts."""
    assert not load_file(store, STORED, name="later.csv", kind="observations.csv").problems
    send(store, reason_class="error", reason_text="転記")
    submissions.resolve(store, 1, actor=BOTH, revision=1, choices={(*KEY, "numerator"): "ours"})
    confirm(store, ANNA)


def by_reason(store: Store) -> None:
    """BOTH writes why the figure is corrected."""
    assert not load_file(store, STORED, name="later.csv", kind="observations.csv").problems
    send(store, issued_vintage=1)
    submissions.explain(store, 1, actor=BOTH, revision=1, reasons={KEY: ("error", "転記の誤り")})
    confirm(store, ANNA)


def by_confirmation(store: Store) -> None:
    """BOTH writes why what looks odd is right."""
    send(store)
    confirm(store, BOTH)


def by_reading(store: Store) -> None:
    """BOTH says which of two values a cell means."""
    row = replace(figure(numerator=700.0, denominator=1000.0), readings={"numerator": (700.0, 7.0)})
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[row], content=b"1", name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.choose_readings(store, 1, actor=BOTH, revision=1, chosen={(*KEY, "numerator"): 700.0})


def by_earlier_upload(store: Store) -> None:
    """BOTH sent the upload before the one that is submitted."""
    send(store, actor=BOTH)
    send(store, content=b"2", adds_to=1)
    confirm(store, ANNA, revision=2)


@pytest.mark.edition
@pytest.mark.parametrize("part", [by_choice, by_reason, by_confirmation, by_reading, by_earlier_upload])
def test_who_wrote_any_part_of_a_report_decides_nothing_about_it(office: Store, part: Callable[[Store], None]) -> None:
    part(office)
    revision = reports.report(office, 1, viewer=ANNA).revision
    submissions.submit(office, 1, actor=ANNA, revision=revision, today=IN_TIME)
    for who in (BOTH, BOTH.upper()):
        with pytest.raises(NotAllowed, match="wrote a part"):
            submissions.approve(office, 1, actor=who, revision=revision)
    with pytest.raises(NotAllowed, match="wrote a part"):
        submissions.give_back(office, 1, actor=BOTH, revision=revision, reason="x")
    assert submissions.approve(office, 1, actor=OFFICE, revision=revision) == 1


def test_a_withdrawal_is_decided_by_somebody_else_whatever_the_case_of_the_letters(office: Store) -> None:
    withdrawals.ask(
        office, ("electronic_decision_rate", "GENERAL", "FY2022-Q2"), actor=OFFICE, reason_class="error", reason_text="誤り"
    )
    for who in (OFFICE, OFFICE.upper(), OFFICE.replace("o", "ｏ", 1)):
        with pytest.raises(NotAllowed):
            withdrawals.decide(office, 1, actor=who, approves=True)
    assert withdrawals.decide(office, 1, actor=SECOND, approves=True).state == "approved"


def test_nobody_gives_a_role_to_themselves_in_any_case_and_the_last_administrator_stays(office: Store) -> None:
    for email in (ADMIN, ADMIN.upper(), f" {ADMIN} ", ADMIN.replace("@", "+1@")):
        with pytest.raises(NotAllowed, match="yourself"):
            people.add_person(office, actor=ADMIN, email=email, role="reform_office")
    with pytest.raises(NotAllowed, match="yourself"):
        people.add_person(office, actor=OFFICE, email=OFFICE, role="bureau_manager", bureau_code="GENERAL")
    with pytest.raises(NotAllowed, match="last administrator"):
        people.remove_person(office, actor=OFFICE, email=ADMIN)
    with pytest.raises(NotAllowed, match="last administrator"):
        people.remove_person(office, actor=people.COMMAND_LINE, email=ADMIN, role="administrator")
    people.add_person(office, actor=ADMIN, email=SECOND, role="administrator")
    people.remove_person(office, actor=OFFICE, email=ADMIN)
    with pytest.raises(NotAllowed, match="last administrator"):
        people.remove_person(office, actor=OFFICE, email=SECOND)


def test_what_was_refused_and_who_read_an_original_is_on_record_and_no_page_is_made_anew_for_it(office: Store) -> None:
    send(office)
    before = office.revision()
    for act in (
        lambda: submissions.approve(office, 1, actor=OFFICE, revision=1),
        lambda: submissions.submit(office, 1, actor=DAI, revision=1, today=IN_TIME),
        lambda: submissions.submit(office, 1, actor=ANNA, revision=1, today=IN_TIME),
        lambda: people.add_person(office, actor=DAI, email="x@example.jp", role="administrator"),
        lambda: reports.original(office, 1, viewer=DAI),
        lambda: people.audit_trail(office, actor=ANNA),
    ):
        with pytest.raises(MierukaError):
            act()
    assert reports.original(office, 1, viewer=OFFICE)[1] == b"1"
    people.signed_in(office, ANNA, signed_in_at=7, is_let_in=True)
    people.signed_in(office, ANNA, signed_in_at=7, is_let_in=True)
    people.signed_in(office, "x@example.jp", signed_in_at=7, is_let_in=False)
    end_sign_in(office, {"email": ANNA, "email_verified": True, "iat": 7})
    assert office.revision() == before
    told, _ = people.audit_trail(office, actor=ADMIN, limit=10)
    assert [(e.actor, e.action, e.subject, e.detail) for e in reversed(told)] == [
        (OFFICE, "refused", "submission 1", "approve: no_such_step"),
        (DAI, "refused", "submission 1", "submit: report_unknown"),
        (ANNA, "refused", "submission 1", "submit: warnings_open"),
        (DAI, "refused", "x@example.jp", "add_person: role_not_permitted"),
        (DAI, "refused", "submission 1", "read_original: report_unknown"),
        (ANNA, "refused", "", "read_audit: role_not_permitted"),
        (OFFICE, "original_read", "submission 1", ""),
        (ANNA, "signed_in", ANNA, "7"),
        ("x@example.jp", "sign_in_refused", "x@example.jp", "7"),
        (ANNA, "signed_out", ANNA, ""),
    ]


def test_the_trail_is_read_a_part_at_a_time(office: Store) -> None:
    newest, count = people.audit_trail(office, actor=ADMIN, limit=3)
    older, _ = people.audit_trail(office, actor=ADMIN, limit=count, skipped=3)
    assert count == office.count(tables.AuditEvent) == 3 + len(older) and not {e for e in newest} & {*older}


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_event SET actor = 'nobody' WHERE id = 3",
        "DELETE FROM audit_event WHERE id = 3",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT id, occurred_at, 'nobody', action, subject, file_sha256, cell, detail, sha256 FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
def test_the_database_neither_changes_nor_removes_a_line_of_the_trail(office: Store, forgery: str) -> None:
    engine = office.engine.dialect.name
    if ("REPLACE" in forgery and engine != "sqlite") or ("TRUNCATE" in forgery and engine == "sqlite"):
        forgery = "DELETE FROM audit_event WHERE id = 1"
    with pytest.raises(Exception, match="append-only"), office.engine.begin() as connection:
        connection.execute(text(forgery))


@pytest.mark.parametrize(
    ("forgery", "broken"),
    [
        ("UPDATE audit_event SET detail = 'nothing' WHERE id = 3", 3),
        ("UPDATE audit_event SET occurred_at = '2020-01-01 00:00:00.000000' WHERE id = 2", 2),
        ("DELETE FROM audit_event WHERE id = 4", 5),
        ("UPDATE audit_event SET id = 1000 WHERE id = 4", 5),
        ("INSERT INTO audit_event VALUES (999, '2023-01-01', 'a', 'b', 'c', NULL, '', '', '')", 999),
    ],
)
def test_whoever_gets_round_the_database_breaks_the_chain_at_a_named_line(office: Store, forgery: str, broken: int) -> None:
    with office.reading() as session:
        assert trail.first_break(session) is None
    with office.engine.begin() as connection:
        if office.engine.dialect.name == "sqlite":
            for name in ("update", "delete", "replace"):
                connection.execute(text(f"DROP TRIGGER audit_event_no_{name}"))
        else:
            connection.execute(text("DROP TRIGGER audit_event_append_only ON audit_event"))
        connection.execute(text(forgery))
    with office.reading() as session:
        assert trail.first_break(session) == broken


@pytest.mark.edition
def test_reports_and_lines_from_before_are_held_to_the_same_rules(tmp_path: Path) -> None:
    """A database of schema 0014 with a report: who wrote parts of it is taken from its audit lines, and these are chained."""
    made = Store(f"sqlite:///{tmp_path / 'old.db'}")
    made.migrate(to="0014")
    at = "2023-01-20 01:02:03.000004"
    with made.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO source VALUES ('S1', 'https://example.org', 'page', NULL, 'primary', '', NULL, 'day')")
        )
        connection.execute(
            text(
                "INSERT INTO reporting_period (period_code, kind, start_date, end_date) VALUES ('FY2022', 'year', '2022-04-01', '2023-03-31')"
            )
        )
        for email in (ANNA, BOTH, OFFICE):
            connection.execute(text(f"INSERT INTO user_account VALUES ('{email}', '', 1, '{at}')"))
        given = {"bureau_code": "GENERAL", "kind": "whole", "source_code": "S1"}
        needed = [row[1] for row in connection.execute(text("PRAGMA table_info(bureau)")) if row[3]]
        held = {n: given.get(n, "unknown" if n.endswith("precision") else 0) for n in needed}
        marks = ", ".join(f":{n}" for n in held)
        connection.execute(text(f"INSERT INTO bureau ({', '.join(held)}) VALUES ({marks})"), held)
        connection.execute(
            text("INSERT INTO submission (id, bureau_code, period_code, state, revision, created_by, created_at, submitted_by, return_reason, open_json)"
                 f" VALUES (1, 'GENERAL', 'FY2022', 'submitted', 1, '{ANNA}', '{at}', '{ANNA}', '', '')")
        )  # fmt: skip
        for number, (actor, action) in enumerate(((ANNA, "uploaded"), (BOTH, "conflict_resolved"), (OFFICE, "commented")), start=1):
            connection.execute(
                text("INSERT INTO audit_event (id, occurred_at, actor, action, subject, cell, detail)"
                     f" VALUES ({number}, '{at}', '{actor}', '{action}', 'submission 1', '', '')")
            )  # fmt: skip
    made.migrate()
    assert [c["email"] for c in made.all_of(tables.SubmissionContributor)] == [ANNA, BOTH]
    with made.reading() as session:
        assert trail.first_break(session) is None and trail.last(session)
    with made.writing(is_clock_right=True):
        pass  # its lines are years old
    people.add_person(made, actor=people.COMMAND_LINE, email=OFFICE, role="reform_office")
    with made.reading() as session:
        assert trail.first_break(session) is None


@pytest.mark.parametrize(("content", "numerator"), [(b"1", 700.0), (b"2", 700.0), (b"1", 800.0)], ids=["file", "values", "odd"])
def test_what_was_withdrawn_and_reported_again_by_a_colleague_is_still_of_who_wrote_it(
    office: Store, content: bytes, numerator: float
) -> None:
    send(office, actor=BOTH)
    submissions.withdraw(office, 1, actor=ANNA, revision=1)
    rows = [figure(numerator=numerator, denominator=1000.0)]
    submissions.upload(
        office, submissions.FilledWorkbook(rows=rows, content=content, name="b.xlsx"), actor=ANNA, bureau_code="GENERAL", period_code=PERIOD
    )  # fmt: skip
    say_causes(office, 2, actor=ANNA, revision=1, as_of=IN_TIME)
    submissions.submit(office, 2, actor=ANNA, revision=1, today=IN_TIME)
    with pytest.raises(NotAllowed, match="withdrawn one"):
        submissions.approve(office, 2, actor=BOTH, revision=1)
    with pytest.raises(NotAllowed, match="withdrawn one"):
        submissions.give_back(office, 2, actor=BOTH, revision=1, reason="x")
    assert submissions.approve(office, 2, actor=OFFICE, revision=1) >= 1


def test_who_wrote_a_withdrawn_report_decides_on_one_that_repeats_nothing_of_it(office: Store) -> None:
    send(office, actor=BOTH)
    submissions.withdraw(office, 1, actor=ANNA, revision=1)
    rows = [figure("seal_abolished_procedures", value=150.0, denominator=300.0)]
    submissions.upload(
        office, submissions.FilledWorkbook(rows=rows, content=b"2", name="b.xlsx"), actor=ANNA, bureau_code="GENERAL", period_code=PERIOD
    )  # fmt: skip
    say_causes(office, 2, actor=ANNA, revision=1, as_of=IN_TIME)
    submissions.submit(office, 2, actor=ANNA, revision=1, today=IN_TIME)
    assert submissions.approve(office, 2, actor=BOTH, revision=1) >= 1


def test_a_step_that_is_not_known_is_refused_and_recorded_without_a_report(office: Store) -> None:
    with pytest.raises(NotFound):
        submissions.approve(office, 77, actor=OFFICE, revision=1)
    send(office)
    with pytest.raises(StepRefused):
        submissions.approve(office, 1, actor=OFFICE, revision=1)
    assert [e["subject"] for e in office.all_of(tables.AuditEvent, action="refused")] == ["submission 77", "submission 1"]


def test_lines_that_are_written_at_once_follow_each_other_too(office: Store) -> None:
    with office.writing(is_figures=False) as session:
        said = {"occurred_at": instant(session), "actor": OFFICE, "action": "tried", "subject": "two lines"}
        trail.append(session, [said, {**said, "detail": "second"}, {**said, "detail": "third"}])
    with office.reading() as session:
        assert trail.first_break(session) is None
