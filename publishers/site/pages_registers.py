"""The pages of the registers in the static edition: procedures and facilities, counted as on the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from kpis.figures.registers import DIMENSIONS, tally
from kpis.registers import Register
from kpis.store.queries import Filter
from kpis.text import format_date, known_day
from kpis.vocabulary import RowKind
from publishers.site import seen
from publishers.site.block_views import BlockView, cell
from publishers.site.site import Page, Site
from publishers.site.views import IndicatorView
from telling import facilities as told_facilities
from telling import listed as told_listed
from telling import procedures as told_procedures
from telling.blocks import Block, Card, ended_line, published
from telling.commentary import without_action
from telling.words import Words

LISTED = 200  # rows of a list on a page; the CSV holds all


def _view_of(site: Site, words: Words, register: str, *kinds: str) -> IndicatorView | None:
    item = published(site.moment.scored, register, *kinds)
    return site.view(item, words) if item else None


def _told_apart(blocks: Sequence[BlockView], words: Words) -> dict[str, Any]:
    """Split the blocks of a page into those with content and one sentence that names the empty ones."""
    untold = [block for block in blocks if block.block.why_empty and not block.is_drawn]
    if len(untold) < 2:
        return {"blocks": list(blocks)}
    sentence = words("ed_untold_sentence", names=words("list_comma").join(block.title for block in untold))
    return {"blocks": [block for block in blocks if block not in untold], "untold": untold, "untold_said": sentence}


def _headline(view: IndicatorView | None) -> str:
    return str(Markup(view.headline).striptags()) if view else ""


def _both(make: Any, site: Site, words: Words, heading: str) -> list[BlockView]:
    """Return a breakdown by bureau in both organisations (then and now); only once if they agree."""
    tellings = site.telling(words), site.telling(words, "now")
    then, now = map(make, tellings)
    first, second = (heading + words("in_brackets", text=words(f"view_{view}")) for view in ("then", "now"))
    if then.rows == now.rows:
        same = Block(key=f"{now.key}_now", title=second, sentence=words("ed_same_now"), columns=(), rows=())
        return [BlockView(then, words, first, tellings[0]), BlockView(same, words)]
    moved = replace(now, key=f"{now.key}_now")
    return [BlockView(then, words, first, tellings[0]), BlockView(moved, words, second, tellings[1])]


def procedures(site: Site, words: Words) -> Page:
    """Return the page of procedures."""
    telling, register = site.telling(words), site.moment.procedures
    total = tally(register.groups)
    rate = _view_of(site, words, "procedures", "ratio")
    if not total.procedures:
        return _empty("procedures.html", words("proc_empty"), rate)
    blocks: list[BlockView] = []
    if published(site.moment.scored, "procedures", *told_procedures.PUBLISHED):
        blocks.append(BlockView(told_procedures.published_totals(telling, register, total, site.moment.scored), words))
    for dimension in DIMENSIONS:
        heading = words("ed_compare", dimension=words(f"reg_by_{dimension}"))
        if dimension == "bureau":
            blocks += _both(lambda t: told_procedures.comparison(t, register, "bureau"), site, words, heading)
        else:
            blocks.append(BlockView(told_procedures.comparison(telling, register, dimension), words, heading, telling))
    blocks += [
        BlockView(told_procedures.paper_steps(telling, register), words, telling=telling),
        BlockView(told_procedures.planned_when(telling, register), words, telling=telling),
        BlockView(told_procedures.over_time(telling, register, total), words, telling=telling),
    ]
    return "procedures.html", "register.html", {
        "title": told_procedures.title(telling, total, _headline(rate)), "lead": told_procedures.lead(telling, total),
        "cards": seen.numbers(told_procedures.cards(telling, register, total), _list, words), "view": rate, **_told_apart(blocks, words),
        "notes": _notes(words("proc_notes")), "listed": listed_procedures(site, words),
        "has_chart": True,
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The first rows of a list, its total row count, and the file that holds all rows."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Markup | str]]
    file: str
    sentence: str
    codes: Sequence[str] = ()  # anchors of rows
    unsaid: Sequence[str] = ()  # empty words: a column with nothing else is dropped


def rows_of_lists(site: Site) -> frozenset[tuple[str, str]]:
    """Return (kind, code) of the rows shown on the page of their list; longer lists are complete only in their files."""
    _, procedures = site.moment.search(Filter(), size=LISTED)
    return frozenset(
        [("procedure", r.procedure_code) for r in procedures] + [("facility", f.code) for f in site.moment.facilities[:LISTED]]
    )


def listed_procedures(site: Site, words: Words, bureau: str = "", *, most: int = LISTED) -> Listed | None:
    """Return the first procedures of the list, of all or of one bureau, with the total; ``None`` if there are none."""
    total, rows = site.moment.search(Filter(bureau=bureau), size=most)
    if not total:
        return None
    telling = site.telling(words)
    successors = {r.procedure_code: words.named(r) for r in rows}
    heads = ("col_name", "col_bureau", "col_status", "col_type", "col_online_day", "col_due", "ed_priority", "col_ended")
    cells = [
        [
            words.named(r), telling.bureau_with_end(r.bureau_code or ""), words(f"digital_{r.status}"), words(f"process_{r.process_type}"),
            known_day(r.digitised_date, r.digitised_precision, words.language),
            known_day(r.planned_for, r.planned_for_precision, words.language), words("answer_yes") if r.is_priority else "",
            ended_line(
                telling, r.ended_reason or "", r.ended_on, r.ended_on_precision,
                successors.get(r.successor_code or "", r.successor_code or ""),
            ),
        ]
        for r in rows
    ]  # fmt: skip
    return Listed(
        heading=words("list_heading"), columns=[words(h) for h in heads], rows=cells, file="procedures.csv",
        sentence=_sentence(total, words, len(rows)), codes=list(successors), unsaid=[words("process_unknown")],
    )  # fmt: skip


def _sentence(total: int, words: Words, most: int = LISTED) -> str:
    """Return how many rows there are, and how many of them are listed."""
    key = "ed_list_first" if total > most else "ed_list_all"
    return words(key, total=words.number(total), shown=words.number(min(total, most)))


def facilities(site: Site, words: Words) -> Page:
    """Return the page of facilities."""
    telling = site.telling(words)
    facilities = site.moment.facilities
    rollout = published(site.moment.scored, "facilities", "completion", "ratio", "stock")
    view = _view_of(site, words, "facilities", "completion", "ratio", "stock")
    if not facilities:
        return _empty("facilities.html", words("fac_empty"), view)
    by_bureau, by_kind = (words("ed_compare", dimension=words(key)) for key in ("reg_by_bureau", "fac_kind"))
    blocks = [
        *_both(lambda t: told_facilities.where(t, facilities, "bureau"), site, words, by_bureau),
        BlockView(told_facilities.where(telling, facilities, "kind"), words, by_kind, telling),
        BlockView(told_facilities.ways_of_paying(telling, facilities), words, telling=telling),
        BlockView(told_facilities.over_time(telling, facilities), words, telling=telling),
        BlockView(told_facilities.cash_places(telling, facilities), words),
        BlockView(told_facilities.tiles(telling, facilities), words, words("fac_map"), telling),
    ]
    whole = BlockView(told_facilities.whole_list(telling, facilities), words)
    listed = Listed(
        heading=words("fac_list"), columns=[column.heading for column in whole.columns], rows=whole.rows[:LISTED],
        file="facilities.csv", codes=[f.code for f in facilities[:LISTED]],
        sentence=_sentence(len(facilities), words),
    )  # fmt: skip
    return "facilities.html", "register.html", {
        "title": told_facilities.title(telling, facilities, _headline(view)),
        "lead": words("fac_lead", as_of=format_date(site.moment.as_of, words.language)),
        "cards": seen.numbers(told_facilities.cards(telling, facilities, rollout), _list, words), "view": view, "blocks": blocks,
        "notes": _notes(words("fac_notes")), "listed": listed, "has_chart": True,
    }  # fmt: skip


def listed(site: Site, words: Words, register: Register) -> Page:
    """Return the page of a register defined by its record alone."""
    telling, rows = site.telling(words), site.moment.listed(register)
    shown: dict[str, Any] = {"title": told_listed.empty(telling, register), "lead": "", "cards": [], "blocks": [], "listed": None}
    if rows:
        whole = BlockView(told_listed.listed(telling, register, rows[:LISTED]), words)
        shown = {
            "title": told_listed.title(telling, register, rows), "lead": told_listed.lead(telling, rows),
            "cards": seen.numbers(told_listed.cards(telling, register, rows), _list, words),
            "blocks": _both(lambda t: told_listed.compared(t, register, rows), site, words, words("ed_compare", dimension=words("reg_by_bureau"))),
            "listed": Listed(
                heading=words("listed_heading"), columns=whole.block.columns, rows=[[cell(c, words) for c in r] for r in whole.block.rows],
                file=register.file, sentence=_sentence(len(rows), words),
            ),
        }  # fmt: skip
    if register.kind == RowKind.ACTION:
        shown["blocks"] = [BlockView(without_action(telling), words), *shown["blocks"]]
    return f"{register.sheet}.html", "register.html", {**shown, "view": None, "notes": "", "has_chart": bool(rows)}


def _list(card: Card) -> str:
    """Return the anchor of the list behind a headline number; blank if it counts none."""
    return "#list" if card.narrowed is not None else ""


def _empty(file: str, title: str, view: IndicatorView | None) -> Page:
    """Return the page of a register without rows: only the published figures."""
    return file, "register.html", {
        "title": title, "view": view, "has_chart": view is not None, "lead": "", "cards": [], "blocks": [], "notes": "", "listed": None,
    }  # fmt: skip


def _notes(markdown: str) -> Markup:
    from markdown_it import MarkdownIt  # noqa: PLC0415  # a tenth of a second, needed only to write a site

    return Markup(MarkdownIt("commonmark", {"html": False}).render(markdown))
