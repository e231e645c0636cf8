"""Bureaus' commentary on a page: causes and actions of an indicator, project or bureau, and the form that asks for causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.figures.commented import Commented
from kpis.government import government
from kpis.reporting import saying
from kpis.reporting.reports import Opened
from kpis.store.store import Store
from kpis.vocabulary import OpenPart
from pages.parts import cached, prose
from pages.parts.data_table import Texts, texts_of, texts_table
from pages.parts.registers import telling
from pages.parts.saving import save_button
from pages.parts.steps import revision_key, take_answers
from pages.parts.text import csv_file, shown_name, t, viewer_words
from pages.parts.titled import section_heading
from pages.parts.when import as_of, view
from telling import commentary as told_commentary
from telling.blocks import Block
from telling.file_names import file_name

SHOWN = 6  # rows shown of a table; the rest are collapsed
AT_ONCE = 10  # figures in the form at a time; the next follow when these are stored
_PARTS = (OpenPart.CAUSE, OpenPart.OBSTACLE, OpenPart.RESPONSE)


def commentary_and_actions(
    commented: Sequence[Commented],
    *,
    key: str,
    whose: told_commentary.Whose = "bureau",
    signs: told_commentary.Signs = told_commentary.UNTIED,
) -> None:
    """Draw causes and actions, each as a table with CSV; one line if there are none yet.

    Args:
        signs: last day of a period → the circled number of its event in the chart above.
    """
    for word, make in (
        ("commentaries", lambda: told_commentary.commentaries(telling(), commented, whose=whose, signs=signs)),
        ("actions", lambda: told_commentary.actions(telling(), commented, whose=whose)),
    ):
        in_full(make, key=f"{key}-{word}")


@dataclass(frozen=True, slots=True)
class _Ready:
    """A block of texts ready to draw: as an HTML table, since a grid would cut off its cells."""

    title: str
    why_empty: str
    table: Texts
    csv: bytes


def _ready(make: Callable[[], Block]) -> _Ready:
    block = make()
    table = texts_of(block, telling().words, first=SHOWN)
    return _Ready(block.title, block.why_empty, table, csv_file(pd.DataFrame(block.flat)) if block.flat else b"")


def in_full(make: Callable[[], Block], *, key: str) -> None:
    """Draw a block of texts as a table with CSV, cached; one line if it has no rows."""
    made = cached.made("said", code=f"{key} {view()}", make=partial(_ready, make))
    section_heading(made.title)
    if not made.table.shown:
        prose.caption(made.why_empty)
        return
    texts_table(made.table)
    name = file_name(key, as_of().isoformat(), ending=".csv")
    save_button(t("csv"), made.csv, name, key=f"csv_{key}")


def ask_causes(store: Store, opened: Opened, *, actor: str) -> None:
    """Draw the form that asks for the cause of each figure that needs one; each answer becomes a row of the report."""
    if not opened.unspoken:
        return
    prose.warning(t("say_causes_lead", count=len(opened.unspoken)), icon=":material/edit_note:")
    prose.caption(openness())
    report = opened.report
    with st.form(f"causes_{report.id}"):
        given: dict[str, dict[str, str]] = {}
        for item in opened.unspoken[:AT_ONCE]:
            code = item.code
            prose.markdown(f"**{shown_name(item.named)}**  \n{markdown(item.sentence(telling().words.language))}")
            columns = st.columns(3)
            given[code] = {
                f"{part}_ja": column.text_area(
                    t("part_in_japanese", part=t(f"part_{part}")),
                    key=f"say_{part}_{report.id}_{code}",
                    max_chars=saying.LONGEST,
                    height=80,
                )
                for part, column in zip(_PARTS, columns, strict=True)
            }
        if st.form_submit_button(
            t("say_causes_button"), type="primary", icon=":material/check:", key=revision_key("say_why", report)
        ):
            causes = {code: texts for code, texts in given.items() if texts["cause_ja"].strip()}
            take_answers(causes, lambda: saying.say_why(store, report.id, actor=actor, revision=report.revision, causes=causes))


def openness(*, with_office: bool = False) -> str:
    """Return a text on which texts written by bureaus become public and which stay internal; ``with_office`` adds the office's."""
    own = [p for p in OpenPart if with_office or p != OpenPart.ASSESSMENT]
    parts = {is_open: [t(f"part_{p}") for p in own if (p in government().open_parts) == is_open] for is_open in (True, False)}
    parts[False].append(t("part_person"))  # whatever a government decides
    lines = [
        t(key, parts=t("list_comma").join(parts[is_open]))
        for key, is_open in (("says_public", True), ("says_inside", False))
        if parts[is_open]
    ]
    return viewer_words().together(lines)
