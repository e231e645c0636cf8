"""sign-ins that were ended before their time, so that a cookie kept elsewhere is refused by every process"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ended_sign_in",
        sa.Column("sign_in_id", sa.String(), primary_key=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("ended_sign_in")
