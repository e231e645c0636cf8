"""a director: who reads where everything stands, and decides, without a hand in any report"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

BEFORE = "role IN ('section','bureau_manager','bureau_approver','reform_office','administrator')"
SINCE = "role IN ('section','bureau_manager','bureau_approver','reform_office','director','administrator')"


def upgrade() -> None:
    """Apply."""
    _declare(SINCE)


def downgrade() -> None:
    """Undo; directors have no role any more."""
    op.execute(sa.text("DELETE FROM user_role WHERE role = 'director'"))
    _declare(BEFORE)


def _declare(known: str) -> None:
    with op.batch_alter_table("user_role") as batch:  # no other table refers to it
        batch.drop_constraint("role_known", type_="check")
        batch.create_check_constraint("role_known", known)
