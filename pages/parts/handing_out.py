"""The download of a bureau's report template: whole, for one section, or with selected rows."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kpis.as_text import markdown
from kpis.government import government
from kpis.reporting.access import Viewer
from kpis.store.store import Store
from loaders.workbook.context import gather
from loaders.workbook.layout import ROW_KINDS
from loaders.workbook.submit import take_template
from pages.parts import prose
from pages.parts.reported import bureau_names, file_of, period_name, row_namer, section_name
from pages.parts.saving import save_button
from pages.parts.steps import pick_several
from pages.parts.text import t
from pages.parts.titled import section_heading

_WHOLE, _CHOSEN = "", "chosen rows"  # options besides the codes of sections


def template(store: Store, bureau: str, period: str, *, me: Viewer) -> None:
    """Draw the selection and download of the template; it is made and its issue recorded on click."""
    section_heading(f"{t('step_template')}: {markdown(bureau_names()[bureau])} {period_name(period)}")
    prose.markdown(t("template_lead"))
    reach, sections = me.sections("take_template", bureau), list(government().sections_of(bureau))
    offered = [_WHOLE, *sections, _CHOSEN] if reach is None else sorted(reach)
    if reach is None and not (sections and me.may("hand_out", bureau)):
        offered = [_WHOLE, _CHOSEN] if me.may("hand_out", bureau) else [_WHOLE]
    picked = offered[0]
    if len(offered) > 1:
        picked = st.selectbox(t("template_for"), offered, format_func=_option_name, key=f"template_for_{bureau}_{period}")
    rows = _rows(store, bureau, period) if picked == _CHOSEN else []
    if picked == _CHOSEN and not rows:
        prose.caption(t("template_rows_none"))
        return
    section = "" if picked in (_WHOLE, _CHOSEN) else picked
    what = [section] if section else ["part"] if rows else []
    made = partial(take_template, store, bureau, period, actor=me.email, section=section, rows=rows)
    name = file_of(bureau, period, *what, ending=".xlsx")
    save_button(t("template_button"), made, name, type="primary", key=f"template_{bureau}_{period}_{picked}")


def _option_name(picked: str) -> str:
    if picked in (_WHOLE, _CHOSEN):
        return t("whole_template") if picked == _WHOLE else t("template_chosen")
    return t("template_of_section", section=section_name(picked))


def _rows(store: Store, bureau: str, period: str) -> list[tuple[str, ...]]:
    """Draw the selection of rows for a partial template, for a coordinator; return their keys."""
    name, report_rows = row_namer(), gather(store, bureau, period).rows
    named = {
        key: name.of(ROW_KINDS[key[0]], (key[1], bureau, *key[2:]) if len(key) > 2 else key[1:], row)
        for key, row in report_rows.items()
    }
    return pick_several(t("template_rows"), named, key=f"template_rows_{bureau}_{period}")
