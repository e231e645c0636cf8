"""review: one open report per bureau and period, uploads kept, warnings, comments at cells, exceptions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    """Apply."""
    open_states = sa.text("state IN ('draft','submitted','returned')")
    op.create_index(
        "submission_open_once", "submission", ["bureau_code", "period_code"], unique=True,
        sqlite_where=open_states, postgresql_where=open_states,
    )  # fmt: skip
    with op.batch_alter_table("submission_row") as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("row_key", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("choices_json", sa.String(), nullable=False, server_default=""))
        batch.create_unique_constraint("one_row_per_key", ["submission_id", "revision", "row_kind", "row_key"])
    op.create_table(
        "submission_warning",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(_text(name) for name in ("sheet", "cell", "found", "expected_ja", "expected_en", "remedy_ja", "remedy_en")),
        sa.Column("confirmed_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        _text("confirmed_reason"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_reason <> ''", name="a_confirmation_has_a_reason"),
    )
    op.create_index("ix_submission_warning_submission_id", "submission_warning", ["submission_id"])
    op.create_table(
        "review_comment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(_text(name) for name in ("row_kind", "row_key", "column_name", "sheet", "cell", "comment")),
        sa.Column("written_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("comment <> ''", name="says_something"),
    )
    op.create_index("ix_review_comment_submission_id", "review_comment", ["submission_id"])
    op.create_table(
        "reporting_exception",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _text("reason"),
        sa.Column("granted_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name="an_exception_has_a_reason"),
    )
    # Every writer takes this row first, so that writers queue on PostgreSQL as they do on SQLite.
    op.execute("INSERT INTO data_revision (id, revision) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM data_revision)")
