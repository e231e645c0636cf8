"""A data file that was read: its rows where they are sound, and every problem at its place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kpis.settings import settings
from kpis.store.store import Store
from kpis.store.vintages import REGISTER_FILES
from loaders.files.endings import find_faults
from loaders.files.guard import check_bytes
from loaders.files.layouts import read_placed, recognise
from loaders.files.problems import LoadReport, Problem
from loaders.files.sheets import column_letters, split_address
from loaders.files.table import header_of, read_rows, read_table, written_rows
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES, Row

KINDS: dict[str, type[Row]] = {**CATALOGUE_FILES, **OFFICIAL_FILES}
# The natural key of each kind: two rows with one key in a file are a problem, not a choice for us to make.
_KEYS: dict[str, tuple[str, ...]] = {
    "sources.csv": ("source_code",), "bureaus.csv": ("bureau_code",), "projects.csv": ("project_code",),
    "strategy_versions.csv": ("version_code",),
    "indicators.csv": ("indicator_code",), "milestones.csv": ("milestone_code",),
    "procedures.csv": ("procedure_code",), "facilities.csv": ("facility_code",),
    "successions.csv": ("predecessor_code", "successor_code", "relation"),
    "project_versions.csv": ("project_code", "strategy_version"),
    "baselines.csv": ("indicator_code", "bureau_code"),
    "targets.csv": ("indicator_code", "bureau_code", "period_code", "set_order"),
    "observations.csv": ("indicator_code", "bureau_code", "period_code", "reason_class", "reason_text"),
    "calendar.csv": ("period_code",),
}  # fmt: skip
_REFERENCES = {
    "bureau_code": "bureau", "parent_code": "bureau", "predecessor_code": "bureau", "scope_code": "bureau",
    "indicator_code": "indicator", "replaced_by_code": "indicator", "paired_with_code": "indicator", "sibling_code": "indicator",
    "project_code": "project", "source_code": "source", "goal_source_code": "source", "supersedes_code": "milestone",
    "strategy_version": "version",
}  # fmt: skip
OWNERS = {"bureaus.csv": "bureau", "indicators.csv": "indicator", "projects.csv": "project", "sources.csv": "source",
           "milestones.csv": "milestone", "strategy_versions.csv": "version"}  # fmt: skip


class Prepared:
    """A file that was read: its report so far, and its rows where there is no problem."""

    def __init__(
        self,
        name: str,
        content: bytes,
        kind: str | None,
        *,
        bureaus: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> None:
        """Read a file.

        Args:
            name: of the file.
            content: its bytes.
            kind: what it holds, as ``observations.csv``; read from its columns where left out.
            bureaus: name of an organisation unit → code, for files that name units instead of coding them.
            max_bytes: the largest size accepted; that of an upload where left out.
        """
        self.name, self.content = name, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.kind = kind or ""
        self.numbered: list[tuple[int, Row]] = []
        self.faulty: list[tuple[int, dict[str, Any]]] = []  # rows with a problem, as written: their codes are checked as well
        self.sheet, self.columns = "", dict[str, int]()
        self.units: dict[tuple[int, str], str] = {}  # (row, column) of numbers written with their unit, and the unit
        self.problems: list[Problem] = check_bytes(content, max_bytes=max_bytes or settings().max_upload_bytes)
        if self.problems:
            return
        table, unreadable = read_table(content)
        self.problems = unreadable
        if table is None:
            return
        self.sheet = table[0]
        if placed := None if kind else recognise(table, settings().layouts_dir):
            self.kind = "procedures.csv"
            self.numbered, problems, self.columns = read_placed(table, placed, bureaus=bureaus or {})
            used = {column_letters(table[2] + at) for at in placed.places.values()}
            self.problems = [p for p in unreadable if split_address(p.cell)[0] in used] + problems
            self._find_duplicates()
            return
        header = header_of(table)
        self.columns = {name: table[2] + i for i, name in enumerate(header)}
        self.kind = kind or _kind_of(name, header)
        if self.kind not in KINDS:
            self.problems = [
                Problem("header", ", ".join(header[:8]), "data/README.md にある列の組", "the columns of a file in data/README.md",
                        "列名を直すか、--kind で種類を指定してください", "Correct the column names, or name the kind with --kind")
            ]  # fmt: skip
            return
        self.numbered, problems = read_rows(table, KINDS[self.kind], units=self.units)
        at_cells = {p.cell for p in unreadable}
        self.problems = [*unreadable, *(p for p in problems if not p.cell or p.cell not in at_cells)]
        if self.problems:
            sound = {number for number, _ in self.numbered}
            self.faulty = [(number, given) for number, given in written_rows(table) if number not in sound]
        self._find_duplicates()

    @property
    def errors(self) -> list[Problem]:
        """Return the problems that keep the file out; warnings do not."""
        return [p for p in self.problems if p.grade == "error"]

    @property
    def rows(self) -> list[Row]:
        """Return the validated rows in file order."""
        return [row for _, row in self.numbered]

    def _find_duplicates(self) -> None:
        seen: dict[tuple[object, ...], int] = {}
        fields = _KEYS.get(self.kind)
        for number, row in self.numbered if fields else ():
            key = tuple(getattr(row, name) for name in fields or ())
            if key in seen:
                self.problems.append(
                    Problem("duplicate", " ".join(map(str, key)), f"{seen[key]}行目と異なるキー", f"a key other than that of row {seen[key]}",
                            "どちらかの行を除いてください", "Remove one of the two rows", sheet=self.sheet, row=number)
                )  # fmt: skip
            seen.setdefault(key, number)

    @property
    def written_codes(self) -> set[str]:
        """Return the codes of the file's own rows, sound or faulty: a faulty row makes no other row's code unknown."""
        name = f"{OWNERS[self.kind]}_code"
        return {str(getattr(row, name)) for _, row in self.numbered} | {
            str(given.get(name, "")).strip() for _, given in self.faulty
        }

    def find_unknown(self, known: Mapping[str, set[str]]) -> None:
        """Add a problem for each code that names nothing known.

        Args:
            known: codes by ``bureau``, ``indicator``, ``project``, ``source``, ``milestone``; those of files stored together
                included. A table that is not in it cannot be told, and nothing is said of its codes.
        """
        own = {name: table for name, table in _REFERENCES.items() if name in self.columns}
        if "successor_code" in self.columns and self.kind not in REGISTER_FILES:
            own["successor_code"] = "bureau" if self.kind == "successions.csv" else "project"
        codes = [(number, {name: getattr(row, name) for name in own}) for number, row in self.numbered]
        codes += [(number, {name: str(given.get(name, "")).strip() or None for name in own}) for number, given in self.faulty]
        for number, named in codes:
            for name, table in own.items():
                code = named[name]
                if code is not None and table in known and code not in known[table]:
                    self.problems.append(
                        Problem("unknown_code", f"{name}={code}", f"登録済みの {table} のコード", f"the code of a known {table}",
                                "コードを直すか、先に登録してください", "Correct the code, or register it first",
                                sheet=self.sheet, cell=f"{column_letters(self.columns[name])}{number}", row=number)
                    )  # fmt: skip

    def find_ends(self, store: Store) -> None:
        """Add a problem for each thing that a row of a register says of its end and that cannot be."""
        if self.kind not in REGISTER_FILES:
            return
        key = _KEYS[self.kind][0]
        numbers = {getattr(row, key): number for number, row in self.numbered}
        rows = {getattr(row, key): vars(row) for _, row in self.numbered}
        for code, fault in find_faults(store, self.kind, rows):
            column = self.columns.get(fault.column) or self.columns.get("ended_on") or self.columns[key]
            self.problems.append(
                Problem(fault.kind, f"{code} {fault.column}={fault.found}", *fault.expected, *fault.remedy, sheet=self.sheet,
                        cell=f"{column_letters(column)}{numbers[code]}", row=numbers[code])
            )  # fmt: skip

    def report(self, *, accepted: int = 0, is_repeat: bool = False) -> LoadReport:
        """Return the report of this file."""
        rows = len(self.numbered) + len(self.faulty)
        return LoadReport(self.name, self.sha256, rows, accepted, self.problems, is_repeat, self.kind)


def _kind_of(name: str, header: Sequence[str]) -> str:
    """Tell a list by its name, else by its columns; where several kinds have them, it is one of observations, else the closest."""
    columns, own = set(header), Path(name).stem.lower() + ".csv"
    if own in KINDS:
        return own
    # Columns that may be left out may be left out here as well.
    fits = [
        (len(set(model.model_fields) - columns), kind)
        for kind, model in KINDS.items()
        if columns <= set(model.model_fields) and {n for n, f in model.model_fields.items() if f.is_required()} <= columns
    ]
    if not fits:
        return own
    missing, closest = min(fits)
    return "observations.csv" if missing and any(kind == "observations.csv" for _, kind in fits) else closest
