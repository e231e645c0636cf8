"""the office assesses indicators as it does projects, of a period, confirmed before it is public; files refused at the door are kept for a time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0030"
down_revision = "0029"

KNOWN = "confidence IN ('high','medium','low')"


def upgrade() -> None:
    """Apply; what was stated of projects is kept."""
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("indicator_code", sa.Text(), sa.ForeignKey("indicator.indicator_code"), nullable=True),
        sa.Column("project_code", sa.Text(), sa.ForeignKey("project.project_code"), nullable=True),
        sa.Column("period_code", AutoString(), nullable=False),
        sa.Column("confidence", AutoString(), nullable=False),
        sa.Column("reason_ja", AutoString(), nullable=False),
        sa.Column("reason_en", AutoString(), nullable=False),
        sa.Column("reviewer", AutoString(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_by", AutoString(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint(KNOWN, name="confidence_known"),
        sa.CheckConstraint("reason_ja <> ''", name="has_reason"),
        sa.CheckConstraint("(indicator_code IS NULL) <> (project_code IS NULL)", name="about_one_subject"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> reviewer", name="four_eyes"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_at_an_instant"),
    )
    op.execute(
        "INSERT INTO assessment (id, project_code, period_code, confidence, reason_ja, reason_en, reviewer, reviewed_on, recorded_at, is_sample) "
        "SELECT id, project_code, '', confidence, reason, '', reviewer, reviewed_on, recorded_at, is_sample FROM project_confidence ORDER BY id"
    )
    _count_on("assessment")
    op.drop_table("project_confidence")
    op.create_table(
        "refused_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("bytes_count", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("refused_at", sa.DateTime(), nullable=False),
        sa.Column("problems_count", sa.Integer(), nullable=False),
        sa.Column("problems_json", AutoString(), nullable=False),
    )
    op.create_index("refused_by_bureau", "refused_file", ["bureau_code", "refused_at"])


def _count_on(table: str) -> None:
    """Let PostgreSQL give the next row the number after those that were copied; SQLite does so by itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) IS NOT NULL")


def downgrade() -> None:
    """Undo; what was stated of indicators goes, and so do refused files."""
    op.drop_table("refused_file")
    op.create_table(
        "project_confidence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_code", AutoString(), sa.ForeignKey("project.project_code"), nullable=False),
        sa.Column("confidence", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("reviewer", AutoString(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(KNOWN, name="confidence_known"),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
    )
    op.execute(
        "INSERT INTO project_confidence (id, project_code, confidence, reason, reviewer, reviewed_on, recorded_at, is_sample) "
        "SELECT id, project_code, confidence, reason_ja, reviewer, reviewed_on, recorded_at, is_sample FROM assessment "
        "WHERE project_code IS NOT NULL ORDER BY id"
    )
    _count_on("project_confidence")
    op.drop_table("assessment")
