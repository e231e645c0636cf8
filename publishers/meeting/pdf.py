"""The meeting pack as an A4 PDF typeset by Typst: tagged, with embedded Japanese fonts; equal minutes give equal bytes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from operator import methodcaller
from typing import Any

import typst

from charts.shapes import Strip
from charts.svg import strip as marks
from charts.svg.series import drawing
from kpis.as_text import shown
from kpis.figures.scorecard import Scored
from kpis.line_breaks import phrases
from kpis.text import format_date, format_instant
from publishers.fonts import family, japanese, lacking
from publishers.meeting.page import TEMPLATES
from publishers.site.attention import HEADS
from telling import indicator, pack
from telling.agenda import Agenda, Item
from telling.attention import UNSAID, OffTrackRow, silent
from telling.blocks import Block
from telling.pack import Front

CHART = (560, 230)
SHORT = 3  # items with neither chart nor table per sheet
NO_GLYPH = "\u3013"  # the geta mark, which printers set in place of a character that they do not have
VOICED = "\u3099\u309a"  # without them a Japanese word is another one
MOST = 6  # rows of a commentary table on an item's page


def pack_pdf(agenda: Agenda) -> bytes:
    """Return the pack.

    Raises:
        Unavailable: the machine has no font with Japanese glyphs; the message says which to install.
    """
    pages = _replaced(_told(agenda, family("pack_without_font")), shown)
    for without in (_signs_lacking, _marks):  # an emoji, a sign of a private area; a mark that the font of its letter lacks
        try:
            return _typeset(pages, agenda)
        except typst.TypstError:
            pages = _replaced(pages, methodcaller("translate", without(pages)))
    return _typeset(pages, agenda)


def _signs_lacking(pages: Any) -> dict[int, str | None]:
    return {ord(sign): NO_GLYPH for sign in lacking(json.dumps(pages, ensure_ascii=False))}


def _marks(pages: Any) -> dict[int, str | None]:
    return {ord(c): None for c in {*json.dumps(pages, ensure_ascii=False)} - {*VOICED} if unicodedata.category(c) in ("Mn", "Me")}


def _typeset(pages: Any, agenda: Agenda) -> bytes:
    made = typst.compile(
        (TEMPLATES / "pack.typ").read_bytes(), format="pdf", font_paths=japanese()[0], ignore_system_fonts=True,
        sys_inputs={"pack": json.dumps(pages, ensure_ascii=False)}, timestamp=datetime.combine(agenda.day, time(), UTC), pdf_standards="ua-1",
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def _replaced(document: Any, by: Callable[[str], Any]) -> Any:
    if isinstance(document, dict):
        return {key: _replaced(value, by) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [_replaced(value, by) for value in document]
    return by(document) if isinstance(document, str) else document


def _told(agenda: Agenda, family: str) -> dict[str, Any]:
    w, report, minutes = agenda.words, agenda.report, agenda.minutes
    front = pack.front(agenda)
    day = format_date(agenda.day, w.language)
    known_text = format_instant(minutes.known_at, w.language) if minutes else ""
    listed = {number for item in agenda.items for number in (d.number for d in (*item.before, *item.now))}
    others = [d for d in (*agenda.carried, *agenda.taken) if d.number not in listed]
    items = agenda.items
    return {
        "title": w("pack_title", period=report.period.label(w.language)), "author": w("the_office"), "language": w.language,
        "fonts": [family, "Libertinus Serif"], "sample": w("sample_banner") if report.is_sample else "", "site": w("site"),
        "period": report.period.label(w.language), "met": w("pack_met", day=day), "open": minutes is None,
        "foot": w("pack_foot_minutes" if minutes else "pack_foot", as_of=format_date(report.as_of, w.language), known=known_text),
        "marks": {status: marks.mark(status) for status in {*marks.LOOK, marks.UNKNOWN, *_statuses(front, items)}},
        "words": {
            "strip": w("att_strip_heading"), "assessment": w("assessment"),
            "contradicted": w("assessment_contradicts"), "to_be_decided": w("decide_room"), "note": w("minutes_note"),
            "room": [w("decision_what"), w("decision_who"), w("att_due")],
        },
        "front": _front(front, agenda, family), "carried": _table(agenda.block(agenda.carried, "before")),
        "sheets": _sheets([_item(item, agenda, place=n, count=len(items), family=family) for n, item in enumerate(items, start=1)]),
        "others": _table(agenda.block(others, "others")), "note": minutes.note if minutes else "",
    }  # fmt: skip


def _statuses(front: Front, items: list[Item]) -> Iterator[str]:
    yield from (row.status for row in front.rows)
    yield from (line.status for line in front.headlines)
    yield from (line.status for line in front.projects)
    yield from (status for _, _, counted in front.counts for status, _, _ in counted)
    yield from (item.row.status for item in items if item.row)


def _strip(shape: Strip | None) -> dict[str, str] | None:
    return {"svg": marks.strip([status for _, status, _ in shape.cells]), "alt": shape.alt} if shape else None


def _front(front: Front, agenda: Agenda, family: str) -> dict[str, Any]:
    w, (rows, wanted, changed, projects) = agenda.words, front.left_out
    decided = [
        w("decided_line", decided=d.decided, who=d.who, due=format_date(d.due, w.language) if d.due else w("att_undecided"))
        for d in front.decided
    ]
    trend = front.trend
    return {
        "headline": front.headline, "lead": front.lead,
        "counts": [_group(label, count, counted) for label, count, counted in front.counts],
        "decide_title": w("decided_today") if decided else w("decide_today"), "decide": decided or list(front.to_decide),
        "decide_more": w("pack_more", count=wanted) if wanted and not decided else "",
        "rows_title": w("att_heading", count=len(agenda.rows)), "silent": silent(agenda.rows, w), "heads": _heads(agenda),
        "rows": [_row(row, agenda) for row in front.rows],
        "rows_more": w("pack_more", count=rows) if rows else "", "nothing": w("att_nothing"),
        "headlines_title": w("pack_headlines"),
        "headlines_heads": [w("status"), w("indicators_one"), w("actual"), w("pack_bar"), w("previous"), w("year_earlier"), w("att_strip_heading")],
        "headlines": [
            {"status": h.status, "word": h.word, "theme": h.theme, "name": phrases(h.name), "value": h.value, "before": h.before,
             "year_earlier": h.year_earlier, "strip": _strip(h.strip),
             "bar": {"value": h.bar.value, "plan": h.bar.plan, "target": h.bar.target} if h.bar else None}
            for h in front.headlines
        ],
        "projects_title": w("pack_projects"), "projects_more": w("pack_more", count=projects) if projects else "",
        "projects_heads": ["", w("project_name"), w("att_strip_heading"), w("pack_milestones")],
        "projects": [
            {"status": p.status, "word": p.word, "name": phrases(p.name), "contradicted": p.is_contradicted, "strip": _strip(p.strip),
             "milestones": f"{p.done} / {p.late} / {p.not_seen}"}
            for p in front.projects
        ],
        "contradicted": w("pack_contradicted") if any(p.is_contradicted for p in front.projects) else "",
        "trend": _trend(trend, agenda, family) if trend else None, "changes_title": w("report_changes"),
        "changes_heads": [w("since_indicator"), w("since_before"), w("since_after")], "changes": [list(change) for change in front.changes],
        "changes_more": w("pack_more", count=changed) if changed else "",
    }  # fmt: skip


def _heads(agenda: Agenda) -> list[str]:
    w = agenda.words
    return [*(w(head) for head in HEADS[:6]), w("pack_who_due")]


def _row(row: OffTrackRow, agenda: Agenda) -> dict[str, Any]:
    w, answer = agenda.words, row.answer
    return {
        "status": row.status if row.is_current else marks.UNKNOWN, "word": row.word, "name": phrases(row.name), "about": phrases(row.about),
        "gap": row.gap.text, "strip": _strip(row.strip), "since": phrases(row.since), "cause": answer.cause or UNSAID,
        "action": answer.action or UNSAID,
        "who": " ".join(filter(None, (row.bureau or w("att_undecided"), answer.owner))),
        "due": answer.due_said(w) if answer.due else "",
    }  # fmt: skip


def _trend(item: Scored, agenda: Agenda, family: str) -> dict[str, Any] | None:
    svg = _chart(item, agenda, family, size=(520, 300))
    w = agenda.words
    name, sentence = w.named(item.entry.definition), item.sentence(w.language)
    return {"name": name, "sentence": sentence, "svg": svg, "happened": _happened(item, agenda)} if svg else None


def _happened(item: Scored, agenda: Agenda) -> list[str]:
    """Return what the circled numbers of a chart mean, one line each."""
    shape = indicator.series(item, agenda.telling)
    return [f"{event.sign} {event.words}" for event in shape.annotations] if shape is not None else []


def _chart(item: Scored, agenda: Agenda, family: str, *, size: tuple[int, int]) -> str | None:
    shape = indicator.series(item, agenda.telling)
    if shape is None:
        return None
    alt = item.sentence(agenda.words.language)
    return drawing(shape, alt=alt, size=size).replace("<svg ", f'<svg font-family="{family}" ', 1)


def _item(item: Item, agenda: Agenda, *, place: int, count: int, family: str) -> dict[str, Any]:
    w, row = agenda.words, item.row
    tables = [_table(item.causes, most=MOST, agenda=agenda), _table(item.actions, most=MOST, agenda=agenda)]
    tables += [_table(agenda.block(item.before, "before"))] if item.before else []
    tables += [_table(agenda.block(item.now, "now"))] if item.now else []
    return {
        "place": w("agenda_place", place=place, of=count), "name": item.name,
        "status": (row.status if row.is_current else marks.UNKNOWN) if row else "",
        "word": row.word if row else "", "about": row.about if row else pack.targets(item, agenda),
        "facts": [{"label": label, "value": phrases(value)} for label, value in pack.facts(item, agenda)],
        "strip": _strip(row.strip) if row else None,
        "sentences": list(item.sentences), "svg": _chart(item.scored, agenda, family, size=CHART) if item.scored else None,
        "happened": _happened(item.scored, agenda) if item.scored else [],
        "tables": tables, "assessment": item.assessment, "contradicted": item.is_contradicted, "room": not item.now,
    }  # fmt: skip


def _sheets(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the items of each sheet: one item, or up to ``SHORT`` consecutive items with neither chart nor table."""
    sheets: list[list[dict[str, Any]]] = []
    for item in items:
        is_short = not item["svg"] and not any(table["rows"] for table in item["tables"])
        if is_short and sheets and sheets[-1][-1]["is_short"] and len(sheets[-1]) < SHORT:
            sheets[-1].append(item)
        else:
            sheets.append([item])
        item["is_short"] = is_short
    return sheets


def _group(label: str, count: int, counted: tuple[tuple[str, str, int], ...]) -> dict[str, Any]:
    """Return a group of counts; if its only status has the same wording as its label, that is written once."""
    figures = [one for one in counted if one[1] != label]
    wide = max(len(label) + 4, sum(len(word) + 6 for _, word, _ in figures))
    groups = [{"status": status, "word": word, "count": n} for status, word, n in figures]
    return {"label": label, "count": count, "each": groups, "wide": wide}


def _table(block: Block, *, most: int = 0, agenda: Agenda | None = None) -> dict[str, Any]:
    rows = pack.cells(block.rows)
    longest = [max((len(row[n]) for row in rows), default=1) for n in range(len(block.columns))]
    widths = [min(max(length, len(head), 4), 40) ** 0.5 for length, head in zip(longest, block.columns, strict=True)]
    left_out = max(0, len(rows) - most) if most and agenda else 0
    return {
        "title": block.title, "heads": list(block.columns), "rows": rows[:most] if left_out else rows, "why_empty": block.why_empty,
        "widths": widths, "more": agenda.words("pack_more", count=left_out) if left_out and agenda else "",
    }  # fmt: skip
