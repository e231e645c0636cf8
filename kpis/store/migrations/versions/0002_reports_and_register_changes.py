"""what bureaus report: fuller procedures, vintages of registers and their changes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kpis.store.migrations.columns import days, flags, instants, numbers, of_report, one_of, refers_as, row_number, texts, whole_numbers

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


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "register_change",
        row_number(),
        *texts("register_name", "row_code"),
        *whole_numbers("vintage"),
        *texts("before_json", "after_json"),
        *instants("known_at"),
        of_report(nullable=True),
        *refers_as("original_file.sha256", "file_sha256", optional=True),
        *texts("reason_class", optional=True),
        *texts("reason_text"),
        one_of("reason_class", "error,late_data,definition_change,scope_change", optional=True),
        sa.CheckConstraint("reason_class IS NULL OR reason_text <> ''", name="a_correction_has_a_reason"),
        one_of("register_name", "procedure,facility,milestone"),
        sa.UniqueConstraint("register_name", "row_code", "vintage"),
    )
    for table in ("facility", "milestone"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(*whole_numbers("vintage", default="1"))
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(*flags("is_reported_by_bureaus", default=False))
    with op.batch_alter_table("procedure") as batch:
        batch.drop_index("ix_procedure_bureau_code")
        batch.drop_constraint("digital_status_known", type_="check")
        for column in (
            *texts("name_en", default=""),
            *texts("counted_as", default="procedure"),
            *texts(*(name for name in CHOICES if name != "counted_as"), default="unknown"),
            *texts("law_name", "law_article", "not_done_reason", "details_json", default=""),
            *days("planned_for", optional=True),
            *texts("planned_for_precision", default="unknown"),
            *numbers("online_count", optional=True),
            *flags("is_count_estimated", default=False),
            *whole_numbers("vintage", default="1"),
        ):
            batch.add_column(column)
        batch.create_check_constraint(
            "digital_status_known", "digital_status IN ('done','partly_done','not_done','exempt','planned','other','unknown')"
        )
        for name, values in CHOICES.items():
            batch.create_check_constraint(f"{name}_known", f"{name} IN ({values})")
        batch.create_check_constraint("applications_not_negative", "applications_count IS NULL OR applications_count >= 0")
        batch.create_check_constraint("online_not_negative", "online_count IS NULL OR online_count >= 0")
        batch.create_index("procedure_by_bureau", ["bureau_code", "digital_status"])
    with op.batch_alter_table("target") as batch:
        batch.add_column(*texts("set_on_precision", default="unknown"))
        batch.create_check_constraint("set_on_precision_known", "set_on_precision IN ('day','month','quarter','year','unknown')")
    # Milestones stored before every day was kept: their present days are the first known ones.
    for kind, column in (("planned", "planned_end"), ("replanned", "replanned_end"), ("actual", "actual_end")):
        op.execute(
            "INSERT INTO milestone_date (milestone_code, date_kind, vintage, day, precision, known_at, source_code) "
            f"SELECT milestone_code, '{kind}', 1, {column}, {column}_precision, CURRENT_TIMESTAMP, source_code "
            f"FROM milestone WHERE {column} IS NOT NULL"
        )
