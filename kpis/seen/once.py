"""The same fault is said once and then counted: a machine that runs out of files must not fill its disk with words as well.

What is the same: the logger, the words without their numbers, the error and the line of the program where it was raised. The first is
let through whole; those within a minute are counted, and the count is said when the minute is over, with the next line whatever that is,
or at the end of the process.
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
MOST = 200  # different faults in a minute; more of them are counted as one
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")
_REST = ("", "other faults", "", "")
Key = tuple[str, str, str, str]


@dataclass(slots=True)
class _Held:
    level: int
    until: float
    count: int = 0


class Once(logging.Filter):
    """Lets the first of each fault through, and counts the others.

    Args:
        tell: writes a line of a level, of a logger, with words and a number: what was counted.
        clock: that only goes forward, in seconds.
    """

    def __init__(self, tell: Callable[[int, Key, int], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._tell, self._clock = tell, clock
        self._held: dict[Key, _Held] = {}
        self._next = float("inf")
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is written."""
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
        """Say what was counted: of the minutes that are over, or of all where no time is given."""
        with self._lock:
            over = [(key, entry) for key, entry in self._held.items() if now is None or now >= entry.until]
            counted = [(entry.level, key, entry.count) for key, entry in over if entry.count]
            for key, entry in over:
                if entry.count and now is not None:  # it goes on: counted for another minute, not said whole again
                    entry.count, entry.until = 0, now + SECONDS
                else:
                    del self._held[key]
            self._next = min((entry.until for entry in self._held.values()), default=float("inf"))
        for level, key, count in counted:
            self._tell(level, key, count)


def key_of(record: logging.LogRecord) -> Key:
    """Return by what a fault is the same as another."""
    message: Any = record.msg
    words = f"{message.get('event', '')} {message.get('what', '')}" if isinstance(message, dict) else str(message)
    first = _NUMBERS.sub("#", words.partition("\n")[0])[:200]
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return record.name, first, type(error).__name__ if error else "", _place(error)


def _place(error: BaseException | None) -> str:
    """Return the file and line where an error was raised."""
    at = error.__traceback__ if error else None
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at is not None else ""
