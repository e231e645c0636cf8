"""editions are intended before they are shown and signed; every move of the pointer is a row; nothing is stamped before the latest write"""

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

from kpis.store.append_only import statements, undone

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "signing_key",
        sa.Column("key_id", text(), primary_key=True),
        sa.Column("public_key", text(), nullable=False),
        sa.Column("first_edition", sa.Integer(), nullable=False),
        sa.Column("first_pointer", sa.Integer(), nullable=False, unique=True),
        sa.Column("introduced_at", text(), nullable=False),
        sa.Column("follows", text(), nullable=False),
        sa.Column("signature", text(), nullable=False),
        sa.Column("signature_before", text(), nullable=False),
    )
    op.create_table(
        "edition_pointer",
        sa.Column("sequence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("edition", sa.Integer(), sa.ForeignKey("publication.edition"), nullable=False),
        sa.Column("document", text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(), nullable=False),
        sa.Column("moved_by", text(), nullable=False),
    )
    op.add_column("publication", sa.Column("signature", text(), nullable=False, server_default=""))
    op.add_column("publication", sa.Column("first_shown_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE publication SET first_shown_at = published_at")
    op.add_column("data_revision", sa.Column("stamped_at", sa.DateTime(), nullable=True))
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


def downgrade() -> None:
    """Undo."""
    op.drop_column("data_revision", "stamped_at")
    for statement in undone("edition_pointer", dialect=op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_column("publication", "first_shown_at")
    op.drop_column("publication", "signature")
    op.drop_table("edition_pointer")
    op.drop_table("signing_key")
