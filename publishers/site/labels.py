"""Labels of table cells for phones, where each row is a block; and the ARIA roles that keep it a table there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar
from unicodedata import east_asian_width

from markupsafe import Markup

T = TypeVar("T")
# Classes of tables shown as blocks on phones (``site.css``, ``attention.css``, ``seen.css``, ``matrix.css``).
_TABLE = re.compile(r'<table class="[^"]*\b(?:lb|att|mx|qt|tb)\b.*?</table>', re.S)
_PART = re.compile(r"<(table|thead|tbody|tr|td|th)\b(?![^>]*\brole=)([^>]*)>")
_LONG_WORD = re.compile(r"[ァ-ー]{3}|[A-Za-z]{6}")  # of a text, not of a date or a count
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}


ONE_VALUE = 22  # half-width letters: 令和4年度第4四半期 has 18, 110 / 210 (FY2022 Q3) has 21
_EMPTY = Markup(' class="none"')
PAIR = "<div><dt>{}</dt><dd>{}</dd></div>"
NOTHING = ("", "—", "·", "―")  # a cell with no other content is hidden in a block


def is_nothing(cell: object) -> bool:
    """Return whether a cell is empty; a mark or a picture without text is not empty."""
    return str(cell) in NOTHING or (isinstance(cell, Markup) and cell.striptags() in NOTHING[1:])


def is_one_value(cell: object) -> bool:
    """Return whether a cell is a single value, as a date, period or count: short, with a digit, no cell of a sheet. It is kept on one line."""
    text = str(cell)
    if (
        isinstance(cell, Markup)
        or len(text) > ONE_VALUE
        or "!" in text
        or not any(map(str.isdigit, text))
        or _LONG_WORD.search(text)
    ):
        return False
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) <= ONE_VALUE


def kind(cell: object, is_number: bool = False) -> Markup:
    """Return the class of a cell: number, empty (hidden on phones), or single value (not wrapped)."""
    names = [
        *(["n"] if is_number else []),
        *(["none"] if is_nothing(cell) else []),
        *(["nw"] if not is_number and is_one_value(cell) else []),
    ]
    return _classes(tuple(names)) if names else Markup("")


@lru_cache(maxsize=8)
def _classes(names: tuple[str, ...]) -> Markup:
    return Markup(' class="{}"').format(" ".join(names))


def filled(rows: Iterable[Sequence[object]], *, unsaid: Collection[object] = ()) -> list[int]:
    """Return the indices of columns with a value in any row, always including the first; empty columns are not shown.

    Args:
        unsaid: further cell values that count as empty, as the word for unknown.
    """
    return [
        at
        for at, cells in enumerate(zip(*rows, strict=True))
        if not at or any(c not in unsaid and not is_nothing(c) for c in cells)
    ]


def link(address: str, text: object) -> Markup:
    """Return a text that leads to an address."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def small(text: object) -> Markup:
    """Return a remark in small letters, beside or below the content of a cell."""
    return Markup('<span class="att-small">{}</span>').format(text)


def each(template: str, rows: Iterable[tuple[object, ...]]) -> Markup:
    """Return a template of HTML filled in once for each row of values, one after another."""
    html = Markup(template)
    return Markup("").join(html.format(*row) for row in rows)


def plain_table(template: str, heads: Iterable[object], rows: Iterable[Sequence[object]], *, caption: str) -> Markup:
    """Return a table whose rows are headed by their first cell; the template has places for caption, heads and rows."""
    body = ((row[0], each("<td{}>{}</td>", ((_EMPTY if is_nothing(cell) else "", cell) for cell in row[1:]))) for row in rows)
    top = each('<th scope="col">{}</th>', zip(heads))
    return Markup(template).format(caption, top, each('<tr><th scope="row">{}</th>{}</tr>', body))


def picked(row: Sequence[T], at: Iterable[int]) -> list[T]:
    """Return the cells of a row at the given columns."""
    return [row[place] for place in at]


def labels(heads: Iterable[object]) -> str:
    """Return the headings as CSS custom properties, written once per page and used by every row (``site.css``)."""
    return ";".join(f"--c{number}:{quoted(str(head))}" for number, head in enumerate(heads, start=1))


def with_roles(html: str) -> Markup:
    """Return HTML with ARIA table roles on every table that becomes blocks on a phone.

    Safari, and so VoiceOver on a phone, derives roles from the CSS display: block elements are no rows or cells. Chromium and
    Firefox use the element. Elements with a role are left alone; so are captions, which axe rejects in a table with roles.
    """
    return Markup(_TABLE.sub(lambda table: _PART.sub(_with_role, table[0]), str(html)))


def _with_role(part: re.Match[str]) -> str:
    element, rest = part.groups()
    role = _ROLES.get(element) or ("columnheader" if 'scope="col"' in rest else "rowheader")
    return f'<{element} role="{role}"{rest}>'


def quoted(text: str) -> str:
    """Return a string literal of CSS, with numeric escapes for characters that could end it."""
    return '"' + "".join(f"\\{ord(c):x} " if c in '"\\<' or not c.isprintable() else c for c in text) + '"'
