"""Where to look: what is on the list and in which order, how the last quarters stood by what was known then, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from kpis.figures.attention import OFF, Since, Stood, in_order, known_then, quarters_until, run_of
from kpis.figures.scorecard import judged_then, tally
from kpis.moment import Moment
from kpis.periods import parse_period
from kpis.state import State
from kpis.store.store import Store
from telling.attention import block, rows, since_words, strip
from telling.blocks import Number, Telling
from telling.facts import inputs
from telling.words import Words
from tests.publishers.house import House
from tests.shared import copied, shipped

pytestmark = pytest.mark.store
DAYS = (date(2022, 12, 31), date(2023, 3, 31), date(2024, 9, 30), date(2026, 11, 27))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The shipped figures."""
    return State(copied(shipped(), tmp_path_factory.mktemp("attention") / "figures.db"))


def strip_of(statuses: Iterable[str], *, last: str = "FY2026-Q2") -> list[Stood]:
    """Return a strip that ends with a quarter."""
    said = list(statuses)
    return [Stood(q, s) for q, s in zip(quarters_until(parse_period(last).end, len(said)), said, strict=True)]


def test_the_last_quarters_are_those_that_ended_by_the_day() -> None:
    assert [q.code for q in quarters_until(date(2026, 11, 26), 3)] == ["FY2025-Q4", "FY2026-Q1", "FY2026-Q2"]
    assert [q.code for q in quarters_until(date(2026, 12, 31), 2)] == ["FY2026-Q2", "FY2026-Q3"]
    assert [q.code for q in quarters_until(date(2026, 12, 30), 1)] == ["FY2026-Q2"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["on_track", "behind", "missed", "slightly_behind"], ("FY2025-Q4", 3)),
        (["behind", "on_track", "behind"], ("FY2026-Q2", 1)),
        (["behind", "no_current", "behind"], ("FY2026-Q2", 1)),
        (["reached", "unreported", "unreported"], ("FY2026-Q1", 2)),
        (["behind", "behind", "on_track"], None),
    ],
)  # fmt: skip
def test_a_run_counts_the_quarters_off_track_without_a_break(statuses: list[str], expected: tuple[str, int] | None) -> None:
    run = run_of(reversed(strip_of(statuses)))
    assert (run and (run.quarter.code, run.count, run.is_longer)) == (expected and (*expected, False))


def test_a_run_that_has_no_first_quarter_in_sight_says_so() -> None:
    assert run_of(reversed(strip_of(["behind"] * 3))) == Since(
        parse_period("FY2025-Q4"), 3, is_longer=True, first_status="behind", last_status="behind"
    )


def test_a_run_that_began_with_another_status_says_with_which(state: State) -> None:
    """One missed its target of one quarter, and has no result for that of the next: no target was without a result since the first."""
    run = run_of(reversed(strip_of(["on_track", "missed", "missed", "unreported"])))
    assert since_words(run, Words("en")) == "Since FY2025 Q4: 3 quarters, at first missed"
    assert (
        since_words(run_of(reversed(strip_of(["reached", "behind", "missed", "behind"]))), Words("ja"))
        == "令和7年度第4四半期から3四半期"
    )
    listed = rows(Telling(Words("ja"), Moment(state=state, as_of=date(2026, 11, 29))))
    row = next(row for row in listed if row.code == "priority_procedures_digitised_in_period")
    assert row.status == "unreported" and row.since == "令和3年度第3四半期から20四半期(初めは未達)"


def test_a_past_quarter_is_judged_by_what_was_known_when_its_lag_was_over() -> None:
    quarter = parse_period("FY2026-Q2")
    assert known_then(quarter, 50, None) == datetime(2026, 11, 19, 14, 59, 59)  # the end of 19 November at the office
    assert known_then(quarter, 50, datetime(2026, 10, 1)) == datetime(2026, 10, 1)


def test_every_indicator_that_is_behind_or_unreported_is_on_the_list_until_it_is_not(state: State) -> None:
    """A walk through every judgement of several days: what is off track is listed once, and nothing else is."""
    for day in DAYS:
        moment = Moment(state=state, as_of=day)
        listed = [each.code for each in moment.off_track if each.kind == "indicator"]
        assert sorted(listed) == sorted(s.entry.definition.code for s in moment.own if s.judgement.status in OFF), day
        states = {m.code: m.state for r in moment.projects for m in r.milestones}
        late = [each.code for each in moment.off_track if each.kind == "milestone" and each.status != "slipped"]
        assert sorted(late) == sorted(code for code, held in states.items() if held in ("missed", "late")), day


def test_the_list_and_the_counts_say_the_same(state: State) -> None:
    for day in DAYS:
        moment = Moment(state=state, as_of=day)
        counted, listed = tally(moment.own), [each for each in moment.off_track if each.scored is not None]
        assert sum(each.status == "unreported" for each in listed) == counted.unreported
        assert sum(each.is_known for each in listed) == sum(counted.current.get(s, 0) for s in OFF)


def test_what_weighs_most_stands_first(state: State) -> None:
    for day in DAYS:
        off = Moment(state=state, as_of=day).off_track
        assert in_order(reversed(off)) != [] or not off
        kinds = [
            ("now" if each.is_known and each.scored else each.status if each.scored is None else each.scored.judgement.standing)
            for each in off
        ]
        order = {"now": 0, "missed": 1, "late": 1, "unreported": 2, "last_known": 3, "slipped": 4}
        assert [order[k] for k in kinds] == sorted(order[k] for k in kinds), day
        unreported = [each.since.count for each in off if each.status == "unreported" and each.since]
        assert unreported == sorted(unreported, reverse=True), day


def test_the_last_mark_is_how_it_stands_on_the_day_and_the_others_how_they_stood_then(state: State) -> None:
    day = date(2023, 3, 31)
    moment = Moment(state=state, as_of=day)
    item = next(s for s in moment.own if s.entry.definition.code == "electronic_decision_rate")
    stood = moment.stood(item)
    assert stood[-1].judgement is item.judgement and len(stood) == 8
    for cell in stood[:-1]:
        then = Moment(
            state=state, as_of=cell.quarter.end, known_at=known_then(cell.quarter, item.entry.definition.publication_lag_days, None)
        )
        alone = next(s for s in then.own if s.entry.definition.code == item.entry.definition.code)
        expected = "no_current" if alone.judgement.standing == "last_known" else alone.judgement.status
        assert cell.status == expected, cell.quarter.code


@pytest.mark.parametrize("view", ["then", "now"])
def test_one_unit_judged_alone_stands_as_among_all(state: State, view: str) -> None:
    compared = 0
    for day in DAYS:
        moment = Moment(state=state, as_of=day, view=view)
        for item in moment.scored:
            entry = item.entry
            alone = judged_then(moment.entries[entry.definition.code], entry.unit_code, moment.book, as_of=day, view=view)
            assert alone == replace(item.judgement, could_be=()), (day, entry.definition.code, entry.unit_code)
            compared += not entry.is_own_scope
    assert compared > 4


def test_a_correction_that_came_later_leaves_the_strip_as_it_stood(tmp_path: Path) -> None:
    """Statuses come from the figures then known, also for quarters before this was built."""
    store = copied(shipped(), tmp_path / "corrected.db")
    code, day = "electronic_decision_rate", date(2023, 6, 30)

    def strips() -> tuple[list[str], str]:
        moment = Moment(state=State(Store(store.url)), as_of=day)
        item = next(s for s in moment.own if s.entry.definition.code == code)
        return [s.status for s in moment.stood(item)], item.judgement.status

    before, _ = strips()
    House(store, tmp_path / "editions", datetime(2026, 11, 27)).correct(code, "2023-03", value="100", published_on="2026-11-20")
    after, now = strips()
    assert after[:-1] == before[:-1] and "missed" in before[:-1]
    assert now != before[-1]


def test_a_project_stood_as_its_indicators_did(state: State) -> None:
    moment = Moment(state=state, as_of=date(2023, 3, 31))
    report = next(r for r in moment.projects if r.code == "CP2")
    stood = moment.project_stood(report)
    assert [s.quarter for s in stood] == list(moment.quarters) and stood[-1].status == report.status
    assert len({s.status for s in stood}) > 1


def test_a_row_says_what_is_missing_and_machines_get_nothing_for_it(state: State) -> None:
    telling = Telling(Words("ja"), Moment(state=state, as_of=date(2023, 3, 31)))
    told, flat = rows(telling), block(telling).flat
    assert len(told) == len(flat) == 10, "with the milestone of 11 procedures, of which 3 were done"
    assert told[0].word == "未達" and told[0].gap.text == "−0.2ポイント" and told[0].since == "令和4年度第4四半期から1四半期"
    assert (
        told[1].word == "遅れ"
        and told[1].gap.text == "約−17ポイント"
        and told[1].since == "令和4年度第2四半期から3四半期(初めはやや遅れ)"
    )
    assert {(r["cause"], r["action"], r["action_due_on"]) for r in flat} == {(None, None, None)}
    assert [block(telling).rows[0][at] for at in (4, 5, 7)] == ["—"] * 3
    assert block(telling).sentence.endswith("まだ書かれていないもの: なぜ 10件、対応 10件、いつまでに 10件(全10件のうち)。"), (
        "once, not in each row"
    )


def test_a_strip_says_in_words_what_it_shows() -> None:
    shape = strip(strip_of(["on_track", "behind"]), Words("en"), name="Rate")
    assert shape is not None and shape.alt == "Rate, the last quarters: FY2026 Q1 On track, FY2026 Q2 Behind"
    assert strip([], Words("ja")) is None


def test_the_ratio_of_a_cap_says_which_side_of_one_is_good(state: State) -> None:
    """56.95 million sheets of a cap of 60 million have the ratio 1.051, which reads as 5% over."""
    told = Telling(Words("en"), Moment(state=state, as_of=date(2023, 3, 31)))
    named = {code: dict(inputs(told, s)) for s in told.moment.own if (code := s.entry.definition.code)}
    assert named["paper_sheets"]["Ratio (1 or more: within the budget)"] == Number(pytest.approx(1.0508, abs=1e-4), "1.051")
    assert "Ratio" not in named["paper_sheets"] and "Ratio" in named["electronic_decision_rate"]
