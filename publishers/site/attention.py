"""要対応 as HTML: a table, on phones one block of labels and values per row; shared by the static edition and the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from charts.shapes import Strip
from charts.svg.strip import look_of, sheet
from kpis.as_text import shown
from kpis.text import format_date
from publishers.site.labels import each, filled, is_nothing, link, picked, plain_table, small, with_roles
from publishers.site.lines import beside_mark, lined
from telling.attention import SHOWN_FIRST, UNSAID, OffTrackRow, folded
from telling.words import Words

ASSETS = Path(__file__).parent / "assets"
Leads = Callable[[OffTrackRow], str]  # row → address of the page that it leads to
HEADS = ("status", "att_what", "att_gap", "att_since_head", "att_why", "att_action", "att_bureau", "att_due")
LABELLED = ("why", "do", "who", "due")
NAMES = ("status", "what", "gap", "since", "why", "do", "who", "due")


@lru_cache(maxsize=1)
def style() -> str:
    """Return the style sheet shared by the dashboard and the edition: marks, strips, tables, cards, counts.

    The matrix of bureaus has a separate sheet (``matrix.css``): only its page needs it.
    """
    return sheet() + "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("attention.css", "seen.css"))


def strip(shape: Strip | None) -> Markup:
    """Return a strip as HTML: one mark per quarter, and a text alternative."""
    if shape is None:
        return Markup("")
    marks = each('<i class="{}"></i>', ((look_of(status),) for _, status, _ in shape.cells))
    return Markup('<span class="strip" role="img" aria-label="{}">{}</span>').format(shape.alt, marks)


def leads(home: Callable[[str], str], row: OffTrackRow) -> str:
    """Return the page of the static edition that a row links to.

    Args:
        home: page → path to its folder.
        row: of the public list.
    """
    folder = "indicators" if row.kind == "indicator" else "projects"
    return f"{home(folder)}{folder}/{row.code}.html"


def _missing(words: Words, key: str) -> Markup:
    return Markup('<span class="att-gone">{}</span>').format(words(key))


def _due(row: OffTrackRow, words: Words) -> Markup | str:
    """Return the due date, marked where it has passed."""
    answer = row.answer
    if answer.due is None:
        return UNSAID
    day = format_date(answer.due, words.language)
    return Markup("{} {}").format(day, _missing(words, "action_late")) if answer.is_late else day


def _cells(row: OffTrackRow, leads: Leads, words: Words) -> tuple[Markup | str, ...]:
    """Return the cells of a row, in the order of ``NAMES``."""
    w, answer = words, row.answer
    gap = (
        Markup('<data value="{}">{}</data>').format(row.gap.value, row.gap.text)
        if row.gap.value is not None
        else Markup(row.gap.text)
    )
    owner = small(answer.owner) if answer.owner else ""
    office = small(w("assessment_row", text=answer.office)) if answer.office else ""
    return (
        Markup('<span class="att-mark{}"><i class="{}"></i>{}</span>').format("" if row.is_current else " att-old", look_of(row.status), beside_mark(row.word)),
        link(leads(row), row.name) + (small(row.about) if row.about else ""),
        Markup("<b>{}</b>").format(gap),
        strip(row.strip) + small(row.since),
        Markup("{}{}").format(answer.cause or UNSAID, office), answer.action or UNSAID,
        Markup("{}{}").format(row.bureau or _missing(w, "att_undecided"), owner),
        _due(row, w),
    )  # fmt: skip


def _row(cells: Sequence[object], at: Sequence[int]) -> Markup:
    named = zip(picked(NAMES, at), picked(cells, at), strict=True)
    made = each('<td class="att-{}{}">{}</td>', ((name, " none" if is_nothing(cell) else "", cell) for name, cell in named))
    return Markup("<tr>{}</tr>").format(made)


def _table(rows: Sequence[Sequence[object]], at: Sequence[int], words: Words, *, caption: str) -> Markup:
    named = ((Markup(' class="att-gap"') if head == "att_gap" else "", words(head)) for head in picked(HEADS, at))
    heads = each('<th scope="col" role="columnheader"{}>{}</th>', named)
    # On a phone each value has its label before it; they stand once, for each row to take from.
    labels = ";".join(f"--{name}:'{words(key)}'" for name, key in zip(NAMES, HEADS, strict=True) if name in LABELLED)
    body = Markup("").join(_row(cells, at) for cells in rows)
    return Markup(
        '<table class="att" style="{}"><caption class="vh">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(labels, caption, heads, body)


def listed(rows: Sequence[OffTrackRow], leads: Leads, words: Words, *, caption: str, is_for_paper: bool = False) -> Markup:
    """Return the list: the most important rows, and the rest folded below a line with their count; empty if there are no rows.

    Args:
        rows: in list order.
        leads: row → address of the linked page.
        is_for_paper: print the folded rows too, where the browser can, as of a meeting; else paper says how many there are.
    """
    if not rows:
        return Markup("")
    every = [_cells(row, leads, words) for row in rows]
    at = filled(every)  # of both parts, which have the same columns
    first, rest = every[:SHOWN_FIRST], every[SHOWN_FIRST:]
    made = _table(first, at, words, caption=caption)
    if rest:
        more = folded(rows, words)
        made += Markup('<details class="att-more{}"><summary>{}</summary>{}</details><p class="on-paper">{}</p>').format(
            " att-all" if is_for_paper else "",
            more,
            _table(rest, at, words, caption=more),
            words("folded_on_paper", count=len(rest)),
        )
    return lined(with_roles(str(shown(made))))


class Lasted(NamedTuple):
    """One row of a status list: page, name, status and its wording, status at the last quarters, and since when."""

    address: str
    name: str
    status: str
    word: str
    quarters: Strip | None
    since: str


def strips(listed: Sequence[Lasted], words: Words, *, caption: str) -> Markup:
    """Return a table of present and past statuses of several things; empty if there are none."""
    cells = [
        (
            link(item.address, item.name),
            Markup('<span class="sm"><i class="{}"></i>{}</span>').format(look_of(item.status), beside_mark(item.word)),
            strip(item.quarters), item.since,
        )
        for item in listed
    ]  # fmt: skip
    at = filled(cells)
    heads = [words(head) for head in picked(("since_indicator", "status", "att_strip_heading", "att_since_head"), at)]
    template = '<table class="att strips"><caption class="vh">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    made = plain_table(template, heads, [picked(row, at) for row in cells], caption=caption)
    return lined(with_roles(str(shown(made)))) if listed else Markup("")
