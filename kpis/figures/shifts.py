"""Changes between two days and their reasons: new periods, corrections with their reason, targets that came into force. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kpis.figures.records import Revision
from kpis.figures.scorecard import Scored
from kpis.government import government
from kpis.periods import local_day


@dataclass(frozen=True, slots=True)
class Shift:
    """An indicator whose judgement differs from that of an earlier day.

    ``reasons`` are (class, text) pairs: ``new_period`` (text: its code), ``fell_due`` (a target whose
    result is not published), ``new_target`` (another one judged against), ``aged`` (its last figure became stale, so that
    its present status is unknown), ``withdrawn``, or the reason class of a correction since then, with its text. ``corrections`` are these revisions.
    """

    before: Scored
    after: Scored
    reasons: tuple[tuple[str, str], ...]
    corrections: tuple[Revision, ...] = ()

    def has(self, reason: str) -> bool:
        """Return whether a reason is among those why it differs, as ``new_period`` or ``aged``."""
        return any(kind == reason for kind, _ in self.reasons)

    @property
    def has_new_status(self) -> bool:
        """Return whether the status differs."""
        return self.before.judgement.status != self.after.judgement.status


def corrections_since(item: Scored, day: date) -> list[Revision]:
    """Return the corrections and withdrawals of an indicator that became known after a day."""
    return [r for r in item.revisions if r.vintage.known_at is not None and local_day(r.vintage.known_at) > day]


def _reason(correction: Revision) -> tuple[str, str]:
    if correction.is_final:
        return "final", ""
    kind = "withdrawn" if correction.is_withdrawal else correction.vintage.reason_class or government().error
    return kind, correction.vintage.reason_text


def shifts(before: Iterable[Scored], after: Iterable[Scored], *, since: date) -> list[Shift]:
    """Compare the judgements of two days, indicator by indicator.

    Args:
        since: the earlier day; include corrections known after it.

    Returns:
        Indicators that differ in period, value, status or by a correction, or whose figure became stale, in the order of ``after``.
    """
    earlier_of = {(s.entry.definition.code, s.entry.unit_code): s for s in before}
    differences = []
    for item in after:
        old = earlier_of.get((item.entry.definition.code, item.entry.unit_code))
        if old is None:
            continue
        reasons: list[tuple[str, str]] = []
        was, now = old.judgement, item.judgement
        if now.figure is not None and (was.figure is None or was.figure.period_code != now.figure.period_code):
            reasons.append(("new_period", now.figure.period_code))
        corrected = tuple(corrections_since(item, since))
        reasons += [_reason(correction) for correction in corrected]
        if now.status == "unreported" != was.status:
            reasons.append(("fell_due", ""))
        elif was.status != now.status and was.goal != now.goal:
            reasons.append(("new_target", ""))
        if (was.standing, now.standing) == ("current", "last_known"):
            reasons.append(("aged", ""))
        if reasons or was.status != now.status:
            differences.append(Shift(old, item, tuple(reasons), corrected))
    return differences
