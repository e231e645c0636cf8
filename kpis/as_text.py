"""Sanitise text that people write (reasons, names, notes, file names): one function for each output format."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

from kpis.errors import FigureRefused

LONGEST_TEXT, LONGEST_NAME = 5_000, 500  # characters of a text and of a name, through whichever door it comes
_JOINERS = "\u200c\u200d"
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_BLANKS = re.compile("[\t\x0b\x0c]")
# Unseen though Python calls them printable: fillers of Hangul and the like, and signs that choose the form of one before them.
_FILLERS, _FORMS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0", "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_BLANK_SIGN = "\u2800"  # of Braille
_RARE = re.compile(f"[{_FILLERS}{_BLANK_SIGN}]")
_FORM_SIGNS = {*map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))}
_UNSEEN = re.compile(f"[{_FILLERS}]|(?<![^\\s{_BLANK_SIGN}{_FILLERS}])[{_FORMS}]+")
# Invisible and active characters: control, direction and zero-width characters, noncharacters; a joiner stays within an emoji.
_SINGLE = (
    "\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
)
_SUSPECT = re.compile(f"[{_SINGLE}{_JOINERS}]")  # tested first: a single character class is fast on a long text
_ACTING = re.compile(f"[{_SINGLE}]|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[{_JOINERS}]")
_TAG = re.compile(r"<(?!/?(?:b|extra)>|br>)")
FORMULA = re.compile(r"^(?:[\t\r]|\s*[=+\-@＝＋－＠])")  # what a spreadsheet takes for the start of a formula
_NUMBER = re.compile(r"^\s*[+\-]?(?:\d[\d,]*)?\.?\d+(?:[eE][+\-]?\d+)?\s*%?\s*$")
# In Markdown: characters active anywhere, those active before a letter, those active at the start of a line.
_SIGNS = re.compile(r"[\\`*_\[\]<>~$|]|&(?=#?\w+;)|:(?=[A-Za-z])|^[+\-=#](?=.)|^\s*\d+[.)](?=\s)")
# Streamlit and GFM detect these again after parsing, so a backslash does not escape them.
_NAMED_SIGN = re.compile(r":(?=(?:material/\w+|[\w+\-]*[A-Za-z+\-][\w+\-]*|100|1234):)")
_MAIL = re.compile(r"(?<=[\w.+-]@)(?=[\w-]+\.\w)")
_WORD_CUT = re.compile(r"(?<=[\s\W])[A-Za-z0-9'’-]{1,24}$")  # the beginning of a word in Latin letters, at the end of what is kept
_ADDRESS = re.compile(r"(?i)(https?):(?=//)|(www)\.(?=[\w.\-])")


def clean(text: str) -> str:
    """Return a text without control, direction and unseen characters; a tab becomes a space, a line break a line feed."""
    kept = _without_acting(text)
    if kept.isascii() or not (_RARE.search(kept) or kept.lstrip()[:1] in _FORM_SIGNS):
        return kept
    return _UNSEEN.sub("", kept).replace(_BLANK_SIGN, " ")


def _without_acting(text: str) -> str:
    # None of these characters is printable; that test takes a twentieth of the time of a search, and runs at each level of a template.
    if text.isprintable() or text.replace("\n", "").isprintable() or not _SUSPECT.search(text):
        return text
    return _ACTING.sub("", _BLANKS.sub(" ", _BREAKS.sub("\n", text)))


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters, with an ellipsis if it was longer; a word in Latin letters is left out whole."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    if text[most - 1].isascii() and text[most - 1].isalnum():
        kept = _WORD_CUT.sub("", kept)
    return kept.rstrip(" ,;:(\u3001") + "…"


def typed(text: str, most: int = LONGEST_TEXT) -> str:
    """Return a text entered by a person in the form in which it is stored: cleaned, without leading and trailing blanks.

    Raises:
        FigureRefused: it is longer than any page, file and slide can show.
    """
    kept = clean(text).strip()
    if len(kept) > most:
        raise FigureRefused("text_too_long", count=len(kept), most=most)
    return kept


def named_file(name: str) -> str:
    """Return the name of an uploaded file in the form in which it is stored: one line, no path, at most 200 characters."""
    return line(re.sub(r"[\\/]", "_", name))[:200]


def line(text: str) -> str:
    """Return a text on one line for a terminal, a log or a name: cleaned, each run of blanks one blank."""
    return " ".join(clean(text).split())


def cell(text: str) -> str:
    """Return a text for a CSV cell: cleaned, with an apostrophe before what a spreadsheet would execute; numbers stay numbers."""
    kept = clean(text)
    return f"'{kept}" if (FORMULA.match(text) or FORMULA.match(kept)) and not _NUMBER.match(kept) else kept


def escaped(text: str) -> str:
    """Return a text escaped for XML and HTML written without a template, attributes included."""
    return escape(clean(text))


def drawn(value: Any) -> Any:
    """Return the lists and dictionaries of a chart with each text cleaned, so that Plotly interprets no tag but those of our templates."""
    if isinstance(value, str):
        return _TAG.sub("&lt;", clean(value)) if "<" in value else clean(value)
    if isinstance(value, dict):
        return {name: drawn(part) for name, part in value.items()}
    return [drawn(part) for part in value] if isinstance(value, list) else value


def shown(value: object) -> object:
    """Return a value for a template: text cleaned, markup left as markup."""
    return type(value)(clean(value)) if isinstance(value, str) else value


@lru_cache(maxsize=4096)  # pages render the same texts at each run, up to 200 of them: saves half a millisecond of some 20
def markdown(text: str) -> str:
    """Return a text for a page so that it is shown literally: one line, no picture, link, icon, colour, formula or list.

    The page detects addresses and icon names whatever precedes them, so their colon, or the full stop after ``www``, is written in
    full width. An e-mail address is kept from becoming a link by a zero-width character after its @, which is invisible and which
    ``clean`` removes.
    """
    kept = _MAIL.sub("\u2060", line(text))
    kept = _ADDRESS.sub(lambda m: f"{m[1]}：" if m[1] else f"{m[2]}．", kept)
    return _SIGNS.sub(_kept_from_acting, _NAMED_SIGN.sub("：", kept))


def _kept_from_acting(sign: re.Match[str]) -> str:
    return f"{sign[0][:-1]}\\{sign[0][-1]}"
