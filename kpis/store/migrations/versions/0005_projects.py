"""projects: an instance says of itself whether it is a sample"""

from __future__ import annotations

from kpis.store.migrations.columns import add, flags

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    add("data_revision", *flags("is_sample", default=False))
