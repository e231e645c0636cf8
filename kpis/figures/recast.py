"""Recast figures after reorganisations (``docs/organisation.md``). Pure.

Figures are never rewritten. The present organisation is another view of them: additive figures move from predecessor to successor by
the dated share; where the share is not known, the history stays under the predecessor's name, as a break.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kpis.figures.organisation import NEAR, Break, Organisation
from kpis.figures.records import Figure, are_mixed, in_time
from kpis.figures.rollup import is_addable, summed
from kpis.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Recast:
    """Figures by unit in another organisation, and the breaks at which a history stays under its old name."""

    by_unit: Mapping[str, tuple[Figure, ...]]
    breaks: tuple[Break, ...]


@dataclass(slots=True)
class _Piece:
    """A figure, or a share of it, in transit from one unit to another."""

    home: str
    figure: Figure
    is_addable: bool
    reason_break: Break | None = field(default=None)


def recast(kind: str, by_unit: Mapping[str, Sequence[Figure]], *, organisation: Organisation, on: date) -> Recast:
    """Recast figures from the organisation in which they were reported (当時の組織) into that of a day (現在の組織).

    Args:
        by_unit: unit code → its figures, one vintage per period.
        on: the day whose organisation is wanted.

    Returns:
        Sums over all units are the same as before. Numerators, denominators, bases, and values of additive kinds move by
        share. A figure counts as of its period's last day, or of its unit's last day where that came earlier. Other
        figures (levels, texts, rates without parts) move only where a unit merely changed its name.
    """
    pieces_of: dict[tuple[str, str], list[_Piece]] = {}
    breaks: dict[Break, None] = {}
    for code, figures in by_unit.items():
        last = organisation.last_day(code)
        followed: dict[date, tuple[dict[str, float], tuple[Break, ...]]] = {}
        for figure in figures:
            end = figure.period.end
            day = end if last is None else min(end, last)
            if day not in followed:
                followed[day] = organisation.shares(code, day, on=on)
            shares, met = followed[day]
            breaks.update(dict.fromkeys(met))
            addable = is_addable(kind, figure)
            if set(shares) == {code}:
                pieces_of.setdefault((code, figure.period_code), []).append(_Piece(code, figure, addable))
                continue
            stays = Break(code, None, tuple(shares), "not_additive")
            if not addable and len(shares) > 1:
                breaks[stays] = None
                pieces_of.setdefault((code, figure.period_code), []).append(_Piece(code, figure, addable))
                continue
            for unit, share in shares.items():
                moved = _scaled(kind, figure, share)
                pieces_of.setdefault((unit, figure.period_code), []).append(_Piece(code, moved, addable, stays))
    _send_home(kind, pieces_of, breaks)
    result: dict[str, list[Figure]] = {}
    for (unit, _), pieces in pieces_of.items():
        if not pieces:
            continue
        made = pieces[0].figure if len(pieces) == 1 else summed(kind, [p.figure for p in pieces])
        assert made is not None  # non-additive pieces were returned to their unit
        moved_in = len(pieces) > 1 or pieces[0].home != unit
        if made.is_rolled_up or (moved_in and not made.is_recast):
            made = replace(made, is_rolled_up=False, is_recast=made.is_recast or moved_in)
        result.setdefault(unit, []).append(made)
    ordered = sorted(result, key=lambda unit: organisation.order.get(unit, len(organisation.order)))
    return Recast({unit: tuple(sorted(result[unit], key=in_time)) for unit in ordered}, tuple(breaks))


def _send_home(kind: str, pieces_of: dict[tuple[str, str], list[_Piece]], breaks: dict[Break, None]) -> None:
    """Where non-additive pieces meet, return those from elsewhere to their unit, until none conflict."""
    moving = True
    while moving:
        moving = False
        for (unit, period), pieces in list(pieces_of.items()):
            if len(pieces) < 2 or (all(p.is_addable for p in pieces) and not are_mixed(kind, (p.figure for p in pieces))):
                continue
            strangers = [p for p in pieces if p.home != unit and not p.is_addable] or [p for p in pieces if p.home != unit]
            for piece in strangers:
                pieces.remove(piece)
                pieces_of.setdefault((piece.home, period), []).append(piece)
                if piece.reason_break is not None:
                    breaks[piece.reason_break] = None
                moving = True


def _scaled(kind: str, figure: Figure, share: float) -> Figure:
    if abs(share - 1) <= NEAR:
        return figure

    def part(value: float | None) -> float | None:
        return None if value is None else value * share

    return replace(
        figure,
        value=figure.value if KINDS[kind].rate is not None else part(figure.value),  # a rate is equal in every part
        numerator=part(figure.numerator),
        denominator=part(figure.denominator),
        base_value=part(figure.base_value),
        is_recast=True,
    )
