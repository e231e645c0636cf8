"""Two drafts that contradict each other: each was right when its file was read, and neither passes in silence once the other counts."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.errors import StepRefused
from kpis.figures.records import counting_vintage
from kpis.reporting import reports, submissions
from kpis.reporting.submissions import Uploaded
from kpis.store import tables
from kpis.store.store import Store
from tests.small_government import ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD, figure, say_causes

STOCK = "seal_abolished_procedures"
NEXT, NEXT_IN_TIME = "FY2022-Q4", date(2023, 4, 20)


def draft(store: Store, content: bytes, value: float, period: str) -> Uploaded:
    rows = [figure(STOCK, value=value, denominator=300.0, period=period)]
    return submissions.upload(
        store,
        submissions.FilledWorkbook(rows=rows, content=content, name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=period,
    )


def submit(store: Store, given: Uploaded, day: date) -> None:
    say_causes(store, given.report_id, actor=ANNA, revision=given.revision, as_of=day)  # of the project whose milestone is late
    submissions.submit(store, given.report_id, actor=ANNA, revision=given.revision, today=day)


def approve(store: Store, given: Uploaded) -> int:
    return submissions.approve(store, given.report_id, actor=OFFICE, revision=given.revision)


def value_of(store: Store, period: str) -> float | None:
    counting = counting_vintage(store.all_of(tables.Observation, indicator_code=STOCK, bureau_code="GENERAL", period_code=period))
    return counting and counting["value"]


@pytest.mark.edition
def test_the_second_to_be_approved_is_refused_by_name_and_passes_once_it_was_confirmed(reporting: Store) -> None:
    earlier, later = draft(reporting, b"q3", 200, PERIOD), draft(reporting, b"q4", 150, NEXT)
    submit(reporting, earlier, IN_TIME)
    submit(reporting, later, NEXT_IN_TIME)
    assert approve(reporting, earlier) == 1
    with pytest.raises(StepRefused) as refused:
        approve(reporting, later)
    for message in (str(refused.value), refused.value.in_language("en")):
        assert STOCK in message and "150" in message and "200" in message
    assert value_of(reporting, NEXT) is None, "nothing is half-stored"
    submissions.give_back(reporting, later.report_id, actor=OFFICE, revision=1, reason="前の四半期を下回ります")
    with pytest.raises(StepRefused, match="理由を書いて確認"):
        submit(reporting, later, NEXT_IN_TIME)
    (asked,) = reports.opened(reporting, later.report_id, viewer=ANNA, as_of=NEXT_IN_TIME).warnings
    assert (asked.rule, asked.found) == ("cumulative_falls", "150") and "200" in asked.expected_en
    with pytest.raises(StepRefused, match="確認されていない警告"):
        submit(reporting, later, NEXT_IN_TIME)
    submissions.confirm(reporting, later.report_id, actor=ANNA, revision=1, reasons={asked.id: "廃止分を除いた"})
    submit(reporting, later, NEXT_IN_TIME)
    assert approve(reporting, later) == 2 and value_of(reporting, NEXT) == 150  # and why the project is late


def test_of_several_approved_at_once_the_contradicting_one_waits(reporting: Store) -> None:
    earlier, later = draft(reporting, b"q3", 200, PERIOD), draft(reporting, b"q4", 150, NEXT)
    submit(reporting, earlier, IN_TIME)
    submit(reporting, later, NEXT_IN_TIME)
    done = submissions.approve_several(reporting, {earlier.report_id: 1, later.report_id: 1}, actor=OFFICE)
    assert [(d.changed, d.refusal is None) for d in done] == [(1, True), (0, False)]


def test_a_draft_that_contradicts_what_was_approved_meanwhile_is_asked_before_it_is_submitted(reporting: Store) -> None:
    earlier, later = draft(reporting, b"q3", 200, PERIOD), draft(reporting, b"q4", 150, NEXT)
    submit(reporting, earlier, IN_TIME)
    approve(reporting, earlier)
    with pytest.raises(StepRefused) as refused:
        submit(reporting, later, NEXT_IN_TIME)
    assert "200" in refused.value.in_language("en")
    (asked,) = reporting.all_of(tables.AuditEvent, action="warning_asked")
    assert (asked["actor"], asked["subject"], bool(asked["cell"])) == (
        ANNA,
        f"submission {later.report_id}",
        True,
    ) and "200" in asked["detail"]
    (line,) = reporting.all_of(tables.AuditEvent, action="refused")
    assert (line["actor"], line["detail"]) == (ANNA, "submit: contradicts_since_check")
    assert [w.rule for w in reports.opened(reporting, later.report_id, viewer=AYA, as_of=NEXT_IN_TIME).warnings] == [
        "cumulative_falls"
    ]
    assert reports.report(reporting, later.report_id, viewer=ANNA).state == "draft"


def test_what_agrees_passes_as_before(reporting: Store) -> None:
    earlier, later = draft(reporting, b"q3", 200, PERIOD), draft(reporting, b"q4", 210, NEXT)
    for given, day, rows in ((earlier, IN_TIME, 1), (later, NEXT_IN_TIME, 2)):  # by then a milestone of a project is late: why
        submit(reporting, given, day)
        assert approve(reporting, given) == rows


def test_year_to_date_beside_a_single_period_of_another_bureau_is_seen_too(reporting: Store) -> None:
    rate = {"numerator": 500.0, "denominator": 1000.0}
    ours = submissions.upload(
        reporting,
        submissions.FilledWorkbook(rows=[figure(**rate, is_year_to_date=True)], content=b"g", name="g.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    theirs = submissions.upload(
        reporting,
        submissions.FilledWorkbook(rows=[figure(**rate, bureau="DIGITAL")], content=b"d", name="d.xlsx"),
        actor=DAI,
        bureau_code="DIGITAL",
        period_code=PERIOD,
    )
    submit(reporting, ours, IN_TIME)
    submissions.submit(reporting, theirs.report_id, actor=DAI, revision=1, today=IN_TIME)
    approve(reporting, ours)
    with pytest.raises(StepRefused, match="4月からの累計"):
        approve(reporting, theirs)
