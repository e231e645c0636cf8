"""a director: who reads where everything stands, and decides, without a hand in any report"""

from alembic import op

revision = "0027"
down_revision = "0026"

ROLES = "role IN ('section','bureau_manager','bureau_approver','reform_office','director','administrator')"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("user_role") as batch:  # no other table refers to it
        batch.drop_constraint("role_known", type_="check")
        batch.create_check_constraint("role_known", ROLES)
