"""Bureaus' commentary on an indicator or project, their actions and the effects of these; and the notes of figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from kpis.declared import ALWAYS
from kpis.figures.commented import Commented, Outcome, due_of, is_late, outcome_of, subject_of
from kpis.figures.projects import ProjectReport
from kpis.figures.scorecard import Scored
from kpis.figures.sentences import standing_word
from kpis.government import government
from kpis.periods import parse_period
from kpis.store import tables
from kpis.text import format_value, known_day, named, with_unit
from telling import assessed
from telling.blocks import Block, Cell, Flat, Telling
from telling.facts import figure_cell

Columns = Mapping[str, Cell]
Whose = Literal["bureau", "subject", "both"]  # what names a row: its bureau, what it is about, or that with the bureau
Signs = Mapping[date, str]
UNTIED: Signs = {}
TEXTS = ("cause", "obstacle", "response")
_HEADS: Mapping[Whose, str] = {"bureau": "bureau", "subject": "indicator_or_project", "both": "indicator_or_project"}


def commentaries(telling: Telling, commented: Sequence[Commented], *, whose: Whose = "bureau", signs: Signs = UNTIED) -> Block:
    """Return the cause, obstacle and response reported for an indicator or project, for the last period with commentary.

    Commentary on earlier periods is in the CSV.

    Args:
        commented: of one subject, of one bureau, or of a project with its indicators.
        signs: last day of a period → circled number of its annotation in the chart above.
    """
    w = telling.words
    rows = [subject.commentaries[0] for subject in commented if subject.commentaries]
    columns: list[Columns] = [
        {
            w(_HEADS[whose]): _whose(telling, row, whose),
            w("period"): " ".join(
                filter(None, (signs.get(parse_period(row.period_code).end), parse_period(row.period_code).label(w.language)))
            ),
            **{_heading(telling, part): named(row, part, w.language) for part in TEXTS},
        }
        for row in rows
    ]
    texts = [f"{part}_{language}" for part in TEXTS for language in ALWAYS]
    flat = [_flat(row, "commentary_code", "period_code", *texts) for subject in commented for row in subject.commentaries]
    return _block("commentaries", w("commentaries_title"), columns, flat, why_empty=w("commentaries_none"))


def actions(
    telling: Telling, commented: Sequence[Commented], *, whose: Whose = "bureau", judged: Iterable[Scored] | None = None
) -> Block:
    """Return actions: measure, section, due date, state, expected effect and outcome; open ones first.

    Args:
        commented: of one subject, of one bureau, or of a project with its indicators.
        judged: judgements for outcomes of finished actions, including bureaus' own indicators; by default those of the telling.
    """
    w = telling.words
    items = telling.moment.scored if judged is None else judged
    scored = {(item.entry.definition.code, item.entry.unit_code): item for item in items}
    every = [action for subject in commented for action in subject.actions]
    every.sort(key=lambda a: (a.done_on is not None or a.action_state == "given_up", due_of(a) or date.max, a.action_code))
    columns: list[Columns] = []
    for action in every:
        item = scored.get((subject_of(action), action.bureau_code or ""))
        columns.append(
            {
                w(_HEADS[whose]): _whose(telling, action, whose),
                _heading(telling, "measure"): named(action, "measure", w.language), _heading(telling, "section"): w.half(action.section_ja),
                _heading(telling, "role"): w.half(action.role_ja), _heading(telling, "due"): due_text(telling, action),
                _heading(telling, "state"): " ".join(filter(None, (state_word(telling, action), w.half(action.state_reason_ja)))),
                _heading(telling, "effect"): _effect(telling, action, item),
            }
        )  # fmt: skip
    flat = [
        _flat(a, "action_code", "measure_ja", "section_ja", "due_on", "new_due_on", "action_state", "effect_value", "done_on")
        for a in every
    ]
    return _block("actions", w("actions_title"), columns, flat, why_empty=w("actions_none"))


def without_action(telling: Telling) -> Block:
    """Return the indicators and units that are behind, missed, moving away or unreported, and have no open action."""
    w, items = telling.words, telling.moment.without_action
    rows = tuple(
        (w.named(item.entry.definition), telling.bureau(item.entry.unit_code), standing_word(item.judgement, w.language),
         figure_cell(telling, item, item.judgement.figure))
        for item in items
    )  # fmt: skip
    flat = tuple(
        {"indicator_code": i.entry.definition.code, "bureau_code": i.entry.unit_code, "status": i.judgement.status} for i in items
    )
    return Block(
        key="without_action", title=w("without_action"),
        sentence=w("without_action_sentence", count=len(items)) if items else w("without_action_none"),
        columns=(w("indicators_one"), w("whose_figure"), w("statuses_one"), w("value")), rows=rows, flat=flat, is_table_open=True,
    )  # fmt: skip


def notes(telling: Telling, items: Iterable[Scored]) -> Block:
    """Return the notes on the figures of an indicator, newest period first."""
    w = telling.words
    noted = [(item, figure) for item in items for figure in item.figures if figure.note_ja or figure.note_en]
    noted.sort(key=lambda pair: (pair[1].period.end, pair[1].period.start), reverse=True)
    columns: list[Columns] = [
        {
            w("whose_figure"): telling.bureau(item.entry.unit_code), w("period"): figure.period.label(w.language),
            _heading(telling, "note"): named(figure, "note", w.language) or figure.note_en, w("source"): telling.source(figure.source_code),
        }
        for item, figure in noted
    ]  # fmt: skip
    return _block("notes", w("figure_notes"), columns)


def blocks(
    telling: Telling, commented: Sequence[Commented], codes: Iterable[str], *, whose: Whose = "bureau", signs: Signs = UNTIED
) -> list[Block]:  # fmt: skip
    """Return all non-empty commentary blocks of a page: causes, actions and the office's assessments.

    Args:
        commented: of one subject, of one bureau, or of a project with its indicators.
        codes: indicators and projects whose assessments are included.
        signs: last day of a period → circled number of its annotation in the chart above.
    """
    every = (
        commentaries(telling, commented, whose=whose, signs=signs),
        actions(telling, commented, whose=whose),
        assessed.block(telling, codes, about=whose == "subject"),
    )
    return [block for block in every if block.rows]


def of_subject(telling: Telling, code: str) -> list[Commented]:
    """Return the commentary on an indicator or project, by bureau in catalogue order."""
    order = {unit: place for place, unit in enumerate(telling.bureaus)}
    own = [(bureau, commented) for (subject, bureau), commented in telling.moment.commented.items() if subject == code]
    return [commented for bureau, commented in sorted(own, key=lambda pair: order.get(pair[0], len(order)))]


def of_project(telling: Telling, report: ProjectReport) -> list[Commented]:
    """Return the commentary on a project and on each of its indicators, in their order."""
    codes = dict.fromkeys([report.code, *(item.entry.definition.code for item in report.scored)])
    return [commented for code in codes for commented in of_subject(telling, code)]


def of_bureau(telling: Telling, code: str) -> list[Commented]:
    """Return a bureau's commentary and actions in catalogue order of subjects; of an ended bureau, under its successor's name."""
    order = {subject: place for place, subject in enumerate([*telling.moment.indicators, *telling.moment.by_code(tables.Project)])}
    own = [
        (subject, commented) for (subject, bureau), commented in telling.moment.commented.items() if telling.home(bureau) == code
    ]
    return [commented for subject, commented in sorted(own, key=lambda pair: order.get(pair[0], len(order)))]


def due_text(telling: Telling, action: tables.Action) -> str:
    """Format the due date of an action, with the original one if it was moved."""
    w = telling.words
    first = known_day(action.due_on, action.due_on_precision, w.language) if action.due_on else ""
    if action.new_due_on is None:
        return first
    return f"{first} → {known_day(action.new_due_on, action.new_due_on_precision, w.language)}"


def state_word(telling: Telling, action: tables.Action) -> str:
    """Return the word for an action's state, or for overdue."""
    w = telling.words
    word = w(f"action_{action.action_state}")
    return word + w("in_brackets", text=w("action_late")) if is_late(action, telling.as_of) else word


def outcome_text(telling: Telling, item: Scored, outcome: Outcome | None) -> str:
    """Return how the figure moved since the action began, and whether that was the expected direction."""
    if outcome is None:
        return ""
    w, definition = telling.words, item.entry.definition
    before, after = (format_value(value, definition, w.language) for value in (outcome.before, outcome.after))
    verdict = "" if outcome.worked is None else w("in_brackets", text=w("effect_reached" if outcome.worked else "effect_short"))
    return f"{before} → {after}{verdict}"


def _effect(telling: Telling, action: tables.Action, item: Scored | None) -> str:
    """Return the expected effect of an action and, if it is finished, how the figure moved."""
    w, sentences = telling.words, []
    if action.effect_value is not None:
        unit, number = "" if item is None else w.named(item.entry.definition, "unit"), w.number(action.effect_value, "+,.10g")
        sentences.append(w("points", count=number) if unit == "%" else with_unit(number, unit, w.language))
    if action.effect_ja:
        sentences.append(w.half(action.effect_ja))
    if item is not None and (brought := outcome_text(telling, item, outcome_of(action, item))):
        sentences.append(w("outcome", text=brought))
    return " ".join(sentences)


def _whose(telling: Telling, row: tables.Action | tables.Commentary, whose: Whose) -> str:
    bureau = telling.bureau(row.bureau_code or "")
    if whose == "bureau":
        return bureau
    subject = _subject(telling, row)
    return subject + telling.words("in_brackets", text=bureau) if whose == "both" and bureau else subject


def _subject(telling: Telling, row: tables.Action | tables.Commentary) -> str:
    code = subject_of(row)
    named_rows: Mapping[str, tables.Indicator | tables.Project] = {
        **telling.moment.indicators,
        **telling.moment.by_code(tables.Project),
    }
    return telling.words.named(named_rows[code]) if code in named_rows else code


def _heading(telling: Telling, part: str) -> str:
    """Return the heading of a part, marked as internal where the government does not publish it."""
    w = telling.words
    word = w(f"part_{part}")
    return word if part in government().open_parts else word + w("in_brackets", text=w("kept_inside"))


def _flat(row: tables.Action | tables.Commentary, *names: str) -> Flat:
    return {"bureau_code": row.bureau_code, "indicator_code": row.indicator_code, "project_code": row.project_code} | {
        name: getattr(row, name) for name in names
    }


def _block(key: str, title: str, rows: Sequence[Columns], flat: Iterable[Flat] = (), *, why_empty: str = "") -> Block:
    heads = [head for head in (rows[0] if rows else ()) if any(row[head] not in ("", None) for row in rows)]
    cells = tuple(tuple(row[head] for head in heads) for row in rows)
    return Block(
        key=key, title=title, columns=tuple(heads), rows=cells, flat=tuple(flat), why_empty=why_empty, is_table_open=True, file=key
    )
