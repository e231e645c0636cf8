"""Why a figure stands as it does is asked where it must be; what is done about it is followed, and held against the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from kpis.errors import FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.figures.commented import LONGEST_CODE, action_lacks, commentary_code, outcome_of
from kpis.moment import Moment
from kpis.periods import parse_period
from kpis.reporting import reports, saying, submissions
from kpis.reporting.comparison import ReportedRow
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store
from telling import commentary
from telling.blocks import Telling
from telling.words import Words
from tests.small_government import ANNA, DAI, IN_TIME, OFFICE, PERIOD, figure, register_row, say_causes

RATE = "electronic_decision_rate"
BEHIND = [figure(numerator=300.0, denominator=1000.0)]  # 30% where 66.7% were planned
CODE = commentary_code("GENERAL", RATE, PERIOD)


def action(**overrides: object) -> ReportedRow:
    given = {
        "indicator_code": RATE, "project_code": None, "period_code": PERIOD, "measure_ja": "端末を更新する", "section_ja": "総務課",
        "role_ja": "課長", "person": "見本太郎", "due_on": date(2023, 3, 31), "action_state": "open", "effect_value": 10.0,
    }  # fmt: skip
    return register_row("action", "GENERAL-A1", issued_vintage=0, **{**given, **overrides})  # type: ignore[arg-type]


def uploaded(store: Store, rows: list[ReportedRow], content: bytes = b"first", period: str = PERIOD) -> int:
    done = submissions.upload(
        store,
        submissions.FilledWorkbook(rows=rows, content=content, name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=period,
    )
    return done.report_id


def test_a_report_of_a_figure_that_is_behind_says_why_before_it_is_submitted(reporting: Store) -> None:
    number = uploaded(reporting, BEHIND)
    opened = reports.opened(reporting, number, viewer=ANNA, as_of=IN_TIME)
    assert [i.code for i in opened.unspoken] == [RATE] and opened.obstacles == 1
    with pytest.raises(StepRefused, match="電子決定率"):
        submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    saying.say_why(
        reporting, number, actor=ANNA, revision=1, causes={RATE: {"cause_ja": "端末が足りない", "response_ja": "更新する"}}
    )
    opened = reports.opened(reporting, number, viewer=ANNA, as_of=IN_TIME)
    assert opened.unspoken == () and opened.obstacles == 0
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    (row,) = reporting.all_of(tables.Commentary)
    assert (row["commentary_code"], row["cause_ja"], row["indicator_code"], row["period_code"]) == (
        CODE,
        "端末が足りない",
        RATE,
        PERIOD,
    )
    told = [e["detail"] for e in reporting.all_of(tables.AuditEvent, action="explained")]
    assert told == [f"{RATE}: 端末が足りない / 更新する"]


def test_a_figure_on_its_way_needs_no_words(reporting: Store) -> None:
    number = uploaded(reporting, [figure(numerator=900.0, denominator=1000.0)])
    assert reports.opened(reporting, number, viewer=ANNA, as_of=IN_TIME).unspoken == ()


def test_words_come_from_the_bureau_about_its_own_figures(reporting: Store) -> None:
    number = uploaded(reporting, BEHIND)
    for said in ({RATE: {"cause_ja": "  "}}, {"no_such_indicator": {"cause_ja": "x"}}, {RATE: {"cause_ja": "長" * 2001}}):
        with pytest.raises(FigureRefused):
            saying.say_why(reporting, number, actor=ANNA, revision=1, causes=said)
    for stranger in (DAI, OFFICE):
        with pytest.raises((NotAllowed, NotFound)):
            saying.say_why(reporting, number, actor=stranger, revision=1, causes={RATE: {"cause_ja": "x"}})
    forged = register_row("commentary", CODE, issued_vintage=0, indicator_code="cashless_facilities_of_nobody", project_code=None,
                          period_code=PERIOD, cause_ja="x")  # fmt: skip
    other_period = replace(forged, fields={**forged.fields, "indicator_code": RATE, "period_code": "FY2022-Q4"})
    for row in (forged, other_period):
        with pytest.raises(NotAllowed):
            submissions.upload(
                reporting,
                submissions.FilledWorkbook(rows=[row], content=row.key[0].encode() + b"2", name="b.xlsx"),
                actor=ANNA,
                bureau_code="GENERAL",
                period_code=PERIOD,
                adds_to=number,
            )


def test_an_action_is_answered_in_a_later_quarter_and_keeps_its_history(reporting: Store) -> None:
    number = uploaded(reporting, [figure(numerator=900.0, denominator=1000.0), action()])
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    answer = register_row("action", "GENERAL-A1", issued_vintage=1, indicator_code=RATE, project_code=None, action_state="continued",
                          new_due_on=date(2023, 9, 30), state_reason_ja="納入が延びた / the delivery was late")  # fmt: skip
    later = date(2023, 4, 20)
    number = uploaded(reporting, [figure(numerator=960.0, denominator=1000.0, period="FY2022-Q4"), answer], b"second", "FY2022-Q4")
    opened = reports.opened(reporting, number, viewer=ANNA, as_of=later)
    assert not opened.comparison.unexplained, "moving on is no correction"
    say_causes(reporting, number, actor=ANNA, revision=1, as_of=later)  # of the project whose milestone is late by then
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=later)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    (row,) = reporting.all_of(tables.Action)
    assert (row["action_state"], row["due_on"], row["new_due_on"]) == ("continued", date(2023, 3, 31), date(2023, 9, 30))
    assert [c["vintage"] for c in reporting.all_of(tables.RegisterChange, register_name="action")] == [2]
    for language, reason, other in (("ja", "納入が延びた", "delivery"), ("en", "the delivery was late", "納入")):
        telling = Telling(Words(language), Moment(state=State(reporting), as_of=later))
        ((*cells,),) = commentary.actions(telling, [*telling.moment.commented.values()]).rows
        assert reason in (told := " ".join(map(str, cells))) and other not in told, "each reader reads it in their language"


def test_a_finished_action_is_held_against_the_figures_before_and_after(reporting: Store) -> None:
    done = action(action_state="done", done_on=date(2023, 1, 20), period_code="FY2022-Q2")
    number = uploaded(reporting, [figure(numerator=900.0, denominator=1000.0), done])
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    moment = Moment(state=State(reporting), as_of=IN_TIME)
    item = next(s for s in moment.scored if (s.entry.definition.code, s.entry.unit_code) == (RATE, "GENERAL"))
    ((key, said),) = moment.commented.items()
    assert key == (RATE, "GENERAL") and not said.living
    outcome = outcome_of(said.actions[0], item)
    assert outcome is not None and (outcome.before, outcome.after, outcome.worked) == (50.0, 90.0, True)


def test_what_was_expected_to_the_digit_is_reached() -> None:
    """70.3 − 70.0 is 0.2999… for a machine, and 0.3 for whoever wrote it."""
    figures = [
        SimpleNamespace(period=parse_period(code), value=value) for code, value in (("FY2022-Q2", 70.0), ("FY2022-Q3", 70.3))
    ]
    item: Any = SimpleNamespace(figures=figures, entry=SimpleNamespace(definition=SimpleNamespace(kind="level")))
    done: Any = SimpleNamespace(action_state="done", period_code="FY2022-Q2", effect_value=0.3)
    brought = outcome_of(done, item)
    assert brought is not None and brought.worked
    done.effect_value = 0.4
    short = outcome_of(done, item)
    assert short is not None and short.worked is False


@pytest.mark.parametrize(
    ("state", "lacks"),
    [("open", []), ("continued", ["new_due_on", "state_reason_ja"]), ("given_up", ["state_reason_ja"]), ("done", ["done_on"])],
)
def test_what_an_action_must_say_follows_from_its_state(state: str, lacks: list[str]) -> None:
    assert list(action_lacks({"action_state": state, "new_due_on": None, "state_reason_ja": "", "done_on": None})) == lacks


def test_the_code_of_a_commentary_is_a_code_however_long_its_parts_are() -> None:
    long = commentary_code("B" * 40, "i" * 60, PERIOD)
    assert len(long) <= LONGEST_CODE and long != commentary_code("B" * 40, "i" * 61, PERIOD)
    assert commentary_code("GENERAL", RATE, PERIOD) == f"GENERAL-C-{PERIOD}-{RATE}"


def late_quarter(store: Store, *rows: ReportedRow) -> int:
    """Upload GENERAL's report of the quarter after the day of milestone M1 of CP2, which GENERAL leads; nobody said when it was done."""
    return uploaded(store, [figure(numerator=900.0, denominator=1000.0, period="FY2022-Q4"), *rows], period="FY2022-Q4")


def test_a_project_with_a_late_milestone_says_why_before_its_report_is_submitted(reporting: Store) -> None:
    number, day = late_quarter(reporting), date(2023, 4, 10)
    asked = [each for each in reports.opened(reporting, number, viewer=ANNA, as_of=day).unspoken if each.is_project]
    assert [(each.code, [m.code for m in each.late]) for each in asked] == [("CP2", ["M1"])]
    for language in ("ja", "en"):
        assert {"ja": "様式の公開", "en": "Forms published"}[language] in asked[0].sentence(language)
    others = {
        each.code: {"cause_ja": "x"}
        for each in reports.opened(reporting, number, viewer=ANNA, as_of=day).unspoken
        if not each.is_project
    }
    if others:
        saying.say_why(reporting, number, actor=ANNA, revision=1, causes=others)
    with pytest.raises(StepRefused, match="要因・課題・対応"):
        submissions.submit(reporting, number, actor=ANNA, revision=1, today=day)
    with pytest.raises(FigureRefused):
        saying.say_why(reporting, number, actor=ANNA, revision=1, causes={"CP9": {"cause_ja": "他局の事業"}})
    saying.say_why(reporting, number, actor=ANNA, revision=1, causes={"CP2": {"cause_ja": "様式の確認が遅れた"}})
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=day)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    row = next(each for each in reporting.all_of(tables.Commentary) if each["project_code"] == "CP2")
    assert (row["indicator_code"], row["period_code"], row["cause_ja"]) == (None, "FY2022-Q4", "様式の確認が遅れた")


@pytest.mark.parametrize(
    "said",
    [{"actual_end": date(2023, 3, 1)}, {"replanned_end": date(2023, 9, 30), "replanned_end_precision": "day"}],
    ids=["done", "planned anew"],
)
def test_a_milestone_that_the_report_answers_is_not_asked_about(reporting: Store, said: dict[str, Any]) -> None:
    milestone = register_row("milestone", "M1", **said)
    number = late_quarter(reporting, milestone)
    opened = reports.opened(reporting, number, viewer=ANNA, as_of=date(2023, 4, 10))
    assert [each.code for each in opened.unspoken if each.is_project] == []
