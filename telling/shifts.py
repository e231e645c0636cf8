"""Changes of an indicator's status since an earlier day: the earlier status, and the reason of the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from kpis.figures.records import Revision, value_of
from kpis.figures.scorecard import Scored, shown_figure
from kpis.figures.sentences import standing_word
from kpis.figures.shifts import Shift
from kpis.periods import parse_period
from telling.words import Words

WITHOUT_VALUES = ("fell_due", "new_target", "aged")  # reasons that are no correction
LISTED = 3  # corrections of one indicator said in a row of a table, the newest; the indicator's page has its others


@dataclass(frozen=True, slots=True)
class IndicatorStanding:
    """An earlier status: its word (with the date where it is not the day asked), and the value with its period."""

    status: str
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Shifted:
    """An indicator whose status differs from that of an earlier day, and the reason."""

    code: str
    name: str
    why: str
    before: IndicatorStanding
    after: IndicatorStanding


def since(shift: Shift, name: str, words: Words) -> Shifted:
    """Return a changed indicator for display; for a bureau's figure ``name`` includes the bureau."""
    why = words("comma").join(reasons(shift, words))
    return Shifted(shift.after.entry.definition.code, name, why, *standings(shift, words))


def standings(shift: Shift, words: Words) -> tuple[IndicatorStanding, IndicatorStanding]:
    """Return the earlier and the present status; an earlier value that was corrected since is shown, and named, as corrected."""
    before, after = _standing(shift.before, words), _standing(shift.after, words)
    figure = shift.before.judgement.figure
    if figure and any(c.after is not None and c.after.period_code == figure.period_code for c in shift.corrections):
        before = replace(before, value=words("since_as_corrected", value=before.value))
    return before, after


def _standing(item: Scored, words: Words) -> IndicatorStanding:
    figure, language = item.judgement.figure, words.language
    value = shown_figure(item, figure, language) + words("in_brackets", text=figure.period.label(language)) if figure else ""
    return IndicatorStanding(item.judgement.status, standing_word(item.judgement, language), value)


def stood(shift: Shift, words: Words) -> tuple[str, str]:
    """Return value, period and status in words, of the earlier and of the present day."""
    before, after = (" ".join(filter(None, (at.value, at.word))) for at in standings(shift, words))
    return before, after


def reasons(shift: Shift, words: Words) -> Iterable[str]:
    """Return the reasons of a change of status, one by one; of a correction with both values, since no day of the page has the first.

    Of many corrections the newest are said, and how many others there are.
    """
    corrections = iter(shift.corrections)
    newest = sorted(shift.corrections, key=lambda c: (c.vintage.known_at or datetime.min, c.vintage.vintage))[-LISTED:]
    for kind, text in shift.reasons:
        if kind == "new_period":
            yield words("reason_new_period", period=parse_period(text).label(words.language))
        elif kind in WITHOUT_VALUES:
            yield words(f"reason_{kind}")
        elif (correction := next(corrections)) in newest:
            yield _corrected(shift.after, correction, words.reason("reason_", kind, text=words.half(text)), words)
    if others := len(shift.corrections) - len(newest):
        yield words("reason_others", count=others)


def _corrected(item: Scored, correction: Revision, reason: str, words: Words) -> str:
    before, after = correction.before, correction.after
    if before is None or value_of(item.entry.definition, before) is None:
        return reason
    new = words("no_figure") if after is None else shown_figure(item, after, words.language)
    period = correction.vintage.period.label(words.language)
    return words("reason_from_to", reason=reason, period=period, before=shown_figure(item, before, words.language), after=new)
