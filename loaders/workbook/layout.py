"""The layout of the bureau workbook as data: columns in a CSV map, lists and texts in a TOML file.

One layout serves both directions: a workbook written from it can be read with it.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kpis.declared import Fields, part_of
from kpis.government import Government, government
from kpis.languages import say
from kpis.periods import first_month_word
from kpis.registers import LISTS, OF_SHEET
from kpis.settings import ROOT
from kpis.store import tables
from kpis.text import Named, named
from kpis.vocabulary import RowKind
from loaders.files.cells import cleaned

LAYOUTS = ROOT / "data" / "layouts"
FIGURES = "observations"  # our name of the sheet of figures; the others are registers
ROW_KINDS = {FIGURES: RowKind.OBSERVATION.value, **{sheet: register.kind.value for sheet, register in OF_SHEET.items()}}
KEYS = {FIGURES: ("indicator_code", "period_code"), **{sheet: register.key for sheet, register in OF_SHEET.items()}}
OPENNESS = ("open", "inside")
COMMENTARIES, ACTIONS = (LISTS[kind].file.removesuffix(".csv") for kind in (RowKind.COMMENTARY, RowKind.ACTION))


@dataclass(frozen=True, slots=True)
class InSheet:
    """A text of the workbook for use in a message: as in its cells; in another language, after that language's own text."""

    ja: str
    en: str
    is_quoted: bool = False

    def __call__(self, language: str) -> str:
        """Return the text in a language."""
        there, own = (
            f"「{self.ja}」" if self.is_quoted else self.ja,
            named({"name_ja": self.ja, "name_en": self.en}, "name", language),
        )
        return there if own == self.ja else say("as_in_sheet", language, own=own, there=there)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet."""

    name: str  # our name; ``payment_methods:debit`` is one member of a field that holds several codes
    field: str  # our field that it belongs to
    member: str  # its code within the field, or blank
    heading_ja: str
    heading_en: str
    # ``code``, ``period``, ``label`` (for people only), ``text``, ``number``, ``count``, ``date``, ``flag``, ``choice``,
    # ``open_choice`` (codes beyond the list are accepted) or ``member``
    value: str
    input: str  # ``key``, ``new`` (input in new rows only), ``yes``, ``reason`` or blank
    kinds: frozenset[str]  # the indicator kinds that use it; empty = always
    choices: str  # the list of a drop-down
    width: float
    message_ja: str
    message_en: str
    openness: str = ""  # ``open`` or ``inside``, where the government decided whether its content becomes public

    @property
    def heading(self) -> InSheet:
        """Return its heading for a message."""
        return InSheet(self.heading_ja, self.heading_en, is_quoted=True)

    @property
    def is_input(self) -> bool:
        """Return whether bureaus fill it in existing rows (figures and facts, not reasons)."""
        return self.input == "yes"

    @property
    def is_read(self) -> bool:
        """Return whether reading requires it; labels are for people and may be missing."""
        return bool(self.input)

    def applies_to(self, kind: str) -> bool:
        """Return whether indicators of a kind use it."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """The whole workbook: sheets by our name, columns in order, lists of choices, texts."""

    version: str
    title: tuple[str, str]
    sheets: Mapping[str, str]
    sheets_en: Mapping[str, str]
    columns: Mapping[str, tuple[Column, ...]]
    choices: Mapping[str, Mapping[str, tuple[str, str]]]
    new_rows: Mapping[str, int]
    to_fill: Mapping[str, str]
    to_fill_en: Mapping[str, str]
    marks: Mapping[str, str]
    clear_words: frozenset[str]
    withdraw_words: tuple[str, ...]
    instructions: tuple[Mapping[str, str], ...]
    rate_message: tuple[str, str] = ("", "")

    @property
    def order(self) -> tuple[str, ...]:
        """Return the sheets with rows, in workbook order."""
        return tuple(sheet for sheet in self.sheets if sheet in KEYS)

    def sheet(self, key: str) -> InSheet:
        """Return the name of a sheet for a message."""
        return InSheet(self.sheets[key], self.sheets_en[key], is_quoted=True)

    def asked_for(self, kind: str) -> Named:
        """Return the columns requested for a kind of indicator, for a message: a sentence, so in the reader's language only."""
        return Named({"name_ja": self.to_fill[kind], "name_en": self.to_fill_en.get(kind, "")})

    def heading(self, column: Column) -> str:
        """Return the heading as in the sheet: Japanese, English and the input mark."""
        mark = self.marks.get(column.input, "") + self.marks.get(column.openness, "")
        return "\n".join(part for part in (column.heading_ja, column.heading_en, mark) if part)

    @lru_cache(maxsize=8)  # noqa: B019 - one layout lives as long as the process
    def headings(self, sheet: str) -> dict[str, Column]:
        """Return every accepted spelling of a heading → its column."""
        column_of: dict[str, Column] = {}
        for column in self.columns[sheet]:
            ja, en = column.heading_ja, column.heading_en
            mark = self.marks.get(column.input, "")
            either = [ja + en + mark + self.marks[openness] for openness in OPENNESS]  # the decision changed after it was issued
            for text in (self.heading(column), *either, ja + en, ja, ja + mark, en, column.name):
                column_of.setdefault(plain_heading(text), column)
        return column_of

    @lru_cache(maxsize=64)  # noqa: B019
    def codes(self, choices: str) -> dict[str, str]:
        """Return every accepted spelling of a choice → its code."""
        code_of: dict[str, str] = {}
        for code, (ja, en) in self.choices[choices].items():
            for text in (ja, code, en):
                code_of.setdefault(cleaned(text).casefold(), code)
        return code_of

    def label(self, choices: str, code: str) -> str:
        """Return the Japanese word of a code, or the code if the list lacks it."""
        words = self.choices.get(choices, {}).get(code)
        return words[0] if words else code


def plain_heading(text: str) -> str:
    """Return a heading without line breaks, spaces, invisible characters and differences of width or case."""
    return "".join(cleaned(text).split()).casefold()


def load_layout() -> Layout:
    """Read the layout of the bureau workbook, with the government's own month and reasons of corrections filled in."""
    return _read_layout(government())


@lru_cache(maxsize=4)
def _read_layout(own: Government) -> Layout:
    def heading(name: str) -> str:
        text = (LAYOUTS / name).read_text(encoding="utf-8")
        return text.replace("{first_month_ja}", first_month_word("ja")).replace("{first_month_en}", first_month_word("en"))

    words = tomllib.loads(heading("bureau_report.toml"))
    reasons = words["choices"]["reasons"]
    words["choices"]["reasons"] = {code: reasons.get(code, (r.name_ja, r.name_en)) for code, r in own.reasons.items()}
    columns: dict[str, list[Column]] = {}
    for row in csv.DictReader(heading("bureau_report.csv").splitlines()):
        name, (field, _, member) = row["column"], row["column"].partition(":")
        column = Column(
            name=name, field=field, member=member, heading_ja=row["heading_ja"], heading_en=row["heading_en"], value=row["value"],
            input=row["input"], kinds=frozenset(filter(None, row["kinds"].split(";"))), choices=row["choices"],
            width=float(row["width"]), message_ja=row["message_ja"], message_en=row["message_en"],
            openness=_openness(row["sheet"], field, own) if row["input"] == "yes" else "",
        )  # fmt: skip
        columns.setdefault(row["sheet"], []).append(column)
    return Layout(
        version=words["version"], title=(words["title_ja"], words["title_en"]), sheets=words["sheets"], sheets_en=words["sheets_en"],
        columns={name: tuple(listed) for name, listed in columns.items()},
        choices={name: {code: (ja, en) for code, (ja, en) in listed.items()} for name, listed in words["choices"].items()},
        new_rows=words["new_rows"], to_fill=words["to_fill"], to_fill_en=words.get("to_fill_en", {}),
        marks={
            "yes": words["input_mark"], "new": words["new_mark"], "reason": words["reason_mark"], "open": words["open_mark"],
            "inside": words["inside_mark"],
        },
        clear_words=frozenset(words["clear_words"]), withdraw_words=tuple(words["withdraw_words"]),
        instructions=tuple(words.get("instructions", ())), rate_message=(words["rate_message_ja"], words["rate_message_en"]),
    )  # fmt: skip


def _openness(sheet: str, field: str, own: Government) -> str:
    """Return whether a field's content becomes public, where each government decides that; names of persons never do."""
    if sheet == ACTIONS and field == "person":
        return "inside"
    fields: type[Fields] = OF_SHEET[sheet].fields if sheet in OF_SHEET else tables.ObservationFields
    part = part_of(fields, field)
    return "" if not part else "open" if part in own.open_parts else "inside"


def dated_field(precision: str) -> str:
    """Return the date field whose precision this field states."""
    return "digitised_date" if precision == "digitised_precision" else precision.removesuffix("_precision")


Shown = str | float | date | None


def shown(layout: Layout, column: Column, record: Mapping[str, object] | None) -> Shown:
    """Return the displayed cell value of a stored row; ``None`` = blank. Reading compares with it.

    Args:
        record: our field → stored value; ``None`` if nothing is stored.
    """
    return None if record is None else shower(layout, column)(record)


@lru_cache(maxsize=256)
def shower(layout: Layout, column: Column) -> Callable[[Mapping[str, object]], Shown]:
    """Return a function that formats stored rows for a column: resolved once, called for each row of a register."""
    field, yes = column.field, layout.label("yes_no", "yes")
    if column.value == "member":
        return lambda record: yes if column.member in str(record.get(field) or "").split(";") else None
    if column.value == "flag":
        return lambda record: yes if record.get(field) else None
    if column.choices == "precision":
        words, dated = {code: ja for code, (ja, _) in layout.choices["precision"].items()}, dated_field(field)
        return lambda record: None if record.get(dated) is None else words.get(str(record.get(field)))
    if column.value in ("choice", "open_choice"):
        labels: dict[object, str] = {code: ja for code, (ja, _) in layout.choices.get(column.choices, {}).items()}
        return lambda record: None if (value := record.get(field)) is None or value == "" else labels.get(value, str(value))
    if column.value in ("number", "count"):
        return lambda record: _number(record.get(field))
    return lambda record: None if (value := record.get(field)) is None or value == "" else _plain(value)


def _number(value: object) -> Shown:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value if isinstance(value, (int, float)) else None


def _plain(value: object) -> Shown:
    return value if isinstance(value, (int, float, date)) else str(value)
