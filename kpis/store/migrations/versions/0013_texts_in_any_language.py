"""names and definitions are rows of one table, one a language, instead of a column per language"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import texts

revision = "0013"
down_revision = "0012"

# Table → the columns that name a row, and its texts. No column of these stands in an index, a key or a CHECK: each table stays
# as it is, with what refers to it, and only loses columns.
TEXTS = {
    "bureau": (("bureau_code",), ("name",)),
    "project": (("project_code",), ("category", "name", "goal")),
    "strategy_version": (("version_code",), ("name", "keywords", "concept")),
    "project_version": (("project_code", "strategy_version"), ("name",)),
    "indicator": (("indicator_code",), ("unit", "name", "definition", "base", "exclusions", "note")),
    "milestone": (("milestone_code",), ("name",)),
    "target": (("indicator_code", "bureau_code", "period_code", "set_order"), ("note",)),
}
LANGUAGES = ("ja", "en")


def upgrade() -> None:
    """Apply."""
    stored = op.create_table(
        "translation",
        *texts("table_name", "row_key", "field", "language", "text"),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.PrimaryKeyConstraint("table_name", "row_key", "field", "language"),
    )
    for name, field, language in _each():
        table, key = _table(name, f"{field}_{language}")
        column = table.c[f"{field}_{language}"]
        said = sa.select(sa.literal(name), key, sa.literal(field), sa.literal(language), column).where(column != "")
        op.execute(sa.insert(stored).from_select([c.name for c in stored.c], said))
        op.drop_column(name, column.name)


def _each() -> list[tuple[str, str, str]]:
    return [(name, field, language) for name, (_, fields) in TEXTS.items() for field in fields for language in LANGUAGES]


def _table(name: str, column: str) -> tuple[sa.TableClause, sa.ColumnElement[str]]:
    """Return a table and the key of its rows as one text."""
    keys = [sa.column(key, sa.String()) for key in TEXTS[name][0]]
    table = sa.table(name, *keys, sa.column(column, sa.String()))
    row_key: sa.ColumnElement[str] = sa.cast(keys[0], sa.String())
    for key in keys[1:]:
        row_key = row_key.concat(" ").concat(sa.cast(key, sa.String()))
    return table, row_key
