"""Facts of an indicator beside its chart: definition, inputs of its status, targets, revisions, other sources, figures.

Shared by the dashboard and the static edition; the tables are blocks, in which a source is a link with its title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from kpis.figures.records import Figure, Goal, Revision, revised, typical_revision, value_of
from kpis.figures.scorecard import Scored, is_of_whole, shown_figure
from kpis.figures.sentences import planned_text, target_text
from kpis.kinds import KINDS
from kpis.periods import local_day, parse_period
from kpis.store import tables
from kpis.text import format_date, format_ratio, format_value, known_day, told_apart
from telling.blocks import BLANK, Block, Cell, Flat, Number, Telling
from telling.words import Words

Pair = tuple[str, Cell]
Columns = Mapping[str, Cell]


def facts(telling: Telling, row: tables.Indicator) -> list[Pair]:
    """Return project, scope, unit, kind, frequency, base, exclusions and note of a catalogue row, without blanks."""
    w, project = telling.words, telling.moment.by_code(tables.Project).get(row.project_code or "")
    pairs = [
        ("project", w.named(project) if project else ""), ("scope", telling.bureau(row.scope_code)), ("unit", w.named(row, "unit")),
        ("kind", w("kind_" + row.kind)), ("frequency", w("frequency_" + row.frequency)), ("base", w.named(row, "base")),
        ("exclusions", w.named(row, "exclusions")), ("col_note", w.named(row, "note")),
    ]  # fmt: skip
    return [(w(name), value) for name, value in pairs if value not in BLANK]


def inputs(telling: Telling, item: Scored) -> list[Pair]:
    """Return every input of the status, without missing ones."""
    w, judged, definition = telling.words, item.judgement, item.entry.definition
    base = judged.baseline.value if judged.baseline else None
    shares = {name: getattr(judged, name) for name in ("progress", "planned_progress", "ratio")}
    if KINDS[definition.kind].is_cap and definition.sign < 0:  # two minus the pace: more is less used, not more
        shares["ratio_of_cap"] = shares.pop("ratio")
    inputs_named: list[tuple[str, Number]] = [
        (w("actual"), figure_cell(telling, item, judged.figure)),
        (w("target"), Number(judged.goal.value if judged.goal else None, target_text(definition, judged, w.language))),
        (w("planned"), Number(judged.planned_value, planned_text(definition, judged, w.language))),
        (w("base"), Number(base, "―" if base is None else format_value(base, definition, w.language))),
        *((w(name), Number(share, "―" if share is None else format_ratio(share, w.language))) for name, share in shares.items()),
    ]
    return [(name, number) for name, number in inputs_named if number.text not in BLANK]


def targets(telling: Telling, item: Scored) -> Block:
    """Return every target of an indicator, including withdrawn ones, in the order they were set."""
    every = sorted(item.entry.goals, key=lambda g: (g.period.end, g.set_order))
    return _block("targets", telling.words("targets_raised"), [_target(telling, item, g) for g in every])


def targets_of(telling: Telling, items: Iterable[Scored]) -> Block:
    """Return the targets of several indicators that are valid on the day."""
    w, goals_of = telling.words, [(item, goal) for item in items for goal in item.goals]
    rows = [{w("indicators_one"): w.named(item.entry.definition), **_target(telling, item, goal)} for item, goal in goals_of]
    flat = [
        {
            "project_code": item.entry.project_code, "indicator_code": item.entry.definition.code, "period_code": g.period_code,
            "value": g.value, "unit": item.entry.definition.unit_en, "set_on": g.set_on, "set_order": g.set_order,
            "is_approximate": g.is_approximate, "source_code": g.source_code,
        }
        for item, g in goals_of
    ]  # fmt: skip
    return _block("targets", w("targets_raised"), rows, flat)


def figures_of(telling: Telling, items: Iterable[Scored]) -> Block:
    """Return every figure of several indicators."""
    w, figures_of = telling.words, [(item, figure) for item in items for figure in item.figures]
    rows = [
        {
            w("indicators_one"): w.named(item.entry.definition), w("period"): f.period.label(w.language),
            w("value"): figure_cell(telling, item, f), w("unit"): unit_beside(w, item, f),
            w("source"): telling.source(f.source_code),
        }
        for item, f in figures_of
    ]  # fmt: skip
    flat = [
        {
            "project_code": item.entry.project_code, "indicator_code": item.entry.definition.code, "unit_code": item.entry.unit_code,
            "period_code": f.period_code, "end_date": f.period.end, "value": f.value, "unit": item.entry.definition.unit_en,
            "numerator": f.numerator, "denominator": f.denominator, "text_ja": f.text_ja, "is_approximate": f.is_approximate,
            "is_sample": f.is_sample, "source_code": f.source_code,
        }
        for item, f in figures_of
    ]  # fmt: skip
    return _block("figures", w("every_figure"), rows, flat, sentence="" if rows else w("every_figure_none"))


def revisions(telling: Telling, items: Iterable[Scored], *, most: int | None = None) -> Block:
    """Return the corrected and withdrawn figures of an indicator, newest first: unit, previous value, and reason.

    Args:
        items: the indicator's judgements, for its own scope and for every unit.
    """
    w = telling.words
    every = [(item, revision) for item in items for revision in item.revisions]
    every.sort(key=lambda r: (r[1].vintage.known_at or datetime.min, r[1].vintage.vintage), reverse=True)
    rows = [
        {
            w("whose_figure"): telling.bureau(item.entry.unit_code), w("period"): r.vintage.period.label(w.language),
            w("previous"): figure_cell(telling, item, r.before),
            w("value"): figure_cell(telling, item, r.after) if r.after else w("no_figure"), w("unit"): unit_beside(w, item, r.before, r.after),
            w("known"): format_date(local_day(r.vintage.known_at), w.language) if r.vintage.known_at else w("unknown_day"),
            w("revision_size"): size(telling, item, r), w("reason"): why(telling, r), w("vintage"): str(r.vintage.vintage),
        }
        for item, r in every[:most]
    ]  # fmt: skip
    typical_of = {id(item): typical_text for item, _ in every if (typical_text := typical(telling, item))}
    return _block("revisions", w("revisions"), rows, sentence=" ".join(typical_of.values()), why_empty=w("no_revisions"))


def size(telling: Telling, item: Scored, revision: Revision) -> str:
    """Return the difference of a final from its preliminary value, absolute and relative; blank for other revisions."""
    definition, language = item.entry.definition, telling.words.language
    gone = revised(definition, revision)
    if gone is None:
        return ""
    gap = told_apart(gone.last, gone.first, definition, language).signed_gap
    return gap if gone.relative is None else f"{gap}{telling.words('in_brackets', text=f'{gone.relative:+.1%}'.replace('-', '−'))}"


def typical(telling: Telling, item: Scored) -> str:
    """Return the typical difference of final from preliminary values of an indicator and unit; blank if there is none yet."""
    w, definition = telling.words, item.entry.definition
    usual = typical_revision(definition, item.revisions)
    if usual is None:
        return ""
    count, apart = usual
    size = told_apart(apart, 0.0, definition, w.language).gap
    return w("typical_revision", whose=telling.bureau(item.entry.unit_code), count=count, size=size)


def readings(telling: Telling, item: Scored) -> Block:
    """Return the values of the same facts in other sources, agreeing or not with the figure or the target of that period, where there is one."""
    w, definition = telling.words, item.entry.definition
    mine = [s for s in telling.moment.scored if s.entry.definition.code == definition.code]
    ends_of = {
        False: {f.period.end for s in mine for f in s.figures},
        True: {g.period.end for s in mine for g in s.entry.goals if not g.is_withdrawn(telling.as_of)},
    }
    aim = w("say_aim_cap" if KINDS[definition.kind].is_cap and definition.sign < 0 else "say_aim_target")

    def checked(reading: tables.Reading) -> str:
        if not reading.period_code or parse_period(reading.period_code).end not in ends_of[reading.is_target]:
            return w("nothing_to_compare")
        return w("agrees" if reading.agrees else "differs")

    rows = [
        {
            w("period"): parse_period(r.period_code).label(w.language) if r.period_code else w("undated"),
            w("value"): r.text_ja if r.value is None else Number(r.value, format_value(r.value, definition, w.language)),
            w("reading_kind"): aim if r.is_target else w("reading_actual"), w("checked_against"): checked(r), w("marks"): w.named(r, "note"),
            w("source"): telling.source(r.source_code),
        }
        for r in telling.moment.rows(tables.Reading)
        if r.indicator_code == definition.code
    ]  # fmt: skip
    return _block("readings", w("readings"), rows)


def why(telling: Telling, revision: Revision) -> str:
    """Return the reason of a correction or withdrawal."""
    w, figure = telling.words, revision.vintage
    if revision.is_final:
        return w("preliminary_to_final")
    reason = w.reason("why_", figure.reason_class) + w("colon") + w.half(figure.reason_text) if figure.reason_class else ""
    return w("withdrawn_because", reason=reason) if revision.is_withdrawal else reason


def figure_cell(telling: Telling, item: Scored, figure: Figure | None) -> Number:
    """Return a formatted figure with its value, precise enough to differ from its neighbours; a dash where there is none."""
    value = value_of(item.entry.definition, figure) if figure else None
    return Number(value, shown_figure(item, figure, telling.words.language))


def unit_beside(words: Words, item: Scored, *figures: Figure | None) -> str:
    """Return the unit of figures for a column beside them: blank unless one of them is a part of its whole (71 / 119), as others contain it."""
    definition = item.entry.definition
    return words.named(definition, "unit") if any(f and is_of_whole(definition, f) for f in figures) else ""


def _target(telling: Telling, item: Scored, goal: Goal) -> dict[str, Cell]:
    w = telling.words
    text = (w("approximate") if goal.is_approximate else "") + format_value(goal.value, item.entry.definition, w.language)
    if goal.is_withdrawn(item.as_of) and goal.withdrawn_on:
        text += w("target_withdrawn", day=format_date(goal.withdrawn_on, w.language), reason=goal.withdrawn_reason)
    return {
        w("period"): goal.period.label(w.language), w("target"): Number(goal.value, text),
        w("set_on"): known_day(goal.set_on, goal.set_on_precision, w.language) if goal.set_on else w("unknown_day"),
        w("source"): telling.source(goal.source_code),
    }  # fmt: skip


def _block(
    key: str, title: str, rows: Sequence[Columns], flat: Iterable[Flat] = (), *, sentence: str = "", why_empty: str = ""
) -> Block:
    """Return rows as a block, without empty columns."""
    heads = [head for head in (rows[0] if rows else ()) if any(row[head] for row in rows)]
    cells = tuple(tuple(row[head] for head in heads) for row in rows)
    return Block(
        key=key, title=title, sentence=sentence, columns=tuple(heads), rows=cells, flat=tuple(flat), why_empty=why_empty,
        is_table_open=True,
    )  # fmt: skip
