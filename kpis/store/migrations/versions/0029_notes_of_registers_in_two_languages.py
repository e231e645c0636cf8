"""the notes of procedures, facilities and milestones in Japanese and English, as those of figures are"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, texts

revision = "0029"
down_revision = "0028"

REGISTERS = ("procedure", "facility", "milestone")
SHEETS = ("procedures", "facilities", "milestones")
OLD, NEW = "note", "note_ja"
_Said = Any


def upgrade() -> None:
    """Apply: what stood in ``note`` is what bureaus wrote, in Japanese; a list that says it in English too is loaded again."""
    for table in REGISTERS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {OLD} TO {NEW}")
        add(table, *texts("note_en", default=""))
    _rename()


def _rename() -> None:
    """Call the column by its new name wherever a row, a change of one or a cell of a report is kept as JSON."""

    def of_row(said: _Said) -> _Said:
        return {NEW if name == OLD else name: value for name, value in said.items()}

    def of_parts(*parts: str) -> Callable[[_Said], _Said]:
        return lambda said: {key: of_row(value) if key in parts and value else value for key, value in said.items()}

    def of_filled(said: _Said) -> _Said:
        return [[key, of_row(row) if key[0] in SHEETS else row] for key, row in said]

    for column in ("before_json", "after_json"):
        _rewrite("register_change", "id", column, of_row, kind="register_name")
    _rewrite("submission_row", "id", "fields_json", of_parts("fields", "changed_from", "columns", "readings"), kind="row_kind")
    _rewrite("submission_row", "id", "claims_json", of_parts("cells"), kind="row_kind")
    _rewrite("submission_row", "id", "choices_json", of_row, kind="row_kind")
    _rewrite("issued_template", "template_id", "filled_json", of_filled)
    comments = sa.table("review_comment", sa.column("row_kind"), sa.column("column_name"))
    own = comments.c.row_kind.in_(REGISTERS)
    op.execute(sa.update(comments).where(own, comments.c.column_name == OLD).values(column_name=NEW))


def _rewrite(table_name: str, key: str, column: str, change: Callable[[_Said], _Said], *, kind: str = "") -> None:
    names = [key, column, *([kind] if kind else [])]
    table = sa.table(table_name, *(sa.column(name) for name in names))
    connection, told = op.get_bind(), table.c[column]
    wanted = told.like("%note%")
    if kind:
        wanted = sa.and_(wanted, table.c[kind].in_(REGISTERS))
    keys = [each for (each,) in connection.execute(sa.select(table.c[key]).where(wanted).order_by(table.c[key]))]
    for start in range(0, len(keys), 500):
        chosen = table.c[key].in_(keys[start : start + 500])
        for row in connection.execute(sa.select(table.c[key], told).where(chosen)).all():
            text = json.dumps(change(json.loads(row[1])), ensure_ascii=False)
            connection.execute(sa.update(table).where(table.c[key] == row[0]).values({column: text}))
