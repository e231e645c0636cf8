"""sign-ins that were ended before their time, so that a cookie kept elsewhere is refused by every process"""

from alembic import op

from kpis.store.migrations.columns import instants, key, texts

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ended_sign_in",
        *key("sign_in_id"),
        *texts("email"),
        *instants("ended_at"),
    )
