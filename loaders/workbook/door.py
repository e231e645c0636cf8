"""The entry point of the bureau workbook, in both directions: issue a template, read it back, return it with problems marked.

issue_template(store, …)           → the bytes of a new template, recorded as issued
read_workbook(content, store=…)    → its mark, its changed rows, every problem and doubt
handed_on(content)                 → the same bytes, if they contain no active content
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from kpis.collector import collector_paused
from kpis.errors import FigureRefused, MierukaError, NotFound, StepRefused
from kpis.figures.commented import NEEDING
from kpis.government import government
from kpis.languages import pair, say
from kpis.message import Message
from kpis.periods import local_day, parse_period
from kpis.reporting.commentaries import needing, standing
from kpis.reporting.comparison import OBSERVATIONS, Completeness, ReportedRow, TemplateMark, says_nothing
from kpis.reporting.sections import holds
from kpis.settings import settings
from kpis.store.store import Store, utc_now
from kpis.text import status_word
from loaders.files.addresses import column_letters
from loaders.files.apart import Stopped, apart
from loaders.files.endings import find_faults
from loaders.files.guard import is_workbook
from loaders.files.opened import open_book, sheet_names
from loaders.files.problems import Problem
from loaders.files.sheets import Sheet
from loaders.rules import findings_of_report
from loaders.workbook.annotate import commented
from loaders.workbook.context import Record, ReportContext, SheetKey, gather, owners
from loaders.workbook.doubts import find_doubts
from loaders.workbook.find import Table, cell_problems, find_tables
from loaders.workbook.identity import (
    OF_QUESTION,
    Vintages,
    WantedPart,
    faults_of_mark,
    filled_with,
    make_mark,
    no_mark,
    of_bureau,
    part_of,
    read_mark,
    record_issue,
)
from loaders.workbook.labels import with_subject
from loaders.workbook.layout import KEYS, ROW_KINDS, load_layout
from loaders.workbook.prefilled import rows_of
from loaders.workbook.read import TableReader
from loaders.workbook.recognise import recognised
from loaders.workbook.styled import styled_problems
from loaders.workbook.template import write_sheets

MOST_CELLS = 600_000  # maximum cells of a report; that of the largest bureau has 100,000
Place = tuple[SheetKey, str]  # a cell: (sheet, key …) of its row, and our field


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkbookReading:
    """The result of reading a bureau workbook."""

    mark: TemplateMark | None  # bureau and period of the report; ``None`` where the workbook carries no mark
    # rows that differ from the issued template, in workbook order; with an error, not to be stored
    rows: list[ReportedRow] = field(default_factory=list)
    # errors (nothing may be stored), questions (the bureau chooses a cell's meaning) and warnings (it confirms each with a reason),
    # by ``grade``
    problems: list[Problem] = field(default_factory=list)
    rows_count: int = 0  # number of rows read, changed or not
    # number of requested figures known once the report counts; an omitted row leaves its figure open
    completeness: Completeness | None = None
    part: str = ""  # the part covered by the template: a section, selected rows, or blank for the whole
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # indicator → its Japanese and English name

    @property
    def errors(self) -> list[Problem]:
        """Return the problems that prevent storing."""
        return [p for p in self.problems if p.grade == "error"]

    @property
    def questions(self) -> list[Problem]:
        """Return the cells with two possible values, for the bureau to choose."""
        return [p for p in self.problems if p.grade == "question"]

    @property
    def warnings(self) -> list[Problem]:
        """Return the doubts that the bureau must confirm with a reason."""
        return [p for p in self.problems if p.grade == "warning"]


def mark_of(context: ReportContext, issued_at: datetime) -> tuple[TemplateMark, list[tuple[str, ...]]]:
    """Return the mark of a workbook of the current data, and (sheet, key …, vintage) of each prefilled row."""
    layout = load_layout()
    vintages = [
        (sheet, *key, str(record["vintage"]))
        for sheet in KEYS
        for key in (context.figure_keys if sheet == "observations" else [(code,) for code in context.prefilled(sheet)])
        if (record := context.current(sheet, key)) is not None
    ]
    mark = make_mark(
        layout_version=layout.version, bureau_code=context.bureau["bureau_code"], period_code=context.period.code,
        issued_at=issued_at.isoformat(timespec="microseconds"), revision=context.revision, vintages=vintages,
    )  # fmt: skip
    return mark, vintages


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateContents:
    """What a template contains: by default all rows of the bureau and period, with their stored values."""

    section: str = ""  # limit the rows to those of a section
    rows: Collection[SheetKey] = ()  # limit the rows to these, as (sheet, key …)
    # (sheet, key …) → our field → value of a pending report, shown in place of the stored one
    filled: Mapping[SheetKey, Record] = field(default_factory=dict)
    # the reviewer's, by (sheet, key …) and our field, written at the cells
    comments: Mapping[Place, str] = field(default_factory=dict)


_WHOLE = TemplateContents()


def issue_template(
    store: Store,
    bureau_code: str,
    period_code: str,
    *,
    actor: str,
    issued_at: datetime | None = None,
    contents: TemplateContents = _WHOLE,
) -> tuple[bytes, TemplateMark]:
    """Make the template of a bureau and period, or a part of it, and record its issue: only recorded templates are read back.

    Args:
        actor: person of the audit event; the caller has checked the role.
        issued_at: UTC; now if left out.
        contents: its rows, values and comments.

    Raises:
        NotFound: there is no such section.
        FigureRefused: none of the rows is requested of the bureau.
        NotFound, FigureRefused, PeriodUnreadable: as ``gather``.
    """
    at = issued_at or utc_now()  # before the stored data are read: any later change counts as made after the issue
    context, whose = replace(gather(store, bureau_code, period_code), filled=contents.filled), None
    if section := contents.section:
        own = government().sections_of(bureau_code).get(section)
        if own is None:
            raise NotFound(
                "section_unknown", code=section, known=tuple(government().sections_of(bureau_code)) or Message("none_there")
            )
        context = context.part([key for key, row in context.rows.items() if holds(own, ROW_KINDS[key[0]], key[1:], row)])
        whose = own.name_ja, own.name_en
    elif contents.rows:
        context, whose = context.part({*contents.rows} & context.rows.keys()), pair(Message("rows_chosen"))
        if not context.only:
            raise FigureRefused("no_rows_chosen")
    context = replace(context, standing=_standing(store, context, as_of=local_day(at)))
    mark, vintages = mark_of(context, at)
    content = write_sheets(context, load_layout(), mark, vintages, whose=whose)
    chosen = sorted(context.only or ()) if contents.rows else ()
    part = section or (mark.template_id if contents.rows else "")
    record_issue(store, mark, actor=actor, part=part, rows=chosen, filled=context.filled)
    return (commented(content, _notes(context, mark, contents.comments)) if contents.comments else content), mark


def _notes(context: ReportContext, mark: TemplateMark, comments: Mapping[Place, str]) -> list[tuple[str, str, str]]:
    """Return (sheet, cell, text) of each comment on a row in the workbook."""
    layout, notes = load_layout(), []
    for sheet in layout.order:
        at = {
            tuple(cells[name] for name in KEYS[sheet]): number
            for number, (cells, _) in enumerate(rows_of(context, layout, sheet, mark), start=2)
        }
        letters = {c.field: column_letters(n) for n, c in reversed([*enumerate(layout.columns[sheet], start=1)])}
        notes += [
            (layout.sheets[sheet], f"{letters.get(field, 'A')}{at[key]}", text)
            for ((note_sheet, *code), field), text in comments.items()
            if note_sheet == sheet and (key := tuple(code)) in at
        ]
    return notes


def _standing(store: Store, context: ReportContext, *, as_of: date) -> dict[str, str]:
    """Return the bureau's status in each requested indicator and led project, as worded on its sheet, and if a cause is due."""
    bureau, day = context.bureau["bureau_code"], min(as_of, context.period.end)
    reasons = standing(store, bureau, list(context.subjects), as_of=day)
    standing_text = {
        code: status_word(item.judgement.status) + (say("cause_compulsory") if item.judgement.status in NEEDING else "")
        for code, item in reasons.items()
    }
    return standing_text | {
        subject.code: subject.sentence() + say("cause_compulsory") for subject in needing(store, bureau, as_of=day)
    }


def is_bureau_workbook(content: bytes) -> bool:
    """Return whether the bytes are a workbook with the mark's sheet, or with all tables; reads only the list of sheets."""
    if not is_workbook(content):
        return False
    own = load_layout().sheets
    try:
        names = apart(sheet_names, content, max_bytes=settings().max_upload_bytes)
    except Stopped:
        return False
    return own["mark"] in names or {own[key] for key in KEYS} <= {*names}


def read_workbook(
    content: bytes, *, store: Store, bureau_code: str | None = None, period_code: str | None = None, today: date | None = None
) -> WorkbookReading:
    """Read a filled bureau workbook, and report every problem at once.

    Args:
        content: the bytes as uploaded; they are checked first.
        store: where the template was issued.
        bureau_code: the required bureau; ``None`` = that of its mark.
        period_code: the required period.
        today: later completion dates raise a doubt; ``None`` = not checked.
    """
    listed, is_1904, problems = _opened(content, max_bytes=settings().max_upload_bytes)
    if problems:
        return WorkbookReading(mark=None, problems=problems)
    sheets = {sheet.name: sheet for sheet in listed}
    layout = load_layout()
    if any(read_mark(sheet.rows, title=OF_QUESTION) for sheet in listed):
        workbook_found = Message("workbook_of_a_question")
        return WorkbookReading(
            mark=None,
            problems=[Problem("mark", workbook_found, Message("template_of_system"), Message("remedy_upload_on_questions"))],
        )
    marks = [(name, mark_read) for name, sheet in sheets.items() if (mark_read := read_mark(sheet.rows))]
    lost: Problem | None = None
    if marks:
        mark_sheet, (mark, vintages, fits) = marks[0]
    else:
        recognised_mark = recognised(store, {name: sheet.rows for name, sheet in sheets.items()}, layout, period_code=period_code)
        if recognised_mark is not None:
            (mark, vintages), fits, mark_sheet = recognised_mark, True, layout.sheets["mark"]
            lost = _recognised_as(mark)
    if len(marks) > 1 or not (marks or lost):
        return WorkbookReading(mark=None, problems=[no_mark(len(marks), Message("template_of_system"))])
    wanted = (
        WantedPart("layout_version", layout.version, lambda version: Message("layout_version", version=version)),
        of_bureau(store, bureau_code),
        WantedPart("period_code", period_code, _of_period, Message("remedy_template_of_period")),
    )
    if problems := faults_of_mark(store, mark, fits, wanted):
        return WorkbookReading(mark=mark, problems=problems)
    try:
        context = replace(gather(store, mark.bureau_code, mark.period_code), filled=filled_with(store, mark.template_id))
    except MierukaError as error:
        mark_found = f"{mark.bureau_code} {mark.period_code}"
        expected = Message("known_bureau_and_period")
        return WorkbookReading(mark=mark, problems=[Problem("mark", mark_found, expected, error.message, sheet=mark_sheet)])
    others = {mark_sheet, layout.sheets["choices"], layout.sheets["instructions"]}
    tables, problems = find_tables({name: sheet.rows for name, sheet in sheets.items() if name not in others}, layout)
    for table in tables.values():
        problems += cell_problems(table, sheets[table.sheet]) + styled_problems(table, sheets[table.sheet])
    read = read_tables(store, tables, context=context, mark=mark, vintages=vintages, is_1904=is_1904, today=today)
    every = [*([lost] if lost else []), *(with_subject(p, tables, context) for p in problems), *read.problems]
    return replace(read, problems=every, part=part_of(store, mark.template_id))


@collector_paused()
def read_tables(
    store: Store, tables: Mapping[str, Table], *, context: ReportContext, mark: TemplateMark, vintages: Vintages, is_1904: bool = False,
    today: date | None = None,
) -> WorkbookReading:  # fmt: skip
    """Read tables with recognised headings, from a workbook or the page, by the same rules.

    Args:
        tables: by our name of the sheet.
        vintages: vintage of each row when issued.
    """
    layout, rows, faulty, count, problems = load_layout(), list[ReportedRow](), [], 0, list[Problem]()
    for key, table in tables.items():
        read = TableReader(table, context=context, layout=layout, mark=mark, vintages=vintages, is_1904=is_1904).read()
        problems += read.problems
        rows += read.rows
        faulty += read.faulty
        count += read.rows_count
        problems += _taken(store, key, table, read.new_codes)
        problems += _ends(store, key, table, read.rows)
    # Cells with two possible values are checked against others once the bureau has chosen one.
    certain = [row for row in rows if not row.readings]
    problems += [*findings_of_report(certain, context, today=today), *find_doubts(rows, context, today=today, faulty=faulty)]
    names = {code: (row["name_ja"], row["name_en"]) for code, row in context.indicators.items()}
    return WorkbookReading(
        mark=mark, rows=rows, problems=[with_subject(p, tables, context) for p in problems], rows_count=count,
        completeness=_completeness(rows, context), names=names,
    )  # fmt: skip


def _completeness(rows: Sequence[ReportedRow], context: ReportContext) -> Completeness:
    """Count the requested figures, and name those in neither the report nor the store."""
    is_filled = {(row.key[0], row.key[2]): not says_nothing(row.fields) for row in rows if row.kind == OBSERVATIONS}
    keys = context.figure_keys
    missing = [(code, period) for code, period in keys if not is_filled.get((code, period), period in context.counting(code))]
    return Completeness(len(keys), tuple(missing))


def _opened(content: bytes, *, max_bytes: int) -> tuple[list[Sheet], bool, list[Problem]]:
    """Return the worksheets, whether dates use the 1904 system, and fatal problems."""
    try:
        opened: tuple[list[Sheet], bool, list[Problem]] = apart(open_book, content, max_bytes=max_bytes, most_cells=MOST_CELLS)
    except Stopped as stopped:
        return [], False, [stopped.problem]
    return opened


def _of_period(code: str) -> Message:
    return Message("template_of_period", period=parse_period(code).label)


def handed_on(content: bytes) -> bytes:
    """Return a kept original to be passed on; active content is refused, even if it was accepted on arrival.

    Raises:
        StepRefused: it holds active content, which the message names, or can no longer be opened.
    """
    *_, problems = _opened(content, max_bytes=max(len(content), 1))
    if problems:
        raise StepRefused("original_stays", found=problems[0].found)
    return content


def _recognised_as(mark: TemplateMark) -> Problem:
    """Return the warning that the hidden sheet is missing, with the recognised template, to be confirmed."""
    expected = Message("mark_recognised", number=mark.template_id, instant=mark.issued_at[:16].replace("T", " "))
    return Problem("mark", Message("mark_lost"), expected, Message("remedy_mark_lost"), grade="warning", rule="mark_lost")


def _taken(store: Store, key: str, table: Table, new: Mapping[str, ReportedRow]) -> list[Problem]:
    """Refuse new rows whose register code belongs to another bureau or project."""
    if key == "observations" or not new:
        return []
    (name,) = KEYS[key]
    wanted, remedy = Message("row_of_bureau_or_new_code"), Message("remedy_remove_row_or_other_code")
    return [
        table.problem("other_bureau", f"{code} ({whose})", wanted, remedy, row=new[code].row, column=name)
        for code, whose in owners(store, key, new).items()
    ]


def _ends(store: Store, key: str, table: Table, rows: Sequence[ReportedRow]) -> list[Problem]:
    """Refuse faulty ends of register rows."""
    if key == "observations":
        return []
    own = {row.key[0]: row for row in rows}
    faults = find_faults(store, ROW_KINDS[key], {code: row.fields for code, row in own.items()})
    return [table.problem(f.kind, f.found, f.expected, f.remedy, row=own[code].row, column=f.column) for code, f in faults]
