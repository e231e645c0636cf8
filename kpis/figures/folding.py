"""Fold texts for search, so that queries and names become comparable.

Width and case (NFKC), old character forms, hiragana and katakana, small kana, the long vowel, and okurigana
(申込み, 申し込み, 申込) make no difference. Readings of kanji are taken from a dictionary.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import cache
from threading import Lock

from sudachipy import Dictionary, SplitMode

from kpis.government import government
from kpis.settings import ROOT

_HELD = ROOT / "data" / "search"
KANJI = "\u3400-\u9fff\uf900-\ufaff々〆"
# Kana of an inflection are short; a single particle between two words is dropped too, in queries and names alike.
_ENDING = re.compile(f"(?<=[{KANJI}])(?:[ぁ-ゖ]{{1,3}}(?=[{KANJI}\\s]|$)|[ヶケ](?=[{KANJI}]))")
_NOT_SEARCHED = re.compile(r"[^\w\s]|_")
_BLANKS = re.compile(r"[^\S\n]+")
_WORDS = re.compile(r"[\wー]+")
_SMALL = dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True))
_KANA = str.maketrans(
    {"ー": None, **{chr(n): _SMALL.get(chr(n - 0x60), chr(n - 0x60)) for n in range(ord("ァ"), ord("ヶ") + 1)}, **_SMALL}
)
_DASHES = re.compile(r"[-‐‑–—―−ｰ]")
_reading = Lock()  # a tokenizer is not thread-safe


def plain(text: str) -> str:
    """Return a text normalised in width, case and old character forms."""
    return _renewed(unicodedata.normalize("NFKC", _renewed(text))).casefold()


def plain_all(texts: Iterable[str]) -> list[str]:
    """Return many texts normalised like ``plain``, in one pass."""
    return _together(texts).split("\n")


def folded(text: str) -> str:
    """Return a text folded for comparison: words separated by one space."""
    return folded_all([text])[0]


def folded_all(texts: Iterable[str]) -> list[str]:
    """Return many texts folded; in one pass, which takes a fraction of the time."""
    return _kana(_ENDING.sub("", _DASHES.sub("ー", _together(texts))))


def read(text: str) -> str:
    """Return the reading of a text, in folded kana."""
    return read_all([text])[0]


def read_all(texts: Iterable[str]) -> list[str]:
    """Return the readings of many texts, in folded kana; each distinct word is looked up once."""
    split = [_WORDS.findall(line) for line in _DASHES.sub("ー", _together(texts)).split("\n")]
    readings = {}
    for words in split:
        for word in words:
            if word not in readings:
                with _reading:  # locked for one word at a time, so that a search does not wait for a whole index
                    readings[word] = "".join([token.reading_form() for token in _tokenizer().tokenize(word)])
    return _kana("\n".join([" ".join([readings[word] for word in words]) for words in split]))


def has_kanji(text: str) -> bool:
    """Return whether a text has a kanji, which has a reading."""
    return re.search(f"[{KANJI}]", text) is not None


def same_words_all(texts: Sequence[str]) -> list[str]:
    """Return for each text the synonyms of the words that occur in it; blank where there are none."""
    together = _together(texts)
    ends = [n for n, sign in enumerate(together) if sign == "\n"]
    also_said: dict[int, list[str]] = {}
    own = [(plain(row.word), row.also) for row in government().same_words]
    for word, also in (*_same_words(), *own):
        at, line = together.find(word), -1
        while at >= 0:
            if (here := bisect(ends, at)) != line:
                also_said.setdefault(line := here, []).append(also)
            at = together.find(word, at + len(word))
    return [" ".join(also_said.get(n, ())) for n in range(len(texts))]


def _together(texts: Iterable[str]) -> str:
    """Return the texts joined, one per line, normalised."""
    return plain("\n".join([text.replace("\n", " ") for text in texts]))


def _renewed(text: str) -> str:
    return _any_old().sub(lambda sign: _old()[ord(sign[0])], text)  # old characters are rare: ten times as fast as ``translate``


@cache
def _any_old() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _old()))}]")


def _kana(lines: str) -> list[str]:
    return [line.strip() for line in _BLANKS.sub(" ", _NOT_SEARCHED.sub(" ", lines.translate(_KANA))).split("\n")]


def old_characters() -> list[str]:
    """Return two-character texts: each old character form followed by the new one."""
    return [chr(old) + new for old, new in _old().items()]


@cache
def _old() -> dict[int, str]:
    with (_HELD / "old_kanji.csv").open(encoding="utf-8") as file:
        return {ord(row["old"]): row["new"] for row in csv.DictReader(file)}


@cache
def _same_words() -> tuple[tuple[str, str], ...]:
    with (_HELD / "same_words.csv").open(encoding="utf-8") as file:
        return tuple((plain(row["word"]), row["also"]) for row in csv.DictReader(file))


@cache
def _tokenizer():  # type: ignore[no-untyped-def]
    return Dictionary(dict="small").tokenizer(mode=SplitMode.C)
