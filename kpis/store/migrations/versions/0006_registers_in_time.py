"""registers in time: when each row became known, so that a register can be shown as it was known at any instant"""

from __future__ import annotations

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, instants

revision = "0006"
down_revision = "0005"

FILES = {"procedure": "procedures.csv", "facility": "facilities.csv", "milestone": "milestones.csv"}
SEARCHED = ("procedure_code", "name_ja", "name_en", "law_name", "law_article", "organisation_ja")


def upgrade() -> None:
    """Apply."""
    for table, file in FILES.items():
        add(table, *instants("first_known_at", optional=True))
        # No row says which file brought it: the first file of its kind is the earliest instant at which it can have come.
        first = sa.text(
            f"UPDATE {table} SET first_known_at = (SELECT min(received_at) FROM original_file WHERE kind = :file)"
        ).bindparams(file=file)
        op.execute(first)
    op.create_index("procedure_first_known", "procedure", ["first_known_at"])
    op.create_index("register_change_by_instant", "register_change", ["register_name", "known_at"])
    _note_what_was_searched()


def _note_what_was_searched() -> None:
    """Write into each change of a procedure's names what it was searched by before; newer changes say so themselves."""
    connection = op.get_bind()
    log = sa.table("register_change", *(sa.column(name) for name in ("id", "register_name", "row_code", "vintage", "before_json")))
    procedure = sa.table("procedure", *(sa.column(name) for name in SEARCHED))
    query = sa.select(log).where(log.c.register_name == "procedure").order_by(log.c.row_code, log.c.vintage.desc())
    code, then = None, {}
    for change in connection.execute(query).all():
        if change.row_code != code:
            code = change.row_code
            row = connection.execute(sa.select(procedure).where(procedure.c.procedure_code == code)).first()
            then = dict(row._mapping) if row is not None else {}
        before = json.loads(change.before_json)
        then.update(before)
        if set(before) & set(SEARCHED):
            words = " ".join(str(then[name]) for name in SEARCHED if then.get(name))
            before["search_text"] = unicodedata.normalize("NFKC", words).casefold()
            noted = json.dumps(before, ensure_ascii=False)
            connection.execute(sa.update(log).where(log.c.id == change.id).values(before_json=noted))
