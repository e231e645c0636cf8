"""a report keeps how many figures were asked and which stay open; a warning keeps the rule that raised it"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.add_column("submission", sa.Column("asked_count", sa.Integer(), nullable=True))
    op.add_column("submission", sa.Column("open_json", sa.String(), nullable=False, server_default=""))
    op.add_column("submission_warning", sa.Column("rule", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    op.drop_column("submission_warning", "rule")
    op.drop_column("submission", "open_json")
    op.drop_column("submission", "asked_count")
