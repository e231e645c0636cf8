"""Where lines end in finished HTML: places within long compounds of cells, lists and headings; and headings that part no word from its number."""

from __future__ import annotations

import re

from markupsafe import Markup

from kpis.line_breaks import COMPOUND, on_one_line, with_places
from publishers.site.labels import is_one_value

# What stands in columns or in large letters; a paragraph has room. A drawing is none of these: it knows no place to break.
_NARROW = re.compile(r"<(tbody|li|h[1-3])\b.*?</\1>", re.S)
# Each within a text, not within a tag: of the two brackets the next is that which opens one.
_COMPOUND = re.compile(f"{COMPOUND.pattern}(?=[^<>]*<)")
# A short word in katakana within kanji, which Chromium takes for the end of a phrase and the beginning of the next.
_SHORT = re.compile(r"(?<=[\u4e00-\u9fff]{2})[\u30a1-\u30fc]{2,3}(?=[\u4e00-\u9fff]{2}[^<>]*<)")
_MOVED = re.compile(r"(?<=>)([^<>→]{4,22}) → ([^<>→]{4,22})(?=<)")  # a day that was put off, a value and the next
_TEXT = re.compile(r"(?<=>)[^<]+(?=<)")  # what HTML writes as an entity cannot hold either sign


def lined(html: str) -> Markup:
    """Return HTML whose cells, lists and headings break where words meet, and headings nowhere else; done twice it is the same."""
    return Markup(_NARROW.sub(_within, str(html)))


def _within(part: re.Match[str]) -> str:
    html = _TEXT.sub(lambda text: on_one_line(text[0]), part[0]) if part[1][0] == "h" else part[0]
    html = html if html.isascii() else _COMPOUND.sub(lambda long: with_places(long[0], "<wbr>"), html)
    return _MOVED.sub(_whole, _SHORT.sub(r'<span class="nw">\g<0></span>', html)) if part[1] == "tbody" else html


def _whole(moved: re.Match[str]) -> str:
    before, after = moved.groups()
    made = f'<span class="nw">{before}</span> <span class="nw">→ {after}</span>'
    return made if is_one_value(before) and is_one_value(after) else moved[0]
