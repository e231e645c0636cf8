"""a report keeps how many figures were asked and which stay open; a warning keeps the rule that raised it"""

from kpis.store.migrations.columns import add, texts, whole_numbers

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    add("submission", *whole_numbers("asked_count", optional=True), *texts("open_json", default=""))
    add("submission_warning", *texts("rule", default=""))
