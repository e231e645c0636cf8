"""The problems of a workbook by sheet, each with its cell, the value there, what is expected and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.grouped import grouped
from kpis.languages import written
from loaders.files.problems import Problem
from loaders.workbook.annotate import mark_problems
from loaders.workbook.door import WorkbookReading
from pages.parts import prose
from pages.parts.data_table import data_table
from pages.parts.reported import file_of
from pages.parts.saving import save_button
from pages.parts.text import as_found, csv_file, language, t

SHOWN_AS_TEXT = 10


def problem_list(problems: Sequence[Problem], *, key: str) -> None:
    """Draw the problems grouped by sheet: the first of each sheet as text, all in a table with CSV; ``key`` is unique on the page."""
    for number, (sheet, own) in enumerate(grouped((problem.sheet, problem) for problem in problems).items()):
        errors = sum(p.grade == "error" for p in own)
        prose.markdown(f"**{markdown(sheet) or t('whole_file')}** {problem_counts(errors, len(own) - errors)}")
        for problem in own[:SHOWN_AS_TEXT]:
            icon = ":red[:material/error:]" if problem.grade == "error" else ":orange[:material/warning:]"
            word = t(f"grade_{problem.grade}")
            prose.markdown(
                f"{icon} {word} {_bold(_place(problem))}{markdown(problem.subject_in(language()))}  \n"
                f"{as_found(problem.found_in(language()), is_content=problem.is_content)}{t('list_comma')}"
                f"{t('expected')}: {markdown(written(problem.expected, language()))}  \n"
                f":material/build: {markdown(written(problem.remedy, language()))}"
            )
        with st.expander(t("problem_table", count=len(own)), icon=":material/table:"):
            table = problem_table(own)
            data_table(table)
            save_button(t("csv"), csv_file(table), f"{key}_{number}.csv", key=f"csv_{key}_{number}")


def problem_counts(errors: int, warnings: int) -> str:
    """Return a text with the number of errors and warnings; a grade without problems is omitted."""
    counts = [t(key, count=count) for key, count in (("problem_errors", errors), ("problem_warnings", warnings)) if count]
    return t("list_comma").join(counts)


def marked_download(content: bytes, reading: WorkbookReading) -> None:
    """Draw the download of the uploaded workbook with each faulty cell coloured and commented; nothing if no cell is at fault."""
    if reading.mark is None or not any(problem.sheet for problem in reading.problems):
        return
    marked = partial(mark_problems, content, reading.problems)
    name = file_of(reading.mark.bureau_code, reading.mark.period_code, "marked", ending=".xlsx")
    save_button(t("marked_button"), marked, name, icon=":material/format_color_fill:", key="marked")


def problem_table(problems: Sequence[Problem]) -> pd.DataFrame:
    """Return problems as a table in the viewer's language, one row each."""
    return pd.DataFrame(
        [
            {
                t("grade"): t(f"grade_{p.grade}"), t("cell"): _place(p), t("row"): p.subject_in(language()), t("found"): p.found_in(language()),
                t("expected"): written(p.expected, language()), t("remedy"): written(p.remedy, language()),
            }
            for p in problems
        ]
    )  # fmt: skip


def _bold(place: str) -> str:
    """Return a place in bold, with the space after it; blank where a problem is of the whole file."""
    return f"**{markdown(place)}** " if place else ""


def _place(problem: Problem) -> str:
    return problem.cell or (t("row_number", number=problem.row) if problem.row else "")
