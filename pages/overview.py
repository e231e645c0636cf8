"""Are the reforms on track?"""

from __future__ import annotations

import streamlit as st

from kpis.scorecard import Scored, count_by_status
from kpis.text import format_date
from pages.parts import cached
from pages.parts.cards import chart_with_table, find, headline_value, indicator_card, status_badges, status_marks
from pages.parts.entry import as_of, enter
from pages.parts.text import language, named, t

enter()

LESSES = {
    "paperless": "paper_reduction_rate",
    "faxless": "fax_reduction_rate",
    "sealless": "electronic_decision_rate",
    "cashless": "cashless_facilities",
    "touchless": "touchless_services",
}
TREND = "procedure_digitisation_rate"
GOOD, BAD = ("reached", "on_track"), ("behind", "missed", "moving_away", "reached_then_lost")


def own_scope(every: list[Scored]) -> list[Scored]:
    """Keep one judgement per indicator: that of its own scope, the first in the book."""
    return list({s.entry.definition.code: s for s in reversed(every)}.values())[::-1]


def conclusion(every: list[Scored]) -> None:
    """Say in one sentence whether the reforms are on track, and how complete and how old the figures are."""
    counts = count_by_status(every)
    unjudged = ("not_applicable", "qualitative", "no_data", "not_due")
    judged = sum(n for status, n in counts.items() if status not in unjudged)
    st.title(t("conclusion", judged=judged, good=sum(counts.get(s, 0) for s in GOOD), bad=sum(counts.get(s, 0) for s in BAD)))
    newest = max((s.judgement.figure.period.end for s in every if s.judgement.figure), default=None)
    if newest is None:
        st.info(t("empty"), icon=":material/info:")
        st.stop()
    st.caption(
        t(
            "conclusion_lead",
            total=len(every),
            as_of=format_date(as_of(), language()),
            judged=judged,
            no_target=counts.get("not_applicable", 0),
            qualitative=counts.get("qualitative", 0),
            no_data=counts.get("no_data", 0),
            newest=format_date(newest, language()),
            age=f"{(as_of() - newest).days:,}",
        )
    )
    status_badges(counts)
    st.caption(t("unverified"))


def core_projects(every: list[Scored]) -> None:
    """List the seven core projects with the statuses of their indicators."""
    st.subheader(t("core_projects"))
    for project in cached.rows("Project"):
        if project["kind"] == "core" and not project["project_code"].startswith("S3"):
            own = [s for s in every if s.entry.project_code == project["project_code"]]
            st.markdown(f"**{named(project)}** {t('indicators')} {len(own)}  \n{status_marks(count_by_status(own))}")


def changed_last(every: list[Scored]) -> None:
    """List the figures that became known last, newest period first."""
    st.subheader(t("changed_last"))
    known = [s for s in every if s.judgement.figure is not None]
    known.sort(key=lambda s: s.judgement.figure.period.end, reverse=True)  # type: ignore[union-attr]
    for item in known[:6]:
        judged = item.judgement
        before = f"{headline_value(item, judged.previous)} → " if judged.previous else ""
        day = format_date(judged.figure.period.end, language())  # type: ignore[union-attr]
        st.markdown(f"- {day} **{named(item.entry.definition)}** {before}**{headline_value(item, judged.figure)}**")


scored = own_scope(cached.scored(as_of()))
book = cached.book()
conclusion(scored)

st.subheader(t("five_less"))
with st.grid(5, min_column_width=150):
    for theme, code in LESSES.items():
        if found := find(scored, code):
            indicator_card(found, title=t(theme))

left, right = st.columns([3, 2], gap="medium")
with left, st.container(border=True):
    if rate := find(scored, TREND):
        chart_with_table(rate, book, heading=named(rate.entry.definition))
with right, st.container(border=True):
    core_projects(scored)

others = [s for s in scored if s.entry.is_headline and s.entry.definition.code not in {*LESSES.values(), TREND}]
if others:
    st.subheader(t("other_headlines"))
    with st.grid("auto", min_column_width=220):
        for item in others:
            indicator_card(item)

with st.container(border=True):
    changed_last(scored)
