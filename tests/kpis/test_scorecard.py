"""What changed last, from tiny books in sight."""

from __future__ import annotations

from datetime import date, datetime

from kpis.figures.latest import Change, latest_changes
from kpis.figures.records import Definition, Figure, Goal
from kpis.figures.scorecard import Book, Entry, SourceNote, score_indicator

RATE = Definition("rate", "ratio", "higher", "率", "Rate", "%", "%", 1)
PAGE = SourceNote(source_code="page", url="https://example.org/", title="page", published_on=date(2022, 5, 10), grade="primary")


def changes(*figures: Figure, goals: tuple[Goal, ...] = (), as_of: date = date(2023, 3, 31), count: int = 9) -> list[Change]:
    entry = Entry(
        definition=RATE, unit_code="TMG", project_code="", theme="", is_headline=True, figures=figures, goals=goals, baseline=None
    )
    scored = score_indicator([entry], Book((entry,), {}), as_of=as_of)
    return latest_changes(scored, {"page": PAGE}, as_of=as_of, count=count)


def test_a_new_figure_is_listed_with_the_one_before_and_the_day_it_was_published() -> None:
    (found,) = changes(Figure("2021-03", 50.0), Figure("2022-03", 60.0, source_code="page"))
    assert (found.kind, found.day, found.is_period_end) == ("new", date(2022, 5, 10), False)
    assert isinstance(found.before, Figure) and found.before.value == 50.0


def test_a_figure_of_unknown_publication_is_listed_by_the_end_of_its_period() -> None:
    (found,) = changes(Figure("2022-03", 60.0))
    assert (found.day, found.is_period_end, found.before) == (date(2022, 3, 31), True, None)


def test_a_correction_is_listed_with_the_old_value_and_the_reason() -> None:
    old = Figure("2022-03", 60.0)
    new = Figure("2022-03", 58.0, vintage=2, known_at=datetime(2022, 9, 1, 3), reason_class="error", reason_text="二重計上")
    (found,) = changes(old, new)
    assert (found.kind, found.day, found.before, found.after) == ("corrected", date(2022, 9, 1), old, new)


def test_a_raised_target_is_listed_on_the_day_it_was_set_and_not_before() -> None:
    goals = (Goal("FY2022", 70.0), Goal("FY2022", 80.0, set_on=date(2022, 7, 1), set_order=2))
    (found, _) = changes(Figure("2022-03", 60.0), goals=goals)
    assert (found.kind, found.day, found.before, found.after) == ("target", date(2022, 7, 1), goals[0], goals[1])
    assert [c.kind for c in changes(Figure("2022-03", 60.0), goals=goals, as_of=date(2022, 6, 30))] == ["new"]


def test_the_newest_come_first_and_no_more_than_asked() -> None:
    goals = (Goal("FY2022", 70.0), Goal("FY2022", 80.0, set_on=date(2022, 7, 1), set_order=2))
    assert [c.kind for c in changes(Figure("2022-03", 60.0), goals=goals, count=1)] == ["target"]
