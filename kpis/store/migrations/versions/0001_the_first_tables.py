"""the first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from kpis.store.migrations.columns import (
    days, flags, instants, key, numbers, of_report, one_of, persons, refers, refers_as, row_number, texts, whole_numbers,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_event",
        row_number(),
        *instants("occurred_at"),
        *texts("actor", "action", "subject"),
        *texts("file_sha256", optional=True),
        *texts("cell", "detail"),
    )
    op.create_table(
        "data_revision",
        row_number(),
        *whole_numbers("revision"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "original_file",
        *key("sha256"),
        *texts("name", "kind"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *whole_numbers("bytes_count"),
        *whole_numbers("rows_count", optional=True),
        *instants("received_at"),
    )
    op.create_table(
        "reporting_period",
        *key("period_code"),
        *texts("kind"),
        *days("start_date", "end_date"),
        *days("opens_on", "due_on", "locks_on", optional=True),
        sa.CheckConstraint("end_date >= start_date", name="period_runs_forward"),
    )
    op.create_index("ix_reporting_period_end_date", "reporting_period", ["end_date"])
    op.create_table(
        "source",
        *key("source_code"),
        *texts("url", "title"),
        *days("published_on", optional=True),
        *texts("grade", "note"),
        one_of("grade", "primary,secondary"),
    )
    op.create_table(
        "user_account",
        *key("email"),
        *texts("display_name"),
        *flags("is_active"),
        *instants("created_at"),
    )
    op.create_table(
        "bureau",
        *key("bureau_code"),
        *texts("name_ja", "name_en"),
        *flags("is_name_en_official"),
        *texts("kind"),
        *refers_as("bureau.bureau_code", "parent_code", optional=True),
        *days("valid_from", optional=True),
        *texts("valid_from_precision"),
        *days("valid_to", optional=True),
        *texts("valid_to_precision"),
        *flags("is_current"),
        *whole_numbers("sort_order"),
        *refers("source.source_code", optional=True),
        *texts("note"),
        one_of("valid_from_precision", "day,month,quarter,year,unknown"),
        one_of("valid_to_precision", "day,month,quarter,year,unknown"),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="life_runs_forward"),
    )
    op.create_table(
        "project",
        *key("project_code"),
        *texts("kind", "category_ja", "category_en", "name_ja", "name_en"),
        *flags("is_name_official"),
        *texts("goal_ja", "goal_en"),
        *refers_as("project.project_code", "successor_code", optional=True),
        *whole_numbers("sort_order"),
        *refers("source.source_code"),
        *texts("note"),
        one_of("kind", "core,leading,programme"),
    )
    op.create_table(
        "publication",
        sa.Column("edition", sa.Integer(), primary_key=True),
        *instants("published_at"),
        *days("as_of"),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        *texts("note", "rule_version", "sha256"),
        *texts("previous_sha256", optional=True),
        *persons("published_by", optional=True),
    )
    op.create_table(
        "facility",
        *key("facility_code"),
        *texts("name_ja", "kind"),
        *flags("is_class"),
        *refers("bureau.bureau_code", optional=True),
        *texts("organisation_ja", "municipality_ja"),
        *numbers("latitude", "longitude", optional=True),
        *texts("payment_methods"),
        *days("cashless_since", optional=True),
        *texts("cashless_since_precision"),
        *days("planned_for", optional=True),
        *texts("planned_for_precision", "cashless_status"),
        *flags("is_sample"),
        *refers("source.source_code"),
        *flags("verified"),
        *texts("note"),
        one_of("cashless_status", "introduced,announced,class_level_only,unknown,not_cashless"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="a_point_has_both"),
    )
    op.create_index("ix_facility_bureau_code", "facility", ["bureau_code"])
    op.create_table(
        "indicator",
        *key("indicator_code"),
        *refers("project.project_code"),
        *texts("theme", "kind", "direction", "unit_ja", "unit_en"),
        *whole_numbers("decimals"),
        *texts("name_ja", "name_en", "definition_ja", "definition_en", "frequency"),
        *refers_as("bureau.bureau_code", "scope_code"),
        *flags("is_headline"),
        *texts("base_ja", "base_en", "exclusions_ja", "exclusions_en"),
        *numbers("threshold_on_track", "threshold_behind", "tolerance"),
        *whole_numbers("stale_after_days"),
        *refers_as("indicator.indicator_code", "replaced_by_code", "paired_with_code", optional=True),
        *whole_numbers("sort_order"),
        *refers("source.source_code"),
        *texts("note_ja", "note_en"),
        one_of("direction", "higher,lower,keep,none"),
        one_of("kind", "ratio,ceiling,reduction,stock,completion,level,qualitative"),
        sa.CheckConstraint("threshold_behind <= threshold_on_track", name="thresholds_in_order"),
    )
    op.create_table(
        "milestone",
        *key("milestone_code"),
        *refers("project.project_code"),
        *texts("name_ja", "name_en"),
        *days("planned_start", optional=True),
        *texts("planned_start_precision"),
        *days("planned_end", optional=True),
        *texts("planned_end_precision"),
        *days("replanned_end", optional=True),
        *texts("replanned_end_precision"),
        *days("actual_end", optional=True),
        *texts("actual_end_precision", "stage_ja"),
        *texts("reported_period", optional=True),
        *refers_as("milestone.milestone_code", "supersedes_code", optional=True),
        *flags("is_sample"),
        *refers("source.source_code"),
        *flags("verified"),
        *texts("note"),
    )
    op.create_index("ix_milestone_project_code", "milestone", ["project_code"])
    op.create_table(
        "procedure",
        *key("procedure_code"),
        *texts("name_ja"),
        *refers("bureau.bureau_code", optional=True),
        *texts("organisation_ja", "category_en"),
        *flags("is_priority"),
        *texts("digital_status"),
        *days("digitised_date", optional=True),
        *texts("digitised_precision", "online_channel", "smartphone_ready"),
        *numbers("applications_count", optional=True),
        *flags("is_sample"),
        *refers("source.source_code"),
        *flags("verified"),
        *texts("note"),
        one_of("digital_status", "done,partly_done,not_done,exempt,planned,unknown"),
        one_of("smartphone_ready", "yes,no,unknown"),
    )
    op.create_index("ix_procedure_bureau_code", "procedure", ["bureau_code"])
    op.create_table(
        "project_bureau",
        row_number(),
        *refers("project.project_code", "bureau.bureau_code"),
        *texts("role"),
        *days("valid_from", "valid_to", optional=True),
        *texts("note"),
        one_of("role", "lead,member"),
        sa.UniqueConstraint("project_code", "bureau_code", "role"),
    )
    op.create_table(
        "project_confidence",
        row_number(),
        *refers("project.project_code"),
        *texts("confidence", "reason", "reviewer"),
        *days("reviewed_on"),
        *flags("is_sample"),
        one_of("confidence", "high,medium,low"),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
    )
    op.create_table(
        "project_version",
        *refers("project.project_code"),
        *texts("strategy_version", "name_ja", "name_en"),
        *refers("source.source_code"),
        *texts("note"),
        sa.PrimaryKeyConstraint("project_code", "strategy_version"),
    )
    op.create_table(
        "submission",
        row_number(),
        *refers("bureau.bureau_code", "reporting_period.period_code"),
        *texts("state"),
        *whole_numbers("revision"),
        *refers_as("original_file.sha256", "file_sha256", optional=True),
        *texts("template_id", optional=True),
        *persons("created_by"),
        *instants("created_at"),
        *persons("submitted_by", optional=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        *persons("decided_by", optional=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        *texts("return_reason"),
        sa.CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        one_of("state", "draft,submitted,returned,approved,withdrawn"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
    )
    op.create_table(
        "succession",
        row_number(),
        *refers_as("bureau.bureau_code", "predecessor_code", "successor_code"),
        *texts("relation"),
        *days("effective_date", optional=True),
        *texts("date_precision"),
        *numbers("share", optional=True),
        *refers("source.source_code", optional=True),
        *texts("note"),
        one_of("relation", "rename,split,merge,transfer,unknown"),
        sa.CheckConstraint("share IS NULL OR (share >= 0 AND share <= 1)", name="share_is_a_share"),
        sa.UniqueConstraint("predecessor_code", "successor_code", "relation"),
    )
    op.create_table(
        "user_role",
        row_number(),
        *persons("email"),
        *texts("role"),
        *refers("bureau.bureau_code", optional=True),
        one_of("role", "bureau_manager,reform_office,administrator"),
        sa.UniqueConstraint("email", "role", "bureau_code"),
    )
    op.create_table(
        "baseline",
        *refers("indicator.indicator_code", "bureau.bureau_code"),
        *texts("period_code"),
        *numbers("value"),
        *flags("is_approximate", "is_estimated"),
        *refers("source.source_code"),
        *texts("note"),
        sa.PrimaryKeyConstraint("indicator_code", "bureau_code"),
    )
    op.create_table(
        "milestone_date",
        row_number(),
        *refers("milestone.milestone_code"),
        *texts("date_kind"),
        *whole_numbers("vintage"),
        *days("day"),
        *texts("precision"),
        *instants("known_at"),
        *refers("source.source_code"),
        of_report(nullable=True),
        one_of("date_kind", "planned,replanned,actual"),
        sa.UniqueConstraint("milestone_code", "date_kind", "vintage"),
    )
    op.create_index("ix_milestone_date_milestone_code", "milestone_date", ["milestone_code"])
    op.create_table(
        "observation",
        row_number(),
        *refers("indicator.indicator_code", "bureau.bureau_code", "reporting_period.period_code"),
        *whole_numbers("vintage"),
        *numbers("value", "numerator", "denominator", "base_value", optional=True),
        *texts("text_ja", "text_en"),
        *flags("is_approximate", "is_lower_bound", "is_year_to_date", "is_base_estimated", "is_sample"),
        *numbers("sample_size", optional=True),
        *days("published_on", optional=True),
        *instants("known_at", "recorded_at"),
        *refers("source.source_code"),
        of_report(nullable=True),
        *refers_as("original_file.sha256", "file_sha256", optional=True),
        *flags("verified"),
        *texts("reason_class", optional=True),
        *texts("reason_text", "note_ja", "note_en"),
        one_of("reason_class", "error,late_data,definition_change,scope_change", optional=True),
        sa.CheckConstraint("value IS NOT NULL OR numerator IS NOT NULL OR text_ja <> ''", name="says_something"),
        sa.CheckConstraint("vintage = 1 OR (reason_class IS NOT NULL AND reason_text <> '')", name="a_correction_has_a_reason"),
        sa.CheckConstraint("vintage >= 1", name="vintage_counts_from_one"),
        sa.UniqueConstraint("indicator_code", "bureau_code", "period_code", "vintage"),
    )
    op.create_index("observation_by_indicator", "observation", ["indicator_code", "bureau_code", "known_at"])
    op.create_table(
        "reading",
        row_number(),
        *refers("indicator.indicator_code", "bureau.bureau_code"),
        *texts("period_code", optional=True),
        *numbers("value", optional=True),
        *texts("text_ja"),
        *flags("is_target", "is_approximate", "agrees"),
        *refers("source.source_code"),
        *texts("note_ja", "note_en"),
    )
    op.create_index("ix_reading_indicator_code", "reading", ["indicator_code"])
    op.create_table(
        "submission_row",
        row_number(),
        of_report(),
        *texts("row_kind", "sheet", "cell", "fields_json"),
        *texts("reason_class", optional=True),
        *texts("reason_text", "comment"),
    )
    op.create_index("ix_submission_row_submission_id", "submission_row", ["submission_id"])
    op.create_table(
        "target",
        row_number(),
        *refers("indicator.indicator_code", "bureau.bureau_code", "reporting_period.period_code"),
        *numbers("value"),
        *numbers("numerator", "denominator", optional=True),
        *flags("is_approximate"),
        *days("set_on", optional=True),
        *whole_numbers("set_order"),
        *texts("strategy_version", optional=True),
        *refers("source.source_code"),
        *flags("verified"),
        *texts("note_ja", "note_en"),
        sa.UniqueConstraint("indicator_code", "bureau_code", "period_code", "set_order"),
    )
    op.create_index("ix_target_indicator_code", "target", ["indicator_code"])
