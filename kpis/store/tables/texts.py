"""Names and definitions in every language they were written in."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from kpis.store.fields import KEY


class Translation(SQLModel, table=True):
    """One text of one row in one language; a blank one is left out.

    ``row_key`` is the key of the row in ``table_name``, its columns with a space between them: a foreign key can only name one
    table, and so texts are written and taken out where their row is (``kpis.store.translations``), and nowhere else.
    """

    __table_args__ = (CheckConstraint("text <> ''", name="says_something"),)
    table_name: Annotated[str, KEY]
    row_key: Annotated[str, KEY]
    field: Annotated[str, KEY]
    language: Annotated[str, KEY]
    text: str
