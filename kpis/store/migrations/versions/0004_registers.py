"""registers: what a procedure is searched by, and an index narrow enough to search a national census in"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, texts

revision = "0004"
down_revision = "0003"

SEARCHED = ("procedure_code", "name_ja", "name_en", "law_name", "law_article", "organisation_ja")
LISTED = ["procedure_code", "bureau_code", "digital_status", "digitised_date", "planned_for", "planned_for_precision",
          "process_type", "applicant", "authority", "is_priority", "online_channel", "search_text"]  # fmt: skip


def upgrade() -> None:
    """Apply."""
    add("procedure", *texts("search_text", default=""))
    connection = op.get_bind()
    table = sa.table("procedure", *(sa.column(name) for name in (*SEARCHED, "search_text")))
    for row in connection.execute(sa.select(*(table.c[name] for name in SEARCHED))).all():
        words = unicodedata.normalize("NFKC", " ".join(part for part in row if part)).casefold()
        connection.execute(sa.update(table).where(table.c.procedure_code == row.procedure_code).values(search_text=words))
    if connection.dialect.name == "sqlite":
        # Everything the list is filtered by, in one narrow tree: rows are wide, and a page needs only fifty of them.
        # PostgreSQL limits the width of an entry; it scans the table instead.
        op.create_index("procedure_listed", "procedure", LISTED)
