"""Shared parts of pages about projects and milestones: confidence, contradictions, timeline."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.assessed import contradicts
from kpis.figures.projects import Milestone, ProjectReport
from kpis.figures.records import BAD, GOOD
from kpis.figures.scorecard import Scored
from kpis.settings import settings
from kpis.text import status_word
from pages.parts import address, cached, prose
from pages.parts.menu import page
from pages.parts.registers import block, telling
from pages.parts.text import language, shown_name, t, viewer_words
from pages.parts.titled import section_heading
from telling import projects as told_projects
from telling.assessed import in_short, last

CONFIDENCE_LOOK = {"high": "green", "medium": "orange", "low": "red"}


def confidence_mark(report: ProjectReport) -> str:
    """Return a project's confidence as Markdown badges, with a mark if it contradicts the computed status.

    Returns:
        "" in public mode if there is none, as where confidence is not published.
    """
    if report.confidence is None:
        return "" if settings().mode == "public" else f":gray-badge[:material/person: {t('confidence')}: {t('confidence_none')}]"
    level = report.confidence.confidence
    mark = f":{CONFIDENCE_LOOK[level]}-badge[:material/person: {t('confidence')}: {t('confidence_' + level)}]"
    return mark + (" :red-badge[:material/compare_arrows: ≠]" if report.is_contradicted else "")


def rule_line(report: ProjectReport, rule: str) -> str:
    """Return a sentence on how the computed status of a project follows from its indicators; ``rule`` is the rule's version."""
    if not report.tally.judged:
        return t("project_rule_none")
    return t(
        "project_rule_line",
        judged=report.tally.judged,
        good=report.tally.now(*GOOD),
        slow=report.tally.now("slightly_behind"),
        bad=report.tally.now(*BAD),
        rule=rule,
    )


def contradictions(what: str, reports: Sequence[ProjectReport], own: Sequence[Scored], *, is_bordered: bool = False) -> None:
    """Draw the projects and indicators whose confidence, as assessed by the office, contradicts the computed status.

    Args:
        what: part of the cache key: names the two lists.
        own: the indicators.
        is_bordered: draw a border around the list; if it is empty, draw only a caption.
    """

    def make() -> tuple[int, list[tuple[str, str, str, str]]]:
        every = [("projects", shown_name(r.row), r.code, r.status) for r in reports]
        every += [("indicator", shown_name(s.entry.definition), s.entry.definition.code, s.judgement.status) for s in own]
        stated = [(item, assessment) for item in every if (assessment := last(telling(), item[2])) is not None]
        return len(stated), [
            (
                place, name, code,
                t("contradiction", confidence=t("confidence_" + assessment.confidence), status=status_word(status, language()))
                + f" {markdown(in_short(assessment, viewer_words()))}",
            )
            for (place, name, code, status), assessment in stated if contradicts(assessment.confidence, status)
        ]  # fmt: skip

    stated, contradicted = cached.made("contradictions", code=what, make=make)
    if is_bordered and not contradicted:
        prose.caption(t("contradictions_none", count=stated) if stated else t("contradictions_unknown"))
        return
    with st.container(border=is_bordered):
        section_heading(t("contradictions"))
        if not contradicted:
            prose.caption(t("contradictions_none", count=stated) if stated else t("contradictions_unknown"))
        for place, name, code, words in contradicted:
            st.page_link(page(place), label=name, query_params=address.link(code=code))
            prose.caption(words)


def confidence_against_status() -> None:
    """Draw all projects and indicators whose confidence contradicts the computed status; nothing in public mode."""
    if settings().mode != "public":
        contradictions("all", cached.moment().projects, cached.moment().own)


def milestone_block(milestones: Sequence[Milestone], *, chart: str, key: str, projects: dict[str, str] | None = None) -> None:
    """Draw milestones on a timeline, with sentence, table and CSV.

    Args:
        chart: name of the chart: ``projects/`` or ``bureaus/`` and the code.
        projects: project code → name, if the milestones belong to several projects.
    """
    without = ("report_is_sample",) if projects else ("report_is_sample", "project_code")
    block(
        lambda: told_projects.timeline(telling(), milestones, chart=chart, project_names=projects, without=without), key=key,
        suffix=chart.partition("/")[0],
    )  # fmt: skip
