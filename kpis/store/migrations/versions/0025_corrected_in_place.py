"""a workbook may be filled with what a report on its way says"""

from kpis.store.migrations.columns import add, texts

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Apply."""
    add("issued_template", *texts("filled_json", default=""))
