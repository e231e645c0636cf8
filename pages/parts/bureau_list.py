"""All bureaus: who reported what, how they compare, and a list of them with their registers and milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.bureaus import BureauReport
from kpis.text import format_date
from pages.parts import address, cached
from pages.parts.asked import choose
from pages.parts.bureaus import by_bureau, heat_block, unit_label
from pages.parts.cards import find, tally_marks
from pages.parts.menu import page
from pages.parts.project import state_marks
from pages.parts.registers import block, telling
from pages.parts.text import language, named, shown_name, t
from pages.parts.when import as_of, view
from telling import bureaus
from telling.words import Words


def link(report: BureauReport) -> None:
    """Lead to the page of one bureau; its name stands as text above, since a link is cut off where it does not fit."""
    st.page_link(page("bureau"), label=t("open_bureau"), icon=":material/apartment:", query_params=address.link(code=report.code))


def overview(reports: Sequence[BureauReport]) -> None:
    """Compare all bureaus."""
    current = [r for r in reports if r.is_valid]
    st.title(markdown(bureaus.counted_title(current, Words(language()))))
    st.caption(t("bureaus_lead", as_of=format_date(as_of(), language()), view=t("view_" + view())))
    with st.container(border=True):
        heat_block([r for r in reports if r.is_valid or r.scored], key="heat")
    st.header(t("compare_heading"), divider="gray")
    parts = cached.moment().parts
    codes = list(parts)
    if codes:
        names = {code: named(row) for code, row in cached.moment().indicators.items()}
        code = choose("compare", codes, t("compare_indicator"), names.__getitem__, default=codes[0], resets=("period",))
        whole = find(cached.moment().whole, code)
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
        said = cached.made("said of bureaus", code=(key, *address.link().items()), make=lambda: [in_short(r) for r in held])
        for report, text in zip(held, said, strict=True):
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(text)
                link(report)
    block(lambda: replace(bureaus.listed(telling(), held, lambda r: unit_label(r.unit)), is_table_open=False), key=key)


def in_short(report: BureauReport) -> str:
    """Return a bureau's name, which figures there are of it, how they stand, and its milestones, a line each."""
    head = f"**{shown_name(report.unit)}**"
    lines = [t("ended_on", day=format_date(report.unit.valid_to, language()))] if report.unit.valid_to else []
    lines = [f":small[:gray[{line}]]" for line in (*lines, *bureaus.what_is_known(report, Words(language())))]
    lines += [f":small[{line}]" for line in tally_marks(report.tally, whose={"bureau": report.code}).split("  \n") if line]
    lines += [f":small[{t('milestones')}: {state_marks(report.milestones, {'bureau': report.code})}]"] if report.milestones else []
    return "  \n".join([head, *lines])
