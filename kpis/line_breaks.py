"""Line breaking: never within a period, a day, a count or a name with its number; in a long compound only between its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from kpis.languages import SOURCE, language

PLACE, JOINED = "\N{ZERO WIDTH SPACE}", "\N{WORD JOINER}"  # allows a line break; and prevents one
_KANJI, _KATAKANA = r"一-\u9fff", r"ァ-ヺー"
_LETTERS = rf"[{_KANJI}{_KATAKANA}]"
_NUMBER = r"\d+(?:[.,]\d+)*(?:[億万]\d+(?:,\d+)*)*"  # 1億1,000, 304万7,055
_SIGNED = rf"[\u2212+\u00b1]?{_NUMBER}"  # less, more, about
_ERA = r"(?:明治|大正|昭和|平成|令和)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_AND = r"(?:and|are|for|from|had|has|have|in|is|not|of|on|or|out|than|that|the|to|was|were|when|which|with)\b"  # not a unit
_ABOUT = r"(?:約|だいたい|[Aa]bout )"  # before a number, not part of its unit
_PARTICLE = r"(?:から|まで|より)"  # behind a day or a period
_TIMES = r"日期月年度点前後降"  # letters that end a day or a period
_PREFIX = rf"(?:{_ERA}|だいたい|[第約全]|(?<![{_KANJI}])[{_KANJI}])"  # of a count
_FURTHER = rf"(?:(?:(?!年度)[{_KANJI}]{{1,3}}|\\?[~〜～]){_NUMBER})*"  # 月31 after 12, 〜6 after 4
_UNIT = (
    rf"(?:年度(?=第)|[{_KANJI}]{{1,3}}(?:(?<=[{_TIMES}]){_PARTICLE})?|[{_KATAKANA}]{{2,6}}(?![{_KATAKANA}])|つの{_LETTERS}{{1,2}})"
)
# What must not be broken, longest first.
_WHOLES = (
    rf"\d{{1,2}} {_MONTH}(?![A-Za-z])(?: \d{{4}}(?!\d))?",  # 28 Jan 2023
    rf"{_MONTH} \d{{4}}(?!\d)",  # Jan 2023
    r"(?:(?:FY|[RHS])\d{1,4}|\d{4}) Q\d(?!\d)",  # FY2022 Q4
    r"[A-Z]{2,5}-\d{1,3}(?![\d.,-])",  # UTF-8
    r"[A-Z][a-z]+(?:-[A-Z][a-z]+)? \d{1,3}(?![\d.,-])",  # Stage 2
    r"[A-Za-z0-9]{1,4}(?:-[a-z]{2,9}){1,2}(?![A-Za-z0-9@_/[-]|\.[A-Za-z0-9])",  # e-money, FAX-less: at the end of a line "FAX" is a word of its own
    r"\d{4}-\d(?:\d(?:-\d\d)?)?(?![\d-])",  # 2026-04-01
    r"\\?\(in Japanese\\?\)",
    r"(?:No|Not|On|Slightly) (?:behind|data|due|judged|target|track)\b",  # a status of two words
    rf"{_ABOUT}?{_NUMBER}(?: / | of ){_ABOUT}?{_NUMBER}(?: ?[{_KANJI}]{{1,3}}| (?!{_AND})[a-z]{{2,12}}\b)?",  # 78 / 104施設, 78 of 104
    rf"{_PREFIX}?{_SIGNED}{_FURTHER}{_UNIT}",  # 令和8年度, 2026年12月31日, 4〜6月, 約1億1,000万件, 第4四半期から, 5つの柱
    rf"{_ABOUT}?{_SIGNED} (?:million |billion )?(?!{_AND})[a-z]{{2,12}}\b",  # about 57 million sheets
    rf"{_ABOUT}{_SIGNED}%?",  # about 48%
    rf"(?<![{_KANJI}])非[{_KANJI}]{{2}}(?![{_KANJI}])",  # 非公表
    rf"方法|下書き|済み|部門|として|(?<=[いたのる])ため|以[前後降]{_PARTICLE}?",  # which Chromium takes for two words
    r"結果(?:未公表|待ち)|やや遅れ",  # a status
    rf"みな[さ-せ]|全[{_KANJI}]立[{_KANJI}]{{2}}",  # みなす, 全市立施設
    rf"[~〜～]超|\\?#{_LETTERS}",  # a sign and the first letter of its word
    rf"(?:(?<![{_KATAKANA}])[{_KATAKANA}]{{1,2}}・)?[{_KATAKANA}]{{2,8}}\d{{1,4}}(?![\d.,])",  # プラン3
    rf"(?<![{_KATAKANA}])[{_KATAKANA}]{{1,2}}・[{_KATAKANA}]{{2,8}}",  # a name whose first word has one or two letters
)
# Half widths that fit into the cell of a value on a phone of 320 pixels, beside the name of its column; between the two numbers of a part of a whole.
_WIDEST, _BETWEEN, _FULL_WIDTH = 21, re.compile(r" (?:/|of) "), 0x2E80
_PART = re.compile(r".+", re.S)
# Not within something longer: the number of a sign, an address, a longer number.
_WHOLE = re.compile(rf"(?<![\dA-Za-z.,#/?=_%-])(?:{'|'.join(_WHOLES)})")
_WORD = re.compile(rf"[{_KANJI}ぁ-ゖ]+")  # no number in it: joined at each letter
_WITHIN = re.compile(
    rf"(?<=[{_KANJI}{_KATAKANA}ぁ-ゖ])(?=[\u2212+\u00b1]?\d)|(?<=・)(?=[{_KATAKANA}])|(?<=の)(?={_LETTERS})|(?<=[A-Za-z\d]-)(?=[A-Za-z])"
    rf"|(?<=[{_TIMES}])(?={_PARTICLE})|(?<=か)(?=ら)|(?<=ま)(?=で)|(?<=よ)(?=り)"
    rf"|(?<=[~〜～])(?=超)|(?<=#)(?={_LETTERS})"
)
# Characters that end a katakana word rather than begin another.
_ENDINGS = r"化率数性的型等済者用中"
# Where a compound changes from kanji (and the hiragana that ends it) to a word in katakana or back, and after a middle dot: browsers do not break
# within a phrase.
_CHANGE = re.compile(
    rf"(?<=[{_KANJI}]{{2}})(?=[{_KATAKANA}]{{4}})|(?<=[{_KATAKANA}]{{4}})(?=[{_KANJI}]{{2}})(?![{_ENDINGS}])|(?<=[{_KANJI}{_KATAKANA}]{{3}}・)"
    rf"|(?<=[{_KANJI}]{{2}}[ぁ-ゖ])(?=[{_KATAKANA}]{{4}})"
)
# A compound longer than the narrowest cell or the shortest line of a heading on a phone of 320 pixels.
COMPOUND = re.compile(
    rf"(?:(?:[{_KANJI}]{{5,}}[ぁ-ゖ]|[{_KANJI}{_KATAKANA}]{{5,}}[しみ])[{_KATAKANA}]{{4,}}|[{_KANJI}{_KATAKANA}・]{{10,}})"
)
IN_HALF = re.compile(rf"[{_KANJI}{_KATAKANA}・]{{9,}}")  # longer than half of such a page
_JOINING = re.compile("アンド|アップ")  # of a word like スタートアップ
_RUN, _LONG = re.compile(rf"[{_KATAKANA}]+"), re.compile(rf"[{_KATAKANA}]{{9,}}")


def with_wholes(text: str, kept: Callable[[re.Match[str]], str]) -> str:
    """Return a text with each unit that must not be broken replaced by the result of ``kept``.

    A unit wider than the cell of a phone (about 56.95 million sheets, about 7,000 of about 14,600) may break before its last word or
    between its two numbers: kept whole, it is cut off at the edge.
    """
    return _WHOLE.sub(lambda whole: _in_parts(whole, kept), text)


def _in_parts(whole: re.Match[str], kept: Callable[[re.Match[str]], str]) -> str:
    text = whole[0]
    if sum(2 if ord(letter) > _FULL_WIDTH else 1 for letter in text) <= _WIDEST or " " not in text:
        return kept(whole)
    between = _BETWEEN.search(text)
    at = whole.start() + (between.end() if between else text.rindex(" ") + 1)
    parts = [_PART.match(whole.string, *ends) for ends in ((whole.start(), at - 1), (at, whole.end()))]
    return " ".join(part[0] if part[0].isalpha() else _in_parts(part, kept) for part in parts if part)


def on_one_line(text: str) -> str:
    """Return a plain text with no line break within a unit: a day, a period, a count, a name with its number (令和 5年度, 78 / 78).

    The joining characters are copied with the text, so use it only where HTML is not possible.
    """
    return with_wholes(text, joined)


def joined(whole: re.Match[str]) -> str:
    """Return a unit with its characters joined against line breaks."""
    text = whole[0]
    return JOINED.join(text) if _WORD.fullmatch(text) else _WITHIN.sub(JOINED, text.replace(" ", "\N{NO-BREAK SPACE}"))


def with_places(text: str, place: str = PLACE) -> str:
    """Return a text with break opportunities between the words of its long compounds, which browsers do not find.

    Args:
        text: of any language; only Japanese has such compounds.
        place: mark of a break opportunity; in HTML ``<wbr>``, which does not alter the text.
    """
    if text.isascii():
        return text
    return COMPOUND.sub(lambda long: in_words(long[0], place), text)


def in_words(compound: str, place: str) -> str:
    """Return a compound with a mark at each place where two of its words meet, as far as they can be told by their letters."""
    return _LONG.sub(lambda run: _parted(run[0], place), _CHANGE.sub(place, compound))


def _parted(run: str, place: str) -> str:
    """Return a run of katakana with a break before its last word or after its first, if a word of the pages; else after an "and"."""
    between = range(3, len(run) - 2)
    ends = (
        [at for at in between if run[at:] in _words()]
        or [at for at in reversed(between) if run[:at] in _words()]
        or [match.end() for match in _JOINING.finditer(run[:-3])]
    )
    return f"{run[: ends[0]]}{place}{run[ends[0] :]}" if ends else run


# Ends of a phrase: after a particle or an ending of two or more kana, a year before its quarter, a space or a middle dot, and around brackets.
_PHRASE = re.compile(
    rf"(?<=[のをにでとはへやがも])(?=[{_KANJI}{_KATAKANA}A-Za-z])|(?<=[ぁ-ゖ]{{2}})(?=[{_KANJI}{_KATAKANA}A-Za-z])"
    r"|(?<=年度)(?=第)|(?<= )(?=\S)|(?<=[・、）」)])(?=[^・、）」)])|(?<=[^・、（「(])(?=[（「(])"
)


def phrases(text: str) -> list[str]:
    """Return the phrases of a Japanese name, for renderers that break it at any character, as in a PDF; other languages whole."""
    if not re.search(rf"[{_KANJI}{_KATAKANA}ぁ-ゖ]", text):
        return [text]
    parted = _CHANGE.sub(PLACE, _PHRASE.sub(PLACE, text))
    return [
        part for long in parted.split(PLACE) for part in _LONG.sub(lambda run: _parted(run[0], PLACE), long).split(PLACE) if part
    ]


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the katakana words that occur by themselves in the texts of the pages."""
    return frozenset(run for text in language(SOURCE).words.values() for run in _RUN.findall(text) if 4 <= len(run) <= 8)
