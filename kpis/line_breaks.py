"""Where a line may end: never within a period, a day or a name of few letters; within a long compound, where one of its words begins."""

from __future__ import annotations

import re
from functools import lru_cache

from kpis.languages import SOURCE, language

PLACE, JOINED = "\N{ZERO WIDTH SPACE}", "\N{WORD JOINER}"  # a line may end here; and here it may not
_KANJI, _KATAKANA = r"\u4e00-\u9fff", r"\u30a1-\u30fa\u30fc"
# Between a word and its number, as of a period or of a version (a name in katakana), and between a count and what is counted: where a kanji stands
# before digits that are read with the next kanji, or katakana before any, and after digits with one or two hiragana. And behind the middle dot of a
# name whose first word has one or two letters.
_WORD_AND_NUMBER = re.compile(
    rf"[{_KANJI}](?=\d+[{_KANJI}])|[{_KATAKANA}](?=\d)|(?<=\d)[\u3041-\u3096]{{1,2}}(?=[\u30a1-\u30fa{_KANJI}])"
    rf"|(?<![{_KATAKANA}])[{_KATAKANA}]{{1,2}}\u30fb(?=[{_KATAKANA}])"
)
# Signs that end a word in katakana rather than begin another: -isation, rate, number, -ness, -al, type, and others, done, person, for, within.
_ENDINGS = r"\u5316\u7387\u6570\u6027\u7684\u578b\u7b49\u6e08\u8005\u7528\u4e2d"
# Where a compound changes from kanji to a word in katakana or back, and behind a middle dot: no browser looks for places within a phrase.
_CHANGE = re.compile(
    rf"(?<=[{_KANJI}]{{2}})(?=[{_KATAKANA}]{{4}})|(?<=[{_KATAKANA}]{{4}})(?=[{_KANJI}]{{2}})(?![{_ENDINGS}])|(?<=[{_KANJI}{_KATAKANA}]{{3}}\u30fb)"
)
# A compound that is longer than the narrowest cell or the shortest line of a heading on a phone of 320 pixels.
COMPOUND = re.compile(rf"[{_KANJI}{_KATAKANA}\u30fb]{{11,}}")
_RUN, _LONG = re.compile(rf"[{_KATAKANA}]+"), re.compile(rf"[{_KATAKANA}]{{9,}}")


def on_one_line(text: str) -> str:
    """Return a heading in which no line ends within a part of a whole (78 / 78) or between a word and its number (令和 5年度, 第 1四半期)."""
    return _WORD_AND_NUMBER.sub(f"\\g<0>{JOINED}", text.replace(" / ", "\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}"))


def with_places(text: str, place: str = PLACE) -> str:
    """Return a text with places in its long compounds at which a line may end: where their words meet, which no browser finds.

    Args:
        text: of any language; only Japanese has such compounds.
        place: what marks a place; in HTML ``<wbr>``, which leaves the text as it is.
    """
    if text.isascii():
        return text
    return COMPOUND.sub(lambda long: _LONG.sub(lambda run: _parted(run[0], place), _CHANGE.sub(place, long[0])), text)


def _parted(run: str, place: str) -> str:
    """Return a run of katakana with a place before the last of its words, where that is one which the pages use by itself."""
    ends = [at for at in range(3, len(run) - 3) if run[at:] in _words()]
    return f"{run[: ends[0]]}{place}{run[ends[0] :]}" if ends else run


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the words in katakana that stand by themselves in a text of the pages."""
    return frozenset(run for text in language(SOURCE).words.values() for run in _RUN.findall(text) if 4 <= len(run) <= 8)
