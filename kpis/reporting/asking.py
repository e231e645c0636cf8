"""The columns of a question of the office: typed, parsed, validated and stored. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from kpis.as_text import LONGEST_NAME, typed
from kpis.errors import FigureRefused
from kpis.reporting_vocabulary import AnswerType

MOST_COLUMNS = 30
MOST_ROWS = 1_000
MOST_CHOICES = 100
LONGEST_HEADING = 60  # characters
NUMBERS = (AnswerType.NUMBER.value, AnswerType.COUNT.value)
Answer = str | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, as written in the workbook and in English; the workbook's word is stored."""

    name_ja: str
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedColumn:
    """One column of a question; ``name`` is assigned by position: ``c1``, ``c2`` and so on."""

    name: str = ""
    heading_ja: str
    heading_en: str = ""
    type: str = AnswerType.TEXT.value
    is_required: bool = False
    choices: tuple[Choice, ...] = ()
    unit: str = ""


def plain(text: str) -> str:
    """Return a heading or a choice without blanks and differences of width and case, for comparison."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def read_choices(text: str) -> tuple[Choice, ...]:
    """Parse choices as typed by the office: one per line or separated by semicolons, the English after an equals sign."""
    choices = []
    for part in re.split("[;；\n]", text):
        ja, _, en = part.partition("=")
        if typed(ja):
            choices.append(Choice(typed(ja), typed(en)))
    return tuple(choices)


def written_choices(choices: Sequence[Choice]) -> str:
    """Return choices in the form typed by the office."""
    return "; ".join(f"{c.name_ja} = {c.name_en}" if c.name_en else c.name_ja for c in choices)


def checked(columns: Sequence[AskedColumn]) -> tuple[AskedColumn, ...]:
    """Return cleaned columns, named by position.

    Raises:
        FigureRefused: there are none or too many, two have the same heading, or one cannot be answered.
    """
    if not 1 <= len(columns) <= MOST_COLUMNS:
        raise FigureRefused("question_columns_count", most=MOST_COLUMNS)
    made, names = [], dict[str, int]()
    for number, given in enumerate(columns, start=1):
        heading_ja, heading_en = " ".join(typed(given.heading_ja).split()), " ".join(typed(given.heading_en).split())
        if not heading_ja or max(len(heading_ja), len(heading_en)) > LONGEST_HEADING:
            raise FigureRefused("question_heading", number=number, most=LONGEST_HEADING)
        for text in {plain(heading_ja), plain(heading_en)} - {""}:
            if names.setdefault(text, number) != number:
                raise FigureRefused("question_heading_twice", heading=heading_ja, first=names[text], second=number)
        if given.type not in AnswerType.values():
            raise FigureRefused("question_type", heading=heading_ja, types=", ".join(AnswerType.values()))
        is_choice = given.type == AnswerType.CHOICE
        choices = (
            tuple(Choice(typed(c.name_ja, LONGEST_NAME), typed(c.name_en, LONGEST_NAME)) for c in given.choices)
            if is_choice
            else ()
        )
        words = [word for c in choices for word in {plain(c.name_ja), plain(c.name_en)} - {""}]
        if is_choice and (not 2 <= len(choices) <= MOST_CHOICES or len(words) != len(set(words))):
            raise FigureRefused("question_choices", heading=heading_ja, most=MOST_CHOICES)
        made.append(
            AskedColumn(
                name=f"c{number}", heading_ja=heading_ja, heading_en=heading_en, type=given.type, is_required=given.is_required,
                choices=choices, unit=typed(given.unit, LONGEST_NAME) if given.type in NUMBERS else "",
            )
        )  # fmt: skip
    return tuple(made)


def columns_to_json(columns: Sequence[AskedColumn]) -> str:
    """Serialise columns for storage."""
    return json.dumps([asdict(column) for column in columns], ensure_ascii=False)


def columns_from_json(text: str) -> tuple[AskedColumn, ...]:
    """Deserialise stored columns."""
    return tuple(AskedColumn(**{**column, "choices": tuple(Choice(**c) for c in column["choices"])}) for column in json.loads(text))


def values_to_json(values: Mapping[str, Answer]) -> str:
    """Serialise the values of a row; blanks are left out."""
    kept = {name: value.isoformat() if isinstance(value, date) else typed(value) if isinstance(value, str) else value
            for name, value in values.items()}  # fmt: skip
    return json.dumps({name: value for name, value in kept.items() if value not in (None, "")}, ensure_ascii=False)


def values_from_json(text: str, columns: Sequence[AskedColumn]) -> dict[str, Answer]:
    """Deserialise the values of a row by column, days as days and blanks as ``None``."""
    values = json.loads(text)
    days = {column.name for column in columns if column.type == AnswerType.DATE}
    return {c.name: date.fromisoformat(v) if (v := values.get(c.name)) is not None and c.name in days else v for c in columns}


def refuse_row(values: Mapping[str, Answer], columns: Sequence[AskedColumn], number: int) -> None:
    """Refuse a row with values its columns cannot hold, which the workbook reader has reported at the cell before.

    Raises:
        FigureRefused: naming the row.
    """
    kinds: Mapping[str, type | tuple[type, ...]] = {
        AnswerType.TEXT: str, AnswerType.CHOICE: str, AnswerType.NUMBER: (int, float), AnswerType.COUNT: (int, float),
        AnswerType.DATE: date, AnswerType.FLAG: bool,
    }  # fmt: skip
    for column in columns:
        value = values.get(column.name)
        is_blank = value is None or value == ""
        fits = isinstance(value, kinds[column.type]) and (column.type == AnswerType.FLAG or not isinstance(value, bool))
        is_low = column.type == AnswerType.COUNT and isinstance(value, (int, float)) and value < 0
        is_other = column.type == AnswerType.CHOICE and value not in [c.name_ja for c in column.choices]
        if (is_blank and column.is_required) or (not is_blank and (not fits or is_low or is_other)):
            raise FigureRefused("question_row", number=number, heading=column.heading_ja)
    if unknown := set(values) - {column.name for column in columns}:
        raise FigureRefused("question_row", number=number, heading=min(unknown))
