"""who is told of what: the outbox, what each person chose, webhooks, statuses told last; the day announced for a period's figures"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import (
    add, days, flags, instants, key, one_of, persons, refers, row_number, texts, whole_numbers,
)

revision = "0022"
down_revision = "0021"

OCCASIONS = "'due_in_14','due_in_3','overdue','submitted','returned','approved','published','status_turned','action_due'"
STATES = "'waiting','claimed','sending','sent','failed','unknown','unwanted','withheld','expired'"


def upgrade() -> None:
    """Apply."""
    add("reporting_period", *days("publishes_on", optional=True))
    op.create_table(
        "notice",
        row_number(),
        *texts("occasion", "subject", "reader", "bureau_code", "facts_json", "state"),
        *instants("created_at", "next_try_at", "expires_at"),
        *whole_numbers("attempts"),
        *texts("claim"),
        *instants("claimed_until", optional=True),
        *texts("message_id"),
        *instants("settled_at", optional=True),
        *texts("last_error"),
        sa.CheckConstraint(f"occasion IN ({OCCASIONS})", name="occasion_known"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state_known"),
        sa.CheckConstraint("attempts >= 0", name="attempts_count_from_nought"),
        sa.UniqueConstraint("occasion", "subject", "reader", name="told_once"),
    )
    op.create_index("notice_waiting", "notice", ["state", "next_try_at"])
    op.create_table(
        "notice_choice",
        *persons("email", is_key=True),
        *key("occasion"),
        *texts("how_often"),
        sa.CheckConstraint(f"occasion IN ({OCCASIONS})", name="occasion_known"),
        one_of("how_often", "at_once,daily,none"),
    )
    op.create_table(
        "notice_reader",
        *persons("email", is_key=True),
        *texts("language", "calendar_sha256"),
    )
    op.create_index("ix_notice_reader_calendar_sha256", "notice_reader", ["calendar_sha256"])
    op.create_table(
        "webhook",
        row_number(),
        *texts("kind", "name", "address"),
        *refers("bureau.bureau_code", optional=True),
        *texts("language"),
        *flags("is_internal", "is_active"),
        *persons("set_by"),
        *instants("set_at"),
        one_of("kind", "teams,slack,mattermost"),
        sa.CheckConstraint("address <> ''", name="a_webhook_has_an_address"),
    )
    op.create_table(
        "told_status",
        *key("indicator_code", "unit_code"),
        *texts("status"),
        *whole_numbers("turns"),
    )
