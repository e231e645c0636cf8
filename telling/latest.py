"""The latest changes of figures, one line each, as listed on overview and front page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kpis.figures.latest import Change, latest_changes
from kpis.figures.records import Figure, Goal, value_of
from kpis.figures.scorecard import Scored, SourceNote, shown_figure
from kpis.figures.sentences import goal_text
from kpis.text import format_date
from telling.blocks import Number
from telling.words import Words


@dataclass(frozen=True, slots=True)
class Latest:
    """One change: date in words, kind of change, indicator, old and new value."""

    scored: Scored  # the indicator's judgement now
    name: str
    day: str
    kind: str
    is_new: bool
    before: Number | None  # blank where there was no value
    after: Number
    why: str  # the reason of a correction


def latest(every: Iterable[Scored], sources: Mapping[str, SourceNote], words: Words, *, as_of: date, count: int) -> list[Latest]:
    """Return the latest changes, newest first, at most ``count`` (``kpis.figures.latest``)."""
    return [_line(change, words) for change in latest_changes(every, sources, as_of=as_of, count=count)]


def _line(change: Change, words: Words) -> Latest:
    item, after = change.scored, change.after

    def written(value: Figure | Goal) -> Number:
        definition = item.entry.definition
        if isinstance(value, Goal):
            return Number(value.value, goal_text(definition, value, words.language))
        return Number(value_of(definition, value), shown_figure(item, value, words.language))

    why = change.reason or (after if isinstance(after, Figure) else None)
    return Latest(
        scored=item, name=words.named(item.entry.definition),
        day=words("as_at" if change.is_period_end else "on_day", day=format_date(change.day, words.language)),
        kind=words(f"change_{change.kind}"), is_new=change.kind == "new", before=written(change.before) if change.before else None,
        after=Number(None, words("no_figure")) if after is None else written(after),
        why=words("because", reason=words.reason("why_", why.reason_class), text=words.half(why.reason_text)) if why is not None and why.reason_class else "",
    )  # fmt: skip
