"""What pages share to show projects and milestones: badges, days with their precision, the time line."""

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
from pages.parts.text import language, shown_name, t
from pages.parts.titled import section_heading
from telling import projects as told_projects
from telling.assessed import in_short, last
from telling.words import Words

CONFIDENCE_LOOK = {"high": "green", "medium": "orange", "low": "red"}


def confidence_mark(report: ProjectReport) -> str:
    """Return the confidence of a project as markdown, and that it contradicts the computed status; nothing in public where it stays inside."""
    if report.confidence is None:
        return "" if settings().mode == "public" else f":gray-badge[:material/person: {t('confidence')}: {t('confidence_none')}]"
    level = report.confidence.confidence
    mark = f":{CONFIDENCE_LOOK[level]}-badge[:material/person: {t('confidence')}: {t('confidence_' + level)}]"
    return mark + (" :red-badge[:material/compare_arrows: ≠]" if report.is_contradicted else "")


def rule_line(report: ProjectReport, rule: str) -> str:
    """Say how the computed status of a project came about."""
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


def contradictions(what: str, reports: Sequence[ProjectReport], own: Sequence[Scored], *, is_told_apart: bool = False) -> None:
    """List the projects and indicators of which the office's confidence contradicts the computed status.

    Args:
        what: names the two lists.
        reports: the projects.
        own: the indicators.
        is_told_apart: in a frame of its own above a list, where there are any; that there are none is small print there.
    """

    def make() -> tuple[int, list[tuple[str, str, str, str]]]:
        every = [("projects", shown_name(r.row), r.code, r.status) for r in reports]
        every += [("indicator", shown_name(s.entry.definition), s.entry.definition.code, s.judgement.status) for s in own]
        stated = [(item, assessment) for item in every if (assessment := last(telling(), item[2])) is not None]
        return len(stated), [
            (
                place, name, code,
                t("contradiction", confidence=t("confidence_" + assessment.confidence), status=status_word(status, language()))
                + f" {markdown(in_short(assessment, Words(language())))}",
            )
            for (place, name, code, status), assessment in stated if contradicts(assessment.confidence, status)
        ]  # fmt: skip

    stated, contradicted = cached.made("contradictions", code=what, make=make)
    if is_told_apart and not contradicted:
        prose.caption(t("contradictions_none", count=stated) if stated else t("contradictions_unknown"))
        return
    with st.container(border=is_told_apart):
        section_heading(t("contradictions"))
        if not contradicted:
            prose.caption(t("contradictions_none", count=stated) if stated else t("contradictions_unknown"))
        for place, name, code, words in contradicted:
            st.page_link(page(place), label=name, query_params=address.link(code=code))
            prose.caption(words)


def confidence_against_status() -> None:
    """Show, for the overview, every project and indicator whose confidence contradicts its computed status; confidences are not public."""
    if settings().mode != "public":
        contradictions("all", cached.moment().projects, cached.moment().own)


def milestone_block(milestones: Sequence[Milestone], *, chart: str, key: str, projects: dict[str, str] | None = None) -> None:
    """Show milestones on a time line, with their sentence, table and CSV.

    Args:
        milestones: of a project or a bureau.
        chart: ``projects`` or ``bureaus`` and the code of it.
        key: unique on the page.
        projects: their names, where more than one project has them.
    """
    without = ("report_is_sample",) if projects else ("report_is_sample", "project_code")
    block(
        lambda: told_projects.timeline(telling(), milestones, chart=chart, project_names=projects, without=without), key=key,
        suffix=chart.partition("/")[0],
    )  # fmt: skip
