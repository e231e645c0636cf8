"""The tables of the first migration that refer to bureaus, projects, indicators and milestones, made after these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime


def create_referring_tables() -> None:
    """Create them, with their indexes."""
    op.create_table(
        "project_bureau",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_code", sa.Text(), sa.ForeignKey("project.project_code"), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", AutoString(), nullable=False),
        sa.CheckConstraint("role IN ('lead','member')", name="role_known"),
        sa.UniqueConstraint("project_code", "bureau_code", "role"),
    )
    op.create_table(
        "project_confidence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_code", sa.Text(), sa.ForeignKey("project.project_code"), nullable=False),
        sa.Column("confidence", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("reviewer", AutoString(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("confidence IN ('high','medium','low')", name="confidence_known"),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
    )
    op.create_table(
        "project_version",
        sa.Column("project_code", sa.Text(), sa.ForeignKey("project.project_code"), nullable=False),
        sa.Column("strategy_version", AutoString(), nullable=False),
        sa.Column("name_ja", AutoString(), nullable=False),
        sa.Column("name_en", AutoString(), nullable=False),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("project_code", "strategy_version"),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.Text(), sa.ForeignKey("original_file.sha256"), nullable=True),
        sa.Column("template_id", AutoString(), nullable=True),
        sa.Column("created_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), sa.ForeignKey("user_account.email"), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("return_reason", AutoString(), nullable=False),
        sa.CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        sa.CheckConstraint("state IN ('draft','submitted','returned','approved','withdrawn')", name="state_known"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
    )
    op.create_table(
        "succession",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("predecessor_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("successor_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("relation", AutoString(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("date_precision", AutoString(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=True),
        sa.Column("note", AutoString(), nullable=False),
        sa.CheckConstraint("relation IN ('rename','split','merge','transfer','unknown')", name="relation_known"),
        sa.CheckConstraint("share IS NULL OR (share >= 0 AND share <= 1)", name="share_is_a_share"),
        sa.UniqueConstraint("predecessor_code", "successor_code", "relation"),
    )
    op.create_table(
        "user_role",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.Text(), sa.ForeignKey("user_account.email"), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=True),
        sa.CheckConstraint("role IN ('bureau_manager','reform_office','administrator')", name="role_known"),
        sa.UniqueConstraint("email", "role", "bureau_code"),
    )
    op.create_table(
        "baseline",
        sa.Column("indicator_code", sa.Text(), sa.ForeignKey("indicator.indicator_code"), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("indicator_code", "bureau_code"),
    )
    op.create_table(
        "milestone_date",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("milestone_code", sa.Text(), sa.ForeignKey("milestone.milestone_code"), nullable=False),
        sa.Column("date_kind", AutoString(), nullable=False),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("precision", AutoString(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=True),
        sa.CheckConstraint("date_kind IN ('planned','replanned','actual')", name="date_kind_known"),
        sa.UniqueConstraint("milestone_code", "date_kind", "vintage"),
    )
    op.create_index("ix_milestone_date_milestone_code", "milestone_date", ["milestone_code"])
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("indicator_code", sa.Text(), sa.ForeignKey("indicator.indicator_code"), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("base_value", sa.Float(), nullable=True),
        sa.Column("text_ja", AutoString(), nullable=False),
        sa.Column("text_en", AutoString(), nullable=False),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("is_lower_bound", sa.Boolean(), nullable=False),
        sa.Column("is_year_to_date", sa.Boolean(), nullable=False),
        sa.Column("is_base_estimated", sa.Boolean(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("sample_size", sa.Float(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=True),
        sa.Column("file_sha256", sa.Text(), sa.ForeignKey("original_file.sha256"), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("reason_class", AutoString(), nullable=True),
        sa.Column("reason_text", AutoString(), nullable=False),
        sa.Column("note_ja", AutoString(), nullable=False),
        sa.Column("note_en", AutoString(), nullable=False),
        sa.CheckConstraint(
            "reason_class IS NULL OR reason_class IN ('error','late_data','definition_change','scope_change')",
            name="reason_class_known",
        ),
        sa.CheckConstraint("value IS NOT NULL OR numerator IS NOT NULL OR text_ja <> ''", name="says_something"),
        sa.CheckConstraint("vintage = 1 OR (reason_class IS NOT NULL AND reason_text <> '')", name="a_correction_has_a_reason"),
        sa.CheckConstraint("vintage >= 1", name="vintage_counts_from_one"),
        sa.UniqueConstraint("indicator_code", "bureau_code", "period_code", "vintage"),
    )
    op.create_index("observation_by_indicator", "observation", ["indicator_code", "bureau_code", "known_at"])
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("indicator_code", sa.Text(), sa.ForeignKey("indicator.indicator_code"), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", AutoString(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("text_ja", AutoString(), nullable=False),
        sa.Column("is_target", sa.Boolean(), nullable=False),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("note_ja", AutoString(), nullable=False),
        sa.Column("note_en", AutoString(), nullable=False),
    )
    op.create_index("ix_reading_indicator_code", "reading", ["indicator_code"])
    op.create_table(
        "submission_row",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("row_kind", AutoString(), nullable=False),
        sa.Column("sheet", AutoString(), nullable=False),
        sa.Column("cell", AutoString(), nullable=False),
        sa.Column("fields_json", AutoString(), nullable=False),
        sa.Column("reason_class", AutoString(), nullable=True),
        sa.Column("reason_text", AutoString(), nullable=False),
        sa.Column("comment", AutoString(), nullable=False),
    )
    op.create_index("ix_submission_row_submission_id", "submission_row", ["submission_id"])
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("indicator_code", sa.Text(), sa.ForeignKey("indicator.indicator_code"), nullable=False),
        sa.Column("bureau_code", sa.Text(), sa.ForeignKey("bureau.bureau_code"), nullable=False),
        sa.Column("period_code", sa.Text(), sa.ForeignKey("reporting_period.period_code"), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=True),
        sa.Column("set_order", sa.Integer(), nullable=False),
        sa.Column("strategy_version", AutoString(), nullable=True),
        sa.Column("source_code", sa.Text(), sa.ForeignKey("source.source_code"), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("note_ja", AutoString(), nullable=False),
        sa.Column("note_en", AutoString(), nullable=False),
        sa.UniqueConstraint("indicator_code", "bureau_code", "period_code", "set_order"),
    )
    op.create_index("ix_target_indicator_code", "target", ["indicator_code"])
