"""several hands at one report: who wrote what in which cell, files merged into it, its way through its own bureau, deputies"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0021"
down_revision = "0020"

BEFORE = "role IN ('bureau_manager','reform_office','administrator')"
SINCE = "role IN ('section','bureau_manager','bureau_approver','reform_office','administrator')"
COLUMNS = {"submission_row": ("claims_json",), "submission_warning": ("row_kind", "row_key")}
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Apply."""
    _declare_roles(since=SINCE, key=("email", "role", "bureau_code", "section_code"), adds=True)
    op.add_column("submission", sa.Column("is_on_behalf", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, names in COLUMNS.items():
        for name in names:
            op.add_column(table, sa.Column(name, TEXT(), nullable=False, server_default=""))
    op.create_table(
        "deputy",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("stands_in_for", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        sa.Column("named_by", TEXT(), nullable=False),
        sa.Column("named_at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", TEXT(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("until_date >= from_date", name="ends_after_it_begins"),
        sa.CheckConstraint("email <> stands_in_for", name="somebody_else"),
    )
    op.create_table(
        "issued_template",
        sa.Column("template_id", TEXT(), primary_key=True),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", TEXT(), nullable=False),
        sa.Column("part", TEXT(), nullable=False),
        sa.Column("rows_json", TEXT(), nullable=False),
        sa.Column("issued_by", TEXT(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
    )
    op.create_table(
        "submission_upload",
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("file_sha256", sa.Text(), sa.ForeignKey("original_file.sha256"), nullable=True),
        sa.Column("file_name", TEXT(), nullable=False),
        sa.Column("template_id", TEXT(), nullable=True),
        sa.Column("uploaded_by", TEXT(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("part", TEXT(), nullable=False),
        sa.Column("rows_count", sa.Integer(), nullable=False),
        sa.Column("is_on_behalf", sa.Boolean(), nullable=False),
        sa.Column("how_it_came", TEXT(), nullable=False),
    )
    op.create_table(
        "submission_check",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=False, index=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step_code", TEXT(), nullable=False),
        sa.Column("decision", TEXT(), nullable=False),
        sa.Column("decided_by", TEXT(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("stands_in_for", TEXT(), nullable=False),
        sa.Column("note", TEXT(), nullable=False),
        sa.CheckConstraint("decision IN ('prepared','checked','sent_back','reopened')", name="decision_known"),
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


def downgrade() -> None:
    """Undo; persons of a role that was not known before must be gone."""
    for table in ("submission_check", "submission_upload", "issued_template", "deputy"):
        op.drop_table(table)
    for table, names in COLUMNS.items():
        for name in names:
            op.drop_column(table, name)
    op.drop_column("submission", "is_on_behalf")
    _declare_roles(since=BEFORE, key=("email", "role", "bureau_code"), adds=False)


def _declare_roles(*, since: str, key: tuple[str, ...], adds: bool) -> None:
    """Make the table of roles anew: no other table refers to it, and its key has no name by which SQLite could change it."""
    connection = op.get_bind()
    columns = ["id", "email", "role", "bureau_code", *(["section_code"] if "section_code" in key else [])]
    held = [c for c in columns if c != "section_code" or not adds]
    rows = [dict(row._mapping) for row in connection.execute(sa.text(f"SELECT {', '.join(held)} FROM user_role ORDER BY id"))]
    op.drop_table("user_role")
    made = op.create_table(
        "user_role",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("role", TEXT(), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=True),
        *([sa.Column("section_code", TEXT(), nullable=False)] if "section_code" in key else []),
        sa.CheckConstraint(since, name="role_known"),
        sa.UniqueConstraint(*key),
    )
    if rows:
        op.bulk_insert(made, [{**row, **({"section_code": ""} if adds else {})} for row in rows])
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('user_role', 'id'), COALESCE((SELECT MAX(id) FROM user_role), 0) + 1, false)"))
