"""a source says by which day it was public, a strategy has versions as rows, a bureau's part in a project has dates and a source"""

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import add, codes, days, flags, key, refers, texts, whole_numbers

revision = "0010"
down_revision = "0009"

PRECISION = "IN ('day','month','quarter','year','unknown')"


def upgrade() -> None:
    """Apply; versions that projects name already become rows with their code as name, until the catalogue is loaded again."""
    add("source", *days("published_by", optional=True), *texts("published_basis", optional=True))
    versions = op.create_table(
        "strategy_version",
        *key("version_code"),
        *texts("name_ja", "name_en"),
        *days("adopted_on", optional=True),
        *texts("adopted_precision"),
        *days("published_by", optional=True),
        *whole_numbers("horizon_year", "first_year", "last_year", optional=True),
        *texts("keywords_ja", "keywords_en", "concept_ja", "concept_en"),
        *flags("is_renumbered"),
        *whole_numbers("sort_order"),
        *refers("source.source_code"),
        *texts("note"),
        sa.CheckConstraint(f"adopted_precision {PRECISION}", name="adopted_precision_known"),
    )
    _keep_versions(versions)
    add("project", *texts("goal_source_code", optional=True))
    add("milestone", *flags("is_missed", default=False))
    with op.batch_alter_table("project_bureau") as batch:
        for column in (*texts("valid_from_precision", "valid_to_precision", default="unknown"), *codes("source_code", optional=True)):
            batch.add_column(column)
        batch.create_check_constraint("valid_from_precision_known", f"valid_from_precision {PRECISION}")
        batch.create_check_constraint("valid_to_precision_known", f"valid_to_precision {PRECISION}")
        batch.create_foreign_key("project_bureau_source", "source", ["source_code"], ["source_code"])


def _keep_versions(versions: sa.Table) -> None:
    named = sa.table("project_version", sa.column("strategy_version"), sa.column("source_code"))
    connection = op.get_bind()
    found = connection.execute(
        sa.select(named.c.strategy_version, sa.func.min(named.c.source_code)).group_by(named.c.strategy_version)
    ).all()
    rows = [
        {
            "version_code": code, "name_ja": code, "name_en": code, "adopted_precision": "unknown", "keywords_ja": "",
            "keywords_en": "", "concept_ja": "", "concept_en": "", "is_renumbered": False, "sort_order": order,
            "source_code": source, "note": "",
        }
        for order, (code, source) in enumerate(sorted(found))
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(versions), rows)
