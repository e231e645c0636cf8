"""The read-only open API: health, indicators, observations and statuses with everything needed to recompute them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kpis.figures.organisation import RollUp
from kpis.figures.records import Baseline, Figure, Goal, LastDue
from kpis.figures.scorecard import VIEWS, Book, Entry, Scored, current_vintages, forecast_of, path_of, score_all, tally
from kpis.periods import last_instant, local_day, parse_instant, parse_period
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from publishers.editions import on_disk
from publishers.editions.on_disk import Edition

HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


class BadQuery(ValueError):
    """A query parameter cannot be read; the message names it and the form expected."""


@lru_cache(maxsize=16)
def _store(url: str) -> Store:
    return Store(url)


@lru_cache(maxsize=4)
def _book(url: str, revision: int) -> Book:
    return _store(url).book()


def edition_of(request: Request) -> Edition | None:
    """Return the edition a request is about: in public mode always one, else only where it asks for one.

    Raises:
        BadQuery: the public may not see the edition asked for, or there is none.
    """
    asked, folder = request.query_params.get("edition"), settings().editions_dir
    if asked is None and settings().mode != "public":
        return None
    found = on_disk.chosen(folder, asked) if on_disk.pointer(folder) else None
    if found is None or (asked is not None and str(found.number) != asked):
        there = ", ".join(str(e.number) for e in on_disk.shown(folder)) or "-"
        raise BadQuery(f"edition={asked}: 公表版は {there} です / the editions are {there}")
    return found


def _url(request: Request) -> str:
    edition = edition_of(request)
    return edition.url if edition else settings().database_url


def store_of(request: Request) -> Store:
    """Return the store of the figures a request is about."""
    return _store(_url(request))


def book_of(request: Request) -> Book:
    """Return the book of figures a request is about."""
    url = _url(request)
    return _book(url, _store(url).revision())


def today_of(request: Request) -> date:
    """Return the day to judge by where a request names none: that of the edition, else today."""
    edition = edition_of(request)
    return edition.as_of if edition else local_day(utc_now())


def day_of(request: Request, name: str) -> date | None:
    """Read a day of the query."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"{name}={text}: YYYY-MM-DD で指定してください / write it as YYYY-MM-DD") from error


def instant_of(request: Request, name: str) -> datetime | None:
    """Read an instant; without a zone it is UTC, and a bare day means the last second of that day of the office."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return last_instant(date.fromisoformat(text)) if len(text) == 10 else parse_instant(text)
    except (ValueError, OverflowError) as error:
        raise BadQuery(f"{name}={text}: ISO 8601 で指定してください / write it as ISO 8601") from error


def known_of(request: Request) -> datetime | None:
    """Read the instant whose knowledge is asked for (``known_at``).

    Raises:
        BadQuery: it cannot be read; or it lies before the edition asked for, which holds registers and milestones as of its
            publication only.
    """
    known_at, edition = instant_of(request, "known_at"), edition_of(request)
    if known_at is not None and edition is not None and known_at < edition.published_at:
        there = ", ".join(str(e.number) for e in on_disk.shown(settings().editions_dir))
        raise BadQuery(
            f"known_at={local_day(known_at)}: 公表版は一覧を公表時の内容で持ちます。edition= で前の版を指定してください({there}) / "
            f"an edition holds its registers as of its publication. Ask for an earlier one with edition= ({there})"
        )
    return known_at


def view_of(request: Request) -> str:
    """Read which organisation is wanted: ``then`` (当時の組織) or ``now`` (現在の組織)."""
    view = request.query_params.get("view") or "then"
    if view not in VIEWS:
        raise BadQuery(f"view={view}: then(当時の組織)か now(現在の組織)を指定してください / write then or now")
    return view


def figure_json(figure: Figure, book: Book) -> dict[str, Any]:
    """Return one observation as plain JSON: period with its days, value, n and d, marks, vintage and source."""
    period = figure.period
    source = book.sources.get(figure.source_code)
    return {
        "period": period.code, "start_date": period.start.isoformat(), "end_date": period.end.isoformat(),
        "value": figure.value, "numerator": figure.numerator, "denominator": figure.denominator,
        "base_value": figure.base_value, "text_ja": figure.text_ja or None, "text_en": figure.text_en or None,
        "is_approximate": figure.is_approximate, "is_lower_bound": figure.is_lower_bound,
        "is_year_to_date": figure.is_year_to_date, "is_base_estimated": figure.is_base_estimated,
        "is_sample": figure.is_sample, "is_rolled_up": figure.is_rolled_up, "is_recast": figure.is_recast,
        "is_worked_out": figure.is_worked_out,
        "vintage": figure.vintage, "known_at": figure.known_at.isoformat() + "Z" if figure.known_at else None,
        "reason_class": figure.reason_class or None, "reason_text": figure.reason_text or None,
        "withdraws_vintage": figure.withdraws_vintage,
        "source_url": source.url if source else None, "source_title": source.title if source else None,
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
    """Return what bureaus' reports of a period add up to, with coverage and the bureaus that are not in it."""
    figure = rolled.figure
    return {
        "period": rolled.period_code, "value": figure.value if figure else None,
        "numerator": figure.numerator if figure else None, "denominator": figure.denominator if figure else None,
        "base_value": figure.base_value if figure else None,
        "official_value": rolled.official.value if rolled.official else None,
        "official_period": rolled.official.period_code if rolled.official else None, "is_complete": rolled.is_complete, "is_published_only": rolled.is_published_only,
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


def _last_due_json(found: LastDue | None) -> dict[str, Any] | None:
    if found is None:
        return None
    period = found.figure.period_code if found.figure else None
    return {"target": _goal_json(found.goal), "result": found.result, "period": period, "gap": found.gap}


def status_json(scored: Scored, book: Book, *, as_of: date) -> dict[str, Any]:
    """Return one judgement with all its inputs, so that a stranger can recompute it, and the planned and expected path drawn."""
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
        "forecast": _forecast_json(scored, as_of),
        "planned_value": judged.planned_value, "variance": judged.variance,
        "progress": judged.progress, "planned_progress": judged.planned_progress, "ratio": judged.ratio,
        "status": judged.status, "standing": judged.standing, "is_current": judged.standing == "current",
        "is_stale": judged.is_stale, "age_days": judged.age_days, "is_awaiting": judged.is_awaiting, "is_part": judged.is_part,
        "last_due": _last_due_json(judged.last_due), "last_settled": _last_due_json(judged.last_settled),
        "unreported_targets": [_goal_json(g) for g in judged.unreported_goals],
        "could_be": list(judged.could_be), "publication_lag_days": definition.publication_lag_days,
        "stale_after_days": definition.stale_after_days, "has_sibling_baseline": definition.has_sibling_baseline,
        "sentence_ja": judged.sentence_ja, "sentence_en": judged.sentence_en,
        "thresholds": judged.thresholds, "rule_version": judged.rule_version,
        "sources": [
            {"url": s.url, "title": s.title, "grade": s.grade,
             "published_on": s.published_on.isoformat() if s.published_on else None,
             "published_by": s.published_by.isoformat() if s.published_by else None, "published_basis": s.published_basis}
            for code in scored.source_codes if (s := book.sources.get(code))
        ],
    }  # fmt: skip


def _health(request: Request) -> dict[str, Any]:
    edition = edition_of(request)
    found: dict[str, Any] = {"status": "ok", "revision": store_of(request).revision()}
    return {**found, "edition": edition.number} if edition else found


def _indicators(request: Request) -> list[dict[str, Any]]:
    return store_of(request).all_of(tables.Indicator)


def _observations(request: Request) -> list[dict[str, Any]]:
    known_at, as_of = instant_of(request, "known_at"), day_of(request, "as_of")
    first, last = day_of(request, "from"), day_of(request, "to")
    book, wanted, unit = book_of(request), request.query_params.get("indicator"), request.query_params.get("unit")
    if wanted and wanted not in {e.definition.code for e in book.entries}:
        raise BadQuery(f"indicator={wanted}: /api/v1/indicators にある指標を指定してください / name one of /api/v1/indicators")
    vintages = request.query_params.get("vintages") or "current"
    if vintages not in ("current", "all"):
        raise BadQuery(f"vintages={vintages}: current(最後の版)か all(訂正前の版も)を指定してください / write current or all")

    def kept(entry: Entry) -> Iterable[Figure]:
        if vintages == "current":
            return current_vintages(entry.figures, known_at=known_at)
        known = (f for f in entry.figures if known_at is None or f.known_at is None or f.known_at <= known_at)
        return sorted(known, key=lambda f: (f.period.end, f.period.start, f.vintage))

    return [
        {"indicator": entry.definition.code, "unit": entry.unit_code, **figure_json(figure, book)}
        for entry in book.entries
        if (not wanted or entry.definition.code == wanted) and (not unit or entry.unit_code == unit)
        for figure in kept(entry)
        if (as_of is None or figure.period.end <= as_of)
        and (first is None or figure.period.end >= first)
        and (last is None or figure.period.end <= last)
    ]


def _readings(request: Request) -> list[dict[str, Any]]:
    sources = book_of(request).sources
    return [
        {
            "indicator": r["indicator_code"], "unit": r["bureau_code"], "period": r["period_code"], "value": r["value"],
            "text_ja": r["text_ja"] or None, "is_target": r["is_target"], "is_approximate": r["is_approximate"], "agrees": r["agrees"],
            "note_ja": r["note_ja"] or None, "note_en": r["note_en"] or None,
            "source_url": s.url if (s := sources.get(r["source_code"])) else None,
        }
        for r in store_of(request).all_of(tables.Reading)
    ]  # fmt: skip


def _sources(request: Request) -> list[dict[str, Any]]:
    names = ("source_code", "url", "title", "published_on", "published_by", "published_basis", "grade")
    return [{name: row[name] for name in names} for row in store_of(request).all_of(tables.Source)]


def _status(request: Request) -> dict[str, Any]:
    as_of = day_of(request, "as_of") or today_of(request)
    book, edition, view, known_at = book_of(request), edition_of(request), view_of(request), instant_of(request, "known_at")
    scored = score_all(book, as_of=as_of, known_at=known_at, unit=request.query_params.get("unit"), view=view)
    found = {
        "as_of": as_of.isoformat(),
        "revision": book.revision,
        "view": view,
        "counts": tally(s for s in scored if s.entry.is_own_scope).to_json(),
        "indicators": [status_json(s, book, as_of=as_of) for s in scored],
    }
    return {**found, "edition": edition.number} if edition else found


def answered(produce: Any) -> Any:
    """Make an endpoint of a function that returns plain data; a query that cannot be read answers 400."""

    async def endpoint(request: Request) -> Response:
        try:
            body = await run_in_threadpool(
                lambda: json.dumps(_plain(produce(request)), ensure_ascii=False, allow_nan=False).encode()
            )
        except BadQuery as error:
            return JSONResponse({"error": str(error)}, status_code=400, headers=HEADERS)
        return conditional(request, body, "application/json")

    return endpoint


def conditional(request: Request, body: bytes, media_type: str, *, etag: str = "", **headers: str) -> Response:
    """Answer with an ETag, or 304 without a body where the asker has these bytes already."""
    tag = f'"{etag or hashlib.sha256(body).hexdigest()[:32]}"'
    sent = {**HEADERS, "ETag": tag, **{name.replace("_", "-"): value for name, value in headers.items()}}
    asked = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in asked or "*" in asked:
        return Response(status_code=304, headers=sent)
    return Response(body, media_type=media_type, headers=sent)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not isfinite(value):
        return None  # no JSON knows it; nothing brings one in any more
    return value.isoformat() if isinstance(value, (date, datetime)) else value


ROUTES = [
    Route("/api/health", answered(_health), methods=["GET"]),
    Route("/api/v1/indicators", answered(_indicators), methods=["GET"]),
    Route("/api/v1/observations", answered(_observations), methods=["GET"]),
    Route("/api/v1/status", answered(_status), methods=["GET"]),
    Route("/api/v1/readings", answered(_readings), methods=["GET"]),
    Route("/api/v1/sources", answered(_sources), methods=["GET"]),
]
