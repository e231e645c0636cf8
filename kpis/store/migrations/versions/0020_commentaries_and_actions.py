"""commentaries and actions: why a figure stands as it does, and what is done about it"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import codes, days, flags, instants, numbers, one_of, refers, texts, whole_numbers

revision = "0020"
down_revision = "0019"

ONE_SUBJECT = "(indicator_code IS NULL) <> (project_code IS NULL)"


def _as_every_register() -> list[sa.Column[Any]]:
    return [
        *days("ended_on", optional=True),
        *texts("ended_on_precision"),
        *texts("ended_reason", "successor_code", optional=True),
        *codes("source_code"),
        *flags("verified"),
        *texts("note", "listed_in"),
        *whole_numbers("vintage"),
        *instants("first_known_at", optional=True),
        *flags("is_sample"),
    ]


def _held() -> list[Any]:
    return [
        one_of("ended_reason", "closed,abolished,merged,replaced,mistake", optional=True),
        sa.CheckConstraint(ONE_SUBJECT, name="about_one_subject"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.{column}"])
            for table, column in (
                ("bureau", "bureau_code"), ("indicator", "indicator_code"), ("project", "project_code"), ("source", "source_code"),
            )
        ),
    ]  # fmt: skip


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "commentary",
        *texts("commentary_code"),
        *codes("bureau_code", "indicator_code", "project_code", optional=True),
        *refers("reporting_period.period_code"),
        *texts("cause_ja", "cause_en", "obstacle_ja", "obstacle_en", "response_ja", "response_en"),
        *_as_every_register(),
        *_held(),
        sa.PrimaryKeyConstraint("commentary_code"),
    )
    op.create_index("commentary_by_bureau", "commentary", ["bureau_code", "period_code"])
    op.create_table(
        "action",
        *texts("action_code"),
        *codes("bureau_code", "indicator_code", "project_code", optional=True),
        *refers("reporting_period.period_code"),
        *texts("measure_ja", "measure_en", "section_ja", "role_ja", "person"),
        *days("due_on", optional=True),
        *texts("due_on_precision"),
        *days("new_due_on", optional=True),
        *texts("new_due_on_precision"),
        *numbers("effect_value", optional=True),
        *texts("effect_ja", "action_state", "state_reason_ja"),
        *days("done_on", optional=True),
        *texts("done_on_precision"),
        *_as_every_register(),
        one_of("action_state", "open,continued,done,given_up"),
        *_held(),
        sa.PrimaryKeyConstraint("action_code"),
    )
    op.create_index("action_by_bureau", "action", ["bureau_code", "action_state"])
    with op.batch_alter_table("register_change") as batch:
        batch.drop_constraint("register_name_known", type_="check")
        batch.create_check_constraint("register_name_known", "register_name IN ('procedure','facility','milestone','commentary','action')")
