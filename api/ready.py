"""Readiness of this process: database, tables, edition, disk space and clock, each checked within two seconds independently.

Whether notices go out is said too, but makes no process unready: another one would send no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.waiting import HEALTH, HEALTH_SECONDS, in_time
from kpis.as_text import clean
from kpis.errors import MierukaError, Unavailable
from kpis.languages import both_shipped
from kpis.message import Message
from kpis.seen import journal
from kpis.settings import settings, software_version
from kpis.state import state_of
from kpis.store import tables
from kpis.store.store import utc_now
from kpis.store.unavailable import said_outside
from kpis.store.upgrade import version_of
from publishers.doctor.database import clock, outbox, schema, stamped_at
from publishers.doctor.files import room, written_to
from publishers.doctor.findings import Finding
from publishers.editions import on_disk

FILES = CapacityLimiter(4)  # threads that check folders: a hanging disk blocks no more than these
OUTBOX = "outbox"
_WAIT = HEALTH_SECONDS - 0.3
Judged = dict[str, tuple[bool, str]]


def _database() -> Judged:
    """Check the database: reachable, that of the editions, with the program's schema, and no instants in the future."""
    chosen = settings()
    edition = on_disk.current(chosen.editions_dir) if chosen.mode == "public" else None
    if chosen.mode == "public":
        if edition is None:
            return {"database": (False, both_shipped(Message("no_edition")))}
        revision, at = state_of(edition.url).revision, clock(edition.published_at, now=utc_now())
        return {"database": (True, f"revision {revision}"), "clock": _judged(at)}
    state = state_of(chosen.database_url)
    engine = state.store.engine
    tables_are = schema(version_of(engine))
    is_another = on_disk.numbers(chosen.editions_dir) and not state.store.count(tables.Publication) and not state.is_sample()
    return {
        "database": (False, both_shipped(Message("ready_another"))) if is_another else (True, f"revision {state.revision}"),
        "schema": _judged(tables_are),
        "clock": _judged(clock(stamped_at(engine), now=utc_now())),
        OUTBOX: _judged(_outbox(engine) if tables_are.grade == "ok" else tables_are),
    }


def _outbox(engine: Engine) -> Finding:
    with engine.connect() as connection:
        return outbox(connection, settings(), now=utc_now())


def _edition() -> Judged:
    """Check the current edition: unaltered, or absent where none is required."""
    shown = on_disk.current(settings().editions_dir)
    if shown is None and settings().mode == "public":
        return {"edition": (False, both_shipped(Message("no_edition")))}
    return {"edition": (True, f"edition {shown.number}" if shown else "-")}


def _disk() -> Judged:
    """Check the writable folders; their paths are shown to the operator only."""
    findings = [room(folder) for folder in written_to(settings())]
    for finding in findings:
        if finding.grade != "ok":
            journal.write("not ready", level=logging.WARNING, what=finding.check, of=both_shipped(finding.message))
            return {"disk": (False, both_shipped(Message("ready_no_room")))}
    return {"disk": (True, "-")}


def _judged(finding: Finding) -> tuple[bool, str]:
    return finding.grade == "ok", "-" if finding.grade == "ok" else both_shipped(finding.message)


async def judged() -> Judged:
    """Run all checks; one that times out counts as not ready."""
    in_database = ("database", "clock") if settings().mode == "public" else ("database", "schema", "clock", OUTBOX)
    parts = await asyncio.gather(
        _asked(_database, in_database, HEALTH), _asked(_edition, ("edition",), FILES), _asked(_disk, ("disk",), FILES)
    )
    return {name: verdict for part in parts for name, verdict in part.items()}


async def _asked(look: Callable[[], Judged], names: tuple[str, ...], limiter: CapacityLimiter) -> Judged:
    try:
        return await in_time(look, seconds=_WAIT, limiter=limiter)
    except Unavailable as error:
        reason = both_shipped(said_outside(error))
    except MierukaError as error:
        reason = clean(str(error))
    return dict.fromkeys(names, (False, reason))


async def _ready(request: Request) -> Response:
    """Answer 200 if all checks pass, else 503 with the failures."""
    parts = await judged()
    is_ready = all(is_ok for name, (is_ok, _) in parts.items() if name != OUTBOX)
    checks: dict[str, Any] = {name: {"ok": is_ok, "detail": detail} for name, (is_ok, detail) in parts.items()}
    body = {"status": "ok" if is_ready else "unavailable", "version": software_version(), "checks": checks}
    return JSONResponse(body, 200 if is_ready else 503, {"Cache-Control": "no-store"})


READY_ROUTES = [Route("/api/health/ready", _ready, methods=["GET"])]
