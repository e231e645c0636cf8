"""A standalone chart for download: title, summary, source, date and edition are drawn on it, without external resources."""

from __future__ import annotations

import re
from dataclasses import dataclass

from charts.style import FONT, INK, PLAN, SHORTFALL
from charts.svg.written import LEADING, written
from kpis.as_text import escaped

MARGIN, TITLE, SAID, SMALL = 24, 22, 14, 12
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_OUTER = re.compile(r' (?:class|role|aria-label)="[^"]*"')


@dataclass(frozen=True, slots=True)
class Label:
    """The texts written on a chart."""

    title: str
    sentence: str  # summary; with the title its alternative text
    notes: str
    sources: str
    stands: str  # date and edition, as cited
    marks: tuple[str, ...]  # prominent warnings: not published, made up
    language: str

    @property
    def alternative(self) -> str:
        """Return the text alternative of the picture."""
        return " ".join(filter(None, (*self.marks, f"{self.title}: {self.sentence}" if self.sentence else self.title)))


def framed(drawing: str, label: Label, *, font: str = FONT) -> str:
    """Return the drawing with its label, in light colours."""
    view = _VIEW.search(drawing)
    assert view is not None
    wide, tall = float(view[1]), float(view[2])
    width, parts, y = wide + 2 * MARGIN, [], float(MARGIN)

    def put(text: str, size: int, *, most: int, weight: int = 400, fill: str = INK) -> None:
        nonlocal y
        if text:
            lines = written(text, x=MARGIN, y=y + size, size=size, width=wide, most=most, weight=weight, fill=fill)
            parts.extend(lines)
            y += len(lines) * round(size * LEADING) + 4

    for mark in label.marks:
        put(mark, SAID, most=2, weight=700, fill=SHORTFALL)
    put(label.title, TITLE, most=3, weight=700)
    put(label.sentence, SAID, most=4)
    y += 6
    head, _, rest = drawing.partition(">")
    inner = _OUTER.sub("", head).replace("<svg ", f'<svg x="{MARGIN}" y="{y:g}" width="{wide:g}" height="{tall:g}" ', 1)
    parts.append(f"{inner}>{rest}")
    y += tall + 8
    put(label.notes, SMALL, most=8, fill=PLAN)
    put(label.sources, SMALL, most=4, fill=PLAN)
    put(label.stands, SMALL, most=3, fill=PLAN)
    height = y + MARGIN - 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'lang="{label.language}" aria-label="{escaped(label.alternative)}" font-family="{escaped(font)}" fill="{INK}">'
        f"<title>{escaped(label.alternative)}</title>"
        f'<rect width="{width:g}" height="{height:g}" fill="#FFFFFF"/>{"".join(parts)}</svg>\n'
    )
