"""a figure may be preliminary, and its final value is no correction"""

from alembic import op

from kpis.store.migrations.columns import flags, whole_numbers

revision = "0026"
down_revision = "0025"

REASON = "reason_class IS NOT NULL AND reason_text <> ''"
SINCE = f"vintage = 1 OR finalises_vintage IS NOT NULL OR ({REASON})"
FOLLOWS = "finalises_vintage IS NULL OR (finalises_vintage < vintage AND withdraws_vintage IS NULL)"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("observation") as batch:
        batch.add_column(*flags("is_preliminary", default=False))
        batch.add_column(*whole_numbers("finalises_vintage", optional=True))
        batch.drop_constraint("a_correction_has_a_reason", type_="check")
        batch.create_check_constraint("a_correction_has_a_reason", SINCE)
        batch.create_check_constraint("a_final_value_follows", FOLLOWS)
