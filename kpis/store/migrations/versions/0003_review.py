"""review: one open report per bureau and period, uploads kept, warnings, comments at cells, exceptions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import days, instants, of_report, persons, refers, row_number, texts, whole_numbers

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    open_states = sa.text("state IN ('draft','submitted','returned')")
    op.create_index(
        "submission_open_once", "submission", ["bureau_code", "period_code"], unique=True,
        sqlite_where=open_states, postgresql_where=open_states,
    )  # fmt: skip
    with op.batch_alter_table("submission_row") as batch:
        for column in (*whole_numbers("revision", default="1"), *texts("row_key", "choices_json", default="")):
            batch.add_column(column)
        batch.create_unique_constraint("one_row_per_key", ["submission_id", "revision", "row_kind", "row_key"])
    op.create_table(
        "submission_warning",
        row_number(),
        of_report(),
        *whole_numbers("revision"),
        *texts("sheet", "cell", "found", "expected_ja", "expected_en", "remedy_ja", "remedy_en"),
        *persons("confirmed_by", optional=True),
        *instants("confirmed_at", optional=True),
        *texts("confirmed_reason"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_reason <> ''", name="a_confirmation_has_a_reason"),
    )
    op.create_index("ix_submission_warning_submission_id", "submission_warning", ["submission_id"])
    op.create_table(
        "review_comment",
        row_number(),
        of_report(),
        *whole_numbers("revision"),
        *texts("row_kind", "row_key", "column_name", "sheet", "cell", "comment"),
        *persons("written_by"),
        *instants("written_at"),
        sa.CheckConstraint("comment <> ''", name="says_something"),
    )
    op.create_index("ix_review_comment_submission_id", "review_comment", ["submission_id"])
    op.create_table(
        "reporting_exception",
        row_number(),
        *refers("bureau.bureau_code", "reporting_period.period_code"),
        *days("until"),
        *texts("reason"),
        *persons("granted_by"),
        *instants("granted_at"),
        sa.CheckConstraint("reason <> ''", name="an_exception_has_a_reason"),
    )
    # Every writer takes this row first, so that writers queue on PostgreSQL as they do on SQLite.
    op.execute("INSERT INTO data_revision (id, revision) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM data_revision)")
