"""a workbook may be filled with what a report on its way says"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Apply."""
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("issued_template", sa.Column("filled_json", text, nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    op.drop_column("issued_template", "filled_json")
