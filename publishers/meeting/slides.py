"""The meeting pack as slides: native tables and charts, editable in PowerPoint or LibreOffice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Mm, Pt

from charts.style import OFFICE_FONT
from charts.svg.strip import LOOK
from kpis.as_text import shortened, shown
from kpis.line_breaks import phrases
from kpis.text import format_date
from publishers.meeting.workbook import axis_ends, axis_format
from telling import attention, pack
from telling.agenda import Agenda, Decided, Item
from telling.attention import UNSAID
from telling.blocks import Block
from telling.indicator import stretches_of
from telling.meeting import Drawn

WIDE, HIGH, EDGE = 338.7, 190.5, 12.0  # millimetres: 16 to 9
INK, SOFT, BLUE, GREY, ORANGE = "1A1A1C", "4D4D4D", "0017C1", "595959", "AC3E00"
ONE_LINE = 68  # length of a title at 24 points, in half kanji: a longer one takes two lines at 16 and the same height
ROWS = 8  # rows of a table of decisions per slide; the rest go on the next
FIRST = 5  # lines of past or pending decisions on the first slide
LOWEST = HIGH - 20.0  # bottom edge of tables; the number of rows left out is written below
EM, LATIN = 0.3528, 0.6  # millimetres per point of a kanji, and the ratio of a letter or digit to it
NARROW, PAD = 30.0, 2.8  # millimetres: a narrower column is never wrapped; padding on both sides of a cell
ROOM, LEAST_ROOM = 36.0, 26.0  # millimetres of the table for decisions on an item: two empty rows, or one
ASSESSED, ONE_ACTION = 16.0, 54.0  # millimetres of the office's own assessment, and of a table of one long action
CELL = 10.5  # font size of tables in points
DECIDED = 9.0  # millimetres of a decision in a list beside a chart
BESIDE = 2  # rows of such a table beside a chart
SHOWN = 3  # decisions on an item beside its chart
LONGEST = 110  # characters of a text in a table; the full text is in the PDF
FEW = 7  # periods of a chart with full labels; of more, labels stand aslant and some are left out
Text = tuple[str, float, bool, str]  # text, size in points, bold, colour


def pack_slides(agenda: Agenda) -> bytes:
    """Write the slides and return their bytes."""
    book = Presentation()
    book.slide_width, book.slide_height = Mm(WIDE), Mm(HIGH)
    w = agenda.words
    book.core_properties.title = w("pack_title", period=agenda.report.period.label(w.language))
    book.core_properties.author = w("the_office")
    front = pack.front(agenda)
    _front(_Slide(book, agenda, front.headline), front, agenda)
    _attention(_Slide(book, agenda, w("att_heading", count=len(agenda.rows))), agenda)
    _decisions(book, agenda, front)
    for place, item in enumerate(agenda.items, start=1):
        _item(_Slide(book, agenda, item.name, above=w("agenda_place", place=place, of=len(agenda.items))), item, agenda)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Slide:
    """A slide with a title, and a footer with the date of its figures and the slide number."""

    def __init__(self, book: Any, agenda: Agenda, title: str, *, above: str = "") -> None:
        self.agenda = agenda
        self.held = book.slides.add_slide(book.slide_layouts[5])  # layout with a title only
        w = agenda.words
        heading = self.held.shapes.title
        heading.left, heading.top, heading.width, heading.height = Mm(EDGE), Mm(12 if above else 9), Mm(WIDE - 2 * EDGE), Mm(15)
        _write(heading.text_frame, [[(title, 24 if _width(title) <= ONE_LINE else 16, True, INK)]])
        if above:
            self.text(EDGE, 6, WIDE - 2 * EDGE, 7, [[(above, 11, False, SOFT)]])
        sample = f"{w('sample_banner')} " if agenda.report.is_sample else ""
        period, day = agenda.report.period.label(w.language), format_date(agenda.day, w.language)
        foot = w("pack_slide_foot", site=w("site"), period=period, day=day)
        room = WIDE - 2 * EDGE - 20
        self.text(EDGE, HIGH - 10, room, 7, [[(sample + foot, 10 if lines_of(sample + foot, 10, room) == 1 else 8, False, SOFT)]])
        self._number(len(book.slides))

    def text(self, left: float, top: float, wide: float, high: float, lines: Sequence[Sequence[Text]]) -> None:
        """Write lines of text into a box."""
        _write(self.held.shapes.add_textbox(Mm(left), Mm(top), Mm(wide), Mm(high)).text_frame, lines)

    def bullets(self, left: float, top: float, wide: float, size: float, lines: Sequence[str], *, more: int = 0) -> float:
        """Write a bulleted list with hanging indents, as many lines as the slide has room for, and how many are left out.

        Args:
            more: how many the list leaves out anyway.

        Returns:
            Its approximate bottom edge.
        """
        frame = self.held.shapes.add_textbox(Mm(left), Mm(top), Mm(wide), Mm(10)).text_frame
        broken_lines: list[str] = []
        end = top + 3
        for line in (broken(line, size, wide - 12) for line in lines):
            after = end + (lines_of(line, size, wide - 12) + 0.3) * size * EM * 1.25
            if broken_lines and after > LOWEST:
                break
            end = after
            broken_lines.append(line)
        _write(frame, [[(line, size, False, INK)] for line in broken_lines])
        for paragraph in frame.paragraphs:
            paragraph.space_after = Pt(size / 4)
            properties = paragraph._p.get_or_add_pPr()
            properties.set("marL", str(int(Mm(5))))
            properties.set("indent", str(-int(Mm(5))))
            properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))
        return self.left_out(left, end, wide, len(lines) - len(broken_lines) + more)

    def left_out(self, left: float, top: float, wide: float, count: int) -> float:
        """Write how many rows or lines are not on the slide, if any; return the bottom edge."""
        if count <= 0:
            return top
        self.text(left, top, wide, 7, [[(self.agenda.words("pack_more", count=count), 11, False, SOFT)]])
        return top + 7

    def _number(self, number: int) -> None:
        """Write the slide number as a field, which is updated when slides are moved."""
        frame = self.held.shapes.add_textbox(Mm(WIDE - EDGE - 20), Mm(HIGH - 10), Mm(20), Mm(7)).text_frame
        _write(frame, [[(str(number), 10, False, SOFT)]])
        frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        run = frame.paragraphs[0].runs[0]._r
        run.tag = qn("a:fld")
        run.attrib.update({"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"})

    def table(self, left: float, top: float, wide: float, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
        """Add a native table, with columns wide enough for short values; return its approximate bottom edge in millimetres."""
        frame = self.held.shapes.add_table(len(rows) + 1, len(heads), Mm(left), Mm(top), Mm(wide), Mm(7 * (len(rows) + 1)))
        table, high, room = frame.table, 0.0, _columns([heads, *rows], wide)
        for at, width in enumerate(room):
            table.columns[at].width = Emu(int(Mm(width)))
        for n, row in enumerate((heads, *rows)):
            cells = [broken(shortened(label, LONGEST), CELL, room[at] - PAD) for at, label in enumerate(row)]
            for at, label in enumerate(cells):
                cell = table.cell(n, at)
                _plain(cell, is_head=n == 0)
                _write(cell.text_frame, [[(label, CELL, n == 0, INK if n else SOFT)]])
            table.rows[n].height = Mm(tall := _tall(cells, room))
            high += tall
        return top + high

    def fitting(
        self, top: float, wide: float, heads: Sequence[str], rows: Sequence[Sequence[str]], *, lowest: float = LOWEST
    ) -> int:
        """Return how many rows of a table fit on the slide, above a line in millimetres."""
        room = _columns([heads, *rows], wide)
        ends = top
        for n, row in enumerate((heads, *rows)):
            ends += _tall([broken(shortened(label, LONGEST), CELL, room[at] - PAD) for at, label in enumerate(row)], room)
            if ends > lowest:
                return max(1, n - 1)
        return len(rows)

    def room(self, left: float, top: float, wide: float, agenda: Agenda) -> None:
        """Add an empty table for the decisions on an item, as on its page of the PDF, at the lower edge of the slide."""
        w = agenda.words
        rows, high, top = (
            (3, ROOM, max(top + 4, LOWEST - ROOM - 20)) if top + ROOM < LOWEST else (2, LEAST_ROOM, max(top, LOWEST - LEAST_ROOM))
        )
        self.text(left, top, wide, 7, [[(w("decide_room"), 12, True, BLUE)]])
        frame = self.held.shapes.add_table(rows, 3, Mm(left), Mm(top + 7), Mm(wide), Mm(high - 8))
        for at, (head, share) in enumerate(((w("decision_what"), 0.5), (w("decision_who"), 0.28), (w("att_due"), 0.22))):
            frame.table.columns[at].width = Emu(int(Mm(wide * share)))
            for n in range(rows):
                _plain(cell := frame.table.cell(n, at), is_head=n == 0)
                _write(cell.text_frame, [[("" if n else head, CELL, n == 0, INK if n else SOFT)]])

    def chart(self, series_drawn: Drawn, agenda: Agenda, left: float, top: float, wide: float, high: float) -> None:
        """Add a native chart of actual against planned values: lines, or columns where the figures must not be joined."""
        w, data = agenda.words, CategoryChartData()
        is_full = len(series_drawn.points) > FEW
        data.categories = [period.short(w.language) for period, _, _ in series_drawn.points]
        data.add_series(w("actual"), [value for _, value, _ in series_drawn.points])
        if any(planned is not None for _, _, planned in series_drawn.points):
            data.add_series(w("planned"), [planned for _, _, planned in series_drawn.points])
        is_line = len(stretches_of(series_drawn.scored)) == 1
        kind = XL_CHART_TYPE.LINE_MARKERS if is_line else XL_CHART_TYPE.COLUMN_CLUSTERED
        chart = self.held.shapes.add_chart(kind, Mm(left), Mm(top), Mm(wide), Mm(high), data).chart
        chart.font.size, chart.font.name = Pt(11), OFFICE_FONT
        chart.category_axis.tick_labels.font.size = Pt(9 if is_full else 10)
        if is_full:
            _slanted(chart.category_axis, len(series_drawn.points))
        chart.has_title, chart.has_legend = True, True
        definition = series_drawn.scored.entry.definition
        _write(chart.chart_title.text_frame, [[(f"{w.named(definition)} ({w.named(definition, 'unit')})", 12, True, INK)]])
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.value_axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("E4E6F0")
        values = [v for _, value, planned in series_drawn.points for v in (value, planned) if v is not None]
        labels = chart.value_axis.tick_labels
        labels.number_format, labels.number_format_is_linked = axis_format(values), False
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = axis_ends(values)
        for series, colour, is_plan in zip(chart.plots[0].series, (BLUE, GREY), (False, True), strict=False):
            if not is_line:
                series.format.fill.solid()
                series.format.fill.fore_color.rgb = RGBColor.from_string(colour)
                continue
            series.smooth, series.format.line.width = False, Pt(1.75 if is_plan else 2.5)
            series.format.line.color.rgb = RGBColor.from_string(colour)
            series.format.line.dash_style = MSO_LINE.DASH if is_plan else MSO_LINE.SOLID
            series.marker.style = None
            if is_plan:
                series.marker.format.fill.background()
                series.marker.format.line.fill.background()
            else:
                series.marker.format.fill.solid()
                series.marker.format.fill.fore_color.rgb = RGBColor.from_string(colour)


def _slanted(axis: Any, count: int) -> None:
    """Write the labels of a long series aslant and only every so many: programs else break words, or turn some and leave out others."""
    axis._element.txPr.bodyPr.attrib.update({"rot": "-2700000", "vert": "horz"})
    skip = axis._element.makeelement(qn("c:tickLblSkip"), {"val": str(ceil(count / FEW))})
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)


def taken(text: str, size: float) -> float:
    """Return the approximate width of a text on one line in millimetres, with a quarter em between Japanese and Latin letters."""
    wide = [ord(letter) > 0x2000 for letter in text]
    return EM * size * (sum(1.0 if is_wide else LATIN for is_wide in wide) + 0.25 * sum(a != b for a, b in pairwise(wide)))


def broken(text: str, size: float, wide: float) -> str:
    """Return a text with line breaks between phrases: PowerPoint and LibreOffice break Japanese at any character.

    Args:
        text: Japanese; text of another language is returned unchanged, since both programs break it between words.
        wide: line width in millimetres.
    """
    lines = [""]
    for part in phrases(text):
        if lines[-1] and taken(lines[-1] + part.rstrip(), size) > wide:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _columns(rows: Sequence[Sequence[str]], wide: float) -> list[float]:
    """Return column widths in millimetres: short cells are not wrapped, long ones share the rest in proportion to their length."""
    needed = [max(taken(shortened(cell, LONGEST), CELL) for cell in column) * 1.04 + PAD for column in zip(*rows, strict=True)]
    least = [min(need, NARROW) for need in needed]
    beyond = [(need - low) ** 0.6 for need, low in zip(needed, least, strict=True)]
    rest, shared = wide - sum(least), sum(beyond)
    if rest < 0:
        return [low * wide / sum(least) for low in least]
    if not shared or sum(needed) <= wide:
        return [need + (wide - sum(needed)) / len(needed) for need in needed]
    return [low + rest * part / shared for low, part in zip(least, beyond, strict=True)]


def lines_of(text: str, size: float, wide: float) -> int:
    """Return the approximate number of lines of a wrapped text."""
    return sum(max(1, ceil(taken(line, size) / wide)) for line in text.split("\n"))


def _tall(cells: Sequence[str], room: Sequence[float]) -> float:
    """Return the height of a table row in millimetres."""
    return 2.6 + 4.6 * max(lines_of(cell, CELL, width - PAD) for cell, width in zip(cells, room, strict=True))


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2000 else 1 for letter in text)


def _plain(cell: Any, *, is_head: bool) -> None:
    """Format a cell without theme colours, with a thin rule below."""
    cell.fill.background()
    cell.margin_left = cell.margin_right = Mm(1.2)
    cell.margin_top = cell.margin_bottom = Mm(0.8)
    properties = cell._tc.get_or_add_tcPr()
    for edge in ("a:lnL", "a:lnR", "a:lnT", "a:lnB"):
        line = properties.makeelement(qn(edge), {"w": "12700" if is_head else "6350"})
        if edge == "a:lnB":
            filled = line.makeelement(qn("a:solidFill"), {})
            filled.append(filled.makeelement(qn("a:srgbClr"), {"val": INK if is_head else "D0D0D4"}))
            line.append(filled)
        else:
            line.append(line.makeelement(qn("a:noFill"), {}))
        properties.insert(
            len(properties.findall(qn("a:lnL")) + properties.findall(qn("a:lnR")) + properties.findall(qn("a:lnT"))), line
        )


def _write(frame: Any, lines: Sequence[Sequence[Text]]) -> None:
    """Write paragraphs of runs in the font of the slides; user text stays text."""
    frame.word_wrap = True
    for n, runs in enumerate(lines):
        paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
        paragraph.alignment = 1
        for words, size, is_bold, colour in runs:
            for at, line in enumerate(words.split("\n")):
                if at:
                    paragraph.add_line_break()
                run = paragraph.add_run()
                run.text = shown(line)
                run.font.size, run.font.bold, run.font.name = Pt(size), is_bold, OFFICE_FONT
                run.font.color.rgb = RGBColor.from_string(colour)
                properties = run._r.get_or_add_rPr()
                properties.append(properties.makeelement(qn("a:ea"), {"typeface": OFFICE_FONT}))


def _front(slide: _Slide, front: pack.Front, agenda: Agenda) -> None:
    w = agenda.words
    slide.text(EDGE, 25, WIDE - 2 * EDGE, 16, [[(front.lead, 13, False, SOFT)]])
    top = max(46, 30 + 5.8 * lines_of(front.lead, 13, WIDE - 2 * EDGE - 6))
    data = CategoryChartData()
    counted = [(word, count, status) for _, _, counts in front.counts[:1] for status, word, count in counts]
    if counted:
        data.categories = [word for word, _, _ in counted]
        data.add_series(front.counts[0][0], [count for _, count, _ in counted])
        chart = slide.held.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, Mm(EDGE), Mm(top), Mm(120), Mm(86), data).chart
        chart.font.size, chart.font.name, chart.has_legend, chart.has_title = Pt(12), OFFICE_FONT, False, True
        _write(chart.chart_title.text_frame, [[(f"{front.counts[0][0]} {front.counts[0][1]}", 13, True, INK)]])
        chart.category_axis.reverse_order = True
        chart.value_axis.visible, chart.value_axis.has_major_gridlines, chart.value_axis.minimum_scale = False, False, 0
        plot = chart.plots[0]
        plot.has_data_labels, plot.gap_width = True, 60
        for at, (_, _, status) in enumerate(counted):
            fill = plot.series[0].points[at].format.fill
            fill.solid()
            colour, ink, _ = LOOK.get(status, ("", "#626264", ""))
            fill.fore_color.rgb = RGBColor.from_string((ink if ink != "#FFF" else colour).removeprefix("#"))
    others = [[(f"{label} {count}", 12, False, INK)] for label, count, _ in front.counts[1:]]
    slide.text(EDGE, top + 88, 120, 30, others)
    rows = [(h.word, h.theme, h.value, h.before, h.year_earlier) for h in front.headlines]
    if rows:
        heads = [w("status"), w("indicators_one"), w("actual"), w("previous"), w("year_earlier")]
        top = slide.table(142, top, WIDE - 142 - EDGE, heads, rows)
    lines = [f"{counted.decided} ({counted.who})" for counted in front.decided] or list(front.to_decide)
    title = w("decided_today") if front.decided else w("decide_today")
    left_out = max(0, len(lines) - FIRST) if front.decided else front.left_out[1]
    if lines:
        slide.text(142, top + 6, WIDE - 142 - EDGE, 9, [[(title, 15, True, BLUE)]])
        slide.bullets(142, top + 15, WIDE - 142 - EDGE, 13, lines[:FIRST], more=left_out)


def _attention(slide: _Slide, agenda: Agenda) -> None:
    w = agenda.words
    rows = [
        (
            r.word, r.name, r.gap.text, r.since, r.answer.cause or UNSAID, r.answer.action or UNSAID, r.bureau or w("att_undecided"),
            r.answer.due_said(w) or UNSAID,
        )
        for r in agenda.rows
    ]  # fmt: skip
    heads = [
        w(head) for head in ("status", "att_what", "att_gap", "att_since_head", "att_why", "att_action", "att_bureau", "att_due")
    ]
    if not rows:
        slide.text(EDGE, 30, WIDE - 2 * EDGE, 12, [[(w("att_nothing"), 16, False, INK)]])
        return
    top, silent = 27.0, attention.silent(agenda.rows, w)
    if silent:
        slide.text(EDGE, top - 1, WIDE - 2 * EDGE, 7, [[(silent, 12, True, ORANGE)]])
        top += 8
    fitted = slide.fitting(top, WIDE - 2 * EDGE, heads, rows)
    end = slide.table(EDGE, top, WIDE - 2 * EDGE, heads, rows[:fitted])
    slide.left_out(EDGE, end, WIDE - 2 * EDGE, len(rows) - fitted)


def _decisions(book: Any, agenda: Agenda, front: pack.Front) -> None:
    w = agenda.words
    for decided, key in ((agenda.carried, "before"), (list(front.decided), "now")):
        for first in range(0, len(decided), ROWS):
            block = agenda.block(decided[first : first + ROWS], key)
            slide = _Slide(book, agenda, block.title)
            slide.table(EDGE, 27, WIDE - 2 * EDGE, block.columns, pack.cells(block.rows))
    if not agenda.carried and not front.decided:
        slide = _Slide(book, agenda, w("decide_today"))
        wanted = agenda.to_decide()
        slide.bullets(EDGE, 28, WIDE - 2 * EDGE, 15, wanted or [w("att_nothing")])


def _item(slide: _Slide, item: Item, agenda: Agenda) -> None:
    w = agenda.words
    lines = [
        part
        for label, value in pack.facts(item, agenda)
        for part in ((f"{label} ", 11, False, SOFT), (f"{value}   ", 13, True, INK))
    ]
    word = [(f"{item.row.word}   {item.row.about}   ", 13, True, INK)] if item.row else []
    slide.text(EDGE, 27, WIDE - 2 * EDGE, 16, [word, lines] if word else [lines])
    half, under = WIDE / 2 - EDGE, 46.0
    if item.drawn is not None:
        slide.chart(item.drawn, agenda, EDGE, 46, half - 6, 88)
        under = 136.0
    if item.sentences:
        slide.text(EDGE, under, half - 6, 40, [[(sentence, 11, False, SOFT)] for sentence in item.sentences[:3]])
    # Commentary is placed beside chart or facts, and alone if there are neither.
    left = WIDE / 2 if item.drawn is not None or item.sentences else EDGE
    wide, top = WIDE - left - EDGE, 44.0
    wants_room = agenda.minutes is None and not item.now
    lines_kept = sum(12 + DECIDED * min(SHOWN, len(decided)) for decided in (item.before, item.now) if decided)
    assessed = (ASSESSED if item.assessment else 0) + (LEAST_ROOM if wants_room else 0) + lines_kept
    for title, block, parts, below in (
        (w("commentaries_title"), item.causes, ("cause", "response"), assessed + (ONE_ACTION if item.actions.rows else 15)),
        (w("actions_title"), item.actions, ("measure", "due", "state"), assessed),
    ):
        heads = (w("bureau"), *(w(f"part_{part}") for part in parts))
        top = _block(slide, title, block, heads, left, top, wide, below=below)
    for key, decided in (("before", item.before), ("now", item.now)):
        if decided:
            top = _lines(slide, w(f"decisions_{key}"), decided, agenda, left, top, wide)
    if item.assessment:
        slide.text(left, top, wide, 14, [[(w("assessment"), 12, True, BLUE)], [(item.assessment, 11, False, INK)]])
        top += ASSESSED
    if wants_room and top + LEAST_ROOM <= LOWEST + 6:
        slide.room(left, top, wide, agenda)


def _block(
    slide: _Slide, title: str, block: Block, heads: Sequence[str], left: float, top: float, wide: float, *, below: float = 0
) -> float:
    """Add the first rows and most informative columns of a commentary table beside the chart; return its bottom edge.

    Args:
        below: millimetres for what stands below it.
    """
    slide.text(left, top, wide, 7, [[(title, 12, True, BLUE)]])
    if not block.rows:
        slide.text(left, top + 6, wide, 7, [[(block.why_empty, 11, True, ORANGE)]])
        return top + 15
    kept = [n for n, column in enumerate(block.columns) if column.startswith(tuple(heads))]
    rows = [[row[n] for n in kept] for row in pack.cells(block.rows)[:BESIDE]]
    columns = [block.columns[n] for n in kept]
    lowest = LOWEST - below - (10 if len(block.rows) > 1 else 0)  # how many rows are left out is written below it
    count = slide.fitting(top + 7, wide, columns, rows, lowest=lowest)
    end = slide.table(left, top + 7, wide, columns, rows[:count])
    return slide.left_out(left, end, wide, len(block.rows) - count) + 3


def _lines(slide: _Slide, title: str, decided: Sequence[Decided], agenda: Agenda, left: float, top: float, wide: float) -> float:
    w = agenda.words
    lines = [
        w("decided_line", decided=d.decided, who=d.who, due=format_date(d.due, w.language) if d.due else w("att_undecided"))
        + w("in_brackets", text=d.state)
        for d in decided[:SHOWN]
    ]
    slide.text(left, top, wide, 8, [[(title, 12, True, BLUE)]])
    return slide.bullets(left, top + 6, wide, 11, lines, more=max(0, len(decided) - SHOWN)) + 3
