"""All indicators judged at once: what the pages and the open API both show, from one book of figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kpis.measures import Baseline, Definition, Figure, Goal, Judgement, current_vintages, judge
from kpis.text import format_value


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Where a figure was read: address, title, day of publication and grade (``primary`` or ``secondary``)."""

    source_code: str
    url: str
    title: str
    published_on: date | None
    grade: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator for one unit: definition, every vintage of its figures, every goal, and where they come from."""

    definition: Definition
    unit_code: str
    project_code: str
    theme: str
    is_headline: bool
    figures: tuple[Figure, ...]
    goals: tuple[Goal, ...]
    baseline: Baseline | None


@dataclass(frozen=True, slots=True)
class Book:
    """Every entry an instance knows, in catalogue order, with the sources they name."""

    revision: int
    entries: tuple[Entry, ...]
    sources: Mapping[str, SourceNote]


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry with its judgement and the figures it rests on (one per period, as then known)."""

    entry: Entry
    judgement: Judgement
    figures: tuple[Figure, ...]

    @property
    def source_codes(self) -> tuple[str, ...]:
        """Return the codes of the sources of the figure, goal and baseline, each once."""
        named = (self.judgement.figure, self.judgement.goal, self.judgement.baseline)
        return tuple(dict.fromkeys(part.source_code for part in named if part is not None and part.source_code))


def score(entry: Entry, *, as_of: date, known_at: datetime | None = None) -> Scored:
    """Judge one entry on a day, from the figures known by an instant.

    Args:
        entry: the indicator and unit.
        as_of: only figures of periods ended by this day count.
        known_at: only vintages known by this UTC instant count; ``None`` means all.
    """
    figures = tuple(current_vintages(entry.figures, known_at=known_at))
    judgement = judge(entry.definition, figures, entry.goals, baseline=entry.baseline, as_of=as_of)
    return Scored(entry, judgement, tuple(f for f in figures if f.period.end <= as_of))


def score_all(book: Book, *, as_of: date, known_at: datetime | None = None, unit: str | None = None) -> list[Scored]:
    """Judge every entry of a book, in catalogue order; ``unit`` keeps one organisation unit."""
    return [score(e, as_of=as_of, known_at=known_at) for e in book.entries if unit is None or e.unit_code == unit]


def count_by_status(scored: Iterable[Scored]) -> dict[str, int]:
    """Count judgements by status; every status that occurs, none dropped."""
    counts: dict[str, int] = {}
    for item in scored:
        counts[item.judgement.status] = counts.get(item.judgement.status, 0) + 1
    return counts


def figure_text(definition: Definition, figure: Figure | None, language: str = "ja") -> str:
    """Write a figure as a card shows it: ``72.0 %``, ``78 / 78``, a text status, or a dash where there is none."""
    if figure is None:
        return "―"
    value = figure.value
    if value is None:
        return (figure.text_en if language == "en" else "") or figure.text_ja or "―"
    about = ("about " if language == "en" else "約") if figure.is_approximate else ""
    if definition.kind in ("completion", "stock") and figure.denominator:
        return f"{about}{value:,.0f} / {figure.denominator:,.0f}"
    return about + format_value(value, definition, language)
