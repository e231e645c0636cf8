"""Differences between two editions: figures, statuses, targets, definitions and register entries, with reason and size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kpis.declared import ALWAYS
from kpis.figures.records import Definition, Figure, current_vintages
from kpis.figures.scorecard import Entry, Scored, figure_text
from kpis.figures.sentences import about, is_derived
from kpis.moment import Moment
from kpis.registers import LISTS, REGISTERS
from kpis.store.vintages import CARRIED
from kpis.text import format_value, named, status_word, told_apart, with_unit

KINDS = (
    "first_edition", "figure_corrected", "figure_withdrawn", "figure_final", "figure_new", "status", "target", "definition", "indicator_new",
    "indicator_gone", "register_new", "register_changed", "register_gone",
)  # fmt: skip
_Row = Mapping[str, Any]
_UNSEEN = {"sort_order", "note", "is_sample", "vintage", "details_json", "search_text"}
_INSIDE = _UNSEEN | {"note_ja", "note_en"}  # notes of register rows are internal


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``kind`` is one of ``KINDS``; texts are formatted for people; ``difference`` is new − old in the unit."""

    kind: str
    code: str = ""
    unit_code: str = ""
    period_code: str = ""
    field: str = ""
    name_ja: str = ""
    name_en: str = ""
    old_ja: str = ""
    old_en: str = ""
    new_ja: str = ""
    new_en: str = ""
    difference: float | None = None
    size_ja: str = ""
    size_en: str = ""
    reason_class: str = ""
    reason_text: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the change as plain JSON, without blanks."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


def compare(old: Moment | None, new: Moment, *, reasons: Mapping[tuple[str, str], tuple[str, str]]) -> list[Difference]:
    """Return every change from one edition to the next, corrections first.

    Args:
        old: the previous edition, as of its date; ``None`` for the first.
        new: the next edition, as of its date.
        reasons: of changes to register rows, by register and code: class and text.
    """
    if old is None:
        return [Difference("first_edition")]
    before, after = ({(s.entry.definition.code, s.entry.unit_code): s for s in moment.scored} for moment in (old, new))
    changes: list[Difference] = []
    for key in after.keys() | before.keys():
        changes += _figures(before.get(key), after.get(key))
        changes += _status(before.get(key), after.get(key))
        changes += _targets(before.get(key), after.get(key))
    changes += _definitions(*({code: vars(row) for code, row in moment.indicators.items()} for moment in (old, new)))
    for kind in ("project", *REGISTERS):
        table, (code,) = LISTS[kind].table, LISTS[kind].key
        was, now = (moment.state.store.each_of(table, by_key=True) for moment in (old, new))
        changes += _register(kind, code, was, now, reasons)
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(changes, key=lambda c: (order[c.kind], c.code, c.unit_code, c.period_code, c.field))


def _named(kind: str, definition: Definition, unit: str, **rest: Any) -> Difference:
    return Difference(kind, definition.code, unit, name_ja=definition.name_ja, name_en=definition.name_en, **rest)


def _texts(definition: Definition, figure: Figure | None, name: str) -> dict[str, str]:
    if figure is None:
        return {}
    texts = {language: figure_text(definition, figure, language) for language in ALWAYS}
    if " / " in texts["ja"]:  # 77 / 78: value with its base
        texts = {n: with_unit(text, named(definition, "unit", n), n) for n, text in texts.items()}
    return {f"{name}_{language}": text for language, text in texts.items()}


def _figures(before: Scored | None, after: Scored | None) -> Iterable[Difference]:
    entry: Entry = (after or before).entry  # type: ignore[union-attr]
    definition, unit = entry.definition, entry.unit_code
    was = {f.period_code: f for f in current_vintages(before.entry.figures)} if before else {}
    now = {f.period_code: f for f in current_vintages(after.entry.figures)} if after else {}
    last = {f.period_code: f for f in sorted(after.entry.figures, key=lambda f: f.vintage)} if after else {}
    for period in sorted(was.keys() | now.keys()):
        old, new, newest = was.get(period), now.get(period), last.get(period)
        if old is not None and new is not None and all(getattr(old, n) == getattr(new, n) for n in CARRIED):
            continue
        both = old is not None and new is not None and old.value is not None and new.value is not None
        difference = new.value - old.value if both else None  # type: ignore[union-attr, operator]
        is_withdrawn = new is None or (newest is not None and newest.withdraws_vintage is not None)
        kind = "figure_new" if old is None else "figure_withdrawn" if is_withdrawn else "figure_corrected"
        if kind == "figure_corrected" and newest is not None and newest.finalises_vintage is not None:
            kind = "figure_final"
        why = (newest.reason_class, newest.reason_text) if newest is not None else ("", "")
        yield _named(
            kind, definition, unit, period_code=period, difference=difference, reason_class=why[0], reason_text=why[1],
            size_ja=_size(definition, old, new, "ja"), size_en=_size(definition, old, new, "en"),
            **_texts(definition, old, "old"), **_texts(definition, new, "new"),
        )  # fmt: skip


def _size(definition: Definition, old: Figure | None, new: Figure | None, language: str) -> str:
    """Format the size of a change, with no more digits than the two figures; blank if either is missing."""
    if old is None or new is None or old.value is None or new.value is None:
        return ""
    gap = told_apart(
        new.value, old.value, definition, language, is_approximate=new.is_approximate, is_other_approximate=old.is_approximate,
        is_worked_out=is_derived(new),
    ).signed_gap  # fmt: skip
    return about(gap, language) if new.is_approximate or old.is_approximate else gap


def _status(before: Scored | None, after: Scored | None) -> Iterable[Difference]:
    if before and after and before.judgement.status != after.judgement.status:
        was, now = before.judgement.status, after.judgement.status
        yield _named(
            "status", after.entry.definition, after.entry.unit_code, old_ja=status_word(was), old_en=status_word(was, "en"),
            new_ja=status_word(now), new_en=status_word(now, "en"),
        )  # fmt: skip


def _targets(before: Scored | None, after: Scored | None) -> Iterable[Difference]:
    entry: Entry = (after or before).entry  # type: ignore[union-attr]
    definition = entry.definition
    was = {(g.period_code, g.set_order): g for g in before.goals} if before else {}
    now = {(g.period_code, g.set_order): g for g in after.goals} if after else {}
    why = {(g.period_code, g.set_order): g.withdrawn_reason for g in after.entry.goals} if after else {}
    for key in sorted(was.keys() | now.keys()):
        old, new = was.get(key), now.get(key)
        if old and new and (old.value, old.is_approximate, old.set_on) == (new.value, new.is_approximate, new.set_on):
            continue
        texts = {
            f"{name}_{language}": format_value(goal.value, definition, language)
            for name, goal in (("old", old), ("new", new))
            if goal
            for language in ALWAYS
        }
        difference = new.value - old.value if old and new else None
        yield _named(
            "target", definition, entry.unit_code, period_code=key[0], difference=difference, reason_text=why.get(key, ""), **texts
        )


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _definitions(was: Mapping[str, _Row], now: Mapping[str, _Row]) -> Iterable[Difference]:
    for code in sorted(was.keys() | now.keys()):
        row = now.get(code) or was[code]
        names = {"code": code, "name_ja": row["name_ja"], "name_en": row["name_en"]}
        if code not in was or code not in now:
            yield Difference("indicator_new" if code in now else "indicator_gone", **names)
            continue
        for field in sorted((was[code].keys() | now[code].keys()) - _UNSEEN):  # one edition may have texts in a further language
            a, b = _shown(was[code].get(field)), _shown(now[code].get(field))
            if a != b:
                yield Difference("definition", **names, field=field, old_ja=a, old_en=a, new_ja=b, new_en=b)


def _side_by_side(code: str, was: Iterable[_Row], now: Iterable[_Row]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Pair the rows of two registers, both ordered by code, as streams."""
    first, second = iter(was), iter(now)
    a, b = next(first, None), next(second, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a[code] < b[code]):
            yield a, None
            a = next(first, None)
        elif a is None or b[code] < a[code]:
            yield None, b
            b = next(second, None)
        else:
            yield a, b
            a, b = next(first, None), next(second, None)


def _register(
    register: str, code: str, was: Iterable[_Row], now: Iterable[_Row], reasons: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterable[Difference]:
    for old, new in _side_by_side(code, was, now):
        row: _Row = new or old  # type: ignore[assignment]
        text = REGISTERS[register].called_by if register in REGISTERS else "name"
        name = row.get(f"{text}_ja") or row[code]  # it may be internal
        names = {"code": row[code], "name_ja": name, "name_en": row.get(f"{text}_en") or name}
        if old is None or new is None:
            yield Difference("register_new" if old is None else "register_gone", **names, field=register)
            continue
        for field in sorted((old.keys() | new.keys()) - _INSIDE):
            a, b = _shown(old.get(field)), _shown(new.get(field))
            if a != b:
                why, words = reasons.get((register, row[code]), ("", ""))
                yield Difference(
                    "register_changed", **names, field=f"{register}.{field}", old_ja=a, old_en=a, new_ja=b, new_en=b,
                    reason_class=why, reason_text=words,
                )  # fmt: skip
