"""The page of one bureau: indicators against plan, registers, history of the bureau, its reports, and milestones it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.figures.bureaus import BureauReport
from kpis.figures.organisation import Succession
from kpis.figures.scorecard import Scored
from kpis.figures.sentences import standing_word, target_text
from kpis.registers import TOLD_BY_RECORD
from kpis.settings import settings
from kpis.store import tables
from kpis.text import format_date
from pages.parts import address, cached, prose
from pages.parts.assessment import office_says
from pages.parts.attention import of_bureau as of_its_own
from pages.parts.attention import strips_of
from pages.parts.bureaus import break_line, unit_name
from pages.parts.cards import chart_with_table, dated_value, headline_value, status_and_value, status_counts
from pages.parts.choices import choose
from pages.parts.commentary import commentary_and_actions
from pages.parts.comparison import comparison
from pages.parts.data_table import data_table
from pages.parts.figure import Ready, kept_block, numbers_of
from pages.parts.menu import has_page, page
from pages.parts.project import milestone_block
from pages.parts.registers import telling
from pages.parts.reported import instant
from pages.parts.text import digits, in_brackets, language, named, shown_name, t, viewer_words
from pages.parts.titled import page_heading, part_heading, section_heading, set_title
from pages.parts.viewer import viewer
from pages.parts.when import view
from telling import bureaus, listed
from telling.attention import subjects_of_bureau
from telling.bureaus import known_count
from telling.commentary import of_bureau

CHARTS_SHOWN = 1  # besides the selected one; the table has all of them


def succession_line(word: str, succession: Succession, other: str) -> str:
    """Return a sentence on a succession: date, the other bureau, kind of succession and share; ``word`` is its message key."""
    share = succession.share
    return t(
        word,
        day=format_date(succession.effective_date, language()) if succession.effective_date else t("unknown_day"),
        name=markdown(unit_name(other)),
        relation=t("relation_" + succession.relation),
        share=t("share_unknown") if share is None else t("share_known", share=digits(share, ".0%")),
    )


def life(report: BureauReport) -> None:
    """Draw the history of the bureau: since when it exists, its predecessors, its successors and its last day."""
    unit = report.unit
    section_heading(t("life"))
    lines = [t("life_from", day=format_date(unit.valid_from, language())) if unit.valid_from else t("life_from_unknown")]
    lines += [succession_line("life_before", s, s.predecessor_code) for s in report.before]
    lines += [succession_line("life_after", s, s.successor_code) for s in report.after]
    if unit.valid_to:
        lines.append(t("life_to", day=format_date(unit.valid_to, language())))
    prose.markdown("\n".join(f"- {line}" for line in lines))


def registers(report: BureauReport) -> None:
    """Draw the counts of the bureau's rows in each register, with links to the lists."""
    for word, counts, done in (("procedures", report.procedures, "done"), ("facilities", report.facilities, "introduced")):
        section_heading(t(f"bureau_{word}"))
        total, some = sum(counts.values()), known_count(counts, done)
        key = f"bureau_{word}_line" if some is not None else f"bureau_{word}_unknown"
        by_class = t("bureau_facilities_class", count=n) if (n := counts.get("class_level_only", 0)) else ""
        prose.markdown(t(key, total=total, done=some) + by_class if total else t(f"bureau_{word}_none"))
        if total and has_page(word):
            own = {"bureau": report.code} if word == "procedures" else {}  # the list of facilities is not filtered
            st.page_link(page(word), label=t("to_list"), icon=":material/arrow_forward:", query_params=address.link(**own))
    for sheet, counts in report.listed.items():
        if counts:
            register = TOLD_BY_RECORD[sheet]
            part_heading(markdown(listed.name(telling(), register)))
            prose.markdown(markdown(listed.of_bureau(telling(), register, counts)))
            label, icon = t("to_list"), ":material/arrow_forward:"
            st.page_link(page(sheet), label=label, icon=icon, query_params=address.link(bureau=report.code))


def record(report: BureauReport) -> None:
    """Draw a table of the bureau's reports, one row each; nothing in public, since an edition has no such record."""
    if settings().mode == "public":
        return
    section_heading(t("reporting_record"))
    # Only the bureau itself and the reform office may see a report's state and the reason of its return.
    handed_in = cached.moment().reports(report.code)
    if not handed_in or not viewer().may("see_report", report.code):
        prose.caption(t("reporting_record_none" if not handed_in else "reporting_record_closed"))
        return
    rows = [
        {
            t("period"): s.period_code, t("reporting_state"): t("submission_" + s.state), t("submitted_at"): instant(s.submitted_at),
            t("decided_at"): instant(s.decided_at), t("return_reason"): viewer_words().half(s.return_reason),
        }
        for s in handed_in
    ]  # fmt: skip
    data_table(pd.DataFrame(rows))


def indicator(item: Scored) -> None:
    """Draw one indicator of a bureau: status, value, whose targets apply, breaks in the series, and its chart."""
    with st.container(border=True, height="stretch"):
        part_heading(shown_name(item.entry.definition))
        status_and_value(item)
        if item.entry.goals_of:
            prose.caption(t("measured_by_whole"))
        for gap in item.breaks:
            prose.caption(f":material/link_off: {markdown(break_line(gap))}")
        chart_with_table(item, cached.moment().book)


def indicator_table(report: BureauReport, items: Sequence[Scored]) -> Ready:
    """Return the table of a bureau's indicators with CSV, one row each: latest value, target, previous value, a year earlier, status."""
    rows = [
        {
            t("indicators_one"): named(s.entry.definition),
            t("period"): s.judgement.figure.period.label(language()) if s.judgement.figure else "―",
            t("value"): headline_value(s, s.judgement.figure),
            t("target"): target_text(s.entry.definition, s.judgement, language()),
            t("previous"): dated_value(s, s.judgement.previous), t("year_earlier"): dated_value(s, s.judgement.year_earlier),
            t("statuses_one"): standing_word(s.judgement, language()),
        }
        for s in items
    ]  # fmt: skip
    csv = [
        {
            "bureau_code": report.code, "indicator_code": s.entry.definition.code,
            "period_code": f.period_code if (f := s.judgement.figure) else None, "value": f.value if f else None,
            "numerator": f.numerator if f else None, "denominator": f.denominator if f else None,
            "unit": s.entry.definition.unit_en, "status": s.judgement.status, "is_sample": bool(f and f.is_sample),
            "organisation": view(),
        }
        for s in items
    ]  # fmt: skip
    return Ready(numbers=numbers_of(pd.DataFrame(rows), csv=pd.DataFrame(csv)))


def indicators(report: BureauReport, items: Sequence[Scored], *, key: str) -> None:
    """Draw indicators of a bureau: the first and a selected one with charts, and all of them in tables.

    Args:
        items: its indicators: either those common to all bureaus, or its own.
        key: query parameter of the selection, and part of the CSV's file name.
    """
    with st.grid(min(2, len(items)) or 1, min_column_width=320):  # a single one takes the whole width
        for item in items[:CHARTS_SHOWN]:
            indicator(item)
        others = {s.entry.definition.code: s for s in items[CHARTS_SHOWN:]}
        if others:
            with st.container():
                words = {code: named(s.entry.definition) for code, s in others.items()}
                chosen = choose(key, list(others), t("choose_indicator"), words.__getitem__, default=next(iter(others)))
                indicator(others[chosen])
    if others:
        comparison(items, code=f"{report.code} {key}", caption=t("bureau_indicators"))
        kept_block(f"{report.code}-{key}s", lambda: indicator_table(report, items))


def projects(report: BureauReport, names: Mapping[str, str]) -> None:
    """Draw links to the projects that the bureau leads, and to those it takes part in; ``names`` maps project code to name."""
    for codes, role in ((report.project_codes, ""), (report.shared_codes, in_brackets(t("role_member")))):
        for code in codes:
            label = f"{markdown(code)} {markdown(names[code])}{role}"
            st.page_link(page("projects"), label=label, icon=":material/flag:", query_params=address.link(code=code))


def detail(report: BureauReport) -> None:
    """Draw the page of one bureau."""
    set_title(viewer_words().unit(report.unit))
    page_heading(markdown(bureaus.title(report, viewer_words())))
    status_counts(report.tally, whose={"bureau": report.code})
    of_its_own(report)
    section_heading(t("bureau_indicators"))
    if not report.scored:
        owed = {code: named(row) for code, row in cached.moment().indicators.items()}
        prose.info(
            t("bureau_no_indicators", names=t("list_comma").join(markdown(owed[c]) for c in report.owed)), icon=":material/info:"
        )
    indicators(report, report.scored, key="indicator")
    if report.own:
        section_heading(t("bureau_own_heading"))
        indicators(report, report.own, key="own_indicator")
    commentary_and_actions(of_bureau(telling(), report.code), key=report.code, whose="subject")
    office_says(subjects_of_bureau(telling(), report.code), key=report.code)
    strips_of(report.figures, key=f"{report.code} {view()}")
    left, right = st.columns(2, gap="medium")
    with left:
        registers(report)
    with right:
        life(report)
        record(report)
    section_heading(t("bureau_milestones"))
    names = {code: named(row) for code, row in cached.moment().by_code(tables.Project).items()}
    projects(report, names)
    if report.milestones:
        milestone_block(report.milestones, chart=f"bureaus/{report.code}", key=f"{report.code}-milestones", projects=names)
    else:
        prose.caption(t("timeline_none" if report.project_codes else "bureau_milestones_none"))
