"""One way of folding for every search: what people type and what a name says become the same text.

Width and case (NFKC), old characters, hiragana and katakana, small kana, the long vowel, and kana that follow a character
(申込み, 申し込み, 申込) make no difference. What a character is read as is asked of a dictionary.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from threading import Lock

from sudachipy import Dictionary, SplitMode

from kpis.settings import ROOT

_HELD = ROOT / "data" / "search"
KANJI = "\u3400-\u9fff\uf900-\ufaff々〆"
# Kana of an ending are few; a particle that stands alone between two words goes as well, on both sides alike.
_ENDING = re.compile(f"(?<=[{KANJI}])[ぁ-ゖ]{{1,3}}(?=[{KANJI}\\s]|$)")
_NOT_SEARCHED = re.compile(r"[^\w\s]|[ー_]")
_WORDS = re.compile(r"[\wー]+")
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_DASHES = str.maketrans(dict.fromkeys("-‐‑–—―−ｰ", "ー"))
_reading = Lock()  # a tokenizer works for one thread at a time


def plain(text: str) -> str:
    """Return a text without its width, its case and its old characters."""
    return unicodedata.normalize("NFKC", text.translate(_old())).translate(_old()).casefold()


def folded(text: str) -> str:
    """Return a text as it is compared: words apart by one space each."""
    return " ".join(_kana(_ENDING.sub("", plain(text).translate(_DASHES))).split())


def read(text: str) -> str:
    """Return how a text is read, in folded kana."""
    with _reading:
        tokenize = _tokenizer().tokenize
        said = [
            "".join([each.reading_form() for each in tokenize(word)]) for word in _WORDS.findall(plain(text).translate(_DASHES))
        ]
    return " ".join(_kana(" ".join(said)).split())


def has_kanji(text: str) -> bool:
    """Say whether a text has a character that is read."""
    return re.search(f"[{KANJI}]", text) is not None


def with_same_words(text: str) -> str:
    """Return other words by which people call what a text names; a blank where there are none."""
    return " ".join(also for word, also in _same_words() if word in text)


def _kana(text: str) -> str:
    return _NOT_SEARCHED.sub(lambda sign: "" if sign[0] == "ー" else " ", text.translate(_TO_HIRAGANA).translate(_SMALL))


def old_characters() -> list[str]:
    """Return each old character with the new one that takes its place."""
    return [chr(old) + new for old, new in _old().items()]


@cache
def _old() -> dict[int, str]:
    with (_HELD / "old_kanji.csv").open(encoding="utf-8") as file:
        return {ord(row["old"]): row["new"] for row in csv.DictReader(file)}


@cache
def _same_words() -> tuple[tuple[str, str], ...]:
    with (_HELD / "same_words.csv").open(encoding="utf-8") as file:
        return tuple((row["word"], row["also"]) for row in csv.DictReader(file))


@cache
def _tokenizer():  # type: ignore[no-untyped-def]
    return Dictionary(dict="small").tokenizer(mode=SplitMode.C)
