"""the first tables"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

from kpis.store.migrations.first_tables import create_referring_tables

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table('audit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('file_sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('cell', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('detail', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('data_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name='one_row'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('original_file',
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('bytes_count', sa.Integer(), nullable=False),
    sa.Column('rows_count', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('sha256')
    )
    op.create_table('reporting_period',
    sa.Column('period_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('start_date', sa.Date(), nullable=False),
    sa.Column('end_date', sa.Date(), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('locks_on', sa.Date(), nullable=True),
    sa.CheckConstraint('end_date >= start_date', name='period_runs_forward'),
    sa.PrimaryKeyConstraint('period_code')
    )
    with op.batch_alter_table('reporting_period', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reporting_period_end_date'), ['end_date'], unique=False)

    op.create_table('source',
    sa.Column('source_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=True),
    sa.Column('grade', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("grade IN ('primary','secondary')", name='grade_known'),
    sa.PrimaryKeyConstraint('source_code')
    )
    op.create_table('user_account',
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('display_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('email')
    )
    op.create_table('bureau',
    sa.Column('bureau_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_name_en_official', sa.Boolean(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_from_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('valid_to_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('sort_order', sa.Integer(), nullable=False),
    sa.Column('source_code', sa.Text(), nullable=True),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("valid_from_precision IN ('day','month','quarter','year','unknown')", name='valid_from_precision_known'),
    sa.CheckConstraint("valid_to_precision IN ('day','month','quarter','year','unknown')", name='valid_to_precision_known'),
    sa.CheckConstraint('valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from', name='life_runs_forward'),
    sa.ForeignKeyConstraint(['parent_code'], ['bureau.bureau_code'], ),
    sa.ForeignKeyConstraint(['source_code'], ['source.source_code'], ),
    sa.PrimaryKeyConstraint('bureau_code')
    )
    op.create_table('project',
    sa.Column('project_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('category_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('category_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_name_official', sa.Boolean(), nullable=False),
    sa.Column('goal_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('goal_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('successor_code', sa.Text(), nullable=True),
    sa.Column('sort_order', sa.Integer(), nullable=False),
    sa.Column('source_code', sa.Text(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("kind IN ('core','leading','programme')", name='kind_known'),
    sa.ForeignKeyConstraint(['source_code'], ['source.source_code'], ),
    sa.ForeignKeyConstraint(['successor_code'], ['project.project_code'], ),
    sa.PrimaryKeyConstraint('project_code')
    )
    op.create_table('publication',
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('known_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('rule_version', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('previous_sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('published_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['published_by'], ['user_account.email'], ),
    sa.PrimaryKeyConstraint('edition')
    )
    op.create_table('facility',
    sa.Column('facility_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_class', sa.Boolean(), nullable=False),
    sa.Column('bureau_code', sa.Text(), nullable=True),
    sa.Column('organisation_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('municipality_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('payment_methods', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('cashless_since', sa.Date(), nullable=True),
    sa.Column('cashless_since_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('planned_for', sa.Date(), nullable=True),
    sa.Column('planned_for_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('cashless_status', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('source_code', sa.Text(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("cashless_status IN ('introduced','announced','class_level_only','unknown','not_cashless')", name='cashless_status_known'),
    sa.CheckConstraint('(latitude IS NULL) = (longitude IS NULL)', name='a_point_has_both'),
    sa.ForeignKeyConstraint(['bureau_code'], ['bureau.bureau_code'], ),
    sa.ForeignKeyConstraint(['source_code'], ['source.source_code'], ),
    sa.PrimaryKeyConstraint('facility_code')
    )
    with op.batch_alter_table('facility', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_facility_bureau_code'), ['bureau_code'], unique=False)

    op.create_table('indicator',
    sa.Column('indicator_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('project_code', sa.Text(), nullable=False),
    sa.Column('theme', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('direction', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('unit_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('unit_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('decimals', sa.Integer(), nullable=False),
    sa.Column('name_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('definition_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('definition_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('frequency', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('scope_code', sa.Text(), nullable=False),
    sa.Column('is_headline', sa.Boolean(), nullable=False),
    sa.Column('base_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('base_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('exclusions_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('exclusions_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('threshold_on_track', sa.Float(), nullable=False),
    sa.Column('threshold_behind', sa.Float(), nullable=False),
    sa.Column('tolerance', sa.Float(), nullable=False),
    sa.Column('stale_after_days', sa.Integer(), nullable=False),
    sa.Column('replaced_by_code', sa.Text(), nullable=True),
    sa.Column('paired_with_code', sa.Text(), nullable=True),
    sa.Column('sort_order', sa.Integer(), nullable=False),
    sa.Column('source_code', sa.Text(), nullable=False),
    sa.Column('note_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('note_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("direction IN ('higher','lower','keep','none')", name='direction_known'),
    sa.CheckConstraint("kind IN ('ratio','ceiling','reduction','stock','completion','level','qualitative')", name='kind_known'),
    sa.CheckConstraint('threshold_behind <= threshold_on_track', name='thresholds_in_order'),
    sa.ForeignKeyConstraint(['paired_with_code'], ['indicator.indicator_code'], ),
    sa.ForeignKeyConstraint(['project_code'], ['project.project_code'], ),
    sa.ForeignKeyConstraint(['replaced_by_code'], ['indicator.indicator_code'], ),
    sa.ForeignKeyConstraint(['scope_code'], ['bureau.bureau_code'], ),
    sa.ForeignKeyConstraint(['source_code'], ['source.source_code'], ),
    sa.PrimaryKeyConstraint('indicator_code')
    )
    op.create_table('milestone',
    sa.Column('milestone_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('project_code', sa.Text(), nullable=False),
    sa.Column('name_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('planned_start', sa.Date(), nullable=True),
    sa.Column('planned_start_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('planned_end', sa.Date(), nullable=True),
    sa.Column('planned_end_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('replanned_end', sa.Date(), nullable=True),
    sa.Column('replanned_end_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('actual_end', sa.Date(), nullable=True),
    sa.Column('actual_end_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('stage_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reported_period', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('supersedes_code', sa.Text(), nullable=True),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('source_code', sa.Text(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['project_code'], ['project.project_code'], ),
    sa.ForeignKeyConstraint(['source_code'], ['source.source_code'], ),
    sa.ForeignKeyConstraint(['supersedes_code'], ['milestone.milestone_code'], ),
    sa.PrimaryKeyConstraint('milestone_code')
    )
    with op.batch_alter_table('milestone', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_milestone_project_code'), ['project_code'], unique=False)

    op.create_table('procedure',
    sa.Column('procedure_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('bureau_code', sa.Text(), nullable=True),
    sa.Column('organisation_ja', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('category_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_priority', sa.Boolean(), nullable=False),
    sa.Column('digital_status', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('digitised_date', sa.Date(), nullable=True),
    sa.Column('digitised_precision', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('online_channel', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('smartphone_ready', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('applications_count', sa.Float(), nullable=True),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('source_code', sa.Text(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("digital_status IN ('done','partly_done','not_done','exempt','planned','unknown')", name='digital_status_known'),
    sa.CheckConstraint("smartphone_ready IN ('yes','no','unknown')", name='smartphone_ready_known'),
    sa.ForeignKeyConstraint(['bureau_code'], ['bureau.bureau_code'], ),
    sa.ForeignKeyConstraint(['source_code'], ['source.source_code'], ),
    sa.PrimaryKeyConstraint('procedure_code')
    )
    with op.batch_alter_table('procedure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_procedure_bureau_code'), ['bureau_code'], unique=False)

    create_referring_tables()
