"""A filled bureau workbook on its way to a draft: read, every problem at once, kept only without errors.

The page and the command line come through here alike. Of a workbook that is not the actor's bureau's nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from kpis.languages import both, say
from kpis.message import Message
from kpis.periods import parse_period
from kpis.reporting.access import require
from kpis.reporting.comparison import Completeness
from kpis.reporting.kept import Warning, asked_to_confirm
from kpis.reporting.people import viewer_of
from kpis.reporting.reports import INCOMPLETE
from kpis.reporting.submissions import Uploaded, upload
from kpis.store.store import Store
from loaders.workbook.door import WorkbookReading, issue_template, read_workbook
from loaders.workbook.layout import load_layout

OPEN_NAMED = 20  # figures left open that a warning names; all of them are kept with the report


@dataclass(frozen=True, slots=True)
class Received:
    """A workbook as read, and the report it became; ``None`` where an error kept it out."""

    reading: WorkbookReading
    uploaded: Uploaded | None


def take_template(store: Store, bureau_code: str, period_code: str, *, actor: str) -> bytes:
    """Issue the template of a bureau and period to a person who may have it.

    Raises:
        NotAllowed: the person does not report for the bureau.
        NotFound, FigureRefused: the bureau does not report, or not for this period.
    """
    require(viewer_of(store, actor).grants, "take_template", bureau_code)
    return issue_template(store, bureau_code, period_code, actor=actor)[0]


def receive(
    store: Store, content: bytes, *, actor: str, name: str, today: date, bureau_code: str | None = None,
    period_code: str | None = None, replaces: tuple[int, int] | None = None, keeps_questions: bool = True,
) -> Received:  # fmt: skip
    """Read a filled workbook and keep it as a draft where it has no error.

    Args:
        bureau_code: the bureau it must be of; ``None`` = the one its mark names.
        period_code: the period it must be of.
        replaces: (report, revision) that the actor saw and means to replace.
        keeps_questions: keep it with cells that may mean two values, to be answered on the page; else such a cell keeps it out.

    Raises:
        NotAllowed: the actor does not report for the bureau.
        ChangedMeanwhile, StepRefused, FigureRefused: as ``kpis.reporting.submissions.upload``.
    """
    reading = read_workbook(content, store=store, bureau_code=bureau_code, period_code=period_code, today=today)
    if reading.mark is None:
        return Received(reading, None)
    require(viewer_of(store, actor).grants, "upload", reading.mark.bureau_code)
    if reading.errors or (reading.questions and not keeps_questions):
        return Received(reading, None)
    done = upload(
        store, actor=actor, bureau_code=reading.mark.bureau_code, period_code=reading.mark.period_code, rows=reading.rows,
        content=content, name=name, template_id=reading.mark.template_id, replaces=replaces, warnings=_warnings(reading), completeness=reading.completeness,
    )  # fmt: skip
    return Received(reading, done)


def _warnings(reading: WorkbookReading) -> list[Warning]:
    warnings = [asked_to_confirm(p.found, p.expected, p.remedy, sheet=p.sheet, cell=p.cell, rule=p.rule) for p in reading.warnings]
    counted = reading.completeness
    if counted is not None and counted.open:
        warnings.append(_incomplete(reading, counted))
    elif not reading.rows:
        nothing = both(Message("nothing_filled"))
        warnings.append(asked_to_confirm(nothing, Message("one_cell_filled"), Message("remedy_nothing_changed")))
    return warnings


def _incomplete(reading: WorkbookReading, counted: Completeness) -> Warning:
    """Say once what the report leaves open: the bureau confirms all of it with one reason."""
    more = len(counted.open) - OPEN_NAMED
    key = "figures_left_open_and_more" if more > 0 else "figures_left_open"
    left = Message(key, count=len(counted.open), figures=partial(_left_open, reading, counted.open[:OPEN_NAMED]), more=more)
    told = counted.told()
    said = told if reading.rows else f"{both(Message('nothing_filled'))}: {told}"
    sheet = load_layout().sheets["observations"]
    return asked_to_confirm(said, left, Message("remedy_fill_or_confirm"), sheet=sheet, rule=INCOMPLETE)


def _left_open(reading: WorkbookReading, figures: Sequence[tuple[str, str]], language: str) -> str:
    named = (f"{reading.names[code][language == 'en']} {parse_period(period).label(language)}" for code, period in figures)
    return say("between_figures", language).join(named)
