"""Log the same fault once and then count it: a machine that runs out of files must not fill its disk with messages as well.

Faults are the same by logger, message without its numbers, exception and source line. The first is
logged in full; those within a minute are counted, and the count is logged after the minute, with the next line of any kind,
or when the process ends.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kpis.seen import counts

SECONDS = 60.0
MOST = 200  # distinct faults per minute; further ones are counted as one
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")
_REST = ("", "other faults", "", "")
Key = tuple[str, str, str, str]


@dataclass(slots=True)
class _Held:
    level: int
    until: float
    count: int = 0


class Once(logging.Filter):
    """A filter that passes the first of each fault, and counts the others.

    Args:
        tell: logs a count, given level, logger, message and number.
        clock: monotonic, in seconds.
    """

    def __init__(self, tell: Callable[[int, Key, int], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._tell, self._clock = tell, clock
        self._held: dict[Key, _Held] = {}
        self._next = float("inf")
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged."""
        now = self._clock()
        if now >= self._next:
            self.tell_counted(now)
        if record.levelno < logging.WARNING or getattr(record, "is_count", False):
            return True
        counts.FAULTS.labels(record.levelname.lower()).inc()
        key = key_of(record)
        with self._lock:
            if key not in self._held and len(self._held) >= MOST:
                key = _REST
            counted = self._held.get(key)
            if counted is None:
                self._held[key] = _Held(record.levelno, now + SECONDS, int(key == _REST))
                self._next = min(self._next, now + SECONDS)
                return key != _REST
            counted.count += 1
            return False

    def tell_counted(self, now: float | None = None) -> None:
        """Log the counts of past minutes, or all counts where no time is given."""
        with self._lock:
            over = [(key, entry) for key, entry in self._held.items() if now is None or now >= entry.until]
            counted = [(entry.level, key, entry.count) for key, entry in over if entry.count]
            for key, entry in over:
                if entry.count and now is not None:  # still recurring: counted for another minute, not logged in full again
                    entry.count, entry.until = 0, now + SECONDS
                else:
                    del self._held[key]
            self._next = min((entry.until for entry in self._held.values()), default=float("inf"))
        for level, key, count in counted:
            self._tell(level, key, count)


def key_of(record: logging.LogRecord) -> Key:
    """Return the key by which two faults are the same."""
    message: Any = record.msg
    words = f"{message.get('event', '')} {message.get('what', '')}" if isinstance(message, dict) else str(message)
    first = _NUMBERS.sub("#", words.partition("\n")[0])[:200]
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return record.name, first, type(error).__name__ if error else "", _place(error)


def _place(error: BaseException | None) -> str:
    """Return the file and line where an exception was raised."""
    at = error.__traceback__ if error else None
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at is not None else ""
