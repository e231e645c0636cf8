"""Whatever is behind or unreported without a living action is listed, on the overview and among the actions, until it has one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpis.figures.commented import NEEDING, is_living
from kpis.moment import Moment
from kpis.state import State
from kpis.store import tables, vintages
from kpis.store.store import Store, utc_now
from kpis.store.vintages import Origin
from telling import attention, commentary
from telling.blocks import Telling
from telling.words import Words
from tests.shared import copied, shipped
from tests.small_government import settle

DAYS = (date(2022, 3, 31), date(2023, 3, 31), date(2023, 6, 30), date(2026, 11, 27))


def act(store: Store, items: list[tuple[str, str]], state: str = "open") -> None:
    """Give each (indicator, bureau) an action, or answer for the one it has."""
    source = store.all_of(tables.Source)[0]["source_code"]
    blank = {
        n: f.default for n, f in tables.Action.model_fields.items()
        if not f.is_required() and n not in ("listed_in", "vintage", "first_known_at")
    }  # fmt: skip
    values = [
        {**blank, "action_code": f"A{n}", "indicator_code": code, "bureau_code": unit or None, "measure_ja": "取組", "section_ja": "課",
         "due_on": date(2027, 3, 31), "action_state": state, "period_code": "FY2022-Q3", "source_code": source,
         "done_on": date(2023, 1, 1) if state == "done" else None}
        for n, (code, unit) in enumerate(items)
    ]  # fmt: skip
    with store.writing() as session:
        vintages.ensure_periods(session, {"FY2022-Q3"})
        vintages.apply_report(session, "action", values, origin=Origin(utc_now()))


def told(moment: Moment) -> tuple[set[tuple[str, str]], dict[str, str]]:
    """Return what is listed as without an action, and what the overview says is done, by indicator."""
    telling = Telling(Words("ja"), moment)
    lacking = {(str(row["indicator_code"]), str(row["bureau_code"])) for row in commentary.without_action(telling).flat}
    return lacking, {row.key: row.answer.action for row in attention.rows(telling) if row.kind == "indicator"}


@pytest.mark.edition
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_one_is_listed_until_it_has_a_living_action(day: date, tmp_path: Path) -> None:
    store = copied(shipped(), tmp_path / "living.db")
    moment = Moment(state=State(store), as_of=day)
    needing = [s for s in moment.own if s.judgement.status in NEEDING]
    lacking, done = told(moment)
    assert needing and {(s.entry.definition.code, s.entry.unit_code) for s in needing} <= lacking
    assert all(done[s.entry.definition.code] == "" for s in needing)
    act(store, [(s.entry.definition.code, "") for s in needing])
    lacking, done = told(Moment(state=State(store), as_of=day))
    assert not {s.entry.definition.code for s in needing} & {
        code for code, unit in lacking if unit == moment.book.organisation.units[0].code
    }
    assert all(done[s.entry.definition.code] == "取組" for s in needing)
    act(store, [(s.entry.definition.code, "") for s in needing], state="done")
    again = Moment(state=State(store), as_of=day)
    assert not any(is_living(a) for each in again.commented.values() for a in each.actions)
    assert told(again)[0] >= {(s.entry.definition.code, s.entry.unit_code) for s in needing}


def test_a_bureau_needs_an_action_of_its_own(tmp_path: Path) -> None:
    store = settle(Store(f"sqlite:///{tmp_path / 'own.db'}"), tmp_path / "data")
    rate = ("electronic_decision_rate", "GENERAL")
    day = date(2024, 12, 31)  # the target of FY2023 passed without a result
    assert rate in told(Moment(state=State(store), as_of=day))[0]
    act(store, [("electronic_decision_rate", "DIGITAL")])
    assert rate in told(Moment(state=State(store), as_of=day))[0], "another bureau's action is none of its own"
    act(store, [rate])
    assert rate not in told(Moment(state=State(store), as_of=day))[0]


def test_of_what_several_bureaus_say_the_newest_cause_answers_and_the_action_that_is_due_next(tmp_path: Path) -> None:
    store = settle(Store(f"sqlite:///{tmp_path / 'several.db'}"), tmp_path / "data")
    code, like = "electronic_decision_rate", {"indicator_code": "electronic_decision_rate", "source_code": "PLAN"}
    with store.writing() as session:
        vintages.ensure_periods(session, {"FY2022-Q2", "FY2022-Q3"})
        for bureau, period, cause, measure, due in (
            ("GENERAL", "FY2022-Q2", "端末が足りない", "端末を更新する", date(2027, 3, 31)),
            ("DIGITAL", "FY2022-Q3", "様式が多い", "様式を減らす", date(2026, 12, 31)),
        ):
            session.add(
                tables.Commentary(commentary_code=f"{bureau}-C", bureau_code=bureau, period_code=period, cause_ja=cause, **like)
            )
            session.add(
                tables.Action(
                    action_code=f"{bureau}-A", bureau_code=bureau, period_code=period, measure_ja=measure, due_on=due, due_on_precision="day",
                    action_state="open", **like,
                )
            )  # fmt: skip
    telling = Telling(Words("ja"), Moment(state=State(store), as_of=date(2026, 11, 27)))
    of_all, of_one = attention.answer_for(telling, code, ""), attention.answer_for(telling, code, "GENERAL")
    assert (of_all.cause, of_all.action, of_all.due) == (
        "デジタルサービス局「様式が多い」 ほか1局",
        "様式を減らす",
        date(2026, 12, 31),
    )
    assert (of_one.cause, of_one.action) == ("端末が足りない", "端末を更新する"), "its own bureau's words come first"
