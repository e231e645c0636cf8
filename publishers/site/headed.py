"""Definitions of table headings: shown on hover, and in a folded list below the table for keyboard and touch.

Works on finished HTML, so that every table of the static edition and of the dashboard has it, whatever made the table. A heading is
defined where the texts have an entry ``headed_`` plus its key; self-explanatory headings have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from kpis.languages import SOURCE, Language, language
from publishers.site.labels import PAIR, each
from telling.words import Words

KEY = "headed_"
# A table, with its scroll box if it has one: definitions are placed below that.
_TABLE = re.compile(r'(<div class="scroll"[^>]*>\s*)?(<table\b.*?</table>)(\s*</div>)?', re.S)
_HEADING = re.compile(r'<th\b(?=[^>]*\bscope="(col|row)")(?![^>]*\btitle=)([^>]*)>([^<]+)(?=</th>|<span)')
# Scope of rows: elsewhere the same word may be the name of the row's subject.
OF_ROWS = (
    "actual", "target", "planned", "base", "progress", "planned_progress", "ratio", "ratio_of_cap", "need_left", "need_each",
    "need_before", "need_chance_head",
)  # fmt: skip
_HELD: dict[str, tuple[Language, dict[str, dict[str, str]]]] = {}  # by code, with their texts: a government may use other terms
_MEANT: dict[tuple[str, str], tuple[Mapping[str, str], dict[str, str]]] = {}  # by language code and scope, with their keys


def _keys(words: Words, scope: str) -> Mapping[str, str]:
    """Return heading → key, for headings of columns or (``row``) rows; missing translations use the Japanese heading."""
    spoken, cached = language(words.language), _HELD.get(words.language)
    if cached is None or cached[0] is not spoken:
        source = language(SOURCE).words
        keys = [key.removeprefix(KEY) for key in source if key.startswith(KEY)]
        made: dict[str, dict[str, str]] = {
            axis: {spoken.words.get(key, source[key]): key for key in keys if axis == "col" or key in OF_ROWS}
            for axis in ("col", "row")
        }
        cached = _HELD[words.language] = (spoken, made)
    return cached[1][scope]


def meanings(words: Words, scope: str = "col") -> Mapping[str, str]:
    """Return heading → definition, for headings of columns or (``row``) rows."""
    keys = _keys(words, scope)
    cached = _MEANT.get((words.language, scope))
    if cached is None or cached[0] is not keys:  # called for each grid of each run
        cached = _MEANT[words.language, scope] = keys, {heading: words(KEY + key) for heading, key in keys.items()}
    return cached[1]


def defined(html: str, words: Words, *, explained: set[str] | None = None) -> Markup:
    """Return HTML in which table headings have definitions.

    Args:
        explained: headings already defined on the page; those defined here are added.
    """
    keys_of, before = {scope: _keys(words, scope) for scope in ("col", "row")}, explained if explained is not None else set[str]()

    def of_table(part: re.Match[str]) -> str:
        box, table, end = part[1] or "", part[2], part[3] or ""
        meanings_of: dict[str, str] = {}

        def of_heading(heading: re.Match[str]) -> str:
            name = heading[3].strip()
            key = keys_of[heading[1]].get(name)  # a heading with escaped characters has no definition here
            if key is None:
                return heading[0]
            meanings_of[name] = meaning = words(KEY + key)
            return f'<th title="{escape(meaning)}"{heading[2]}>{heading[3]}'

        table = _HEADING.sub(of_heading, table)
        new = {name: meanings for name, meanings in meanings_of.items() if name not in before}
        before.update(new)
        return f"{box}{table}{end}{folded(new.items(), words)}" if box else f"{table}{folded(new.items(), words)}{end}"

    return Markup(_TABLE.sub(of_table, str(html)))


def folded(meanings: Iterable[tuple[str, str]], words: Words, *, after: Markup | str = "", is_open: bool = False) -> Markup:
    """Return definitions as a folded list, operable by keyboard, touch and pointer; empty if there are none."""
    rows = each(PAIR, meanings)
    made = Markup('<details class="mn"{}><summary>{}</summary><dl>{}</dl>{}</details>')
    return made.format(Markup(" open") if is_open else "", words("meanings"), rows, after) if rows else Markup("")
