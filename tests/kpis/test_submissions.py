"""The life of a report in a real database: nothing lost, nothing doubled, every conflict named, four eyes always."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date

import pytest
from sqlalchemy import event

from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.figures.scorecard import Book, score_indicator
from kpis.reporting import deadlines, reports, submissions
from kpis.reporting.comparison import OBSERVATIONS, OURS, THEIRS, ReportedRow
from kpis.reporting.kept import Warning
from kpis.reporting.submissions import Uploaded
from kpis.store import tables, vintages
from kpis.store.store import Store, utc_now
from tests.racing import race
from tests.small_government import ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD, SECOND, figure, register_row

FIRST = [figure(numerator=800.0, denominator=1000.0)]
RATE = (OBSERVATIONS, ("electronic_decision_rate", "GENERAL", PERIOD))


def uploaded(store: Store, rows: list[ReportedRow] | None = None, **overrides: object) -> Uploaded:
    """ANNA uploads a workbook of GENERAL, with overrides."""
    given = {"actor": ANNA, "bureau_code": "GENERAL", "period_code": PERIOD, **overrides}
    of_file = {name: given.pop(name) for name in {f.name for f in fields(submissions.FilledWorkbook)} & set(given)}
    workbook = submissions.FilledWorkbook(rows=rows or FIRST, **{"content": b"first", "name": "a.xlsx", **of_file})
    return submissions.upload(store, workbook, **given)  # type: ignore[arg-type]


def submitted(store: Store, rows: list[ReportedRow] | None = None, **overrides: object) -> Uploaded:
    draft = uploaded(store, rows, **overrides)
    submissions.submit(store, draft.report_id, actor=ANNA, revision=draft.revision, today=IN_TIME)
    return draft


def approved(store: Store, rows: list[ReportedRow] | None = None, **overrides: object) -> Uploaded:
    done = submitted(store, rows, **overrides)
    submissions.approve(store, done.report_id, actor=OFFICE, revision=done.revision)
    return done


def state(store: Store, number: int) -> str:
    return reports.report(store, number, viewer=OFFICE).state


@pytest.mark.edition
def test_from_draft_to_current(reporting: Store) -> None:
    rows = [
        *FIRST,
        figure("touchless_services", text_ja="Web相談を開始", row=6),
        register_row("procedure", "P1", digital_status="done", digitised_date=date(2022, 11, 1)),
        register_row("milestone", "M1", actual_end=date(2022, 12, 20)),
        register_row("facility", "F1", cashless_status="introduced", cashless_since=date(2022, 10, 1)),
    ]
    draft = uploaded(reporting, rows)
    assert reporting.all_of(tables.Observation, period_code=PERIOD) == []
    before = reporting.revision()
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    assert submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1) == 5
    assert reporting.revision() > before
    figures = reporting.all_of(tables.Observation, period_code=PERIOD)
    assert [(f["indicator_code"], f["numerator"], f["denominator"], f["text_ja"], f["vintage"]) for f in figures] == [
        ("electronic_decision_rate", 800.0, 1000.0, "", 1),
        ("touchless_services", None, None, "Web相談を開始", 1),
    ]
    assert {f["submission_id"] for f in figures} == {draft.report_id}
    assert {f["source_code"] for f in figures} == {f"report-{draft.report_id}"}
    procedure = reporting.one_of(tables.Procedure, "P1")
    assert (procedure["digital_status"], procedure["digitised_date"], procedure["digitised_precision"], procedure["vintage"]) == (
        "done", date(2022, 11, 1), "day", 2,
    )  # fmt: skip
    assert reporting.one_of(tables.Facility, "F1")["cashless_since"] == date(2022, 10, 1)
    days = reporting.all_of(tables.MilestoneDate, milestone_code="M1", date_kind="actual")
    assert [(d["day"], d["submission_id"]) for d in days] == [(date(2022, 12, 20), draft.report_id)]
    changes = reporting.all_of(tables.RegisterChange)
    assert {(c["row_code"], c["submission_id"]) for c in changes} == {(c, draft.report_id) for c in ("P1", "F1", "M1")}
    source = reporting.one_of(tables.Source, f"report-{draft.report_id}")
    assert source["title"] == "総務局 令和4年度第3四半期報告"
    entries = {e.unit_code: e for e in reporting.book(["electronic_decision_rate"]).entries}
    own = entries["GENERAL"]
    judged = score_indicator([own], Book((own,), {}), as_of=date(2023, 1, 31))[0].judgement
    assert judged.figure is not None and (judged.status, judged.figure.numerator) == ("on_track", 800.0)
    trail = reporting.all_of(tables.AuditEvent, subject=f"submission {draft.report_id}")
    assert [e["action"] for e in trail][:3] == ["uploaded", "submitted", "approved"]
    cells = {e["cell"]: e["detail"] for e in trail if e["action"] == "cell_changed"}
    assert cells["5つのレス!G5"] == "observations.csv electronic_decision_rate GENERAL FY2022-Q3 numerator: None → 800.0"
    assert all(e["file_sha256"] for e in trail)


def test_a_new_row_of_a_register_gets_its_bureau_and_its_defaults(reporting: Store) -> None:
    row = register_row("procedure", "P3", issued_vintage=0, name_ja="新しい届出", digital_status="planned", online_channel="")
    approved(reporting, [row])
    made = reporting.one_of(tables.Procedure, "P3")
    assert (made["bureau_code"], made["name_ja"], made["fee_step"], made["vintage"]) == ("GENERAL", "新しい届出", "unknown", 1)


def test_the_same_file_twice_is_a_no_op(reporting: Store) -> None:
    draft = uploaded(reporting)
    for actor in (ANNA, AYA):
        again = uploaded(reporting, actor=actor)
        assert (again.report_id, again.revision, again.is_repeat) == (draft.report_id, 1, True)
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    assert uploaded(reporting).is_repeat
    submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)
    after = uploaded(reporting)
    assert (after.is_repeat, after.state) == (True, "approved")
    assert (reporting.count(tables.Submission), reporting.count(tables.SubmissionRow)) == (1, 1)
    assert len(reporting.all_of(tables.OriginalFile, kind="report")) == 1


def test_a_second_upload_is_merged_and_what_it_says_otherwise_is_asked_whoever_saw_what(reporting: Store) -> None:
    draft = uploaded(reporting)
    second = uploaded(reporting, [figure(numerator=1.0, denominator=2.0)], actor=AYA, content=b"second")
    assert (second.report_id, second.revision, second.clashes) == (draft.report_id, 2, 2)
    rows = reporting.all_of(tables.SubmissionRow)
    assert [(r["revision"], json.loads(r["fields_json"])["fields"]["numerator"]) for r in rows] == [(1, 800.0), (2, 800.0)]
    with pytest.raises(ChangedMeanwhile, match=AYA):
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    with pytest.raises(StepRefused, match="electronic_decision_rate"):
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=2, today=IN_TIME)


def test_nothing_is_added_to_a_draft_that_is_gone(reporting: Store) -> None:
    draft = uploaded(reporting)
    submissions.withdraw(reporting, draft.report_id, actor=AYA, revision=1)
    with pytest.raises(ChangedMeanwhile):
        uploaded(reporting, content=b"second", adds_to=draft.report_id)
    fresh = uploaded(reporting, content=b"second")
    assert fresh.report_id != draft.report_id and state(reporting, draft.report_id) == "withdrawn"


@pytest.mark.edition
def test_a_return_has_a_reason_and_its_comments_stand_at_their_cells(reporting: Store) -> None:
    sent = submitted(reporting)
    with pytest.raises(FigureRefused):
        submissions.give_back(reporting, sent.report_id, actor=OFFICE, revision=1, reason="  ")
    submissions.give_back(
        reporting, sent.report_id, actor=OFFICE, revision=1, reason="分母を確かめてください",
        comments={(*RATE, "denominator"): "前期は1,200件でした", (*RATE, "numerator"): " "},
    )  # fmt: skip
    back = reports.opened(reporting, sent.report_id, viewer=AYA, as_of=IN_TIME)
    assert (back.report.state, back.report.return_reason) == ("returned", "分母を確かめてください")
    assert [(c.cell, c.text, c.written_by) for c in back.comments] == [("H5", "前期は1,200件でした", OFFICE)]
    better = uploaded(reporting, [figure(numerator=800.0, denominator=1200.0)], content=b"better", adds_to=sent.report_id)
    assert (better.report_id, better.revision, better.state) == (sent.report_id, 2, "returned")
    submissions.submit(reporting, sent.report_id, actor=ANNA, revision=2, today=IN_TIME)
    submissions.approve(reporting, sent.report_id, actor=SECOND, revision=2)
    assert reporting.all_of(tables.Observation, period_code=PERIOD)[0]["denominator"] == 1200.0
    assert [c.text for c in reports.opened(reporting, sent.report_id, viewer=ANNA, as_of=IN_TIME).comments]


def test_nobody_approves_or_returns_what_they_uploaded_or_submitted(reporting: Store) -> None:
    from kpis.reporting import people

    for email in (ANNA, AYA):
        people.add_person(reporting, actor=people.COMMAND_LINE, email=email, role="reform_office")
    draft = uploaded(reporting)
    submissions.submit(reporting, draft.report_id, actor=AYA, revision=1, today=IN_TIME)
    for email in (ANNA, AYA):
        with pytest.raises(NotAllowed):
            submissions.approve(reporting, draft.report_id, actor=email, revision=1)
        with pytest.raises(NotAllowed):
            submissions.give_back(reporting, draft.report_id, actor=email, revision=1, reason="x")
    assert submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1) == 1


def test_a_template_older_than_anothers_change_is_a_conflict_cell_by_cell(reporting: Store) -> None:
    approved(reporting)
    late = [
        figure(numerator=790.0, denominator=1000.0, issued_vintage=0, reason_class="late_data", reason_text="集計漏れ"),
        figure("paper_sheets", value=5000.0, row=6),
    ]
    draft = uploaded(reporting, late, content=b"old template")
    with pytest.raises(StepRefused, match="5つのレス!G5"):
        submissions.submit(reporting, draft.report_id, actor=AYA, revision=1, today=IN_TIME)
    shown = reports.opened(reporting, draft.report_id, viewer=AYA, as_of=IN_TIME)
    assert [(c.column, c.at_issue, c.old, c.new, c.changed_by) for c in shown.comparison.unresolved] == [
        ("numerator", None, 800.0, 790.0, ANNA)
    ]
    submissions.resolve(reporting, draft.report_id, actor=AYA, revision=1, choices={(*RATE, "numerator"): OURS})
    submissions.submit(reporting, draft.report_id, actor=AYA, revision=1, today=IN_TIME)
    submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)
    figures = reporting.all_of(tables.Observation, indicator_code="electronic_decision_rate", period_code=PERIOD)
    assert [(f["vintage"], f["numerator"], f["reason_class"]) for f in figures] == [(1, 800.0, None), (2, 790.0, "late_data")]


def test_keeping_the_stored_value_changes_nothing(reporting: Store) -> None:
    approved(reporting)
    draft = uploaded(reporting, [figure(numerator=790.0, denominator=1000.0)], content=b"old template")
    submissions.resolve(reporting, draft.report_id, actor=ANNA, revision=1, choices={(*RATE, "numerator"): THEIRS})
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    assert submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1) == 0


def test_a_register_row_changed_after_issue_is_a_conflict_too(reporting: Store) -> None:
    approved(reporting, [register_row("procedure", "P1", digital_status="done", online_channel="LoGo")])
    row = register_row("procedure", "P1", digital_status="partly_done", online_channel="", smartphone_ready="yes")
    draft = uploaded(reporting, [row], content=b"old template")
    found = reports.opened(reporting, draft.report_id, viewer=ANNA, as_of=IN_TIME).comparison
    assert {(c.column, c.at_issue, c.old, c.new) for c in found.unresolved} == {
        ("digital_status", "planned", "done", "partly_done"),
        ("online_channel", "", "LoGo", ""),
    }
    assert [c.column for c in found.cells if not c.is_conflict] == ["smartphone_ready"]


def test_a_change_between_submission_and_approval_stops_the_approval(reporting: Store) -> None:
    approved(reporting)
    rows = [figure(numerator=810.0, denominator=1000.0, issued_vintage=1, reason_class="error", reason_text="転記")]
    sent = submitted(reporting, rows, content=b"correction")
    with reporting.writing() as session:
        values = {**reporting.all_of(tables.Observation, period_code=PERIOD)[0], "numerator": 805.0}
        kept = {
            k: v for k, v in values.items() if k not in ("id", "vintage", "known_at", "recorded_at", "submission_id", "file_sha256")
        }
        given = {**kept, "reason_class": "error", "reason_text": "official", "source_code": "PLAN"}
        vintages.apply_report(session, OBSERVATIONS, [given], origin=vintages.Origin(utc_now()))
    with pytest.raises(StepRefused, match="G5"):
        submissions.approve(reporting, sent.report_id, actor=OFFICE, revision=1)
    assert state(reporting, sent.report_id) == "submitted"


def test_warnings_are_confirmed_one_by_one_with_a_reason(reporting: Store) -> None:
    odd = [Warning("分子 > 分母", "分子は分母以下", "numerator at most denominator", sheet="5つのレス", cell="G5"),
           Warning("累計が減少", "前期以上", "at least the last value", sheet="5つのレス", cell="F6")]  # fmt: skip
    draft = uploaded(reporting, warnings=odd)
    shown = reports.opened(reporting, draft.report_id, viewer=ANNA, as_of=IN_TIME)
    assert shown.obstacles == 2
    with pytest.raises(StepRefused, match="5つのレス!G5"):
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    with pytest.raises(FigureRefused):
        submissions.confirm(reporting, draft.report_id, actor=ANNA, revision=1, reasons={shown.warnings[0].id: " "})
    submissions.confirm(reporting, draft.report_id, actor=ANNA, revision=1, reasons={w.id: "確認済み" for w in shown.warnings})
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    assert state(reporting, draft.report_id) == "submitted"


@pytest.mark.edition
def test_what_was_explained_stays_explained_when_the_workbook_is_replaced(reporting: Store) -> None:
    approved(reporting)
    rows = [figure(numerator=810.0, denominator=1000.0, issued_vintage=1), figure("paper_sheets", value=5000.0, row=6)]
    odd = [Warning("急増", "例年並み", "as usual", sheet="5つのレス", cell="F6")]
    draft = uploaded(reporting, rows, content=b"one", warnings=odd)
    submissions.explain(reporting, draft.report_id, actor=ANNA, revision=1, reasons={RATE: ("error", "転記の誤り")})
    shown = reports.opened(reporting, draft.report_id, viewer=ANNA, as_of=IN_TIME)
    submissions.confirm(reporting, draft.report_id, actor=ANNA, revision=1, reasons={shown.warnings[0].id: "選挙のため"})
    rows[1] = figure("paper_sheets", value=5001.0, row=6)
    uploaded(reporting, rows, content=b"two", warnings=odd, adds_to=draft.report_id)
    after = reports.opened(reporting, draft.report_id, viewer=ANNA, as_of=IN_TIME)
    assert after.obstacles == 0 and after.warnings[0].confirmed_reason == "選挙のため"
    changed = [rows[0].__class__(**{**_as_dict(rows[0]), "fields": {**rows[0].fields, "numerator": 811.0}}), rows[1]]
    uploaded(reporting, changed, content=b"three", warnings=odd, adds_to=draft.report_id)
    assert reports.opened(reporting, draft.report_id, viewer=ANNA, as_of=IN_TIME).obstacles == 1, "another value, another reason"


def _as_dict(row: ReportedRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ReportedRow.__dataclass_fields__}


@pytest.mark.edition
@pytest.mark.parametrize(
    ("today", "refused"),
    [("2022-12-31", "受付"), ("2023-01-01", ""), ("2023-01-31", ""), ("2023-02-01", "期限"), ("2023-04-01", "締め切")],
)
def test_the_calendar_decides_when_a_report_may_come(reporting: Store, today: str, refused: str) -> None:
    draft, day = uploaded(reporting), date.fromisoformat(today)
    if not refused:
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=day)
        return
    with pytest.raises(StepRefused, match=refused):
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=day)
    leave = {"bureau_code": "GENERAL", "period_code": PERIOD, "until": day, "reason": "庁舎移転のため"}
    with pytest.raises(FigureRefused):
        submissions.grant_exception(reporting, actor=OFFICE, **{**leave, "reason": ""})  # type: ignore[arg-type]
    submissions.grant_exception(reporting, actor=OFFICE, **leave)  # type: ignore[arg-type]
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=day)
    event = reporting.all_of(tables.AuditEvent, action="exception_granted")[0]
    assert (event["actor"], event["subject"], "庁舎移転" in event["detail"]) == (OFFICE, f"GENERAL {PERIOD}", True)


def test_of_several_leaves_the_newest_counts(reporting: Store) -> None:
    for day in (10, 3):
        submissions.grant_exception(
            reporting, actor=OFFICE, bureau_code="GENERAL", period_code=PERIOD, until=date(2023, 2, day), reason="庁舎移転のため"
        )
    assert deadlines.window(reporting, "GENERAL", PERIOD).leave_until == date(2023, 2, 3)


def test_a_correction_of_what_was_approved_is_not_late(reporting: Store) -> None:
    approved(reporting)
    uploaded(reporting, [figure(numerator=810.0, denominator=1000.0, issued_vintage=1)], content=b"corrected")
    (own,) = deadlines.standings_of(reporting, "GENERAL", [PERIOD], viewer=ANNA, today=date(2023, 3, 1))
    assert (own.state, own.is_approved, own.is_late) == ("draft", True, False)


@pytest.mark.edition
def test_a_report_submitted_in_time_may_come_again_until_the_period_locks(reporting: Store) -> None:
    sent = submitted(reporting)
    submissions.give_back(reporting, sent.report_id, actor=OFFICE, revision=1, reason="再確認")
    with pytest.raises(StepRefused):
        submissions.submit(reporting, sent.report_id, actor=ANNA, revision=1, today=date(2023, 4, 1))
    submissions.submit(reporting, sent.report_id, actor=ANNA, revision=1, today=date(2023, 3, 31))


def test_a_forged_row_is_refused_by_name_and_nothing_is_kept(reporting: Store) -> None:
    forged = {
        "another bureau's figure": figure(numerator=1.0, bureau="DIGITAL"),
        "another bureau's procedure": register_row("procedure", "D1", digital_status="done"),
        "a milestone of a project of others": register_row("milestone", "M9", actual_end=date(2022, 12, 1)),
        "an indicator nobody reports": figure("nowhere", value=1.0),
        "a later period": figure(numerator=1.0, period="FY2022-Q4"),
        "the mark of confirmation": register_row("procedure", "P1", verified=True),
        "the owner": register_row("procedure", "P1", bureau_code="DIGITAL"),
    }
    for name, row in forged.items():
        with pytest.raises((NotAllowed, FigureRefused), match="5行目"):
            uploaded(reporting, [*FIRST, row], content=name.encode())
    assert (reporting.count(tables.Submission), reporting.all_of(tables.OriginalFile, kind="report")) == (0, [])


def test_flips_name_the_status_before_and_after(reporting: Store) -> None:
    draft = uploaded(reporting, [figure(numerator=400.0, denominator=1000.0)])
    shown = reports.opened(reporting, draft.report_id, viewer=ANNA, as_of=date(2023, 1, 31))
    own = [f for f in shown.flips if f.after.entry.unit_code == "GENERAL"]
    assert [(f.before.status, f.after.judgement.status) for f in own] == [("slightly_behind", "behind")]


def test_where_everybody_stands(reporting: Store) -> None:
    uploaded(reporting)
    for day, late in ((IN_TIME, False), (date(2023, 2, 1), True)):
        found = reports_matrix(reporting, day)
        assert found == {("GENERAL", "draft", late), ("DIGITAL", "not_started", late)}
    submissions.submit(reporting, 1, actor=ANNA, revision=1, today=IN_TIME)
    assert ("GENERAL", "submitted", False) in reports_matrix(reporting, date(2023, 2, 1))


def test_a_correction_on_its_way_does_not_make_a_bureau_late(reporting: Store) -> None:
    approved(reporting)
    uploaded(reporting, [figure(numerator=810.0, denominator=1000.0, issued_vintage=1)], content=b"correction")
    assert ("GENERAL", "draft", False) in reports_matrix(reporting, date(2023, 2, 1))


def reports_matrix(store: Store, day: date) -> set[tuple[str, str, bool]]:
    from kpis.reporting.deadlines import coverage

    return {(s.bureau_code, s.state, s.is_late) for s in coverage(store, [PERIOD], viewer=OFFICE, today=day)}


@pytest.mark.edition
def test_approving_several_approves_each_or_says_why_not(reporting: Store) -> None:
    good = submitted(reporting)
    draft = submissions.upload(
        reporting,
        submissions.FilledWorkbook(
            rows=[figure(numerator=5.0, denominator=9.0, bureau="DIGITAL")], content=b"digital", name="d.xlsx"
        ),
        actor=DAI,
        bureau_code="DIGITAL",
        period_code=PERIOD,
    )
    done = submissions.approve_several(reporting, {draft.report_id: 1, good.report_id: 1, 99: 1}, actor=OFFICE)
    assert [(d.changed, type(d.refusal)) for d in done] == [(0, StepRefused), (1, type(None)), (0, NotFound)]


# Two at the same second, in two processes -----------------------------------------------------------------------------


@pytest.mark.edition
def test_of_two_uploads_at_the_same_second_neither_is_lost_and_where_they_differ_is_asked(reporting: Store) -> None:
    assert race(reporting, "upload", [(ANNA, "700"), (AYA, "710")]) == ["done False", "done False"]
    opened = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME)
    assert (reporting.count(tables.Submission), opened.report.revision, len(opened.uploads)) == (1, 2, 2)
    assert [sorted(value for value, _ in clash.options) for clash in opened.clashes] == [[700.0, 710.0]]  # type: ignore[type-var]


@pytest.mark.edition
def test_the_same_file_uploaded_by_two_at_the_same_second_is_one_draft(reporting: Store) -> None:
    assert race(reporting, "upload", [(ANNA, "700"), (AYA, "700")]) == ["done False", "done True"]
    assert reporting.count(tables.Submission) == 1


@pytest.mark.edition
def test_of_two_approvals_at_once_one_counts(reporting: Store) -> None:
    sent = submitted(reporting)
    lost, won = race(reporting, "approve", [(OFFICE, str(sent.report_id)), (SECOND, str(sent.report_id))])
    assert won == "done False" and lost.startswith("StepRefused") and "approved" in lost
    assert len(reporting.all_of(tables.Observation, period_code=PERIOD)) == 1


@pytest.mark.edition
def test_where_everybody_stands_is_asked_at_once_however_many_periods_there_are(reporting: Store) -> None:
    sent: list[str] = []
    event.listen(reporting.engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_rest: sent.append(statement))

    def asked(periods: list[str]) -> tuple[int, list[str]]:
        before = len(sent)
        stands = deadlines.coverage(reporting, periods, viewer=OFFICE, today=date(2023, 5, 1))
        return len(sent) - before, [f"{s.bureau_code} {s.period_code} {s.state} {s.is_late}" for s in stands]

    submitted(reporting)
    one, _ = asked([PERIOD])
    many, stands = asked([PERIOD, "FY2022-Q4", "FY2022-Q2"])
    assert one == many
    assert stands == [
        f"GENERAL {PERIOD} submitted False", f"DIGITAL {PERIOD} not_started True",
        "GENERAL FY2022-Q4 not_started True", "DIGITAL FY2022-Q4 not_started True",
        "GENERAL FY2022-Q2 not_started False", "DIGITAL FY2022-Q2 not_started False",
    ]  # fmt: skip
