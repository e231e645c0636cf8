"""The check process of a report within its own bureau: prepared, checked step by step, sent back, or changed again. Pure.

The steps of a bureau are listed in its catalogue (``approval_steps.csv``); without any a report can be submitted as prepared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kpis.government_files import StepFields
from kpis.reporting.access import is_same_mailbox
from kpis.reporting_vocabulary import CheckStep


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One step of a report within its bureau: kind, person, time, person replaced, and note."""

    decision: str
    decided_by: str
    decided_at: datetime
    step_code: str = ""
    stands_in_for: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """The progress of a report: who prepared its present state, who checked it, and the reason of its last return, if any."""

    prepared: Check | None = None
    checked: tuple[Check, ...] = ()
    sent_back: Check | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it awaits a check, or was checked: a change starts the process again."""
        return self.prepared is not None

    def next_step(self, steps: Sequence[StepFields]) -> StepFields | None:
        """Return the step that is due; ``None`` where all are done, or none is required."""
        done = {check.step_code for check in self.checked}
        return next((step for step in steps if step.step_code not in done), None)

    def has_acted(self, email: str) -> bool:
        """Return whether a person prepared it or took a step of it."""
        acted = (*((self.prepared,) if self.prepared else ()), *self.checked)
        return any(is_same_mailbox(check.decided_by, email) for check in acted)


def way(checks: Iterable[Check]) -> Way:
    """Return the progress after the steps of a report, given oldest first."""
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
