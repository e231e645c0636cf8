"""One indicator: what it means, how it stands, and every figure behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from kpis.periods import parse_period
from kpis.scorecard import Book, Scored
from kpis.text import format_date, format_value
from pages.parts import cached
from pages.parts.cards import badge_line, chart_with_table, find, headline_value, link_columns
from pages.parts.entry import as_of, enter, page
from pages.parts.text import language, named, t

enter()

REVISIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the page says of an indicator besides its series, made once per revision, day and language."""

    head: str
    definition: str
    facts: pa.Table
    linked: tuple[tuple[str, str], ...]
    inputs: pa.Table
    rule: str
    targets: pa.Table | None
    revisions: pa.Table | None
    readings: pa.Table | None


def chosen_code(codes: list[str], names: dict[str, str]) -> str:
    """Return the indicator that the address names; the list changes the address."""
    asked = st.query_params.get("code", "")
    if asked and asked not in names:
        st.warning(t("not_found", code=asked), icon=":material/search_off:")
    start = codes.index(asked) if asked in names else 0
    code = st.selectbox(t("choose_indicator"), codes, index=start, format_func=names.__getitem__, key=f"pick_{asked}")
    if code != asked:
        st.query_params["code"] = code
    return code


def table_of(rows: list[dict[str, Any]]) -> pa.Table | None:
    """Return rows as a table, without the columns in which nothing is written; ``None`` where there is no row."""
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    return pa.Table.from_pandas(frame[[c for c in frame.columns if (frame[c] != "").any()]], preserve_index=False)


def pairs(facts: list[tuple[str, str]]) -> pa.Table:
    """Return names and values as a table of two columns."""
    return pa.Table.from_pandas(pd.DataFrame(facts, columns=[t("item"), t("value")]), preserve_index=False)


def heading(item: Scored) -> str:
    """Return name, status and the value with its period, target, plan, previous value and that of a year earlier."""
    judged, definition = item.judgement, item.entry.definition
    value = headline_value(item, judged.figure)
    is_text = judged.figure is not None and judged.figure.value is None
    parts = [judged.figure.period.label(language())] if judged.figure else []
    if judged.goal is not None:
        target = format_value(judged.goal.value, definition, language())
        parts.append(f"{t('target')} {target} ({judged.goal.period.label(language())})")
    if judged.planned_value is not None:
        parts.append(f"{t('planned')} {planned_text(item)}")
    if not is_text and judged.figure is not None:
        for word, other in (("previous", judged.previous), ("year_earlier", judged.year_earlier)):
            parts.append(f"{t(word)} {headline_value(item, other)}" + (f" ({other.period.label(language())})" if other else ""))
    return f"{badge_line(judged)}\n\n{'**' if is_text else '#### '}{value}{'**' if is_text else ''}\n\n{' ・ '.join(parts)}"


def planned_text(item: Scored) -> str:
    """Return the planned value, no rounder than the sentence gives it."""
    definition, planned = item.entry.definition, item.judgement.planned_value
    return "―" if planned is None else format_value(round(planned, max(definition.decimals, 1)), definition, language())


def facts_of(row: dict[str, Any]) -> pa.Table:
    """Return project, scope, unit, kind, frequency, base and exclusions."""
    units = {b["bureau_code"]: named(b) for b in cached.rows("Bureau")}
    projects = {p["project_code"]: named(p) for p in cached.rows("Project")}
    facts = [
        (t("project"), projects.get(row["project_code"], "")), (t("scope"), units.get(row["scope_code"], "")),
        (t("unit"), named(row, "unit")), (t("kind"), t("kind_" + row["kind"])),
        (t("frequency"), t("frequency_" + row["frequency"])), (t("base"), named(row, "base")),
        (t("exclusions"), named(row, "exclusions")),
    ]  # fmt: skip
    return pairs([(name, value) for name, value in facts if value])


def inputs_of(item: Scored) -> pa.Table:
    """Return every number the status was worked out from."""
    judged, definition = item.judgement, item.entry.definition

    def shown(value: float | None) -> str:
        return "―" if value is None else format_value(value, definition, language())

    def share(value: float | None) -> str:
        return "―" if value is None else f"{value:.3f}"

    return pairs(
        [
            (t("actual"), headline_value(item, judged.figure)),
            (t("target"), shown(judged.goal.value if judged.goal else None)),
            (t("planned"), planned_text(item)),
            (t("base"), shown(judged.baseline.value if judged.baseline else None)),
            (t("progress"), share(judged.progress)),
            (t("planned_progress"), share(judged.planned_progress)),
            (t("ratio"), share(judged.ratio)),
        ]
    )


def targets_of(item: Scored, book: Book) -> list[dict[str, Any]]:
    """Return every target in the order in which it was set."""
    definition = item.entry.definition
    return [
        {
            t("period"): g.period.label(language()),
            t("target"): (t("approximate") if g.is_approximate else "") + format_value(g.value, definition, language()),
            t("set_on"): format_date(g.set_on, language()) if g.set_on else t("unknown_day"),
            t("source"): book.sources[g.source_code].url if g.source_code in book.sources else "",
        }
        for g in sorted(item.entry.goals, key=lambda g: (g.period.end, g.set_order))
    ]


def revisions_of(item: Scored) -> list[dict[str, Any]]:
    """Return the corrected figures, newest first, each with what it was before and why it was corrected."""
    versions = {(f.period_code, f.vintage): f for f in item.entry.figures}
    revised = [f for f in item.entry.figures if f.vintage > 1]
    newest = sorted(revised, key=lambda f: (f.known_at is not None, f.known_at, f.vintage), reverse=True)[:REVISIONS_SHOWN]
    return [
        {
            t("period"): f.period.label(language()),
            t("previous"): headline_value(item, versions.get((f.period_code, f.vintage - 1))),
            t("value"): headline_value(item, f),
            t("known"): format_date(f.known_at.date(), language()) if f.known_at else t("unknown_day"),
            t("reason"): (t("why_" + f.reason_class) + t("colon") + f.reason_text) if f.reason_class else "",
            t("vintage"): str(f.vintage),
        }
        for f in newest
    ]


def readings_of(item: Scored, book: Book) -> list[dict[str, Any]]:
    """Return the same facts as other sources give them, agreeing or not."""
    definition = item.entry.definition
    return [
        {
            t("period"): parse_period(r["period_code"]).label(language()) if r["period_code"] else t("undated"),
            t("value"): r["text_ja"] if r["value"] is None else format_value(r["value"], definition, language()),
            t("checked_against"): t("agrees") if r["agrees"] else t("differs"),
            t("marks"): named(r, "note"),
            t("source"): book.sources[r["source_code"]].url,
        }
        for r in cached.rows("Reading")
        if r["indicator_code"] == definition.code
    ]


def gather(item: Scored, book: Book) -> Facts:
    """Make everything the page says of an indicator."""
    definition = item.entry.definition
    words = (("replaced_by_code", "successor"), ("paired_with_code", "pair_link"))
    catalogue = cached.rows("Indicator")
    row = next(r for r in catalogue if r["indicator_code"] == definition.code)
    named_codes = {r["indicator_code"]: named(r) for r in catalogue}
    return Facts(
        heading(item),
        named(row, "definition"),
        facts_of(row),
        tuple((row[key], f"{t(word)}: {named_codes.get(row[key], row[key])}") for key, word in words if row[key]),
        inputs_of(item),
        t("rule", version=item.judgement.rule_version, on_track=definition.threshold_on_track, behind=definition.threshold_behind),
        table_of(targets_of(item, book)),
        table_of(revisions_of(item)),
        table_of(readings_of(item, book)),
    )


def linked_table(title: str, table: pa.Table) -> None:
    """Show a table under its title, addresses as links."""
    st.subheader(title)
    st.dataframe(table, hide_index=True, width="stretch", column_config=link_columns())


def show(item: Scored, facts: Facts, book: Book) -> None:
    """Draw the page of an indicator."""
    st.title(named(item.entry.definition))
    st.markdown(facts.head)
    with st.container(border=True):
        chart_with_table(item, book)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(t("definition"))
        st.markdown(facts.definition)
        st.table(facts.facts, border="horizontal", hide_header=True)
        for other, label in facts.linked:
            st.page_link(page("indicator"), label=label, query_params={"code": other, "lang": language()})
    with right:
        st.subheader(t("inputs"))
        st.table(facts.inputs, border="horizontal", hide_header=True)
        st.caption(facts.rule)
    if facts.targets is not None:
        linked_table(t("targets_raised"), facts.targets)
    st.subheader(t("revisions"))
    if facts.revisions is None:
        st.caption(t("no_revisions"))
    else:
        st.dataframe(facts.revisions, hide_index=True, width="stretch")
    if facts.readings is not None:
        linked_table(t("readings"), facts.readings)


def names_of_all() -> tuple[list[str], dict[str, str]]:
    """Return the codes in catalogue order, and their names."""
    catalogue = cached.rows("Indicator")
    return [r["indicator_code"] for r in catalogue], {r["indicator_code"]: named(r) for r in catalogue}


codes, names = cached.made("names", code="", as_of=as_of(), language=language(), make=names_of_all)
if not codes:
    st.title(t("nav_indicator"))
    st.info(t("empty"), icon=":material/info:")
    st.stop()
code = chosen_code(codes, names)
book = cached.book()
found = cached.made("found", code=code, as_of=as_of(), language="", make=lambda: find(cached.scored(as_of()), code))
if found is not None:
    made = cached.made("facts", code=code, as_of=as_of(), language=language(), make=lambda: gather(found, book))
    show(found, made, book)
