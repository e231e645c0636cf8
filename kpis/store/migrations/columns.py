"""The columns that migrations make, by what they hold, so that a table is a list of its columns and not of their types.

Released migrations call these: what a function returns for its arguments may not change.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

_Columns = list[sa.Column[Any]]


def _of_kind(kind: Any, *names: str, optional: bool = False, default: str | Literal[False] | None = None) -> _Columns:
    """Return columns of one kind; a default is what the rows of before get."""
    given = sa.false() if default is False else default
    return [sa.Column(name, kind, nullable=optional, server_default=given) for name in names]


texts = partial(_of_kind, AutoString())
flags = partial(_of_kind, sa.Boolean())
whole_numbers = partial(_of_kind, sa.Integer())
numbers = partial(_of_kind, sa.Float())
days = partial(_of_kind, sa.Date())
instants = partial(_of_kind, sa.DateTime())
codes = partial(_of_kind, sa.Text())  # of rows of other tables, where the references are named beside them


def row_number() -> sa.Column[int]:
    """Return the number by which a table without a code counts its rows."""
    return sa.Column("id", sa.Integer(), primary_key=True)


def key(*names: str) -> _Columns:
    """Return texts that are, or are part of, the primary key."""
    return [sa.Column(name, AutoString(), primary_key=True) for name in names]


def counted_key(*names: str) -> _Columns:
    """Return numbers that are part of the primary key, and not given by the database."""
    return [sa.Column(name, sa.Integer(), primary_key=True, autoincrement=False) for name in names]


def refers(*to: str, **more: bool) -> _Columns:
    """Return codes of rows of other tables, each named as the column it refers to, as ``bureau.bureau_code``."""
    return [column for each in to for column in refers_as(each, each.partition(".")[2], **more)]


def refers_as(to: str, *names: str, optional: bool = False, is_key: bool = False) -> _Columns:
    """Return codes of rows of one other table, under names of their own."""
    return [sa.Column(name, sa.Text(), sa.ForeignKey(to), nullable=optional, primary_key=is_key) for name in names]


persons = partial(refers_as, "user_account.email")


def of_report(**more: Any) -> sa.Column[int]:
    """Return the number of the report that a row belongs to; ``more`` as for ``sa.Column``."""
    return sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), **{"nullable": False, **more})


def one_of(column: str, words: str, *, optional: bool = False) -> sa.CheckConstraint:
    """Return the rule that a text is one of these words, written with commas between: ``lead,member``."""
    blank = f"{column} IS NULL OR " if optional else ""
    quoted = ",".join(f"'{word}'" for word in words.split(","))
    return sa.CheckConstraint(f"{blank}{column} IN ({quoted})", name=f"{column}_known")


def add(table: str, *columns: sa.Column[Any]) -> None:
    """Add columns to a table."""
    for column in columns:
        op.add_column(table, column)
