"""a source says by which day it was public, a strategy has versions as rows, a bureau's part in a project has dates and a source"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

PRECISION = "IN ('day','month','quarter','year','unknown')"


def upgrade() -> None:
    """Apply; versions that projects name already become rows with their code as name, until the catalogue is loaded again."""
    op.add_column("source", sa.Column("published_by", sa.Date(), nullable=True))
    op.add_column("source", sa.Column("published_basis", sa.String(), nullable=True))
    versions = op.create_table(
        "strategy_version",
        sa.Column("version_code", sa.String(), primary_key=True),
        sa.Column("name_ja", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("adopted_precision", sa.String(), nullable=False),
        sa.Column("published_by", sa.Date(), nullable=True),
        sa.Column("horizon_year", sa.Integer(), nullable=True),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("keywords_ja", sa.String(), nullable=False),
        sa.Column("keywords_en", sa.String(), nullable=False),
        sa.Column("concept_ja", sa.String(), nullable=False),
        sa.Column("concept_en", sa.String(), nullable=False),
        sa.Column("is_renumbered", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(f"adopted_precision {PRECISION}", name="adopted_precision_known"),
    )
    _keep_versions(versions)
    op.add_column("project", sa.Column("goal_source_code", sa.String(), nullable=True))
    op.add_column("milestone", sa.Column("is_missed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("project_bureau") as batch:
        batch.add_column(sa.Column("valid_from_precision", sa.String(), nullable=False, server_default="unknown"))
        batch.add_column(sa.Column("valid_to_precision", sa.String(), nullable=False, server_default="unknown"))
        batch.add_column(sa.Column("source_code", sa.Text(), nullable=True))
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


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("project_bureau") as batch:
        batch.drop_constraint("project_bureau_source", type_="foreignkey")
        batch.drop_constraint("valid_to_precision_known", type_="check")
        batch.drop_constraint("valid_from_precision_known", type_="check")
        for column in ("source_code", "valid_to_precision", "valid_from_precision"):
            batch.drop_column(column)
    op.drop_column("milestone", "is_missed")
    op.drop_column("project", "goal_source_code")
    op.drop_table("strategy_version")
    op.drop_column("source", "published_basis")
    op.drop_column("source", "published_by")
