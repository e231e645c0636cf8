"""The way of a report through its own bureau: prepared, checked step by step, sent back, or changed again. Pure.

How many steps a bureau has stands in its catalogue (``approval_steps.csv``); without any a report goes out as it is prepared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kpis.government_files import StepFields
from kpis.reporting_vocabulary import CheckStep


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One step of a report within its bureau: which, who took it and when, in whose place, and what was said."""

    decision: str
    decided_by: str
    decided_at: datetime
    step_code: str = ""
    stands_in_for: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How far a report has come: who prepared it as it is, who has checked it so, and why it was sent back last, if it was."""

    prepared: Check | None = None
    checked: tuple[Check, ...] = ()
    sent_back: Check | None = None

    @property
    def is_open(self) -> bool:
        """Say whether it waits for a check, or was checked: a change begins it anew."""
        return self.prepared is not None

    def next_step(self, steps: Sequence[StepFields]) -> StepFields | None:
        """Return the step that is due; ``None`` where all are done, or none is asked."""
        done = {check.step_code for check in self.checked}
        return next((step for step in steps if step.step_code not in done), None)

    def has_acted(self, email: str) -> bool:
        """Say whether a person prepared it or took a step of it."""
        acted = (*((self.prepared,) if self.prepared else ()), *self.checked)
        return any(check.decided_by == email for check in acted)


def way(checks: Iterable[Check]) -> Way:
    """Return where the steps of a report, oldest first, have brought it."""
    now = Way()
    for check in checks:
        if check.decision == CheckStep.PREPARED:
            now = Way(check)
        elif check.decision == CheckStep.CHECKED:
            now = Way(now.prepared, (*now.checked, check))
        elif check.decision == CheckStep.SENT_BACK:
            now = Way(sent_back=check)
        else:
            now = Way()
    return now
