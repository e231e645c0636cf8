"""the office assesses indicators as it does projects, of a period, confirmed before it is public; files refused at the door are kept for a time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import days, flags, instants, persons, refers, row_number, texts, whole_numbers

revision = "0030"
down_revision = "0029"

KNOWN = "confidence IN ('high','medium','low')"


def upgrade() -> None:
    """Apply; what was stated of projects is kept."""
    op.create_table(
        "assessment",
        row_number(),
        *refers("indicator.indicator_code", "project.project_code", optional=True),
        *texts("period_code", "confidence", "reason_ja", "reason_en", "reviewer"),
        *days("reviewed_on"),
        *instants("recorded_at", optional=True),
        *texts("confirmed_by", optional=True),
        *instants("confirmed_at", optional=True),
        *flags("is_sample"),
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
        row_number(),
        *refers("bureau.bureau_code"),
        *texts("period_code", "name", "sha256"),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        *whole_numbers("bytes_count"),
        *persons("uploaded_by"),
        *instants("refused_at"),
        *whole_numbers("problems_count"),
        *texts("problems_json"),
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
        row_number(),
        sa.Column("project_code", sa.String(), sa.ForeignKey("project.project_code"), nullable=False),
        *texts("confidence", "reason", "reviewer"),
        *days("reviewed_on"),
        *flags("is_sample"),
        *instants("recorded_at", optional=True),
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
