"""Judged indicators prepared for static pages: formatted texts beside raw values, and the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from markupsafe import Markup

from charts.series import Series
from charts.svg.series import NARROW, WIDE, drawing
from charts.svg.strip import look_of
from kpis.figures.records import MARKS, STATUSES, Figure, in_time, value_of
from kpis.figures.scorecard import Book, Scored, SourceNote, Tally, forecast_of, shown_figure
from kpis.figures.sentences import planned_text, target_text
from kpis.moment import Moment
from kpis.store import tables
from kpis.text import format_date, status_word
from publishers.site import attention
from publishers.site.lines import beside_mark
from publishers.site.numbered import numbered
from telling import attention as told_attention
from telling import happened, indicator
from telling.blocks import BlockColumn, Telling
from telling.cards import notes_of
from telling.overview import groups, rule_line, table_word
from telling.words import Words

SERIES = ("period", "period_end", "value", "ed_numerator", "ed_denominator", "marks", "source")
LISTED = ("nav_indicator", "status", "actual", "target", "period", "att_strip_heading")  # of a list of several
NUMBERS = ("value", "ed_numerator", "ed_denominator", "actual", "target")
TONES = {
    "reached": "good", "on_track": "fine", "slightly_behind": "warn", "unreported": "warn", "behind": "bad", "moving_away": "bad", "missed": "bad",
    "reached_then_lost": "bad",
}  # fmt: skip


def meaning(status: str, words: Words) -> Markup:
    """Return the tooltip attribute with the meaning of a status; empty if there is no text."""
    return Markup(' title="{}"').format(words(f"meaning_{status}")) if words.has(f"meaning_{status}") else Markup("")


def mark(status: str, word: str, words: Words, *, is_old: bool = False) -> Markup:
    """Return the mark of a status with its word, and its meaning as a tooltip; paler if no longer current."""
    made = Markup('<span class="sm{}"{}><i class="{}"></i>{}</span>')
    return made.format(" sm-old" if is_old else "", meaning(status, words), look_of(status), beside_mark(word))


def badge(status: str, words: Words, count: int | None = None, *, is_old: bool = False) -> Markup:
    """Return the mark and word of a status, with an optional count."""
    return mark(status, status_word(status, words.language) + ("" if count is None else f" {count}"), words, is_old=is_old)


def badges(counted: Tally, words: Words, place: str) -> Markup:
    """Return the counts of judgements: current ones with icon, word and colour; last known and not judged ones in grey.

    Args:
        place: address of the counted list; ``{list}`` stands for the section of each count.
    """
    lines = []
    for group, label, counts in groups(counted, words):
        is_past = group not in ("current", "unreported")
        marks = [
            Markup('<a class="count" href="{}">{}</a>').format(
                place.format(list=f"{group}-{s}"), badge(s, words, counts[s], is_old=is_past)
            )
            for s in STATUSES
            if counts.get(s)
        ]
        lines.append(
            Markup('<span class="marks">{}</span>').format(Markup(" ").join([Markup.escape(label), *marks] if label else marks))
        )
    return Markup(" ").join(lines)


def number(value: float | None, text: str) -> Markup:
    """Return a formatted number with its machine-readable value."""
    return Markup('<data value="{}">{}</data>').format("" if value is None else repr(float(value)), text)


def day(value: date, words: Words) -> Markup:
    """Return a formatted day with its machine-readable form."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), format_date(value, words.language))


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesRow:
    """One figure in the table of a series: the code of its period, and the fields named in ``SERIES``."""

    code: str
    cells: tuple[Markup | str, ...]


@dataclass(frozen=True)
class IndicatorView:
    """One judged indicator in one language."""

    scored: Scored
    row: tables.Indicator
    book: Book
    words: Words
    as_of: date
    moment: Moment

    @property
    def code(self) -> str:
        """Return the code of the indicator."""
        return self.scored.entry.definition.code

    @property
    def name(self) -> str:
        """Return its name."""
        return self.words.named(self.row)

    @property
    def status(self) -> str:
        """Return its status."""
        return self.scored.judgement.status

    @property
    def badge(self) -> Markup:
        """Return its status, with notes of an awaited result, an earlier missed target or an old figure."""
        judged = self.scored.judgement
        marks = badge(self.status, self.words, is_old=judged.standing == "last_known")
        return marks + Markup().join(
            Markup(' <span class="cd-notes">{}</span>').format(note) for note in notes_of(judged, self.words)
        )

    @cached_property
    def strip(self) -> Markup:
        """Return the status at the last quarters, and since when it is off track; empty without a target."""
        if not self.scored.entry.goals:
            return Markup("")
        shape = told_attention.strip(self.moment.stood(self.scored), self.words, name=self.name)
        since = told_attention.since_words(self.moment.off_since(self.scored), self.words)
        return Markup("{} {}").format(attention.strip(shape), since).strip()

    @property
    def sentence(self) -> str:
        """Return the judgement in words."""
        return self.scored.sentence(self.words.language)

    def figure(self, figure: Figure | None) -> Markup:
        """Return a formatted figure with its machine-readable value."""
        definition = self.scored.entry.definition
        return number(value_of(definition, figure) if figure else None, shown_figure(self.scored, figure, self.words.language))

    @property
    def planned(self) -> Markup | str:
        """Return the planned value, with at least the precision used in the sentence."""
        judged = self.scored.judgement
        if judged.planned_value is None:
            return "―"
        return number(judged.planned_value, planned_text(self.scored.entry.definition, judged, self.words.language))

    @property
    def target(self) -> Markup | str:
        """Return the target used for the judgement."""
        judged = self.scored.judgement
        if judged.goal is None:
            return "―"
        return number(judged.goal.value, target_text(self.scored.entry.definition, judged, self.words.language))

    @property
    def headline(self) -> Markup:
        """Return the figure used for the judgement."""
        return self.figure(self.scored.judgement.figure)

    @property
    def when(self) -> str:
        """Return the period of that figure and its last day."""
        figure = self.scored.judgement.figure
        if figure is None:
            return ""
        day = self.words("in_brackets", text=format_date(figure.period.end, self.words.language))
        return figure.period.label(self.words.language) + day

    @property
    def comparisons(self) -> list[tuple[str, Markup | str]]:
        """Return target, planned value, previous value and same period last year."""
        judged, words = self.scored.judgement, self.words
        pairs: list[tuple[str, Markup | str]] = []
        if judged.goal is None:
            pairs.append((words("target"), words("no_target")))
        else:
            day = format_date(judged.goal.period.end, words.language)
            pairs.append((words("target"), Markup("{}{}").format(self.target, words("in_brackets", text=day))))
        if judged.planned_value is not None:
            pairs.append((words("planned"), self.planned))
        if judged.figure is not None and judged.figure.value is not None:
            for key, other in (("previous", judged.previous), ("year_earlier", judged.year_earlier)):
                label = other.period.label(words.language) if other else ""
                pairs.append(
                    (words(key), Markup("{}{}").format(self.figure(other), words("in_brackets", text=label)) if other else "―")
                )
        return pairs

    @property
    def rule(self) -> str:
        """Return the thresholds of the judgement in words."""
        return rule_line(self.scored, self.words)

    @property
    def table_word(self) -> str:
        """Return the heading under which its figures are folded as a table."""
        return table_word(self.scored, self.words)

    @cached_property
    def series(self) -> list[SeriesRow]:
        """Return one row per period."""
        rows = []
        for figure in sorted(self.scored.figures, key=in_time):
            marks = [self.words(f"mark_{mark}") for mark in MARKS if getattr(figure, f"is_{mark}")]
            cells = (
                figure.period.label(self.words.language), day(figure.period.end, self.words), self.figure(figure), self.plain(figure.numerator),
                self.plain(figure.denominator), self.words("list_comma").join(marks), self._source(figure),
            )  # fmt: skip
            rows.append(SeriesRow(code=figure.period_code, cells=cells))
        return rows

    @property
    def series_columns(self) -> list[BlockColumn]:
        """Return the columns of the table of figures, in cell order."""
        return self._columns(SERIES)

    @property
    def listed(self) -> tuple[Markup | str, ...]:
        """Return the cells of its row in a list, as named in ``LISTED``."""
        return self.name, self.badge, self.headline, self.target, self.when, self.strip

    @property
    def listed_columns(self) -> list[BlockColumn]:
        """Return the columns of such a list."""
        return self._columns(LISTED)

    def _columns(self, keys: Iterable[str]) -> list[BlockColumn]:
        return [BlockColumn(self.words(key), key in NUMBERS) for key in keys]

    def _source(self, figure: Figure) -> Markup | str:
        note = self.book.sources.get(figure.source_code)
        return "" if note is None else Markup('<a href="{}" rel="noopener">{}</a>').format(note.url, self.words.marked(note.title))

    def plain(self, value: float | None) -> Markup | str:
        """Return a count, or blank."""
        return "" if value is None else number(value, self.words.number(value, ",.0f" if value == round(value) else ","))

    @property
    def sources(self) -> list[SourceNote]:
        """Return the sources of the judgement."""
        return [self.book.sources[code] for code in self.scored.source_codes if code in self.book.sources]

    @cached_property
    def shape(self) -> Series | None:
        """Return the data of its chart."""
        return indicator.series(self.scored, Telling(self.words, self.moment))

    @cached_property
    def wide(self) -> str:
        """Return the wide drawing; blank if there is no number to draw."""
        return (
            drawing(self.shape, alt=f"{self.name}: {self.sentence}", size=WIDE, name="wide") if self.shape and self.is_drawn else ""
        )

    @property
    def happened(self) -> Markup:
        """Return the legend of the chart's circled numbers."""
        return numbered(self.shape.annotations, self.words) if self.shape is not None and self.is_drawn else Markup("")

    @property
    def signs(self) -> dict[date, str]:
        """Return the circled numbers in the chart, by day."""
        return happened.signs(self.shape.annotations) if self.shape is not None and self.is_drawn else {}

    @property
    def legend(self) -> str:
        """Return the meaning of the lines and, for a forecast, the back-tested coverage of its intervals."""
        return indicator.legend(self.shape, forecast_of(self.scored, as_of=self.as_of), self.words)

    @property
    def is_drawn(self) -> bool:
        """Return whether there is a chart; same name as in ``BlockView``."""
        return self.shape is not None and self.shape.is_course

    @property
    def chart(self) -> Markup:
        """Return the drawing at both widths; blank if there is no number to draw."""
        if self.shape is None or not self.is_drawn:
            return Markup("")
        alt = f"{self.name}: {self.sentence}"
        return Markup(self.wide) + Markup(drawing(self.shape, alt=alt, size=NARROW, name="narrow"))
