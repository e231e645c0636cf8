"""Translated texts: one row of ``translation`` each, joined to their row when it is read.

Only this module knows both forms. Rows read through it have their texts as columns ``name_ja``, ``name_en``
and one for any other language in which a row of the table has that text; rows stored through it store their texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Result, Text, bindparam, column, delete, insert, literal, select, table, union_all
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, SQLModel

from kpis.declared import ALWAYS, Row, declared, text_column, translated
from kpis.registers import LISTS
from kpis.seen import doing
from kpis.store import tables
from kpis.store.fields import key_columns
from kpis.store.register_history import said_before
from kpis.store.tables import table_of

_Row = Mapping[str, Any]
_TEXTS = table_of(tables.Translation)


def with_texts(session: Session, model: type[SQLModel], result: Result[Any], *, known_at: datetime | None = None) -> Iterator[Row]:
    """Yield rows of a table with their texts, columns in declaration order.

    Args:
        result: rows of the table, with at least the key columns.
        known_at: for a register, the state of knowledge (instant, UTC); ``None`` means as known now.
    """
    columns = tuple(result.keys())
    rows = (dict(zip(columns, row, strict=True)) for row in doing.counted(result))
    if not translated(model):
        yield from rows
        return
    query = select(_TEXTS.c.row_key, _TEXTS.c.field, _TEXTS.c.language, _TEXTS.c.text).where(
        _TEXTS.c.table_name == table_of(model).name
    )
    texts: dict[str, dict[str, str]] = {}
    further_texts: dict[tuple[str, str], str] = {}
    for key, field, language, text in session.execute(query):
        name = further_texts.setdefault((field, language), f"{field}_{language}")
        texts.setdefault(key, {})[name] = text
    for key, before in said_before(session, model, known_at).items():
        past = {name: value for name, value in before.items() if text_column(model, name)}
        texts[key] = {**texts.get(key, {}), **past}
        further_texts |= {text_name: name for name in past if (text_name := text_column(model, name))}
    own_columns = _columns(model, further_texts)
    order = between(own_columns, (name for name in declared(model) if name in columns or name in own_columns))
    nothing = {name: "" for name in order if text_column(model, name)}
    for row in rows:
        own = {**row, **nothing, **texts.get(_key(model, row), nothing)}
        yield {name: own[name] for name in order}


def text_columns(session: Session, model: type[SQLModel]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each text of a table: ``name`` → ``name_ja``, ``name_en`` and those of other stored languages."""
    query = select(_TEXTS.c.field, _TEXTS.c.language).where(_TEXTS.c.table_name == table_of(model).name).distinct()
    return _columns(model, [(field, language) for field, language in session.execute(query)])


def between(columns: Mapping[str, Sequence[str]], names: Iterable[str]) -> list[str]:
    """Return column names, with the columns of each text (``text_columns``) in its place."""
    return [own for name in names for own in columns.get(name, (name,))]


def further(model: type[SQLModel], row: _Row) -> dict[str, str]:
    """Return the texts of a row in further languages, beyond those of every row: column → text."""
    texts = ((name, text, text_column(model, name)) for name, text in row.items())
    return {name: text for name, text, place in texts if place and place[1] not in ALWAYS and text}


def put(session: Session, model: type[SQLModel], rows: Iterable[_Row]) -> None:
    """Store the text columns of rows; a blank deletes a text, a missing column leaves it unchanged."""
    if texts := _said(model, rows):
        own = (key == bindparam(f"own_{key.name}") for key in _TEXTS.primary_key.columns)
        gone = [{f"own_{name}": value for name, value in row.items()} for row in texts]
        session.connection().execute(delete(_TEXTS).where(*own), gone)
        _add(session, texts)


def add(session: Session, model: type[SQLModel], rows: Iterable[_Row]) -> None:
    """Insert the texts of new rows."""
    _add(session, _said(model, rows))


def _add(session: Session, texts: Iterable[dict[str, str]]) -> None:
    if filled := [row for row in texts if row["text"]]:
        session.execute(insert(_TEXTS), filled)


def _said(model: type[SQLModel], rows: Iterable[_Row]) -> list[dict[str, str]]:
    return [
        {"table_name": table_of(model).name, "row_key": _key(model, row), "field": place[0], "language": place[1], "text": value}
        for row in rows
        for name, value in row.items()
        if (place := text_column(model, name))
    ]


def clear(session: Session, model: type[SQLModel]) -> None:
    """Delete every text of a table whose rows are replaced whole."""
    session.execute(delete(_TEXTS).where(_TEXTS.c.table_name == table_of(model).name))


def stored(model: type[SQLModel], row: _Row) -> Row:
    """Return a row without its texts: only the columns of its table."""
    columns = table_of(model).c
    return {name: value for name, value in row.items() if name in columns}


def of_pairs(codes_of: Mapping[str, set[str]]) -> str:
    """Return a query for the rows of ``translation`` in an older edition, whose tables have a column per language.

    Args:
        codes_of: the columns of each of its tables.
    """
    parts = []
    for listed in LISTS.values():
        name, (first, *others) = table_of(listed.table).name, key_columns(listed.table) or ("id",)
        row_key: ColumnElement[str] = column(first, Text)
        for other in others:
            row_key = row_key.concat(" ").concat(column(other, Text))
        for own in sorted(codes_of.get(name, ())):
            if place := text_column(listed.table, own):
                selected = (literal(name, Text), row_key, *(literal(part, Text) for part in place), column(own, Text))
                named = (value.label(c.name) for value, c in zip(selected, _TEXTS.c, strict=True))
                parts.append(select(*named).select_from(table(name, schema="main")).where(column(own) != ""))
    return str(union_all(*parts).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})) if parts else ""


def _columns(model: type[SQLModel], pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    others = sorted(pairs)
    return {
        field: tuple(
            f"{field}_{own}" for own in dict.fromkeys((*ALWAYS, *(language for name, language in others if name == field)))
        )
        for field in translated(model)
    }


def _key(model: type[SQLModel], row: _Row) -> str:
    return " ".join(str(row[name]) for name in key_columns(model))
