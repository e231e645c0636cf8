"""What a report would change, worked out without a database."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.reporting.comparison import OBSERVATIONS, OURS, THEIRS, Current, compare
from tests.small_government import figure, register_row

KEY = (OBSERVATIONS, ("electronic_decision_rate", "GENERAL", "FY2022-Q3"))


def stored(vintage: int = 1, at_issue: dict[str, object] | None = None, **values: object) -> Current:
    """What is stored for the figure, and what it said at issue (the same unless given)."""
    return Current(values, vintage, values if at_issue is None else at_issue, "aya@general.example.jp")  # type: ignore[arg-type]


def test_a_first_figure_is_new_and_needs_no_reason() -> None:
    found = compare([figure(numerator=800.0, denominator=1000.0)], {})
    assert [(c.column, c.old, c.new, c.nature, c.place) for c in found.cells] == [
        ("numerator", None, 800.0, "new", "5つのレス!G5"),
        ("denominator", None, 1000.0, "new", "5つのレス!H5"),
    ]
    assert found.unexplained == ()


def test_zero_is_a_figure_and_a_blank_is_none() -> None:
    assert [c.new for c in compare([figure(numerator=0.0)], {}).cells] == [0.0]
    assert compare([figure()], {}).rows == ()


def test_the_same_value_written_another_way_is_unchanged() -> None:
    found = compare([figure(numerator=800, denominator=1000.0)], {KEY: stored(numerator=800.0, denominator=1000, text_ja="")})
    assert (found.rows, found.unchanged) == ((), 1)


def test_a_changed_figure_is_a_correction_with_a_reason() -> None:
    now = {KEY: stored(numerator=800.0, denominator=1000.0)}
    without = compare([figure(numerator=810.0, denominator=1000.0, issued_vintage=1)], now)
    assert [c.nature for c in without.cells] == ["corrected"] and len(without.unexplained) == 1
    class_only = compare(
        [figure(numerator=810.0, denominator=1000.0, issued_vintage=1, reason_class="error", reason_text=" ")], now
    )
    assert len(class_only.unexplained) == 1
    both = compare([figure(numerator=810.0, denominator=1000.0, issued_vintage=1, reason_class="error", reason_text="転記")], now)
    assert both.unexplained == ()


def test_leaving_nothing_of_a_stored_figure_withdraws_it_and_needs_a_reason() -> None:
    found = compare([figure(issued_vintage=1)], {KEY: stored(numerator=800.0, denominator=1000.0)})
    assert {c.nature for c in found.cells} == {"cleared"} and len(found.withdrawn) == 1 == len(found.unexplained)
    only_part = compare([figure(numerator=800.0, issued_vintage=1)], {KEY: stored(numerator=800.0, denominator=1000.0)})
    assert only_part.withdrawn == () and len(only_part.unexplained) == 1


def test_a_cell_changed_by_another_after_issue_is_a_conflict_and_an_untouched_one_is_not() -> None:
    now = {KEY: stored(2, {"numerator": 800.0, "denominator": 1000.0}, numerator=820.0, denominator=1000.0)}
    found = compare([figure(numerator=800.0, denominator=1100.0, issued_vintage=1)], now)
    assert {c.column: c.is_conflict for c in found.cells} == {"numerator": True, "denominator": False}
    assert [(c.column, c.at_issue, c.old, c.new) for c in found.unresolved] == [("numerator", 800.0, 820.0, 800.0)]


@pytest.mark.parametrize(("choice", "counted"), [(OURS, ["numerator"]), (THEIRS, [])])
def test_a_resolved_conflict_counts_as_chosen(choice: str, counted: list[str]) -> None:
    now = {KEY: stored(2, {"numerator": 800.0}, numerator=820.0)}
    found = compare([figure(numerator=800.0, issued_vintage=1)], now, choices={(*KEY, "numerator"): (choice, 2)})
    assert found.unresolved == () and [c.column for c in found.cells if c.counts] == counted
    assert len(found.unexplained) == len(counted)


def test_a_choice_made_against_an_older_value_no_longer_holds() -> None:
    now = {KEY: stored(3, {"numerator": 800.0}, numerator=830.0)}
    found = compare([figure(numerator=800.0, issued_vintage=1)], now, choices={(*KEY, "numerator"): (THEIRS, 2)})
    assert len(found.unresolved) == 1


def test_a_figure_first_stored_by_another_after_issue_is_a_conflict() -> None:
    found = compare([figure(numerator=800.0)], {KEY: stored(1, {"numerator": None}, numerator=820.0)})
    assert len(found.unresolved) == 1


@pytest.mark.parametrize(
    ("column", "old", "new", "nature"),
    [
        ("digital_status", "planned", "done", "updated"),
        ("digital_status", "done", "planned", "corrected"),
        ("digital_status", "done", "unknown", "cleared"),
        ("digitised_date", None, date(2022, 11, 1), "new"),
        ("digitised_date", date(2022, 11, 1), date(2022, 12, 1), "corrected"),
        ("digitised_date", date(2022, 11, 1), None, "cleared"),
        ("applications_count", 100.0, 120.0, "updated"),
        ("online_channel", "", "LoGo", "new"),
        ("online_channel", "LoGo", "jGrants", "corrected"),
    ],
)
def test_a_register_moves_on_without_a_reason_and_is_overwritten_only_with_one(
    column: str, old: object, new: object, nature: str
) -> None:
    now = {("procedure", ("P1",)): Current({column: old}, 1, {column: old})}  # type: ignore[dict-item]
    found = compare([register_row("procedure", "P1", **{column: new})], now)  # type: ignore[arg-type]
    assert [c.nature for c in found.cells] == [nature]
    assert bool(found.unexplained) == (nature in ("corrected", "cleared"))


def test_the_biggest_jump_comes_first() -> None:
    now = {(OBSERVATIONS, ("paper_sheets", "GENERAL", "FY2022-Q3")): stored(value=1000.0), KEY: stored(numerator=100.0)}
    found = compare([figure("paper_sheets", value=1010.0, issued_vintage=1), figure(numerator=900.0, issued_vintage=1)], now)
    assert [c.row.key[0] for c in found.cells] == ["electronic_decision_rate", "paper_sheets"]
