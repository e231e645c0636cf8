"""The form in which the office writes a question: texts, columns, bureaus and due date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from kpis.reporting import questions
from kpis.reporting.asking import MOST_ROWS, AskedColumn, read_choices, written_choices
from kpis.reporting.questions import Question
from kpis.reporting_vocabulary import AnswerType
from kpis.store.store import Store
from pages.parts import prose
from pages.parts.reported import office_today, reporting_names
from pages.parts.steps import content_key, form_key, show_result, take
from pages.parts.text import t
from pages.parts.titled import page_heading, part_heading

_NAMES = ("heading_ja", "heading_en", "type", "required", "choices", "unit")
_EMPTY_ROWS = 4  # empty rows of the column table of a new question


def write_question(store: Store, *, actor: str, now: Question | None = None) -> None:
    """Draw the form to write a new question, or to change a draft that is not open yet.

    Args:
        now: the draft; ``None`` for a new question.
    """
    if now is None:
        page_heading(t("part_ask"))
        show_result()
        prose.markdown(t("question_lead_ask"))
    names = reporting_names()
    form = f"question_{now.question_code if now else 'new'}"
    tail = form_key(form)
    with st.form(tail):
        left, right = st.columns(2, gap="medium")
        words = {
            name: place.text_input(t(f"question_{name}"), value=getattr(now, name, ""), key=f"{name}_{tail}")
            for place, name in ((left, "title_ja"), (right, "title_en"))
        }
        words |= {
            name: place.text_area(t(f"question_{name}"), value=getattr(now, name, ""), height=110, key=f"{name}_{tail}")
            for place, name in ((left, "lead_ja"), (right, "lead_en"))
        }
        part_heading(t("question_columns"))
        table = st.data_editor(
            _table(now), num_rows="dynamic", hide_index=True, width="stretch", key=f"columns_{tail}", column_config=_configured(),
        )  # fmt: skip
        left, right = st.columns(2, gap="medium")
        due = left.date_input(
            t("question_due"), value=now.due_on if now else office_today() + timedelta(days=14), key=f"due_{tail}"
        )
        most = right.number_input(t("question_most_rows"), 1, MOST_ROWS, now.most_rows if now else 20, key=f"rows_{tail}")
        bureaus = st.multiselect(
            t("question_bureaus"), list(names), default=[b for b in now.bureaus if b in names] if now else [], format_func=names.__getitem__,
            placeholder=t("question_bureaus_pick"), key=f"bureaus_{tail}",
        )  # fmt: skip
        if st.form_submit_button(t("question_keep"), type="primary", icon=":material/save:", key=f"keep_{tail}_{content_key(now)}"):
            draft = questions.QuestionDraft(words=words, columns=_columns(table), due_on=due, most_rows=int(most), bureaus=bureaus)
            take(
                lambda: questions.write(store, draft, actor=actor, code=now.question_code if now else "", before=now),
                lambda code: t("question_kept", code=code),
                form=form,
            )


def _configured() -> dict[str, Any]:
    column = st.column_config
    return {
        "heading_ja": column.TextColumn(t("column_heading_ja"), required=True),
        "heading_en": column.TextColumn(t("column_heading_en")),
        "type": column.SelectboxColumn(t("column_type"), options=AnswerType.values(), format_func=lambda v: t(f"answer_type_{v}"), required=True),
        "required": column.CheckboxColumn(t("column_required"), default=False),
        "choices": column.TextColumn(t("column_choices"), help=t("column_choices_help")),
        "unit": column.TextColumn(t("column_unit")),
    }  # fmt: skip


def _table(now: Question | None) -> pd.DataFrame:
    """Return the columns of a question as a table for the editor, one row each; empty rows if it is new."""
    rows: list[tuple[Any, ...]] = [
        (c.heading_ja, c.heading_en, c.type, c.is_required, written_choices(c.choices), c.unit)
        for c in (now.columns if now else ())
    ]
    rows += [("", "", AnswerType.TEXT.value, False, "", "")] * (0 if now else _EMPTY_ROWS)
    return pd.DataFrame(rows, columns=list(_NAMES))


def _columns(table: pd.DataFrame) -> list[AskedColumn]:
    """Return the columns from the edited table; rows without heading, choices and unit are skipped."""
    records = table.astype(object).where(table.notna(), "").to_dict("records")
    return [
        AskedColumn(
            heading_ja=str(row["heading_ja"]), heading_en=str(row["heading_en"]), type=str(row["type"]), is_required=bool(row["required"]),
            choices=read_choices(str(row["choices"])), unit=str(row["unit"]),
        )
        for row in records
        if any(str(row[name]).strip() for name in ("heading_ja", "heading_en", "choices", "unit"))
    ]  # fmt: skip
