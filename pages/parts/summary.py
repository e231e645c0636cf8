"""What the overview says: its conclusion, how old the figures are, the core projects, and what changed last."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.as_text import markdown
from kpis.figures.latest import Change, latest_changes
from kpis.figures.records import Figure, Goal
from kpis.figures.scorecard import Book, Scored, tally
from kpis.store import tables
from kpis.text import format_date, format_value
from pages.parts import address, cached
from pages.parts.cards import badge_line, headline_value, list_of
from pages.parts.registers import telling
from pages.parts.text import language, shown_name, t
from pages.parts.when import as_of
from publishers.site import seen
from telling import overview_projects
from telling import projects as told_projects
from telling.cards import card_of
from telling.overview import Shown, conclusion, exclusions, lead
from telling.words import Words

CHANGES = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """The texts of the page, made once per revision, day and language; counts, cards and tables are HTML."""

    title: str
    lead: str
    counts: str
    cards: str
    others: str
    excluded: tuple[str, str]
    projects_heading: str
    projects: str
    changes: str


def changed_last(every: list[Scored], book: Book) -> str:
    """Return what changed last as a list: day, indicator, old value, new value, and why where it was corrected."""
    return "\n".join(f"- {line(change)}" for change in latest_changes(every, book.sources, as_of=as_of(), count=CHANGES))


def line(change: Change) -> str:
    """Return one change as a line of markdown."""
    item, after = change.scored, change.after

    def shown(value: Figure | Goal | None) -> str:
        if isinstance(value, Goal):
            return format_value(value.value, item.entry.definition, language())
        return markdown(headline_value(item, value))

    day = t("as_at" if change.is_period_end else "on_day", day=format_date(change.day, language()))
    said = f"{day} :gray-badge[{t('change_' + change.kind)}] {shown_name(item.entry.definition)} "
    if change.kind == "target":
        said += f"{t('target')} "
    last = t("no_figure") if after is None else shown(after)
    said += f"{shown(change.before)} → **{last}**" if change.before else f"**{last}**"
    if change.kind == "new":
        said += f" {badge_line(item.judgement)}"
    why = change.reason or (after if isinstance(after, Figure) else None)
    if why is not None and why.reason_class:
        said += t("because", reason=Words(language()).reason("why_", why.reason_class), text=markdown(why.reason_text))
    return said


def summary(every: list[Scored], book: Book, shown: Shown) -> Summary:
    """Make every text of the page; ``shown`` are the indicators that stand on it."""
    words, day = Words(language()), as_of()
    rows = cached.moment().rows(tables.Indicator)
    core = told_projects.core_with_goals(cached.moment().projects)
    heading = told_projects.overview_heading(core, cached.moment().rows(tables.StrategyVersion), words)

    def indicator(code: str) -> str:
        return address.path("indicator", code=code)

    def project(code: str) -> str:
        return address.path("projects", code=code)

    others = [card_of(item, words, as_of=day) for item in shown.others]
    return Summary(
        title=markdown(conclusion(every, words)),
        lead=markdown(lead(every, words, as_of=day)),
        counts=seen.band(
            tally(every), lambda group, status: list_of(group, status, {}), words, method=address.path("about") + "#method"
        ),
        cards=seen.theme_cards(every, indicator, words, as_of=day),
        others=seen.table(others, indicator, words, caption=words("other_headlines")),
        excluded=(markdown(exclusions(shown.of_themes, rows, words)), markdown(exclusions(shown.below, rows, words))),
        projects_heading=heading,
        projects=seen.projects(overview_projects.lines(telling(), core), project, words, caption=heading) if core else "",
        changes=changed_last(every, book),
    )
