"""A figure approved by mistake: withdrawn by a vintage of its own, by two persons, and never seen as a figure again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.figures.projects import milestones_on
from kpis.figures.records import Figure, counting_vintage, current_vintages, revisions
from kpis.figures.scorecard import score_all
from kpis.figures.shifts import shifts
from kpis.reporting import submissions, withdrawals
from kpis.store import tables
from kpis.store.fields import records
from kpis.store.store import Store, utc_now
from loaders.load import load_file
from tests.older import Row, put_into_tables_of
from tests.small_government import ANNA, DAI, IN_TIME, OFFICE, PERIOD, SECOND, STRANGER, figure, register_row

KEY = ("electronic_decision_rate", "GENERAL", "FY2022-Q2")
AS_OF = date(2023, 1, 31)
HEAD = "indicator_code,bureau_code,period_code,numerator,denominator,source_code,reason_class,reason_text,is_withdrawn\n"


def listed(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines) + "\n").encode()


def load(store: Store, *lines: str, name: str = "o.csv") -> Any:
    return load_file(store, listed(*lines), name=name, kind="observations.csv")


def corrected(store: Store) -> None:
    assert not load(store, "electronic_decision_rate,GENERAL,FY2022-Q2,600,1000,PLAN,error,転記の誤り,").problems


def counting(store: Store) -> tuple[int, float | None] | None:
    entry = next(e for e in store.book([KEY[0]]).entries if e.unit_code == KEY[1])
    found = [f for f in current_vintages(entry.figures) if f.period_code == KEY[2]]
    return (found[0].vintage, found[0].numerator) if found else None


def ask(store: Store, actor: str = ANNA, **given: Any) -> withdrawals.Asked:
    return withdrawals.ask(store, KEY, actor=actor, **{"reason_class": "error", "reason_text": "別の指標の数値", **given})


def test_the_vintage_before_counts_again_then_none_and_what_was_known_stays(reporting: Store) -> None:
    corrected(reporting)
    before = utc_now()
    first = ask(reporting)
    assert (first.vintage, first.figure.numerator, first.then and first.then.numerator) == (2, 600.0, 500.0)
    assert counting(reporting) == (2, 600.0), "asking changes nothing"
    withdrawals.decide(reporting, first.id, actor=OFFICE, approves=True)
    assert counting(reporting) == (1, 500.0)
    second = ask(reporting)
    assert (second.vintage, second.then) == (1, None)
    withdrawals.decide(reporting, second.id, actor=OFFICE, approves=True)
    assert counting(reporting) is None
    rows = reporting.all_of(tables.Observation, period_code=KEY[2], indicator_code=KEY[0])
    assert [(r["vintage"], r["numerator"], r["withdraws_vintage"]) for r in rows] == [
        (1, 500.0, None), (2, 600.0, None), (3, None, 2), (4, None, 1),
    ]  # fmt: skip
    entry = next(e for e in reporting.book([KEY[0]]).entries if e.unit_code == KEY[1])
    assert [f.numerator for f in current_vintages(entry.figures, known_at=before)] == [600.0]
    now = score_all(reporting.book(), as_of=AS_OF)
    was = score_all(reporting.book(), as_of=AS_OF, known_at=before)
    status = {
        k: {s.entry.unit_code: s.judgement.status for s in v if s.entry.definition.code == KEY[0]}
        for k, v in (("now", now), ("was", was))
    }
    assert status["now"]["GENERAL"] == "no_data" and status["was"]["GENERAL"] != "no_data"
    own = next(s for s in now if (s.entry.definition.code, s.entry.unit_code) == KEY[:2])
    told = [(r.is_withdrawal, r.before and r.before.numerator, r.after and r.after.numerator) for r in own.revisions]
    assert told == [(False, 500.0, 600.0), (True, 600.0, 500.0), (True, 500.0, None)]
    reasons = [s.reasons for s in shifts(now, now, since=date(2023, 1, 1)) if s.after.entry.unit_code == "GENERAL"]
    assert ("withdrawn", "別の指標の数値") in reasons[0]


def test_a_figure_reported_again_after_a_withdrawal_is_a_new_vintage_with_a_reason(reporting: Store) -> None:
    withdrawals.decide(reporting, ask(reporting).id, actor=OFFICE, approves=True)
    rows = [figure(numerator=700.0, denominator=1000.0, period=KEY[2], reason_class="error", reason_text="正しい指標で報告")]
    draft = submissions.upload(
        reporting,
        submissions.FilledWorkbook(rows=rows, content=b"x", name="x.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)
    assert counting(reporting) == (3, 700.0)


def test_the_same_file_after_its_figure_was_withdrawn_is_a_new_draft_until_it_is_approved_again(reporting: Store) -> None:
    rows = [figure(numerator=960.0, denominator=1000.0, reason_class="error", reason_text="正しかった")]

    def upload() -> submissions.Uploaded:
        workbook = submissions.FilledWorkbook(rows=rows, content=b"x", name="x.xlsx")
        return submissions.upload(reporting, workbook, actor=ANNA, bureau_code="GENERAL", period_code=PERIOD)

    for number in (1, 2):
        sent = upload()
        assert (sent.report_id, sent.is_repeat, sent.state) == (number, False, "draft")
        submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
        assert submissions.approve(reporting, number, actor=OFFICE, revision=1) == 1
        again = upload()
        assert (again.report_id, again.is_repeat, again.state) == (number, True, "approved")
        asked = withdrawals.ask(
            reporting, (KEY[0], KEY[1], PERIOD), actor=OFFICE, reason_class="error", reason_text="別の指標の数値"
        )
        assert upload().is_repeat
        withdrawals.decide(reporting, asked.id, actor=SECOND, approves=True)


def test_a_workbook_that_leaves_nothing_of_a_figure_withdraws_it_by_four_eyes(reporting: Store) -> None:
    row = figure(period=KEY[2], issued_vintage=1)
    draft = submissions.upload(
        reporting,
        submissions.FilledWorkbook(rows=[row], content=b"x", name="x.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    with pytest.raises(StepRefused, match="Corrections lack a reason"):
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    submissions.explain(
        reporting, draft.report_id, actor=ANNA, revision=1, reasons={(row.kind, row.key): ("error", "指標の取り違え")}
    )  # fmt: skip
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    assert counting(reporting) == (1, 500.0)
    submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)
    assert counting(reporting) is None
    (made,) = [r for r in reporting.all_of(tables.Observation) if r["withdraws_vintage"]]
    assert (made["submission_id"], made["reason_class"], made["reason_text"]) == (draft.report_id, "error", "指標の取り違え")


def test_two_persons_and_a_reason_are_needed(reporting: Store) -> None:
    with pytest.raises(FigureRefused, match="reason class"):
        ask(reporting, reason_text=" ")
    with pytest.raises(NotAllowed):
        ask(reporting, actor=DAI)  # another bureau's manager
    with pytest.raises(NotAllowed):
        ask(reporting, actor=STRANGER)
    asked = ask(reporting, actor=OFFICE)
    with pytest.raises(StepRefused, match="already"):
        ask(reporting, actor=SECOND)
    line = reporting.all_of(tables.AuditEvent, action="refused")[-1]
    assert (line["actor"], line["detail"]) == (SECOND, "ask_withdrawal: withdrawal_asked_before")
    with pytest.raises(NotAllowed, match="somebody else"):
        withdrawals.decide(reporting, asked.id, actor=OFFICE, approves=True)
    with pytest.raises(NotAllowed):
        withdrawals.decide(reporting, asked.id, actor=ANNA, approves=True)  # a manager decides nothing
    with pytest.raises(FigureRefused, match="reason"):
        withdrawals.decide(reporting, asked.id, actor=SECOND, approves=False)
    withdrawals.decide(reporting, asked.id, actor=SECOND, approves=False, text="正しい数値です")
    assert counting(reporting) == (1, 500.0)
    with pytest.raises(StepRefused, match="decided"):
        withdrawals.decide(reporting, asked.id, actor=SECOND, approves=True)


def test_what_cannot_be_withdrawn_is_named(reporting: Store) -> None:
    with pytest.raises(NotFound, match="no figure"):
        withdrawals.ask(reporting, (KEY[0], KEY[1], "FY2021-Q1"), actor=ANNA, reason_class="error", reason_text="x")
    waiting = ask(reporting)
    withdrawals.decide(reporting, waiting.id, actor=OFFICE, approves=True)
    for vintage in (1, 2):  # withdrawn already, and the withdrawal itself
        with pytest.raises(FigureRefused):
            ask(reporting, vintage=vintage)


def test_a_vintage_withdrawn_by_a_report_meanwhile_is_not_withdrawn_twice(reporting: Store) -> None:
    waiting = ask(reporting)
    assert not load(reporting, "electronic_decision_rate,GENERAL,FY2022-Q2,,,PLAN,error,公表元の取消,1").problems
    with pytest.raises(ChangedMeanwhile):
        withdrawals.decide(reporting, waiting.id, actor=OFFICE, approves=True)


def test_a_list_withdraws_a_figure_and_never_brings_it_back_by_being_loaded_again(reporting: Store) -> None:
    whole = (
        "electronic_decision_rate,GENERAL,FY2022-Q2,500,1000,PLAN,,,",
        "electronic_decision_rate,GENERAL,FY2022-Q2,600,1000,PLAN,error,転記の誤り,",
        "electronic_decision_rate,GENERAL,FY2022-Q2,,,PLAN,error,公表元の取消,1",
    )
    assert load(reporting, *whole).accepted == 2
    assert counting(reporting) == (1, 500.0)
    more = "electronic_decision_rate,GENERAL,FY2022-Q1,400,1000,PLAN,,,"
    assert load(reporting, *whole, more).accepted == 1, "what the list says again is known"
    assert counting(reporting) == (1, 500.0)
    for line in (
        "electronic_decision_rate,GENERAL,FY2021,,,PLAN,error,ない数値,1",  # nothing to withdraw
        "electronic_decision_rate,GENERAL,FY2022-Q2,,,PLAN,,,1",  # no reason
        "electronic_decision_rate,GENERAL,FY2022-Q2,,,PLAN,,,",  # says nothing
    ):
        assert load(reporting, line).problems, line


@pytest.mark.edition
def test_a_milestones_day_approved_by_mistake_no_longer_counts(reporting: Store) -> None:
    def approve(number: int, **fields: Any) -> None:
        row = register_row("milestone", "M1", issued_vintage=number, **fields)
        row = type(row)(**{**vars_of(row), "reason_class": "error", "reason_text": "別の節目の日"})
        draft = submissions.upload(
            reporting,
            submissions.FilledWorkbook(rows=[row], content=f"{number}".encode(), name="m.xlsx"),
            actor=ANNA,
            bureau_code="GENERAL",
            period_code=PERIOD,
        )
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
        submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)

    def vars_of(row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in row.__dataclass_fields__}

    def state(known_at: datetime | None = None) -> str:
        found = milestones_on(
            *(records(table, reporting.all_of(table)) for table in (tables.Milestone, tables.MilestoneDate)),
            as_of=AS_OF,
            known_at=known_at,
        )
        return next(m.state for m in found if m.code == "M1")

    assert state() == "late"
    approve(1, actual_end=date(2022, 12, 20))
    assert state() == "done"
    before = utc_now()
    approve(2, actual_end=None)
    assert (state(), state(before)) == ("late", "done")


@given(st.lists(st.one_of(st.none(), st.integers(1, 8)), max_size=8))
def test_what_counts_is_the_last_vintage_that_was_not_withdrawn(steps: list[int | None]) -> None:
    """Random corrections (``None``) and withdrawals of an earlier vintage, against a replay on paper."""
    made: list[Figure] = [Figure("FY2022", 1.0, vintage=1, known_at=datetime(2023, 1, 1))]
    alive = [1]
    replay = [1.0]
    for step in steps:
        number, at = len(made) + 1, datetime(2023, 1, 1) + timedelta(days=len(made))
        if step is None:
            made.append(Figure("FY2022", float(number), vintage=number, known_at=at))
            alive.append(number)
        elif step in alive:
            made.append(Figure("FY2022", None, vintage=number, known_at=at, withdraws_vintage=step))
            alive.remove(step)
        else:
            continue
        replay.append(float(alive[-1]) if alive else -1.0)
    for day, expected in enumerate(replay):
        found = current_vintages(made, known_at=datetime(2023, 1, 1) + timedelta(days=day))
        assert [f.value for f in found] == ([expected] if expected > 0 else [])
    rows = [{"vintage": f.vintage, "withdraws_vintage": f.withdraws_vintage} for f in made]
    last = counting_vintage(rows)
    assert (float(last["vintage"]) if last else -1.0) == replay[-1]
    assert [r.after.value if r.after else -1.0 for r in revisions(made)] == replay[1:]


@pytest.mark.edition
def test_the_migration_works_with_rows_present(reporting: Store) -> None:
    """From the version before, where what was withdrawn counts again since nothing can say otherwise."""

    def without_withdrawals(_table: str, row: Row) -> Row | None:
        return row if row.get("withdraws_vintage") is None else None

    withdrawals.decide(reporting, ask(reporting).id, actor=OFFICE, approves=True)
    put_into_tables_of("0008", reporting, without_withdrawals)
    with reporting.engine.connect() as connection:
        left = connection.execute(text("SELECT vintage, numerator FROM observation WHERE period_code = 'FY2022-Q2'")).all()
    assert (1, 500.0) in [tuple(row) for row in left] and all(vintage == 1 for vintage, _ in left)
    reporting.migrate()
    assert counting(reporting) == (1, 500.0)
    assert {r["listed_in"] for r in reporting.all_of(tables.Procedure)} == {"procedures.csv"}
    withdrawals.decide(reporting, ask(reporting).id, actor=OFFICE, approves=True)
    assert counting(reporting) is None
