"""Turn the rows of a found table into reported rows, or problems at their cells. Only differences from the template are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from kpis.figures.plausible import ask_scale
from kpis.kinds import KINDS
from kpis.message import Message, few
from kpis.periods import parse_period
from kpis.registers import OF_SHEET
from kpis.reporting.comparison import ReportedRow, Value, figure_of
from kpis.reporting.contradictions import definition_of
from kpis.text import Named
from loaders.files.addresses import column_letters
from loaders.files.cells import IN_UNIT, cleaned
from loaders.files.formats import shows_otherwise
from loaders.files.problems import Problem
from loaders.workbook.context import Record
from loaders.workbook.gaps import BLANK, gaps, says_something
from loaders.workbook.layout import ACTIONS, COMMENTARIES, KEYS, ROW_KINDS, Column, dated_field
from loaders.workbook.values import CellRefused, as_code, as_number, as_plain, empty_of, is_blank, not_as_shown
from loaders.workbook.whose_row import TableReading, WhoseRow


@dataclass(slots=True)
class _RowChanges:
    """The values of one row as far as they were read: fields, column letters, and which cells the bureau edited."""

    fields: dict[str, Value]
    columns: dict[str, str]
    precisions: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    members: dict[str, list[str]] = field(default_factory=dict)
    is_rounded: bool = False


@dataclass(frozen=True, slots=True)
class _EditedRow:
    """One row of a table that differs from the issued template.

    Args:
        number: of the row in the sheet.
        cells: all cells of the row.
        raws: the cells of the input columns.
        same: whether each input cell is as issued.
        key: of the row, without the sheet.
        vintage: of the stored values when the template was issued; 0 for none.
        issued: the stored values when the template was issued; ``None`` for none.
        bad: fields whose cells have no readable value, reported before.
    """

    number: int
    cells: Sequence[Any]
    raws: Sequence[Any]
    same: Sequence[bool]
    key: tuple[str, ...]
    vintage: int
    issued: Record | None
    bad: set[str]


class TableReader(WhoseRow):
    """Reads one table and compares it with the issued template."""

    def read(self) -> TableReading:
        """Read every row below the headings."""
        table, width = self.table, max(self.table.at.values()) + 1
        used = sorted(table.at.values())
        for number in range(table.top + 1, len(table.cells) + 1):
            cells = table.cells[number - 1]
            # A row without any value may still have faulty cells, such as uncalculated formulas.
            if all(cell == "" for cell in cells) and not any((number, position) in table.bad for position in used):
                continue
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            self._row(number, cells)
        if self.table.key != "observations":
            self._ask_about_rows_gone()
        return self.out

    def _ask_about_rows_gone(self) -> None:
        """Ask about register rows of the template that are missing in the file; nothing is deleted because of it."""
        rows = self.context.registers[self.table.key]
        issued = (key[1] for key in self.vintages if key[0] == self.table.key)
        gone = [code for code in issued if (code,) not in self.first_rows and code in rows and not rows[code]["ended_reason"]]
        if not gone:
            return
        which = [Message("code_and_name", code=code, name=Named(rows[code])) for code in gone]
        self.out.problems.append(
            Problem(
                "doubt", Message("rows_gone", count=len(gone), rows=few(which, 5)), Message("every_row_of_template"),
                Message("remedy_rows_gone"),
                sheet=self.table.sheet, grade="warning", rule="rows_gone",
            )
        )  # fmt: skip

    def _row(self, number: int, cells: Sequence[Any]) -> None:
        raws = [cells[position] for position in self.positions]
        # A cell without readable value was already reported: the rest of its row is read, to report its other errors.
        is_bad = self.table.bad
        bad = {c.field for c, p in zip(self.inputs, self.positions, strict=True) if (number, p) in is_bad} if is_bad else set()
        if is_bad and any((number, self.table.at[name]) in is_bad for name in self.identity):
            self.out.rows_count += 1
            return  # the row cannot be identified
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
        first = self.first_rows.setdefault(key, number)
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
            return  # an unused row for a new entry
        self.out.rows_count += 1
        if bad and is_blank_row and shown is None:
            return
        self._same_labels(number, cells, key, issued)
        expected = [show(shown) for show in self.showers] if shown is not None else self.nothing
        same = [raw in ("", was) and not shows_otherwise(raw) for raw, was in zip(raws, expected, strict=True)]
        has_reason = any(not is_blank(self._cell(cells, name)) for name in ("reason_class", "reason_text"))
        if all(same) and not bad and not has_reason and shown is issued:
            if self.table.key == "milestones" and issued is not None:
                self._same_project(number, cells, issued)
            return
        self._read_changed(_EditedRow(number, cells, raws, same, key, vintage, issued, bad))

    def _read_changed(self, edited: _EditedRow) -> None:
        number, cells, key, issued = edited.number, edited.cells, edited.key, edited.issued
        before = len(self.out.problems)
        self.refused = set(edited.bad)
        self.shown, self.sure, self.cleared = {}, set(), set()
        self.unit = self._unit_of(cells, key, issued)
        kind = self.context.indicators[key[0]]["kind"] if self.table.key == "observations" else ""
        current = self._held(issued, kind)
        filled_before = self.context.filled.get((self.table.key, *key), {})
        filled: dict[str, Value] = {**current, **filled_before} if filled_before else {}
        columns = self._columns(kind, current)
        whole_key = (key[0], self.mark.bureau_code, key[1]) if self.table.key == "observations" else key
        row_of = partial(
            ReportedRow, kind=ROW_KINDS[self.table.key], key=whole_key, issued_vintage=edited.vintage, sheet=self.table.sheet,
            row=number, filled=filled,
        )  # fmt: skip
        if self._takes_out(edited.raws, issued):
            self.out.rows.append(row_of(fields=current, columns=columns, cleared=frozenset(current)))
            return
        start = {name: filled[name] for name in current} if filled else current
        changes = _RowChanges(fields=dict(start), columns=columns)
        if kind and any(self._is_withdrawn(raw) for raw in edited.raws):
            if issued is None:
                at = next(at for at, raw in enumerate(edited.raws) if self._is_withdrawn(raw))
                self._say(
                    "rule", edited.raws[at], Message("row_with_stored_figure"),
                    Message("remedy_nothing_to_withdraw"),
                    row=number, column=self.inputs[at].name,
                )  # fmt: skip
                return
            changes.fields = dict(self.empties[kind])
            edited = replace(edited, raws=self.nothing, same=[True] * len(self.inputs))
        self._read_cells(edited, changes, kind=kind, start=start)
        self._settle(changes, start, issued=self.context.as_filled((self.table.key, *key), issued), cells=cells)
        fields = changes.fields
        if changes.is_rounded and "is_approximate" in current:
            fields["is_approximate"] = True
        if kind and KINDS[kind].is_cap:
            current["is_year_to_date"] = fields["is_year_to_date"] = parse_period(key[1]).kind in ("month", "quarter")
            filled |= {"is_year_to_date": fields["is_year_to_date"]} if filled else {}
        if self.table.key == "milestones":
            self._project(number, cells, fields, current, issued)
        elif self.table.key in (COMMENTARIES, ACTIONS):
            self._subject(number, cells, fields, current, issued, code=key[0])
        reason_class, reason_text = self._reason(number, cells)
        row = row_of(
            fields=fields, columns=changes.columns, reason_class=reason_class, reason_text=reason_text,
            issued=current if issued is not None else {}, cleared=frozenset(self.cleared & fields.keys()),
        )  # fmt: skip
        for gap in gaps(self.table, row, kind, refused=self.refused, is_new=issued is None):
            self._say(gap.kind, BLANK, gap.expected, gap.remedy, row=number, column=gap.column)
        if kind and "value" in changes.touched and (scale := self._asked_scale(row)):
            row = replace(row, readings={"value": scale})
        if len(self.out.problems) > before or edited.bad:
            self.out.faulty.append((row, frozenset(self.refused)))
            return
        if filled or (row.changed or row.cleared if issued is not None else not kind or says_something(row)):
            self.out.rows.append(row)
            if issued is None and not kind:
                self.out.new_codes[key[0]] = row

    def _read_cells(self, edited: _EditedRow, changes: _RowChanges, *, kind: str, start: Mapping[str, Value]) -> None:
        """Read the cells that the bureau edited; ``start``: field → value before."""
        number = edited.number
        for at, same in enumerate(edited.same):
            column, raw = self.inputs[at], edited.raws[at]
            name = column.field
            if column.value == "member":
                if self._member(number, column, raw, same, changes.members, start):
                    changes.touched.add(name)
                    changes.columns = {**changes.columns, name: column_letters(self.table.at[column.name] + 1)}
                continue
            if same or is_blank(raw) or (name in edited.bad and (number, self.positions[at]) in self.table.bad):
                continue
            if name not in start:
                self._say(
                    "rule", raw, Message("blank_unused", columns=self.layout.asked_for(kind)),
                    Message("remedy_leave_blank"), row=number, column=column.name,
                )  # fmt: skip
                continue
            changes.fields[name], extra = self._typed(number, column, raw, kind)
            changes.touched.add(name)
            if name in self.shown and changes.fields[name] == start[name]:  # stored as before, but shown as another rate
                self._refuse(number, column, raw, not_as_shown(raw))
            if extra == "rounded":
                changes.is_rounded = True
            elif extra:
                changes.precisions[name] = extra

    def _is_withdrawn(self, raw: Any) -> bool:
        """Return whether a cell withdraws the whole figure as stored by mistake."""
        return isinstance(raw, str) and cleaned(raw).casefold() in self.layout.withdraw_words

    def _is_cleared(self, raw: Any) -> bool:
        """Return whether a cell requests to clear its value."""
        return isinstance(raw, str) and cleaned(raw).casefold() in self.layout.clear_words

    def _takes_out(self, raws: Sequence[Any], issued: Record | None) -> bool:
        """Return whether a row without stored values only requests to clear them: it reports nothing."""
        if issued is not None:
            return False
        given = [raw for raw in raws if not is_blank(raw)]
        return bool(given) and all(self._is_cleared(raw) for raw in given)

    def _held(self, issued: Record | None, kind: str) -> dict[str, Value]:
        """Return the fields of a row as issued, blank if nothing was stored; of a figure only those its kind uses."""
        empties = self.empties.get(kind)
        if empties is None:
            empties = self.empties[kind] = {c.field: empty_of(c) for c in self.inputs if not kind or c.applies_to(kind)}
        if issued is None:
            return dict(empties)
        return {name: empty if (value := issued[name]) is None else value for name, empty in empties.items()}

    def _columns(self, kind: str, values: Mapping[str, Value]) -> dict[str, str]:
        """Return the column letters of a row's fields and of its reason."""
        letters_of = self.columns.get(kind)
        if letters_of is None:
            reason_columns = ("reason_class", "reason_text")
            letters_of = self.columns[kind] = {
                name: letters for name, letters in self.letters.items() if name in values or name in reason_columns
            }
        return letters_of

    def _member(
        self, number: int, column: Column, raw: Any, same: bool, members: dict[str, list[str]], values: Mapping[str, Value]
    ) -> bool:
        """Read one column of a multi-valued field; say whether the bureau edited it."""
        name = column.field
        listed = members.setdefault(name, [])
        chosen = column.member in str(values[name] or "").split(";") if same else bool(self._typed(number, column, raw, "")[0])
        if chosen:
            listed.append(column.member)
        return not same

    def _typed(self, number: int, column: Column, raw: Any, kind: str) -> tuple[Value, str]:
        """Return (value, remark): ``rounded`` for an approximate number, the precision for a date given as a month."""
        try:
            if self._is_cleared(raw):
                self.cleared.add(column.field)
                return empty_of(column), ""
            if column.value in ("number", "count"):
                is_of_unit = column.name in IN_UNIT or bool(kind and KINDS[kind].is_count)
                read = as_number(raw, column, unit=self.unit, is_of_unit=is_of_unit)
                if read.is_sure:
                    self.sure.add(column.field)
                if read.shown is not None:
                    if not kind:  # only of a figure the bureau is asked which of the two it means
                        raise not_as_shown(raw)
                    self.shown[column.field] = read.shown
                if read.is_approximate and not kind:  # only a figure says of itself that it is about
                    raise CellRefused("number", Message("exact_number"), Message("remedy_digits_only"))
                return read.value, "rounded" if read.is_approximate else ""
            return as_plain(raw, column, self.layout, is_1904=self.is_1904)
        except CellRefused as refused:
            self._refuse(number, column, raw, refused)
            return empty_of(column), ""

    def _refuse(self, number: int, column: Column, raw: Any, refused: CellRefused) -> None:
        self._say(refused.kind, raw, refused.expected, refused.remedy, row=number, column=column.name)
        self.refused.add(column.field)

    def _asked_scale(self, row: ReportedRow) -> tuple[float, ...]:
        """Return the possible values of a row if format and unit disagree or neither determines the scale; else empty."""
        if "value" in self.sure or row.fields.get("value") is None:
            return ()
        definition = definition_of(self.context.indicators[row.key[0]])
        question = ask_scale(definition, figure_of(row.key, row.fields), shown=self.shown.get("value"))
        return question.readings if question is not None else ()

    def _settle(self, changes: _RowChanges, values: Mapping[str, Value], *, issued: Record | None, cells: Sequence[Any]) -> None:
        """Combine related cells: members of one field, and dates with their precision."""
        fields, touched = changes.fields, changes.touched
        for name, chosen in changes.members.items():
            old = [code for code in str(values[name] or "").split(";") if code]
            members_known = {c.member for c in self.inputs if c.field == name}
            kept = [code for code in old if code in chosen or code not in members_known]
            fields[name] = ";".join([*kept, *(code for code in chosen if code not in kept)])
        for column in self.inputs:
            if column.choices != "precision" or column.field not in fields:
                continue
            name, dated = column.field, dated_field(column.field)
            if fields.get(dated) is None:
                fields[name] = "unknown"
            elif name not in touched and dated in touched:
                is_open = is_blank(self._cell(cells, name)) or issued is None or issued.get(dated) is None
                fields[name] = changes.precisions.get(dated) or ("day" if is_open else fields[name])
        for column in self.inputs if issued is None else ():
            if column.value in ("choice", "open_choice") and fields.get(column.field) is None:
                declared = OF_SHEET[self.table.key].fields.model_fields[column.field]
                fields[column.field] = None if declared.is_required() else declared.default

    def _reason(self, number: int, cells: Sequence[Any]) -> tuple[str | None, str]:
        given: dict[str, Value] = {"reason_class": None, "reason_text": ""}
        for name in given:
            raw = self._cell(cells, name)
            if name in self.table.at and not is_blank(raw):
                given[name] = self._typed(number, self.table.columns[name], raw, "")[0]
        reason = given["reason_class"]
        return str(reason) if reason else None, str(given["reason_text"] or "")
