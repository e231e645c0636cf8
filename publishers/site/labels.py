"""Labels of table cells for phones, where each row is a block; and the ARIA roles that keep it a table there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar
from unicodedata import east_asian_width

from markupsafe import Markup

T = TypeVar("T")
# Of tables that a phone shows as blocks (``site.css``, ``attention.css``, ``seen.css``, ``matrix.css``).
_TABLE = re.compile(r'<table class="[^"]*\b(?:lb|att|mx|qt|tb)\b.*?</table>', re.S)
_PART = re.compile(r"<(table|thead|tbody|tr|td|th)\b(?![^>]*\brole=)([^>]*)>")
_LONG_WORD = re.compile(r"[\u30a1-\u30fc]{3}|[A-Za-z]{6}")  # of a text, not of a day or a count
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}


ONE_VALUE = 22  # half-width letters: 令和4年度第4四半期 has 18, 110 / 210 (FY2022 Q3) has 21
NOTHING = ("", "—", "·", "―")  # a cell that holds no more than this is no line of a block


def is_nothing(cell: object) -> bool:
    """Say whether a cell says nothing; a mark or a picture without words says something."""
    return str(cell) in NOTHING or (isinstance(cell, Markup) and cell.striptags() in NOTHING[1:])


def is_one_value(cell: object) -> bool:
    """Say whether a cell is a day, a period, a count or the like: short, with a digit in it. It stands on one line."""
    text = str(cell)
    if isinstance(cell, Markup) or len(text) > ONE_VALUE or not any(map(str.isdigit, text)) or _LONG_WORD.search(text):
        return False
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) <= ONE_VALUE


def kind(cell: object, is_number: bool = False) -> Markup:
    """Return the class of a cell: whether it is a number, says nothing, which is no line on a phone, or is one value, which is not broken."""
    names = [
        *(["n"] if is_number else []),
        *(["none"] if is_nothing(cell) else []),
        *(["nw"] if not is_number and is_one_value(cell) else []),
    ]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")


def filled(rows: Iterable[Sequence[object]], *, unsaid: Collection[object] = ()) -> list[int]:
    """Return which columns any row fills, the first in any case; a column that none does is none, on no page.

    Args:
        rows: the cells of each.
        unsaid: what says nothing besides, as the word for what is not known.
    """
    return [
        at
        for at, cells in enumerate(zip(*rows, strict=True))
        if not at or any(c not in unsaid and not is_nothing(c) for c in cells)
    ]


def picked(row: Sequence[T], at: Iterable[int]) -> list[T]:
    """Return the cells of a row in some of its columns."""
    return [row[place] for place in at]


def labels(heads: Iterable[object]) -> str:
    """Return the headings as custom properties: they stand once in a page, for each row to take from (``site.css``)."""
    return ";".join(f"--c{number}:{quoted(str(head))}" for number, head in enumerate(heads, start=1))


def with_roles(html: str) -> Markup:
    """Return HTML in which every table that is blocks on a phone says of each part what it is.

    Safari, and so VoiceOver on a phone, goes by how a part is drawn: what is drawn as a block is no row and no cell to it. Chromium and
    Firefox go by the element. Parts that say it already are left alone; so is a caption, which axe would not have in a table that says so.
    """
    return Markup(_TABLE.sub(lambda table: _PART.sub(_with_role, table[0]), str(html)))


def _with_role(part: re.Match[str]) -> str:
    element, rest = part.groups()
    role = _ROLES.get(element) or ("columnheader" if 'scope="col"' in rest else "rowheader")
    return f'<{element} role="{role}"{rest}>'


def quoted(text: str) -> str:
    """Return a string of CSS; what could end it is written by its number."""
    return '"' + "".join(f"\\{ord(c):x} " if c in '"\\<' or not c.isprintable() else c for c in text) + '"'
