"""Withdraw a figure that was approved by mistake: requested by one person, decided by another.

A withdrawal names the vintage withdrawn. Approved, it is a vintage of its own: the last vintage that was not withdrawn
counts again, or none (``kpis.figures.records.current_vintages``); nothing is deleted, and earlier states of knowledge stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from kpis.as_text import typed
from kpis.declared import Row
from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.figures.records import Figure, counting_vintage
from kpis.government import government
from kpis.languages import say
from kpis.message import Message
from kpis.periods import parse_period
from kpis.reporting.access import is_same_mailbox
from kpis.reporting.people import acting, allow, existing, record
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store, instant
from kpis.store.tables import table_of
from kpis.store.vintages import FigureKey, as_withdrawal, of_figure

_SAID = ("value", "numerator", "denominator", "base_value", "text_ja")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request to withdraw one vintage of a figure, and its result."""

    id: int
    key: FigureKey
    vintage: int
    reason_class: str
    reason_text: str
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_text: str
    figure: Figure  # the vintage
    then: Figure | None  # the one that counts once it is withdrawn; ``None`` = nothing


def ask(store: Store, key: FigureKey, *, actor: str, reason_class: str, reason_text: str, vintage: int | None = None) -> Asked:
    """Request the withdrawal of a figure.

    Args:
        key: (indicator, unit, period).
        actor: who asks: a manager of the bureau, or the reform office.
        reason_class: one of the government's reasons of corrections.
        vintage: default the current one.

    Raises:
        NotFound: there is no such figure.
        FigureRefused: a reason is missing, or the vintage cannot be withdrawn.
        StepRefused: the same was requested already.
    """
    if reason_class not in government().reasons or not typed(reason_text):
        raise FigureRefused("withdrawal_without_reason", reasons=_reasons)
    key = (key[0], key[1], parse_period(key[2]).code)
    with acting(
        store, actor, "ask_withdrawal", " ".join(key), needs="ask_withdrawal", bureau_code=key[1], is_figures=False
    ) as session:
        wanted = _wanted(session, key, vintage)
        row = tables.Withdrawal(
            indicator_code=key[0], bureau_code=key[1], period_code=key[2], vintage=wanted["vintage"], reason_class=reason_class,
            reason_text=typed(reason_text), asked_by=actor, asked_at=instant(session),
        )  # fmt: skip
        session.add(row)
        try:
            session.flush()
        except IntegrityError as twice:
            raise StepRefused("withdrawal_asked_before", key=" ".join(key)) from twice
        detail = f"{reason_class} {typed(reason_text)}"
        record(session, actor, "withdrawal_asked", _subject(row), detail=f"{' '.join(key)} vintage {row.vintage}: {detail}")
        return _asked(row, of_figure(session, key))


def decide(store: Store, number: int, *, actor: str, approves: bool, text: str = "") -> Asked:
    """Approve or refuse a withdrawal; an approved one is the newest vintage of its figure at once.

    Raises:
        NotFound: there is no such request.
        NotAllowed: the actor requested it, or may not approve.
        StepRefused: it is decided already.
        FigureRefused: it is refused without a reason.
        ChangedMeanwhile: the vintage was withdrawn in the meantime.
    """
    with acting(store, actor, "decide_withdrawal", f"withdrawal {number}") as session:
        row = existing(session, tables.Withdrawal, number, NotFound("withdrawal_unknown", number=number))
        key = (row.indicator_code, row.bureau_code, row.period_code)
        allow(session, actor, "approve", row.bureau_code)
        if is_same_mailbox(actor, row.asked_by):
            raise NotAllowed("own_withdrawal")
        if row.state != "asked":
            raise StepRefused("withdrawal_decided", number=number, decided_by=row.decided_by)
        if not approves and not typed(text):
            raise FigureRefused("refusal_without_reason")
        row.state, row.decided_by, row.decided_at = ("approved" if approves else "refused"), actor, instant(session)
        row.decision_text = typed(text)
        withdrawal = of_figure(session, key)
        if approves:
            withdrawn = next(r for r in withdrawal if r["vintage"] == row.vintage)
            if any(r["withdraws_vintage"] == row.vintage for r in withdrawal):
                raise ChangedMeanwhile("withdrawn_meanwhile", key=" ".join(key), vintage=row.vintage)
            session.flush()
            session.execute(
                insert(table_of(tables.Observation)),
                [as_withdrawal(withdrawn, withdrawal, reason=(row.reason_class, row.reason_text), known_at=row.decided_at)],
            )
        record(session, actor, f"withdrawal_{row.state}", _subject(row), detail=f"{' '.join(key)} {row.decision_text}".strip())
        if approves:
            record(session, actor, "figure_withdrawn", " ".join(key), detail=f"{row.reason_class} {row.reason_text}")
        return _asked(row, withdrawal)


def requests(store: Store, *, viewer: str, states: Sequence[str] = ("asked",)) -> list[Asked]:
    """Return the withdrawals visible to a person, newest first."""
    table = table_of(tables.Withdrawal)
    with store.reading() as session:
        allow(session, viewer, "see_queue")
        rows = session.execute(select(table).where(table.c.state.in_(states)).order_by(table.c.id.desc())).all()
        return [_asked(row, of_figure(session, (row.indicator_code, row.bureau_code, row.period_code))) for row in rows]


def vintages_of(store: Store, key: FigureKey) -> list[Figure]:
    """Return every vintage of a figure, oldest first."""
    with store.reading() as session:
        return [_figure(row) for row in of_figure(session, key)]


def said_of(figure: Figure | None) -> dict[str, float | str]:
    """Return the content of a figure in words: value, parts, base and text, where present."""
    return {name: value for name in _SAID if (value := getattr(figure, name, None)) not in (None, "")}


def _figure(row: Mapping[str, Any]) -> Figure:
    return record_of(Figure, SimpleNamespace(**row), reason_class=row["reason_class"] or "")


def _wanted(session: Session, key: FigureKey, vintage: int | None) -> Row:
    withdrawal = of_figure(session, key)
    counting = counting_vintage(withdrawal)
    wanted = (
        dict(counting)
        if vintage is None and counting is not None
        else next((r for r in withdrawal if r["vintage"] == vintage), None)
    )
    place = " ".join(key)
    if wanted is None:
        vintages = tuple(str(r["vintage"]) for r in withdrawal if r["withdraws_vintage"] is None) or Message("vintages_none")
        raise NotFound("figure_to_withdraw_not_found", place=place, vintages=vintages)
    if wanted["withdraws_vintage"] is not None or any(r["withdraws_vintage"] == wanted["vintage"] for r in withdrawal):
        raise FigureRefused("withdrawn_before", place=place, vintage=wanted["vintage"])
    return wanted


def _subject(row: tables.Withdrawal) -> str:
    return f"withdrawal {row.id}"


def _asked(row: Any, rows: Sequence[Row]) -> Asked:
    figure = next(r for r in rows if r["vintage"] == row.vintage)
    then = counting_vintage([*rows, {"vintage": rows[-1]["vintage"] + 1, "withdraws_vintage": row.vintage}])
    return record_of(
        Asked, row, key=(row.indicator_code, row.bureau_code, row.period_code), figure=_figure(figure),
        then=None if then is None else _figure(then),
    )  # fmt: skip


def _reasons(language: str) -> str:
    return say("between_reasons", language).join(government().reasons)
