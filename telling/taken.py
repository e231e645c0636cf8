"""A chart as people take it away: what is drawn, what is written on it, and the same figures as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from charts.svg.framed import Label, framed
from charts.svg.series import WIDE, drawing
from charts.svg.shapes import picture
from kpis.as_text import cell
from kpis.figures.records import in_time, value_of
from kpis.figures.scorecard import Scored, SourceNote, forecast_of
from kpis.settings import Settings
from kpis.text import format_date
from telling import indicator
from telling.blocks import Block, Telling
from telling.citation import citation
from telling.words import Words

FORMS = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Stand:
    """Of what a chart is: an edition, or what is known inside and not published; ``is_sample``: made up."""

    as_of: date
    about: Mapping[str, Any] | None
    chosen: Settings
    is_sample: bool = False

    def label(self, title: str, sentence: str, notes: str, sources: Sequence[SourceNote], words: Words) -> Label:
        """Return what is written on a chart."""
        listed = words("list_comma").join(dict.fromkeys(words.marked(each.title) for each in sources))
        day = format_date(self.as_of, words.language)
        marks = [*([] if self.about else [words("taken_inside")]), *([words("sample_banner")] if self.is_sample else [])]
        return Label(
            title=title, sentence=sentence, notes=notes, sources=f"{words('source')}: {listed}" if listed else "",
            stands=citation(self.about, self.chosen, words.language) if self.about else words("taken_day", day=day, site=words("site")),
            marks=tuple(marks), language=words.language,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """One chart to take away."""

    drawing: str
    label: Label
    rows: tuple[Mapping[str, Any], ...]

    def svg(self, *, font: str = "") -> str:
        """Return the picture; in one family of fonts where it is named."""
        return framed(self.drawing, self.label, font=font) if font else framed(self.drawing, self.label)

    def csv(self) -> bytes:
        """Return the figures, each row with what the chart is of: UTF-8 with BOM, one header."""
        out = io.StringIO(newline="")
        of = {"chart": self.label.title, "stands": self.label.stands, "note": " ".join(self.label.marks)}
        rows = [{**row, **of} for row in self.rows]
        writer = csv.DictWriter(out, list(rows[0]) if rows else list(of), lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: cell(value) if isinstance(value, str) else value for name, value in row.items()})
        return out.getvalue().encode("utf-8-sig")


def of_indicator(item: Scored, telling: Telling, stand: Stand) -> Taken | None:
    """Return the chart of an indicator; nothing where there is no figure to draw."""
    words, definition, book = telling.words, item.entry.definition, telling.moment.book
    shape = indicator.series(item, telling)
    if shape is None:
        return None
    sources = [book.sources[code] for code in item.source_codes if code in book.sources]
    name = words.named(telling.moment.indicators[definition.code])
    if not item.entry.is_own_scope:
        name = f"{name} {telling.bureau(item.entry.unit_code)}"
    sentence, notes = item.sentence(words.language), indicator.legend(shape, forecast_of(item, as_of=stand.as_of), words)
    rows = tuple(
        {
            "indicator_code": definition.code, "unit_code": item.entry.unit_code, "period_code": figure.period_code, "end_date": figure.period.end,
            "value": value_of(definition, figure), "unit": definition.unit_en, "numerator": figure.numerator, "denominator": figure.denominator,
            "is_preliminary": figure.is_preliminary, "is_sample": figure.is_sample, "source": note.title if note else "",
            "source_url": note.url if note else "",
        }
        for figure in sorted(item.figures, key=in_time)
        for note in [book.sources.get(figure.source_code)]
    )  # fmt: skip
    notes = words.together([f"{each.sign} {each.words}" for each in shape.annotations] + [notes])
    alt = f"{name}: {sentence}"
    return Taken(drawing(shape, alt=alt, size=WIDE), stand.label(name, sentence, notes, sources, words), rows)


def of_block(block: Block, words: Words, stand: Stand, *, title: str = "") -> Taken | None:
    """Return the chart of a block; nothing where it has none."""
    if block.shape is None:
        return None
    name = block.title or title
    both = picture(block.shape, alt=f"{name}: {block.sentence}", key=block.key, language=words.language)
    wide = both.partition("</svg>")[0] + "</svg>"
    return Taken(wide, stand.label(name, block.sentence, " ".join(block.notes), (), words), block.flat)
