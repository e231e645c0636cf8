"""kinds of projects and reasons of corrections are the government's own words, so no CHECK names them; an indicator may have no project"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.anew import declare_anew

revision = "0014"
down_revision = "0013"

REASONS = "reason_class IN ('error','late_data','definition_change','scope_change')"
OF_REASONS = {  # no other table refers to these, so that they may be made anew
    "observation": f"reason_class IS NULL OR {REASONS}", "register_change": f"reason_class IS NULL OR {REASONS}",
    "withdrawal": REASONS,
}  # fmt: skip
KINDS = "kind IN ('core','leading','programme')"
CHECK, MUST, MAY = f", CONSTRAINT kind_known CHECK ({KINDS})", "project_code TEXT NOT NULL", "project_code TEXT"


def upgrade() -> None:
    """Apply."""
    for table in OF_REASONS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint("reason_class_known", type_="check")
    if op.get_bind().dialect.name == "sqlite":
        declare_anew("project", {f"CONSTRAINT kind_known CHECK ({KINDS}),": "", CHECK: ""})
        declare_anew("indicator", {MUST: MAY})
        return
    op.drop_constraint("kind_known", "project", type_="check")
    op.alter_column("indicator", "project_code", existing_type=sa.Text(), nullable=True)
