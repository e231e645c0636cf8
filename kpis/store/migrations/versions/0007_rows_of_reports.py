"""rows of reports: a row keeps its columns' letters and what the bureau changed, not every cell's address and value twice"""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ROWS = sa.table("submission_row", sa.column("id"), sa.column("fields_json"))


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    numbers = [number for (number,) in connection.execute(sa.select(_ROWS.c.id).order_by(_ROWS.c.id))]
    for start in range(0, len(numbers), 500):
        chosen = _ROWS.c.id.in_(numbers[start : start + 500])
        for row in connection.execute(sa.select(_ROWS).where(chosen)).all():
            text = json.dumps(_shorter(json.loads(row.fields_json)), ensure_ascii=False)
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
