"""Translated names and definitions."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import CheckConstraint

from kpis.store.fields import KEY, TableRow


class Translation(TableRow, table=True):
    """One text of one row in one language; blank texts are not stored.

    ``row_key`` is the key of the row in ``table_name``, its columns separated by a space: a foreign key can only refer to one
    table, so texts are written and deleted with their row (``kpis.store.translations``), and nowhere else.
    """

    __table_args__ = (CheckConstraint("text <> ''", name="says_something"),)
    table_name: Annotated[str, KEY]
    row_key: Annotated[str, KEY]
    field: Annotated[str, KEY]
    language: Annotated[str, KEY]
    text: str
