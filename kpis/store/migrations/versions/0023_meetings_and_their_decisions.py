"""meetings of the office and what they decided; since when a stated confidence is known"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0023"
down_revision = "0022"


def _refers(*columns: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([f"{table}_code"], [f"{table}.{table}_code"]) for table in columns]


def _person(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.email"])


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("period_code", AutoString(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        _person("closed_by"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("period_code", AutoString(), nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=True),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("milestone_code", sa.Text(), nullable=True),
        sa.Column("decided", AutoString(), nullable=False),
        sa.Column("bureau_code", sa.Text(), nullable=True),
        sa.Column("section", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("action_code", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("closed_as", AutoString(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_reason", AutoString(), nullable=False),
        sa.CheckConstraint("closed_as IS NULL OR closed_as IN ('done','taken_back')", name="closed_as_known"),
        sa.CheckConstraint("indicator_code IS NULL OR project_code IS NULL", name="about_one_subject"),
        sa.CheckConstraint("milestone_code IS NULL OR project_code IS NOT NULL", name="milestone_with_its_project"),
        sa.CheckConstraint("decided <> ''", name="says_what"),
        sa.CheckConstraint("(bureau_code IS NULL) = (action_code IS NULL)", name="a_bureau_acts"),
        sa.CheckConstraint("(closed_as IS NULL) = (closed_at IS NULL)", name="closed_at_an_instant"),
        *_refers("indicator", "project", "milestone", "bureau", "action"),
        _person("written_by"),
        _person("closed_by"),
    )
    op.create_index("decision_by_meeting", "decision", ["period_code"])
    op.add_column("project_confidence", sa.Column("recorded_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("project_confidence", "recorded_at")
    op.drop_table("decision")
    op.drop_table("meeting")
