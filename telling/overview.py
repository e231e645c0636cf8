"""The content of the overview and the page of themes, shared by the dashboard and the static edition.

The selection of indicators is derived from the catalogue (theme, headline, successor, pair), never named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kpis.figures.records import FELL_SHORT, GOOD, STATUSES, value_of
from kpis.figures.rollup import RollUp
from kpis.figures.scorecard import Scored, Tally, figure_text, tally
from kpis.figures.sentences import short_sentence, standing_word
from kpis.government import government
from kpis.kinds import KINDS
from kpis.store import tables
from kpis.text import format_date, format_percent, format_value, status_word
from telling.words import Words

NAMED = 3  # indicators that fall short, in a sentence; those beyond are counted there


def theme_name(theme: str, words: Words) -> str:
    """Return the government's name of a theme."""
    return words.named(government().themes[theme])


def exclusions(shown: Iterable[Scored], catalogue: Iterable[tables.Indicator], words: Words) -> str:
    """Return in one line the exclusions of the indicators shown; blank if the catalogue names none."""
    rows = {row.indicator_code: row for row in catalogue}
    named = [(s.entry.definition, words.named(rows[s.entry.definition.code], "exclusions")) for s in shown]
    parts = [words("excluded_of", name=words.named(definition), text=text) for definition, text in named if text]
    return words("excluded", parts=words("excluded_between").join(parts)) if parts else ""


def headlines(every: Iterable[Scored], theme: str | None = None) -> list[Scored]:
    """Return the headline indicators, of one theme or of all, in catalogue order."""
    return [s for s in every if s.entry.is_headline and theme in (None, s.entry.theme)]


@dataclass(frozen=True, slots=True)
class Shown:
    """The headline indicators of the overview: the first of each theme with a card, the one with its chart, and the others."""

    of_themes: tuple[Scored, ...]
    trend: Scored | None
    others: tuple[Scored, ...]

    @property
    def below(self) -> tuple[Scored, ...]:
        """Return the indicators shown below the themes."""
        return (self.trend, *self.others) if self.trend else self.others


def shown_first(every: Iterable[Scored]) -> Shown:
    """Return the headline indicators in the arrangement of the overview."""
    own = headlines(every)
    of_themes = tuple(first for theme in government().cards if (first := next(iter(headlines(own, theme)), None)))
    trend = next(iter(headlines(own, government().chart)), None)
    shown = {s.entry.definition.code for s in (*of_themes, trend) if s}
    return Shown(of_themes, trend, tuple(s for s in own if s.entry.definition.code not in shown))


def themes_told(
    every: Sequence[Scored], catalogue: Sequence[tables.Indicator], words: Words
) -> tuple[str, list[tuple[str, list[str], list[Scored]]]]:
    """Return a text on the state of the themes, and for each theme with a card its code, notes and indicators."""
    themes = []
    for theme in government().cards:
        items = with_forerunners(every, theme, catalogue)
        notes = [note for item in items[:1] if (note := pair_note(every, item, catalogue, words))]
        if items and (note := words.named(government().themes[theme], "note")):
            notes.append(note)
        themes.append((theme, notes, items))
    text = words("theme_between").join(
        words("theme_stands", theme=theme_name(theme, words), status=standing_word(items[0].judgement, words.language))
        for theme, _, items in themes
        if headlines(items)
    )
    return text, themes


def with_forerunners(every: Sequence[Scored], theme: str, catalogue: Iterable[tables.Indicator]) -> list[Scored]:
    """Return the headline indicators of a theme, followed by replaced indicators that have figures."""
    shown = headlines(every, theme)
    codes = {s.entry.definition.code for s in shown}
    replaced = {r.indicator_code for r in catalogue if r.replaced_by_code in codes}
    return [*shown, *(s for s in every if s.entry.definition.code in replaced - codes and s.figures)]


def pair_of(every: Iterable[Scored], item: Scored, catalogue: Iterable[tables.Indicator]) -> Scored | None:
    """Return the indicator paired with this one in the catalogue, if it has figures: the same measure, unadjusted."""
    code = item.entry.definition.code
    row = next((r for r in catalogue if r.indicator_code == code), None)
    return next((s for s in every if row and s.entry.definition.code == row.paired_with_code and s.figures), None)


def pair_note(every: Iterable[Scored], item: Scored, catalogue: Iterable[tables.Indicator], words: Words) -> str:
    """Return the adjusted and unadjusted value for the last period that both have, in one sentence."""
    other = pair_of(every, item, catalogue)
    if other is None:
        return ""
    plain = {f.period_code: f for f in other.figures}
    both = [f for f in item.figures if f.period_code in plain]
    if not both:
        return ""
    last = max(both, key=lambda f: f.period.end)
    mine, theirs = item.entry.definition, other.entry.definition
    return words(
        "pair", period=last.period.label(words.language), name=words.named(mine), value=figure_text(mine, last, words.language),
        other=figure_text(theirs, plain[last.period_code], words.language), other_name=words.named(theirs),
    )  # fmt: skip


def groups(counted: Tally, words: Words) -> list[tuple[str, str, Mapping[str, int]]]:
    """Return the non-empty groups of a tally: (``current``, ``last_known``, …; its label; counts by status)."""
    every: list[tuple[str, str, Mapping[str, int]]] = [
        ("current", words("group_current"), counted.current),
        ("last_known", words("group_last_known"), counted.last_known),
        ("unreported", "", {"unreported": counted.unreported} if counted.unreported else {}),
        ("unjudged", words("group_unjudged"), counted.unjudged),
    ]
    return [group for group in every if group[2]]


def stands(counted: Tally, words: Words) -> list[tuple[str, str, str, int]]:
    """Return a tally line by line: (group, status, its words with the group where they refer to an earlier day, count)."""
    return [
        (group, s, status_word(s, words.language) + (words("as_group", group=label) if group == "last_known" else ""), counts[s])
        for group, label, counts in groups(counted, words)
        for s in STATUSES
        if counts.get(s)
    ]


def conclusion(every: Sequence[Scored], words: Words) -> str:
    """Return in one sentence how many of the currently judged indicators are well, and how many need attention."""
    counted = tally(every)
    sentence = words("conclusion", judged=counted.judged, good=counted.now(*GOOD)) if counted.judged else words("conclusion_none")
    off = counted.now(*FELL_SHORT)
    return words("conclusion_off", said=sentence, off=off) if off else sentence


def phrase(item: Scored, words: Words, *, is_last: bool = True) -> str:
    """Return a short phrase on an indicator for the lead; blank without a target."""
    text = short_sentence(item.entry.definition, item.judgement, language=words.language, is_last=is_last)
    return words.named(item.entry.definition) + text if text else ""


def _named(every: Sequence[Scored], words: Words) -> str:
    """Name the newest headline that is ahead, and those that currently fall short: headlines first, newest first, the rest counted."""
    current = [s for s in every if s.judgement.standing == "current" and s.judgement.figure is not None]
    newest = sorted(current, key=lambda s: s.judgement.figure.period.end, reverse=True)  # type: ignore[union-attr]
    off = sorted((s for s in newest if s.judgement.status in FELL_SHORT), key=lambda s: not s.entry.is_headline)
    short = [p for s in off if (p := phrase(s, words))][:NAMED]
    more = [words("conclusion_more_short", count=len(off) - len(short))] if short and len(off) > len(short) else []
    well = [s for s in headlines(newest) if s.judgement.status in GOOD]
    ahead = [p for s in well if (p := phrase(s, words, is_last=not short))][:1]
    return words("conclusion_named", named=words("comma").join([*ahead, *short, *more])) if ahead or short else ""


def lead(every: Sequence[Scored], words: Words, *, as_of: date) -> str:
    """Return the lead: what is ahead, what falls short, what is unknown now, number of indicators, and age of the figures."""
    counted = tally(every)
    newest = max((s.judgement.figure.period.end for s in every if s.judgement.figure), default=None)
    without = counted.unreported + sum(counted.last_known.values())
    unknown = words("conclusion_unreported", without=without, unreported=counted.unreported) if without else ""
    return words.together(
        part for part in (_named(every, words), unknown, _counted(len(every), newest, words, as_of=as_of)) if part
    )


def _counted(total: int, newest: date | None, words: Words, *, as_of: date) -> str:
    """Return the number of indicators, and the age of the newest figure or that there is none."""
    values = {"total": total, "as_of": format_date(as_of, words.language)}
    if newest is None:
        return words("conclusion_lead_none", **values)
    values["newest"], age = format_date(newest, words.language), (as_of - newest).days
    return words("conclusion_lead", **values, age=words.number(age)) if age else words("conclusion_lead_today", **values)


def rule_line(item: Scored, words: Words) -> str:
    """Return the thresholds of a judgement; for a cap, as use of the budget to date, which is the meaning of its ratio.

    What is published in words has none.
    """
    definition, version = item.entry.definition, item.judgement.rule_version
    if KINDS[definition.kind].is_text:
        return words("rule_words", version=version)
    on_track, behind = definition.threshold_on_track, definition.threshold_behind
    if KINDS[definition.kind].is_cap and definition.sign < 0:
        most = {"on_track": 2 - on_track, "behind": 2 - behind}
        return words("rule_cap", version=version, **{k: format_percent(v * 100, words.language, 0) for k, v in most.items()})
    return words("rule", version=version, on_track=words.number(on_track, ""), behind=words.number(behind, ""))


def table_word(item: Scored, words: Words) -> str:
    """Return the heading under which the figures of an indicator are folded as a table."""
    return words("table_words" if KINDS[item.entry.definition.kind].is_text else "table")


def coverage_lines(item: Scored, rolled: RollUp, names: Callable[[Sequence[str]], str], words: Words) -> list[str]:
    """Return the roll-up of a period's reports, its completeness, and the missing bureaus.

    Args:
        item: the indicator for its own scope.
        rolled: the roll-up of one period.
        names: joins names of organisation units in one line.
    """
    definition, total = item.entry.definition, rolled.figure
    if rolled.is_published_only:  # with no reports at all, a list of missing ones would be misleading
        lines = [words("coverage_published_only", names=names(rolled.with_figures))]
        if rolled.official is not None:
            lines.append(words("coverage_official_only", official=figure_text(definition, rolled.official, words.language)))
        return lines
    counts = {"owing": rolled.owing_count, "reported": rolled.reported_count}
    value = value_of(definition, total) if total else None
    if rolled.year_to_date:
        names_of = {"to_date": names(rolled.year_to_date), "single": names(rolled.single_period)}
        lines = [words("coverage_mixed", **counts, **names_of)]
    elif value is None:
        lines = [words("coverage_no_sum", **counts)]
    else:
        text = format_value(value, definition, words.language, is_worked_out=True)
        lines = [words("coverage_complete" if rolled.is_complete else "coverage_partial", total=text, **counts)]
    if rolled.official is not None:
        lines.append(words("coverage_official", official=figure_text(definition, rolled.official, words.language)))
    if rolled.unaddable:
        lines.append(words("coverage_unaddable", names=names(rolled.unaddable)))
    if rolled.missing:
        lines.append(words("coverage_missing", names=names(rolled.missing)))
    return lines
