"""a question of the office, its answers and their return are told"""

from alembic import op

revision = "0028"
down_revision = "0027"

KNOWN = (
    "'due_in_14','due_in_3','overdue','submitted','returned','approved','published','status_turned','action_due',"
    "'question_opened','answer_submitted','answer_returned'"
)


def upgrade() -> None:
    """Apply."""
    for table in ("notice", "notice_choice"):  # no other table refers to them
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint("occasion_known", type_="check")
            batch.create_check_constraint("occasion_known", f"occasion IN ({KNOWN})")
