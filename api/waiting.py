"""Time limits of responses, and the response where the database does not answer.

Database reads wait in threads of their own: while the database hangs, files of editions and the health of the process are
still served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.responses import JSONResponse

from kpis.errors import MierukaError, Unavailable
from kpis.languages import both_shipped
from kpis.settings import settings
from kpis.store.unavailable import EXIT_CODES, SETTINGS, said_outside, unavailable

T = TypeVar("T")
HEALTH_SECONDS = 2
READERS, HEALTH = CapacityLimiter(20), CapacityLimiter(2)


async def in_time(read: Callable[[], T], *, seconds: float | None = None, limiter: CapacityLimiter = READERS) -> T:
    """Run what reads the database in a thread, and wait for it.

    Args:
        read: it.
        seconds: so long; as long as ``DATABASE_WAIT_SECONDS`` says where left out.
        limiter: how many may read at once.

    Raises:
        Unavailable: it took longer, or machine or database failed; what is still under way keeps its thread, so that they cannot pile up.
    """
    seconds = seconds or settings().database_wait_seconds
    reading = asyncio.ensure_future(to_thread.run_sync(read, limiter=limiter))
    try:
        return await asyncio.wait_for(asyncio.shield(reading), seconds)
    except TimeoutError as error:
        reading.add_done_callback(lambda late: late.cancelled() or late.exception())  # looked at, so that nobody complains of it
        raise Unavailable(
            "database_silent", exit_code=EXIT_CODES["database_silent"], database=SETTINGS[0], fault=f"{seconds:g} s"
        ) from error
    except MierukaError:
        raise
    except Exception as error:
        if (fault := unavailable(error)) is None:
            raise
        raise fault from error


def reason_of(error: Unavailable) -> str:
    """Return what is said of a failure to whoever asked, in both languages."""
    return both_shipped(said_outside(error))


def not_now(error: Unavailable, headers: dict[str, str]) -> JSONResponse:
    """Answer that it cannot be answered now."""
    return JSONResponse({"error": reason_of(error)}, status_code=503, headers={**headers, "Retry-After": "30"})
