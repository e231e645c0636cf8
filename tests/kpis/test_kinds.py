"""The kinds of indicator: each has its record, and a kind that nobody knew before works by its record alone."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kpis.figures.measures import judge, roll_up
from kpis.figures.plausible import check_figure, is_rate, limits
from kpis.figures.records import Baseline, Definition, Figure, Goal, value_of
from kpis.kinds import KINDS, IndicatorKind, Kind
from kpis.settings import ROOT
from loaders.workbook.layout import load_layout
from telling.words import Words

LEFT = Kind(
    needed=(), divisor="denominator", rate=lambda n, d: (1 - n / d) * 100, is_percent=True, least=0.0, most=100.0, tells_later=True
)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Definition:
    """An indicator of a made-up kind: the share that is left, of which the numerator is done."""
    monkeypatch.setitem(KINDS, "left", LEFT)
    return Definition("paper_left", "left", "lower", "紙の残り", "Left on paper", "%", "%", decimals=1)


def test_every_kind_has_one_record_and_its_words() -> None:
    """The files that a new kind touches: its record here, a migration of the CHECK, and the data that names it for people."""
    assert set(KINDS) == set(IndicatorKind.values())
    layout = load_layout()
    assert set(KINDS) == set(layout.to_fill) == set(layout.to_fill_en)
    assert all(Words(language)(f"kind_{kind}") for kind in KINDS for language in ("ja", "en"))
    assert all(Words(language)(f"meaning_kind_{kind}") for kind in KINDS if not KINDS[kind].is_text for language in ("ja", "en"))
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if not re.search(rf"\b{kind}\b", method)] == []
    asked = (
        (ROOT / "docs" / "workbook.md")
        .read_text(encoding="utf-8")
        .split("### What each kind of indicator asks for")[1]
        .split("## ")[0]
    )
    assert [kind for kind in KINDS if not re.search(rf"^\|[^|]*\b{kind}\b[^|]*\|", asked, re.M)] == []
    meant = [Words(language)("guide_cell_indicators_kind") for language in ("ja", "en")]
    assert [kind for kind in KINDS for text in meant if not re.search(rf"(?<![a-z]){kind}(?![a-z])", text)] == []


def test_a_made_up_kind_is_worked_out_added_up_and_judged_by_its_record(left: Definition) -> None:
    parts = [Figure("FY2023", None, numerator=90.0, denominator=100.0), Figure("FY2023", None, numerator=210.0, denominator=300.0)]
    assert [value_of(left, part) for part in parts] == [pytest.approx(10.0), pytest.approx(30.0)]
    whole = roll_up("left", parts)
    assert (whole.value, whole.numerator, whole.denominator) == (25.0, 300.0, 400.0)
    goal, base = Goal("FY2024", 10.0), Baseline("FY2022", 40.0)
    found = judge(left, [whole], [goal], baseline=base, as_of=date(2024, 3, 31))
    assert (found.status, found.planned_value) == ("on_track", pytest.approx(25.0, abs=0.1))


def test_a_made_up_kind_is_held_against_its_own_bounds(left: Definition) -> None:
    assert is_rate(left) and limits(left) == (0.0, 100.0)
    assert [f.rule for f in check_figure(left, Figure("FY2023", 99.0))] == []
    assert [f.rule for f in check_figure(left, Figure("FY2023", 101.0))] == ["out_of_bounds"]
    above = Figure("FY2023", None, numerator=5.0, denominator=4.0)
    assert "numerator_above_denominator" in [f.rule for f in check_figure(left, above)]


def test_a_rate_that_is_no_share_is_never_asked_about_as_a_percentage(monkeypatch: pytest.MonkeyPatch) -> None:
    """People for each counter: 0.5 is 0.5, and what a share in percent may have meant is asked of no other unit."""
    monkeypatch.setitem(KINDS, "each", Kind(needed=(), divisor="denominator", rate=lambda n, d: n / d, least=0.0))
    each = Definition("people_each", "each", "lower", "窓口ごとの人数", "People for each counter", "人", "people", decimals=1)
    assert not is_rate(each) and check_figure(each, Figure("FY2023", 0.5)) == []
    assert check_figure(each, Figure("FY2023", None, numerator=500.0, denominator=100.0)) == [], "nor held against its denominator"
    share = Definition("share", "level", "higher", "割合", "Share", "％", "%", decimals=1)
    assert is_rate(share) and [f.rule for f in check_figure(share, Figure("FY2023", 0.5))] == ["scale"]
