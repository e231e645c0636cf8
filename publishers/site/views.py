"""What the static pages show of a judged indicator: texts ready to print beside the raw values, and its picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from markupsafe import Markup

from charts.series import Series
from charts.svg.series import NARROW, WIDE, drawing
from charts.svg.sparkline import BAR, HEIGHT, WIDTH, bullet, sparkline
from kpis.figures.records import STATUSES, Figure, value_of
from kpis.figures.scorecard import Book, Scored, SourceNote, Tally, forecast_of, path_of, shown_figure
from kpis.figures.sentences import planned_text, target_text
from kpis.kinds import KINDS
from kpis.moment import Moment
from kpis.store import tables
from kpis.text import format_date, format_value, status_word
from publishers.site import attention
from telling import attention as told_attention
from telling import indicator
from telling.overview import groups, rule_line
from telling.words import Words

# 16 × 16, drawn in the colour of the text: a status is icon, word and colour.
ICONS = {
    "reached": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm-1.2 10L3.6 7.8l1.2-1.2 2 2 4.4-4.4 1.2 1.2z",
    "on_track": "M1 12l4.5-4.5 3 3L13 6v3h2V3H9v2h2.6L8.5 8l-3-3L0 10.6z",
    "slightly_behind": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm-1 3h2v5H7zm0 6h2v2H7z",
    "behind": "M8 1L0 15h16zm-1 5h2v5H7zm0 6h2v2H7z",
    "moving_away": "M1 4l4.5 4.5 3-3L13 10V7h2v6H9v-2h2.6L8.5 8l-3 3L0 5.4z",
    "missed": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM5.2 4L8 6.8 10.8 4 12 5.2 9.2 8 12 10.8 10.8 12 8 9.2 5.2 12 4 10.8 6.8 8 4 5.2z",
    "reached_then_lost": "M6 3L1 7l5 4V8h4a2.5 2.5 0 0 1 0 5H6v2h4a4.5 4.5 0 0 0 0-9H6z",
    "not_due": "M3 1h10v3L9.5 8 13 12v3H3v-3l3.5-4L3 4zm2 2v.5L8 7l3-3.5V3z",
    "unreported": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM7 10.8h2v2H7zM5 6a3 3 0 1 1 4 2.8V10H7V7.5h1A1.2 1.2 0 1 0 6.8 6z",
    "no_current": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM7.2 4h1.5v4l3 1.8-.8 1.3L7.2 8.8z",
    "no_data": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM4 7h8v2H4z",
    "not_applicable": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 0 1 3 9L4 5a5 5 0 0 1 4-2zM3 8c0-.7.1-1.3.4-1.9l6.5 6.5A5 5 0 0 1 3 8z",
    "qualitative": "M1 3h14v2H1zm0 4h14v2H1zm0 4h9v2H1z",
}  # fmt: skip
TONES = {
    "reached": "good", "on_track": "fine", "slightly_behind": "warn", "unreported": "warn", "behind": "bad", "moving_away": "bad", "missed": "bad",
    "reached_then_lost": "bad",
}  # fmt: skip


def meaning(status: str, words: Words) -> Markup:
    """Return the attribute that tells what a status means to who points at it; nothing where there are no words."""
    return Markup(' title="{}"').format(words(f"meaning_{status}")) if words.has(f"meaning_{status}") else Markup("")


def badge(status: str, words: Words, count: int | None = None, *, is_past: bool = False) -> Markup:
    """Return a status as icon, word and colour, with a count where there is one; in grey where it is no longer current."""
    number = f" {count}" if count is not None else ""
    return Markup(
        '<span class="badge {tone}"{means}><svg viewBox="0 0 16 16" aria-hidden="true"><path d="{icon}"/></svg>{word}{number}</span>'
    ).format(
        tone="plain" if is_past else TONES.get(status, "plain"),
        means=meaning(status, words),
        icon=ICONS[status],
        word=status_word(status, words.language),
        number=number,
    )


def badges(counted: Tally, words: Words, place: str) -> Markup:
    """Return how judgements stand: now in icon, word and colour; as last known and not judged in grey.

    Args:
        counted: the counts.
        words: of the language.
        place: address of the list that they count; ``{list}`` in it is the part of a page for each count.
    """
    lines = []
    for group, label, counts in groups(counted, words):
        is_past = group not in ("current", "unreported")
        marks = [
            Markup('<a class="count" href="{}">{}</a>').format(
                place.format(list=f"{group}-{s}"), badge(s, words, counts[s], is_past=is_past)
            )
            for s in STATUSES
            if counts.get(s)
        ]
        lines.append(Markup(" ").join([Markup.escape(label), *marks] if label else marks))
    return Markup(" <br>").join(lines)


def number(value: float | None, text: str) -> Markup:
    """Return a number as people read it, carrying the value that machines read."""
    return Markup('<data value="{}">{}</data>').format("" if value is None else repr(float(value)), text)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesRow:
    """A figure in the table of a series: its period with the last day, value, n, d, marks and source."""

    code: str
    label: str
    end: str
    value: Markup
    numerator: Markup | str
    denominator: Markup | str
    marks: str
    source: SourceNote | None


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
        """Return its status, and beside it an awaited result, a missed target before it, an old figure."""
        judged = self.scored.judgement
        marks = badge(self.status, self.words, is_past=judged.standing == "last_known")
        if judged.is_awaiting:
            marks += Markup(' <span class="badge warn">{}</span>').format(self.words("awaiting"))
        if judged.missed_before is not None:
            marks += Markup(' <span class="badge bad">{}</span>').format(self.words("missed_before"))
        if judged.is_stale and judged.status != "unreported":
            marks += Markup(' <span class="badge plain">{}</span>').format(
                self.words("stale" if judged.standing == "last_known" else "stale_figure")
            )
        return marks

    @cached_property
    def strip(self) -> Markup:
        """Return how it stood at the end of the last quarters, and since when it has been off track; nothing where it has no target."""
        if not self.scored.entry.goals:
            return Markup("")
        shape = told_attention.strip(self.moment.stood(self.scored), self.words, name=self.name)
        since = told_attention.since_words(self.moment.off_since(self.scored), self.words)
        return Markup("{} {}").format(attention.strip(shape), since)

    @property
    def sentence(self) -> str:
        """Return the judgement in words."""
        return self.scored.sentence(self.words.language)

    def figure(self, figure: Figure | None) -> Markup:
        """Return a figure as text with its value."""
        definition = self.scored.entry.definition
        return number(value_of(definition, figure) if figure else None, shown_figure(self.scored, figure, self.words.language))

    def value(self, value: float | None) -> Markup | str:
        """Return a value in the indicator's unit, or a dash."""
        return "―" if value is None else number(value, format_value(value, self.scored.entry.definition, self.words.language))

    @property
    def planned(self) -> Markup | str:
        """Return the planned value, no rounder than the sentence gives it."""
        judged = self.scored.judgement
        if judged.planned_value is None:
            return "―"
        return number(judged.planned_value, planned_text(self.scored.entry.definition, judged, self.words.language))

    @property
    def target(self) -> Markup | str:
        """Return the target it is judged by."""
        judged = self.scored.judgement
        if judged.goal is None:
            return "―"
        return number(judged.goal.value, target_text(self.scored.entry.definition, judged, self.words.language))

    @property
    def headline(self) -> Markup:
        """Return the figure it is judged by."""
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
                pairs.append((words(key), Markup("{} ({})").format(self.figure(other), label) if other else "―"))
        return pairs

    @property
    def rule(self) -> str:
        """Say by which limits it is judged."""
        return rule_line(self.scored, self.words)

    @cached_property
    def series(self) -> list[SeriesRow]:
        """Return one row per period."""
        rows = []
        for figure in sorted(self.scored.figures, key=lambda f: (f.period.end, f.period.start)):
            marks = [
                self.words(f"mark_{mark}")
                for mark in ("preliminary", "approximate", "lower_bound", "year_to_date", "base_estimated")
                if getattr(figure, f"is_{mark}")
            ]
            rows.append(
                SeriesRow(
                    code=figure.period_code, label=figure.period.label(self.words.language), end=figure.period.end.isoformat(),
                    value=self.figure(figure), numerator=self.plain(figure.numerator), denominator=self.plain(figure.denominator),
                    marks=self.words("list_comma").join(marks), source=self.book.sources.get(figure.source_code),
                )
            )  # fmt: skip
        return rows

    def plain(self, value: float | None) -> Markup | str:
        """Return a count, or nothing."""
        return "" if value is None else number(value, self.words.number(value, ",.0f" if value == round(value) else ","))

    @property
    def sources(self) -> list[SourceNote]:
        """Return the sources of the judgement."""
        return [self.book.sources[code] for code in self.scored.source_codes if code in self.book.sources]

    @cached_property
    def _shape(self) -> Series | None:
        return indicator.series(self.scored, self.words, as_of=self.as_of)

    @property
    def legend(self) -> str:
        """Say what the lines mean, and of a forecast how its intervals held in the past."""
        return indicator.legend(self._shape, forecast_of(self.scored, as_of=self.as_of), self.words)

    @property
    def has_series(self) -> bool:
        """Say whether there is anything to draw."""
        shape = self._shape
        return shape is not None and (len(shape.shown) > 1 or bool(shape.plan))  # a lone value without a plan is said by the table

    @property
    def chart(self) -> Markup:
        """Return the drawing at both widths; nothing where there is no number to draw."""
        if self._shape is None or not self.has_series:
            return Markup("")
        alt = f"{self.name}: {self.sentence}"
        return Markup("").join(
            Markup(drawing(self._shape, alt=alt, size=size, name=name)) for size, name in ((WIDE, "wide"), (NARROW, "narrow"))
        )

    @property
    def spark(self) -> Markup:
        """Return the small picture of a card."""
        entry, judged = self.scored.entry, self.scored.judgement
        definition, figure = entry.definition, judged.figure
        stretches = indicator.stretches_of(self.scored)
        if not stretches:
            return Markup("")
        body, height = sparkline(stretches, path_of(self.scored, as_of=self.as_of)), HEIGHT
        if (
            figure is not None
            and figure.value is not None
            and judged.goal is not None
            and definition.direction in ("higher", "lower")
        ):
            full = figure.denominator if KINDS[definition.kind].is_on_a_day and figure.denominator else 0.0
            bar = bullet(figure.value, judged.goal.value, full=full, is_short=TONES.get(self.status) == "bad")
            body += f'<g transform="translate(0 {HEIGHT + 4})">{bar}</g>'
            height += 4 + BAR
        return Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}">{body}</svg>'
        )
