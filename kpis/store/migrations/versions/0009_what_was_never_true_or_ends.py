"""what was never true or no longer exists: a figure is withdrawn, a row of a register ends, a row gone from a list is decided"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, days, instants, one_of, persons, refers, row_number, texts, whole_numbers

revision = "0009"
down_revision = "0008"

REGISTERS = ("procedure", "facility", "milestone")
REASONS = "'closed','abolished','merged','replaced','mistake'"
SAYS = "withdraws_vintage IS NOT NULL OR value IS NOT NULL OR numerator IS NOT NULL OR text_ja <> ''"
SAYS_NOTHING_ELSE = (
    "withdraws_vintage IS NULL OR (withdraws_vintage < vintage AND value IS NULL AND numerator IS NULL AND text_ja = '')"
)
LISTED = ("procedure_code", "bureau_code", "digital_status", "digitised_date", "planned_for", "planned_for_precision",
          "process_type", "applicant", "authority", "is_priority", "online_channel", "ended_on", "ended_reason", "search_text")  # fmt: skip


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("observation") as table:  # no other table refers to it, so that it may be made anew
        table.add_column(*whole_numbers("withdraws_vintage", optional=True))
        table.drop_constraint("says_something", type_="check")
        table.create_check_constraint("says_something", SAYS)
        table.create_check_constraint("a_withdrawal_says_nothing_else", SAYS_NOTHING_ELSE)
        table.create_unique_constraint(
            "withdrawn_once", ["indicator_code", "bureau_code", "period_code", "withdraws_vintage"]
        )
    add("milestone_date", *whole_numbers("withdraws_vintage", optional=True))
    add("target", *days("withdrawn_on", optional=True), *texts("withdrawn_reason", default=""))
    for register in REGISTERS:
        add(register, *days("ended_on", optional=True), *texts("ended_on_precision", default="unknown"))
        # Said with the column: a table that others refer to is not made anew.
        check = f"CONSTRAINT ended_reason_known CHECK (ended_reason IS NULL OR ended_reason IN ({REASONS}))"
        op.execute(f"ALTER TABLE {register} ADD COLUMN ended_reason VARCHAR {check}")
        add(register, *texts("successor_code", optional=True), *texts("listed_in", default=""))
        # What no report brought came from the list of its kind.
        listed = {"procedure": "procedures.csv", "facility": "facilities.csv", "milestone": "milestones.csv"}[register]
        op.execute(f"UPDATE {register} SET listed_in = '{listed}' WHERE source_code NOT LIKE 'report-%'")
    if op.get_bind().dialect.name == "sqlite":  # see migration 0004
        op.execute("DROP INDEX IF EXISTS procedure_listed")
        op.create_index("procedure_listed", "procedure", list(LISTED))
    op.create_table(
        "withdrawal",
        row_number(),
        *refers("indicator.indicator_code", "bureau.bureau_code", "reporting_period.period_code"),
        *whole_numbers("vintage"),
        *texts("reason_class", "reason_text", "state"),
        *persons("asked_by"),
        *instants("asked_at"),
        *persons("decided_by", optional=True),
        *instants("decided_at", optional=True),
        *texts("decision_text"),
        one_of("state", "asked,approved,refused"),
        one_of("reason_class", "error,late_data,definition_change,scope_change"),
        sa.CheckConstraint("reason_text <> ''", name="a_withdrawal_has_a_reason"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="four_eyes"),
    )
    one = ["indicator_code", "bureau_code", "period_code", "vintage"]
    waiting = sa.text("state = 'asked'")
    op.create_index("withdrawal_asked_once", "withdrawal", one, unique=True, sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "list_decision",
        row_number(),
        *texts("list_kind", "list_name", "row_key", "decision"),
        *days("ended_on", optional=True),
        *texts("reason"),
        *instants("decided_at"),
        one_of("decision", "keep,end,never"),
    )
    op.create_index("list_decision_by_list", "list_decision", ["list_kind", "list_name"])
