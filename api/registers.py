"""The registers in the open API: the list of procedures searched and paged, as CSV, and every number the pages show."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from api.routes import HEADERS, BadQuery, answered, book_of, day_of, known_of, store_of, today_of, view_of
from kpis.figures import facilities
from kpis.figures.bureaus import home
from kpis.figures.registers import (
    DIMENSIONS,
    ENDED,
    ONLINE,
    STATUSES,
    channels,
    cumulated,
    plan,
    published_beside,
    steps,
    tally,
    tally_by,
)
from kpis.figures.scorecard import Scored, score_all
from kpis.store import queries, tables
from kpis.store.queries import PAGE_SIZE, Counted, Filter
from kpis.store.store import Store
from publishers.opendata.registers_csv import lines
from telling.file_names import attachment, file_name

MAX_SIZE = 500
PUBLISHED = ("ratio", "stock", "completion")
CHOICES = {"status": (*STATUSES, ENDED), "priority": ("yes", "no"), "due": ("planned", "overdue")}


def _as_of(request: Request) -> date:
    return day_of(request, "as_of") or today_of(request)


def filter_of(request: Request) -> Filter:
    """Read what a list of procedures is narrowed to.

    Raises:
        BadQuery: a value is not one of the choices, or a parameter is not known.
    """
    asked = {name: request.query_params.get(name, "").strip() for name in Filter.__dataclass_fields__}
    for name, choices in CHOICES.items():
        if asked[name] and asked[name] not in choices:
            raise BadQuery(f"{name}={asked[name]}: {' | '.join(choices)}")
    unknown = set(request.query_params) - {*asked, "page", "size", "as_of", "known_at", "edition", "lang"}
    if unknown:
        raise BadQuery(f"{', '.join(sorted(unknown))}: {' | '.join(asked)} | page | size | as_of | known_at")
    return Filter(**asked)


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise BadQuery(f"{name}={text}: 1–{most:,} の整数で指定してください / write it as a whole number from 1 to {most:,}")
    return int(text)


def _procedures(request: Request) -> dict[str, Any]:
    page, size = _number(request, "page", 1, 10_000_000), _number(request, "size", PAGE_SIZE, MAX_SIZE)
    wanted, as_of = filter_of(request), _as_of(request)
    total, rows = queries.search(store_of(request), wanted, as_of=as_of, known_at=known_of(request), page=page, size=size)
    return {"as_of": as_of, "total": total, "page": page, "size": size, "pages": -(-total // size), "procedures": rows}


async def procedures_csv(request: Request) -> Response:
    """Send every procedure that a filter keeps as CSV, a few hundred rows at a time."""
    try:
        wanted, as_of, known_at, store = filter_of(request), _as_of(request), known_of(request), store_of(request)
    except BadQuery as error:
        return JSONResponse({"error": str(error)}, status_code=400, headers=HEADERS)

    name = file_name("procedures", *asdict(wanted).values(), as_of.isoformat(), ending=".csv")
    headers = {**HEADERS, "Content-Disposition": attachment(name)}
    return StreamingResponse(lines(store, wanted, as_of, known_at), media_type="text/csv; charset=utf-8", headers=headers)


@lru_cache(maxsize=4)
def _counted(store: Store, revision: int, as_of: date, known_at: datetime | None) -> Counted:
    return queries.counted(store, as_of=as_of, known_at=known_at)


def _published(scored: list[Scored], theme: str, kind: str) -> Scored | None:
    return next(
        (
            s
            for s in scored
            if s.entry.theme == theme and s.entry.definition.kind == kind and s.entry.is_own_scope and s.judgement.figure
        ),
        None,
    )


def _procedures_summary(request: Request) -> dict[str, Any]:
    as_of, view, store, book = _as_of(request), view_of(request), store_of(request), book_of(request)
    known_at = known_of(request)
    register = _counted(store, store.revision(), as_of, known_at)
    total = tally(register.groups)
    priority = tally(g for g in register.groups if g.is_priority)
    order = [row["bureau_code"] for row in store.all_of(tables.Bureau)]
    scored = score_all(book, as_of=as_of, known_at=known_at)
    beside = [
        published_beside(s.entry.definition, s.judgement.figure, priority if kind == "completion" else total).to_json()
        for kind in PUBLISHED
        if (s := _published(scored, "procedures", kind)) and s.judgement.figure
    ]
    at_home = {code: home(book.organisation, code, as_of=as_of, view=view) for code in {g.bureau for g in register.groups} if code}
    by = {
        dimension: {
            value or "-": found.to_json()
            for value, found in tally_by(
                register.groups, dimension, order=order if dimension == "bureau" else (), home=lambda code: at_home.get(code, code)
            ).items()
        }
        for dimension in DIMENSIONS
        if dimension != "channel"
    }
    gone = cumulated(register.digitised)
    return {
        "as_of": as_of, "view": view, "total": total.to_json(), "priority": priority.to_json(), "published": beside, "by": by,
        "by_channel": {name or "-": counts for name, counts in channels(register.channels).items()},
        "with_channel_count": sum(n for name, _, n in register.channels if name),
        "steps": steps(register.groups), "plan": plan(register.planned, register.groups, as_of=as_of).to_json(),
        "over_time": [{"day": day, "newly_count": new, "so_far_count": so_far} for day, new, so_far in gone],
        "undated_count": sum(total.statuses.get(s, 0) for s in ONLINE) - (gone[-1][2] if gone else 0),
    }  # fmt: skip


def _facilities_of(request: Request) -> list[facilities.Facility]:
    return facilities.standing(store_of(request).known(tables.Facility, known_at=known_of(request)), as_of=_as_of(request))


def _facilities(request: Request) -> dict[str, Any]:
    asked = {name: request.query_params.get(name, "") for name in ("bureau", "kind", "status")}
    known = (*facilities.STATUSES, ENDED)
    if asked["status"] and asked["status"] not in known:
        raise BadQuery(f"status={asked['status']}: {' | '.join(known)}")
    kept = [f for f in _facilities_of(request) if all(not value or getattr(f, name) == value for name, value in asked.items())]
    rows = [
        {
            "facility_code": f.code, "name_ja": f.name, "kind": f.kind, "is_class": f.is_class, "bureau_code": f.bureau or None,
            "municipalities": list(f.places), "payment_methods": list(f.methods), "status": f.status, "cashless_since": f.since,
            "cashless_since_precision": f.since_precision, "planned_for": f.planned, "planned_for_precision": f.planned_precision,
            "ended_on": f.ended, "ended_on_precision": f.ended_precision, "ended_reason": f.ended_reason or None,
            "successor_code": f.successor or None, "is_sample": f.is_sample, "source_code": f.source_code,
        }
        for f in kept
    ]  # fmt: skip
    return {"as_of": _as_of(request), "total": len(rows), "facilities": rows}


def _facilities_summary(request: Request) -> dict[str, Any]:
    as_of, view, store, book = _as_of(request), view_of(request), store_of(request), book_of(request)
    scored = score_all(book, as_of=as_of, known_at=known_of(request))
    beside = next((s for kind in ("completion", "ratio", "stock") if (s := _published(scored, "cashless", kind))), None)
    figure = beside.judgement.figure if beside else None
    found = facilities.summary(
        _facilities_of(request), bureaus=[row["bureau_code"] for row in store.all_of(tables.Bureau)],
        home=lambda code: home(book.organisation, code, as_of=as_of, view=view),
    )  # fmt: skip
    published = (
        {"indicator": beside.entry.definition.code, "period": figure.period_code, "value": figure.value,
         "numerator": figure.numerator, "denominator": figure.denominator}
        if beside and figure
        else None
    )  # fmt: skip
    return {"as_of": as_of, "view": view, "published": published, **found}


REGISTER_ROUTES = [
    Route("/api/v1/procedures", answered(_procedures), methods=["GET"]),
    Route("/api/v1/procedures.csv", procedures_csv, methods=["GET"]),
    Route("/api/v1/facilities", answered(_facilities), methods=["GET"]),
    Route("/api/v1/registers/procedures", answered(_procedures_summary), methods=["GET"]),
    Route("/api/v1/registers/facilities", answered(_facilities_summary), methods=["GET"]),
]
