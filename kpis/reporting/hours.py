"""At which hours of the office a message leaves. Pure: each function takes an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from kpis.government import government
from kpis.periods import local_day, local_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """Days of the week (0 = Monday) and the time between which messages leave, by the clock of the office."""

    days: frozenset[int]
    begins: time
    ends: time

    def holds(self, now: datetime) -> bool:
        """Say whether messages leave at an instant (UTC)."""
        at = local_time(now)
        return at.weekday() in self.days and self.begins <= at.time() < self.ends

    def opening(self, now: datetime) -> datetime:
        """Return the next instant (UTC) after this one at which the hours begin."""
        day = local_day(now)
        while True:
            begins = datetime.combine(day, self.begins, government().zone).astimezone(UTC).replace(tzinfo=None)
            if begins > now and day.weekday() in self.days:
                return begins
            day += timedelta(days=1)


def hours_of(text: str) -> Hours:
    """Read ``NOTICE_HOURS``, whose form the settings have checked: ``mon-fri 09:00-18:00``; without days, every day."""
    days, _, clock = text.rpartition(" ")
    begins, _, ends = clock.partition("-")
    first, _, last = (days or "mon-sun").partition("-")
    start, end = DAYS.index(first), DAYS.index(last or first)
    count = (end - start) % 7 + 1
    return Hours(frozenset((start + n) % 7 for n in range(count)), time.fromisoformat(begins), time.fromisoformat(ends))
