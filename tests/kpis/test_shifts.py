"""What stands otherwise than on an earlier day: also what nobody knows any longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from kpis.figures.records import Baseline, Definition, Figure, Goal
from kpis.figures.scorecard import Book, Entry, Scored, score_indicator
from kpis.figures.shifts import shifts
from telling.shifts import reasons
from telling.words import Words

RATE = Definition("rate", "ratio", "higher", "率", "Rate", "%", "%", 1, stale_after_days=200)


def judged(as_of: date) -> Scored:
    entry = Entry(
        definition=RATE, unit_code="TMG", project_code="", theme="", is_headline=True, figures=(Figure("2022-03", 60.0),),
        goals=(Goal("FY2025", 90.0),), baseline=Baseline("FY2020", 50.0),
    )  # fmt: skip
    return score_indicator([entry], Book((entry,), {}), as_of=as_of)[0]


def test_a_figure_that_became_old_is_a_change_though_its_status_is_not() -> None:
    before, after = judged(date(2022, 9, 30)), judged(date(2022, 12, 31))
    assert before.judgement.status == after.judgement.status and before.judgement.standing == "current"
    (found,) = shifts([before], [after], since=date(2022, 9, 30))
    assert found.reasons == (("aged", ""),) and found.has("aged") and not found.has_new_status
    assert list(reasons(found, Words("ja"))) == ["数値が古くなり、いまの状態は分からない"]
    assert shifts([after], [judged(date(2023, 3, 31))], since=date(2022, 12, 31)) == [], "it was old already"


def test_a_target_that_fell_due_without_a_result_is_the_reason_and_no_other_target() -> None:
    """The status changed because nothing was published, though the target shown is another one too."""
    goals = (Goal("FY2021", 60.0), Goal("FY2022", 80.0))
    known = replace(judged(date(2022, 9, 30)).entry, goals=goals)
    before, after = (score_indicator([known], Book((known,), {}), as_of=day)[0] for day in (date(2022, 3, 31), date(2023, 7, 31)))
    assert (before.judgement.status, after.judgement.status) == ("reached", "unreported")
    assert before.judgement.goal != after.judgement.goal
    (found,) = shifts([before], [after], since=date(2022, 3, 31))
    assert found.reasons == (("fell_due", ""),)
    assert list(reasons(found, Words("en"))) == ["the due day of a target has passed without a published result"]


def test_a_correction_of_a_sign_alone_is_told_with_both_signs() -> None:
    """More than 60% that became about 60%: both days show the corrected figure, and the page said "about 60%" and "about 60%"."""
    first = replace(Figure("2022-03", 60.0), is_lower_bound=True, vintage=1)
    second = replace(
        Figure("2022-03", 60.0),
        is_approximate=True,
        vintage=2,
        known_at=datetime(2022, 9, 15),
        reason_class="error",
        reason_text="読み誤り",
    )
    entry = replace(judged(date(2022, 9, 30)).entry, figures=(first, second))
    before, after = (score_indicator([entry], Book((entry,), {}), as_of=day)[0] for day in (date(2022, 9, 1), date(2022, 9, 30)))
    (found,) = shifts([before], [after], since=date(2022, 9, 1))
    assert list(reasons(found, Words("ja"))) == ["誤りの訂正: 読み誤り(2022年3月 60.0%超 → 約60.0%)"]
    assert list(reasons(found, Words("en"))) == ["error corrected: 読み誤り (Mar 2022: more than 60.0% → about 60.0%)"]


def test_of_many_corrections_the_newest_are_said_and_the_others_counted() -> None:
    """A hundred corrections of one figure stood in one cell of a table, each with its reason."""
    corrected = [
        replace(Figure("2022-03", 60.0 + n), vintage=n, known_at=datetime(2022, 9, n), reason_class="error", reason_text=f"r{n}")
        for n in range(2, 9)
    ]
    entry = replace(judged(date(2022, 9, 30)).entry, figures=(Figure("2022-03", 60.0), *corrected))
    before, after = (score_indicator([entry], Book((entry,), {}), as_of=day)[0] for day in (date(2022, 9, 1), date(2022, 9, 30)))
    (found,) = shifts([before], [after], since=date(2022, 9, 1))
    assert len(found.corrections) == 7, "all are kept"
    assert list(reasons(found, Words("en"))) == [
        "error corrected: r6 (Mar 2022: 65.0% → 66.0%)", "error corrected: r7 (Mar 2022: 66.0% → 67.0%)",
        "error corrected: r8 (Mar 2022: 67.0% → 68.0%)", "4 earlier corrections (on the indicator’s page)",
    ]  # fmt: skip
    (few,) = shifts([before], [after], since=date(2022, 9, 7))
    assert len(list(reasons(few, Words("ja")))) == 1, "nothing is said of others where there are none"
