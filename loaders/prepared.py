"""A data file after reading: valid rows, and every problem with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kpis.declared import Fields, Row, in_languages
from kpis.message import Message
from kpis.registers import LIST_OF_FILE, LISTS, REGISTERS
from kpis.settings import settings
from kpis.store.store import Store
from kpis.vocabulary import RowKind
from loaders.files.addresses import column_letters, split_address
from loaders.files.apart import Stopped, apart, limits_of
from loaders.files.endings import find_faults
from loaders.files.layouts import read_placed, recognise
from loaders.files.opened import Table, open_table
from loaders.files.problems import Kind, Problem, of_column
from loaders.files.table import WrittenUnit, header_of, read_rows, written_rows
from loaders.report import LoadReport
from loaders.rows import CATALOGUE, OFFICIAL

ROWS: dict[str, type[Fields]] = {**CATALOGUE, **OFFICIAL}
_REFERENCES = {
    "bureau_code": "bureau", "parent_code": "bureau", "predecessor_code": "bureau", "scope_code": "bureau",
    "indicator_code": "indicator", "replaced_by_code": "indicator", "paired_with_code": "indicator", "sibling_code": "indicator",
    "project_code": "project", "source_code": "source", "goal_source_code": "source", "supersedes_code": "milestone",
    "strategy_version": "strategy_version",
}  # fmt: skip


class Prepared:
    """A file after reading: its report so far, and its rows where there is no problem."""

    def __init__(
        self, name: str, content: bytes, kind: str | None, *, bureaus: Mapping[str, str] | None = None, max_bytes: int | None = None
    ) -> None:
        """Read a file.

        Args:
            kind: the list it belongs to, as ``observations.csv``; detected from its columns if left out.
            bureaus: name of an organisation unit → code, for files with names instead of codes.
            max_bytes: the largest size accepted; that of an upload if left out.
        """
        self.name, self.content = name, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.kind = _kind_of_file(kind or "")
        self.numbered: list[tuple[int, Fields]] = []
        self.faulty: list[tuple[int, Row]] = []  # rows with a problem, as written: their codes are checked as well
        self.sheet, self.columns = "", dict[str, int]()
        self.units: dict[tuple[int, str], WrittenUnit] = {}  # (row, column) → unit written with the number
        self.problems: list[Problem]
        table: Table | None = None
        try:
            most = max_bytes or settings().max_upload_bytes
            table, self.problems = apart(open_table, content, max_bytes=most, limits=limits_of(len(content)))
        except Stopped as stopped:
            self.problems = [stopped.problem]
        unreadable = self.problems
        if table is None:
            return
        self.sheet = table[0]
        if placed := None if kind else recognise(table, settings().layouts_dir):
            self.kind = RowKind.PROCEDURE.value
            self.numbered, problems, self.columns = read_placed(table, placed, bureaus=bureaus or {})
            used = {column_letters(table[2] + at) for at in placed.places.values()}
            below = table[1] + placed.first  # its headings may have several rows, with merged cells
            self.problems = [
                p for p in unreadable
                if (not p.cell or split_address(p.cell)[0] in used) and (p.kind != "merged" or (p.row or 0) >= below)
            ] + problems  # fmt: skip
            self._find_duplicates()
            return
        header = header_of(table)
        self.columns = {name: table[2] + i for i, name in enumerate(header) if name}
        self.kind = self.kind or _kind_of(name, [*self.columns])
        if self.kind not in ROWS:
            nearest = _nearest([*self.columns])
            columns = Message("columns_nearest", file=LISTS[nearest].file) if nearest else Message("columns_of_readme")
            remedy = Message("remedy_columns_or_kind")
            self.problems = [Problem("header", ", ".join(header[:8]), columns, remedy, sheet=self.sheet, row=table[1])]
            self.problems += [p for p in read_rows(table, ROWS[nearest])[1] if p.kind == "header"] if nearest else []
            return
        self.numbered, problems = read_rows(table, ROWS[self.kind], units=self.units)
        at_cells = {p.cell for p in unreadable}
        self.problems = [*unreadable, *(p for p in problems if not p.cell or p.cell not in at_cells)]
        if self.problems:
            sound = {number for number, _ in self.numbered}
            self.faulty = [(number, given) for number, given in written_rows(table) if number not in sound]
        self._find_duplicates()

    @property
    def errors(self) -> list[Problem]:
        """Return the problems that block loading, without warnings."""
        return [p for p in self.problems if p.grade == "error"]

    @property
    def rows(self) -> list[Fields]:
        """Return the validated rows in file order."""
        return [row for _, row in self.numbered]

    def add_problem(
        self, kind: Kind, what: str | Message, expected: Message, remedy: Message, *, row: int, column: str = "", **more: Any
    ) -> None:
        """Add a problem at a row of this file, and at the cell of one of our columns if the file has it."""
        cell = f"{column_letters(self.columns[column])}{row}" if column in self.columns else ""
        self.problems.append(Problem(kind, what, expected, remedy, sheet=self.sheet, cell=cell, row=row, **more))

    def _find_duplicates(self) -> None:
        first_row: dict[tuple[object, ...], int] = {}
        listed = LISTS[self.kind]
        for number, row in self.numbered if listed.is_unique else ():
            key = tuple(getattr(row, name) for name in (*listed.key, *listed.told_apart_by))
            if key in first_row:
                expected = Message("other_key_than_row", row=first_row[key])
                self.add_problem("duplicate", " ".join(map(str, key)), expected, Message("remedy_remove_one_row"), row=number)
            first_row.setdefault(key, number)
        if listed.is_referred_to:
            self._find_alike(listed.key[0])

    def _find_alike(self, column: str) -> None:
        """Report codes that differ in capitals alone: pages are files, and many folders do not tell capitals apart."""
        first: dict[str, tuple[int, str]] = {}
        for number, row in self.numbered:
            code = getattr(row, column)
            before, alike = first.setdefault(code.casefold(), (number, code))
            if alike != code:
                expected = Message("other_code_than", code=alike, row=before)
                self.add_problem("duplicate", code, expected, Message("remedy_other_code"), row=number, column=column)

    @property
    def written_codes(self) -> set[str]:
        """Return the codes of the file's own rows, valid or not, so that a faulty row makes no reference to it unknown."""
        (name,) = LISTS[self.kind].key
        return {str(getattr(row, name)) for _, row in self.numbered} | {
            str(given.get(name, "")).strip() for _, given in self.faulty
        }

    def find_unknown(self, codes_of: Mapping[str, set[str]]) -> None:
        """Add a problem for each unknown code; a single one if the whole referenced list is empty.

        Args:
            codes_of: codes by kind of row, as ``bureau``; those of files loaded together
                included. Codes of a table not in it are not checked.
        """
        own = {name: table for name, table in _REFERENCES.items() if name in self.columns}
        if "successor_code" in self.columns and self.kind not in REGISTERS:
            own["successor_code"] = "bureau" if self.kind == RowKind.SUCCESSION else "project"
        codes = [(number, {name: getattr(row, name) for name in own}) for number, row in self.numbered]
        codes += [(number, {name: str(given.get(name, "")).strip() or None for name in own}) for number, given in self.faulty]
        for name, table in own.items():
            if table in codes_of and not codes_of[table]:
                self._list_missing(name, table, [(number, named[name]) for number, named in codes if named[name] is not None])
        for number, named in codes:
            for name, table in own.items():
                code = named[name]
                if code is not None and codes_of.get(table) and code not in codes_of[table]:
                    expected = Message("code_known", what=LISTS[table].code_of)
                    remedy = Message("remedy_code_or_load", file=LISTS[table].file)
                    self.add_problem("unknown_code", f"{name}={code}", expected, remedy, row=number, column=name)

    def _list_missing(self, name: str, table: str, codes: list[tuple[int, Any]]) -> None:
        """Report once, at the first of its rows, that the list referenced by a column is not loaded."""
        if not codes:
            return
        number, code = codes[0]
        more = f" (+{len(codes) - 1})" if len(codes) > 1 else ""
        missing = Message("list_not_loaded", file=LISTS[table].file, count=len(codes))
        remedy = Message("remedy_load_first", file=LISTS[table].file)
        self.add_problem("unknown_code", f"{name}={code}{more}", missing, remedy, row=number, column=name)

    def find_ends(self, store: Store) -> None:
        """Add a problem for each fault of a register row's end."""
        if self.kind not in REGISTERS:
            return
        (key,) = REGISTERS[self.kind].key
        numbers = {getattr(row, key): number for number, row in self.numbered}
        rows = {getattr(row, key): vars(row) for _, row in self.numbered}
        for code, fault in find_faults(store, self.kind, rows):
            column = next(name for name in (fault.column, "ended_on", key) if name in self.columns)
            what = of_column(f"{code} {fault.column}", fault.found)
            self.add_problem(fault.kind, what, fault.expected, fault.remedy, row=numbers[code], column=column)

    def report(self, *, accepted: int = 0, is_repeat: bool = False) -> LoadReport:
        """Return the report of this file."""
        rows = len(self.numbered) + len(self.faulty)
        return LoadReport(
            file=self.name,
            sha256=self.sha256,
            rows=rows,
            accepted=accepted,
            problems=self.problems,
            is_repeat=is_repeat,
            kind=LISTS[self.kind].file if self.kind in LISTS else self.kind,
        )


def _kind_of_file(file: str) -> str:
    """Return the kind of a file's rows; any other name stays unchanged."""
    return LIST_OF_FILE[file].kind.value if file in LIST_OF_FILE else file


def _nearest(header: Sequence[str]) -> str | None:
    """Return the kind of list that shares most columns with a file, where it shares more than differ."""
    columns = set(header)

    def fit(kind: str) -> int:
        fields = in_languages(ROWS[kind], header).model_fields
        required = {name for name, field in fields.items() if field.is_required()}
        return len(columns & set(fields)) - len(columns - set(fields)) - len(required - columns)

    kind = max(ROWS, key=fit)
    return kind if fit(kind) > 0 else None


def _kind_of(name: str, header: Sequence[str]) -> str:
    """Detect a list by its name, else by its columns; if several kinds match, observations, else the closest."""
    columns, own = set(header), _kind_of_file(Path(name).stem.lower() + ".csv")
    if own in ROWS:
        return own
    # Optional columns may be missing here too.
    fits = [
        (len(set(model.model_fields) - columns), LISTS[kind].file, kind)
        for kind, model in ((kind, in_languages(model, header)) for kind, model in ROWS.items())
        if columns <= set(model.model_fields) and {n for n, f in model.model_fields.items() if f.is_required()} <= columns
    ]
    if not fits:
        return own
    missing, _, closest = min(fits)
    observed = RowKind.OBSERVATION.value
    return observed if missing and any(kind == observed for *_, kind in fits) else closest
