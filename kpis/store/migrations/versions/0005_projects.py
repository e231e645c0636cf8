"""projects: an instance says of itself whether it is a sample"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.add_column("data_revision", sa.Column("is_sample", sa.Boolean(), nullable=False, server_default=sa.false()))
