"""Prepare, when the server starts, what the first visitors would wait for: judgements of today, and the search index.

For tens of thousands of procedures the index takes seconds. Later changes are indexed at the first search after them
(``kpis.figures.finding.Growing``), without noticeable delay.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

from kpis.government import settle
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.seen import journal
from kpis.settings import settings
from kpis.state import state_of
from kpis.store.store import utc_now
from publishers.editions import on_disk
from telling.search import indices_of


def warm() -> None:
    """Judge everything as of today, then build the search index; a missing database is ignored here."""
    try:
        began, chosen = time.monotonic(), settings()
        edition = on_disk.current(chosen.editions_dir) if chosen.mode == "public" else None
        if chosen.mode == "public" and edition is None:
            return
        settle(edition.government if edition else None)
        as_of = edition.as_of if edition else local_day(utc_now())
        moment = Moment(state=state_of(edition.url if edition else chosen.database_url), as_of=as_of)
        journal.write(
            "judged", units=len(moment.bureaus), projects=len(moment.projects), seconds=round(time.monotonic() - began, 2)
        )
        made = indices_of(moment)
        names = sum(len(index.entries) for index in made)
        journal.write("search ready", names=names, seconds=round(time.monotonic() - began, 2))
    except Exception as error:  # noqa: BLE001  # the first search builds the index, and reports the error
        journal.write("search not ready", level=logging.WARNING, error=error)


@asynccontextmanager
async def warmed(app: Any) -> AsyncIterator[None]:
    """Build the index beside the server's other startup."""
    Thread(target=warm, name="search", daemon=True).start()
    yield
