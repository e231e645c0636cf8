"""The registers in the open API: the list of procedures with search, paging and CSV, and every number that the pages show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.routes import (
    DAY,
    HEADERS,
    BadQuery,
    answered,
    code_of,
    known_of,
    made_or_refused,
    moment_of,
    refuse_others,
    state_of,
    unit_of,
    view_of,
)
from kpis.declared import said_of
from kpis.figures import facilities, listed
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
from kpis.message import Message
from kpis.moment import Moment
from kpis.periods import parse_whole
from kpis.registers import TOLD_BY_RECORD, Register
from kpis.store import tables
from kpis.store.queries import PAGE_SIZE, Filter
from kpis.vocabulary import Authority, Party, ProcessType, RowKind
from publishers.opendata.registers_csv import lines
from telling.blocks import published
from telling.file_names import attachment, file_name
from telling.listed import said_columns
from telling.procedures import PUBLISHED

MAX_SIZE = 500
NO_BUREAU = "-"  # filter value for "no bureau named"
LISTED = (*Filter.__dataclass_fields__, *DAY)
CHOICES = {
    "status": (*STATUSES, ENDED),
    "priority": ("yes", "no"),
    "due": ("planned", "overdue"),
    "smartphone": ("yes", "no", "unknown"),
    "process_type": ProcessType.values(),
    "applicant": Party.values(),
    "authority": Authority.values(),
}


def choice_of(request: Request, name: str, choices: Collection[str]) -> str:
    """Parse a parameter with a fixed vocabulary; blank if absent."""
    return code_of(request, name, choices, Message("query_one_of", known=" | ".join(choices)))


def filter_of(request: Request) -> Filter:
    """Parse the filter of a list of procedures.

    Raises:
        BadQuery: a value is not one of the choices.
    """
    parameters = {name: request.query_params.get(name, "").strip() for name in Filter.__dataclass_fields__}
    for name, choices in CHOICES.items():
        choice_of(request, name, choices)
    if parameters["bureau"] != NO_BUREAU:
        unit_of(request, state_of(request).book(), "bureau")
    return Filter(**parameters)


def number_of(request: Request, name: str, default: int, most: int) -> int:
    """Parse an integer from 1 to ``most``."""
    text = request.query_params.get(name, str(default))
    if (number := parse_whole(text, most=most)) is None:
        raise BadQuery(f"{name}={text}", Message("query_number", most=most))
    return number


def _procedures(request: Request) -> dict[str, Any]:
    page, size = number_of(request, "page", 1, 10_000_000), number_of(request, "size", PAGE_SIZE, MAX_SIZE)
    wanted, moment = filter_of(request), moment_of(request, known_at=known_of(request))
    total, rows = moment.search(wanted, page=page, size=size)
    return {
        "as_of": moment.as_of,
        "total": total,
        "page": page,
        "size": size,
        "pages": -(-total // size),
        "procedures": [vars(row) for row in rows],
    }


async def procedures_csv(request: Request) -> Response:
    """Stream every procedure that matches a filter as CSV, a few hundred rows at a time."""

    def read() -> tuple[Filter, Moment]:
        refuse_others(request, LISTED)
        return filter_of(request), moment_of(request, known_at=known_of(request))

    filter_and_moment = await made_or_refused(read)
    if isinstance(filter_and_moment, Response):
        return filter_and_moment
    wanted, moment = filter_and_moment
    name = file_name("procedures", *asdict(wanted).values(), moment.as_of.isoformat(), ending=".csv")
    headers = {**HEADERS, "Content-Disposition": attachment(name)}
    return StreamingResponse(lines(moment, wanted), media_type="text/csv; charset=utf-8", headers=headers)


def _procedures_summary(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request), view=view_of(request))
    register = moment.procedures
    total = tally(register.groups)
    priority = tally(g for g in register.groups if g.is_priority)
    beside = [
        published_beside(s.entry.definition, s.judgement.figure, priority if kind == "completion" else total).to_json()
        for kind in PUBLISHED
        if (s := published(moment.own, "procedures", kind)) and s.judgement.figure
    ]
    by = {
        dimension: {
            value or "-": counts.to_json()
            for value, counts in tally_by(
                register.groups, dimension, order=list(moment.units) if dimension == "bureau" else (), home=moment.home
            ).items()
        }
        for dimension in DIMENSIONS
        if dimension != "channel"
    }
    gone = cumulated(register.digitised)
    return {
        "as_of": moment.as_of, "view": moment.view, "total": total.to_json(), "priority": priority.to_json(), "published": beside, "by": by,
        "by_channel": {name or "-": counts for name, counts in channels(register.channels).items()},
        "with_channel_count": sum(n for name, _, n in register.channels if name),
        "steps": steps(register.groups), "plan": plan(register.planned, register.groups, as_of=moment.as_of).to_json(),
        "over_time": [{"day": day, "newly_count": new, "so_far_count": so_far} for day, new, so_far in gone],
        "undated_count": sum(total.statuses[s] for s in ONLINE) - (gone[-1][2] if gone else 0),
    }  # fmt: skip


def _facilities(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request))
    parameters = {
        "bureau": unit_of(request, moment.book, "bureau"),
        "kind": choice_of(request, "kind", sorted({f.kind for f in moment.facilities})),
        "status": choice_of(request, "status", (*facilities.STATUSES, ENDED)),
    }
    kept = [f for f in moment.facilities if all(not value or getattr(f, name) == value for name, value in parameters.items())]
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
    return {"as_of": moment.as_of, "total": len(rows), "facilities": rows}


def _facilities_summary(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request), view=view_of(request))
    beside = published(moment.own, "facilities", "completion", "ratio", "stock")
    figure = beside.judgement.figure if beside else None
    stated = (
        {"indicator": beside.entry.definition.code, "period": figure.period_code, "value": figure.value,
         "numerator": figure.numerator, "denominator": figure.denominator}
        if beside and figure
        else None
    )  # fmt: skip
    summary = facilities.summary(moment.facilities, bureaus=list(moment.units), home=moment.home)
    return {"as_of": moment.as_of, "view": moment.view, "published": stated, **summary}


def _listed(register: Register, request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request))
    parameters = {
        "query": request.query_params.get("query", ""),
        "status": choice_of(request, "status", (*register.words_of(register.status), *listed.APART)),
        "bureau": unit_of(request, moment.book, "bureau"),
    }
    columns = said_columns(register)
    rows = [
        {
            **{name: vars(row.row)[name] for name in columns if name in vars(row.row)},
            "status": row.status,
            "is_sample": row.is_sample,
        }
        for row in listed.kept(moment.listed(register), **parameters)
    ]
    return {"as_of": moment.as_of, "total": len(rows), register.sheet: rows}


def _listed_summary(register: Register, request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request), view=view_of(request))
    rows, statuses = moment.listed(register), register.words_of(register.status)
    without = moment.without_action if register.kind == RowKind.ACTION else ()
    lacking = [{"indicator": i.entry.definition.code, "scope": i.entry.unit_code, "status": i.judgement.status} for i in without]
    counts = listed.counted(rows, statuses)
    return {
        "as_of": moment.as_of, "view": moment.view, "total": sum(counts.values()), "statuses": counts,
        **{f"{apart}_count": sum(row.status == apart for row in rows) for apart in listed.APART},
        "by_bureau": listed.by_bureau(rows, statuses, bureaus=list(moment.units), home=moment.home),
        "sample_count": sum(row.is_sample for row in rows),
        **({"without_action": lacking} if register.kind == RowKind.ACTION else {}),
    }  # fmt: skip


def _commentaries(request: Request) -> dict[str, Any]:
    """Return bureaus' commentary on indicators and projects, for periods ended by the day, newest first within each."""
    moment = moment_of(request, known_at=known_of(request))
    parameters = {
        "indicator_code": code_of(request, "indicator", moment.indicators, Message("query_indicator")),
        "project_code": code_of(request, "project", {r.code for r in moment.projects}, Message("query_project")),
        "bureau_code": unit_of(request, moment.book, "bureau"),
    }
    columns = [column for column in said_of(tables.CommentaryFields) if column != "verified"]
    commentaries = (row for commented in moment.commented.values() for row in commented.commentaries)
    rows = [
        {**{name: vars(row)[name] for name in columns}, "is_sample": row.is_sample}
        for row in commentaries
        if all(not value or getattr(row, name) == value for name, value in parameters.items())
    ]
    return {"as_of": moment.as_of, "total": len(rows), "commentaries": rows}


REGISTER_ROUTES = [
    Route("/api/v1/procedures", answered(_procedures, *LISTED, "page", "size"), methods=["GET"]),
    Route("/api/v1/procedures.csv", procedures_csv, methods=["GET"]),
    Route("/api/v1/facilities", answered(_facilities, "bureau", "kind", "status", *DAY), methods=["GET"]),
    Route("/api/v1/registers/procedures", answered(_procedures_summary, "view", *DAY), methods=["GET"]),
    Route("/api/v1/registers/facilities", answered(_facilities_summary, "view", *DAY), methods=["GET"]),
    Route("/api/v1/commentaries", answered(_commentaries, "indicator", "project", "bureau", *DAY), methods=["GET"]),
    *(
        Route(f"/api/v1/{place}{sheet}", answered(partial(answer, register), *names, *DAY), methods=["GET"])
        for sheet, register in TOLD_BY_RECORD.items()
        for place, answer, names in (("", _listed, ("query", "status", "bureau")), ("registers/", _listed_summary, ("view",)))
    ),
]
