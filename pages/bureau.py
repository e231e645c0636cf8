"""The bureaus: who reported what, how they compare, and one page per bureau by its address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpis.bureaus import BureauReport
from kpis.organisation import Succession
from kpis.scorecard import Scored
from kpis.settings import settings
from kpis.text import format_date, format_value, status_word
from pages.parts import cached
from pages.parts.bureaus import break_line, by_bureau, heat_block, parts_by_indicator, unit_label, unit_name
from pages.parts.cards import chart_with_table, find, headline_value, status_badge, status_marks
from pages.parts.entry import as_of, enter, has_page, page, view
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.project import milestone_block, state_marks
from pages.parts.text import fine_print, language, named, t
from pages.parts.viewer import viewer

enter()

CHARTS_SHOWN = 1  # beside the one chosen; all stand in the table


def link(report: BureauReport) -> None:
    """Lead to the page of one bureau."""
    query = {"code": report.code, "lang": language()}
    st.page_link(page("bureau"), label=named(report.unit), icon=":material/apartment:", query_params=query)


def share_of(counts: dict[str, int], done: str) -> str:
    """Write how many of a register's rows are done, or a dash where there are none."""
    total = sum(counts.values())
    return f"{counts.get(done, 0)} / {total}" if total else "―"


def overview() -> None:
    """Compare all bureaus."""
    current = [r for r in reports if r.is_valid]
    some = [r for r in current if r.scored]
    st.title(t("bureaus_title", owing=len(current), some=len(some), none=len(current) - len(some)))
    st.caption(t("bureaus_lead", as_of=format_date(as_of(), language()), view=t("view_" + view())))
    with st.container(border=True):
        heat_block([r for r in reports if r.is_valid or r.scored], key="heat")
    st.header(t("compare_heading"), divider="gray")
    parts = parts_by_indicator()
    codes = list(parts)
    if codes:
        names = {row["indicator_code"]: named(row) for row in cached.rows("Indicator")}
        code = st.selectbox(t("compare_indicator"), codes, format_func=names.__getitem__, key="compare")
        whole = find(cached.scored(as_of()), code)
        if whole is not None:
            by_bureau(whole, parts[code], key="compare")
    else:
        st.info(t("compare_none"), icon=":material/info:")
    listing(t("all_bureaus"), current, key="bureaus")
    gone = [r for r in reports if not r.is_valid]
    if gone:
        listing(t("gone_bureaus"), gone, key="gone_bureaus")


def listing(heading: str, held: list[BureauReport], *, key: str) -> None:
    """List bureaus with a link each, and the same as a table with CSV."""
    st.header(heading, divider="gray")
    with st.grid(4, min_column_width=230):
        for report in held:
            with st.container(border=True, height="stretch"):
                link(report)
                if report.unit.valid_to:
                    st.caption(t("ended_on", day=format_date(report.unit.valid_to, language())))
                done = t("reported_of", owed=len(report.owed), reported=len(report.reported)) if report.scored else t("no_report")
                st.caption(f"{t('reports_column')}: {done}")
                if report.scored:
                    st.markdown(status_marks(report.counts))
                if report.milestones:
                    fine_print(f"{t('milestones')}: {state_marks(report.milestones)}")
    kept_block(key, lambda: listed(held))


def listed(held: list[BureauReport]) -> Ready:
    """Return bureaus as a table with CSV."""
    table = pd.DataFrame(
        [
            {
                t("bureau"): unit_label(r.unit), t("reports_column"): len(r.reported), t("procedures_column"): share_of(dict(r.procedures), "done"),
                t("facilities_column"): share_of(dict(r.facilities), "introduced"),
                t("milestones_column"): " / ".join(
                    str(n) for n in (sum(m.state == "done" for m in r.milestones), sum(m.state == "late" for m in r.milestones), len(r.milestones))
                ),
            }
            for r in held
        ]
    )  # fmt: skip
    csv = pd.DataFrame(
        [
            {
                "bureau_code": r.code, "name_ja": r.unit.name_ja, "name_en": r.unit.name_en, "is_valid": r.is_valid,
                "indicators_owed": len(r.owed), "indicators_reported": len(r.reported), "procedures": sum(r.procedures.values()),
                "procedures_done": r.procedures.get("done", 0), "facilities": sum(r.facilities.values()),
                "facilities_introduced": r.facilities.get("introduced", 0), "milestones": len(r.milestones),
                "milestones_late": sum(m.state == "late" for m in r.milestones), "organisation": view(),
            }
            for r in held
        ]
    )  # fmt: skip
    return ready(None, sentence="", table=table, csv=csv)


def succession_line(word: str, succession: Succession, other: str) -> str:
    """Say what a bureau came from or went into, when and by what share."""
    share = succession.share
    return t(
        word,
        day=format_date(succession.effective_date, language()) if succession.effective_date else t("unknown_day"),
        name=unit_name(other),
        relation=t("relation_" + succession.relation),
        share=t("share_unknown") if share is None else t("share_known", share=f"{share:.0%}"),
    )


def life(report: BureauReport) -> None:
    """Say since when the bureau exists, what it came from and what became of it."""
    unit = report.unit
    st.subheader(t("life"))
    lines = [t("life_from", day=format_date(unit.valid_from, language())) if unit.valid_from else t("life_from_unknown")]
    lines += [succession_line("life_before", s, s.predecessor_code) for s in report.before]
    lines += [succession_line("life_after", s, s.successor_code) for s in report.after]
    if unit.valid_to:
        lines.append(t("life_to", day=format_date(unit.valid_to, language())))
    st.markdown("\n".join(f"- {line}" for line in lines))


def registers(report: BureauReport) -> None:
    """Show the bureau's procedures and facilities of the registers, with the way to the lists."""
    for word, counts, done in (("procedures", report.procedures, "done"), ("facilities", report.facilities, "introduced")):
        st.subheader(t(f"bureau_{word}"))
        total = sum(counts.values())
        st.markdown(t(f"bureau_{word}_line", total=total, done=counts.get(done, 0)) if total else t(f"bureau_{word}_none"))
        if total and has_page(word):
            query = {"bureau": report.code, "lang": language()}
            st.page_link(page(word), label=t("details"), icon=":material/arrow_forward:", query_params=query)


def record(report: BureauReport) -> None:
    """Show what the bureau handed in, and when; the public edition holds no such record."""
    if settings().mode == "public":
        return
    st.subheader(t("reporting_record"))
    # Where a report stands, and why one was returned, is for its own bureau and the reform office.
    if not report.submissions or not viewer().may("see_report", report.code):
        st.caption(t("reporting_record_none") if not report.submissions else t("not_for_you"))
        return
    rows = [
        {
            t("period"): s["period_code"], t("reporting_state"): t("submission_" + s["state"]), t("submitted_at"): s["submitted_at"],
            t("decided_at"): s["decided_at"], t("return_reason"): s["return_reason"],
        }
        for s in report.submissions
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def indicator(item: Scored) -> None:
    """Show one indicator of a bureau: status, value, whose targets it is measured by, breaks, and its chart."""
    with st.container(border=True, height="stretch"):
        st.subheader(named(item.entry.definition))
        status_badge(item.judgement)
        st.markdown(f"### {headline_value(item, item.judgement.figure)}")
        if item.entry.goals_of:
            st.caption(t("measured_by_whole"))
        for found in item.breaks:
            st.caption(f":material/link_off: {break_line(found)}")
        chart_with_table(item, cached.book())


def indicator_table(report: BureauReport) -> Ready:
    """Make the table of all indicators of a bureau."""
    rows = [
        {
            t("indicators_one"): named(s.entry.definition),
            t("period"): s.judgement.figure.period.label(language()) if s.judgement.figure else "―",
            t("value"): headline_value(s, s.judgement.figure),
            t("target"): format_value(s.judgement.goal.value, s.entry.definition, language()) if s.judgement.goal else "―",
            t("previous"): headline_value(s, s.judgement.previous), t("year_earlier"): headline_value(s, s.judgement.year_earlier),
            t("statuses_one"): status_word(s.judgement.status, language()),
        }
        for s in report.scored
    ]  # fmt: skip
    csv = [
        {
            "bureau_code": report.code, "indicator_code": s.entry.definition.code,
            "period_code": f.period_code if (f := s.judgement.figure) else None, "value": f.value if f else None,
            "numerator": f.numerator if f else None, "denominator": f.denominator if f else None,
            "unit": s.entry.definition.unit_en, "status": s.judgement.status, "is_sample": bool(f and f.is_sample),
            "organisation": view(),
        }
        for s in report.scored
    ]  # fmt: skip
    return ready(None, sentence="", table=pd.DataFrame(rows), csv=pd.DataFrame(csv), is_table_open=True)


def detail(report: BureauReport) -> None:
    """Show one bureau."""
    name = named(report.unit)
    if not report.is_valid and report.unit.valid_to:
        st.title(t("bureau_title_gone", name=name, day=format_date(report.unit.valid_to, language())))
    elif report.scored:
        st.title(t("bureau_title", name=name, owed=len(report.owed), reported=len(report.reported)))
    else:
        st.title(t("bureau_title_none", name=name))
    st.markdown(status_marks(report.counts))
    st.header(t("bureau_indicators"), divider="gray")
    if not report.scored:
        owed = {row["indicator_code"]: named(row) for row in cached.rows("Indicator")}
        st.info(t("bureau_no_indicators", names=t("list_comma").join(owed[c] for c in report.owed)), icon=":material/info:")
    with st.grid(2, min_column_width=320):
        for item in report.scored[:CHARTS_SHOWN]:
            indicator(item)
        others = {s.entry.definition.code: s for s in report.scored[CHARTS_SHOWN:]}
        if others:
            with st.container():
                words = {code: named(s.entry.definition) for code, s in others.items()}
                chosen = st.selectbox(
                    t("choose_indicator"), list(others), format_func=words.__getitem__, key=f"other_{report.code}"
                )
                indicator(others[chosen])
    if others:
        kept_block(f"{report.code}-indicators", lambda: indicator_table(report))
    left, right = st.columns(2, gap="medium")
    with left:
        registers(report)
    with right:
        life(report)
        record(report)
    st.header(t("bureau_milestones"), divider="gray")
    names = {p["project_code"]: named(p) for p in cached.rows("Project")}
    for code in report.project_codes:
        query = {"code": code, "lang": language()}
        st.page_link(page("projects"), label=f"{code} {names[code]}", icon=":material/flag:", query_params=query)
    if report.milestones:
        milestone_block(report.milestones, key=f"{report.code}-milestones", projects=names)
    else:
        st.caption(t("bureau_milestones_none" if not report.project_codes else "timeline_none"))


reports = cached.bureaus(as_of(), view())
if not reports:
    st.info(t("empty"), icon=":material/info:")
    st.stop()
by_code = {report.code: report for report in reports}
asked = st.query_params.get("code", "")
if asked in by_code:
    st.page_link(page("bureau"), label=t("back_to_bureaus"), icon=":material/arrow_back:", query_params={"lang": language()})
    detail(by_code[asked])
else:
    if asked:
        st.warning(t("bureau_unknown_code", code=asked), icon=":material/search_off:")
    overview()
