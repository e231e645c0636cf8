"""The rows of a found table become reported rows, or problems at their cells. Only what differs from the template is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kpis.figures.plausible import ask_scale
from kpis.kinds import KINDS
from kpis.languages import both
from kpis.message import Message, few
from kpis.periods import parse_period
from kpis.reporting.comparison import ReportedRow, TemplateMark, Value, figure_of
from kpis.reporting.contradictions import definition_of
from kpis.text import Named
from loaders.files.addresses import column_letters
from loaders.files.cells import Unreadable, cleaned, read_period
from loaders.files.problems import Problem
from loaders.workbook.context import Record, ReportContext
from loaders.workbook.find import Table
from loaders.workbook.gaps import BLANK, gaps, says_something
from loaders.workbook.identity import Vintages
from loaders.workbook.labels import Labels, plain
from loaders.workbook.layout import ACTIONS, COMMENTARIES, KEYS, ROW_KINDS, Column, Layout, dated_field, shower
from loaders.workbook.template import new_code, subject_words
from loaders.workbook.values import DEFAULTS, Refused, as_code, as_number, as_plain, checked_code, empty_of, is_blank

_KEEP_CODE = Message("remedy_restore_code")
_KEEP_ROW = Message("remedy_bring_row_together")


@dataclass
class TableReading:
    """What one table gave: rows that say something, problems, and how many rows were looked at."""

    rows: list[ReportedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows_count: int = 0
    new_codes: dict[str, ReportedRow] = field(default_factory=dict)
    faulty: list[tuple[ReportedRow, frozenset[str]]] = field(default_factory=list)  # with the fields that could not be read


class TableReader:
    """Reads one table against what its template was issued with."""

    def __init__(
        self, table: Table, *, context: ReportContext, layout: Layout, mark: TemplateMark, vintages: Vintages, is_1904: bool
    ) -> None:
        self.table, self.context, self.layout, self.mark = table, context, layout, mark
        self.vintages, self.is_1904 = vintages, is_1904
        self.inputs = [c for c in layout.columns[table.key] if c.is_input and c.name in table.at]
        self.positions = [table.at[c.name] for c in self.inputs]
        self.out = TableReading()
        self.seen: dict[tuple[str, ...], int] = {}
        self.asked = set(context.figure_keys)
        self.letters = {table.columns[name].field: column_letters(at + 1) for name, at in reversed(table.at.items())}
        self.columns: dict[str, dict[str, str]] = {}  # kind of indicator → field → letters, shared by its rows
        self.nothing: list[Any] = [None] * len(self.inputs)
        self.empties: dict[str, dict[str, Value]] = {}
        self.showers = [shower(layout, column) for column in self.inputs]
        self.refused: set[str] = set()  # fields of the present row that could not be read
        self.shown: dict[str, float] = {}  # what the present row's cells show, where it differs and must be asked about
        self.sure: set[str] = set()  # fields of the present row that were written with their unit
        self.cleared: set[str] = set()  # fields of the present row that are to be emptied
        self.identity = [name for name in (*KEYS[table.key], "bureau_code") if name in table.at]
        self.labels = Labels(table, context)

    def read(self) -> TableReading:
        """Read every row below the headings."""
        table, width = self.table, max(self.table.at.values()) + 1
        used = sorted(table.at.values())
        for number in range(table.top + 1, len(table.cells) + 1):
            cells = table.cells[number - 1]
            # A row without any value may still hold cells that are bad, such as formulas never calculated.
            if all(cell == "" for cell in cells) and not any((number, position) in table.bad for position in used):
                continue
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            self._row(number, cells)
        if self.table.key != "observations":
            self._ask_about_rows_gone()
        return self.out

    def _ask_about_rows_gone(self) -> None:
        """Ask about rows of a register that the template was issued with and that are not in the file: nothing is dropped for it."""
        rows = self.context.registers[self.table.key]
        issued = (key[1] for key in self.vintages if key[0] == self.table.key)
        gone = [code for code in issued if (code,) not in self.seen and code in rows and not rows[code]["ended_reason"]]
        if not gone:
            return
        which = [Message("code_and_name", code=code, name=Named(rows[code])) for code in gone]
        self.out.problems.append(
            Problem(
                "doubt", both(Message("rows_gone", count=len(gone), rows=few(which, 5))), Message("every_row_of_template"),
                Message("remedy_rows_gone"),
                sheet=self.table.sheet, grade="warning", rule="rows_gone",
            )
        )  # fmt: skip

    def _say(self, kind: Any, text: object, expected: Message, remedy: Message, *, row: int, column: str = "") -> None:
        self.out.problems.append(self.table.problem(kind, text, expected, remedy, row=row, column=column))

    def _cell(self, cells: Sequence[Any], name: str) -> Any:
        return cells[self.table.at[name]] if name in self.table.at else ""

    def _row(self, number: int, cells: Sequence[Any]) -> None:
        raws = [cells[position] for position in self.positions]
        # A cell without a value to read was said already: the rest of its row is read, so that its other errors are said as well.
        bad = {c.field for c, p in zip(self.inputs, self.positions, strict=True) if (number, p) in self.table.bad}
        if any((number, self.table.at[name]) in self.table.bad for name in self.identity):
            self.out.rows_count += 1
            return  # nobody can say whose row it is
        is_blank_row = all(is_blank(raw) for raw in raws)
        is_empty = is_blank_row and not bad
        key = self._key(number, cells, is_empty)
        if key is None:
            return
        whose = as_code(self._cell(cells, "bureau_code"))
        if whose and whose != self.mark.bureau_code:
            own = self.context.bureau
            self._say(
                "other_bureau", whose, Message("row_of_bureau", name=Named(own), code=self.mark.bureau_code),
                Message("remedy_remove_row_of_other"), row=number, column="bureau_code",
            )  # fmt: skip
            return
        first = self.seen.setdefault(key, number)
        if first != number:
            self._say(
                "duplicate", " ".join(key), Message("other_row_than", row=first),
                Message("remedy_remove_one_row"), row=number, column=KEYS[self.table.key][0],
            )  # fmt: skip
            return
        vintage = self.vintages.get((self.table.key, *key), 0)
        issued = self.context.as_issued(self.table.key, key, vintage)
        shown = self.context.as_filled((self.table.key, *key), issued)
        if self.table.key != "observations" and shown is None and is_empty:
            return  # a row for something new that was not used
        self.out.rows_count += 1
        if bad and is_blank_row and shown is None:
            return
        self._same_labels(number, cells, key, issued)
        expected = [show(shown) for show in self.showers] if shown is not None else self.nothing
        same = [raw in ("", was) for raw, was in zip(raws, expected, strict=True)]
        if all(same) and not bad and not self._has_reason(cells) and shown is issued:
            if self.table.key == "milestones" and issued is not None:
                self._same_project(number, cells, issued)
            return
        self._read_changed(number, cells, raws, same, key=key, vintage=vintage, issued=issued, bad=bad)

    def _has_reason(self, cells: Sequence[Any]) -> bool:
        return any(not is_blank(self._cell(cells, name)) for name in ("reason_class", "reason_text"))

    # Whose row it is ---------------------------------------------------------------------------------------------

    def _key(self, number: int, cells: Sequence[Any], is_empty: bool) -> tuple[str, ...] | None:
        if self.table.key == "observations":
            return self._figure_key(number, cells, is_empty)
        (name,) = KEYS[self.table.key]
        raw = self._cell(cells, name)
        code = as_code(raw)
        if not code:
            if is_empty:
                return None  # a note, or a row emptied
            return (self._assigned(cells),)
        if code in self.context.registers[self.table.key] or (self.table.key, code) in self.vintages:
            return (code,)
        if self.table.key == COMMENTARIES:
            if code not in self.context.commentaries and not is_empty:
                expected = Message("commentary_of_template")
                self._say("unknown_code", code, expected, _KEEP_CODE, row=number, column=name)
                return None
            return (code,)
        if is_empty:
            return (code,)
        try:
            return (checked_code(raw),)
        except Refused as refused:
            self._say(refused.kind, raw, refused.expected, refused.remedy, row=number, column=name)
            return None

    def _assigned(self, cells: Sequence[Any]) -> str:
        """Return the code of a new row without one: from its name, so that sorting rows does not change it."""
        name = cleaned(str(self._cell(cells, "name_ja")))
        return new_code(self.mark, self.table.key, hashlib.sha256(name.encode()).hexdigest()[:6])

    def _figure_key(self, number: int, cells: Sequence[Any], is_empty: bool) -> tuple[str, ...] | None:
        code, raw = as_code(self._cell(cells, "indicator_code")), self._cell(cells, "period_code")
        if is_empty and (not code or is_blank(raw)):
            return None
        if code not in self.context.indicators:
            kind = "unknown_code" if code else "missing"
            self._say(
                kind,
                code or both(BLANK),
                Message("indicator_of_template"),
                _KEEP_CODE,
                row=number,
                column="indicator_code",
            )
            return None
        try:
            period = read_period(raw if isinstance(raw, date) else as_code(raw))
        except Unreadable:
            period = ""
        if (code, period) not in self.asked:
            asked = tuple(p for c, p in self.context.figure_keys if c == code)
            self._say(
                "period",
                raw if raw != "" else both(BLANK),
                Message("period_codes", codes=asked),
                _KEEP_CODE,
                row=number,
                column="period_code",
            )
            return None
        return code, period

    def _same_project(self, number: int, cells: Sequence[Any], issued: Record) -> bool:
        code = as_code(self._cell(cells, "project_code"))
        if code in ("", issued["project_code"]):
            return True
        self._say(
            "rule",
            code,
            Message("project_code_as", code=issued["project_code"]),
            _KEEP_CODE,
            row=number,
            column="project_code",
        )
        return False

    # What it says ------------------------------------------------------------------------------------------------

    def _read_changed(  # noqa: C901  # a branch per sort of row
        self, number: int, cells: Sequence[Any], raws: Sequence[Any], as_issued: Sequence[bool], *, key: tuple[str, ...], vintage: int,
        issued: Record | None, bad: set[str],
    ) -> None:  # fmt: skip
        before = len(self.out.problems)
        self.refused = set(bad)
        self.shown, self.sure, self.cleared = {}, set(), set()
        kind = self.context.indicators[key[0]]["kind"] if self.table.key == "observations" else ""
        held = self._held(issued, kind)
        fields, precisions, touched, members = dict(held), dict[str, str](), set[str](), dict[str, list[str]]()
        said = self.context.filled.get((self.table.key, *key), {})
        filled: dict[str, Value] = {**held, **said} if said else {}
        columns = self._columns(kind, held)
        if self._takes_out(raws, issued):
            self.out.rows.append(
                ReportedRow(
                    kind=ROW_KINDS[self.table.key], key=self._full_key(key), fields=fields, issued_vintage=vintage,
                    sheet=self.table.sheet, row=number, columns=columns, cleared=frozenset(fields), filled=filled,
                )
            )  # fmt: skip
            return
        rounded = False
        fields |= {name: value for name, value in filled.items() if name in fields}
        start = dict(fields)
        if kind and any(self._is_withdrawn(raw) for raw in raws):
            if issued is None:
                at = next(at for at, raw in enumerate(raws) if self._is_withdrawn(raw))
                self._say(
                    "rule", raws[at], Message("row_with_stored_figure"),
                    Message("remedy_nothing_to_withdraw"),
                    row=number, column=self.inputs[at].name,
                )  # fmt: skip
                return
            fields, raws = dict(self.empties[kind]), self.nothing
            as_issued = [True] * len(self.inputs)
        for at, same in enumerate(as_issued):
            column = self.inputs[at]
            if column.value == "member":
                if self._member(number, column, raws[at], same, members, start):
                    touched.add(column.field)
                    columns = {**columns, column.field: column_letters(self.table.at[column.name] + 1)}
                continue
            name = column.field
            if same or is_blank(raws[at]) or (name in bad and (number, self.positions[at]) in self.table.bad):
                continue
            if name not in held:
                self._say(
                    "rule", raws[at], Message("blank_unused", columns=self.layout.asked_for(kind)),
                    Message("remedy_leave_blank"), row=number, column=column.name,
                )  # fmt: skip
                continue
            fields[name], extra = self._typed(number, column, raws[at], kind, key=key)
            touched.add(name)
            if extra == "rounded":
                rounded = True
            elif extra:
                precisions[name] = extra
        self._settle(
            fields,
            start,
            members,
            issued=self.context.as_filled((self.table.key, *key), issued),
            touched=touched,
            precisions=precisions,
            cells=cells,
        )
        if rounded and "is_approximate" in held:
            fields["is_approximate"] = True
        if kind and KINDS[kind].is_cap:
            held["is_year_to_date"] = fields["is_year_to_date"] = parse_period(key[1]).kind in ("month", "quarter")
            filled |= {"is_year_to_date": fields["is_year_to_date"]} if filled else {}
        if self.table.key == "milestones":
            self._project(number, cells, fields, held, issued)
        elif self.table.key in (COMMENTARIES, ACTIONS):
            self._subject(number, cells, fields, held, issued, code=key[0])
        reason_class, reason_text = self._reason(number, cells)
        row = ReportedRow(
            kind=ROW_KINDS[self.table.key], key=self._full_key(key), fields=fields, issued_vintage=vintage, sheet=self.table.sheet,
            row=number,
            columns=columns, reason_class=reason_class, reason_text=reason_text, issued=held if issued is not None else {},
            cleared=frozenset(self.cleared & fields.keys()), filled=filled,
        )  # fmt: skip
        for gap in gaps(self.table, row, kind, refused=self.refused, is_new=issued is None):
            self._say(gap.kind, both(BLANK), gap.expected, gap.remedy, row=number, column=gap.column)
        if kind and "value" in touched and (asked := self._asked_scale(row)):
            row = replace(row, readings={"value": asked})
        if len(self.out.problems) > before or bad:
            self.out.faulty.append((row, frozenset(self.refused)))
            return
        if filled or (row.changed or row.cleared if issued is not None else not kind or says_something(row)):
            self.out.rows.append(row)
            if issued is None and not kind:
                self.out.new_codes[key[0]] = row

    def _is_withdrawn(self, raw: Any) -> bool:
        """Say whether a cell says that the whole figure was stored by mistake."""
        return isinstance(raw, str) and cleaned(raw).casefold() in self.layout.withdraw_words

    def _is_cleared(self, raw: Any) -> bool:
        """Say whether a cell says that it is to be emptied."""
        return isinstance(raw, str) and cleaned(raw).casefold() in self.layout.clear_words

    def _takes_out(self, raws: Sequence[Any], issued: Record | None) -> bool:
        """Say whether a row of which nothing is stored says only that it is to be emptied: nothing of it is reported."""
        given = [raw for raw in raws if not is_blank(raw)]
        return issued is None and bool(given) and all(self._is_cleared(raw) for raw in given)

    def _held(self, issued: Record | None, kind: str) -> dict[str, Value]:
        """Return the fields of a row as issued, blanks where nothing was; of a figure only those that its kind uses."""
        empties = self.empties.get(kind)
        if empties is None:
            empties = self.empties[kind] = {c.field: empty_of(c) for c in self.inputs if not kind or c.applies_to(kind)}
        if issued is None:
            return dict(empties)
        return {name: empty if (value := issued[name]) is None else value for name, empty in empties.items()}

    def _columns(self, kind: str, held: Mapping[str, Value]) -> dict[str, str]:
        """Return the letters of the columns of a row's fields and of its reason."""
        letters_of = self.columns.get(kind)
        if letters_of is None:
            said = ("reason_class", "reason_text")
            letters_of = self.columns[kind] = {
                name: letters for name, letters in self.letters.items() if name in held or name in said
            }
        return letters_of

    def _member(
        self, number: int, column: Column, raw: Any, same: bool, members: dict[str, list[str]], held: Mapping[str, Value]
    ) -> bool:
        """Read one column of a field that holds several codes; says whether the bureau touched it."""
        name = column.field
        listed = members.setdefault(name, [])
        chosen = column.member in str(held[name] or "").split(";") if same else bool(self._typed(number, column, raw, "")[0])
        if chosen:
            listed.append(column.member)
        return not same

    def _full_key(self, key: tuple[str, ...]) -> tuple[str, ...]:
        return (key[0], self.mark.bureau_code, key[1]) if self.table.key == "observations" else key

    def _typed(self, number: int, column: Column, raw: Any, kind: str, *, key: tuple[str, ...] = ()) -> tuple[Value, str]:
        """Return (value, a word more): ``rounded`` for an approximate number, the precision for a day written as a month."""
        try:
            if self._is_cleared(raw):
                self.cleared.add(column.field)
                return empty_of(column), ""
            if column.value in ("number", "count"):
                unit = self.context.indicators[key[0]]["unit_ja"] if kind else ""
                read = as_number(raw, column, unit=unit, is_of_unit=column.name == "value" or bool(kind and KINDS[kind].is_count))
                if read.is_sure:
                    self.sure.add(column.field)
                if read.shown is not None:
                    self.shown[column.field] = read.shown
                return read.value, "rounded" if read.is_approximate else ""
            return as_plain(raw, column, self.layout, is_1904=self.is_1904)
        except Refused as refused:
            self._say(refused.kind, raw, refused.expected, refused.remedy, row=number, column=column.name)
            self.refused.add(column.field)
            return empty_of(column), ""

    def _asked_scale(self, row: ReportedRow) -> tuple[float, ...]:
        """Return what the value of a row may mean, where its format and its unit disagree or nothing tells; else nothing."""
        if "value" in self.sure or row.fields.get("value") is None:
            return ()
        definition = definition_of(self.context.indicators[row.key[0]])
        question = ask_scale(definition, figure_of(row.key, row.fields), shown=self.shown.get("value"))
        return question.readings if question is not None else ()

    def _same_labels(self, number: int, cells: Sequence[Any], key: tuple[str, ...], issued: Record | None) -> None:
        """Say where what people see of a row (name, period, unit) contradicts the code it is read by."""
        for name, expected in self.labels.contradicted(key, {n: self._cell(cells, n) for n in self.labels.names}, issued):
            self._say("rule", self._cell(cells, name), expected, _KEEP_ROW, row=number, column=name)

    def _settle(
        self, fields: dict[str, Value], held: dict[str, Value], members: Mapping[str, list[str]], *, issued: Record | None,
        touched: set[str], precisions: Mapping[str, str], cells: Sequence[Any],
    ) -> None:  # fmt: skip
        """Bring together what belongs together: members of one field, and days with their precision."""
        for name, chosen in members.items():
            old = [code for code in str(held[name] or "").split(";") if code]
            known = {c.member for c in self.inputs if c.field == name}
            kept = [code for code in old if code in chosen or code not in known]
            fields[name] = ";".join([*kept, *(code for code in chosen if code not in kept)])
        for column in self.inputs:
            if column.choices != "precision" or column.field not in fields:
                continue
            name, dated = column.field, dated_field(column.field)
            if fields.get(dated) is None:
                fields[name] = "unknown"
            elif name not in touched and dated in touched:
                is_open = is_blank(self._cell(cells, name)) or issued is None or issued.get(dated) is None
                fields[name] = precisions.get(dated) or ("day" if is_open else fields[name])
        for column in self.inputs:
            if column.value in ("choice", "open_choice") and fields.get(column.field) is None and issued is None:
                fields[column.field] = DEFAULTS.get(column.field)

    def _project(
        self, number: int, cells: Sequence[Any], fields: dict[str, Value], held: dict[str, Value], issued: Record | None
    ) -> None:
        if issued is not None:
            if self._same_project(number, cells, issued):
                fields["project_code"] = held["project_code"] = issued["project_code"]
            return
        code = as_code(self._cell(cells, "project_code"))
        fields["project_code"] = code or None
        if code and code not in self.context.projects:
            listed = tuple(self.context.projects) or Message("none_there")
            self._say(
                "unknown_code", code, Message("project_of_bureau", projects=listed),
                Message("remedy_choose_again"), row=number, column="project_code",
            )  # fmt: skip

    def _subject(
        self,
        number: int,
        cells: Sequence[Any],
        fields: dict[str, Value],
        held: dict[str, Value],
        issued: Record | None,
        *,
        code: str,
    ) -> None:
        """Say which indicator or project a row is about: that of its code, or of a new action the one that was chosen."""
        fields["period_code"] = self.context.period.code
        if issued is not None:
            fields["period_code"] = held["period_code"] = issued["period_code"]
        is_said = self.table.key == COMMENTARIES
        subject = self.context.commentaries.get(code, "") if is_said else self._chosen_subject(number, cells)
        if issued is not None:
            stored = issued["indicator_code"] or issued["project_code"]
            if subject not in ("", stored):
                self._say("rule", subject, Message("subject_as", code=stored), _KEEP_CODE, row=number, column="subject")
            subject = stored
        is_project = subject in self.context.projects
        about: dict[str, Value] = {
            "indicator_code": None if is_project else subject or None,
            "project_code": subject if is_project else None,
        }
        if issued is not None:
            about = {name: issued[name] for name in about}
            held.update(about)
        fields.update(about)

    def _chosen_subject(self, number: int, cells: Sequence[Any]) -> str:
        raw = self._cell(cells, "subject")
        if is_blank(raw):
            return ""
        written = plain(raw)
        for word, code in subject_words(self.context).items():
            if written in {plain(word), plain(code), *(plain(self.context.subjects[code][f"name_{own}"]) for own in ("ja", "en"))}:
                return code
        self._say("unknown_code", raw, Message("subject_of_bureau"), Message("remedy_choose_again"), row=number, column="subject")
        self.refused.add("subject")
        return ""

    def _reason(self, number: int, cells: Sequence[Any]) -> tuple[str | None, str]:
        given: dict[str, Value] = {"reason_class": None, "reason_text": ""}
        for name in given:
            raw = self._cell(cells, name)
            if name in self.table.at and not is_blank(raw):
                given[name] = self._typed(number, self.table.columns[name], raw, "")[0]
        reason = given["reason_class"]
        return str(reason) if reason else None, str(given["reason_text"] or "")
