"""Answers of bureaus to a question of the office as one table: merged by bureau, in catalogue order; never public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kpis.languages import say
from kpis.reporting.answers import AnswerRow
from kpis.reporting.asking import Answer, AskedColumn
from kpis.reporting.questions import Question
from kpis.reporting_vocabulary import AnswerType
from kpis.text import named

Told = str | float | date | None


def heading(column: AskedColumn, language: str) -> str:
    """Return the heading of a column with its unit."""
    return named(column, "heading", language) + (f" ({column.unit})" if column.unit else "")


def answer_table(
    question: Question, rows: Sequence[AnswerRow], names: Mapping[str, str], language: str, *, is_of_one: bool = False
) -> tuple[list[str], list[list[Told]]]:
    """Return headings and rows of a table of answers: bureau, code, number, state, then the question's columns.

    Args:
        names: bureau → its name.
        is_of_one: all rows are of one bureau, named beside the table: bureau, code and state are left out.
    """
    keys = ("question_row_number",) if is_of_one else ("bureau", "answer_bureau_code", "question_row_number", "state")
    first = [say(key, language) for key in keys]
    cells: list[list[Told]] = [
        [
            *((row.number,) if is_of_one else (names.get(row.bureau_code, row.bureau_code), row.bureau_code, row.number,
                                               say(f"reply_is_{row.state}", language))),
            *(_told(row.values.get(column.name), column, language) for column in question.columns),
        ]
        for row in rows
    ]  # fmt: skip
    headings = list(first)
    for column in question.columns:
        own = heading(column, language)
        headings.append(f"{own} [{column.name}]" if own in headings else own)  # in our or another notation of this language
    return headings, cells


def _told(value: Answer, column: AskedColumn, language: str) -> Told:
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    if column.type == AnswerType.CHOICE and value is not None:
        chosen = next((choice for choice in column.choices if choice.name_ja == value), None)
        return named(chosen, "name", language) if chosen else str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
