"""which state of the figures: the mark of their latest change, so that a draft or a person empties no page's cache"""

from alembic import op

from kpis.store.migrations.columns import add, texts

revision = "0019"
down_revision = "0018"

NAMES = ("figures_mark", "figures_right_at")


def upgrade() -> None:
    """Apply."""
    add("data_revision", *texts(*NAMES, default=""))
    op.execute("UPDATE data_revision SET figures_mark = mark, figures_right_at = mark")
