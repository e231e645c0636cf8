"""Facts about the government, read only here, from the files of its catalogue.

A process works for one government: that of ``CATALOGUE_DIR``, or in a public process that of the edition shown, which contains a
copy of these files (``settle``). Facts are cached by folder, so that one process can switch to another government.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ValidationError
from pydantic_core import PydanticCustomError

from kpis.as_text import clean
from kpis.declared import Fields, in_languages, translated
from kpis.errors import GovernmentUnreadable
from kpis.faults import placed
from kpis.government_files import (
    AreaFields,
    FactsFields,
    OfficeFields,
    OutlineFields,
    PageFields,
    PlaceFields,
    ProjectKindFields,
    PublisherFields,
    ReasonFields,
    SameWordFields,
    SectionFields,
    StepFields,
    ThemeFields,
    UnitKindFields,
    codes_in,
)
from kpis.languages import SHELVES, OwnWords
from kpis.message import Message
from kpis.settings import Settings, settings

FACTS, THEMES, PROJECT_KINDS, UNIT_KINDS, REASONS = (
    "government.toml", "themes.csv", "project_kinds.csv", "unit_kinds.csv", "correction_reasons.csv",
)  # fmt: skip
FILES = (FACTS, THEMES, PROJECT_KINDS, UNIT_KINDS, REASONS)
PLACES, OUTLINES, SAME_WORDS = "municipalities.csv", "outlines.csv", "same_words.csv"  # may be missing
# Internal organisation of bureaus: may be missing, and is never part of an edition.
SECTIONS, STEPS = "sections.csv", "approval_steps.csv"
TEXT = "text"  # the folder with words of the government's own
Since = tuple[int, ...]


# What is read -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Government:
    """A government as described by its catalogue; lists are keyed by code, in file order."""

    folder: Path
    publisher: PublisherFields
    office: OfficeFields
    area: AreaFields | None
    page: PageFields
    first_month: int
    zone: ZoneInfo
    first_day: date
    holidays: str  # country of its public holidays; blank: none
    closed: frozenset[str]  # closed days, of every year, as 12-29, or of one, as 2027-03-26
    themes: Mapping[str, ThemeFields]
    project_kinds: Mapping[str, ProjectKindFields]
    unit_kinds: Mapping[str, UnitKindFields]
    reasons: Mapping[str, ReasonFields]
    places: tuple[PlaceFields, ...]
    outlines: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]]  # rings by municipality code
    same_words: tuple[SameWordFields, ...]
    sections: Mapping[str, SectionFields]
    steps: tuple[StepFields, ...]
    open_parts: frozenset[str] = frozenset()
    since: Since = ()

    def sections_of(self, bureau_code: str) -> dict[str, SectionFields]:
        """Return the sections of a bureau by code, in their order."""
        return {code: section for code, section in self.sections.items() if section.bureau_code == bureau_code}

    def steps_of(self, bureau_code: str) -> tuple[StepFields, ...]:
        """Return the steps in which a bureau checks its own report, in their order; empty where it has none."""
        return tuple(step for step in self.steps if step.bureau_code == bureau_code)

    @cached_property
    def words(self) -> OwnWords:
        """Return the government's own words for the catalogues."""
        return OwnWords(self.folder / TEXT, self.office.name_ja, self.office.name_en, self.since)

    @cached_property
    def bureau_kinds(self) -> frozenset[str]:
        """Return the kinds of units that report for themselves, without wholes, scopes and bodies for comparison."""
        return frozenset(code for code, kind in self.unit_kinds.items() if kind.is_bureau)

    def project_kind(self, code: str) -> ProjectKindFields:
        """Return the kind of a project; for an unlisted one a kind named by its code."""
        plain = ProjectKindFields(kind_code=code, name_ja=code, name_en=code, plural_en=code, heading_ja=code, heading_en=code)
        return self.project_kinds.get(code, plain)

    @property
    def cards(self) -> tuple[str, ...]:
        """Return the themes with a card on the overview and a place on the page of themes."""
        return tuple(code for code, theme in self.themes.items() if theme.shown_as == "card")

    @property
    def chart(self) -> str:
        """Return the theme whose first headline indicator is charted on the overview; blank where none is."""
        return next((code for code, theme in self.themes.items() if theme.shown_as == "chart"), "")

    def theme_of(self, register: str) -> str:
        """Return the theme whose published figures are shown on the page of a register; blank where none is."""
        return next((code for code, theme in self.themes.items() if theme.of_register == register), "")

    @cached_property
    def about_totals(self) -> frozenset[str]:
        """Return the indicators of which a published total is approximate, whatever their figures are."""
        return frozenset(code for theme in self.themes.values() for code in codes_in(theme.about_totals))

    @property
    def error(self) -> str:
        """Return the first reason class meaning that the earlier figure was never true."""
        return next(code for code, reason in self.reasons.items() if reason.is_error)


_settled: ContextVar[tuple[Path, Since] | None] = ContextVar("government", default=None)
_held: dict[int, tuple[Settings, Government]] = {}


def government() -> Government:
    """Return the government of this process.

    Raises:
        GovernmentUnreadable: a file of its catalogue is missing or cannot be read; the message names it and the remedy.
    """
    own = _settled.get()
    if own is not None:
        return read(*own)
    chosen = settings()  # cached by identity: a period is read some 10,000 times while the figures of a day are judged
    cached = _held.get(id(chosen))
    if cached is None:
        cached = _held[id(chosen)] = chosen, read(chosen.catalogue_dir)
    return cached[1]


def _own_words() -> OwnWords | None:
    """Return the government's own words; none where its files cannot be read, so that errors are worded then too."""
    try:
        return government().words
    except GovernmentUnreadable:
        return None


SHELVES.own = _own_words


def settle(folder: Path | None) -> None:
    """Set the folder of government files for this run; ``None``: as configured.

    Another folder may replace it, as when a backup is restored under a server: facts cached from the previous one are then not used.
    """
    if folder is None:
        _settled.set(None)
        return
    stat = folder.stat()
    _settled.set((folder, (stat.st_ino, stat.st_ctime_ns)))


@contextmanager
def settled(folder: Path) -> Iterator[Government]:
    """Switch to another government while a block runs."""
    token = _settled.set((folder, ()))
    try:
        yield read(folder)
    finally:
        _settled.reset(token)


@lru_cache(maxsize=16)
def read(folder: Path, since: Since = ()) -> Government:
    """Read the files of a government.

    Args:
        since: identifies the folder among those that replace each other under one name.

    Raises:
        GovernmentUnreadable: a file is missing or cannot be read; the message names it and the remedy.
    """
    facts = _facts(folder / FACTS)
    themes = {row.theme_code: row for row in _rows(folder / THEMES, ThemeFields)}
    reasons = {row.reason_code: row for row in _rows(folder / REASONS, ReasonFields)}
    if not any(reason.is_error for reason in reasons.values()):
        raise GovernmentUnreadable("government_without_error", path=folder / REASONS)
    return Government(
        folder=folder, publisher=facts.publisher, office=facts.office, area=facts.area, page=facts.themes,
        first_month=facts.calendar.first_month, zone=ZoneInfo(facts.calendar.time_zone), first_day=facts.calendar.first_day,
        holidays=facts.calendar.holidays, closed=frozenset(facts.calendar.closed),
        themes=themes, reasons=reasons, open_parts=frozenset(facts.open.parts),
        project_kinds={row.kind_code: row for row in _rows(folder / PROJECT_KINDS, ProjectKindFields)},
        places=tuple(_optional(folder / PLACES, PlaceFields)), outlines=_outlines(folder / OUTLINES),
        same_words=tuple(_optional(folder / SAME_WORDS, SameWordFields)),
        sections={row.section_code: row for row in _optional(folder / SECTIONS, SectionFields)},
        steps=tuple(_optional(folder / STEPS, StepFields)), since=since,
        unit_kinds={row.kind_code: row for row in _rows(folder / UNIT_KINDS, UnitKindFields)},
    )  # fmt: skip


LISTED: Mapping[str, type[Fields]] = {
    THEMES: ThemeFields, PROJECT_KINDS: ProjectKindFields, UNIT_KINDS: UnitKindFields, REASONS: ReasonFields, PLACES: PlaceFields,
    OUTLINES: OutlineFields, SAME_WORDS: SameWordFields, SECTIONS: SectionFields, STEPS: StepFields,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Single:
    """Columns whose values stand together in one row of a file at most; rows in which all of them are blank are not compared.

    ``only``: the one value of the first column of which this is true.
    """

    columns: tuple[str, ...]
    only: str = ""

    def value(self, row: Fields) -> str:
        """Return what a row has in these columns, as shown; blank where it is not compared."""
        shown = [str(getattr(row, name)) for name in self.columns]
        return "" if self.only not in ("", shown[0]) else ", ".join(shown) if any(shown) else ""


_KEYS = {
    THEMES: Single(("theme_code",)), PROJECT_KINDS: Single(("kind_code",)), UNIT_KINDS: Single(("kind_code",)), REASONS: Single(("reason_code",)),
    SECTIONS: Single(("section_code",)),
}  # fmt: skip
# Asked of files that are loaded or checked, not of those of an edition: one from before these rules stays readable.
_SINGLE = {
    THEMES: (Single(("shown_as",), "chart"), Single(("of_register",))), PLACES: (Single(("municipality_code",)), Single(("column", "row"))),
    STEPS: (Single(("bureau_code", "step_code")),),
}  # fmt: skip
# Names that nobody can tell apart: pointed out by a check, and loaded.
_NAMES = {
    **{file: (Single(("name_ja",)), Single(("name_en",))) for file in (THEMES, PROJECT_KINDS, UNIT_KINDS, REASONS)},
    **{file: (Single(("bureau_code", "name_ja")), Single(("bureau_code", "name_en"))) for file in (SECTIONS, STEPS)},
}


def doubles(folder: Path, *, names: bool = False) -> Iterator[tuple[str, GovernmentUnreadable]]:
    """Yield every value of a government's lists that one row alone may have and two have: the file, and the fault with both rows.

    Args:
        names: the names that two rows share, instead.
    """
    for name, rules in (_NAMES if names else _SINGLE).items():
        for rule in rules if (folder / name).is_file() else ():
            first: dict[str, int] = {}
            for number, row in _numbered(folder / name, LISTED[name]):
                value = rule.value(row)
                before = first.setdefault(value.casefold(), number)
                if value and before != number:
                    yield name, _twice(folder / name, number, rule, value, before)


def faults(folder: Path) -> Iterator[tuple[str, GovernmentUnreadable]]:
    """Yield every fault in the files of a government, one per value: the file, and the remedy."""
    is_readable = True
    for name in (*FILES, *(name for name in LISTED if name not in FILES and (folder / name).is_file())):
        try:
            _facts(folder / name) if name == FACTS else _rows(folder / name, LISTED[name])
        except GovernmentUnreadable as refused:
            is_readable, cause = False, refused.__cause__
            alone = [[e] for e in cause.errors()] if isinstance(cause, ValidationError) else []
            row = str(refused.message.values.get("row", ""))
            yield from ((name, _unreadable(folder / name, row, map(placed, each))) for each in alone)
            if not alone:
                yield name, refused
    if is_readable:
        yield from doubles(folder)
        try:
            read.__wrapped__(folder)  # uncached: the files may have changed since they were read
        except GovernmentUnreadable as refused:
            yield REASONS, refused


def keep_copy(folder: Path) -> None:
    """Copy the government's files into a new folder, from which they can be read."""
    own = government().folder
    folder.mkdir()
    for name in (*FILES, *(name for name in (PLACES, OUTLINES, SAME_WORDS) if (own / name).is_file())):
        shutil.copyfile(own / name, folder / name)
    if (own / TEXT).is_dir():
        shutil.copytree(own / TEXT, folder / TEXT)


def _missing(path: Path) -> GovernmentUnreadable:
    return GovernmentUnreadable("government_file_missing", path=path, name=path.name)


def _facts(path: Path) -> FactsFields:
    if not path.is_file():
        raise _missing(path)
    try:
        return FactsFields.model_validate(_typed(tomllib.loads(_text(path))))
    except ValidationError as error:
        raise _unreadable(path, "", map(placed, error.errors())) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))  # of ours: the rest is English alone
        raise _unreadable(
            path, "", [Message("toml_at", line=place[1], column=place[2]) if place else Message("toml_ends")]
        ) from error


def _typed(value: Any) -> Any:
    """Return the values of a file with each text in the form in which texts are stored."""
    if isinstance(value, dict):
        return {name: _typed(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_typed(part) for part in value]
    return clean(value).strip() if isinstance(value, str) else value


_Row = TypeVar("_Row", bound=Fields)


def _rows(path: Path, model: type[_Row]) -> list[_Row]:
    return [row for _, row in _numbered(path, model)]


def _numbered(path: Path, model: type[_Row]) -> list[tuple[int, _Row]]:
    if not path.is_file():
        raise _missing(path)
    try:
        cells = enumerate(csv.reader(io.StringIO(_text(path), newline=""), strict=True), start=1)
        (_, head), *numbered = [(n, row) for n, row in cells if any(cell.strip() for cell in row)] or [(1, list[str]())]
    except csv.Error as error:
        raise _unreadable(path, "", [Message("quotes_in_pairs")]) from error
    while head and not head[-1].strip():
        head.pop()
    names = [name.strip() for name in head]
    if len(names) == 1 and any(sign in names[0] for sign in (";", "\t")):
        raise _unreadable(path, "", [Message("separated_by_commas")])
    if len({*names}) != len(names):
        raise _unreadable(path, "", [Message("column_twice")])
    own = in_languages(model, names)
    if strange := next(
        (n for n in names if n not in own.model_fields and n.startswith(tuple(f"{t}_" for t in translated(model)))), ""
    ):
        raise _unreadable(path, "", [Message("fault_at", place=strange, expected=Message("column_of_a_language"))])
    key, first = _KEYS.get(path.name), dict[str, int]()
    rows: list[tuple[int, _Row]] = []
    for number, row_cells in numbered:
        given = [clean(cell).strip() for cell in row_cells]
        if any(given[len(names) :]):
            raise _unreadable(path, str(number), [Message("cell_under_heading")])
        kept = {name: cell for name, cell in zip(names, given, strict=False) if cell or name not in own.model_fields}
        try:
            row = own.model_validate(kept)
        except ValidationError as error:
            raise _unreadable(path, str(number), map(placed, error.errors())) from error
        if key is not None:  # pages are files, and many folders do not tell capitals apart
            before = first.setdefault(key.value(row).casefold(), number)
            if before != number:
                raise _twice(path, number, key, key.value(row), before)
        rows.append((number, row))
    return rows


def _twice(path: Path, number: int, rule: Single, value: str, before: int) -> GovernmentUnreadable:
    fault = Message("value_once", columns=", ".join(rule.columns), value=value, row=before)
    return _unreadable(path, str(number), [fault])


def _text(path: Path) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, "", [Message("in_utf8")]) from error


def _optional(path: Path, model: type[_Row]) -> list[_Row]:
    return _rows(path, model) if path.is_file() else []


def _outlines(path: Path) -> dict[str, tuple[tuple[tuple[float, float], ...], ...]]:
    outlines: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {}
    for row in _optional(path, OutlineFields):
        outlines[row.municipality_code] = (*outlines.get(row.municipality_code, ()), row.ring)
    return outlines


def _unreadable(path: Path, row: str, expected: Iterable[Message]) -> GovernmentUnreadable:
    if row:
        return GovernmentUnreadable("government_row_unreadable", path=path, row=row, fault=tuple(expected))
    return GovernmentUnreadable("government_file_unreadable", path=path, fault=tuple(expected))


# Words that a government chooses ----------------------------------------------------------------------------------------

EVERY_UNIT_KIND = ("whole", "scope", "comparison", "other")  # unit kinds known to the code


@dataclass(frozen=True)
class OwnWord(AfterValidator):
    """Mark a text that must be a word listed in a file of the government; the file is read at validation."""

    file: str = ""


def _word_of(file: str) -> OwnWord:

    def check(word: str) -> str:
        words_allowed = own_words(file)
        if word not in words_allowed:
            expected = ", ".join(f"'{code}'" for code in words_allowed)
            raise PydanticCustomError("literal_error", "{expected} ({file})", {"expected": expected, "file": file})
        return word

    return OwnWord(check, file)


def own_words(file: str) -> tuple[str, ...]:
    """Return the words listed in a file of the government."""
    own = government()
    if file == UNIT_KINDS:
        return (*EVERY_UNIT_KIND, *own.unit_kinds)
    return tuple({THEMES: own.themes, PROJECT_KINDS: own.project_kinds, REASONS: own.reasons}[file])


Theme = Annotated[str, _word_of(THEMES)]
ProjectKind = Annotated[str, _word_of(PROJECT_KINDS)]
UnitKind = Annotated[str, _word_of(UNIT_KINDS)]
CorrectionReason = Annotated[str, _word_of(REASONS)]
