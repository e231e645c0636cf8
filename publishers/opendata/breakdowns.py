"""Open data tables behind charts and breakdowns: totals of registers and bureaus, in long form.

Each row is a flat row of a ``Block``, so that a chart, its table and its file cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kpis.figures.registers import DIMENSIONS, STATUSES, tally
from publishers.opendata.package import Resource, as_datum
from publishers.site.site import Site
from telling import attention, bureaus, facilities, needed, procedures
from telling.blocks import Block
from telling.words import Words

_TEXT, _COUNT, _RATE = "string", "integer", "number"
_PLACE = {"organisation": _TEXT, "dimension": _TEXT, "value_code": _TEXT, "name_ja": _TEXT, "name_en": _TEXT}
FIELDS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "procedure_breakdowns": (
        {
            **_PLACE, "procedures_count": _COUNT, **{f"{s}_count": _COUNT for s in STATUSES}, "rate_pct": _RATE, "rate_with_partly_pct": _RATE,
            "with_applications_count": _COUNT, "applications_count": _RATE, "applications_done_count": _RATE, "applications_rate_pct": _RATE,
            "with_usage_count": _COUNT, "usage_online_count": _RATE, "usage_total_count": _RATE, "usage_of_online_pct": _RATE,
            "usage_of_all_pct": _RATE,
        },
        ("organisation", "dimension", "value_code"),
    ),
    "procedure_published": (
        {
            "indicator_code": _TEXT, "period_code": _TEXT, "unit_ja": _TEXT, "published_value": _RATE, "published_numerator": _RATE,
            "published_denominator": _RATE, "is_approximate": "boolean", "is_total_approximate": "boolean", "register_done_count": _COUNT,
            "register_count": _COUNT, "difference": _RATE,
        },
        ("indicator_code", "period_code"),
    ),
    "procedure_steps": (
        {
            "step": _TEXT, "name_ja": _TEXT, "name_en": _TEXT, "online_step_count": _COUNT, "either_step_count": _COUNT,
            "paper_step_count": _COUNT, "none_step_count": _COUNT, "unknown_step_count": _COUNT,
        },
        ("step",),
    ),
    "procedure_plan": (
        {"planned_for": "date", "planned_for_precision": _TEXT, "procedures_count": _COUNT, "is_overdue": "boolean"},
        ("planned_for", "planned_for_precision"),
    ),
    "procedures_over_time": (
        {"digitised_date": "date", "newly_count": _COUNT, "so_far_count": _COUNT, "so_far_pct": _RATE}, ("digitised_date",),
    ),
    "facility_breakdowns": (
        {
            **_PLACE, "facilities_count": _COUNT,
            **{f"{s}_count": _COUNT for s in ("introduced", "class_level_only", "announced", "not_cashless", "unknown")},
        },
        ("organisation", "dimension", "value_code"),
    ),
    "facility_methods": (
        {"payment_group": _TEXT, "name_ja": _TEXT, "name_en": _TEXT, "facilities_count": _COUNT}, ("payment_group",),
    ),
    "facilities_over_time": ({"day": "date", "introduced_so_far_count": _COUNT, "planned_so_far_count": _COUNT}, ("day",)),
    "bureau_themes": (
        {
            "organisation": _TEXT, "bureau_code": _TEXT, "indicator_code": _TEXT, "period_code": _TEXT, "value": _RATE, "unit_ja": _TEXT,
            "unit_en": _TEXT, "status": _TEXT,
        },
        ("organisation", "bureau_code", "indicator_code"),
    ),
    "bureau_coverage": (
        {
            "indicator_code": _TEXT, "period_code": _TEXT, "reported_count": _COUNT, "owing_count": _COUNT, "value": _RATE, "unit_ja": _TEXT,
            "unit_en": _TEXT, "is_complete": "boolean",
        },
        ("indicator_code",),
    ),
    "bureau_summary": (
        {
            "organisation": _TEXT, "bureau_code": _TEXT, "name_ja": _TEXT, "name_en": _TEXT, "is_valid": "boolean",
            "indicators_owed_count": _COUNT, "indicators_reported_count": _COUNT, "own_indicators_count": _COUNT,
            "procedures_count": _COUNT, "procedures_done_count": _COUNT,
            "facilities_count": _COUNT, "facilities_introduced_count": _COUNT, "milestones_count": _COUNT, "milestones_done_count": _COUNT,
            "milestones_late_count": _COUNT, "milestones_missed_count": _COUNT, "milestones_not_seen_count": _COUNT,
        },
        ("organisation", "bureau_code"),
    ),
    "attention": (
        {
            "place": _COUNT, "subject": _TEXT, "subject_code": _TEXT, "project_code": _TEXT, "bureau_code": _TEXT, "status": _TEXT, "standing": _TEXT,
            "gap": _RATE, "due_date": "date", "slip_days": _COUNT, "since_period": _TEXT, "quarters_count": _COUNT,
            "is_longer": "boolean", "first_status": _TEXT,
            "cause": _TEXT, "action": _TEXT, "owner": _TEXT, "action_due_on": "date",
        },
        ("subject", "subject_code"),
    ),
    "needed": (
        {
            "indicator_code": _TEXT, "bureau_code": _TEXT, "period_code": _TEXT, "unit_ja": _TEXT, "unit_en": _TEXT,
            "target_period": _TEXT, "target_value": _RATE,
            "remaining": _RATE, "months_left": _COUNT, "unseen_months": _COUNT, "per_quarter": _RATE, "brought_per_quarter": _RATE,
            "brought_months": _COUNT, "is_budget": "boolean", "chance": _RATE, "coverage_pct": _RATE, "back_test_count": _COUNT,
        },
        ("indicator_code", "bureau_code"),
    ),
    "strips": (
        {
            "organisation": _TEXT, "indicator_code": _TEXT, "bureau_code": _TEXT, "period_code": _TEXT, "status": _TEXT,
            "figure_period": _TEXT, "actual_value": _RATE, "planned_value": _RATE, "variance": _RATE,
        },
        ("organisation", "indicator_code", "bureau_code", "period_code"),
    ),
    "project_strips": ({"project_code": _TEXT, "period_code": _TEXT, "status": _TEXT}, ("project_code", "period_code")),
}  # fmt: skip


def breakdowns(site: Site) -> list[Resource]:
    """Return every table behind the charts of registers and bureaus."""
    tables = {bureaus.heat_file() if name == "bureau_themes" else name: shape for name, shape in FIELDS.items()}
    flat: dict[str, list[Mapping[str, Any]]] = {name: [] for name in tables}
    for block in _blocks(site):
        if block.file in flat:
            flat[block.file] += block.flat
    return [
        Resource(name, fields, tuple({field: as_datum(row[field]) for field in fields} for row in flat[name]), key)
        for name, (fields, key) in tables.items()
    ]


def _blocks(site: Site) -> Iterable[Block]:
    words = Words("ja")
    register, places = site.moment.procedures, site.moment.facilities
    total, catalogue = tally(register.groups), list(site.moment.indicators.values())
    for view in ("then", "now"):
        telling = site.telling(words, view)
        yield procedures.comparison(telling, register, "bureau")
        yield facilities.where(telling, places, "bureau")
        yield bureaus.heat(telling, [r for r in site.moment.in_view(view).bureaus if r.is_valid or r.scored], catalogue)
        yield bureaus.listed(telling, site.moment.in_view(view).bureaus, lambda report: report.code)
        yield attention.strips(telling)
    telling = site.telling(words)
    yield attention.block(telling)
    yield attention.project_strips(telling)
    yield needed.everything(telling)
    for dimension in DIMENSIONS:
        if dimension != "bureau":
            yield procedures.comparison(telling, register, dimension)
    yield procedures.published_totals(telling, register, total, site.moment.scored)
    yield procedures.paper_steps(telling, register)
    yield procedures.planned_when(telling, register)
    yield procedures.over_time(telling, register, total)
    yield facilities.where(telling, places, "kind")
    yield facilities.ways_of_paying(telling, places)
    yield facilities.over_time(telling, places)
    yield facilities.tiles(telling, places)
    yield bureaus.coverage(telling, site.moment.scored, catalogue, site.moment.bureaus)
