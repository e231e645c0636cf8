"""Texts of the overview page: conclusion, age of the figures, counts, cards, projects, and latest changes."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kpis.as_text import markdown
from kpis.figures.scorecard import Book, Scored, tally
from kpis.store import tables
from pages.parts import address, cached
from pages.parts.cards import list_of
from pages.parts.registers import telling
from pages.parts.text import viewer_words
from pages.parts.when import as_of
from publishers.site import seen
from publishers.site.headed import defined
from telling import overview_projects
from telling import projects as told_projects
from telling.cards import card_of
from telling.latest import latest
from telling.overview import Shown, conclusion, exclusions, lead

CHANGES = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """The texts of the page, cached per revision, moment and language; counts, cards and tables are HTML."""

    title: str
    lead: str
    counts: str
    cards: str
    others: str
    excluded: tuple[str, str]
    projects_heading: str
    projects: str
    changes: str


def summary(every: list[Scored], book: Book, shown: Shown) -> Summary:
    """Return all texts of the page; ``shown`` are the indicators drawn on it."""
    words, day = viewer_words(), as_of()
    rows = cached.moment().rows(tables.Indicator)
    core = told_projects.core_with_goals(cached.moment().projects)
    heading = told_projects.overview_heading(core, cached.moment().rows(tables.StrategyVersion), words)
    indicator = address.page_of("indicator")
    others = [card_of(item, words, as_of=day) for item in shown.others]
    return Summary(
        title=markdown(conclusion(every, words)),
        lead=markdown(lead(every, words, as_of=day)),
        counts=seen.band(
            tally(every), lambda group, status: list_of(group, status, {}), words, method=address.path("about") + "#method"
        ),
        cards=seen.theme_cards(every, indicator, words, as_of=day, picture=seen.behind_address),
        others=defined(seen.table(others, indicator, words, caption=words("other_headlines"), picture=seen.behind_address), words)
        if others
        else "",
        excluded=(markdown(exclusions(shown.of_themes, rows, words)), markdown(exclusions(shown.below, rows, words))),
        projects_heading=heading,
        projects=defined(
            seen.projects(overview_projects.lines(telling(), core), address.page_of("projects"), words, caption=heading), words
        )
        + (Markup('<p class="att-small">{}</p>').format(note) if (note := told_projects.names_note(core, words)) else "")
        if core
        else "",
        changes=seen.latest(latest(every, book.sources, words, as_of=day, count=CHANGES), indicator, words),
    )
