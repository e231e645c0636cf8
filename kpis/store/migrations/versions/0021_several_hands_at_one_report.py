"""several hands at one report: who wrote what in which cell, files merged into it, its way through its own bureau, deputies"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import (
    add, counted_key, days, flags, instants, key, of_report, one_of, persons, refers, refers_as, row_number, texts, whole_numbers,
)

revision = "0021"
down_revision = "0020"

ROLES = "role IN ('section','bureau_manager','bureau_approver','reform_office','administrator')"


def upgrade() -> None:
    """Apply."""
    _declare_roles()
    add("submission", *flags("is_on_behalf", default=False))
    add("submission_row", *texts("claims_json", default=""))
    add("submission_warning", *texts("row_kind", "row_key", default=""))
    op.create_table(
        "deputy",
        row_number(),
        *persons("email", "stands_in_for"),
        *days("from_date", "until_date"),
        *texts("named_by"),
        *instants("named_at"),
        *texts("ended_by", optional=True),
        *instants("ended_at", optional=True),
        sa.CheckConstraint("until_date >= from_date", name="ends_after_it_begins"),
        sa.CheckConstraint("email <> stands_in_for", name="somebody_else"),
    )
    op.create_table(
        "issued_template",
        *key("template_id"),
        *refers("bureau.bureau_code"),
        *texts("period_code", "part", "rows_json", "issued_by"),
        *instants("issued_at"),
    )
    op.create_table(
        "submission_upload",
        of_report(primary_key=True, autoincrement=False),
        *counted_key("revision"),
        *refers_as("original_file.sha256", "file_sha256", optional=True),
        *texts("file_name"),
        *texts("template_id", optional=True),
        *texts("uploaded_by"),
        *instants("uploaded_at"),
        *texts("part"),
        *whole_numbers("rows_count"),
        *flags("is_on_behalf"),
        *texts("how_it_came"),
    )
    op.create_table(
        "submission_check",
        row_number(),
        of_report(index=True),
        *whole_numbers("revision"),
        *texts("step_code", "decision", "decided_by"),
        *instants("decided_at"),
        *texts("stands_in_for", "note"),
        one_of("decision", "prepared,checked,sent_back,reopened"),
        sa.CheckConstraint("decision <> 'sent_back' OR note <> ''", name="sent_back_with_a_reason"),
    )
    # Of reports from before, the file that was the latest is known; what came earlier stands in the audit trail.
    op.execute(
        sa.text(
            "INSERT INTO submission_upload (submission_id, revision, file_sha256, file_name, template_id, uploaded_by, uploaded_at, part,"
            " rows_count, is_on_behalf, how_it_came)"
            " SELECT s.id, s.revision, s.file_sha256, COALESCE(f.name, ''), s.template_id, s.created_by, s.created_at, '',"
            " (SELECT COUNT(*) FROM submission_row r WHERE r.submission_id = s.id AND r.revision = s.revision), :no, ''"
            " FROM submission s LEFT JOIN original_file f ON f.sha256 = s.file_sha256"
        ).bindparams(sa.bindparam("no", False, sa.Boolean()))
    )


def _declare_roles() -> None:
    """Make the table of roles anew: no other table refers to it, and its key has no name by which SQLite could change it."""
    connection = op.get_bind()
    rows = [dict(row._mapping) for row in connection.execute(sa.text("SELECT id, email, role, bureau_code FROM user_role ORDER BY id"))]
    op.drop_table("user_role")
    made = op.create_table(
        "user_role",
        row_number(),
        *persons("email"),
        *texts("role"),
        *refers("bureau.bureau_code", optional=True),
        *texts("section_code"),
        sa.CheckConstraint(ROLES, name="role_known"),
        sa.UniqueConstraint("email", "role", "bureau_code", "section_code"),
    )
    if rows:
        op.bulk_insert(made, [{**row, "section_code": ""} for row in rows])
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('user_role', 'id'), COALESCE((SELECT MAX(id) FROM user_role), 0) + 1, false)"))
