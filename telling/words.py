"""The texts of the published pages in one language, from the same catalogues as those of the dashboard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from kpis.declared import ALWAYS
from kpis.government import government
from kpis.languages import SOURCE, has, html_attributes, own_name, say, side
from kpis.periods import parse_period
from kpis.text import format_number, known_day, named


class Words:
    """The texts of one language: call it with a key and values; ``named`` picks a row's own name."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key, with values filled in."""
        return say(key, self.language, **values)

    def number(self, value: float, form: str = ",") -> str:
        """Format a number, as ``format_number`` does."""
        return format_number(value, self.language, form)

    def has(self, key: str) -> bool:
        """Return whether a key has a text."""
        return has(key)

    @property
    def html_attributes(self) -> str:
        """Return the attributes of ``<html>``: language and direction."""
        return html_attributes(self.language)

    @property
    def folder(self) -> str:
        """Return the folder of the static edition in this language, with trailing slash; blank for the source language."""
        return "" if self.language == SOURCE else f"{self.language}/"

    def together(self, sentences: Iterable[str]) -> str:
        """Join sentences into a paragraph."""
        return reduce(lambda first, second: self("one_after_other", first=first, second=second), sentences)

    def part_of(self, document: str) -> str:
        """Return the section of a document headed by the name of this language, without its heading; else the Japanese one."""
        parts = dict(re.findall(r"^## (.+)\n([\s\S]*?)(?=^## |\Z)", document, flags=re.M))
        return joined_lines(parts.get(own_name(self.language)) or parts[own_name(SOURCE)])

    def reason(self, place: str, code: str, **values: object) -> str:
        """Return the text of a correction's reason at a place (``why_`` …), else that of the government's own list."""
        if self.has(place + code):
            return self(place + code, **values)
        listed = government().reasons.get(code)
        own = self.named(listed) if listed else code
        return f"{own}{self('colon')}{values['text']}" if values else own

    def named(self, row: Mapping[str, Any] | object, field: str = "name") -> str:
        """Return a text of a row in this language, else in Japanese."""
        return named(row, field, self.language)

    def unit(self, row: Mapping[str, Any] | object) -> str:
        """Return the name of an organisation unit, with its last day if it has ended, since names are reused (生活文化局)."""
        ended = getattr(row, "valid_to", None)
        day = known_day(ended, getattr(row, "valid_to_precision", "day"), self.language)
        return self.named(row) + (self("in_brackets", text=self("ended_on", day=day)) if ended else "")

    def half(self, text: str) -> str:
        """Return the reader's half of a text that its author typed in both languages, as 「誤記 / a slip of the pen」; another one whole."""
        for slash in _SLASH.finditer(text):
            japanese, other = text[: slash.start()], text[slash.end() :]
            if is_japanese(japanese) and not is_japanese(other) and len(_WORD.findall(other)) > 2:  # not 「窓口 / Web」
                return japanese if side(self.language) == SOURCE else other
        return text

    def marked(self, text: str) -> str:
        """Return an untranslated text (title of a source, name), marked if it is Japanese and the reader's language is not."""
        return self("in_japanese", text=text) if self.language != SOURCE and is_japanese(text) else text


_SLASH = re.compile(r"\s+[//]\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")
# A line break within a Japanese sentence, which browsers show as a space; not followed by a list item.
_WITHIN = re.compile(
    r"(?m)^(?!#)(.*[)\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef])\n *(?=[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]|\d+(?![\d.]))"
)


def joined_lines(text: str) -> str:
    """Return markdown with Japanese sentences on one line each, since a line break would be shown as a space."""
    return _WITHIN.sub(r"\1", _WITHIN.sub(r"\1", text))


def is_japanese(text: str) -> bool:
    """Return whether a text contains kana or kanji."""
    return any(unicodedata.name(sign, "").startswith(("CJK UNIFIED", "HIRAGANA", "KATAKANA")) for sign in set(text))


def capital(text: str) -> str:
    """Return a text with its first letter large, as at the beginning of a heading or an entry."""
    return text[:1].upper() + text[1:]


def has_page(path: str, code: str) -> bool:
    """Return whether a page exists in a language, by ``pages`` of its catalogue; if not, it is shown in Japanese.

    Args:
        path: of the static edition or the dashboard, as ``data.html``, ``indicators/x.html``, ``/facilities`` or blank.
    """
    listed = say("pages", code).split()
    if "all" in listed:
        return True
    name = path.strip("/").split("/")[0].removesuffix(".html").replace("-", "_")
    return ("themes" if name == government().page.address else name or "index") in listed


def what_changed(change: Mapping[str, Any], words: Words, unit: str) -> str:
    """Return the subject of a change between two editions: name, unit, field and period, as far as there are any."""
    period = change.get("period_code")
    name = words.named({f"name_{n}": change.get(f"name_{n}", "") for n in ALWAYS}) or change.get("code", "")
    parts = (name, unit, change.get("field"), parse_period(period).label(words.language) if period else "")
    return " ・ ".join(part for part in parts if part)


def whose(change: Mapping[str, Any], words: Words, units: Mapping[str, object]) -> str:
    """Return the name of the unit of a changed figure or target; blank for what belongs to none."""
    code = change.get("unit_code") or ""
    return words.named(units[code]) if code in units else code
