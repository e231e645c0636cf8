"""commentaries and actions: why a figure stands as it does, and what is done about it"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0020"
down_revision = "0019"

BEFORE = ("procedure", "facility", "milestone")
ENDED = "ended_reason IS NULL OR ended_reason IN ('closed','abolished','merged','replaced','mistake')"
ONE_SUBJECT = "(indicator_code IS NULL) <> (project_code IS NULL)"


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, AutoString(), nullable=False) for name in names]


def _subject() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=True) for name in ("bureau_code", "indicator_code", "project_code")]


def _as_every_register() -> list[sa.Column[Any]]:
    return [
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_on_precision", AutoString(), nullable=False),
        sa.Column("ended_reason", AutoString(), nullable=True),
        sa.Column("successor_code", AutoString(), nullable=True),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        *_texts("note", "listed_in"),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("first_known_at", sa.DateTime(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
    ]


def _held() -> list[Any]:
    return [
        sa.CheckConstraint(ENDED, name="ended_reason_known"),
        sa.CheckConstraint(ONE_SUBJECT, name="about_one_subject"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.{column}"])
            for table, column in (
                ("bureau", "bureau_code"), ("indicator", "indicator_code"), ("project", "project_code"), ("source", "source_code"),
            )
        ),
    ]  # fmt: skip


def _known(words: tuple[str, ...]) -> None:
    with op.batch_alter_table("register_change") as batch:
        batch.drop_constraint("register_name_known", type_="check")
        batch.create_check_constraint("register_name_known", f"register_name IN ({','.join(repr(w) for w in words)})")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "commentary",
        *_texts("commentary_code"),
        *_subject(),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        *_texts("cause_ja", "cause_en", "obstacle_ja", "obstacle_en", "response_ja", "response_en"),
        *_as_every_register(),
        *_held(),
        sa.PrimaryKeyConstraint("commentary_code"),
    )
    op.create_index("commentary_by_bureau", "commentary", ["bureau_code", "period_code"])
    op.create_table(
        "action",
        *_texts("action_code"),
        *_subject(),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        *_texts("measure_ja", "measure_en", "section_ja", "role_ja", "person"),
        sa.Column("due_on", sa.Date(), nullable=True),
        *_texts("due_on_precision"),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        *_texts("new_due_on_precision"),
        sa.Column("effect_value", sa.Float(), nullable=True),
        *_texts("effect_ja", "action_state", "state_reason_ja"),
        sa.Column("done_on", sa.Date(), nullable=True),
        *_texts("done_on_precision"),
        *_as_every_register(),
        sa.CheckConstraint("action_state IN ('open','continued','done','given_up')", name="action_state_known"),
        *_held(),
        sa.PrimaryKeyConstraint("action_code"),
    )
    op.create_index("action_by_bureau", "action", ["bureau_code", "action_state"])
    _known((*BEFORE, "commentary", "action"))


def downgrade() -> None:
    """Undo."""
    _known(BEFORE)
    op.drop_table("action")
    op.drop_table("commentary")
