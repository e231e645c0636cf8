"""One indicator: what it means, how it stands, and every figure behind it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from kpis.scorecard import Book, Scored
from kpis.text import format_date, format_value
from pages.parts import cached
from pages.parts.cards import chart_with_table, find, headline_value, status_badge
from pages.parts.entry import as_of, enter
from pages.parts.text import language, named, t

enter()

REVISIONS_SHOWN = 50


def chosen_code(codes: list[str], names: dict[str, str]) -> str:
    """Return the indicator that the address names; the list changes the address."""
    asked = st.query_params.get("code", "")
    if asked and asked not in codes:
        st.warning(t("not_found", code=asked), icon=":material/search_off:")
    start = codes.index(asked) if asked in codes else 0
    code = st.selectbox(t("choose_indicator"), codes, index=start, format_func=names.__getitem__, key=f"pick_{asked}")
    if code != asked:
        st.query_params["code"] = code
    return code


def definition_of(row: dict[str, Any], units: dict[str, str], projects: dict[str, str]) -> None:
    """Show the definition, scope, base and exclusions."""
    st.subheader(t("definition"))
    st.markdown(named(row, "definition"))
    facts = {
        t("project"): projects.get(row["project_code"], ""), t("scope"): units.get(row["scope_code"], ""),
        t("unit"): named(row, "unit"), t("kind"): t("kind_" + row["kind"]), t("frequency"): t("frequency_" + row["frequency"]),
        t("base"): named(row, "base"), t("exclusions"): named(row, "exclusions"),
    }  # fmt: skip
    st.table(pd.DataFrame([(k, v) for k, v in facts.items() if v], columns=[t("item"), t("value")]).set_index(t("item")))
    for key in ("replaced_by_code", "paired_with_code"):
        if row[key]:
            word = t("successor") if key == "replaced_by_code" else t("pair_link")
            query = {"code": row[key], "lang": language()}
            st.page_link("pages/indicator.py", label=f"{word}: {row[key]}", query_params=query)


def inputs(item: Scored) -> None:
    """Show every number the status was worked out from."""
    judged, definition = item.judgement, item.entry.definition
    st.subheader(t("inputs"))

    def shown(value: float | None) -> str:
        return "―" if value is None else format_value(value, definition, language())

    def share(value: float | None) -> str:
        return "―" if value is None else f"{value:.3f}"

    facts = [
        (t("actual"), headline_value(item, judged.figure)),
        (t("target"), shown(judged.goal.value if judged.goal else None)),
        (t("planned"), shown(judged.planned_value)),
        (t("base"), shown(judged.baseline.value if judged.baseline else None)),
        (t("progress"), share(judged.progress)),
        (t("planned_progress"), share(judged.planned_progress)),
        (t("ratio"), share(judged.ratio)),
    ]
    st.table(pd.DataFrame(facts, columns=[t("item"), t("value")]).set_index(t("item")))
    st.caption(t("rule", version=judged.rule_version, on_track=definition.threshold_on_track, behind=definition.threshold_behind))


def targets(item: Scored, book: Book) -> None:
    """Show every target in the order in which it was set."""
    if not item.entry.goals:
        return
    st.subheader(t("targets_raised"))
    definition = item.entry.definition
    rows = [
        {
            t("period"): g.period.label(language()),
            t("target"): (t("approximate") if g.is_approximate else "") + format_value(g.value, definition, language()),
            t("set_on"): format_date(g.set_on, language()) if g.set_on else t("unknown_day"),
            t("source"): book.sources[g.source_code].url if g.source_code in book.sources else "",
        }
        for g in sorted(item.entry.goals, key=lambda g: (g.period.end, g.set_order))
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config={t("source"): st.column_config.LinkColumn()})


def revisions(item: Scored) -> None:
    """Show the figures that were corrected."""
    st.subheader(t("revisions"))
    revised = [f for f in item.entry.figures if f.vintage > 1]
    if not revised:
        st.caption(t("no_revisions"))
        return
    newest = sorted(revised, key=lambda f: (f.known_at is not None, f.known_at, f.vintage), reverse=True)[:REVISIONS_SHOWN]
    rows = [
        {
            t("period"): f.period.label(language()),
            t("value"): headline_value(item, f),
            t("known"): format_date(f.known_at.date(), language()) if f.known_at else t("unknown_day"),
            t("vintage"): f.vintage,
        }
        for f in newest
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def readings(code: str, item: Scored, book: Book) -> None:
    """Show the same facts as other sources give them, agreeing or not."""
    found = [r for r in cached.rows("Reading") if r["indicator_code"] == code]
    if not found:
        return
    st.subheader(t("readings"))
    rows = [
        {
            t("period"): r["period_code"] or t("undated"),
            t("value"): r["text_ja"] if r["value"] is None else format_value(r["value"], item.entry.definition, language()),
            " ": t("agrees") if r["agrees"] else t("differs"),
            t("marks"): named(r, "note"),
            t("source"): book.sources[r["source_code"]].url,
        }
        for r in found
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config={t("source"): st.column_config.LinkColumn()})


catalogue = cached.rows("Indicator")
if not catalogue:
    st.info(t("empty"), icon=":material/info:")
    st.stop()
rows = {row["indicator_code"]: row for row in catalogue}
code = chosen_code(list(rows), {c: named(row) for c, row in rows.items()})
book = cached.book()
item = find(cached.scored(as_of()), code)
if item is not None:
    st.title(named(rows[code]))
    status_badge(item.judgement)
    st.markdown(f"## {headline_value(item, item.judgement.figure)}")
    with st.container(border=True):
        chart_with_table(item, book)
    left, right = st.columns(2, gap="medium")
    with left:
        units = {b["bureau_code"]: named(b) for b in cached.rows("Bureau")}
        definition_of(rows[code], units, {p["project_code"]: named(p) for p in cached.rows("Project")})
    with right:
        inputs(item)
    targets(item, book)
    revisions(item)
    readings(code, item, book)
