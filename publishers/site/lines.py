"""Line breaks in finished HTML: periods, dates, counts and numbered names stay whole; long compounds may break in columns."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup, escape

from charts.ticks import width_of
from kpis.line_breaks import COMPOUND, IN_HALF, in_words, phrases, with_wholes
from publishers.site.labels import is_one_value

# What stands in columns or in large letters; a paragraph has room. A drawing is none of these: it knows no place to break.
_NARROW = re.compile(r"<(tbody|li|d[dt]|h[1-3])\b.*?</\1>", re.S)
# Each within a text, not within a tag: of the two brackets the next is that which opens one.
_COMPOUND, _IN_HALF = (re.compile(f"{compound.pattern}(?=[^<>]*<)") for compound in (COMPOUND, IN_HALF))
# A short word in katakana within kanji, which Chromium takes for the end of a phrase and the beginning of the next.
_SHORT = re.compile(r"(?<=[一-\u9fff]{2})[ァ-ー]{2,3}(?=[一-\u9fff]{2}[^<>]*<)")
_MOVED = re.compile(r"(?<=>)([^<>→]{4,22}) → ([^<>→]{4,22})(?=<)")  # a day that was put off, a value and the next
# Places behind the sign of an e-mail, before it is broken anywhere, between a bracket (in markdown behind a stroke) and what follows its colon, which
# a number would hold, and between a value and its period in brackets.
_BEHIND = re.compile(
    r"(?<=\w)@(?=\w[\w.-]{5,})|(?:(?<=[ぁ-\u9fff])|(?<=</span>))\\?\):(?=\S)"
    r"|(?:(?<=[%\d超])|(?<=</span>))(?=\((?:<span class=\"nw\">)?(?:[A-Z]\d|[一-\u9fff]{2}\d|\d{4}年))"
)
# An address that is read, and its strokes behind which it may end: behind those of its scheme it may not, nor behind its last, where a comma may follow.
_ADDRESS, _STROKE = re.compile(r"https?://[^\s<]{20,}"), re.compile(r"(?<=[^/:])/(?=[A-Za-z0-9_~%.#?-])")
# A text with a digit, a middle dot, such a sign, its language, a hyphen or one of the words of two letters in it; before that what is
# no text of a page, what is kept together already, and marks and legends, whose parts stand side by side. A text begins where a tag
# ends: looked for at each of its letters, it would be read as often as it has letters.
_TEXT = re.compile(
    r"<(script|style|svg|title|textarea|option|code|pre)\b.*?</\1>|<span class=\"(?:nw|sm|att-mark)\b[^>]*>.*?</span>"
    r"|<p class=\"lg\">.*?</p>|(?:(?<=>)|\A)([^<]*(?:[\d・@]|\(in |\w-[a-z]|方法|[済非以〜～#]|下書|部門|結果|やや|みな|全.立)[^<]*)",
    re.S,
)

_COLUMN = 7.5  # em: what a column of a table of eight holds on A4
# The end of such a word, as of a verb, where a phrase ends: behind kana, before kanji or katakana.
_ENDED = re.compile(r"(?<=[ぁ-ゖ])</span>(?=[ァ-ヺ一-\u9fff])")
_KEPT_WHOLE = re.compile(r"(<span.*?</span>)|([^<]+)")  # what is kept on one line, and the text between


def lined(html: str) -> Markup:
    """Return HTML with controlled line breaks; the function is idempotent."""
    return Markup(_TEXT.sub(_kept, _NARROW.sub(_within, str(html))))


def kept(text: str) -> str:
    """Return a text of HTML, without elements, in which units of meaning are kept on one line."""
    return with_wholes(text, unbroken)


def unbroken(whole: re.Match[str]) -> str:
    """Return a matched unit as an element that does not wrap."""
    return f'<span class="nw">{whole[0]}</span>'


def in_column(text: str) -> str:
    """Return the text of a narrow cell: units of meaning stay whole, wider ones as far as a column holds; a line may end between phrases."""
    marked = with_wholes(
        str(escape(text)), lambda whole: " ".join(f'<span class="nw">{line}</span>' for line in _in_lines(whole[0]))
    )
    parted = _KEPT_WHOLE.sub(lambda part: part[1] or "<wbr>".join(phrases(part[2])), marked)
    return Markup(placed(_ENDED.sub(r"\g<0><wbr>", parted)))


def _in_lines(whole: str) -> list[str]:
    """Return the words of a text, as many together as a narrow column holds."""
    lines: list[str] = []
    for word in whole.split(" "):
        if lines and width_of(f"{lines[-1]} {word}", 1) <= _COLUMN:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _kept(part: re.Match[str]) -> str:
    return _laid(part[2]) if part[2] else part[0]


@lru_cache(maxsize=4096)  # of a table that changed most cells are those of before
def _laid(text: str) -> str:
    return _ADDRESS.sub(_parted, placed(kept(text)))


def _parted(address: re.Match[str]) -> str:
    return _STROKE.sub(r"\g<0><wbr>", address[0])


def beside_mark(word: str) -> Markup | str:
    """Return the text beside a mark, in a row of boxes: as one element where a line may end within it, at a date or between words."""
    is_parted = re.search(r"\d", word) or COMPOUND.search(word)
    return Markup("<span>{}</span>").format(Markup(kept(str(escape(word))))) if is_parted else word


def placed(text: str) -> str:
    """Return a text of HTML or markdown with break opportunities after certain characters, and none before the dot between two parts."""
    return _BEHIND.sub(r"\g<0><wbr>", text.replace(" ・ ", "\u00a0・ "))


def _within(part: re.Match[str]) -> str:
    compounds = _IN_HALF if part[1] == "dt" else _COMPOUND  # names of numbers that stand side by side
    html = part[0] if part[0].isascii() else compounds.sub(lambda long: in_words(long[0], "<wbr>"), part[0])
    return _MOVED.sub(_whole, _SHORT.sub(r'<span class="nw">\g<0></span>', html)) if part[1] == "tbody" else html


def _whole(moved: re.Match[str]) -> str:
    before, after = moved.groups()
    made = f'<span class="nw">{before}</span> <span class="nw">→ {after}</span>'
    return made if is_one_value(before) and is_one_value(after) else moved[0]
