"""what a row is stands as a word, not as the name of a file: rows and comments of reports, and what was decided of lists"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

FILES = {
    "source": "sources.csv", "bureau": "bureaus.csv", "succession": "successions.csv", "strategy_version": "strategy_versions.csv",
    "project": "projects.csv", "project_version": "project_versions.csv", "project_bureau": "project_bureaus.csv",
    "indicator": "indicators.csv", "baseline": "baselines.csv", "target": "targets.csv", "reporting_period": "calendar.csv",
    "observation": "observations.csv", "reading": "readings.csv", "milestone": "milestones.csv", "procedure": "procedures.csv",
    "facility": "facilities.csv",
}  # fmt: skip
COLUMNS = (("submission_row", "row_kind"), ("review_comment", "row_kind"), ("list_decision", "list_kind"))


def upgrade() -> None:
    """Apply."""
    new = {file: word for word, file in FILES.items()}
    for name, column_name in COLUMNS:
        table = sa.table(name, sa.column(column_name))
        column = table.c[column_name]
        op.execute(sa.update(table).where(column.in_(new)).values({column_name: sa.case(new, value=column)}))
