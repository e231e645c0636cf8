"""The page of one project: goal, leading bureaus, indicators, milestones, and the office's confidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import streamlit as st
from markupsafe import Markup

from kpis.as_text import markdown
from kpis.figures.projects import PROJECT_RULE, ProjectReport
from kpis.figures.records import value_of
from kpis.figures.scorecard import Scored
from kpis.grouped import grouped
from kpis.kinds import KINDS
from kpis.text import format_value
from pages.parts import address, cached, prose
from pages.parts.assessment import assessment
from pages.parts.attention import strip_of, strips_of
from pages.parts.cards import chart_with_table, sources_of, status_and_value
from pages.parts.commentary import commentary_and_actions
from pages.parts.menu import page
from pages.parts.project import confidence_mark, milestone_block, rule_line
from pages.parts.raw_html import draw_html
from pages.parts.registers import block, source_of_row, telling
from pages.parts.text import in_brackets, language, shown_name, t, viewer_words
from pages.parts.titled import page_heading, part_heading, section_heading, set_title
from pages.parts.voice import voice
from publishers.site.views import badge
from telling import facts, projects
from telling.assessed import in_short
from telling.attention import leads
from telling.commentary import of_project

CHARTS_SHOWN = 6


def heading(report: ProjectReport) -> None:
    """Draw the name, computed status, confidence and goal of a project."""
    name = f"{report.code} {projects.project_name(report.row, viewer_words())}"
    set_title(name, cached.made("leads", code=report.code, make=lambda: leads(telling(), report.code)[1]))
    page_heading(markdown(name))
    if not report.row.is_name_official:
        prose.caption(t("name_not_official_why"))
    words = viewer_words()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        status = badge(report.status, words)
        draw_html(Markup('<p class="st">{} {}</p>').format(t("computed_status"), status), width="content")
        if stated := confidence_mark(report):
            prose.markdown(stated)
    strip_of(cached.moment().project_stood(report), projects.project_name(report.row, viewer_words()))
    prose.caption(rule_line(report, PROJECT_RULE))
    if report.confidence is not None:
        prose.caption(markdown(in_short(report.confidence, viewer_words())))
    with st.container(border=True):
        section_heading(markdown(projects.goal_heading(report, viewer_words())))
        prose.markdown(shown_name(report.row, "goal") or t("goal_none"))
        source_of_row(projects.goal_source(report.row))


def bureaus_and_names(report: ProjectReport, reports: Sequence[ProjectReport]) -> None:
    """Draw the bureaus of the project, and its name in each version of the strategy, with predecessors and successors."""
    left, right = st.columns(2, gap="medium")
    units = cached.moment().organisation.by_code
    with left:
        section_heading(t("who_leads"))
        if not report.bureaus:
            prose.caption(projects.no_bureau(report, viewer_words()))
        for row in report.bureaus:
            unit = units[row.bureau_code]
            when = projects.times(row, unit.valid_to, viewer_words())
            st.page_link(page("bureau"), label=f"{shown_name(unit)} {t('role_' + row.role)}{in_brackets(when) if when else ''}", icon=":material/apartment:",
                query_params=address.link(code=unit.code),
            )  # fmt: skip
            source_of_row(row.source_code)
    with right:
        section_heading(t("names_in_versions"))
        kin = [r for r in reports if r.code in report.predecessor_codes] + [report]
        kin += [r for r in reports if r.code == report.row.successor_code]
        lines = [
            f"- {markdown(n.version_name(language()))}: **{markdown(r.code)}** {shown_name(n.row)}" for r in kin for n in r.names
        ]
        prose.markdown("\n".join(lines))


def steps(item: Scored) -> str:
    """Return how the targets of each period were raised or changed, one Markdown line per period; "" if none was."""
    definition = item.entry.definition
    lines = []
    for code, values in grouped((goal.period_code, goal.value) for goal in item.goals).items():
        if len(values) > 1:
            rising = all(definition.sign * (b - a) >= 0 for a, b in pairwise(values))
            words = " → ".join(format_value(v, definition, language()) for v in values)
            shown = f"{projects.quarter_label(code, viewer_words())}: {words}"
            lines.append(t("raised_line" if rising else "changed_line", steps=shown))
    return "  \n".join(lines)


def indicators(report: ProjectReport) -> None:
    """Draw the project's indicators: charts of those with several values, and all figures in tables."""
    section_heading(t("project_indicators"))
    indicators = [s for s in report.scored if sum(value_of(s.entry.definition, f) is not None for f in s.figures) > 1]
    indicators = sorted(indicators, key=lambda s: not s.entry.is_headline)[:CHARTS_SHOWN]
    # A qualitative goal is already shown above; without a figure there is nothing to add.
    rest = [s for s in report.scored if s not in indicators and (s.figures or not KINDS[s.entry.definition.kind].is_text)]
    beside = rest[: CHARTS_SHOWN - len(indicators)]
    with st.grid(2, min_column_width=320):
        for item in (*indicators, *beside):
            with st.container(border=True, height="stretch"):
                part_heading(shown_name(item.entry.definition))
                status_and_value(item)
                if item in beside:
                    prose.markdown(markdown(item.sentence(language())))
                if raised := cached.made(
                    "steps", code=(item.entry.definition.code, item.entry.unit_code), make=partial(steps, item)
                ):
                    prose.caption(raised)
                if item in beside:
                    if line := sources_of(item, cached.moment().book):
                        prose.markdown(line)
                else:
                    chart_with_table(item, cached.moment().book)
    if len(rest) > len(beside):
        prose.caption(t("more_indicators", count=len(rest) - len(beside)))
    strips_of(report.scored, key=report.code)
    every_figure(report)


def every_figure(report: ProjectReport) -> None:
    """Draw tables of all figures and all targets of the project."""
    block(lambda: facts.figures_of(telling(), report.scored), key=f"{report.code}-figures")
    if any(s.entry.goals for s in report.scored):
        block(lambda: facts.targets_of(telling(), report.scored), key=f"{report.code}-targets")


def detail(report: ProjectReport, reports: Sequence[ProjectReport]) -> None:
    """Draw the page of one project; ``reports`` are all projects, for the names of predecessors and successors."""
    heading(report)
    bureaus_and_names(report, reports)
    indicators(report)
    commentary_and_actions(of_project(telling(), report), key=report.code, whose="both")
    section_heading(t("milestones"))
    milestone_block(report.milestones, chart=f"projects/{report.code}", key=f"{report.code}-milestones")
    assessment(report.code, status=report.status)
    voice("project", report.code)
