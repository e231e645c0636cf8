"""editions are intended before they are shown and signed; every move of the pointer is a row; nothing is stamped before the latest write"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kpis.store.append_only import statements
from kpis.store.migrations.columns import add, counted_key, instants, key, texts, whole_numbers

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "signing_key",
        *key("key_id"),
        *texts("public_key"),
        *whole_numbers("first_edition"),
        sa.Column("first_pointer", sa.Integer(), nullable=False, unique=True),
        *texts("introduced_at", "follows", "signature", "signature_before"),
    )
    op.create_table(
        "edition_pointer",
        *counted_key("sequence"),
        sa.Column("edition", sa.Integer(), sa.ForeignKey("publication.edition"), nullable=False),
        *texts("document"),
        *instants("moved_at"),
        *texts("moved_by"),
    )
    add("publication", *texts("signature", default=""), *instants("first_shown_at", optional=True))
    op.execute("UPDATE publication SET first_shown_at = published_at")
    add("data_revision", *instants("stamped_at", optional=True))
    _take_newest_instant()
    for statement in statements("edition_pointer", dialect=op.get_bind().dialect.name):
        op.execute(statement)


def _take_newest_instant() -> None:
    """Begin with the newest instant there is; what a clock ahead of its time left is named at the next publication."""
    now, newest = datetime.now(UTC).replace(tzinfo=None), None
    for name, column in (("audit_event", "occurred_at"), ("original_file", "received_at")):
        table = sa.table(name, sa.column(column, sa.DateTime))
        at = op.get_bind().execute(sa.select(sa.func.max(table.c[column])).where(table.c[column] <= now)).scalar()
        newest = max(filter(None, (newest, at)), default=None)
    revisions = sa.table("data_revision", sa.column("stamped_at", sa.DateTime))
    op.get_bind().execute(sa.update(revisions).values(stamped_at=newest))
