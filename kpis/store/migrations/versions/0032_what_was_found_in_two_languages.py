"""what is wrong in a cell is said in Japanese and in English, each for itself, as what was expected is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, texts

revision = "0032"
down_revision = "0031"

BETWEEN = " / "
IN_WORDS = ("mark_lost", "rows_gone", "incomplete", "without_denominator", "year_to_date_mixed")  # the others quote the cell


def upgrade() -> None:
    """Apply: what stood in one column in both languages is divided, so that what a bureau has confirmed stays so."""
    add("submission_warning", *texts("found_en", default=""))
    table = sa.table("submission_warning", sa.column("id"), sa.column("rule"), sa.column("found"), sa.column("found_en"))
    wanted = table.c.rule.in_(IN_WORDS) & table.c.found.like(f"%{BETWEEN}%")
    connection = op.get_bind()
    for number, text in connection.execute(sa.select(table.c.id, table.c.found).where(wanted).order_by(table.c.id)).all():
        parts = text.split(BETWEEN)
        half = len(parts) // 2
        if len(parts) == 2 * half:
            values = {"found": BETWEEN.join(parts[:half]), "found_en": BETWEEN.join(parts[half:])}
            connection.execute(sa.update(table).where(table.c.id == number).values(values))
