"""The page of all projects: status, leading bureaus and last report of each; also as a table with CSV."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.figures.projects import MILESTONE_STATES, PROJECT_RULE, ProjectReport, in_order, numberings
from kpis.figures.records import BAD, GOOD, JUDGED
from kpis.government import government
from kpis.government_files import ProjectKindFields
from kpis.settings import settings
from kpis.store import tables
from kpis.text import format_date, status_word, text_of, texts_of
from pages.parts import address, cached, prose
from pages.parts.figure import Ready, kept_block, numbers_of
from pages.parts.project import contradictions
from pages.parts.raw_html import draw_html
from pages.parts.registers import telling
from pages.parts.text import language, named, shown_name, source_link, t, viewer_words
from pages.parts.titled import page_heading, part_heading, section_heading
from pages.parts.when import as_of
from publishers.site import seen
from publishers.site.headed import defined, meanings
from telling import overview_projects, projects


def leaders(report: ProjectReport) -> str:
    """Return the names of a project's leading bureaus in order of time, and of participating ones, as one text."""
    units = cached.moment().organisation.by_code
    return projects.bureaus_line(report, {code: named(unit) for code, unit in units.items()}, viewer_words())


def listing(reports: Sequence[ProjectReport]) -> None:
    """Draw the page: projects by kind and category, and a table of all with CSV."""
    if not reports:
        page_heading(t("no_project"))
        return
    title, lead = cached.made("projects title", make=lambda: _title_and_lead(reports))
    page_heading(title)
    prose.caption(lead)
    if settings().mode != "public":
        contradictions("projects", reports, (), is_bordered=True)
    if note := projects.names_note(reports, viewer_words()):
        prose.caption(note)
    strategy()
    explained_heads = set[str]()  # column headings are explained only below the first table
    codes = dict.fromkeys((*government().project_kinds, *(r.row.kind for r in reports)))
    for kind, alike in ((government().project_kind(code), [r for r in reports if r.row.kind == code]) for code in codes):
        if alike:
            {"cards": numbered, "categories": categories, "lines": lines}[kind.shown_as](kind, alike, explained_heads)
    with st.container(key="projects_table"):  # not printed while its table is folded
        section_heading(t("projects_table"))
        kept_block("projects", lambda: listed(reports))


def _title_and_lead(reports: Sequence[ProjectReport]) -> tuple[str, str]:
    """Return title and lead of the page: the statuses of the projects shown as cards; the day and the number of milestones."""
    leading, *_ = [*projects.listed_as("cards"), None]
    groups = by_numbering([r for r in reports if leading is None or r.row.kind == leading.kind_code])
    first = groups[0][1]
    counted = {r.code: r.status for r in first}
    good = sum(s in GOOD for s in counted.values())
    slow = sum(s == "slightly_behind" for s in counted.values())
    bad = sum(s in BAD for s in counted.values())
    which = projects.core_heading(leading, groups[0][0] if leading else (), len(first), viewer_words(), is_all=True)
    counts = (("good", good), ("slow", slow), ("bad", bad), ("unjudged", len(first) - good - slow - bad))
    parts = t("list_comma").join(t(f"projects_{name}", count=count) for name, count in counts if count)
    every = [m for r in reports for m in r.milestones]
    both = sum(1 for m in every if m.planned and m.actual)
    values = {"as_of": format_date(as_of(), language()), "rule": PROJECT_RULE}
    lead = t("projects_lead", **values, milestones=len(every), both=both) if every else t("projects_lead_none", **values)
    return t("projects_title", which=markdown(which), parts=parts), lead


def table_of(reports: Sequence[ProjectReport], caption: str, explained_heads: set[str]) -> None:
    """Draw a table of projects, one row each: name and bureaus, status now and in past quarters, milestones, next step.

    Args:
        explained_heads: captions of the tables above with the same headings; this caption is added.
    """
    is_first, links = not explained_heads, tuple(address.link().items())

    def make() -> tuple[list[str], str]:
        rows = overview_projects.lines(telling(), reports, about=lambda r: " ・ ".join(filter(None, (r.code, leaders(r)))))
        table = cached.drawn(("projects", rows, links, caption, is_first), lambda: _table_of_lines(rows, caption, is_first))
        return projects.without_bureau([(r, leaders(r)) for r in reports], viewer_words()), table

    unled, table = cached.made("projects", code=(caption, is_first, *(r.code for r in reports), *links), make=make)
    for project in unled:
        prose.caption(project)  # each note once, not per project
    draw_html(table)
    explained_heads.add(caption)


def _table_of_lines(rows: Sequence[overview_projects.OverviewLine], caption: str, is_first: bool) -> str:
    words = viewer_words()
    table = seen.projects(rows, address.page_of("projects"), words, caption=caption)
    return defined(table, words, explained=set() if is_first else set(meanings(words)))


def numbered(kind: ProjectKindFields, own: Sequence[ProjectReport], explained_heads: set[str]) -> None:
    """Draw the projects of a kind, one table per group of strategy versions with the same numbering."""
    for versions, alike in by_numbering(own):
        is_new = bool(versions and versions[0].is_renumbered)  # then no source states their total number
        heading = projects.core_heading(kind, versions, len(alike), viewer_words(), is_all=not is_new)
        section_heading(markdown(heading))
        if is_new:
            values = {"version": shown_name(versions[0]), "day": projects.adopted(versions[0], viewer_words())}
            prose.caption(t("core_renumbered_note", **values))
        table_of(alike, markdown(heading), explained_heads)


def lines(kind: ProjectKindFields, own: Sequence[ProjectReport], explained_heads: set[str]) -> None:
    """Draw the projects of a kind in one table."""
    section_heading(markdown(named(kind, "heading") or projects.kind_name(kind, None, viewer_words())))
    table_of(own, named(kind, "heading"), explained_heads)


def by_numbering(core: Sequence[ProjectReport]) -> list[tuple[list[tables.StrategyVersion], list[ProjectReport]]]:
    """Return projects grouped by strategy versions with the same numbering; those of no version are in the first group."""
    groups = numberings(cached.moment().rows(tables.StrategyVersion)) or [[]]
    place = {v.version_code: n for n, versions in enumerate(groups) for v in versions}
    groups_of: list[list[ProjectReport]] = [[] for _ in groups]
    for report in core:
        groups_of[place.get(report.first_version, 0)].append(report)
    return [(versions, alike) for n, (versions, alike) in enumerate(zip(groups, groups_of, strict=True)) if alike or not n]


def strategy() -> None:
    """Draw the versions of the strategy: date of adoption, horizon and key words of each; nothing if there are none."""
    versions = cached.made("strategy", make=_versions)
    if not versions:
        return
    with st.expander(t("strategy_versions", count=len(versions)), icon=":material/menu_book:"):
        for version in versions:
            prose.markdown(version)


def _versions() -> list[str]:
    sources = cached.moment().book.sources
    version_lines = []
    for version in in_order(cached.moment().rows(tables.StrategyVersion)):
        source = sources.get(version.source_code)
        line = markdown(projects.version_line(version, viewer_words()))
        version_lines.append(line + (f"  \n{t('source')}: {source_link(source)}" if source else ""))
    return version_lines


def listed(reports: Sequence[ProjectReport]) -> Ready:
    """Return the table of all projects with CSV, one row each: status, milestones by state, bureaus, last reported quarter."""
    is_public = all(r.confidence is None for r in reports) and settings().mode == "public"  # a government may publish confidence
    table = pd.DataFrame(
        [
            {
                t("project"): f"{r.code} {projects.called(r, viewer_words())}", t("statuses_one"): status_word(r.status, language()),
                **({} if is_public else {t("confidence"): t("confidence_" + (r.confidence.confidence if r.confidence else "none"))}),
                t("project_indicators"): len(r.scored), t("milestones"): len(r.milestones),
                **{t(f"state_{state}"): r.count_of(state) for state in MILESTONE_STATES},
                t("who_leads"): leaders(r), t("reported_in"): projects.quarter_label(r.last_reported, viewer_words()) if r.last_reported else "",
            }
            for r in reports
        ]
    )  # fmt: skip
    csv = pd.DataFrame(
        [
            {
                "project_code": r.code, "kind": r.row.kind, **texts_of(r.row, "category"),
                **texts_of(r.row, "name"), "status": r.status, "project_rule_version": PROJECT_RULE,
                "indicators_count": len(r.scored), "milestones_count": len(r.milestones),
                **{f"milestones_{state}": r.count_of(state) for state in MILESTONE_STATES},
                **{
                    f"{role}_bureaus": ";".join(dict.fromkeys(b.bureau_code for b in r.bureaus if b.role == role))
                    for role in ("lead", "member")
                },
                "last_reported": r.last_reported or None, "as_of": as_of(),
            }
            for r in reports
        ]
    )  # fmt: skip
    milestones = projects.milestones_line([m for r in reports for m in r.milestones], viewer_words())
    sentence = t(
        "projects_table_sentence", total=len(reports), judged=sum(r.status in JUDGED for r in reports), milestones=milestones
    )
    return Ready(numbers=numbers_of(table, csv=csv), sentence=sentence)


def categories(kind: ProjectKindFields, own: Sequence[ProjectReport], explained_heads: set[str]) -> None:
    """Draw the projects of a kind, one table per category, and how many of the number stated by the strategy are unidentified."""
    section_heading(markdown(named(kind, "heading") or projects.kind_name(kind, None, viewer_words())))
    moment = cached.moment()
    prose.caption(projects.unidentified(kind, own, moment.whole, moment.rows(tables.StrategyVersion), viewer_words()))
    names = dict.fromkeys(text_of(r.row, "category", "ja") for r in own)
    for category in sorted(names, key=lambda c: not c):
        alike = [r for r in own if text_of(r.row, "category", "ja") == category]
        part_heading(f"{shown_name(alike[0].row, 'category') or t('category_unknown')} ({len(alike)})")
        table_of(alike, named(alike[0].row, "category"), explained_heads)
