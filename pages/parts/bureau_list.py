"""All bureaus: who reported what, how they compare, and a list of them with their registers and milestones."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpis.bureaus import BureauReport
from kpis.text import format_date
from pages.parts import cached
from pages.parts.bureaus import by_bureau, heat_block, parts_by_indicator, unit_label
from pages.parts.cards import find, status_marks
from pages.parts.entry import as_of, page, view
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.project import state_marks
from pages.parts.text import language, named, t


def link(report: BureauReport) -> None:
    """Lead to the page of one bureau."""
    query = {"code": report.code, "lang": language()}
    st.page_link(page("bureau"), label=named(report.unit), icon=":material/apartment:", query_params=query)


def share_of(counts: dict[str, int], done: str) -> str:
    """Write how many of a register's rows are done, or a dash where there are none."""
    total = sum(counts.values())
    return f"{counts.get(done, 0)} / {total}" if total else "―"


def overview(reports: Sequence[BureauReport]) -> None:
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
        said = cached.made(
            "said of bureaus", code=f"{key} {view()}", as_of=as_of(), language=language(), make=lambda: [in_short(r) for r in held]
        )
        for report, text in zip(held, said, strict=True):
            with st.container(border=True, height="stretch", gap="xsmall"):
                link(report)
                st.markdown(text)
    kept_block(key, lambda: listed(held))


def in_short(report: BureauReport) -> str:
    """Return what a bureau reported, how it stands, and its milestones, a line each."""
    done = t("reported_of", owed=len(report.owed), reported=len(report.reported)) if report.scored else t("no_report")
    lines = [t("ended_on", day=format_date(report.unit.valid_to, language()))] if report.unit.valid_to else []
    lines = [f":small[:gray[{line}]]" for line in (*lines, f"{t('reports_column')}: {done}")]
    lines += [status_marks(report.counts)] if report.scored else []
    lines += [f":small[{t('milestones')}: {state_marks(report.milestones)}]"] if report.milestones else []
    return "  \n".join(lines)


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
