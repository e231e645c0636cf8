"""meetings of the office and what they decided; since when a stated confidence is known"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, codes, days, instants, one_of, row_number, texts

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
        row_number(),
        *texts("period_code"),
        *days("held_on", "as_of"),
        *instants("known_at"),
        *texts("note"),
        *codes("closed_by"),
        _person("closed_by"),
    )
    op.create_table(
        "decision",
        row_number(),
        *texts("period_code"),
        *codes("indicator_code", "project_code", "milestone_code", optional=True),
        *texts("decided"),
        *codes("bureau_code", optional=True),
        *texts("section", "role"),
        *days("due_on", optional=True),
        *codes("action_code", optional=True),
        *codes("written_by"),
        *instants("written_at"),
        *texts("closed_as", optional=True),
        *instants("closed_at", optional=True),
        *codes("closed_by", optional=True),
        *texts("closed_reason"),
        one_of("closed_as", "done,taken_back", optional=True),
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
    add("project_confidence", *instants("recorded_at", optional=True))
