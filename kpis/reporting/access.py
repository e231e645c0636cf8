"""Permissions, and the state machine of a report from draft to approval. Pure tables, so that they can be read and tested whole.

A *grant* is a role, for one bureau or (``None``) for the whole organisation; a section's grant covers the section's rows, and
one held as a deputy names the person replaced. A table lists for each action the roles that
may do it, on their own bureau (``own``) or on every bureau (``any``); anything not listed is forbidden. Approval has one
more rule (``hindrances.refuse_own``): whoever wrote any part of a report never approves or returns it. A function with an ``actor`` or
``viewer`` raises ``NotAllowed`` where that person's roles do not permit it; its docstring says when it does besides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from kpis.errors import NotAllowed, StepRefused
from kpis.languages import say
from kpis.message import Message
from kpis.reporting_vocabulary import Role

Reach = Literal["own", "any"]
ROLES = Role.values()
# Granted for one bureau; a deputy may hold it.
OF_BUREAU = (Role.SECTION.value, Role.BUREAU_MANAGER.value, Role.BUREAU_APPROVER.value)
LOCAL_DOMAIN = "@local.invalid"  # no provider can verify .invalid, so these persons exist in local mode only

MAY: Mapping[str, Mapping[str, Reach]] = {
    "take_template": {"section": "own", "bureau_manager": "own", "bureau_approver": "own", "reform_office": "any"},
    "hand_out": {"bureau_manager": "own", "reform_office": "any"},  # the workbook of any section, or of chosen rows
    "see_report": {"section": "own", "bureau_manager": "own", "bureau_approver": "own", "reform_office": "any"},
    "read_original": {"bureau_manager": "own", "bureau_approver": "own", "reform_office": "any"},
    "upload": {"section": "own", "bureau_manager": "own"},  # of a section: its own rows
    "take_in": {"reform_office": "any"},  # a workbook received by mail, on behalf of its bureau; see ``acts_for``
    "explain": {"section": "own", "bureau_manager": "own"},  # reasons, warnings, conflicts, clashes; a section: of its own rows
    "prepare": {"bureau_manager": "own"},  # hand it to the approvers within the bureau
    "check": {"bureau_approver": "own"},
    "submit": {"bureau_manager": "own", "bureau_approver": "own"},
    "withdraw": {"bureau_manager": "own"},
    "name_deputy": {"bureau_manager": "own", "bureau_approver": "own", "reform_office": "any", "administrator": "any"},
    "ask_withdrawal": {"bureau_manager": "own", "reform_office": "any"},  # of a figure approved by mistake; decided by "approve"
    "see_queue": {"reform_office": "any"},
    "see_standings": {  # which reports exist, and which are overdue
        "section": "own",
        "bureau_manager": "own",
        "bureau_approver": "own",
        "reform_office": "any",
        "director": "any",
    },
    "return": {"reform_office": "any"},
    "approve": {"reform_office": "any"},
    "grant_exception": {"reform_office": "any"},
    "publish": {"reform_office": "any"},
    "state_confidence": {"reform_office": "any"},
    "hold_meeting": {"reform_office": "any"},  # agenda, decisions, minutes and the pack
    "see_questions": {"bureau_manager": "own", "reform_office": "any"},  # of the office, on matters that are not indicators
    "ask_question": {"reform_office": "any"},  # write, open, close
    "answer_question": {"bureau_manager": "own"},
    "decide_answer": {"reform_office": "any"},
    "answer_voices": {"reform_office": "any"},  # of readers: read, answer, publish, withhold
    "read_audit": {"reform_office": "any", "administrator": "any"},
    "manage_people": {"reform_office": "any", "administrator": "any"},
    "choose_notices": {"bureau_manager": "own", "reform_office": "any", "director": "any", "administrator": "any"},  # one's own
    "manage_notices": {"reform_office": "any", "administrator": "any"},  # the outbox and the channels
}
# (state, step) → state. A step that is not listed is refused. A corrected upload keeps the state: a returned report stays
# returned, with its reason visible, until it is submitted again.
STEPS: Mapping[tuple[str, str], str] = {
    ("draft", "upload"): "draft",
    ("draft", "explain"): "draft",
    ("draft", "prepare"): "draft",
    ("draft", "check"): "draft",
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "return"): "returned",
    ("submitted", "approve"): "approved",
    ("submitted", "withdraw"): "withdrawn",
    ("returned", "upload"): "returned",
    ("returned", "explain"): "returned",
    ("returned", "prepare"): "returned",
    ("returned", "check"): "returned",
    ("returned", "submit"): "submitted",
    ("returned", "withdraw"): "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person, for a bureau, a section or (``None``) the whole organisation; ``stands_in_for``: the person replaced."""

    role: str
    bureau_code: str | None = None
    section_code: str = ""
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The viewer of a page or user of a command: anonymous (``email`` blank), or a known person with grants."""

    email: str = ""
    name: str = ""
    grants: tuple[Grant, ...] = ()

    def may(self, action: str, bureau_code: str | None = None) -> bool:
        """Return whether the viewer may do this to a bureau; without a bureau, to any bureau at all."""
        return may(self.grants, action, bureau_code)

    def acts_for(self, bureau_code: str) -> bool:
        """Return whether the viewer may act for a bureau that cannot."""
        return acts_for(self.grants, bureau_code)

    def sections(self, action: str, bureau_code: str) -> frozenset[str] | None:
        """Return the sections of a bureau on whose rows the viewer may do this; ``None`` means every row."""
        return sections(self.grants, action, bureau_code)

    def bureaus(self, action: str) -> frozenset[str] | None:
        """Return the bureaus on which the viewer may do this; ``None`` means every one."""
        own: set[str] = set()
        for grant in self.grants:
            reach = MAY[action].get(grant.role)
            if reach == "any" or (reach == "own" and grant.bureau_code is None):
                return None
            if reach == "own" and grant.bureau_code:
                own.add(grant.bureau_code)
        return frozenset(own)


def may(grants: Iterable[Grant], action: str, bureau_code: str | None = None) -> bool:
    """Return whether grants permit an action on a bureau; without a bureau, on any bureau at all."""
    for grant in grants:
        reach = MAY[action].get(grant.role)
        if reach == "any" or (reach == "own" and (bureau_code is None or grant.bureau_code in (None, bureau_code))):
            return True
    return False


def acts_for(grants: Iterable[Grant], bureau_code: str) -> bool:
    """Return whether grants permit to act for a bureau that cannot: the office's, and nobody's who reports for it themselves."""
    grants_list = list(grants)
    own = ("upload", "submit")
    return may(grants_list, "take_in", bureau_code) and not any(may(grants_list, action, bureau_code) for action in own)


def sections(grants: Iterable[Grant], action: str, bureau_code: str) -> frozenset[str] | None:
    """Return the sections of a bureau on whose rows grants permit an action; ``None`` means every row."""
    permitting = [grant for grant in grants if may([grant], action, bureau_code)]
    if any(not grant.section_code for grant in permitting):
        return None
    return frozenset(grant.section_code for grant in permitting)


def decides(grants: Iterable[Grant], bureau_code: str) -> bool:
    """Return whether a person is responsible for every row of a bureau's report, not only for those of a section."""
    grants_list = list(grants)
    return may(grants_list, "explain", bureau_code) and sections(grants_list, "explain", bureau_code) is None


def require(grants: Iterable[Grant], action: str, bureau_code: str | None = None) -> None:
    """Refuse an action that grants do not permit.

    Raises:
        NotAllowed: with the next step.
    """
    if not may(grants, action, bureau_code):
        raise NotAllowed("role_not_permitted")


def next_state(state: str, step: str) -> str:
    """Return the state after a step.

    Raises:
        StepRefused: the life cycle has no such step from this state.
    """
    after = STEPS.get((state, step))
    if after is None:
        raise StepRefused("no_such_step", state=Message(f"report_is_{state}"), step=Message(f"report_to_{step}"))
    return after


def is_same_person(one: str, other: str) -> bool:
    """Return whether two e-mails name the same person, ignoring case and width of letters."""
    return _plain(one) == _plain(other)


def is_same_mailbox(one: str, other: str) -> bool:
    """Return whether two e-mails reach the same person as far as anybody can tell: ``name+anything@…`` is that of ``name@…``.

    For what nobody may do to their own; whose something is, and who may see it, goes by ``is_same_person``.
    """
    return _mailbox(one) == _mailbox(other)


def _mailbox(email: str) -> str:
    local, at, domain = _plain(email).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def _plain(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()


def state_word(state: str, language: str = "ja") -> str:
    """Return the word for the state of a report."""
    return say(state_message(state).key, language)


def state_message(state: str) -> Message:
    """Return the name of the state of a report, for a message of any language."""
    return Message("report_draft" if state == "draft" else f"report_is_{state}")
