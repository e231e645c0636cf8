"""The open API of projects, milestones, bureaus and changes: the same numbers as on the pages, from the same functions."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from api.routes import DAY, BadQuery, answered, code_of, day_of, instant_of, known_of, moment_of, state_of, view_of
from kpis.figures.bureaus import BureauReport
from kpis.figures.organisation import Succession
from kpis.figures.projects import MILESTONE_STATES, PROJECT_RULE, GivenDay, Milestone, ProjectReport, in_order
from kpis.figures.records import Figure
from kpis.figures.scorecard import Scored
from kpis.figures.shifts import Shift, shifts
from kpis.languages import SOURCE
from kpis.message import Message
from kpis.periods import year_before
from kpis.settings import settings
from kpis.store import tables
from kpis.text import texts_of
from telling.blocks import Telling
from telling.for_machines import attention_json, strips_json
from telling.words import Words


def _given(given: GivenDay | None) -> dict[str, Any] | None:
    return None if given is None else {"day": given.day, "precision": given.precision}


def milestone_json(milestone: Milestone) -> dict[str, Any]:
    """Return one milestone with every date ever given for it, its state and its slip."""
    return {
        "code": milestone.code, "project": milestone.project_code, "name_ja": milestone.name_ja, "name_en": milestone.name_en,
        "planned_start": milestone.planned_start, "planned": [_given(g) for g in milestone.planned],
        "replanned": [_given(g) for g in milestone.replanned], "actual": _given(milestone.actual), "state": milestone.state,
        "slip_days": milestone.slip_days, "is_slip_exact": milestone.is_slip_exact, "stage_ja": milestone.stage_ja or None,
        "reported_period": milestone.reported_period or None, "source": milestone.source_code, "is_sample": milestone.is_sample,
    }  # fmt: skip


def _brief(item: Scored) -> dict[str, Any]:
    figure = item.judgement.figure
    return {
        "indicator": item.entry.definition.code, "scope": item.entry.unit_code, "unit": item.entry.definition.unit_ja,
        "unit_en": item.entry.definition.unit_en, "status": item.judgement.status, "standing": item.judgement.standing,
        "targets_of": item.entry.goals_of or item.entry.unit_code,
        "period": figure.period_code if figure else None, "value": figure.value if figure else None,
        "numerator": figure.numerator if figure else None, "denominator": figure.denominator if figure else None,
        "is_sample": bool(figure and figure.is_sample), "is_recast": bool(figure and figure.is_recast),
    }  # fmt: skip


def version_json(row: tables.StrategyVersion) -> dict[str, Any]:
    """Return one version of the strategy: adoption date, horizon and key words."""
    names = ("name_ja", "name_en", "adopted_on", "adopted_precision", "published_by", "horizon_year", "first_year", "last_year",
             "keywords_ja", "keywords_en", "concept_ja", "concept_en", "is_renumbered")  # fmt: skip
    return {"code": row.version_code, **{name: vars(row)[name] for name in names}, "source": row.source_code}


def assessment_json(row: tables.Assessment) -> dict[str, Any]:
    """Return the office's assessment of an indicator or project; its author is internal."""
    who = {"reviewer": row.reviewer} if settings().mode == "local" else {}
    assessment = {
        "confidence": row.confidence,
        "reason": row.reason_ja,
        "reason_en": row.reason_en,
        "period": row.period_code or None,
    }
    return {**assessment, **who, "reviewed_on": row.reviewed_on}


def project_json(report: ProjectReport) -> dict[str, Any]:
    """Return one project: names, bureaus, goal, computed status with its counts, milestones by state."""
    row, assessment = report.row, report.confidence
    answer = {
        "code": report.code, "kind": row.kind, **texts_of(row, "category"),
        **texts_of(row, "name"), "is_name_official": row.is_name_official,
        **texts_of(row, "goal"), "successor": row.successor_code,
        "predecessors": list(report.predecessor_codes), "first_version": report.first_version or None,
        "names": [{"version": n.version_code, **texts_of(n.row, "name")} for n in report.names],
        "bureaus": [
            {"bureau": b.bureau_code, "role": b.role, "valid_from": b.valid_from, "valid_from_precision": b.valid_from_precision,
             "valid_to": b.valid_to, "valid_to_precision": b.valid_to_precision, "source": b.source_code}
            for b in report.bureaus
        ],
        "status": report.status, "project_rule_version": PROJECT_RULE, "counts": report.tally.to_json(),
        "indicators": [_brief(s) for s in report.scored],
        "milestones": {state: report.count_of(state) for state in MILESTONE_STATES},
        "last_reported": report.last_reported or None,
    }  # fmt: skip
    if settings().mode == "local" or (
        assessment is not None and settings().mode == "public"
    ):  # absent from editions where the government does not publish it
        answer["confidence"] = None if assessment is None else assessment_json(assessment)
        answer["is_contradicted"] = report.is_contradicted
    return answer


def bureau_json(report: BureauReport) -> dict[str, Any]:
    """Return one bureau: its validity, due and submitted reports, its registers, and milestones by state."""
    unit = report.unit
    return {
        "code": unit.code, "name_ja": unit.name_ja, "name_en": unit.name_en, "kind": unit.kind, "valid_from": unit.valid_from,
        "valid_to": unit.valid_to, "is_valid": report.is_valid, "owed": list(report.owed), "reported": list(report.reported),
        "counts": report.tally.to_json(), "indicators": [_brief(s) for s in report.scored],
        "own_indicators": [_brief(s) for s in report.own], "procedures": dict(report.procedures),
        "facilities": dict(report.facilities), **{sheet: dict(counts) for sheet, counts in report.listed.items()},
        "projects": list(report.project_codes), "shared_projects": list(report.shared_codes),
        "milestones": {state: sum(m.state == state for m in report.milestones) for state in MILESTONE_STATES},
        "milestone_codes": [m.code for m in report.milestones],
        "came_from": [_succession(s, s.predecessor_code) for s in report.before],
        "went_into": [_succession(s, s.successor_code) for s in report.after],
    }  # fmt: skip


def _succession(succession: Succession, other: str) -> dict[str, Any]:
    return {"bureau": other, "relation": succession.relation, "date": succession.effective_date, "share": succession.share}


def _side(name: str, figure: Figure | None) -> dict[str, Any]:
    """Return one side of a correction: its value, and what may be all that was corrected of it."""
    return {
        name: figure.value if figure else None, f"{name}_denominator": figure.denominator if figure else None,
        f"{name}_is_approximate": figure.is_approximate if figure else None, f"{name}_is_lower_bound": figure.is_lower_bound if figure else None,
    }  # fmt: skip


def shift_json(shift: Shift) -> dict[str, Any]:
    """Return one change of an indicator and unit between two days, with reasons and corrections."""
    return {
        "before": _brief(shift.before), "after": _brief(shift.after),
        "reasons": [{"reason": kind, "text": text or None} for kind, text in shift.reasons],
        "corrections": [
            {
                "period": c.vintage.period_code, **_side("before", c.before), **_side("after", c.after),
                "vintage": c.vintage.vintage, "known_at": c.vintage.known_at,
                "is_withdrawal": c.is_withdrawal, "reason_class": c.vintage.reason_class or None,
                "reason_text": c.vintage.reason_text or None,
            }
            for c in shift.corrections
        ],
    }  # fmt: skip


def _projects(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request))
    versions = [version_json(v) for v in in_order(moment.rows(tables.StrategyVersion))]
    return {"as_of": moment.as_of, "versions": versions, "projects": [project_json(r) for r in moment.projects]}


def _milestones(request: Request) -> dict[str, Any]:
    reports = (moment := moment_of(request, known_at=known_of(request))).projects
    wanted = code_of(request, "project", {r.code for r in reports}, Message("query_project"))
    milestones = [milestone_json(m) for r in reports if not wanted or r.code == wanted for m in r.milestones]
    return {"as_of": moment.as_of, "milestones": milestones}


def _units(request: Request) -> list[dict[str, Any]]:
    return [
        {"code": unit.code, "name_ja": unit.name_ja, "name_en": unit.name_en, "kind": unit.kind, "parent": unit.parent_code or None,
         "valid_from": unit.valid_from, "valid_to": unit.valid_to}
        for unit in state_of(request).book().organisation.units
    ]  # fmt: skip


def _bureaus(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request), view=view_of(request))
    return {"as_of": moment.as_of, "view": moment.view, "bureaus": [bureau_json(r) for r in moment.bureaus]}


def _changes(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=instant_of(request))
    since = day_of(request, "since") or year_before(moment.as_of)
    if since > moment.as_of:
        raise BadQuery(f"since={since}", Message("query_since", as_of=moment.as_of.isoformat()))
    changes = shifts(moment.on(since).scored, moment.scored, since=since)
    return {"since": since, "as_of": moment.as_of, "changes": [shift_json(s) for s in changes]}


def _attention(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request))
    return {"as_of": moment.as_of, **attention_json(Telling(Words(SOURCE), moment))}


def _strips(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request), view=view_of(request))
    return {"as_of": moment.as_of, "view": moment.view, **strips_json(moment)}


REFORM_ROUTES = [
    Route("/api/v1/attention", answered(_attention, *DAY), methods=["GET"]),
    Route("/api/v1/strips", answered(_strips, "view", *DAY), methods=["GET"]),
    Route("/api/v1/projects", answered(_projects, *DAY), methods=["GET"]),
    Route("/api/v1/milestones", answered(_milestones, "project", *DAY), methods=["GET"]),
    Route("/api/v1/units", answered(_units), methods=["GET"]),
    Route("/api/v1/bureaus", answered(_bureaus, "view", *DAY), methods=["GET"]),
    Route("/api/v1/changes", answered(_changes, "since", *DAY), methods=["GET"]),
]
