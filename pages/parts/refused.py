"""Uploaded workbooks that were refused, each with its problems and a download of the file; for the sender and the office."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.languages import side
from kpis.once import Same
from kpis.reporting.access import Viewer
from kpis.reporting.refused import DAYS, MOST_FILES, RefusedUpload, refused_content, refused_files
from kpis.store.store import Store
from loaders.workbook.door import handed_on
from pages.parts import prose
from pages.parts.reported import bureau_names, instant, period_name
from pages.parts.saving import save_button
from pages.parts.text import csv_file, language, t
from pages.parts.viewer import for_viewer, until_step
from telling.file_names import file_name


def refused_list(store: Store, *, me: Viewer, bureau: str | None = None) -> None:
    """Draw the refused files that the viewer may download, the newest first; nothing if there are none. ``bureau``: only of this one."""
    listed = until_step("refused files", make=lambda: refused_files(store, viewer=me.email, bureau_code=bureau), key=bureau)
    if not listed:
        return
    with st.expander(t("refused_title", count=len(listed)), icon=":material/block:"):
        prose.caption(t("refused_lead", days=DAYS, most=MOST_FILES))
        for refused in listed:
            with st.container(border=True):
                _one(store, refused, me=me)


def _one(store: Store, refused: RefusedUpload, *, me: Viewer) -> None:
    text_column, original, problems = st.columns([3, 1, 1], vertical_alignment="center")
    name = bureau_names().get(refused.bureau_code, refused.bureau_code)
    text_column.markdown(
        f"{markdown(refused.name)} {markdown(t('refused_problems', count=refused.problems_count))}  \n"
        f":gray[{markdown(name)} {markdown(period_name(refused.period_code))} {markdown(refused.uploaded_by)} {instant(refused.refused_at)}]"
    )
    if refused.is_kept:
        content = partial(_content, store, refused.id, viewer=me.email)
        save_button(t("file_original"), content, refused.name, place=original, key=f"refused_{refused.id}")
    else:
        original.caption(t("refused_not_kept"))
    if refused.problems:
        list_name = file_name("problems", refused.bureau_code, refused.period_code, f"{refused.id}", ending=".csv")
        csv = for_viewer("problems of a refused file", make=lambda: csv_file(_table(refused)), key=Same(refused))
        save_button(t("refused_list"), csv, list_name, place=problems, icon=":material/rule:", key=f"refused_problems_{refused.id}")
        first = refused.problems[0]
        expected, remedy = (getattr(first, f"{field}_{side(language())}") for field in ("expected", "remedy"))
        text_column.caption(markdown(f"{first.sheet} {first.cell} {first.found_in(language())}: {expected} → {remedy}"))


def _content(store: Store, number: int, *, viewer: str) -> bytes:
    return handed_on(refused_content(store, number, viewer=viewer))


def _table(refused: RefusedUpload) -> pd.DataFrame:
    own = side(language())
    return pd.DataFrame(
        [
            {
                t("grade"): t(f"grade_{p.grade}"), t("refused_sheet"): p.sheet, t("cell"): p.cell, t("found"): p.found_in(language()),
                t("expected"): getattr(p, f"expected_{own}"), t("remedy"): getattr(p, f"remedy_{own}"),
            }
            for p in refused.problems
        ]
    )  # fmt: skip
