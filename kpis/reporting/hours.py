"""The sending hours of the office: not on public holidays, nor when it is closed. Pure: each function takes an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import jpholiday

from kpis.government import government
from kpis.periods import local_day, local_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekdays (0 = Monday) and times between which messages are sent, in local time of the office."""

    days: frozenset[int]
    begins: time
    ends: time

    def holds(self, now: datetime) -> bool:
        """Return whether messages are sent at an instant (UTC)."""
        at = local_time(now)
        return self._is_open(local_day(now)) and self.begins <= at.time() < self.ends

    def _is_open(self, day: date) -> bool:
        return day.weekday() in self.days and not is_closed(day)

    def opening(self, now: datetime) -> datetime:
        """Return the next instant (UTC) at which the sending hours begin."""
        day = local_day(now)
        while True:
            begins = datetime.combine(day, self.begins, government().zone).astimezone(UTC).replace(tzinfo=None)
            if begins > now and self._is_open(day):
                return begins
            day += timedelta(days=1)


def is_closed(day: date) -> bool:
    """Return whether the office is closed on a day, whatever the weekday: a public holiday, or a day of the catalogue."""
    own = government()
    return not own.closed.isdisjoint((f"{day:%m-%d}", f"{day}")) or (own.holidays == "JP" and jpholiday.is_holiday(day))


def hours_of(text: str) -> Hours:
    """Parse ``NOTICE_HOURS``, already validated by the settings: ``mon-fri 09:00-18:00``; without days, every day."""
    days, _, clock = text.rpartition(" ")
    begins, _, ends = clock.partition("-")
    first, _, last = (days or "mon-sun").partition("-")
    start, end = DAYS.index(first), DAYS.index(last or first)
    count = (end - start) % 7 + 1
    return Hours(frozenset((start + n) % 7 for n in range(count)), time.fromisoformat(begins), time.fromisoformat(ends))
