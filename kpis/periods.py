"""Reporting periods: fiscal years, quarters, months and calendar years; and the days of the office.

A period is named by its code: ``FY2022``, ``FY2022-Q3``, ``2022-12``, ``CY2030``. Codes are the keys of every
observation and target; start and end dates, labels and neighbours are computed from them only here. The first month of the
fiscal year and the time zone of the office are facts of the government (``kpis.government``).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from babel import dates

from kpis.errors import PeriodUnreadable
from kpis.government import Government, government
from kpis.languages import day_in_words, locale_of, say

FIRST_YEAR, LAST_YEAR = 1900, 2199  # years of periods; a year outside is a typing error
_CODE = re.compile(r"FY(?P<fy>\d{4})(?:-Q(?P<q>[1-4]))?|(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])|CY(?P<cy>\d{4})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ERAS = ((date(2019, 5, 1), "令和", "R", 2018), (date(1989, 1, 8), "平成", "H", 1988))


@dataclass(frozen=True, slots=True)
class Period:
    """One reporting period: its code, kind (``year``, ``quarter``, ``month``, ``calendar_year``) and days."""

    code: str
    kind: str
    start: date
    end: date

    @property
    def fiscal_year(self) -> int:
        """Return the fiscal year in which the period ends."""
        return fiscal_year_of(self.end)

    def label(self, language: str = "ja") -> str:
        """Return the label of the period: 令和4年度第3四半期, or ``FY2022 Q3``."""
        return _label(self, language, "", government())

    def short(self, language: str = "ja") -> str:
        """Return the short label for axes and small cells: R4 Q1, R4年度, 2022年6月; ``FY2022 Q1``, ``Jun 2022``."""
        return _label(self, language, "_short", government())

    def brief(self, language: str = "ja") -> str:
        """Return the label for a bracket beside whole words, as in a card: R4第1四半期, R4年度, 2022年6月; ``FY2022 Q1``, ``Jun 2022``."""
        return _label(self, language, "_brief" if self.kind == "quarter" else "_short", government())

    def year_earlier(self) -> Period:
        """Return the same period one year before."""
        m = _CODE.fullmatch(self.code)
        assert m is not None
        if self.kind == "month":
            code = f"{self.end.year - 1}-{self.end.month:02d}"
        elif self.kind == "quarter":
            code = f"FY{int(m['fy']) - 1}-Q{m['q']}"
        else:
            code = f"{'FY' if self.kind == 'year' else 'CY'}{int(m['fy'] or m['cy']) - 1}"
        return _parsed(code, government().first_month, FIRST_YEAR - 1)  # the first year has a year before it too

    @property
    def has_year_before(self) -> bool:
        """Return whether the fiscal year began before the period: only then does a year-to-date figure differ from the period's."""
        return self.kind in ("month", "quarter") and self.start > fiscal_year_start(self.end)

    def contains(self, day: date) -> bool:
        """Return whether a day lies within the period."""
        return self.start <= day <= self.end


@lru_cache(maxsize=8192)
def _label(period: Period, language: str, form: str, _own: Government) -> str:
    if period.kind == "month":
        return day_in_words(period.end, "month", language)
    if period.kind == "calendar_year":
        return say("period_calendar_year", language, year=period.end.year)
    first_of_may = date(int(period.code[2:6]), 5, 1)  # April 2019 counts as 令和元年度
    letter, zero = next(((letter, zero) for begins, _, letter, zero in _ERAS if first_of_may >= begins), ("", 0))
    return say(
        f"period_{period.kind}{form}", language, year=first_of_may.year, quarter=period.code[-1],
        era=era_year(first_of_may), era_short=f"{letter}{first_of_may.year - zero}",
    )  # fmt: skip


def parse_period(code: str) -> Period:
    """Parse a period code.

    Raises:
        PeriodUnreadable: the text is not one of the four forms, or its year is not one of 1900 to 2199.
    """
    return _parsed(code, government().first_month, FIRST_YEAR)


def quarter_of(day: date) -> Period:
    """Return the quarter of a day, also of one before the first year: the quarters before a day are drawn whatever the day is."""
    return _parsed(quarter_code(day), government().first_month, 1)


@lru_cache(maxsize=4096)
def is_period(code: str) -> bool:
    """Return whether a text is a period code."""
    try:
        parse_period(code)
    except PeriodUnreadable:
        return False
    return True


@lru_cache(maxsize=4096)
def _parsed(code: str, first_month: int, first_year: int) -> Period:
    m = _CODE.fullmatch(code)
    if m is None:
        raise PeriodUnreadable("period_unreadable", code=code)
    if not first_year <= int(m["fy"] or m["y"] or m["cy"]) <= LAST_YEAR:
        raise PeriodUnreadable("period_year_outside", code=code, first_year=FIRST_YEAR, last_year=LAST_YEAR)
    if m["q"]:
        first = int(m["fy"]) * 12 + first_month - 1 + (int(m["q"]) - 1) * 3
        return Period(code, "quarter", _month_start(first), month_end(*_year_and_month(first + 2)))
    if m["fy"]:
        first = int(m["fy"]) * 12 + first_month - 1
        return Period(code, "year", _month_start(first), month_end(*_year_and_month(first + 11)))
    if m["cy"]:
        year = int(m["cy"])
        return Period(code, "calendar_year", date(year, 1, 1), date(year, 12, 31))
    year, month = int(m["y"]), int(m["m"])
    return Period(code, "month", date(year, month, 1), month_end(year, month))


def _year_and_month(number: int) -> tuple[int, int]:
    return number // 12, number % 12 + 1


def _month_start(number: int) -> date:
    return date(*_year_and_month(number), 1)


def local_day(instant: datetime) -> date:
    """Return the local day of a UTC instant at the office; the only conversion of an instant into a day."""
    return local_time(instant).date()


def local_time(instant: datetime) -> datetime:
    """Return the local time of a UTC instant at the office."""
    zone = government().zone
    return zone.fromutc(instant.replace(tzinfo=zone)).replace(tzinfo=None)


def parse_day(text: str) -> date:
    """Parse a day of a URL: ``2026-11-25`` and no other form, within the years of reporting periods.

    Raises:
        ValueError: it is not such a day.
    """
    if not _DAY.fullmatch(text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        raise ValueError(text[:40])
    return date.fromisoformat(text)


def parse_whole(text: str, *, most: int = 999_999_999) -> int | None:
    """Parse a whole number of a URL, from 1 to ``most``, in plain digits; ``None`` where it is invalid."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        return None
    return int(text) if 1 <= int(text) <= most else None


def parse_instant(text: str) -> datetime:
    """Parse an instant as written in files (``2026-11-25T08:30:00Z``): naive UTC."""
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def first_instant(day: date) -> datetime:
    """Return the first second of a day of the office as naive UTC."""
    return datetime.combine(day, time(), government().zone).astimezone(UTC).replace(tzinfo=None)


def last_instant(day: date) -> datetime:
    """Return the last second of a day of the office as naive UTC."""
    return first_instant(day + timedelta(days=1)) - timedelta(seconds=1)


def year_before(day: date) -> date:
    """Return the same day a year before; of 29 February the 28th."""
    return date(day.year - 1, day.month, min(day.day, month_end(day.year - 1, day.month).day))


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def first_month_word(language: str = "ja") -> str:
    """Return the name of the month in which a fiscal year begins: 4月, or ``April``."""
    return _month_word(government().first_month, language)


def last_month_word(language: str = "ja") -> str:
    """Return the name of the month in which a fiscal year ends: 3月, or ``March``."""
    return _month_word((government().first_month - 2) % 12 + 1, language)


def _month_word(month: int, language: str) -> str:
    return str(dates.format_date(date(2000, month, 1), "LLLL", locale_of(language)))


def fiscal_year_of(day: date) -> int:
    """Return the fiscal year of a day: the calendar year in which it began."""
    return day.year - (day.month < government().first_month)


def fiscal_year_start(day: date) -> date:
    """Return the first day of the fiscal year of a day."""
    return date(fiscal_year_of(day), government().first_month, 1)


def fiscal_year_code(day: date) -> str:
    """Return the code of the fiscal year of a day, as ``FY2022``."""
    return f"FY{fiscal_year_of(day)}"


def month_code(day: date) -> str:
    """Return the code of the month of a day, as ``2022-12``."""
    return f"{day.year}-{day.month:02d}"


def quarter_code(day: date) -> str:
    """Return the code of the fiscal quarter of a day, as ``FY2022-Q3``."""
    return f"FY{fiscal_year_of(day)}-Q{(day.month - government().first_month) % 12 // 3 + 1}"


def era_year(day: date) -> str:
    """Return the Japanese era year of a day, as 令和4 (the first year is 元)."""
    for begins, name, _, zero in _ERAS:
        if day >= begins:
            return f"{name}{'元' if day.year - zero == 1 else day.year - zero}"
    return str(day.year)


def periods_asked(frequency: str, period: Period) -> list[str]:
    """Return the periods of an indicator that a report of ``period`` must contain.

    A quarter requires the three months of monthly indicators, and yearly ones in the last quarter only; a month
    only monthly and irregular ones; a fiscal year everything for the year.
    """
    if period.kind == "year":
        return [period.code]
    if period.kind == "month":
        return [period.code] if frequency in ("month", "irregular") else []
    if frequency == "month":
        first = period.start
        return [month_code(first + timedelta(days=31 * i)) for i in range(3)]
    if frequency == "year":
        return [f"FY{period.fiscal_year}"] if period.end == parse_period(f"FY{period.fiscal_year}").end else []
    return [quarter_code(period.end)]
