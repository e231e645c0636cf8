"""which state of the data: a mark that no other state has, whatever its number; instants of reports without a zone on PostgreSQL too"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, texts

revision = "0017"
down_revision = "0016"

# Made with a zone by 0001, while every model, and SQLite, holds UTC without one.
INSTANTS = ("submitted_at", "decided_at")


def upgrade() -> None:
    """Apply."""
    add("data_revision", *texts("mark", default=""))
    op.execute(sa.text("UPDATE data_revision SET mark = :mark").bindparams(mark=secrets.token_hex(8)))
    if op.get_bind().dialect.name == "postgresql":
        for name in INSTANTS:
            op.alter_column(
                "submission", name, type_=sa.DateTime(), existing_nullable=True, postgresql_using=f"{name} AT TIME ZONE 'UTC'"
            )
