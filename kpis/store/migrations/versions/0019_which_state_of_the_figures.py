"""which state of the figures: the mark of their latest change, so that a draft or a person empties no page's cache"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NAMES = ("figures_mark", "figures_right_at")


def upgrade() -> None:
    """Apply."""
    for name in NAMES:
        op.add_column("data_revision", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE data_revision SET figures_mark = mark, figures_right_at = mark")


def downgrade() -> None:
    """Undo."""
    for name in NAMES:
        op.drop_column("data_revision", name)
