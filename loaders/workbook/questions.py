"""The workbook in which a bureau answers a question of the office, in both directions; built from parts of the bureau workbook.

``layout_of`` turns the columns of a question into those of a sheet, which is then styled, protected, found, checked and read like
every other sheet. Only the identity of a row differs: it has no key, so its position is its number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpis.languages import pair, say, written
from kpis.message import Message
from kpis.reporting import answers, questions
from kpis.reporting.asking import NUMBERS, Answer, AskedColumn
from kpis.reporting.comparison import TemplateMark
from kpis.reporting.people import record
from kpis.reporting.questions import Question
from kpis.reporting_vocabulary import AnswerType
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.text import format_date
from loaders.files.apart import Stopped, apart
from loaders.files.cells import cleaned
from loaders.files.opened import open_book
from loaders.files.problems import Problem
from loaders.files.sheets import Sheet
from loaders.workbook.find import Table, cell_problems, find_tables
from loaders.workbook.gaps import BLANK
from loaders.workbook.identity import OF_QUESTION, WantedPart, faults_of_mark, make_mark, no_mark, of_bureau, read_mark, write_mark
from loaders.workbook.layout import Column, Layout, load_layout
from loaders.workbook.prefilled import places_of
from loaders.workbook.styled import styled_problems
from loaders.workbook.template import fill, instruct, list_choices, protect, saved
from loaders.workbook.values import CellRefused, as_number, as_plain, is_blank

VERSION = "question-1"
ISSUED = "question_template_issued"
SHEET = "answers"
MOST_CELLS = 200_000
_WIDTHS = {AnswerType.TEXT: 40.0, AnswerType.CHOICE: 24.0, AnswerType.DATE: 18.0, AnswerType.FLAG: 12.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerReading:
    """The result of reading an answer: rows and problems; with any, nothing is stored. ``can_be_marked``: it could be opened."""

    mark: TemplateMark | None = None
    rows: list[dict[str, Answer]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    can_be_marked: bool = False


def layout_of(question: Question) -> Layout:
    """Return the layout of a question's workbook: texts, marks and sheets of the bureau workbook, with the question's columns."""
    own = load_layout()
    number = _column(
        AskedColumn(name="row_number", heading_ja=say("question_row_number"), heading_en=say("question_row_number", "en"))
    )
    number = replace(number, value="label", input="", width=6.0)
    chosen = {
        c.name: {choice.name_ja: (choice.name_ja, choice.name_en or choice.name_ja) for choice in c.choices}
        for c in question.columns
    }
    flags = {"yes_no": own.choices["yes_no"]} if any(c.type == AnswerType.FLAG for c in question.columns) else {}
    kept = ("instructions", "choices", "mark")
    return Layout(
        version=VERSION, title=(question.title_ja, question.title_en or question.title_ja),
        sheets={**{name: own.sheets[name] for name in kept}, SHEET: say("question_sheet")},
        sheets_en={**{name: own.sheets_en[name] for name in kept if name in own.sheets_en}, SHEET: say("question_sheet", "en")},
        columns={SHEET: (number, *(_column(column) for column in question.columns))},
        choices={**flags, **{name: words for name, words in chosen.items() if words}},
        new_rows={}, to_fill={}, to_fill_en={}, marks={**own.marks, "required": say("question_required_mark")}, clear_words=own.clear_words,
        withdraw_words=(), instructions=(),
    )  # fmt: skip


def _column(column: AskedColumn) -> Column:
    """Return a question's column as a sheet column; yes and no are two choices, so that a blank is not a no."""
    is_flag, unit = column.type == AnswerType.FLAG, f" ({column.unit})" if column.unit else ""
    choices = "yes_no" if is_flag else column.name if column.choices else ""
    return Column(
        name=column.name, field=column.name, member="", heading_ja=column.heading_ja + unit,
        heading_en=(column.heading_en + unit) if column.heading_en else "", value="choice" if is_flag else column.type, input="yes",
        kinds=frozenset(), choices=choices, width=_WIDTHS.get(AnswerType(column.type), 16.0), message_ja=say(f"question_cell_{column.type}"),
        message_en=say(f"question_cell_{column.type}", "en"), openness="required" if column.is_required else "",
    )  # fmt: skip


def issue(store: Store, code: str, bureau_code: str, *, actor: str) -> bytes:
    """Make the workbook of a bureau's answer, prefilled with its answers so far, and record its issue.

    Raises:
        NotFound: the question was not sent to the bureau, or the actor may not see it.
    """
    with store.reading() as session:
        question = questions.seen(session, code, actor, bureau_code)
    reply = next(r for r in questions.coverage(store, code, viewer=actor, today=question.due_on) if r.bureau_code == bureau_code)
    rows = [row.values for row in answers.rows_of(store, code, viewer=actor, bureau_code=bureau_code)]
    mark = make_mark(
        layout_version=VERSION, bureau_code=bureau_code, period_code=code, issued_at=utc_now().isoformat(timespec="microseconds"),
        revision=reply.revision, vintages=[],
    )  # fmt: skip
    content = _written(question, layout_of(question), mark, rows, whose=_names(store, bureau_code))
    with store.writing(is_figures=False) as session:
        record(session, actor, ISSUED, mark.template_id, detail=json.dumps({"question": code, "bureau_code": bureau_code}))
    return content


def _names(store: Store, bureau_code: str) -> tuple[str, str]:
    row = store.one_of(tables.Bureau, bureau_code)
    return row["name_ja"], row["name_en"] or row["name_ja"]


def _written(
    question: Question, layout: Layout, mark: TemplateMark, rows: Sequence[Mapping[str, Answer]], *, whose: tuple[str, str]
) -> bytes:
    head = f"{whose[0]} {question.title_ja}"
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = layout.sheets["instructions"]
    filling_in, about = Message("how_to_fill_in"), Message("about_workbook")
    due = Message("question_due_line", day=partial(format_date, question.due_on))
    lines: list[tuple[Any, ...]] = [
        layout.title, whose, pair(due), pair(Message("question_asked_line", code=question.question_code)), (),
        *([(question.lead_ja, question.lead_en or question.lead_ja), ()] if question.lead_ja else []),
        pair(filling_in), *(pair(Message(f"question_how_{n}", most=question.most_rows)) for n in range(1, 5)), (),
        pair(about), pair(Message("template_number", number=mark.template_id, version=mark.layout_version)),
        pair(Message("template_issued_at", instant=mark.issued_at[:16].replace("T", " "))),
    ]  # fmt: skip
    instruct(first, lines, [written(filling_in), written(about)], head=head)
    lists = {name: tuple(ja for ja, _ in words.values()) for name, words in layout.choices.items()}
    places = places_of(layout, lists)
    flags = {c.name for c in question.columns if c.type == AnswerType.FLAG}
    rows_read = [{name: _of_flag(value) if name in flags else value for name, value in row.items()} for row in rows]
    count = max(question.most_rows, len(rows_read))
    cells: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
        ({"row_number": n}, rows_read[n - 1] if n <= len(rows_read) else None) for n in range(1, count + 1)
    ]
    fill(book.create_sheet(layout.sheets[SHEET]), SHEET, cells, layout=layout, places=places, head=head)
    headings = {c.choices: c.heading_ja for c in layout.columns[SHEET] if c.choices}
    listed = [
        (headings.get(name, name), ja, code, en) for name, words in layout.choices.items() for code, (ja, en) in words.items()
    ]
    if listed:
        list_choices(book.create_sheet(layout.sheets["choices"]), listed, head=head)
    hidden = book.create_sheet(layout.sheets["mark"])
    write_mark(hidden, mark, [], title=OF_QUESTION)
    protect(hidden, head)
    return saved(book, mark, title=head)


def _of_flag(value: Answer) -> Answer:
    return None if value is None else "yes" if value else "no"


def receive(
    store: Store, content: bytes, code: str, bureau_code: str, *, actor: str, name: str, replaces: int
) -> tuple[AnswerReading, int]:
    """Read an answer and store it if it has no problem; return the reading, and the revision or 0.

    Raises:
        NotFound, NotAllowed, StepRefused, ChangedMeanwhile: as ``kpis.reporting.answers.upload``.
    """
    question = questions.question(store, code, viewer=actor)
    reading = read(store, content, question, bureau_code)
    if reading.problems or reading.mark is None:
        return reading, 0
    filled = answers.FilledAnswers(rows=reading.rows, content=content, name=name, template_id=reading.mark.template_id)
    return reading, answers.upload(store, filled, actor=actor, code=code, bureau_code=bureau_code, replaces=replaces)


def read(store: Store, content: bytes, question: Question, bureau_code: str) -> AnswerReading:
    """Read a filled workbook of a question and bureau, and report every problem at once."""
    sheets: list[Sheet]
    try:
        sheets, is_1904, problems = apart(open_book, content, max_bytes=settings().max_upload_bytes, most_cells=MOST_CELLS)
    except Stopped as stopped:
        return AnswerReading(problems=[stopped.problem])
    if problems:
        return AnswerReading(problems=problems)
    layout = layout_of(question)
    marks = [(sheet.name, there) for sheet in sheets if (there := read_mark(sheet.rows, title=OF_QUESTION))]
    if len(marks) != 1:
        return AnswerReading(problems=[_no_mark(sheets, len(marks), question)])
    name, (mark, _, fits) = marks[0]
    wanted = (
        of_bureau(store, bureau_code),
        WantedPart("period_code", question.question_code, lambda number: Message("workbook_of_question", code=number)),
    )
    if wrong := faults_of_mark(store, mark, fits, wanted, action=ISSUED, period_field="question"):
        return AnswerReading(mark=mark, problems=wrong)
    others = {name, layout.sheets["choices"], layout.sheets["instructions"]}
    by_name, problems = find_tables({sheet.name: sheet.rows for sheet in sheets if sheet.name not in others}, layout)
    rows: list[dict[str, Answer]] = []
    for table in by_name.values():
        own = next(sheet for sheet in sheets if sheet.name == table.sheet)
        problems += cell_problems(table, own) + styled_problems(table, own)
        rows = _Rows(table, layout, question, is_1904=is_1904, problems=problems).read()
    return AnswerReading(mark=mark, rows=rows, problems=problems, can_be_marked=True)


class _Rows:
    """Reads the rows of the single table, and reports every problem at its cell."""

    def __init__(self, table: Table, layout: Layout, question: Question, *, is_1904: bool, problems: list[Problem]) -> None:
        self.table, self.layout, self.question, self.is_1904, self.problems = table, layout, question, is_1904, problems

    def read(self) -> list[dict[str, Answer]]:
        """Return every non-empty row."""
        table, kept = self.table, list[dict[str, Answer]]()
        width = max(table.at.values()) + 1
        for number in range(table.top + 1, len(table.cells) + 1):
            cells = [*table.cells[number - 1], *[""] * width]
            raws = {c.name: self._raw(cells[table.at[c.name]]) for c in self.question.columns}
            is_bad = any((number, table.at[name]) in table.bad for name in raws)
            if all(is_blank(raw) for raw in raws.values()) and not is_bad:
                continue
            if len(kept) == self.question.most_rows:
                most = Message("question_at_most_rows", most=self.question.most_rows)
                self.problems.append(table.problem("rule", number, most, Message("remedy_fewer_rows"), row=number))
                break
            kept.append({c.name: self._value(number, c, raws[c.name]) for c in self.question.columns})
        return kept

    def _raw(self, raw: Any) -> Any:
        return "" if isinstance(raw, str) and cleaned(raw).casefold() in self.layout.clear_words else raw

    def _value(self, number: int, field: AskedColumn, raw: Any) -> Answer:
        table, column = self.table, self.table.columns[field.name]
        if (number, table.at[field.name]) in table.bad:
            return None  # already reported
        if is_blank(raw):
            if field.is_required:
                needed = Message("question_needs", heading=column.heading)
                self.problems.append(
                    table.problem("missing", BLANK, needed, Message("remedy_enter_value"), row=number, column=field.name)
                )
            return None
        try:
            return self._number(field, column, raw) if field.type in NUMBERS else self._plain(field, column, raw)
        except CellRefused as refused:
            self.problems.append(table.problem(refused.kind, raw, refused.expected, refused.remedy, row=number, column=field.name))
            return None

    def _number(self, field: AskedColumn, column: Column, raw: Any) -> float:
        read = as_number(raw, column, unit=field.unit, is_of_unit=bool(field.unit))
        if read.is_approximate:
            raise CellRefused("number", Message("exact_number"), Message("remedy_digits_only"))
        if read.shown is not None and read.shown != read.value:
            message = Message("question_number_as_seen", shown=f"{read.shown:,.15g}", held=f"{read.value:,.15g}")
            raise CellRefused("number", message, Message("remedy_general_as_seen"))
        if field.type == AnswerType.COUNT and not read.value.is_integer():
            raise CellRefused("number", Message("question_whole_number"), Message("remedy_digits_only"))
        return read.value

    def _plain(self, field: AskedColumn, column: Column, raw: Any) -> Answer:
        value, precision = as_plain(raw, column, self.layout, is_1904=self.is_1904)
        if precision:
            raise CellRefused("date", Message("question_whole_day"), Message("remedy_enter_day"))
        return value == "yes" if field.type == AnswerType.FLAG else value


def _no_mark(sheets: Sequence[Sheet], count: int, question: Question) -> Problem:
    wanted = Message("workbook_of_question", code=question.question_code)
    if any(read_mark(sheet.rows) for sheet in sheets):
        return Problem("mark", Message("workbook_of_report"), wanted, Message("remedy_upload_on_report"))
    return no_mark(count, wanted)
