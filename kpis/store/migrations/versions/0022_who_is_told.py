"""who is told of what: the outbox, what each person chose, webhooks, statuses told last; the day announced for a period's figures"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0022"
down_revision = "0021"

OCCASIONS = "'due_in_14','due_in_3','overdue','submitted','returned','approved','published','status_turned','action_due'"
STATES = "'waiting','claimed','sending','sent','failed','unknown','unwanted','withheld','expired'"


def upgrade() -> None:
    """Apply."""
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("reporting_period", sa.Column("publishes_on", sa.Date(), nullable=True))
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("occasion", "subject", "reader", "bureau_code", "facts_json", "state")),
        *(sa.Column(name, sa.DateTime(), nullable=False) for name in ("created_at", "next_try_at", "expires_at")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", text, nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("message_id", text, nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", text, nullable=False),
        sa.CheckConstraint(f"occasion IN ({OCCASIONS})", name="occasion_known"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state_known"),
        sa.CheckConstraint("attempts >= 0", name="attempts_count_from_nought"),
        sa.UniqueConstraint("occasion", "subject", "reader", name="told_once"),
    )
    op.create_index("notice_waiting", "notice", ["state", "next_try_at"])
    op.create_table(
        "notice_choice",
        sa.Column("email", sa.Text(), sa.ForeignKey("user_account.email"), primary_key=True),
        sa.Column("occasion", text, primary_key=True),
        sa.Column("how_often", text, nullable=False),
        sa.CheckConstraint(f"occasion IN ({OCCASIONS})", name="occasion_known"),
        sa.CheckConstraint("how_often IN ('at_once','daily','none')", name="how_often_known"),
    )
    op.create_table(
        "notice_reader",
        sa.Column("email", sa.Text(), sa.ForeignKey("user_account.email"), primary_key=True),
        sa.Column("language", text, nullable=False),
        sa.Column("calendar_sha256", text, nullable=False),
    )
    op.create_index("ix_notice_reader_calendar_sha256", "notice_reader", ["calendar_sha256"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("kind", "name", "address")),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=True),
        sa.Column("language", text, nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_internal", "is_active")),
        sa.Column("set_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('teams','slack','mattermost')", name="kind_known"),
        sa.CheckConstraint("address <> ''", name="a_webhook_has_an_address"),
    )
    op.create_table(
        "told_status",
        *(sa.Column(name, text, primary_key=True) for name in ("indicator_code", "unit_code")),
        sa.Column("status", text, nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for name in ("told_status", "webhook", "notice_reader", "notice_choice", "notice"):
        op.drop_table(name)
    op.drop_column("reporting_period", "publishes_on")
