"""an indicator says what its figures can be, how long its results take to be published, and which other states the same fact"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

COLUMNS = ("publication_lag_days", "minimum_value", "maximum_value", "sibling_code")


def upgrade() -> None:
    """Apply."""
    op.add_column("indicator", sa.Column("publication_lag_days", sa.Integer(), nullable=False, server_default="92"))
    op.add_column("indicator", sa.Column("minimum_value", sa.Float(), nullable=True))
    op.add_column("indicator", sa.Column("maximum_value", sa.Float(), nullable=True))
    op.add_column("indicator", sa.Column("sibling_code", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo."""
    for column in COLUMNS:
        op.drop_column("indicator", column)
