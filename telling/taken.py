"""A downloadable chart: its drawing, the texts written on it, and its figures as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from charts.series import Series
from charts.svg import shapes
from charts.svg.framed import Label, framed
from charts.svg.series import WIDE, drawing
from kpis.as_text import cell
from kpis.figures.records import in_time, value_of
from kpis.figures.scorecard import Scored, SourceNote, forecast_of
from kpis.settings import Settings
from kpis.text import format_date
from telling import indicator
from telling.blocks import Block, Telling
from telling.citation import citation
from telling.words import Words

NOW = "now/"  # prefix of a chart's name in the current organisation (now)
NAMED = 3  # sources named on a picture; of further ones the number
FORMS = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Stand:
    """The provenance of a chart: an edition, or internal unpublished data; ``is_sample``: made up."""

    as_of: date
    about: Mapping[str, Any] | None
    chosen: Settings
    is_sample: bool = False

    def label(self, title: str, sentence: str, notes: str, sources: Sequence[SourceNote], words: Words) -> Label:
        """Return the texts written on a chart."""
        titles = list(dict.fromkeys(words.marked(source.title) for source in sources))
        listed = words("list_comma").join(titles[:NAMED])
        if len(titles) > NAMED:
            listed = words("taken_sources_more", listed=listed, count=len(titles) - NAMED)
        day = format_date(self.as_of, words.language)
        marks = [*([] if self.about else [words("taken_inside")]), *([words("sample_banner")] if self.is_sample else [])]
        return Label(
            title=title, sentence=sentence, notes=notes, sources=f"{words('source')}: {listed}" if listed else "",
            stands=citation(self.about, self.chosen, words.language) if self.about else words("taken_day", day=day, site=words("site")),
            marks=tuple(marks), language=words.language,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """One downloadable chart."""

    drawing: str
    label: Label
    rows: tuple[Mapping[str, Any], ...]

    def svg(self, *, font: str = "") -> str:
        """Return the picture as SVG; in the given font family, if named."""
        return framed(self.drawing, self.label, font=font) if font else framed(self.drawing, self.label)

    def csv(self) -> bytes:
        """Return the figures as CSV, each row with the chart's metadata: UTF-8 with BOM, one header."""
        out = io.StringIO(newline="")
        chart_columns = {"chart": self.label.title, "stands": self.label.stands, "note": " ".join(self.label.marks)}
        if self.rows and "source" not in self.rows[0]:
            chart_columns["sources"] = self.label.sources
        rows = [{**row, **chart_columns} for row in self.rows]
        writer = csv.DictWriter(out, list(rows[0]) if rows else list(chart_columns), lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: cell(value) if isinstance(value, str) else value for name, value in row.items()})
        return out.getvalue().encode("utf-8-sig")


def name_of_indicator(item: Scored) -> str:
    """Return the published name of an indicator's chart."""
    entry = item.entry
    return entry.definition.code if entry.is_own_scope else f"units/{entry.unit_code}/{entry.definition.code}"


def of_indicator(
    item: Scored, telling: Telling, stand: Stand, *, shape: Series | None = None, svg: str = ""
) -> Taken | None:  # fmt: skip
    """Return the chart of an indicator; ``None`` if there is no figure to draw. ``shape``: its data, if already made."""
    words, definition, book = telling.words, item.entry.definition, telling.moment.book
    shape = shape or indicator.series(item, telling)
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
    notes = words.together([f"{annotation.sign} {annotation.words}" for annotation in shape.annotations] + [notes])
    return Taken(svg or drawing(shape, alt="", size=WIDE), stand.label(name, sentence, notes, sources, words), rows)


def of_block(block: Block, telling: Telling, stand: Stand, *, svg: str = "") -> Taken | None:
    """Return the chart of a block; ``None`` if it has none."""
    words = telling.words
    if block.shape is None:
        return None
    name = block.called or block.title
    if telling.view == "now":
        name += words("in_brackets", text=words("view_now"))
    wide = svg or shapes.drawing(block.shape, alt="", key=block.key, language=words.language)
    return Taken(wide, stand.label(name, block.sentence, " ".join(block.notes), block.sources, words), block.flat)
