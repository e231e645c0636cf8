"""The content of an indicator's chart, for the dashboard, the static edition and the meeting material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from charts.series import Aim, Expected, Line, Point, Series, within
from kpis.figures.forecast import Forecast
from kpis.figures.records import Figure, Goal, by_series, last_day_order, value_of
from kpis.figures.scorecard import Scored, forecast_of, path_of, shown_figure
from kpis.figures.targets import goals_known, path_stretches
from kpis.kinds import KINDS
from kpis.text import axis_scale, format_date, format_percent, format_value
from telling.blocks import Telling
from telling.happened import annotations_of, former
from telling.words import Words

Lines = list[tuple[tuple[str, bool], list[tuple[Figure, float] | None]]]


def lines_of(scored: Scored) -> Lines:
    """Return figures with a value by series, each in order of time; ``None`` breaks a line.

    Year-to-date sums and remaining budgets restart each year: no line connects the years. The judged figure's series comes last.
    """
    definition, judged = scored.entry.definition, scored.judgement.figure
    lines: Lines = []
    for key, figures in by_series(f for f in scored.figures if value_of(definition, f) is not None).items():
        kind, is_year_to_date = key
        begins_anew = is_year_to_date or (KINDS[definition.kind].is_cap and kind in ("month", "quarter"))
        line: list[tuple[Figure, float] | None] = []
        for figure in figures:
            before = line[-1] if line else None
            if before is not None and begins_anew and before[0].period.fiscal_year != figure.period.fiscal_year:
                line.append(None)
            value = value_of(definition, figure)
            assert value is not None
            line.append((figure, value))
        lines.append((key, line))
    return sorted(lines, key=lambda keyed_line: judged is not None and any(f is not None and f[0] == judged for f in keyed_line[1]))


def is_drawn(scored: Scored) -> bool:
    """Return whether an indicator has a number to draw; one that is said in words has none."""
    return any(value_of(scored.entry.definition, figure) is not None for figure in scored.figures)


def stretches_of(scored: Scored) -> list[list[tuple[date, float]]]:
    """Return (period end, value) of the connected stretches of every series."""
    return _stretches(lines_of(scored))


def _stretches(lines: Lines) -> list[list[tuple[date, float]]]:
    stretches: list[list[tuple[date, float]]] = []
    for _, line in lines:
        stretches.append([])
        for point in line:
            if point is None:
                stretches.append([])
            else:
                stretches[-1].append((point[0].period.end, point[1]))
    return stretches


def stretches_judged(scored: Scored) -> list[list[tuple[date, float]]]:
    """Return the judged series' stretches if it has two values, else all: year-to-date sums over years would read as one line."""
    every = lines_of(scored)
    own = [point for point in every[-1][1] if point is not None] if every else []
    return _stretches(every[-1:] if len(own) > 1 else every)


def goals_drawn(scored: Scored, *, as_of: date) -> list[Goal]:
    """Return the targets set by a day, one per period, that are comparable with any of the figures, by due date."""
    return [] if scored.entry.definition.direction == "none" else goals_known(scored.entry.goals, as_of)


@dataclass(frozen=True, slots=True)
class _Marks:
    """Points of a chart: values on the scale of its axis (divided by ``divisor``), texts as people read them."""

    scored: Scored
    words: Words
    divisor: float

    def point(self, day: date, value: float | None, text: str = "", label: str = "") -> Point:
        """Return a point; one without a value breaks the line."""
        return Point(day, None if value is None else value / self.divisor, text, label)

    def drawn(self, pair: tuple[Figure, float] | None, following: tuple[Figure, float] | None) -> Point:
        """Return the point of a figure, or the break before the one that follows."""
        if pair is None:
            assert following is not None
            return self.point(following[0].period.start, None)
        text = shown_figure(self.scored, pair[0], self.words.language)
        return self.point(pair[0].period.end, pair[1], text, f"{pair[0].period.label(self.words.language)}: {text}")

    def once(self, goal: Goal) -> Point:
        """Return the point of a target that is no longer in force."""
        return self.point(goal.period.end, goal.value, self._target(goal))

    def aim(self, goal: Goal) -> Aim:
        """Return a target; the one that is judged by is written into the chart."""
        target = f"{self.words('target')} {self.words('approximate') if goal.is_approximate else ''}{self._target(goal)}"
        label = target + self.words("in_brackets", text=format_date(goal.period.end, self.words.language))
        return Aim(self.point(goal.period.end, goal.value, target, label), is_written=goal == self.scored.judgement.goal)

    def _target(self, goal: Goal) -> str:
        return format_value(goal.value, self.scored.entry.definition, self.words.language)

    def line_word(self, key: tuple[str, bool]) -> str:
        """Return the name of a line: the kind of its periods, and whether its figures are sums since the year began."""
        since = self.words("in_brackets", text=self.words("mark_year_to_date")) if key[1] else ""
        return self.words(f"line_{key[0]}") + since


def series(scored: Scored, telling: Telling) -> Series | None:
    """Return the data of an indicator's chart; ``None`` if there is no figure to draw.

    Args:
        telling: the context; targets set after its day are not drawn, and nothing before it is forecast.
    """
    words, as_of = telling.words, telling.as_of
    definition, language = scored.entry.definition, words.language
    lines = lines_of(scored)
    figures = [pair[0] for _, line in lines for pair in line if pair is not None]
    if not figures:
        return None
    expected = forecast_of(scored, as_of=as_of)
    goals, path = goals_drawn(scored, as_of=as_of), path_of(scored, as_of=as_of)
    first, last = _span(scored, figures, expected)
    corners = _corners(scored, path, words)
    plan = within(corners, first, last) if len(figures) > 1 or first < last else ()
    aims = [g for g in goals if first <= g.period.end <= last]
    top = max(abs(v) for v in (
        *(value for _, line in lines for pair in line if pair is not None for value in pair[1:]),
        *(p.value for p in plan if p.value is not None), *(g.value for g in aims),
    ))  # fmt: skip
    divisor, word = axis_scale(top, language)
    marks = _Marks(scored, words, divisor)
    return Series(
        lines=tuple(
            Line(
                word=marks.line_word(key) if len(lines) > 1 else "",
                points=tuple(marks.drawn(h, n) for h, n in zip(line, [*line[1:], None], strict=True)),
            )
            for key, line in lines
        ),
        plan=tuple(marks.point(p.day, p.value, p.text, p.label) for p in plan),
        aims=tuple(marks.aim(g) for g in aims),
        expected=_ahead(scored, expected, figures, divisor, words),
        unit=(word + words.named(definition, "unit")).strip(),
        kinds=tuple(dict.fromkeys(f.period.kind for f in figures)),
        language=language,
        plan_word=words("planned"),
        former=tuple(marks.once(g) for g in former(scored, as_of) if first <= g.period.end <= last) if goals else (),
        annotations=annotations_of(telling, scored, {f.period.end: v / divisor for _, line in lines for f, v in filter(None, line)}, (first, last)),
    )  # fmt: skip


def _span(scored: Scored, figures: Sequence[Figure], expected: Forecast | None) -> tuple[date, date]:
    """Return the first and last day drawn: from the published baseline or first figure to the target in force or forecast.

    For a budget the whole period of its target is drawn; plans for years without a figure are not.
    """
    judged, definition = scored.judgement, scored.entry.definition
    days = [f.period.end for f in figures]
    if judged.goal is not None:
        days.append(judged.goal.period.end)
        if KINDS[definition.kind].is_cap:
            days.append(judged.goal.period.start)
    days += [goal.period.end for goal in judged.unreported_goals]
    if judged.last_due is not None:
        days.append(judged.last_due.goal.period.end)
    if judged.baseline is not None and not KINDS[definition.kind].is_cap:
        days.append(judged.baseline.day)
    if expected is not None:
        days.append(expected.points[-1][0])
    return min(days), max(days)


def _corners(scored: Scored, path: Sequence[tuple[date, float]], words: Words) -> list[Point]:
    """Return the corners of the trajectory; each budget rises from 0 on its own."""
    definition, language = scored.entry.definition, words.language
    corners: list[Point] = []
    for stretch in path_stretches(definition, path):
        if corners:
            corners.append(Point(stretch[0][0], None))
        corners += [
            Point(
                day,
                value,
                "",
                f"{words('planned')} {format_value(value, definition, language)}{words('in_brackets', text=format_date(day, language))}",
            )
            for day, value in stretch
        ]
    return corners


def _ahead(
    scored: Scored, expected: Forecast | None, figures: Sequence[Figure], divisor: float, words: Words
) -> tuple[Expected, ...]:
    if expected is None:
        return ()
    definition, language = scored.entry.definition, words.language
    points = []
    if expected.is_joined:
        last = max((f for f in figures), key=last_day_order)
        value = (value_of(definition, last) or 0.0) / divisor
        points.append(Expected(day=last.period.end, value=value, low=value, high=value))
    for (day, value), (_, low, high) in zip(expected.points, expected.band, strict=True):
        middle, least, most = (format_value(v, definition, language, is_worked_out=True) for v in (value, low, high))
        band = f"{words('forecast_between', low=least, high=most)}, {format_date(day, language)}"
        label = f"{words('forecast_word')} {middle}{words('in_brackets', text=band)}"
        text = f"{words('forecast_word')} {middle}" if day == expected.points[-1][0] else ""
        points.append(Expected(day=day, value=value / divisor, low=low / divisor, high=high / divisor, label=label, text=text))
    return tuple(points)


def legend(shape: Series | None, expected: Forecast | None, words: Words) -> str:
    """Return the meaning of lines, dots and marks and, for a forecast, its method and the back-tested coverage of its intervals."""
    words_of = [words("legend")]
    if shape is not None and len(shape.lines) > 1:
        words_of.append(words("legend_lines"))
    if shape is not None and shape.aims:
        words_of.append(words("legend_targets"))
    if shape is not None and shape.former:
        words_of.append(words("legend_former"))
    if expected is not None:
        words_of.append(
            words(
                "forecast", method=words(f"forecast_{expected.method}"), level=format_percent(expected.level_pct, words.language, 0),
                coverage=format_percent(expected.coverage_pct, words.language),
                count=words.number(expected.test_count),
            )
        )  # fmt: skip
    return words.together(words_of)
