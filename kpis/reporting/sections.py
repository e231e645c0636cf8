"""Assignment of rows to the sections of a bureau's catalogue, and the rows that a section may report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select as sql_select
from sqlmodel import Session

from kpis.declared import Row
from kpis.errors import NotAllowed
from kpis.government import government
from kpis.government_files import SectionFields
from kpis.registers import REGISTERS
from kpis.reporting.comparison import OBSERVATIONS, ReportedRow
from kpis.store.fields import of_codes
from kpis.store.tables import table_of


def holds(section: SectionFields, kind: str, key: tuple[str, ...], values: Mapping[str, Any]) -> bool:
    """Return whether a row belongs to a section.

    Args:
        kind: ``observation``, or the name of a register.
        values: stored ones, for its indicator or project.
    """
    sheet = "observations" if kind == OBSERVATIONS else REGISTERS[kind].sheet
    indicator, project = (str(values.get(name) or "") for name in ("indicator_code", "project_code"))
    return section.holds(sheet=sheet, code=key[0], indicator=indicator, project=project)


def refuse_rows_of_others(session: Session, reach: Collection[str], rows: Sequence[ReportedRow]) -> None:
    """Refuse rows outside these sections; new register rows may come from any section.

    Raises:
        NotAllowed: naming the row.
    """
    own, new = own_keys(session, reach, rows)
    for row in rows:
        if (row.kind, row.key) not in own | new:
            raise NotAllowed("not_of_section", sheet=row.sheet, row=row.row, key=" ".join(row.key))


Keys = set[tuple[str, tuple[str, ...]]]


def own_keys(session: Session, reach: Collection[str], rows: Sequence[ReportedRow]) -> tuple[Keys, Keys]:
    """Return the keys that belong to these sections by the catalogue, and those new in a register and not yet assigned."""
    sections = [section for code, section in government().sections.items() if code in reach]
    own: Keys = set()
    new: Keys = set()
    for kind in dict.fromkeys(row.kind for row in rows):
        listed = [row for row in rows if row.kind == kind]
        stored = {} if kind == OBSERVATIONS else _stored(session, kind, [row.key[0] for row in listed])
        for row in listed:
            if any(holds(section, kind, row.key, stored.get(row.key[0], row.fields)) for section in sections):
                own.add((kind, row.key))
            elif kind != OBSERVATIONS and row.key[0] not in stored:
                new.add((kind, row.key))
    return own, new


def _stored(session: Session, kind: str, codes: Sequence[str]) -> dict[str, Row]:
    table = table_of(REGISTERS[kind].table)
    (key,) = table.primary_key.columns
    about = [table.c[name] for name in ("indicator_code", "project_code") if name in table.c]
    return {
        row._mapping[key.name]: dict(row._mapping)
        for rows in of_codes(session, sql_select(key, *about), key, codes)
        for row in rows
    }  # fmt: skip
