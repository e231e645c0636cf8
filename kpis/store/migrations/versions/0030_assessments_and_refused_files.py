"""the office assesses indicators as it does projects, of a period, confirmed before it is public; files refused at the door are kept for a time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import days, flags, instants, one_of, persons, refers, row_number, texts, whole_numbers

revision = "0030"
down_revision = "0029"


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
        one_of("confidence", "high,medium,low"),
        sa.CheckConstraint("reason_ja <> ''", name="has_reason"),
        sa.CheckConstraint("(indicator_code IS NULL) <> (project_code IS NULL)", name="about_one_subject"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> reviewer", name="four_eyes"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_at_an_instant"),
    )
    op.execute(
        "INSERT INTO assessment (id, project_code, period_code, confidence, reason_ja, reason_en, reviewer, reviewed_on, recorded_at, is_sample) "
        "SELECT id, project_code, '', confidence, reason, '', reviewer, reviewed_on, recorded_at, is_sample FROM project_confidence ORDER BY id"
    )
    if op.get_bind().dialect.name == "postgresql":  # the next row has the number after those copied; SQLite does so by itself
        op.execute("SELECT setval(pg_get_serial_sequence('assessment', 'id'), max(id)) FROM assessment HAVING max(id) IS NOT NULL")
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
