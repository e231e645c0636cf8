"""what words a procedure is found by stands in the index of the search, not in its row

Changes of before (register_change) go on naming the column; an edition of before keeps it, and is read without.
"""

from alembic import op

revision = "0031"
down_revision = "0030"

LISTED = ("procedure_code", "bureau_code", "digital_status", "digitised_date", "planned_for", "planned_for_precision",
          "process_type", "applicant", "authority", "is_priority", "online_channel", "ended_on", "ended_reason")  # fmt: skip


def upgrade() -> None:
    """Apply."""
    is_indexed = op.get_bind().dialect.name == "sqlite"  # by what a list shows; it is declared anew
    if is_indexed:
        op.drop_index("procedure_listed", "procedure")
    op.drop_column("procedure", "search_text")
    if is_indexed:
        op.create_index("procedure_listed", "procedure", list(LISTED))
