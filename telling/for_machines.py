"""A judgement and its figures as plain JSON, with all inputs needed to recompute them: for the open API and the open data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from kpis.figures.attention import Since, Stood
from kpis.figures.records import Baseline, Definition, Figure, Goal, LastDue, Revision, revised, typical_revision
from kpis.figures.rollup import RollUp
from kpis.figures.scorecard import Book, Scored, forecast_of, needed_of, path_of
from kpis.languages import SOURCE
from kpis.moment import Moment
from kpis.periods import parse_period
from telling import attention, needed
from telling.blocks import Telling
from telling.quarters import figures_then
from telling.words import Words


def figure_json(figure: Figure, book: Book) -> dict[str, Any]:
    """Return one observation as plain JSON: period with its dates, value, n and d, flags, vintage and source."""
    period = figure.period
    source = book.sources.get(figure.source_code)
    return {
        "period": period.code, "start_date": period.start.isoformat(), "end_date": period.end.isoformat(),
        "value": figure.value, "numerator": figure.numerator, "denominator": figure.denominator,
        "base_value": figure.base_value, "text_ja": figure.text_ja or None, "text_en": figure.text_en or None,
        "is_approximate": figure.is_approximate, "is_lower_bound": figure.is_lower_bound,
        "is_year_to_date": figure.is_year_to_date, "is_base_estimated": figure.is_base_estimated,
        "is_preliminary": figure.is_preliminary,
        "is_sample": figure.is_sample, "is_rolled_up": figure.is_rolled_up, "is_recast": figure.is_recast,
        "is_worked_out": figure.is_worked_out, **dict(figure.other_fields),
        "vintage": figure.vintage, "known_at": figure.known_at.isoformat() + "Z" if figure.known_at else None,
        "reason_class": figure.reason_class or None, "reason_text": figure.reason_text or None,
        "withdraws_vintage": figure.withdraws_vintage, "finalises_vintage": figure.finalises_vintage,
        "note_ja": figure.note_ja or None, "note_en": figure.note_en or None,
        "source_url": source.url if source else None, "source_title": source.title if source else None,
    }  # fmt: skip


def revision_json(definition: Definition, figure: Figure, by_vintage: Mapping[tuple[str, int], Figure]) -> dict[str, Any]:
    """Return the preliminary value before a final one and the size of the revision; nulls for any other figure.

    Args:
        by_vintage: every vintage of the indicator and unit, by period and number.
    """
    first = by_vintage.get((figure.period_code, figure.finalises_vintage or 0))
    gone = revised(definition, Revision(figure, first, figure))
    return {
        "preliminary_value": gone.first if gone else None, "revision": gone.difference if gone else None,
        "revision_relative": gone.relative if gone else None,
    }  # fmt: skip


def _goal_json(goal: Goal) -> dict[str, Any]:
    period = parse_period(goal.period_code)
    return {"period": goal.period_code, "start_date": period.start.isoformat(), "end_date": period.end.isoformat(),
            "value": goal.value, "set_on": goal.set_on.isoformat() if goal.set_on else None,
            "set_on_precision": goal.set_on_precision, "set_order": goal.set_order,
            "is_approximate": goal.is_approximate,
            "withdrawn_on": goal.withdrawn_on.isoformat() if goal.withdrawn_on else None,
            "withdrawn_reason": goal.withdrawn_reason or None}  # fmt: skip


def _baseline_json(baseline: Baseline | None) -> dict[str, Any] | None:
    if baseline is None:
        return None
    return {"period": baseline.period_code, "end_date": parse_period(baseline.period_code).end.isoformat(),
            "value": baseline.value, "is_approximate": baseline.is_approximate,
            "is_estimated": baseline.is_estimated, "is_first_figure": baseline.is_first_figure}  # fmt: skip


def roll_up_json(rolled: RollUp) -> dict[str, Any]:
    """Return the roll-up of bureaus' reports of a period, with coverage and the missing bureaus."""
    figure = rolled.figure
    return {
        "period": rolled.period_code, "value": figure.value if figure else None,
        "numerator": figure.numerator if figure else None, "denominator": figure.denominator if figure else None,
        "base_value": figure.base_value if figure else None,
        "official_value": rolled.official.value if rolled.official else None,
        "official_period": rolled.official.period_code if rolled.official else None, "is_complete": rolled.is_complete,
        "is_published_only": rolled.is_published_only,
        "reported_count": rolled.reported_count, "owing_count": rolled.owing_count, "added": list(rolled.added),
        "unaddable": list(rolled.unaddable), "missing": list(rolled.missing),
        "year_to_date": list(rolled.year_to_date), "single_period": list(rolled.single_period),
    }  # fmt: skip


def _earlier_json(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else {"period": figure.period_code, "value": figure.value, "denominator": figure.denominator}


def _forecast_json(scored: Scored, as_of: date) -> dict[str, Any] | None:
    expected = forecast_of(scored, as_of=as_of)
    if expected is None:
        return None
    days = zip(expected.points, expected.band, strict=True)
    points = [{"day": day.isoformat(), "value": value, "low": low, "high": high} for (day, value), (_, low, high) in days]
    return {
        "method": expected.method, "level_pct": expected.level_pct, "coverage_pct": expected.coverage_pct,
        "back_test_count": expected.test_count, "is_joined": expected.is_joined, "points": points,
    }  # fmt: skip


def _needed_json(scored: Scored, as_of: date) -> dict[str, Any] | None:
    needed_row = needed_of(scored, as_of=as_of)
    if needed_row is None:
        return None
    row = needed.flat(scored, needed_row)
    return {**{name: value for name, value in row.items() if name not in ("indicator_code", "bureau_code")},
            "sentence_ja": needed.sentence(scored, Words(SOURCE)), "sentence_en": needed.sentence(scored, Words("en"))}  # fmt: skip


def _typical_revision_json(scored: Scored) -> dict[str, Any] | None:
    """Return the typical revision of preliminary values: the median size, in the indicator's unit, and the number of revisions."""
    usual = typical_revision(scored.entry.definition, scored.revisions)
    return None if usual is None else {"count": usual[0], "median": usual[1]}


def _last_due_json(last: LastDue | None) -> dict[str, Any] | None:
    if last is None:
        return None
    period = last.figure.period_code if last.figure else None
    return {"target": _goal_json(last.goal), "result": last.result, "period": period, "gap": last.gap}


def status_json(scored: Scored, book: Book, *, as_of: date) -> dict[str, Any]:
    """Return one judgement with all inputs needed to recompute it, and the planned and expected path as drawn."""
    entry, judged = scored.entry, scored.judgement
    definition, figure = entry.definition, judged.figure
    return {
        "code": definition.code, "name_ja": definition.name_ja, "name_en": definition.name_en,
        "kind": definition.kind, "direction": definition.direction, "unit": definition.unit_ja,
        "unit_en": definition.unit_en, "scope": entry.unit_code, "project": entry.project_code, "theme": entry.theme,
        "is_headline": entry.is_headline, "targets_of": entry.goals_of or entry.unit_code,
        "period": figure.period_code if figure else None,
        "period_end": figure.period.end.isoformat() if figure else None,
        "actual_value": figure.value if figure else None,
        "numerator": figure.numerator if figure else None, "denominator": figure.denominator if figure else None,
        "is_approximate": bool(figure and figure.is_approximate),
        "is_lower_bound": bool(figure and figure.is_lower_bound),
        "text_ja": (figure.text_ja or None) if figure else None,
        "text_en": (figure.text_en or None) if figure else None,
        "baseline": _baseline_json(judged.baseline), "target": _goal_json(judged.goal) if judged.goal else None,
        "targets": [_goal_json(goal) for goal in entry.goals],
        "figures": [figure_json(f, book) for f in scored.figures],
        "rolled_up": [roll_up_json(r) for r in scored.rolled],
        "breaks": [
            {"unit": b.unit_code, "date": b.day.isoformat() if b.day else None, "successors": list(b.successor_codes),
             "reason": b.reason}
            for b in scored.breaks
        ],
        "previous": _earlier_json(judged.previous), "year_earlier": _earlier_json(judged.year_earlier),
        "planned_path": [{"day": day.isoformat(), "value": value} for day, value in path_of(scored, as_of=as_of)],
        "forecast": _forecast_json(scored, as_of), "needed": _needed_json(scored, as_of), "typical_revision": _typical_revision_json(scored),
        "planned_value": judged.planned_value, "variance": judged.variance,
        "progress": judged.progress, "planned_progress": judged.planned_progress, "ratio": judged.ratio,
        "status": judged.status, "standing": judged.standing, "is_current": judged.standing == "current",
        "is_stale": judged.is_stale, "age_days": judged.age_days, "is_awaiting": judged.is_awaiting, "is_part": judged.is_part,
        "last_due": _last_due_json(judged.last_due), "last_settled": _last_due_json(judged.last_settled),
        "unreported_targets": [_goal_json(g) for g in judged.unreported_goals],
        "could_be": list(judged.could_be), "publication_lag_days": definition.publication_lag_days,
        "stale_after_days": definition.stale_after_days, "has_sibling_baseline": definition.has_sibling_baseline,
        "sentence_ja": scored.sentence(), "sentence_en": scored.sentence("en"),
        "thresholds": judged.thresholds, "rule_version": judged.rule_version,
        "sources": [
            {"url": s.url, "title": s.title, "grade": s.grade,
             "published_on": s.published_on.isoformat() if s.published_on else None,
             "published_by": s.published_by.isoformat() if s.published_by else None, "published_basis": s.published_basis}
            for code in scored.source_codes if (s := book.sources.get(code))
        ],
    }  # fmt: skip


def stood_json(stood: Iterable[Stood]) -> list[dict[str, Any]]:
    """Return the status at the end of each quarter, oldest first: as known then; the last as of now.

    For an indicator, with its figure of the time (if current in that quarter), the planned value, and the gap.
    """
    return [{"period": s.quarter.code, "status": s.status, **(figures_then(s) if s.judgement is not None else {})} for s in stood]


def _since_json(since: Since | None) -> dict[str, Any] | None:
    if since is None:
        return None
    return {
        "period": since.quarter.code, "quarters_count": since.count, "is_longer": since.is_longer, "first_status": since.first_status,
    }  # fmt: skip


def attention_json(telling: Telling) -> dict[str, Any]:
    """Return what is off track, in list order, each with its strip and since when."""
    rows = attention.block(telling).flat
    off = telling.moment.off_track
    return {
        "attention": [
            {**row, "stood": stood_json(item.stood), "since": _since_json(item.since)} for item, row in zip(off, rows, strict=True)
        ]
    }


def strips_json(moment: Moment) -> dict[str, Any]:
    """Return the strip of every indicator and unit with a target, and of every project."""
    with_path = [s for s in moment.scored if s.entry.goals or s.entry.goals_of]
    return {
        "indicators": [
            {
                "indicator": s.entry.definition.code, "scope": s.entry.unit_code, "stood": stood_json(moment.stood(s)),
                "since": _since_json(moment.off_since(s)),
            }
            for s in with_path
        ],
        "projects": [{"project": r.code, "stood": stood_json(moment.project_stood(r))} for r in moment.projects],
    }  # fmt: skip
