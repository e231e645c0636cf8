"""Rate limits of voices, per address and in total: no address is stored or can be derived from the stored data.

The key of a count is a checksum with a salt of this process and day; at midnight the salt is renewed and the counts are dropped.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from datetime import date, datetime
from threading import Lock

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kpis.periods import local_day
from kpis.settings import settings

ALL = "1000 per hour"  # of all addresses together: a flood from many does not fill the disk


class Often:
    """The counts of one day."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._salt = b""
        self._counts = MovingWindowRateLimiter(MemoryStorage())
        self._lock = Lock()

    def seconds_to_wait(self, address: str, now: datetime) -> int:
        """Count one voice; return 0 where it is accepted, else the seconds to wait."""
        with self._lock:
            if self._day != (day := local_day(now)):
                self._day, self._salt = day, secrets.token_bytes(32)
                self._counts = MovingWindowRateLimiter(MemoryStorage())
            who = hashlib.blake2b(address.encode(), key=self._salt, digest_size=16).hexdigest()
            own, everybody = parse(settings().rate_voice), parse(ALL)
            for rate, name in ((own, who), (everybody, "all")):
                if not self._counts.hit(rate, name):
                    stands = self._counts.get_window_stats(rate, name)
                    return max(1, math.ceil(stands.reset_time - now.timestamp()))
        return 0


OFTEN = Often()
