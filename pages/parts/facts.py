"""What the page of an indicator says besides its series: definition, inputs of the status, targets, revisions, other sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from kpis.figures.records import Revision
from kpis.figures.scorecard import Book, Scored
from kpis.figures.sentences import planned_text, target_text
from kpis.periods import local_day, parse_period
from kpis.text import format_date, format_ratio, format_value, known_day
from pages.parts import cached
from pages.parts.bureaus import unit_name
from pages.parts.cards import badge_line, headline_value
from pages.parts.series import arrow
from pages.parts.text import language, named, t
from telling.overview import rule_line
from telling.words import Words

REVISIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the page says of an indicator besides its series, made once per revision, day and language."""

    head: str
    definition: str
    facts: pa.Table
    linked: tuple[tuple[str, str], ...]
    inputs: pa.Table
    rule: str
    targets: pa.Table | None
    revisions: pa.Table | None
    readings: pa.Table | None


def table_of(rows: list[dict[str, Any]]) -> pa.Table | None:
    """Return rows as a table, without the columns in which nothing is written; ``None`` where there is no row."""
    if not rows:
        return None
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return arrow({name: values for name, values in columns.items() if any(values)})


def pairs(facts: list[tuple[str, str]]) -> pa.Table:
    """Return names and values as a table of two columns."""
    return arrow({t("item"): [name for name, _ in facts], t("value"): [value for _, value in facts]})


def heading(item: Scored) -> str:
    """Return name, status and the value with its period, target, plan, previous value and that of a year earlier."""
    judged, definition = item.judgement, item.entry.definition
    value = headline_value(item, judged.figure)
    is_text = judged.figure is not None and judged.figure.value is None
    parts = [judged.figure.period.label(language())] if judged.figure else []
    if judged.goal is not None:
        parts.append(f"{t('target')} {target_text(definition, judged, language())} ({judged.goal.period.label(language())})")
    if judged.planned_value is not None:
        parts.append(f"{t('planned')} {planned_text(definition, judged, language())}")
    if not is_text and judged.figure is not None:
        for word, other in (("previous", judged.previous), ("year_earlier", judged.year_earlier)):
            parts.append(f"{t(word)} {headline_value(item, other)}" + (f" ({other.period.label(language())})" if other else ""))
    return f"{badge_line(judged)}\n\n{'**' if is_text else '#### '}{value}{'**' if is_text else ''}\n\n{' ・ '.join(parts)}"


def facts_of(row: dict[str, Any]) -> pa.Table:
    """Return project, scope, unit, kind, frequency, base, exclusions and note."""
    units = {code: named(row) for code, row in cached.moment().units.items()}
    projects = {code: named(row) for code, row in cached.moment().by_code("Project").items()}
    facts = [
        (t("project"), projects.get(row["project_code"], "")), (t("scope"), units.get(row["scope_code"], "")),
        (t("unit"), named(row, "unit")), (t("kind"), t("kind_" + row["kind"])),
        (t("frequency"), t("frequency_" + row["frequency"])), (t("base"), named(row, "base")),
        (t("exclusions"), named(row, "exclusions")), (t("col_note"), named(row, "note")),
    ]  # fmt: skip
    return pairs([(name, value) for name, value in facts if value])


def inputs_of(item: Scored) -> pa.Table:
    """Return every number the status was worked out from."""
    judged, definition = item.judgement, item.entry.definition

    def shown(value: float | None) -> str:
        return "―" if value is None else format_value(value, definition, language())

    def share(value: float | None) -> str:
        return "―" if value is None else format_ratio(value)

    return pairs(
        [
            (t("actual"), headline_value(item, judged.figure)),
            (t("target"), target_text(definition, judged, language())),
            (t("planned"), planned_text(definition, judged, language())),
            (t("base"), shown(judged.baseline.value if judged.baseline else None)),
            (t("progress"), share(judged.progress)),
            (t("planned_progress"), share(judged.planned_progress)),
            (t("ratio"), share(judged.ratio)),
        ]
    )


def targets_of(item: Scored, book: Book) -> list[dict[str, Any]]:
    """Return every target in the order in which it was set."""
    definition = item.entry.definition
    return [
        {
            t("period"): g.period.label(language()),
            t("target"): (t("approximate") if g.is_approximate else "")
            + format_value(g.value, definition, language())
            + (
                t("target_withdrawn", day=format_date(g.withdrawn_on, language()), reason=g.withdrawn_reason)
                if g.is_withdrawn(item.as_of) and g.withdrawn_on
                else ""
            ),
            t("set_on"): known_day(g.set_on, g.set_on_precision, language()) if g.set_on else t("unknown_day"),
            t("source"): book.sources[g.source_code].url if g.source_code in book.sources else "",
        }
        for g in sorted(item.entry.goals, key=lambda g: (g.period.end, g.set_order))
    ]


def revisions_of(units: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return the corrected and withdrawn figures of an indicator, newest first: whose, what it was before, and why it was changed.

    Args:
        units: the indicator's judgements, for its own scope and for every unit.
    """
    every = [(item, revision) for item in units for revision in item.revisions]
    newest = sorted(
        every, key=lambda r: (r[1].vintage.known_at is not None, r[1].vintage.known_at, r[1].vintage.vintage), reverse=True
    )[:REVISIONS_SHOWN]
    return [
        {
            t("whose_figure"): unit_name(item.entry.unit_code),
            t("period"): r.vintage.period.label(language()),
            t("previous"): headline_value(item, r.before),
            t("value"): headline_value(item, r.after) if r.after else t("no_figure"),
            t("unit"): named(item.entry.definition, "unit"),
            t("known"): format_date(local_day(r.vintage.known_at), language()) if r.vintage.known_at else t("unknown_day"),
            t("reason"): why_of(r),
            t("vintage"): str(r.vintage.vintage),
        }
        for item, r in newest
    ]


def why_of(revision: Revision) -> str:
    """Say why a figure was corrected or withdrawn."""
    figure = revision.vintage
    said = (t("why_" + figure.reason_class) + t("colon") + figure.reason_text) if figure.reason_class else ""
    return t("withdrawn_because", reason=said) if revision.is_withdrawal else said


def readings_of(item: Scored, book: Book) -> list[dict[str, Any]]:
    """Return the same facts as other sources give them, agreeing or not."""
    definition = item.entry.definition
    return [
        {
            t("period"): parse_period(r["period_code"]).label(language()) if r["period_code"] else t("undated"),
            t("value"): r["text_ja"] if r["value"] is None else format_value(r["value"], definition, language()),
            t("checked_against"): t("agrees") if r["agrees"] else t("differs"),
            t("marks"): named(r, "note"),
            t("source"): book.sources[r["source_code"]].url,
        }
        for r in cached.moment().rows("Reading")
        if r["indicator_code"] == definition.code
    ]


def gather(item: Scored, units: Sequence[Scored], book: Book) -> Facts:
    """Make everything the page says of an indicator."""
    definition = item.entry.definition
    words = (("replaced_by_code", "successor"), ("paired_with_code", "pair_link"))
    catalogue = cached.moment().rows("Indicator")
    row = next(r for r in catalogue if r["indicator_code"] == definition.code)
    named_codes = {r["indicator_code"]: named(r) for r in catalogue}
    return Facts(
        head=heading(item),
        definition=named(row, "definition"),
        facts=facts_of(row),
        linked=tuple((row[key], f"{t(word)}: {named_codes.get(row[key], row[key])}") for key, word in words if row[key]),
        inputs=inputs_of(item),
        rule=rule_line(item, Words(language())),
        targets=table_of(targets_of(item, book)),
        revisions=table_of(revisions_of(units)),
        readings=table_of(readings_of(item, book)),
    )
