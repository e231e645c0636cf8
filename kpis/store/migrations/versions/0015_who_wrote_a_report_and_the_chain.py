"""everybody who wrote a part of a report; audit lines that are chained, and that the database neither changes nor removes"""

import sqlalchemy as sa
from alembic import op

from kpis.store.append_only import statements
from kpis.store.migrations.columns import add, key, of_report, texts
from kpis.store.trail import linked

revision = "0015"
down_revision = "0014"

PARTS = ("uploaded", "explained", "conflict_resolved", "reading_chosen", "warning_confirmed", "submitted")
AUDIT = sa.table(
    "audit_event", sa.column("id", sa.Integer), sa.column("occurred_at", sa.DateTime),
    *(sa.column(name, sa.Text) for name in ("actor", "action", "subject", "file_sha256", "cell", "detail", "sha256")),
)
CONTRIBUTOR = sa.table("submission_contributor", sa.column("submission_id", sa.Integer), sa.column("email", sa.Text))


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "submission_contributor",
        of_report(primary_key=True, autoincrement=False),
        *key("email"),
    )
    add("audit_event", *texts("sha256", default=""))
    op.create_index("ix_audit_event_subject", "audit_event", ["subject"])
    _fill_contributors()
    _chain()
    for statement in statements("audit_event", dialect=op.get_bind().dialect.name):
        op.execute(statement)


def _fill_contributors() -> None:
    """Take who wrote what from the reports, their warnings and the audit trail: reports on their way are held to the new rule too."""
    connection = op.get_bind()
    wrote = {
        (number, email)
        for said in ("id, created_by FROM submission", "id, submitted_by FROM submission", "submission_id, confirmed_by FROM submission_warning")
        for number, email in connection.execute(sa.text(f"SELECT {said}"))
        if email is not None
    }
    reports = {number for number, _ in wrote}
    for subject, actor in connection.execute(sa.select(AUDIT.c.subject, AUDIT.c.actor).where(AUDIT.c.action.in_(PARTS))):
        number = subject.removeprefix("submission ")
        if number.isdigit() and int(number) in reports:
            wrote.add((int(number), actor))
    if wrote:
        op.bulk_insert(CONTRIBUTOR, [{"submission_id": number, "email": email} for number, email in sorted(wrote)])


def _chain() -> None:
    """Give every line its checksum, in the order in which the lines came."""
    connection = op.get_bind()
    previous = ""
    for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.id)).all():
        previous = linked(previous, row._mapping)
        connection.execute(sa.update(AUDIT).where(AUDIT.c.id == row.id).values(sha256=previous))
