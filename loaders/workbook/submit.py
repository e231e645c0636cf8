"""Turn a filled bureau workbook into a draft: report every problem at once, store only without errors.

Shared by the page and the command line. Nothing is disclosed about a workbook of a bureau that is not the actor's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from kpis.declared import ALWAYS
from kpis.errors import NotAllowed, StepRefused
from kpis.languages import say, side
from kpis.message import Message
from kpis.periods import parse_period
from kpis.reporting.access import require
from kpis.reporting.comparison import Completeness
from kpis.reporting.kept import Warning, asked_to_confirm, remarked
from kpis.reporting.people import refusals_recorded, viewer_of
from kpis.reporting.refused import Found, keep_refused
from kpis.reporting.reports import INCOMPLETE
from kpis.reporting.uploads import FilledWorkbook, Uploaded, upload
from kpis.store.store import Store
from loaders.files.problems import Problem
from loaders.workbook.context import SheetKey
from loaders.workbook.door import TemplateContents, WorkbookReading, handed_on, issue_template, read_workbook
from loaders.workbook.layout import load_layout

OPEN_NAMED = 20  # missing figures named in a warning; all of them are stored with the report


@dataclass(frozen=True, slots=True)
class Received:
    """A workbook as read, and its report; ``None`` where an error prevented it."""

    reading: WorkbookReading
    uploaded: Uploaded | None


def take_template(
    store: Store, bureau_code: str, period_code: str, *, actor: str, section: str = "", rows: Collection[SheetKey] = ()
) -> bytes:
    """Issue the template of a bureau and period, or a part of it, to a person who may have it.

    Args:
        section: limit the rows to those of a section; a person of one section always gets their own.
        rows: limit the rows to these, as (sheet, key …), selected by a coordinator.

    Raises:
        NotAllowed: the person does not report for the bureau, or not for the section.
        NotFound, FigureRefused: the bureau does not report, or not for this period; there is no such section.
    """
    viewer = viewer_of(store, actor)
    require(viewer.grants, "take_template", bureau_code)
    reach = viewer.sections("take_template", bureau_code)
    if reach is not None:
        section, rows = section or min(reach), ()
        if section not in reach:
            raise NotAllowed("role_not_permitted")
    elif section or rows:
        require(viewer.grants, "hand_out", bureau_code)
    contents = TemplateContents(section=section, rows=rows)
    return issue_template(store, bureau_code, period_code, actor=actor, contents=contents)[0]


def receive(
    store: Store, content: bytes, *, actor: str, name: str, today: date, bureau_code: str | None = None,
    period_code: str | None = None, adds_to: int | None = None, keeps_questions: bool = True, part: str | None = None,
    how_it_came: str = "",
) -> Received:  # fmt: skip
    """Read a filled workbook and store it as a draft if it has no error; a refused one is kept for a time, for its sender.

    Args:
        bureau_code: the required bureau; ``None`` = that of its mark.
        period_code: the required period.
        adds_to: the pending report that the actor saw.
        keeps_questions: accept cells with two possible values, to be answered on the page; else such a cell is an error.
        part: the section that filled it in; ``None`` = that of the template.
        how_it_came: for entry by the office on behalf of the bureau: sender, time and channel.

    Raises:
        NotAllowed: the actor does not report for the bureau.
        ChangedMeanwhile, StepRefused, FigureRefused: as ``kpis.reporting.submissions.upload``.
    """
    reading = read_workbook(content, store=store, bureau_code=bureau_code, period_code=period_code, today=today)
    action, bureau = "take_in" if how_it_came else "upload", reading.mark.bureau_code if reading.mark else bureau_code
    if reading.mark is not None and not viewer_of(store, actor).may(action, reading.mark.bureau_code):
        # Of whose workbook it is nothing is said.
        is_of_other = (
            bureau_code is not None and bureau_code != reading.mark.bureau_code and viewer_of(store, actor).may(action, bureau_code)
        )
        with refusals_recorded(store, actor, action, f"{reading.mark.bureau_code} {reading.mark.period_code}"):
            raise NotAllowed("template_of_other_bureau" if is_of_other else "role_not_permitted")
    if reading.mark is None or reading.errors or (reading.questions and not keeps_questions):
        period = reading.mark.period_code if reading.mark else period_code
        if bureau and period and viewer_of(store, actor).may(action, bureau):
            keep_refused(store, content, actor=actor, bureau_code=bureau, period_code=period, name=name, problems=_told(reading.problems),
                         is_safe=_is_safe(content))  # fmt: skip
        return Received(reading, None)
    workbook = FilledWorkbook(
        rows=reading.rows, content=content, name=name, template_id=reading.mark.template_id, warnings=asked_of_bureau(reading),
        completeness=reading.completeness, about_open=partial(incomplete, reading), part=reading.part if part is None else part,
    )  # fmt: skip
    of, at = reading.mark.bureau_code, reading.mark.period_code
    done = upload(store, workbook, actor=actor, bureau_code=of, period_code=at, adds_to=adds_to, how_it_came=how_it_came)
    return Received(reading, done)


def _is_safe(content: bytes) -> bool:
    """Return whether a file may be returned: it can be opened, and holds no active content."""
    try:
        handed_on(content)
    except StepRefused:
        return False
    return True


def _told(problems: Sequence[Problem]) -> list[Found]:
    return [Found(**remarked(p.found, p.expected, p.remedy, sheet=p.sheet, cell=p.cell), grade=p.grade) for p in problems]


def asked_of_bureau(reading: WorkbookReading) -> list[Warning]:
    """Return the warnings that the bureau must confirm before submitting."""
    at = {(row.sheet, row.row): (row.kind, row.key) for row in reading.rows}
    warnings = [
        asked_to_confirm(p.found, p.expected, p.remedy, sheet=p.sheet, cell=p.cell, rule=p.rule, row=at.get((p.sheet, p.row or 0)))
        for p in reading.warnings
    ]
    counted = reading.completeness
    if not reading.rows and (counted is None or not counted.open):
        nothing = Message("nothing_filled")
        warnings.append(asked_to_confirm(nothing, Message("one_cell_filled"), Message("remedy_nothing_changed")))
    return warnings


def incomplete(reading: WorkbookReading, counted: Completeness) -> Warning | None:
    """Return one warning for all missing figures of the report, confirmed by the bureau with one reason."""
    if not counted.open:
        return None
    more = len(counted.open) - OPEN_NAMED
    key = "figures_left_open_and_more" if more > 0 else "figures_left_open"
    left = Message(key, count=len(counted.open), figures=partial(_left_open, reading, counted.open[:OPEN_NAMED]), more=more)
    completeness = counted.message()
    summary = completeness if reading.rows else Message("found_at", where=Message("nothing_filled"), what=completeness)
    sheet = load_layout().sheets["observations"]
    return asked_to_confirm(summary, left, Message("remedy_fill_or_confirm"), sheet=sheet, rule=INCOMPLETE)


def _left_open(reading: WorkbookReading, figures: Sequence[tuple[str, str]], language: str) -> str:
    named = (
        f"{reading.names[code][ALWAYS.index(side(language))]} {parse_period(period).label(language)}" for code, period in figures
    )
    return say("between_figures", language).join(named)
