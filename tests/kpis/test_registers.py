"""Registers counted: rates never of nothing, days before and after, channels and steps, and what the database says the same."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.figures import facilities, registers
from kpis.figures.records import Definition, Figure
from kpis.figures.registers import Dated, Group
from kpis.moment import Moment
from kpis.state import State
from kpis.store import queries, tables
from kpis.store.fields import records
from kpis.store.queries import Filter
from kpis.store.store import Store

TODAY = date(2026, 1, 1)


def group(**overrides: object) -> Group:
    values: dict = {
        "bureau": "A", "status": "done", "process_type": "application", "applicant": "resident", "authority": "own",
        "is_priority": False, "smartphone": "unknown", "counted_as": "procedure", "is_sample": False,
        "steps": ("unknown",) * 4, "count": 1, "with_applications": 0, "applications": 0.0, "with_usage": 0,
        "usage_total": 0.0, "usage_online": 0.0, **overrides,
    }  # fmt: skip
    return Group(**values)


def test_a_rate_of_nothing_is_no_rate() -> None:
    nothing = registers.tally([])
    assert (nothing.rate_pct, nothing.applications_rate_pct, nothing.usage_of_all_pct) == (None, None, None)


def test_unknown_and_exempt_procedures_stay_in_the_denominator() -> None:
    total = registers.tally([group(count=3), group(status="unknown", count=2), group(status="exempt", count=5)])
    assert (total.procedures, total.rate_pct) == (10, 30.0)


def test_what_is_unknown_altogether_has_no_rate_of_0() -> None:
    total = registers.tally([group(status="unknown", count=2, with_applications=2, applications=20.0)])
    assert (total.rate_pct, total.rate_with_partly_pct, total.applications_rate_pct) == (None, None, None)
    assert registers.tally([group(status="unknown"), group(status="not_done")]).rate_pct == 0.0


def test_the_two_definitions_of_online_usage_differ_by_what_cannot_be_done_online() -> None:
    online = group(with_usage=1, usage_total=100.0, usage_online=80.0)
    paper = group(status="not_done", with_usage=1, usage_total=100.0, usage_online=0.0)
    total = registers.tally([online, paper])
    assert (total.usage_of_online_pct, total.usage_of_all_pct) == (80.0, 40.0)


@pytest.mark.parametrize(
    ("unit", "total", "is_approximate", "code", "expected"),
    [
        ("手続", 2000, False, "exact", (False, -1997)),  # a round number may be exact
        ("手続", 2000, True, "exact", (True, None)),
        ("手続", 78, True, "exact", (False, -75)),  # about 70 of 78
        ("プロセス", 2001, False, "exact", (False, None)),  # procedures less processes are nothing
        ("%", 30000, False, "procedure_digitisation_rate", (True, None)),  # by the catalogue
        ("%", 28412, False, "procedure_digitisation_rate", (False, 3 - 28412)),
    ],
)
def test_a_published_total_is_about_where_data_say_so_and_a_difference_is_one_of_like_things(
    unit: str, total: float, is_approximate: bool, code: str, expected: tuple[bool, float | None]
) -> None:
    definition = Definition(code, "ratio", "higher", "率", "Rate", unit, unit)
    figure = Figure("2025-12", 91, denominator=total, is_approximate=is_approximate)
    beside = registers.published_beside(definition, figure, registers.tally([group(count=3)]))
    assert (beside.is_total_approximate, beside.difference) == expected


def test_a_procedure_with_two_channels_counts_under_each_and_one_without_stands_last() -> None:
    found = registers.channels([("a、b", "done", 2), ("b; c", "not_done", 1), ("", "done", 9)])
    assert list(found) == ["b", "a", "c", ""] and found["b"] == {"done": 2, "not_done": 1}


def test_steps_are_counted_where_a_procedure_can_be_done_online_only() -> None:
    counts = registers.steps([group(steps=("paper", "none", "online", "unknown")), group(status="not_done", steps=("paper",) * 4)])
    assert counts["identity"]["paper"] == 1 and counts["attachment"] == {
        "online": 1, "either": 0, "paper": 0, "none": 0, "unknown": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "precision", "overdue"),
    [("2025-12-31", "day", 1), ("2026-01-01", "day", 0), ("2025-12-31", "or_later", 0), ("2025-12-31", "unknown", 0)],
)
def test_overdue_is_a_day_that_has_passed_and_is_surely_known(day: str, precision: str, overdue: int) -> None:
    dated = [
        Dated(day=date.fromisoformat(day), precision=precision, status="planned", bureau="A", count=1),
        Dated(day=date(2020, 1, 1), precision="day", status="done", bureau="A", count=4),
    ]
    found = registers.plan(dated, [group(status="planned")], as_of=TODAY)
    assert (found.planned, found.overdue, found.undated) == (1, overdue, 0)


def test_bureaus_stand_in_catalogue_order_and_rows_of_a_bureau_gone_under_its_successor() -> None:
    groups = [group(bureau="OLD"), group(bureau="B", count=2), group(bureau="")]
    found = registers.tally_by(groups, "bureau", order=["B", "NEW"], home=lambda code: "NEW" if code == "OLD" else code)
    assert {v: t.procedures for v, t in found.items()} == {"B": 2, "NEW": 1, "": 1} and list(found)[:2] == ["B", "NEW"]


def test_the_database_counts_what_the_rows_say(tokyo: Store) -> None:
    rows = tokyo.all_of(tables.Procedure)
    total = registers.tally(queries.groups(tokyo, as_of=TODAY))
    assert (total.procedures, total.done) == (len(rows), sum(r["digital_status"] == "done" for r in rows))
    known = [r for r in rows if r["applications_count"] is not None]
    assert (total.with_applications, total.applications) == (len(known), sum(r["applications_count"] for r in known))
    assert sum(count for _, _, count in queries.by_bureau(tokyo, as_of=TODAY)) == len(rows)


def test_what_went_online_later_was_planned_before(tokyo: Store) -> None:
    """15 August 2023: of the 32 digitised, those with a later day count as planned, in the count and in the list."""
    day = date(2023, 8, 15)
    rows = tokyo.all_of(tables.Procedure)
    expected = sum(r["digital_status"] == "done" and (r["digitised_date"] is None or r["digitised_date"] <= day) for r in rows)
    assert 0 < expected < 32
    assert registers.tally(queries.groups(tokyo, as_of=day)).done == expected
    assert queries.search(tokyo, Filter(status="done"), as_of=day)[0] == expected
    gone = registers.cumulated(queries.dated(tokyo, "digitised_date", as_of=day))
    assert gone[-1][0] <= day and gone[-1][2] <= expected


@pytest.mark.parametrize(
    ("query", "name"),
    [("労政会館", "労政会館の使用承認"), ("ＰＯＯ１", None), ("p001", "労政会館の使用承認"), ("使用 労政", "労政会館の使用承認"), ("100%", None),
        ("ろうせいかいかん", "労政会館の使用承認"), ("勞政會館 使用", "労政会館の使用承認")],
)  # fmt: skip
def test_words_are_found_in_any_width_case_and_order_and_signs_mean_themselves(tokyo: Store, query: str, name: str | None) -> None:
    total, rows = Moment(state=State(tokyo), as_of=TODAY).search(Filter(q=query))
    assert ([r.name_ja for r in rows] == [name]) if name else total == 0


def test_the_pages_of_a_list_are_the_whole_list_once(tokyo: Store) -> None:
    pages = [queries.search(tokyo, Filter(), as_of=TODAY, page=n, size=20) for n in range(1, 6)]
    codes = [r.procedure_code for _, rows in pages for r in rows]
    assert codes == sorted(r["procedure_code"] for r in tokyo.all_of(tables.Procedure)) and {t for t, _ in pages} == {69}
    assert [r["procedure_code"] for r in queries.matching(tokyo, Filter(), as_of=TODAY)] == codes


def test_beyond_a_glance_the_count_and_the_page_are_still_right(tokyo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "GLANCE", 10)
    total, rows = queries.search(tokyo, Filter(), as_of=TODAY, page=3, size=20)
    assert (total, rows[0].procedure_code) == (69, "P041")
    total, rows = queries.search(tokyo, Filter(), as_of=TODAY, page=1, size=5)
    assert (total, [r.procedure_code for r in rows]) == (69, ["P001", "P002", "P003", "P004", "P005"])


def facility(**overrides: object) -> tables.Facility:
    row = {
        "facility_code": "F1", "name_ja": "園", "kind": "garden", "is_class": False, "bureau_code": "A", "municipality_ja": "港区",
        "payment_methods": "credit_card;e_money;qr_code", "cashless_status": "introduced", "cashless_since": date(2021, 6, 1),
        "cashless_since_precision": "month", "planned_for": None, "planned_for_precision": "unknown", "is_sample": False,
        "source_code": "S", "note_ja": "", "note_en": "", "ended_on": None, "ended_on_precision": "unknown", "ended_reason": None, "successor_code": None,
        **overrides,
    }  # fmt: skip
    (made,) = records(tables.Facility, [row])
    return made


def test_a_class_of_facilities_is_named_but_never_counted() -> None:
    found = facilities.summary(
        facilities.standing([facility(), facility(is_class=True, cashless_status="not_cashless")], as_of=TODAY)
    )
    assert (found["facilities_count"], found["classes_count"], found["statuses"]["not_cashless"]) == (1, 1, 0)
    assert found["cash_only"] == ["F1"] and found["without_plan_count"] == 1


def test_a_planned_day_is_held_against_the_day_it_came_and_against_today() -> None:
    plan = {"planned_for": date(2020, 3, 31), "planned_for_precision": "day"}
    kinds = [
        facility(**plan),  # came in June 2021
        facility(planned_for=date(2021, 6, 1), planned_for_precision="day"),  # on its day
        facility(cashless_status="announced", cashless_since=None, **plan),
        facility(cashless_status="not_cashless", cashless_since=None, planned_for=date(2027, 3, 31)),
        facility(is_class=True, **plan),
    ]
    rows = facilities.standing(kinds, as_of=TODAY)
    assert facilities.after_plan(rows, as_of=TODAY) == (1, 1)


def test_a_facility_in_two_cities_counts_in_both_and_before_its_day_it_is_announced() -> None:
    row = facility(municipality_ja="武蔵野市・三鷹市ほか")
    before, after = (facilities.standing([row], as_of=day) for day in (date(2021, 5, 31), TODAY))
    assert facilities.by_place(after).keys() == {"武蔵野市", "三鷹市"}
    assert (before[0].status, after[0].status, after[0].has_standard) == ("announced", "introduced", True)


def test_ways_of_paying_are_counted_of_those_that_take_cashless_on_the_day_alone() -> None:
    rows = [facility(), facility(facility_code="F2", cashless_status="announced"), facility(facility_code="F3", is_class=True)]
    rows.append(facility(facility_code="F4", cashless_status="class_level_only", payment_methods=""))
    after, before = (facilities.summary(facilities.standing(rows, as_of=day)) for day in (TODAY, date(2021, 5, 31)))
    assert (after["taking_count"], after["methods"]["qr"], after["methods"]["standard"], after["methods"]["unstated"]) == (
        2,
        1,
        1,
        1,
    )
    assert (before["taking_count"], sum(before["methods"].values())) == (0, 0)


def test_the_shipped_list_is_never_the_published_numerator(tokyo: Store) -> None:
    found = facilities.summary(facilities.standing(records(tables.Facility, tokyo.all_of(tables.Facility)), as_of=TODAY))
    assert (found["facilities_count"], found["classes_count"]) == (58, 3)
    assert found["statuses"]["introduced"] == 9 and sum(found["statuses"].values()) == 58
