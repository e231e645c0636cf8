"""what the days of a reporting period, and the life of an organisation unit, were until a list changed them"""

from __future__ import annotations

from alembic import op

from kpis.store.migrations.columns import instants, one_of, refers_as, row_number, texts

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Apply; what stands is kept, and as no earlier change was recorded, counts as known ever since."""
    op.create_table(
        "definition_change",
        row_number(),
        *texts("table_name", "row_code", "before_json"),
        *instants("known_at"),
        *refers_as("original_file.sha256", "file_sha256", optional=True),
        one_of("table_name", "bureau,reporting_period"),
    )
    op.create_index("definition_change_by_instant", "definition_change", ["table_name", "known_at"])
