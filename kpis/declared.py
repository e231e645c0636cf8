"""Declare the fields of a list once, on a plain class, with type, bounds and meaning; ``kpis.store.fields`` adds the tables."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar, get_args

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, BeforeValidator, create_model
from pydantic import Field as Bounds

from kpis.as_text import LONGEST_NAME, LONGEST_TEXT
from kpis.errors import ValueRefused
from kpis.faults import in_form
from kpis.grouped import grouped

# A row of a table or list as it is read, compared and stored: column → value. Columns differ from list to list, and
# with the languages of its texts; where they are known beforehand, a record with fields is used instead.
Row = dict[str, Any]


class Fields(BaseModel, extra="forbid", str_strip_whitespace=True, str_max_length=LONGEST_TEXT, allow_inf_nan=False):
    """The fields of a list, one per column; unknown columns are refused."""


class Said:
    """Mark a field as public, with its meaning in Japanese and English."""

    def __init__(self, ja: str, en: str) -> None:
        self.text = {"ja": ja, "en": en}


_PRECISION = Said("{}の精度(day、month、quarter、year、unknown)", "precision of {}")


class PrecisionOf(Said):
    """The meaning of a column that says how precisely the day in another column is known."""

    def __init__(self, day_ja: str, column: str) -> None:
        super().__init__(_PRECISION.text["ja"].format(day_ja), _PRECISION.text["en"].format(column))
        self.column = column


class ByDecision:
    """Mark a field whose publication each government decides, as a part of what bureaus write (``OpenPart``)."""

    def __init__(self, part: str) -> None:
        self.part = part


def part_of(model: type[BaseModel], name: str) -> str:
    """Return the part by which a government decides whether a field is public; blank for fields without such a decision."""
    field = model.model_fields.get(name)
    return next((mark.part for mark in field.metadata if isinstance(mark, ByDecision)), "") if field is not None else ""


def precisions(model: type[BaseModel]) -> dict[str, str]:
    """Return the columns that say how precisely a day is known, each with the column of the day."""
    marks = ((name, mark) for name, field in model.model_fields.items() for mark in field.metadata)
    return {name: mark.column for name, mark in marks if isinstance(mark, PrecisionOf)}


def type_of(model: type[BaseModel], name: str) -> type:
    """Return the plain type of a field: ``date`` for an optional day, ``str`` for a vocabulary word."""
    kind: Any = model.model_fields[name].annotation
    while get_args(kind):
        kind = get_args(kind)[0]
    return kind  # type: ignore[no-any-return]


def said_of(model: type[BaseModel]) -> dict[str, dict[str, str]]:
    """Return the meanings of the public fields of a class: name → language → text."""
    marks = ((name, mark) for name, field in model.model_fields.items() for mark in field.metadata)
    texts = {name: mark.text for name, mark in marks if isinstance(mark, Said)}
    return {f"{name}_{own}": text.meanings(own) for name, text in translated(model).items() for own in ALWAYS} | texts


def _of_a_name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise ValueRefused("fault_too_long", max_length=LONGEST_NAME)
    return text


Code = Annotated[str, Bounds(pattern=in_form("form_code", r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"))]
Filled = Annotated[str, Bounds(min_length=1)]
Named = AfterValidator(_of_a_name)  # no bound of pydantic's: SQLModel would make another type of column of it
Flag = Annotated[bool, BeforeValidator(lambda v: {"1": True, "0": False, "": False}.get(v, v) if isinstance(v, str) else v)]
NameJa = Annotated[Filled, Named, Said("名称(日本語)", "name, in Japanese")]
NameEn = Annotated[Filled, Named, Said("名称(英語)", "name, in English")]


# Texts in several languages -------------------------------------------------------------------------------------------

ALWAYS = ("ja", "en")  # every file, row and open table has a column for these; for any other language only where present
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")  # fr, zh-Hant, pt-BR
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Translated:
    """A text of a row in several languages: one column each in files and open data (``name_fr``), one row each in the store.

    Declared as ``name: ClassVar[Translated]``, so that it is not a column of the table.
    """

    ja: str  # its meaning, in Japanese; ``{}`` stands for the language
    en: str  # the same in English
    needs: tuple[str, ...] = ()  # the languages without which a row is refused
    most: int = LONGEST_TEXT  # its characters

    def meanings(self, language: str) -> dict[str, str]:
        """Return the meaning of the column of one language: language of the reader → text."""
        return {"ja": self.ja.format(_called(language, "ja")), "en": self.en.format(_called(language, "en"))}


def _called(language: str, reader: str) -> str:
    """Return the name of a language in the reader's language, or its code where Babel has no name for it."""
    try:
        return Locale.parse(language, sep="-").get_display_name(reader) or language
    except (UnknownLocaleError, ValueError):
        return language


@cache
def declared(model: type[BaseModel]) -> tuple[str, ...]:
    """Return every name declared by a class and its bases, in that order, the bases first."""
    return tuple(dict.fromkeys(name for base in reversed(model.__mro__) for name in inspect.get_annotations(base)))


@cache
def translated(model: type[BaseModel]) -> dict[str, Translated]:
    """Return the translated texts that a class declares, by name."""
    texts = {name: getattr(model, name, None) for name in declared(model)}
    return {name: text for name, text in texts.items() if isinstance(text, Translated)}


def _is_language(code: str) -> bool:
    """Return whether a code is that of a language, or one of ISO 639's for languages without any."""
    return code in Locale("en").languages or re.fullmatch("q[a-t][a-z]", code) is not None


@lru_cache(maxsize=4096)
def text_column(model: type[BaseModel], column: str) -> tuple[str, str] | None:
    """Return the field and language of a column such as ``name_fr``; ``None`` for a column that is not a translated text."""
    for field in translated(model):
        language = column.removeprefix(f"{field}_")
        if language != column and _LANGUAGE.fullmatch(language) and _is_language(language.split("-")[0]):
            return field, language
    return None


def always_columns(model: type[BaseModel]) -> list[str]:
    """Return the text columns that every row of a list has."""
    return [f"{name}_{own}" for name in translated(model) for own in ALWAYS]


def file_columns(model: type[BaseModel]) -> list[str]:
    """Return the columns of a file of these rows in declaration order, a translated text replaced by its languages."""
    own = grouped(((text_column(model, column) or (column,))[0], column) for column in model.model_fields)
    return [column for name in declared(model) for column in own.get(name, ())]


def in_languages(model: type[_Model], columns: Iterable[str] = ()) -> type[_Model]:
    """Return the row class of a file: one column per text and language, for ``ALWAYS`` and the languages of the file.

    Args:
        columns: those of the file; columns that are not translated texts are ignored.
    """
    wanted = dict.fromkeys((*always_columns(model), *columns))
    return _with_columns(model, tuple(c for c in wanted if c not in model.model_fields and text_column(model, c)))


@lru_cache(maxsize=128)  # the languages of a file depend on its columns
def _with_columns(model: type[_Model], columns: tuple[str, ...]) -> type[_Model]:
    if not columns:
        return model
    added: dict[str, Any] = {}
    for column in columns:
        field, language = text_column(model, column) or ("", "")
        text = translated(model)[field]
        kind = Annotated[str, Bounds(min_length=int(language in text.needs), max_length=text.most)]
        added[column] = (kind, ...) if language in text.needs else (kind, "")
    return create_model(model.__name__, __base__=model, __doc__=model.__doc__, **added)


NAME = Translated("名称({})", "name, in {}", needs=ALWAYS, most=LONGEST_NAME)
NOTE = Translated("注記({})", "note, in {}")
