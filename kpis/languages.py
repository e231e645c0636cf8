"""The languages there are and their words: a folder of gettext catalogues in ``data/text`` is a language, a key is a msgid.

Japanese is the source. What another language lacks is said in Japanese; nothing else asks which languages there are. What a government
calls otherwise stands in catalogues of its own, of the same form: ``text/<language>/*.po`` beside its lists. ``{office}`` is what it
calls its reform office, ``{Office}`` the same with a capital.
"""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, reduce
from pathlib import Path

from babel import Locale, UnknownLocaleError, dates
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser

from kpis.government import TEXT as OWN_WORDS
from kpis.government import Government, government
from kpis.settings import settings

SOURCE = "ja"
OWN = "language.po"  # of each language: its name, its place in the list, how it writes numbers, days and periods
_WHOLE = re.compile(r"\d{1,3}(?:\D\d{3})+|\d+")


class CatalogueRefused(ValueError):
    """A catalogue of words cannot be used as it is; the message names file and line."""


class _Once(Catalog):
    """A catalogue that refuses a key a second time."""

    def __setitem__(self, key: str | list[str] | tuple[str, ...], message: Message) -> None:
        if key and key in self:
            raise PoFileError(f"the key {key!r} stands here a second time", self, str(key), (message.lineno or 1) - 1)
        super().__setitem__(key, message)


@dataclass(frozen=True, slots=True)
class Language:
    """What is read of one language.

    Attributes:
        code: as in ``<html lang>`` and in the name of its folder.
        words: key → text, of this language alone.
        plural: which of the forms of a word goes with a count, by the Plural-Forms of its catalogue.
        forms: how many forms there are.
        locale: for what Babel knows of days and numbers; that of Japanese for a language it does not know.
    """

    code: str
    words: Mapping[str, str]
    plural: Callable[[int], int]
    forms: int
    locale: Locale


def read_catalogue(path: Path) -> Catalog:
    """Read one gettext catalogue.

    Raises:
        CatalogueRefused: a line cannot be read, or a key stands there twice.
    """
    catalogue = _Once()
    try:
        PoFileParser(catalogue, abort_invalid=True).parse(path.read_text(encoding="utf-8").splitlines())
    except PoFileError as error:
        raise CatalogueRefused(f"{path}:{error.lineno + 1}: {error}") from error
    return catalogue


def codes() -> tuple[str, ...]:
    """Return the languages there are, the source first, the others in the order that each gives itself."""
    return _codes(settings().text_dir)


def own_name(code: str) -> str:
    """Return how a language calls itself."""
    return language(code).words["language_name"]


def language(code: str) -> Language:
    """Return one of the languages there are, with the words of the government's own catalogue in the place of ours."""
    return _own(settings().text_dir, code, government())


def locale_of(code: str) -> Locale:
    """Return by what Babel writes the numbers and days of a language."""
    return language(code).locale


def has_page(path: str, code: str) -> bool:
    """Say whether a page is written in a language, by ``pages`` of its catalogue; if not, it is there in Japanese.

    Args:
        path: of the static edition or the dashboard, as ``data.html``, ``indicators/x.html``, ``/facilities`` or nothing.
        code: the language.
    """
    name = path.strip("/").split("/")[0].removesuffix(".html").replace("-", "_")
    name = "themes" if name == government().page.address else name or "index"
    listed = say("pages", code).split()
    return "all" in listed or name in listed


def has(key: str) -> bool:
    """Say whether there are words for a key."""
    return key in language(SOURCE).words


def say(key: str, code: str = SOURCE, /, **values: object) -> str:
    """Return the words for a key in a language, else in Japanese, with values filled in."""
    spoken = _spoken(key, code)
    return filled(spoken.words[key], values, spoken.code)


def unfilled(key: str, code: str) -> str:
    """Return the text for a key with its blanks."""
    return _spoken(key, code).words[key]


def filled(text: str, values: Mapping[str, object], code: str = SOURCE) -> str:
    """Fill the blanks of a text.

    ``{count:project|projects}`` is the form that goes with the count in this language, ``{status:lower}`` the value in small letters.
    """
    is_plain = "|" not in text and ":lower}" not in text
    return text.format(**values) if is_plain else _Filler(language(code)).vformat(text, (), values)


def day_in_words(day: date, form: str, code: str) -> str:
    """Write a day by the pattern of the language, else as Babel has it.

    Args:
        day: the day.
        form: ``day`` for all of it, ``month`` for its month and year.
        code: the language.
    """
    spoken = language(code)
    key, parts = {"day": ("day_pattern", "yMMMd"), "month": ("month_pattern", "yMMM")}[form]
    if pattern := spoken.words.get(key):
        return dates.format_date(day, pattern, spoken.locale)
    return dates.format_skeleton(parts, day, locale=spoken.locale)


def missing(code: str) -> dict[str, list[Message]]:
    """Return the messages of the source that a language lacks, by the name of their file; all of them where there is no such language."""
    there = language(code).words if code in codes() else {}
    held = {path.name: read_catalogue(path) for path in sorted((settings().text_dir / SOURCE).glob("*.po"))}
    lacking = {name: [m for m in catalogue if m.id and m.id not in there] for name, catalogue in held.items()}
    return {name: messages for name, messages in lacking.items() if messages}


def _spoken(key: str, code: str) -> Language:
    """Return the language that a key is said in."""
    wanted = language(code)
    return wanted if key in wanted.words else language(SOURCE)


class _Filler(string.Formatter):
    def __init__(self, spoken: Language) -> None:
        self.spoken = spoken

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec == "lower":
            return str(value).lower()
        forms = format_spec.split("|")
        if len(forms) == 1:
            return format(value, format_spec)
        count = str(value)
        chosen = self.spoken.plural(int(re.sub(r"\D", "", count))) if _WHOLE.fullmatch(count) else len(forms) - 1
        return forms[min(chosen, len(forms) - 1)]


@lru_cache
def _codes(folder: Path) -> tuple[str, ...]:
    def place(code: str) -> tuple[bool, int, str]:
        order = _language(folder, code).words.get("language_order", "")
        return code != SOURCE, int(order) if order.isdecimal() else 99, code

    return tuple(sorted((path.parent.name for path in folder.glob(f"*/{OWN}")), key=place))


@lru_cache
def _own(text: Path, code: str, own: Government) -> Language:
    """Read a language with the government's own words over it."""
    ours = _language(text, code)
    words = {**ours.words, **_read(own.folder / OWN_WORDS / code)[0]}
    office = own.office.name_ja if code.split("-", maxsplit=1)[0] == SOURCE else own.office.name_en
    blanks = {"{office}": office, "{Office}": office[:1].upper() + office[1:]}
    for key, said in words.items():
        if "office}" in said.lower():
            words[key] = reduce(lambda told, blank: told.replace(*blank), blanks.items(), said)
    return replace(ours, words=words)


@lru_cache
def _language(text: Path, code: str) -> Language:
    """Read all catalogues of a language.

    Raises:
        CatalogueRefused: a catalogue cannot be read, a key stands in two of them, or the language has no name.
    """
    words, header = _read(text / code)
    if "language_name" not in words:
        raise CatalogueRefused(f"{text / code / OWN}: the language has no language_name")
    return Language(code, words, gettext.c2py(header.plural_expr), header.num_plurals, _locale(code))


def _read(folder: Path) -> tuple[dict[str, str], Catalog]:
    """Return the words of a folder of catalogues, and the catalogue whose head says how the language counts."""
    words: dict[str, str] = {}
    stands: dict[str, str] = {}
    header = Catalog()
    for path in sorted(folder.glob("*.po")):
        catalogue = read_catalogue(path)
        if path.name == OWN:
            header = catalogue
        for message in catalogue:
            if not message.id or not message.string or message.fuzzy:
                continue
            key = str(message.id)
            if key in words:
                raise CatalogueRefused(f"{path}:{message.lineno}: the key {key!r} stands in {stands[key]} too")
            words[key], stands[key] = str(message.string), path.name
    return words, header


def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(SOURCE)
