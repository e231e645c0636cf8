"""questions of the office that are no indicator, and what bureaus answer"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0024"
down_revision = "0023"

_REPLY = ["question_code", "bureau_code"]
_UPLOAD = [*_REPLY, "revision"]


def _person(name: str, *, optional: bool) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), sa.ForeignKey("user_account.email"), nullable=optional)


def upgrade() -> None:
    """Apply."""
    text = sqlmodel.sql.sqltypes.AutoString()
    op.create_table(
        "question",
        sa.Column("question_code", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("title_ja", "title_en", "lead_ja", "lead_en", "columns_json", "bureaus_json", "state")),
        sa.Column("most_rows", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _person("asked_by", optional=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        _person("closed_by", optional=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('draft','open','closed')", name="state_known"),
        sa.CheckConstraint("title_ja <> ''", name="a_question_has_a_title"),
        sa.CheckConstraint("most_rows >= 1", name="a_question_has_a_row"),
        sa.CheckConstraint("state <> 'closed' OR closed_by IS NOT NULL", name="somebody_closed_it"),
    )  # fmt: skip
    op.create_table(
        "question_reply",
        sa.Column("question_code", sa.Text(), sa.ForeignKey("question.question_code"), primary_key=True),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), primary_key=True),
        sa.Column("state", text, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _person("submitted_by", optional=True),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        _person("decided_by", optional=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("return_reason", text, nullable=False),
        sa.CheckConstraint("state IN ('waiting','draft','submitted','returned','accepted')", name="state_known"),
        sa.CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
    )
    op.create_table(
        "question_upload",
        *(sa.Column(name, text, primary_key=True) for name in _REPLY),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("file_sha256", sa.Text(), sa.ForeignKey("original_file.sha256"), nullable=False),
        sa.Column("template_id", text, nullable=False),
        _person("uploaded_by", optional=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(_REPLY, [f"question_reply.{name}" for name in _REPLY]),
    )
    op.create_table(
        "question_answer",
        *(sa.Column(name, text, primary_key=True) for name in _REPLY),
        *(sa.Column(name, sa.Integer(), primary_key=True, autoincrement=False) for name in ("revision", "row_number")),
        sa.Column("values_json", text, nullable=False),
        sa.ForeignKeyConstraint(_UPLOAD, [f"question_upload.{name}" for name in _UPLOAD]),
    )


def downgrade() -> None:
    """Undo."""
    for name in ("question_answer", "question_upload", "question_reply", "question"):
        op.drop_table(name)
