"""The occasions of notices, and the roles each concerns. Pure: no session, no clock.

``CONCERNS`` has the form of ``access.MAY``: for each occasion the roles notified, of their own bureau or of every one. It is evaluated when a
message is written and again when it is sent, so that nobody is notified of things they may no longer see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kpis.reporting.access import Grant, Reach
from kpis.reporting_vocabulary import HowOften, Occasion

_MANAGER: Mapping[str, Reach] = {"bureau_manager": "own"}
_BUREAU: Mapping[str, Reach] = {**_MANAGER, "bureau_approver": "own"}
_SECTIONS: Mapping[str, Reach] = {**_MANAGER, "section": "own"}
_OFFICE: Mapping[str, Reach] = {"reform_office": "any"}
_DIRECTOR: Mapping[str, Reach] = {"director": "any"}
CONCERNS: Mapping[str, Mapping[str, Reach]] = {
    Occasion.DUE_IN_14: _SECTIONS,
    Occasion.DUE_IN_3: {**_SECTIONS, **_BUREAU},
    Occasion.OVERDUE: {**_BUREAU, **_OFFICE},
    Occasion.SUBMITTED: _OFFICE,
    Occasion.RETURNED: {**_SECTIONS, **_BUREAU},
    Occasion.APPROVED: _BUREAU,
    Occasion.PUBLISHED: {"bureau_manager": "any", "reform_office": "any", **_DIRECTOR, "administrator": "any"},
    Occasion.STATUS_TURNED: {**_BUREAU, **_OFFICE, **_DIRECTOR},
    Occasion.ACTION_DUE: {**_SECTIONS, **_BUREAU, **_OFFICE},
    Occasion.QUESTION_OPENED: _MANAGER,  # those who can answer (``answer_question``)
    Occasion.ANSWER_SUBMITTED: _OFFICE,
    Occasion.ANSWER_RETURNED: _MANAGER,
}
PUBLIC = frozenset({Occasion.PUBLISHED.value})  # all others are announced only to those who may see them
# The step of the audit trail behind an occasion.
BY_STEP: Mapping[str, Occasion] = {
    "submitted": Occasion.SUBMITTED, "returned": Occasion.RETURNED, "approved": Occasion.APPROVED, "publish": Occasion.PUBLISHED,
    "question_opened": Occasion.QUESTION_OPENED, "answer_submitted": Occasion.ANSWER_SUBMITTED, "answer_returned": Occasion.ANSWER_RETURNED,
}  # fmt: skip
# What a step settles: told of it later, its readers would look for what is done.
SETTLED_BY: Mapping[str, tuple[Occasion, ...]] = {
    "submitted": (Occasion.RETURNED, Occasion.DUE_IN_14, Occasion.DUE_IN_3, Occasion.OVERDUE),
    "withdrawn": (Occasion.SUBMITTED,), "returned": (Occasion.SUBMITTED,), "approved": (Occasion.SUBMITTED,),
    "answer_submitted": (Occasion.QUESTION_OPENED, Occasion.ANSWER_RETURNED),
    "answer_returned": (Occasion.ANSWER_SUBMITTED,), "answer_accepted": (Occasion.ANSWER_SUBMITTED,),
    "question_closed": (Occasion.QUESTION_OPENED, Occasion.ANSWER_RETURNED),
}  # fmt: skip
# One for each bureau would be too many.
_OFFICE_IN_ONE = frozenset({Occasion.ANSWER_SUBMITTED, Occasion.OVERDUE, Occasion.STATUS_TURNED, Occasion.ACTION_DUE})


@dataclass(frozen=True, slots=True)
class Due:
    """An occasion that is due: its ``subject`` (never the same twice), its bureau, and its facts."""

    occasion: str
    subject: str
    bureau_code: str
    facts: Mapping[str, str | int]
    expires_on: date | None = None  # the last day on which it is still true


def is_concerned(grants: Iterable[Grant], occasion: str, bureau_code: str) -> bool:
    """Return whether an occasion of a bureau (blank: of the whole organisation) concerns a person with these roles."""
    reaches = CONCERNS[Occasion(occasion)]
    for grant in grants:
        reach = reaches.get(grant.role)
        if reach == "any" or (reach == "own" and bureau_code and grant.bureau_code in (None, bureau_code)):
            return True
    return False


def suggested(grants: Iterable[Grant], occasion: str) -> str:
    """Return the default frequency of an occasion for a person without a choice."""
    is_office = any(grant.role == "reform_office" for grant in grants)
    is_daily = occasion in (Occasion.STATUS_TURNED, Occasion.PUBLISHED) or (is_office and occasion in _OFFICE_IN_ONE)
    return (HowOften.DAILY if is_daily else HowOften.AT_ONCE).value


def may_be_chosen(grants: Sequence[Grant]) -> list[str]:
    """Return the occasions that can concern a person."""
    return [occasion for occasion, reaches in CONCERNS.items() if any(grant.role in reaches for grant in grants)]
