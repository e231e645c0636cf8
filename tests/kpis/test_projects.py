"""Milestones with every day they were given, the computed status of a project, and a person's confidence beside it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from kpis.errors import FigureRefused, NotFound
from kpis.figures.projects import GivenDay, contradicts, milestones_on, numberings, project_status, reported_code, slip
from kpis.figures.records import JUDGED
from kpis.figures.scorecard import Tally, score_all, tally
from kpis.moment import Moment
from kpis.reporting.confidence import record_confidence
from kpis.state import State
from kpis.store import tables
from kpis.store.fields import records
from kpis.store.store import Store
from kpis.text import named
from loaders.load import load_file
from tests.kpis.test_store import register_file
from tests.shared import copied, shipped

pytestmark = pytest.mark.store

TODAY = date(2026, 11, 24)
KNOWN = datetime(2026, 1, 1)


def row(**overrides: object) -> tables.Milestone:
    (made,) = records(tables.Milestone, [{"milestone_code": "M1", "project_code": "P", "name_ja": "節目", "name_en": "step", "planned_start": None, "stage_ja": "",
            "reported_period": "FY2021Q2", "is_missed": False, "source_code": "S", "is_sample": False, "note_ja": "", "note_en": "",
            "ended_on": None, "ended_reason": None, **overrides}])  # fmt: skip
    return made


def given(kind: str, day: str, vintage: int = 1, precision: str = "day", **overrides: object) -> tables.MilestoneDate:
    (made,) = records(tables.MilestoneDate, [{"milestone_code": "M1", "date_kind": kind, "vintage": vintage, "day": date.fromisoformat(day), "precision": precision,
            "known_at": KNOWN, "submission_id": None, "withdraws_vintage": None, **overrides}])  # fmt: skip
    return made


def reports(store: Store, as_of: date = TODAY) -> dict[str, Any]:
    return {r.code: r for r in Moment(state=State(store), as_of=as_of).projects}


def test_a_milestone_replanned_twice_and_finished_late_shows_all_days_and_the_slip() -> None:
    dates = [
        given("planned", "2022-03-31"),
        given("replanned", "2022-06-30"),
        given("replanned", "2022-09-30", 2),
        given("actual", "2022-11-15"),
    ]
    (made,) = milestones_on([row()], dates, as_of=TODAY)
    assert [g.day.isoformat() for g in (*made.planned, *made.replanned)] == ["2022-03-31", "2022-06-30", "2022-09-30"]
    assert made.actual is not None and made.actual.day == date(2022, 11, 15)
    assert (made.state, made.slip_days, made.is_slip_exact) == ("done", 229, True)


def test_the_same_through_files_loaded_one_after_another(tmp_path: Path) -> None:
    store = copied(shipped(), tmp_path / "copy.db")
    base = {"planned_end": "2020-05-29", "planned_end_precision": "day"}
    for day in ("2020-06-30", "2020-07-31"):
        load_file(
            store, register_file("milestones.csv", **base, replanned_end=day, replanned_end_precision="day"), name="milestones.csv"
        )
    made = next(m for m in reports(store)["PROG"].milestones if m.code == "PROG-M001")
    assert [g.day.isoformat() for g in (*made.planned, *made.replanned)] == ["2020-05-29", "2020-06-30", "2020-07-31"]
    assert (made.state, made.slip_days) == ("done", 91)  # finished on 2020-08-28


def test_a_milestone_that_was_given_up_is_cancelled_from_that_day_and_one_entered_by_mistake_never_stood() -> None:
    dates, ended = [given("planned", "2022-03-31")], {"ended_on": date(2022, 2, 1), "ended_reason": "abolished"}
    states = [milestones_on([row(**ended)], dates, as_of=day)[0].state for day in (date(2022, 1, 31), date(2022, 2, 1), TODAY)]
    assert states == ["coming", "cancelled", "cancelled"]
    done = milestones_on([row(**ended)], [*dates, given("actual", "2022-01-15")], as_of=TODAY)
    assert done[0].state == "done"
    assert milestones_on([row(ended_on=date(2022, 2, 1), ended_reason="mistake")], dates, as_of=TODAY) == []


def test_before_its_last_day_a_milestone_is_not_done_yet() -> None:
    dates = [given("planned", "2022-03-31"), given("actual", "2022-11-15")]
    (made,) = milestones_on([row()], dates, as_of=date(2022, 3, 1))
    assert (made.state, made.actual, made.slip_days) == ("coming", None, None)


def test_a_day_done_that_was_corrected_to_a_later_one_is_not_done_on_the_earlier() -> None:
    """What was known before the correction is told by its own instant; the day taken back is no day of the milestone."""
    dates = [given("planned", "2022-03-31"), given("actual", "2022-01-15"), given("actual", "2022-06-30", 2)]
    states = [milestones_on([row()], dates, as_of=day)[0].state for day in (date(2022, 2, 1), date(2022, 6, 29), date(2022, 6, 30))]
    assert states == ["coming", "late", "done"]


@pytest.mark.parametrize(
    ("overrides", "marks", "state"),
    [
        ({"stage_ja": "予定"}, {"precision": "quarter"}, "not_seen"),  # a published plan whose result was not seen is not late
        ({"stage_ja": "予定"}, {}, "not_seen"),
        ({"stage_ja": ""}, {"precision": "year"}, "not_seen"),
        ({"stage_ja": ""}, {}, "late"),  # a day, and nothing said of it
        ({"stage_ja": "予定"}, {"submission_id": 7}, "late"),  # kept by its bureau: no result means none
        ({"stage_ja": "予定", "is_sample": True}, {}, "late"),
    ],
)
def test_a_planned_day_that_passed_is_late_only_where_a_result_would_have_been_seen(
    overrides: dict[str, object], marks: dict[str, Any], state: str
) -> None:
    (made,) = milestones_on([row(**overrides)], [given("planned", "2022-03-31", **marks)], as_of=TODAY)
    assert made.state == state


def test_no_milestone_of_the_published_pages_is_called_late(tokyo: Store) -> None:
    states = {m.state for r in reports(tokyo).values() for m in r.milestones}
    assert "late" not in states and {"done", "missed", "not_seen", "coming", "undated"} <= states


def test_a_milestone_whose_published_result_fell_short_is_missed_from_its_day_on(tokyo: Store) -> None:
    def state(day: date) -> str:
        return next(m.state for m in reports(tokyo, day)["CP2"].milestones if m.code == "CP2-M012")

    assert [state(date(2022, 3, 31)), state(date(2022, 4, 1)), state(TODAY)] == ["coming", "missed", "missed"]


def test_versions_follow_each_other_by_their_order_and_not_by_their_code() -> None:
    versions = records(
        tables.StrategyVersion,
        [{"version_code": c, "sort_order": n, "is_renumbered": c in ("3", "A")} for n, c in enumerate(("9", "10", "3", "A"))],
    )
    assert [[v.version_code for v in alike] for alike in numberings(reversed(versions))] == [["9", "10"], ["3"], ["A"]]


def test_a_project_is_of_the_first_version_that_names_it(tokyo: Store) -> None:
    found = reports(tokyo)
    assert [n.version_code for n in found["LP52"].names] == ["3", "4", "X"]
    assert found["LP52"].first_version == "3" and found["PROG-X"].first_version == "X"
    assert found["LP52"].names[-1].version_name("ja") == "シン・トセイX"
    assert [b.bureau_code for b in found["LP05"].bureaus] == ["ENVIRONMENT", "INDUSTRY"]


@pytest.mark.parametrize(
    ("first", "final", "expected"),
    [
        (("2022-03-31", "day"), ("2022-04-10", "day"), (10, True)),
        (("2022-03-31", "day"), ("2022-03-20", "day"), (-11, True)),
        (("2022-03-31", "quarter"), ("2022-01-15", "day"), (0, False)),  # within the planned quarter
        (("2022-02-28", "month"), ("2022-03-31", "month"), (31, False)),
        (("2021-03-31", "year"), ("2021-03-31", "month"), (0, False)),
        (("2022-03-31", "year"), ("2022-04-30", "month"), (30, False)),
    ],
)
def test_slip_says_no_more_than_the_days_are_known_to(
    first: tuple[str, str], final: tuple[str, str], expected: tuple[int, bool]
) -> None:
    assert slip(GivenDay(date.fromisoformat(first[0]), first[1]), GivenDay(date.fromisoformat(final[0]), final[1])) == expected


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (Tally(), "no_data"),
        (Tally(unjudged={"no_data": 2}), "no_data"),
        (Tally(unjudged={"qualitative": 1, "no_data": 1}), "not_applicable"),
        (Tally({"reached": 2}, unjudged={"not_applicable": 5}), "reached"),
        (Tally({"reached": 2, "on_track": 1}), "on_track"),
        (Tally({"reached": 3, "slightly_behind": 1}), "slightly_behind"),
        (Tally({"reached": 3, "missed": 1}), "slightly_behind"),
        (Tally({"reached": 1, "missed": 1}), "behind"),
        (Tally({"moving_away": 1}), "behind"),
        # What was last known of old figures has no vote, and neither has a result that nobody published.
        (Tally({"on_track": 1}, {"missed": 3, "behind": 2}, unreported=4), "on_track"),
        (Tally({}, {"missed": 3}), "no_current"),
        (Tally({}, {"reached": 3}, unreported=1), "unreported"),
    ],
)
def test_the_status_of_a_project_follows_its_current_indicators(found: Tally, status: str) -> None:
    assert project_status(found) == status


def test_every_judgement_is_counted_once_as_it_stands(tokyo: Store) -> None:
    every = score_all(tokyo.book(), as_of=TODAY)
    found = tally(every)
    assert found.total == len(every)
    stale = [s for s in every if s.judgement.is_stale and s.judgement.status in JUDGED]
    assert stale and sum(found.last_known.values()) == len(stale)
    assert found.judged == sum(s.judgement.status in JUDGED for s in every) - len(stale)
    assert found.unreported == sum(s.judgement.status == "unreported" for s in every) > 0


def test_only_what_cannot_both_be_right_is_a_contradiction() -> None:
    pairs = [("high", "behind"), ("low", "reached"), ("low", "on_track")]
    every = [
        (c, s) for c in ("high", "medium", "low") for s in ("reached", "on_track", "slightly_behind", "behind", "not_applicable")
    ]
    assert [p for p in every if contradicts(*p)] == [("high", "behind"), ("low", "reached"), ("low", "on_track")] == pairs
    assert not contradicts(None, "behind")


def test_a_stated_confidence_stands_beside_the_computed_status_and_contradiction_is_seen(tmp_path: Path) -> None:
    store = copied(shipped(), tmp_path / "copy.db")
    record_confidence(
        store, "CP3", confidence="medium", reason="様子を見る", reviewer="構造改革室 佐藤", reviewed_on=date(2026, 10, 1)
    )
    assert not reports(store)["CP3"].is_contradicted
    record_confidence(store, "CP3", confidence="low", reason="残る1割が難しい", reviewer="構造改革室 佐藤", reviewed_on=TODAY)
    found = reports(store)["CP3"]
    assert (found.status, found.confidence.confidence, found.is_contradicted) == ("on_track", "low", True)
    assert [c.confidence for c in found.confidences] == ["medium", "low"]
    earlier = reports(store, date(2026, 10, 2))["CP3"]
    assert earlier.confidence.confidence == "medium", "as of an earlier day, what had been said by then"
    assert [e["action"] for e in store.all_of(tables.AuditEvent, subject="CP3")] == ["confidence", "confidence"]


def test_a_confidence_needs_level_reason_name_and_a_known_project(store: Store) -> None:
    for wrong in ({"reason": " "}, {"confidence": "sure"}, {"reviewer": ""}):
        words = {"confidence": "high", "reason": "理由", "reviewer": "佐藤", "reviewed_on": TODAY, **wrong}
        with pytest.raises(FigureRefused):
            record_confidence(store, "CP1", **words)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        record_confidence(store, "CP1", confidence="high", reason="理由", reviewer="佐藤", reviewed_on=TODAY)
    assert store.count(tables.Assessment) == 0


def test_the_seven_core_projects_follow_their_renames_and_hold_every_published_figure(tokyo: Store) -> None:
    found = reports(tokyo)
    first = [r for r in found.values() if r.row.kind == "core" and r.first_version == "1"]
    assert len(first) == 7 and all(named(r.row, "goal") for r in first)
    assert [named(n.row) for n in found["CP6"].names] == ["内部管理事務抜本見直しプロジェクト", "都政スピードアッププロジェクト"]
    assert found["S3CP2"].predecessor_codes == ("CP6",)
    indicators = {i["indicator_code"]: i["project_code"] for i in tokyo.all_of(tables.Indicator)}
    shown = {(s.entry.definition.code, f.period_code) for r in found.values() for s in r.scored for f in s.figures}
    own = {i["indicator_code"]: i["scope_code"] for i in tokyo.all_of(tables.Indicator)}
    stored = {
        (o["indicator_code"], o["period_code"])
        for o in tokyo.all_of(tables.Observation)
        if o["bureau_code"] == own[o["indicator_code"]] and indicators[o["indicator_code"]] in found
    }
    assert shown == stored


def test_the_quarter_of_a_report_is_a_period_code() -> None:
    assert (reported_code("FY2021Q2"), reported_code(None), reported_code("通年")) == ("FY2021-Q2", "", "通年")
