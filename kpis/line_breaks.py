"""Line breaking: never within a period, a day, a count or a name with its number; in a long compound only between its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from kpis.languages import SOURCE, language

PLACE, JOINED = "\N{ZERO WIDTH SPACE}", "\N{WORD JOINER}"  # allows a line break; and prevents one
_KANJI, _KATAKANA = r"\u4e00-\u9fff", r"\u30a1-\u30fa\u30fc"
_LETTERS = rf"[{_KANJI}{_KATAKANA}]"
_NUMBER = r"\d+(?:[.,]\d+)*(?:[\u5104\u4e07]\d+(?:,\d+)*)*"  # 1億1,000, 304万7,055
_SIGNED = rf"[\u2212+\u00b1]?{_NUMBER}"  # less, more, about
_ERA = r"(?:\u660e\u6cbb|\u5927\u6b63|\u662d\u548c|\u5e73\u6210|\u4ee4\u548c)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_AND = r"(?:and|are|for|from|had|has|have|in|is|not|of|on|or|out|than|that|the|to|was|were|when|which|with)\b"  # not a unit
# Before a number, not part of the unit: about, more, less.
_ABOUT = r"(?:\u7d04|\u3060\u3044\u305f\u3044|[Aa]bout )"
_SHORT = r"[A-Za-z0-9]{1,4}"  # of a hyphenated word: alone at the end of a line it is read as a word of its own (e-money, FAX-less)
# Behind a day or a period: from, until, than; and the last letter of a time (day, period, month, year, point, before, after, since).
_PARTICLE, _TIMES = r"(?:\u304b\u3089|\u307e\u3067|\u3088\u308a)", r"\u65e5\u671f\u6708\u5e74\u5ea6\u70b9\u524d\u5f8c\u964d"
# What must not be broken, longest first. In Latin letters: a day, a month, a period, a name with its number (Stage 2; UTF-8), a note on the language
# of a text, a status of two words, a hyphenated word, a count. Days in digits. A part of a whole. A count with its unit and all of its numbers (2026年12月31日, 4〜6月, 1億1,000万件) and its kanji prefix (令和8年度,
# 約12件) and a particle behind a day or a period (第4四半期から); 5つの柱. What is not (非公表), and words that Chromium takes for two (方法, 下書き, 以前から, 済み, 部門, として, ため, みなす, 全市立施設); a status (結果未公表, やや遅れ), 〜超, and a word behind its # . A name with its number (プラン3), and one whose first word, before a middle dot, has one or two letters.
_WHOLES = (
    rf"\d{{1,2}} {_MONTH}(?![A-Za-z])(?: \d{{4}}(?!\d))?", rf"{_MONTH} \d{{4}}(?!\d)", r"(?:(?:FY|[RHS])\d{1,4}|\d{4}) Q\d(?!\d)", r"[A-Z]{2,5}-\d{1,3}(?![\d.,-])", r"[A-Z][a-z]+(?:-[A-Z][a-z]+)? \d{1,3}(?![\d.,-])",
    rf"{_SHORT}(?:-[a-z]{{2,9}}){{1,2}}(?![A-Za-z0-9@_/[-]|\.[A-Za-z0-9])",
    r"\d{4}-\d(?:\d(?:-\d\d)?)?(?![\d-])", r"\\?\(in Japanese\\?\)", r"(?:No|Not|On|Slightly) (?:behind|data|due|judged|target|track)\b",
    rf"{_ABOUT}?{_NUMBER}(?: / | of ){_ABOUT}?{_NUMBER}(?: ?[{_KANJI}]{{1,3}}| (?!{_AND})[a-z]{{2,12}}\b)?",
    rf"(?:{_ERA}|\u3060\u3044\u305f\u3044|[\u7b2c\u7d04\u5168]|(?<![{_KANJI}])[{_KANJI}])?{_SIGNED}(?:(?:(?!\u5e74\u5ea6)[{_KANJI}]{{1,3}}|\\?[~\u301c\uff5e]){_NUMBER})*(?:\u5e74\u5ea6(?=\u7b2c)|[{_KANJI}]{{1,3}}(?:(?<=[{_TIMES}]){_PARTICLE})?|[{_KATAKANA}]{{2,6}}(?![{_KATAKANA}])|\u3064\u306e{_LETTERS}{{1,2}})",
    rf"{_ABOUT}?{_SIGNED} (?:million |billion )?(?!{_AND})[a-z]{{2,12}}\b", rf"{_ABOUT}{_SIGNED}%?",
    rf"(?<![{_KANJI}])\u975e[{_KANJI}]{{2}}(?![{_KANJI}])", rf"\u65b9\u6cd5|\u4e0b\u66f8\u304d|\u6e08\u307f|\u90e8\u9580|\u3068\u3057\u3066|(?<=[\u3044\u305f\u306e\u308b])\u305f\u3081|\u4ee5[\u524d\u5f8c\u964d]{_PARTICLE}?",
    rf"\u7d50\u679c(?:\u672a\u516c\u8868|\u5f85\u3061)|\u3084\u3084\u9045\u308c|\u307f\u306a[\u3055-\u305b]|\u5168[{_KANJI}]\u7acb[{_KANJI}]{{2}}|[~\u301c\uff5e]\u8d85|\\?#{_LETTERS}",
    rf"(?:(?<![{_KATAKANA}])[{_KATAKANA}]{{1,2}}\u30fb)?[{_KATAKANA}]{{2,8}}\d{{1,4}}(?![\d.,])", rf"(?<![{_KATAKANA}])[{_KATAKANA}]{{1,2}}\u30fb[{_KATAKANA}]{{2,8}}",
)  # fmt: skip
# Half widths that fit into the cell of a value on a phone of 320 pixels, beside the name of its column; between the two numbers of a part of a whole.
_WIDEST, _BETWEEN, _FULL_WIDTH = 21, re.compile(r" (?:/|of) "), 0x2E80
_PART = re.compile(r".+", re.S)
# Not within something longer: the number of a sign, an address, a longer number.
_WHOLE = re.compile(rf"(?<![\dA-Za-z.,#/?=_%-])(?:{'|'.join(_WHOLES)})")
_WORD = re.compile(rf"[{_KANJI}\u3041-\u3096]+")  # no number in it: joined at each letter
_WITHIN = re.compile(
    rf"(?<=[{_KANJI}{_KATAKANA}\u3041-\u3096])(?=[\u2212+\u00b1]?\d)|(?<=\u30fb)(?=[{_KATAKANA}])|(?<=\u306e)(?={_LETTERS})|(?<=[A-Za-z\d]-)(?=[A-Za-z])"
    rf"|(?<=[{_TIMES}])(?={_PARTICLE})|(?<=\u304b)(?=\u3089)|(?<=\u307e)(?=\u3067)|(?<=\u3088)(?=\u308a)"
    rf"|(?<=[~\u301c\uff5e])(?=\u8d85)|(?<=#)(?={_LETTERS})"
)
# Characters that end a katakana word rather than begin another: -isation, rate, number, -ness, -al, type, etc., done, person, for, within.
_ENDINGS = r"\u5316\u7387\u6570\u6027\u7684\u578b\u7b49\u6e08\u8005\u7528\u4e2d"
# Where a compound changes from kanji (and the hiragana that ends it) to a word in katakana or back, and after a middle dot: browsers do not break
# within a phrase.
_CHANGE = re.compile(
    rf"(?<=[{_KANJI}]{{2}})(?=[{_KATAKANA}]{{4}})|(?<=[{_KATAKANA}]{{4}})(?=[{_KANJI}]{{2}})(?![{_ENDINGS}])|(?<=[{_KANJI}{_KATAKANA}]{{3}}\u30fb)"
    rf"|(?<=[{_KANJI}]{{2}}[\u3041-\u3096])(?=[{_KATAKANA}]{{4}})"
)
# A compound longer than the narrowest cell or the shortest line of a heading on a phone of 320 pixels.
COMPOUND = re.compile(
    rf"(?:(?:[{_KANJI}]{{5,}}[\u3041-\u3096]|[{_KANJI}{_KATAKANA}]{{5,}}[\u3057\u307f])[{_KATAKANA}]{{4,}}|[{_KANJI}{_KATAKANA}\u30fb]{{10,}})"
)
IN_HALF = re.compile(rf"[{_KANJI}{_KATAKANA}\u30fb]{{9,}}")  # longer than half of such a page
_JOINING = re.compile(r"\u30a2(?:\u30f3\u30c9|\u30c3\u30d7)")  # and; up, as in start-up
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
    rf"(?<=[\u306e\u3092\u306b\u3067\u3068\u306f\u3078\u3084\u304c\u3082])(?=[{_KANJI}{_KATAKANA}A-Za-z])|(?<=[\u3041-\u3096]{{2}})(?=[{_KANJI}{_KATAKANA}A-Za-z])"
    r"|(?<=\u5e74\u5ea6)(?=\u7b2c)|(?<= )(?=\S)|(?<=[\u30fb\u3001\uff09\u300d)])(?=[^\u30fb\u3001\uff09\u300d)])|(?<=[^\u30fb\u3001\uff08\u300c(])(?=[\uff08\u300c(])"
)


def phrases(text: str) -> list[str]:
    """Return the phrases of a Japanese name, for renderers that break it at any character, as in a PDF; other languages whole."""
    if not re.search(rf"[{_KANJI}{_KATAKANA}\u3041-\u3096]", text):
        return [text]
    parted = _CHANGE.sub(PLACE, _PHRASE.sub(PLACE, text))
    return [
        part for long in parted.split(PLACE) for part in _LONG.sub(lambda run: _parted(run[0], PLACE), long).split(PLACE) if part
    ]


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the katakana words that occur by themselves in the texts of the pages."""
    return frozenset(run for text in language(SOURCE).words.values() for run in _RUN.findall(text) if 4 <= len(run) <= 8)
