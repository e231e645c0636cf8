"""The meeting material of a quarter as its page shows it, and links to the office's next steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from kpis.periods import parse_period
from pages.parts import address, cached, prose
from pages.parts.choices import choose
from pages.parts.data_table import Texts, texts_of
from pages.parts.entry import end_page
from pages.parts.menu import page
from pages.parts.text import language, t
from pages.parts.titled import section_heading
from publishers.site.labels import picked
from telling.meeting import QuarterReport, changes, coverage, last_reported, quarter_report, quarters

AT_ONCE = 8  # rows shown of a table; the rest are collapsed
# Columns shown of the bureaus' reports, by position; omitted: the total (on other pages), the unit (in the value), the sample flag (on the page).
REPORTED = (0, 1, 2, 3, 4, 7, 8)
NEXT = ("review", "meeting", "publish")  # pages of the office's next steps with the material, in order


@dataclass(frozen=True, slots=True)
class Material:
    """The material of a quarter: the report, its sentences, and tables of changes and of reports by bureau."""

    of: QuarterReport
    sentences: tuple[str, ...]
    changed: Texts
    reported: Texts


def quarters_or_stop(nav_key: str) -> list[str]:
    """Return the codes of the quarters that have material; if there are none, draw a notice under the page's name and end the run."""
    listed = quarters(cached.moment())
    if not listed:
        end_page(t(nav_key), lambda: prose.info(t("report_none"), icon=":material/info:"))
    return listed


def choose_quarter(listed: Sequence[str], *, resets: tuple[str, ...] = ()) -> str:
    """Draw the selection of a quarter and return its code; the default is the last one reported; ``resets`` as in ``choose``."""
    return choose(
        "period", listed, t("report_choose"), lambda code: parse_period(code).label(language()), default=last_reported(cached.moment()),
        resets=resets, is_whole=True,
    )  # fmt: skip


def material(code: str) -> Material:
    """Return the material of a quarter, as known at the instant of the view."""
    made = quarter_report(cached.moment().state, code, language=language(), known_at=cached.moment().known_at)
    coverage_block = coverage(made)
    coverage_block = replace(
        coverage_block,
        columns=tuple(picked(coverage_block.columns, REPORTED)),
        rows=tuple(tuple(picked(row, REPORTED)) for row in coverage_block.rows),
    )
    return Material(
        of=made, sentences=tuple(made.sentences()), changed=texts_of(changes(made), made.words, first=AT_ONCE),
        reported=texts_of(coverage_block, made.words, first=AT_ONCE),
    )  # fmt: skip


def next_steps() -> None:
    """Draw links to the pages of the next steps that this viewer may use; nothing if there are none."""
    leads = [name for name in NEXT if page(name).visibility == "visible"]
    if leads:
        with st.container(border=True):
            section_heading(t("report_next"))
            for name in leads:
                st.page_link(
                    page(name), label=t(f"report_next_{name}"), icon=":material/arrow_forward:", query_params=address.link()
                )
