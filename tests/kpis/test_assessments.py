"""The office's assessment of indicators, by the one mechanism that projects have: of a period, with history, a second person, and where it is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpis.errors import FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.figures.assessed import contradicts
from kpis.moment import Moment, State
from kpis.periods import local_day
from kpis.reporting import meetings
from kpis.reporting.confidence import confirm_assessment, record_confidence
from kpis.reporting.meetings import Wanted
from kpis.store import tables
from kpis.store.store import Store, utc_now
from telling import assessed, attention
from telling.agenda import Agenda
from telling.blocks import Telling
from telling.meeting import quarter_report
from telling.words import Words
from tests.small_government import ANNA, OFFICE, PERIOD, SECOND

pytestmark = pytest.mark.store
RATE, TODAY = "electronic_decision_rate", local_day(utc_now())
SAID = {"confidence": "low", "reason": "端末が足りない", "reviewer": OFFICE, "reviewed_on": TODAY}


def told(store: Store, language: str = "ja", *, as_of: date = TODAY) -> Telling:
    return Telling(Words(language), Moment(state=State(store), as_of=as_of))


def test_an_indicator_is_assessed_of_a_period_and_earlier_words_are_kept(reporting: Store) -> None:
    record_confidence(
        reporting, RATE, **{**SAID, "confidence": "medium", "reviewed_on": TODAY - timedelta(days=90)}, period="FY2022-Q2"
    )
    record_confidence(reporting, RATE, **SAID, period=PERIOD, reason_en="Devices are missing")
    record_confidence(reporting, "CP2", **{**SAID, "confidence": "high"})
    held = told(reporting).moment.assessments
    assert {code: [(r.period_code, r.confidence) for r in rows] for code, rows in held.items()} == {
        RATE: [("FY2022-Q2", "medium"), (PERIOD, "low")],
        "CP2": [("", "high")],
    }
    assert [r.confidence for r in told(reporting, as_of=TODAY - timedelta(days=1)).moment.assessments[RATE]] == ["medium"]
    assert {e["subject"] for e in reporting.all_of(tables.AuditEvent, action="confidence")} == {RATE, "CP2"}
    table = assessed.block(told(reporting, "en"), [RATE])
    assert [row[2] for row in table.rows] == ["Devices are missing", "端末が足りない"], (
        "the newest first, in the reader's language where there is one"
    )
    several = assessed.block(told(reporting), [RATE, "CP2"], about=True)
    assert len(several.rows) == 2 and several.columns[0] == Words("ja")("indicator_or_project")


def test_what_is_wrong_with_an_assessment_is_refused(reporting: Store) -> None:
    for wrong in ({"reason": " "}, {"confidence": "sure"}, {"reviewer": ""}):
        with pytest.raises(FigureRefused):
            record_confidence(reporting, RATE, **{**SAID, **wrong})  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        record_confidence(reporting, "nothing", **SAID)
    with pytest.raises(NotAllowed):
        record_confidence(reporting, RATE, **{**SAID, "reviewer": ANNA})
    assert reporting.count(tables.Assessment) == 0


def test_a_second_person_of_the_office_confirms_it_once(reporting: Store) -> None:
    record_confidence(reporting, RATE, **SAID)
    for who in (OFFICE, ANNA):
        with pytest.raises(NotAllowed):
            confirm_assessment(reporting, 1, actor=who)
    confirm_assessment(reporting, 1, actor=SECOND)
    with pytest.raises(StepRefused):
        confirm_assessment(reporting, 1, actor=SECOND)
    with pytest.raises(NotFound):
        confirm_assessment(reporting, 9, actor=SECOND)
    (row,) = reporting.all_of(tables.Assessment)
    assert (row["confirmed_by"], row["confirmed_at"] is not None) == (SECOND, True)
    (event,) = reporting.all_of(tables.AuditEvent, action="assessment_confirmed")
    assert (event["actor"], event["subject"]) == (SECOND, RATE)


def test_it_stands_beside_the_bureaus_words_where_attention_and_meeting_tell_of_it(reporting: Store) -> None:
    record_confidence(reporting, RATE, **{**SAID, "confidence": "high"}, period=PERIOD)
    record_confidence(reporting, "CP2", **{**SAID, "reason": "事業の見立て"})  # what is said of the indicator itself comes first
    for language in ("ja", "en"):
        telling = told(reporting, language)
        answer = attention.answer_for(telling, RATE, "")
        assert "端末が足りない" in answer.office
    meetings.decide(
        reporting, PERIOD, Wanted(decided="端末を更新する", due_on=TODAY + timedelta(days=9), indicator_code=RATE), actor=OFFICE
    )
    report = quarter_report(State(reporting), PERIOD)
    (item,) = [i for i in Agenda(report=report, day=TODAY).items if i.subject.code == RATE]
    assert "端末が足りない" in item.assessment and item.is_contradicted == contradicts("high", item.scored.judgement.status)  # type: ignore[union-attr]


def test_only_what_cannot_both_be_right_is_a_contradiction() -> None:
    assert contradicts("high", "missed") and contradicts("high", "moving_away") and contradicts("low", "reached")
    assert not contradicts("medium", "behind") and not contradicts("high", "unreported") and not contradicts("low", "no_data")
