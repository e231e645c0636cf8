"""an indicator says what its figures can be, how long its results take to be published, and which other states the same fact"""

from kpis.store.migrations.columns import add, numbers, texts, whole_numbers

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    add(
        "indicator",
        *whole_numbers("publication_lag_days", default="92"),
        *numbers("minimum_value", "maximum_value", optional=True),
        *texts("sibling_code", optional=True),
    )
