"""what bureaus report: fuller procedures, vintages of registers and their changes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

PARTIES = (
    "'resident','business','resident_or_business','national','local','agency','national_or_local','national_or_agency',"
    "'agency_or_local','any_public','other','unknown'"
)
STEPS = "'online','paper','either','none','unknown'"
CHOICES = {
    "counted_as": "'procedure','process'",
    "process_type": "'application','notice_on_application','notice','private_issue','inspection','records','other','unknown'",
    "applicant": PARTIES,
    "recipient": PARTIES,
    "authority": "'own','delegated','national','other','unknown'",
    "identity_step": STEPS,
    "fee_step": STEPS,
    "attachment_step": STEPS,
    "result_step": STEPS,
}


def _text(name: str, default: str = "") -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def _vintage() -> sa.Column:
    return sa.Column("vintage", sa.Integer(), nullable=False, server_default="1")


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "register_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("register_name", sa.String(), nullable=False),
        sa.Column("row_code", sa.String(), nullable=False),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("before_json", sa.String(), nullable=False),
        sa.Column("after_json", sa.String(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=True),
        sa.Column("file_sha256", sa.Text(), sa.ForeignKey("original_file.sha256"), nullable=True),
        sa.Column("reason_class", sa.String(), nullable=True),
        sa.Column("reason_text", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason_class IS NULL OR reason_class IN ('error','late_data','definition_change','scope_change')",
            name="reason_class_known",
        ),
        sa.CheckConstraint("reason_class IS NULL OR reason_text <> ''", name="a_correction_has_a_reason"),
        sa.CheckConstraint("register_name IN ('procedure','facility','milestone')", name="register_name_known"),
        sa.UniqueConstraint("register_name", "row_code", "vintage"),
    )
    for table in ("facility", "milestone"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(_vintage())
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(_flag("is_reported_by_bureaus"))
    with op.batch_alter_table("procedure") as batch:
        batch.drop_index("ix_procedure_bureau_code")
        batch.drop_constraint("digital_status_known", type_="check")
        batch.add_column(_text("name_en"))
        for name in CHOICES:
            batch.add_column(_text(name, "procedure" if name == "counted_as" else "unknown"))
        for name in ("law_name", "law_article", "not_done_reason", "details_json"):
            batch.add_column(_text(name))
        batch.add_column(sa.Column("planned_for", sa.Date(), nullable=True))
        batch.add_column(_text("planned_for_precision", "unknown"))
        batch.add_column(sa.Column("online_count", sa.Float(), nullable=True))
        batch.add_column(_flag("is_count_estimated"))
        batch.add_column(_vintage())
        batch.create_check_constraint(
            "digital_status_known", "digital_status IN ('done','partly_done','not_done','exempt','planned','other','unknown')"
        )
        for name, values in CHOICES.items():
            batch.create_check_constraint(f"{name}_known", f"{name} IN ({values})")
        batch.create_check_constraint("applications_not_negative", "applications_count IS NULL OR applications_count >= 0")
        batch.create_check_constraint("online_not_negative", "online_count IS NULL OR online_count >= 0")
        batch.create_index("procedure_by_bureau", ["bureau_code", "digital_status"])
    with op.batch_alter_table("target") as batch:
        batch.add_column(_text("set_on_precision", "unknown"))
        batch.create_check_constraint("set_on_precision_known", "set_on_precision IN ('day','month','quarter','year','unknown')")
    # Milestones stored before every day was kept: their present days are the first known ones.
    for kind, column in (("planned", "planned_end"), ("replanned", "replanned_end"), ("actual", "actual_end")):
        op.execute(
            "INSERT INTO milestone_date (milestone_code, date_kind, vintage, day, precision, known_at, source_code) "
            f"SELECT milestone_code, '{kind}', 1, {column}, {column}_precision, CURRENT_TIMESTAMP, source_code "
            f"FROM milestone WHERE {column} IS NOT NULL"
        )
