"""Languages and their catalogues: each folder of gettext files in ``data/text`` is a language, each msgid a key.

Japanese is the source and the fallback for missing messages; only this module lists the languages. A government overrides
words in catalogues of its own, of the same form: ``text/<language>/*.po`` beside its lists. ``{office}`` is its name for
the reform office, ``{Office}`` the same with a capital.

Independent of settings and government, so that their own errors can be worded too: they set the folders in ``SHELVES``.
"""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from pathlib import Path

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import PoFileError, PoFileParser

from kpis.message import Message

SOURCE = "ja"
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "text"  # the words of the program itself
OWN = "language.po"  # messages of each language: its name, its rank, and its formats of numbers, days and periods
_WHOLE = re.compile(r"[1-9]\d{0,2}(?:\D\d{3})+|\d+")  # 1,000, but not 0.001
_FORMED = re.compile(r"\{\w+:")  # a placeholder with a format
_NUMBER = re.compile("[,fg%]")  # a format of a placeholder that holds a number
# A number as formatted by Python: sign, digits before and after the point, the rest.
_WRITTEN = re.compile(r"(\D*)([\d,]+)(?:\.(\d+))?(.*)")


class CatalogueRefused(ValueError):
    """A catalogue of words is invalid; the message names file and line."""


class _Once(Catalog):
    """A catalogue that refuses a duplicate key."""

    def __setitem__(self, key: str | list[str] | tuple[str, ...], message: Entry) -> None:
        if key and key in self:
            raise PoFileError(f"the key {key!r} stands here a second time", self, str(key), (message.lineno or 1) - 1)
        super().__setitem__(key, message)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A government's own words: the folder of its catalogues, which may be missing, and the name of its reform office."""

    folder: Path
    office_ja: str
    office_en: str
    since: tuple[int, ...] = ()  # identifies the folder among those of this name


@dataclass(slots=True)
class Shelves:
    """The locations of words: the folder of all languages, and the government's own words."""

    text: Callable[[], Path] = lambda: SHIPPED
    own: Callable[[], OwnWords | None] = lambda: None


SHELVES = Shelves()
_HELD: dict[str, tuple[Path, OwnWords | None, Language]] = {}  # by code, the latest, with its shelves


@dataclass(frozen=True, slots=True)
class Language:
    """The catalogue of one language."""

    code: str  # as in ``<html lang>`` and in the name of its folder
    words: Mapping[str, str]
    plural: Callable[[int], int]  # count → index of the plural form, by the Plural-Forms of its catalogue
    forms: int
    locale: Locale  # Babel's, for days and numbers; the Japanese one for a language unknown to Babel


def read_catalogue(path: Path) -> Catalog:
    """Read one gettext catalogue.

    Raises:
        CatalogueRefused: a line cannot be read, or a key occurs twice.
    """
    catalogue = _Once()
    try:
        PoFileParser(catalogue, abort_invalid=True).parse(path.read_text(encoding="utf-8").splitlines())
    except PoFileError as error:
        raise CatalogueRefused(f"{path}:{error.lineno + 1}: {error}") from error
    except UnicodeDecodeError as error:
        raise CatalogueRefused(f"{path}: {error}") from error
    return catalogue


def read_all() -> None:
    """Read every catalogue of every language, without a government's own words, which are read with its files or with an edition's.

    Raises:
        CatalogueRefused: one cannot be read, or the source language is missing.
    """
    for code in {SOURCE, *codes()}:
        _language(SHELVES.text(), code)


def codes() -> tuple[str, ...]:
    """Return the codes of all languages, the source first, the others in the order that they declare."""
    return _codes(SHELVES.text())


def own_name(code: str) -> str:
    """Return the name of a language in itself."""
    return language(code).words["language_name"]


def language(code: str) -> Language:
    """Return a language, with the government's own words in place of the program's."""
    text, own = SHELVES.text(), SHELVES.own()
    cached = _HELD.get(code)  # cached by identity: the words of a site are requested some 100,000 times while it is written
    if cached is None or cached[0] is not text or cached[1] is not own:
        cached = _HELD[code] = text, own, _own(text, code, own)
    return cached[2]


def locale_of(code: str) -> Locale:
    """Return the Babel locale for the numbers and days of a language."""
    return language(code).locale


def html_attributes(code: str) -> str:
    """Return the attributes of ``<html>`` in a language: lang, and dir where it is written from right to left, like Arabic."""
    direction = locale_of(code).text_direction
    return f'lang="{code}"' + (f' dir="{direction}"' if direction != "ltr" else "")


def side(code: str) -> str:
    """Return the text of a Japanese–English pair for a reader: Japanese for its variants (ja-Hira), else English."""
    return SOURCE if code.split("-", maxsplit=1)[0] == SOURCE else "en"


def has(key: str) -> bool:
    """Return whether there is a message for a key."""
    return key in language(SOURCE).words


def say(key: str, code: str = SOURCE, /, **values: object) -> str:
    """Return the message for a key in a language, falling back to Japanese, with values filled in."""
    spoken = _spoken(key, code)
    return filled(spoken.words[key], values, spoken.code)


def written(message: Message | str, code: str = SOURCE) -> str:
    """Return a message in a language, falling back to Japanese; a text without words of ours, as the content of a cell, as it is."""
    if isinstance(message, str):
        return message
    return say(
        message.key,
        code,
        **{name: _valued(value, lambda each: written(each, code), code) for name, value in message.values.items()},
    )


def pair(message: Message | str) -> tuple[str, str]:
    """Return a message in Japanese and in English, for two columns of the database; a text in neither twice."""
    return written(message, "ja"), written(message, "en")


def both(message: Message | str) -> str:
    """Return a message in Japanese and English, joined; once where both are the same."""
    return " / ".join(dict.fromkeys(pair(message)))


def shipped(message: Message, code: str = SOURCE) -> str:
    """Return a message in the program's own words, for use before the folders of words and the office's name are known."""
    spoken = _language(SHIPPED, code if code in _codes(SHIPPED) else SOURCE)
    office = spoken.words.get("office_in_general", "")
    spoken = spoken if message.key in spoken.words else _language(SHIPPED, SOURCE)
    values = {name: _valued(value, lambda each: shipped(each, code), code) for name, value in message.values.items()}
    return _Filler(spoken).vformat(spoken.words[message.key], (), {"office": office, "Office": office.capitalize(), **values})


def is_shipped(key: str) -> bool:
    """Return whether the program's own words have a key."""
    return key in _language(SHIPPED, SOURCE).words


def pair_shipped(message: Message) -> tuple[str, str]:
    """Return a message in Japanese and in English, in the program's own words."""
    return shipped(message, "ja"), shipped(message, "en")


def both_shipped(message: Message) -> str:
    """Return a message in Japanese and English, joined, in the program's own words."""
    return " / ".join(pair_shipped(message))


def _valued(value: object, write: Callable[[Message], str], code: str) -> object:
    """Return the value of a placeholder formatted in a language; see ``Message``."""
    if isinstance(value, Message):
        return write(value)
    if isinstance(value, tuple):
        return write(Message("comma")).join(str(_valued(part, write, code)) for part in value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day_in_words(value, "day", code)
    return value(code) if callable(value) else value


def unfilled(key: str, code: str) -> str:
    """Return the text for a key with its placeholders."""
    return _spoken(key, code).words[key]


def filled(text: str, values: Mapping[str, object], code: str = SOURCE) -> str:
    """Fill the placeholders of a text.

    ``{count:project|projects}`` selects the plural form for the count in this language, ``{status:lower}`` the value in lower case,
    ``{size:,}`` a number formatted in the language.
    """
    return _Filler(language(code)).vformat(text, (), values) if _FORMED.search(text) else text.format(**values)


def number_in_digits(value: float | Decimal, form: str, code: str) -> str:
    """Format a number with the separators of a language: 1,234.5, 1.234,5 or 12,34,567.

    Args:
        value: the number; rounded only as the form says, and never shown as −0.
        form: Python format, as ``,`` or ``+,.1f``.
    """
    if not isinstance(value, int):  # of which none is a negative zero
        form = f"{form[0]}z{form[1:]}" if form[:1] in ("+", "-") else f"z{form}"
    return _in_digits(format(value, form), language(code).locale)


def point_and_group(code: str) -> str:
    """Return the decimal and the thousands separator of a language, as ``.,``."""
    locale = language(code).locale
    return numbers.get_decimal_symbol(locale) + numbers.get_group_symbol(locale)


def _in_digits(text: str, locale: Locale) -> str:
    """Replace the separators of a number formatted by Python with those of a language."""
    point, parts = _point(locale), _WRITTEN.fullmatch(text)
    if point is None or parts is None:  # infinity and NaN have no digits
        return text
    sign, whole, decimals, rest = parts.groups()
    if "," in whole:
        whole = numbers.format_decimal(int(whole.replace(",", "")), locale=locale)
    return sign + whole + (point + decimals if decimals else "") + rest


@lru_cache
def _point(locale: Locale) -> str | None:
    """Return the decimal separator of a language; ``None`` where it is Python's."""
    signs = numbers.get_group_symbol(locale), numbers.get_decimal_symbol(locale), locale.decimal_formats[None].grouping
    return None if signs == (",", ".", (3, 3)) else signs[1]


def day_in_words(day: date, form: str, code: str) -> str:
    """Format a day by the pattern of the language, else by Babel's.

    Args:
        form: ``day`` for the full date, ``month`` for month and year.
    """
    spoken = language(code)
    key, parts = {"day": ("day_pattern", "yMMMd"), "month": ("month_pattern", "yMMM")}[form]
    if pattern := spoken.words.get(key):
        return dates.format_date(day, pattern, spoken.locale)
    return dates.format_skeleton(parts, day, locale=spoken.locale)


def missing(code: str) -> dict[str, list[Entry]]:
    """Return the source messages missing in a language, by file name; all of them for an unknown language."""
    there = language(code).words if code in codes() else {}
    catalogues = {path.name: read_catalogue(path) for path in sorted((SHELVES.text() / SOURCE).glob("*.po"))}
    lacking = {name: [m for m in catalogue if m.id and m.id not in there] for name, catalogue in catalogues.items()}
    return {name: messages for name, messages in lacking.items() if messages}


def as_written(code: str) -> dict[str, str]:
    """Return the messages of a language as its own catalogues write them, with their blanks; none for an unknown language."""
    paths = sorted((SHELVES.text() / code).glob("*.po"))
    return {str(m.id): str(m.string) for path in paths for m in read_catalogue(path) if m.id}


def _spoken(key: str, code: str) -> Language:
    """Return the language in which a key is available."""
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
            text = format(value, format_spec)
            return _in_digits(text, self.spoken.locale) if _NUMBER.search(format_spec) else text
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
def _own(text: Path, code: str, own: OwnWords | None) -> Language:
    """Return a language with the government's own words applied."""
    ours = _language(text, code)
    if own is None:
        return ours
    words = {**ours.words, **_read(own.folder / code)[0]}
    office = own.office_ja if side(code) == SOURCE else own.office_en
    blanks = {"{office}": office, "{Office}": office[:1].upper() + office[1:]}
    for key, sentence in words.items():
        if "office}" in sentence.lower():
            words[key] = reduce(lambda message, blank: message.replace(*blank), blanks.items(), sentence)
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
    try:
        return Language(code, words, gettext.c2py(header.plural_expr), header.num_plurals, _locale(code))
    except ValueError as error:
        raise CatalogueRefused(f"{text / code / OWN}: Plural-Forms: {error}") from error


def _read(folder: Path) -> tuple[dict[str, str], Catalog]:
    """Return the messages of a folder of catalogues, and the catalogue whose header defines the plural forms."""
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
