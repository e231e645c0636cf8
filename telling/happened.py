"""Events annotated in an indicator's chart: revised targets, replaced indicators, reorganisations, reported causes.

Each is drawn at its date with a circled number, listed under the chart, and linked by that number to its source text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from charts.series import Annotation, circled
from kpis.as_text import shortened
from kpis.figures.records import Goal
from kpis.figures.scorecard import Scored
from kpis.periods import parse_period
from kpis.text import format_date, format_value, known_day, named
from telling.blocks import Telling

MOST = 50  # last circled number
LONGEST = 60  # characters of a cause under a chart; the full text is in the table of causes
BUREAUS_NAMED = 2  # causes listed per period; of further ones the number

Told = tuple[date, str, float | None]  # date, description, value concerned


def annotations_of(telling: Telling, item: Scored, values: Mapping[date, float], span: tuple[date, date]) -> tuple[Annotation, ...]:
    """Return the events within the days of a chart, in order of time, one annotation per day.

    Args:
        telling: the context; events recorded after its day are unknown.
        values: last day of a figure → its drawn value, to which events of that period are attached.
        span: the first and last day drawn.
    """
    every = (*raised(telling, item), *_replaced(telling, item), *_reorganised(telling, item), *_causes(telling, item, values))
    days: dict[date, list[tuple[str, float | None]]] = defaultdict(list)
    for day, words, value in every:
        if span[0] <= day <= min(span[1], telling.as_of):
            days[day].append((words, value))
    return tuple(
        Annotation(
            day, circled(number), telling.words.together(words for words, _ in events), events[0][1] if len(events) == 1 else None
        )
        for number, (day, events) in enumerate(sorted(days.items())[-MOST:], 1)
    )


def former(item: Scored, as_of: date) -> list[Goal]:
    """Return the targets superseded by a day, by due date, without withdrawn and repeated ones."""
    return [before for before, after in _pairs(item, as_of) if before.value != after.value]


def _pairs(item: Scored, as_of: date) -> Iterator[tuple[Goal, Goal]]:
    """Yield each target with its successor for the same period, if set by a day."""
    goals_of: dict[str, list[Goal]] = defaultdict(list)
    for goal in item.entry.goals:
        if not goal.is_withdrawn(as_of) and (goal.set_on is None or goal.set_on <= as_of):
            goals_of[goal.period_code].append(goal)
    for goals in goals_of.values():
        yield from pairwise(sorted(goals, key=lambda g: g.set_order))


def raised(telling: Telling, item: Scored) -> Iterator[Told]:
    """Yield when a target was revised or withdrawn, with old and new value."""
    w, definition = telling.words, item.entry.definition
    for before, after in _pairs(item, telling.as_of):
        if after.set_on is not None and before.value != after.value:
            yield (
                after.set_on,
                w(
                    "annotation_target", day=known_day(after.set_on, after.set_on_precision, w.language), period=after.period.label(w.language),
                    before=format_value(before.value, definition, w.language), after=format_value(after.value, definition, w.language),
                ),
                None,
            )  # fmt: skip
    for goal in item.entry.goals:
        if goal.withdrawn_on is not None and goal.withdrawn_on <= telling.as_of:
            value, day = format_value(goal.value, definition, w.language), format_date(goal.withdrawn_on, w.language)
            yield (
                goal.withdrawn_on,
                w("annotation_target_withdrawn", day=day, period=goal.period.label(w.language), value=value),
                None,
            )


def _replaced(telling: Telling, item: Scored) -> Iterator[Told]:
    """Yield the replacement of this indicator by another, and of another by this: at the last figure of the replaced one."""
    w, rows, code = telling.words, telling.moment.indicators, item.entry.definition.code
    last = {s.entry.definition.code: max(f.period.end for f in s.figures) for s in telling.moment.own if s.figures}
    if code not in rows:
        return
    if (after := rows.get(rows[code].replaced_by_code or "")) is not None and code in last:
        yield last[code], w("annotation_replaced", name=w.named(after)), None
    for before in rows.values():
        if before.replaced_by_code == code and before.indicator_code in last:
            yield last[before.indicator_code], w("annotation_replaces", name=w.named(before)), None


def _reorganised(telling: Telling, item: Scored) -> Iterator[Told]:
    """Yield reorganisations of the figures' bureau: work taken over or handed on."""
    w, unit = telling.words, item.entry.unit_code
    for succession in telling.moment.organisation.successions:
        if succession.effective_date is not None and unit in (succession.predecessor_code, succession.successor_code):
            day = format_date(succession.effective_date, w.language)
            before, after = telling.bureau(succession.predecessor_code), telling.bureau(succession.successor_code)
            yield (
                succession.effective_date,
                w("annotation_reorganised", day=day, before=before, after=after, relation=w(f"relation_{succession.relation}")),
                None,
            )


def _causes(telling: Telling, item: Scored, values: Mapping[date, float]) -> Iterator[Told]:
    """Yield commentaries on a period: the cause, else the response; of many bureaus the first, and the number of others."""
    w, code = telling.words, item.entry.definition.code
    by_period: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for (subject, bureau), commented in telling.moment.commented.items():
        if subject == code and (item.entry.is_own_scope or bureau == item.entry.unit_code):
            for row in commented.commentaries:
                part = next((part for part in ("cause", "response") if named(row, part, w.language)), None)
                if part is not None:
                    text = w("annotation_said", part=w(f"part_{part}"), text=_short(named(row, part, w.language)))
                    by_period[row.period_code].append((bureau, text))
    order = {unit: place for place, unit in enumerate(telling.bureaus)}
    for period_code, commentary in by_period.items():
        commentary.sort(key=lambda pair: order.get(pair[0], len(order)))
        day = parse_period(period_code).end
        lines = [
            text if len(commentary) == 1 else w("annotation_whose", bureau=telling.bureau(b), text=text)
            for b, text in commentary[:BUREAUS_NAMED]
        ]
        if len(commentary) > BUREAUS_NAMED:
            lines.append(w("annotation_others", count=len(commentary) - BUREAUS_NAMED))
        yield (
            day,
            w("annotation_period", period=parse_period(period_code).label(w.language), text=" / ".join(lines)),
            values.get(day),
        )


def signs(events: Iterable[Annotation]) -> dict[date, str]:
    """Return the circled number of each day, by which other texts of the page refer to the chart."""
    return {annotation.day: annotation.sign for annotation in events}


def _short(text: str) -> str:
    return shortened(" ".join(text.split()), LONGEST)
