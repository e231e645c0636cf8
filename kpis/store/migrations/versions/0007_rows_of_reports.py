"""rows of reports: a row keeps its columns' letters and what the bureau changed, not every cell's address and value twice"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ROWS = sa.table("submission_row", sa.column("id"), sa.column("row_kind"), sa.column("row_key"), sa.column("fields_json"))


def upgrade() -> None:
    """Apply."""
    _rewrite(lambda said, row: _shorter(said))


def downgrade() -> None:
    """Undo."""
    _rewrite(_longer)


def _rewrite(change: Callable[[dict[str, Any], Any], dict[str, Any]]) -> None:
    connection = op.get_bind()
    numbers = [number for (number,) in connection.execute(sa.select(_ROWS.c.id).order_by(_ROWS.c.id))]
    for start in range(0, len(numbers), 500):
        chosen = _ROWS.c.id.in_(numbers[start : start + 500])
        for row in connection.execute(sa.select(_ROWS).where(chosen)).all():
            text = json.dumps(change(json.loads(row.fields_json), row), ensure_ascii=False)
            connection.execute(sa.update(_ROWS).where(_ROWS.c.id == row.id).values(fields_json=text))


def _shorter(said: dict[str, Any]) -> dict[str, Any]:
    fields, issued = ({name: _undated(value) for name, value in said[part].items()} for part in ("fields", "issued"))
    changed = {name: issued.get(name) for name, value in fields.items() if value != issued.get(name)}
    columns = {name: re.sub(r"\d+$", "", cell) for name, cell in said["cells"].items()}
    return {
        "fields": fields, "changed_from": changed if issued else None, "vintage": said["issued_vintage"], "row": said["row"],
        "columns": columns,
    }  # fmt: skip


def _undated(value: Any) -> Any:
    return value["day"] if isinstance(value, dict) else value


def _longer(said: dict[str, Any], row: Any) -> dict[str, Any]:
    days = {"procedures.csv": ("digitised_date", "planned_for"), "facilities.csv": ("cashless_since", "planned_for"),
            "milestones.csv": ("planned_start", "planned_end", "replanned_end", "actual_end")}.get(row.row_kind, ())  # fmt: skip

    def dated(values: dict[str, Any]) -> dict[str, Any]:
        return {name: {"day": value} if name in days and value else value for name, value in values.items()}

    issued = {} if said["changed_from"] is None else {**said["fields"], **said["changed_from"]}
    return {
        "key": json.loads(row.row_key), "fields": dated(said["fields"]), "row": said["row"], "issued_vintage": said["vintage"],
        "cells": {name: f"{letters}{said['row']}" for name, letters in said["columns"].items() if letters}, "issued": dated(issued),
    }  # fmt: skip
