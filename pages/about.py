"""The page about the dashboard: method, definitions, sources, open data, accessibility and terms of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pyarrow as pa
import streamlit as st
from markupsafe import Markup

from kpis.figures.records import RULE_VERSION
from kpis.kinds import KINDS
from kpis.settings import ROOT, settings
from kpis.store import tables
from kpis.text import format_date, known_day
from pages.parts import cached, prose
from pages.parts.data_table import texts_of_rows
from pages.parts.entry import enter
from pages.parts.figure import ChartNumbers, Ready, kept_block, numbers_of
from pages.parts.raw_html import draw_html
from pages.parts.text import grid_source, language, named, t, viewer_words
from pages.parts.titled import page_heading, part_heading, section_heading
from publishers.site.headed import folded
from telling import examples
from telling.definitions import meanings
from telling.method import in_short, names, sections

enter()

SHOWN = 10  # rows of a table; the rest are collapsed
PARTS = ("method", "definitions", "sources", "open", "accessibility", "terms")


def in_language(document: str) -> str:
    """Return the part of a bilingual document in ``docs/`` that is in the viewer's language."""
    return viewer_words().part_of((ROOT / "docs" / document).read_text(encoding="utf-8"))


def definitions() -> Ready:
    """Return a table of all indicators with their definitions, one row each; its CSV has all columns of the catalogue."""
    indicators = cached.moment().rows(tables.Indicator)
    targeted = {row.indicator_code for row in cached.moment().rows(tables.Target)}
    projects = {code: named(row) for code, row in cached.moment().by_code(tables.Project).items()}
    table = [
        {
            t("about_name"): named(row), t("about_definition"): named(row, "definition"),
            t("project"): projects.get(row.project_code or "", ""), t("kind"): t("kind_" + row.kind),
            t("unit"): named(row, "unit"), t("about_direction"): t("direction_" + row.direction),
            t("about_thresholds"): f"{row.threshold_on_track} / {row.threshold_behind}",
            t("about_code"): Markup("_<wbr>").join(row.indicator_code.split("_")),
        }
        for row in indicators
    ]  # fmt: skip
    sentence = t(
        "about_definitions_sentence", total=len(indicators), targeted=len(targeted),
        qualitative=sum(KINDS[row.kind].is_text for row in indicators),
    )  # fmt: skip
    return Ready(numbers=_in_full(table, "about_definitions", csv=indicators), sentence=sentence)


def sources() -> Ready:
    """Return a table of all sources that figures were read from, one row each; its CSV has all columns of the catalogue."""
    listed = sorted(cached.moment().rows(tables.Source), key=_first)
    table = [
        {
            t("source"): grid_source(row), t("about_grade"): t("grade_" + row.grade),
            t("about_published"): known_public(row), t("about_basis"): t("basis_" + row.published_basis) if row.published_basis else "",
        }
        for row in listed
    ]  # fmt: skip
    primary = sum(row.grade == "primary" for row in listed)
    dated = sum(row.published_on is not None for row in listed)
    bounded = sum(row.published_on is None and row.published_by is not None for row in listed)
    sentence = t("about_sources_sentence", primary=primary, secondary=len(listed) - primary, dated=dated, bounded=bounded)
    return Ready(numbers=_in_full(table, "about_sources", csv=listed), sentence=sentence)


def _in_full(table: Sequence[Mapping[str, str]], title: str, *, csv: Iterable[object]) -> ChartNumbers:
    """Return a table of texts in which no cell is cut off, as in a grid; ``csv``: the rows of the catalogue."""
    flat = [vars(row) for row in csv]

    def make() -> ChartNumbers:
        texts = texts_of_rows(table, title=t(title), first=SHOWN) if table else None
        return numbers_of(pd.DataFrame(table), csv=pd.DataFrame(flat), texts=texts, is_open=True)

    return cached.drawn((title, table, flat), make)


def _first(row: tables.Source) -> tuple[bool, bool, int]:
    """Return the sort key of a source: primary (the government's own) first, then the newest, undated ones last."""
    day = row.published_on or row.published_by
    return row.grade != "primary", day is None, -day.toordinal() if day else 0


def known_public(row: tables.Source) -> str:
    """Return as text the date a source was published, else the date by which it was public at the latest."""
    if row.published_on:
        return format_date(row.published_on, language())
    return known_day(row.published_by, "unknown", language())


def named_fields() -> pa.Table:
    """Return the terms of the method and the open-data field of each: one row per term."""
    rows = [{t("method_word"): word, t("method_field"): f"`{name}`"} for word, name in names(viewer_words())]
    return pa.Table.from_pylist(rows)


page_heading(
    t("about_title", indicators=len(cached.moment().rows(tables.Indicator)), sources=len(cached.moment().rows(tables.Source)))
)
prose.caption(t("about_lead"))
prose.markdown(" ・ ".join(f"[{t('about_' + part)}](#{part})" for part in PARTS))
section_heading(t("about_method"), anchor="method")
worked = cached.made("examples", make=lambda: examples.text(cached.moment().scored, viewer_words()))
if worked:
    prose.markdown(f"[{t('method_examples')}](#method-examples)")
part_heading(t("method_short"), anchor="method-short")
prose.markdown(in_short(viewer_words()))
prose.caption(t("method_rules_follow", rule=RULE_VERSION))
for section in cached.drawn("method", lambda: sections(viewer_words())):
    part_heading(section.heading, anchor=section.anchor)
    prose.markdown(section.text)
if worked:
    part_heading(t("method_examples"), anchor="method-examples")
    prose.caption(t("method_examples_said"))
    prose.markdown(worked)
with st.expander(t("method_names")):
    prose.caption(t("method_names_said"))
    st.table(cached.drawn("names of fields", named_fields), border="horizontal", hide_index=True)
section_heading(t("about_definitions"), anchor="definitions")
draw_html(cached.drawn("definitions meant", lambda: folded(meanings(viewer_words()), viewer_words())))
kept_block("definitions", definitions)
section_heading(t("about_sources"), anchor="sources")
kept_block("sources", sources)
section_heading(t("about_open"), anchor="open")
prose.markdown(t("about_open_text", base=settings().base_path))
section_heading(t("about_accessibility"), anchor="accessibility")
prose.markdown(cached.drawn("accessibility", lambda: in_language("accessibility.md")))
section_heading(t("about_terms"), anchor="terms")
prose.markdown(t("about_terms_text"))
