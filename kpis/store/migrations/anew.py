"""Changes the declaration of a table of SQLite in place, as released migrations do (0014).

A later migration uses ``batch_alter_table``: since ``kpis.store.upgrade`` switches SQLite's check of references off while it
migrates, a table to which rows refer can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op


def declare_anew(table: str, changed: Mapping[str, str]) -> None:
    """Change how a table of SQLite is declared, without making it anew (SQLite, ALTER TABLE, section 7).

    Args:
        changed: a part of the declaration, with single spaces and none inside brackets → what takes its place.
    """
    connection = op.get_bind()
    statement = connection.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :n"), {"n": table}
    ).scalar_one()
    declared = " ".join(statement.split()).replace("( ", "(").replace(" )", ")")
    for old, new in changed.items():
        declared = declared.replace(old, new)
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(sa.text("UPDATE sqlite_master SET sql = :s WHERE type = 'table' AND name = :n"), {"s": declared, "n": table})
    connection.execute(sa.text(f"PRAGMA schema_version = {int(version) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))
