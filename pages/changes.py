"""The page of changes since a day, with reasons; and every indicator against the previous period, last year and the plan."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kpis.figures.scorecard import Scored
from kpis.figures.sentences import planned_text, standing_word
from kpis.figures.shifts import Shift, shifts
from kpis.government import government
from kpis.periods import year_before
from kpis.text import format_date
from pages.parts import address, cached, prose
from pages.parts.bureaus import unit_name
from pages.parts.cards import dated_value, explain_empty, headline_value
from pages.parts.choices import choose_day
from pages.parts.comparison import comparison, difference
from pages.parts.entry import end_page, enter
from pages.parts.figure import Ready, kept_block, numbers_of
from pages.parts.raw_html import draw_html
from pages.parts.text import in_brackets, language, named, t, viewer_words
from pages.parts.titled import page_heading, section_heading
from pages.parts.when import as_of
from publishers.site import seen
from telling.shifts import reasons, stood
from telling.shifts import since as since_then

enter()


def whose(item: Scored) -> str:
    """Return the name of an indicator, followed by the unit in brackets unless the figure is for the indicator's own scope."""
    name = named(item.entry.definition)
    return name if item.entry.is_own_scope else name + in_brackets(unit_name(item.entry.unit_code))


def listed_shifts(since: date) -> list[Shift]:
    """Return the changes since a day: of each indicator in its own scope, and of bureaus' figures where they were corrected."""
    every_shift = shifts(cached.moment().on(since).whole, cached.moment().whole, since=since)
    return [s for s in every_shift if s.after.entry.is_own_scope or s.corrections]


def changed(differences: list[Shift], since: date) -> None:
    """Draw the page title and the table of changes: one row per indicator and unit, with reasons."""
    title = cached.made(
        "since", code=since.isoformat(), make=lambda: conclusion(differences, since)
    )  # fmt: skip
    page_heading(title)
    if not differences:
        return

    def make() -> str:
        words = viewer_words()
        rows = [since_then(s, whose(s.after), words) for s in differences]
        return seen.since(rows, address.page_of("indicator"), words, caption=title)

    draw_html(cached.made("changes in full", code=(since.isoformat(), *address.link().items()), make=make))
    kept_block("changes", lambda: listed(differences, since), suffix=since.isoformat())


def conclusion(listed: list[Shift], since: date) -> str:
    """Return a sentence with the number of new figures, changed statuses, outdated results and corrections since a day."""
    own = [s for s in listed if s.after.entry.is_own_scope]
    counts = {
        "since_figures": sum(s.has("new_period") for s in own), "since_flips": sum(s.has_new_status for s in own),
        "since_aged": sum(s.has("aged") for s in own), "since_corrections": sum(len(s.corrections) for s in listed),
    }  # fmt: skip
    parts = t("comma").join(t(key, count=count) for key, count in counts.items() if count)
    day, end = format_date(since, language()), format_date(as_of(), language())
    return t("since_sentence", day=day, as_of=end, parts=parts) if parts else t("since_none", day=day)


def listed(differences: list[Shift], since: date) -> Ready:
    """Return the changes as a table with CSV: one row per indicator and unit, with period, value and status before and after."""
    words = viewer_words()
    table = pd.DataFrame(
        [
            {
                t("since_indicator"): whose(s.after), t("since_before"): before, t("since_after"): after,
                t("since_reason"): t("comma").join(reasons(s, words)),
            }
            for s in differences
            for before, after in [stood(s, words)]
        ]
    )  # fmt: skip
    csv = pd.DataFrame(
        [
            {
                "indicator_code": s.after.entry.definition.code, "unit_code": s.after.entry.unit_code, "since": since, "as_of": as_of(),
                **{
                    f"{word}_{name}": value
                    for word, item in (("before", s.before), ("after", s.after))
                    for name, value in (
                        ("period_code", item.judgement.figure.period_code if item.judgement.figure else None),
                        ("value", item.judgement.figure.value if item.judgement.figure else None),
                        ("status", item.judgement.status),
                    )
                },
                "reason": ";".join(kind for kind, _ in s.reasons), "reason_text": ";".join(text for _, text in s.reasons if text),
                "unit": s.after.entry.definition.unit_en,
            }
            for s in differences
        ]
    )  # fmt: skip
    return Ready(numbers=numbers_of(table, csv=csv))


def compared(every: list[Scored]) -> Ready:
    """Return a table with CSV: one row per indicator with a figure, with the previous period, the same period last year and the plan."""
    with_figure = [s for s in every if s.judgement.figure is not None]
    rows, plain = [], []
    for item in with_figure:
        judged, definition = item.judgement, item.entry.definition
        assert judged.figure is not None
        variance = judged.variance
        rows.append(
            {
                t("since_indicator"): named(definition), t("period"): judged.figure.period.label(language()),
                t("actual"): headline_value(item, judged.figure), t("previous"): dated_value(item, judged.previous),
                t("year_earlier"): dated_value(item, judged.year_earlier),
                t("planned"): planned_text(definition, judged, language()),
                t("compare_variance"): difference(item),
                t("statuses_one"): standing_word(judged, language()),
            }
        )  # fmt: skip
        plain.append(
            {
                "indicator_code": definition.code, "period_code": judged.figure.period_code, "value": judged.figure.value,
                "previous_period": judged.previous.period_code if judged.previous else None,
                "previous_value": judged.previous.value if judged.previous else None,
                "year_earlier_period": judged.year_earlier.period_code if judged.year_earlier else None,
                "year_earlier_value": judged.year_earlier.value if judged.year_earlier else None,
                "planned_value": judged.planned_value, "variance": variance, "status": judged.status, "unit": definition.unit_en,
                "is_sample": judged.figure.is_sample,
            }
        )  # fmt: skip
    return Ready(numbers=numbers_of(pd.DataFrame(rows), csv=pd.DataFrame(plain)))


every = cached.moment().own
since = choose_day(
    "since",
    t("since_choose"),
    first=government().first_day,
    last=as_of(),
    default=max(year_before(as_of()), government().first_day),
)
if not any(s.judgement.figure for s in every):
    end_page(t("nav_changes"), explain_empty)
differences = cached.made(
    "shifts", code=since.isoformat(), make=lambda: listed_shifts(since),
)  # fmt: skip
changed(differences, since)
section_heading(t("compare_all"))
with_value = sum(s.judgement.figure is not None for s in every)
prose.markdown(t("compare_all_lead", as_of=format_date(as_of(), language()), count=with_value))
comparison(every, code="all", caption=t("compare_all"))
kept_block("comparison", lambda: compared(every))
