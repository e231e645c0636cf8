"""what was never true or no longer exists: a figure is withdrawn, a row of a register ends, a row gone from a list is decided"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

REGISTERS = ("procedure", "facility", "milestone")
REASONS = "'closed','abolished','merged','replaced','mistake'"
SAYS_BEFORE = "value IS NOT NULL OR numerator IS NOT NULL OR text_ja <> ''"
SAYS = f"withdraws_vintage IS NOT NULL OR {SAYS_BEFORE}"
SAYS_NOTHING_ELSE = (
    "withdraws_vintage IS NULL OR (withdraws_vintage < vintage AND value IS NULL AND numerator IS NULL AND text_ja = '')"
)
LISTED = ("procedure_code", "bureau_code", "digital_status", "digitised_date", "planned_for", "planned_for_precision",
          "process_type", "applicant", "authority", "is_priority", "online_channel", "search_text")  # fmt: skip


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("observation") as table:  # no other table refers to it, so that it may be made anew
        table.add_column(sa.Column("withdraws_vintage", sa.Integer(), nullable=True))
        table.drop_constraint("says_something", type_="check")
        table.create_check_constraint("says_something", SAYS)
        table.create_check_constraint("a_withdrawal_says_nothing_else", SAYS_NOTHING_ELSE)
        table.create_unique_constraint(
            "withdrawn_once", ["indicator_code", "bureau_code", "period_code", "withdraws_vintage"]
        )
    op.add_column("milestone_date", sa.Column("withdraws_vintage", sa.Integer(), nullable=True))
    op.add_column("target", sa.Column("withdrawn_on", sa.Date(), nullable=True))
    op.add_column("target", sa.Column("withdrawn_reason", sa.String(), nullable=False, server_default=""))
    for register in REGISTERS:
        op.add_column(register, sa.Column("ended_on", sa.Date(), nullable=True))
        op.add_column(register, sa.Column("ended_on_precision", sa.String(), nullable=False, server_default="unknown"))
        # Said with the column, and so taken out with it: a table that others refer to is not made anew.
        check = f"CONSTRAINT ended_reason_known CHECK (ended_reason IS NULL OR ended_reason IN ({REASONS}))"
        op.execute(f"ALTER TABLE {register} ADD COLUMN ended_reason VARCHAR {check}")
        op.add_column(register, sa.Column("successor_code", sa.String(), nullable=True))
        op.add_column(register, sa.Column("listed_in", sa.String(), nullable=False, server_default=""))
        # What no report brought came from the list of its kind.
        listed = {"procedure": "procedures.csv", "facility": "facilities.csv", "milestone": "milestones.csv"}[register]
        op.execute(f"UPDATE {register} SET listed_in = '{listed}' WHERE source_code NOT LIKE 'report-%'")
    _index_the_list([*LISTED[:-1], "ended_on", "ended_reason", LISTED[-1]])
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("indicator_code", sa.Text(), sa.ForeignKey("indicator.indicator_code"), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("reason_class", sa.String(), nullable=False),
        sa.Column("reason_text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_text", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('asked','approved','refused')", name="state_known"),
        sa.CheckConstraint("reason_class IN ('error','late_data','definition_change','scope_change')", name="reason_class_known"),
        sa.CheckConstraint("reason_text <> ''", name="a_withdrawal_has_a_reason"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="four_eyes"),
    )
    one = ["indicator_code", "bureau_code", "period_code", "vintage"]
    waiting = sa.text("state = 'asked'")
    op.create_index("withdrawal_asked_once", "withdrawal", one, unique=True, sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "list_decision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("list_kind", sa.String(), nullable=False),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("decision IN ('keep','end','never')", name="decision_known"),
    )
    op.create_index("list_decision_by_list", "list_decision", ["list_kind", "list_name"])


def _index_the_list(columns: list[str]) -> None:
    if op.get_bind().dialect.name != "sqlite":  # see migration 0004
        return
    op.execute("DROP INDEX IF EXISTS procedure_listed")
    if columns:
        op.create_index("procedure_listed", "procedure", columns)


def downgrade() -> None:
    """Undo: figures that were withdrawn count again, since nothing can say any longer that they do not."""
    op.drop_table("list_decision")
    op.drop_table("withdrawal")
    _index_the_list([])
    for register in REGISTERS:
        for column in ("listed_in", "successor_code", "ended_reason", "ended_on_precision", "ended_on"):
            op.drop_column(register, column)
    _index_the_list(list(LISTED))
    op.drop_column("target", "withdrawn_reason")
    op.drop_column("target", "withdrawn_on")
    op.execute("DELETE FROM milestone_date WHERE withdraws_vintage IS NOT NULL")
    op.drop_column("milestone_date", "withdraws_vintage")
    op.execute("DELETE FROM observation WHERE withdraws_vintage IS NOT NULL")
    with op.batch_alter_table("observation") as table:
        table.drop_constraint("withdrawn_once", type_="unique")
        table.drop_constraint("a_withdrawal_says_nothing_else", type_="check")
        table.drop_constraint("says_something", type_="check")
        table.create_check_constraint("says_something", SAYS_BEFORE)
        table.drop_column("withdraws_vintage")
