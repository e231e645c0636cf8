"""questions of the office that are no indicator, and what bureaus answer"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import counted_key, days, instants, key, one_of, persons, refers, refers_as, texts, whole_numbers

revision = "0024"
down_revision = "0023"

_REPLY = ["question_code", "bureau_code"]
_UPLOAD = [*_REPLY, "revision"]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "question",
        *key("question_code"),
        *texts("title_ja", "title_en", "lead_ja", "lead_en", "columns_json", "bureaus_json", "state"),
        *whole_numbers("most_rows"),
        *days("due_on"),
        *persons("asked_by"),
        *instants("asked_at"),
        *instants("opened_at", optional=True),
        *persons("closed_by", optional=True),
        *instants("closed_at", optional=True),
        one_of("state", "draft,open,closed"),
        sa.CheckConstraint("title_ja <> ''", name="a_question_has_a_title"),
        sa.CheckConstraint("most_rows >= 1", name="a_question_has_a_row"),
        sa.CheckConstraint("state <> 'closed' OR closed_by IS NOT NULL", name="somebody_closed_it"),
    )  # fmt: skip
    op.create_table(
        "question_reply",
        *refers("question.question_code", "bureau.bureau_code", is_key=True),
        *texts("state"),
        *whole_numbers("revision"),
        *persons("submitted_by", optional=True),
        *instants("submitted_at", optional=True),
        *persons("decided_by", optional=True),
        *instants("decided_at", optional=True),
        *texts("return_reason"),
        one_of("state", "waiting,draft,submitted,returned,accepted"),
        sa.CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
    )
    op.create_table(
        "question_upload",
        *key(*_REPLY),
        *counted_key("revision"),
        *refers_as("original_file.sha256", "file_sha256"),
        *texts("template_id"),
        *persons("uploaded_by"),
        *instants("uploaded_at"),
        sa.ForeignKeyConstraint(_REPLY, [f"question_reply.{name}" for name in _REPLY]),
    )
    op.create_table(
        "question_answer",
        *key(*_REPLY),
        *counted_key("revision", "row_number"),
        *texts("values_json"),
        sa.ForeignKeyConstraint(_UPLOAD, [f"question_upload.{name}" for name in _UPLOAD]),
    )
