"""what words a procedure is found by stands in the index of the search, not in its row

Changes of before (register_change) go on naming the column; an edition of before keeps it, and is read without.
"""

from alembic import op

from kpis.store.migrations.columns import add, texts

revision = "0031"
down_revision = "0030"

LISTED = ("procedure_code", "bureau_code", "digital_status", "digitised_date", "planned_for", "planned_for_precision",
          "process_type", "applicant", "authority", "is_priority", "online_channel", "ended_on", "ended_reason")  # fmt: skip


def upgrade() -> None:
    """Apply."""
    _listed_by(LISTED, lambda: op.drop_column("procedure", "search_text"))


def downgrade() -> None:
    """Undo; the words are filled in with the next change of a row, and nothing of that version reads them before."""
    _listed_by(
        (*LISTED, "search_text"), lambda: add("procedure", *texts("search_text", default=""))
    )


def _listed_by(columns, change) -> None:
    """Change the table; SQLite has an index over what a list shows, which is declared anew."""
    is_indexed = op.get_bind().dialect.name == "sqlite"
    if is_indexed:
        op.drop_index("procedure_listed", "procedure")
    change()
    if is_indexed:
        op.create_index("procedure_listed", "procedure", list(columns))
