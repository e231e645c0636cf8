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


async def in_time(
    read: Callable[[], T], *, seconds: float | None = None, limiter: CapacityLimiter = READERS, is_write: bool = False
) -> T:
    """Run a database read in a thread, and wait for it with a time limit.

    Args:
        is_write: it is a write, which may still be done after the answer was given up.

    Raises:
        Unavailable: it timed out, or machine or database failed; a read still running keeps its thread, so they cannot pile up.
    """
    seconds = seconds or settings().database_wait_seconds
    reading = asyncio.ensure_future(to_thread.run_sync(read, limiter=limiter))
    try:
        return await asyncio.wait_for(asyncio.shield(reading), seconds)
    except TimeoutError as error:
        reading.add_done_callback(lambda late: late.cancelled() or late.exception())  # retrieved, so that asyncio logs no warning
        key = "commit_unknown" if is_write else "database_silent"
        raise Unavailable(key, exit_code=EXIT_CODES[key], database=SETTINGS[0], fault=f"{seconds:g} s") from error
    except MierukaError:
        raise
    except Exception as error:
        if (fault := unavailable(error)) is None:
            raise
        raise fault from error


def reason_of(error: Unavailable) -> str:
    """Return the bilingual message of a failure for the client."""
    return both_shipped(said_outside(error))


def not_now(error: Unavailable, headers: dict[str, str]) -> JSONResponse:
    """Answer 503, with a time to ask again where that does no harm."""
    again = {} if error.message.key == "commit_unknown" else {"Retry-After": "30"}
    return JSONResponse({"error": reason_of(error)}, status_code=503, headers={**headers, **again})
