"""One bureau and all of them: figures of its own, milestones that several led, periods for which nobody reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpis.figures.bureaus import BureauReport, milestones_once
from kpis.figures.rollup import RollUp
from kpis.figures.scorecard import SourceNote, score_all
from kpis.moment import Moment
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store

TODAY = date(2026, 11, 26)
OWN_FIGURES = {"POLICY", "HOUSING", "URBAN", "DIGITAL", "FIRE", "CONSTRUCTION", "WATERWORKS"}


def bureaus(store: Store, view: str = "then", as_of: date = TODAY) -> dict[str, BureauReport]:
    return {r.code: r for r in Moment(state=State(store), as_of=as_of, view=view).bureaus}


@pytest.mark.parametrize("view", ["then", "now"])
def test_a_bureau_with_indicators_of_its_own_has_figures(tokyo: Store, view: str) -> None:
    found = bureaus(tokyo, view)
    assert {code for code, r in found.items() if r.is_valid and r.own} == OWN_FIGURES
    assert {code for code, r in found.items() if r.scored} == {"WATERWORKS"}
    scopes = {i["indicator_code"]: i["scope_code"] for i in tokyo.all_of(tables.Indicator)}
    for report in found.values():
        assert all(scopes[s.entry.definition.code] == report.code and s.figures for s in report.own), report.code
        assert report.has_anything or report.is_valid
        counted = report.tally
        assert sum(counted.unjudged.values()) + counted.judged + counted.unreported + sum(counted.last_known.values()) == len(
            report.figures
        ), report.code
    assert "toei_housing_online_share" in {s.entry.definition.code for s in found["HOUSING"].own}


def test_an_indicator_of_its_own_is_none_of_those_that_every_bureau_owes(tokyo: Store) -> None:
    for report in bureaus(tokyo).values():
        assert not {s.entry.definition.code for s in report.own} & set(report.owed)
        assert len(report.reported) <= len(report.scored)


def test_a_milestone_that_two_bureaus_led_counts_for_each_and_once_in_a_total(tokyo: Store) -> None:
    found = bureaus(tokyo)
    both = {m.code for m in found["ENVIRONMENT"].milestones} & {m.code for m in found["INDUSTRY"].milestones}
    assert both == {"LP05-M001", "LP05-M002"}, "both led it from October to December 2021"
    once = milestones_once(found.values())
    assert len({m.code for m in once}) == len(once) == sum(len(r.milestones) for r in found.values()) - len(both)


@pytest.mark.parametrize("view", ["then", "now"])
def test_no_bureau_holds_a_milestone_twice(tokyo: Store, view: str) -> None:
    """Also in the organisation of today, where two bureaus that led it may have the same successor."""
    for report in bureaus(tokyo, view).values():
        codes = [m.code for m in report.milestones]
        assert len(codes) == len(set(codes)), report.code


def test_a_bureau_that_takes_part_has_the_project_without_leading_it(tokyo: Store) -> None:
    found = bureaus(tokyo)
    assert "LPX13" in found["PERSONNEL"].shared_codes and "LPX13" not in found["PERSONNEL"].project_codes
    assert "LPX13" in found["GENERAL"].project_codes and "LPX13" not in found["GENERAL"].shared_codes
    assert "LP02" in found["HEALTH"].shared_codes and "LPX08" in found["POLICY"].project_codes


def rolled(store: Store, **sources: SourceNote) -> RollUp:
    book = store.book()
    held = replace(book, sources={**book.sources, **sources}, _sums={})
    whole = next(s for s in score_all(held, as_of=TODAY) if s.entry.definition.code == "paper_sheets" and s.entry.is_own_scope)
    return next(r for r in whole.rolled if r.period_code == "FY2018")


def test_a_period_for_which_nobody_reported_is_known_as_such(tokyo: Store) -> None:
    found = rolled(tokyo)
    assert found.is_published_only and found.with_figures == ("WATERWORKS",) and not found.is_complete
    (code,) = {o["source_code"] for o in tokyo.all_of(tables.Observation) if o["indicator_code"] == "paper_sheets" and o["bureau_code"] == "WATERWORKS"}  # fmt: skip
    report = SourceNote(source_code=code, url="", title="水道局 2018年度報告", published_on=None, grade="primary")
    assert not rolled(tokyo, **{code: report}).is_published_only, "a report has no address: then the others owe one"
