"""Commentaries and actions of bureaus: indicators that need an explanation or an action, and outcomes of finished actions. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpis.figures.records import value_of
from kpis.figures.scorecard import Scored
from kpis.grouped import grouped
from kpis.periods import parse_period
from kpis.store import tables
from kpis.vocabulary import LIVING_ACTIONS, ActionState

# Statuses that a bureau must explain, and those that need an action.
NEEDING = ("behind", "missed", "moving_away", "unreported")
LONGEST_CODE = 64


def commentary_code(bureau: str, subject: str, period: str) -> str:
    """Return the deterministic code of a bureau's commentary on an indicator or project in a period."""
    code = f"{bureau}-C-{period}-{subject}"
    if len(code) <= LONGEST_CODE:
        return code
    mark = hashlib.sha256(code.encode()).hexdigest()[:8]
    return f"{code[: LONGEST_CODE - 9]}-{mark}"


def says_why(row: Mapping[str, Any]) -> bool:
    """Return whether a commentary states a cause."""
    return bool(str(row.get("cause_ja") or "").strip())


def is_living(action: tables.Action) -> bool:
    """Return whether an action is still to be carried out."""
    return action.action_state in LIVING_ACTIONS and action.ended_reason is None


def due_of(action: tables.Action) -> date | None:
    """Return the due day of an action: the new day where it was moved."""
    return action.new_due_on or action.due_on


def is_late(action: tables.Action, as_of: date) -> bool:
    """Return whether an action still to be carried out is past its due day."""
    due = due_of(action)
    return is_living(action) and due is not None and due < as_of


def subject_of(row: tables.Action | tables.Commentary) -> str:
    """Return the code of the indicator or project that a row is about."""
    return row.indicator_code or row.project_code or ""


def action_lacks(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the required columns that an action lacks in its state: new day and reason, reason, or day of completion."""
    state = fields.get("action_state")
    needed = {
        ActionState.CONTINUED: ("new_due_on", "state_reason_ja"), ActionState.GIVEN_UP: ("state_reason_ja",), ActionState.DONE: ("done_on",),
    }  # fmt: skip
    yield from (name for name in needed.get(ActionState(state), ()) if not fields.get(name)) if state else ()


@dataclass(frozen=True, slots=True)
class Commented:
    """The commentaries (newest period first) and actions of one bureau on one indicator or project."""

    commentaries: tuple[tables.Commentary, ...] = ()
    actions: tuple[tables.Action, ...] = ()

    @property
    def living(self) -> tuple[tables.Action, ...]:
        """Return the actions still to be carried out, by due day."""
        return tuple(sorted((a for a in self.actions if is_living(a)), key=lambda a: (due_of(a) or date.max, a.action_code)))


SaidBy = Mapping[tuple[str, str], Commented]  # (code of the indicator or project, bureau)


def said_by(commentaries: Iterable[tables.Commentary], actions: Iterable[tables.Action], *, ended_by: Mapping[str, date]) -> SaidBy:
    """Return commentaries and actions by (indicator or project, bureau).

    Args:
        ended_by: period → its last day, to sort commentaries; those of other periods are left out.
    """
    counting = (row for row in commentaries if row.period_code in ended_by and row.ended_reason is None)
    commented = grouped(((subject_of(row), row.bureau_code or ""), row) for row in counting)
    done = grouped(
        ((subject_of(action), action.bureau_code or ""), action) for action in actions if action.ended_reason != "mistake"
    )
    for subjects in commented.values():
        subjects.sort(key=lambda row: ended_by[row.period_code], reverse=True)
    keys = dict.fromkeys([*commented, *done])
    return {key: Commented(tuple(commented.get(key, ())), tuple(done.get(key, ()))) for key in keys}


def without_action(items: Iterable[Scored], by_subject: SaidBy, *, bureaus: Container[str]) -> Iterator[Scored]:
    """Yield the judgements that require an action and have none open, in their order.

    Args:
        items: judgements; those of units that are neither their indicator's own scope nor a bureau are left out.
        bureaus: the units that report for themselves: each needs an action of its own, a whole that of any unit.
    """
    acting = {key for key, commented in by_subject.items() if commented.living}
    anywhere = {subject for subject, _ in acting}
    for item in items:
        code, unit = item.entry.definition.code, item.entry.unit_code
        if item.judgement.status not in NEEDING:
            continue
        if unit in bureaus:
            has_action = (code, unit) in acting
        elif item.entry.is_own_scope:
            has_action = code in anywhere
        else:
            continue
        if not has_action:
            yield item


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an action: the indicator's figure when it began and the latest one, in the indicator's unit."""

    before: float
    after: float
    worked: bool | None  # the change is at least the expected effect; ``None`` where none was stated


def outcome_of(action: tables.Action, item: Scored) -> Outcome | None:
    """Compare a finished action with the figures: that of the report in which it began, or the last before, and the latest.

    A change after an action does not prove that the action caused it; only both numbers are returned.
    """
    if action.action_state != ActionState.DONE:
        return None
    begun = parse_period(action.period_code).end
    valued = [(f.period.end, v) for f in item.figures if (v := value_of(item.entry.definition, f)) is not None]
    earlier = [dated for dated in valued if dated[0] <= begun]
    if not earlier or not valued or max(valued)[0] <= max(earlier)[0]:
        return None
    before, after = max(earlier)[1], max(valued)[1]
    wanted = action.effect_value
    worked = None if not wanted else round((after - before) / wanted, 9) >= 1  # floating point: 70.3 − 70.0 < 0.3
    return Outcome(before, after, worked)
