"""Upcoming dates as an iCalendar feed (RFC 5545): publications for everybody, due days for the bureaus concerned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from kpis.as_text import line
from kpis.grouped import grouped
from kpis.languages import say
from kpis.moment import Moment
from kpis.periods import parse_period
from kpis.reporting.access import Viewer
from kpis.reporting.brought import OpenAction, ahead
from kpis.reporting.choices import whose_calendar
from kpis.reporting.deadlines import ReportStanding, Window
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store
from kpis.text import named
from publishers.notices.wording import page_address

PUBLICATIONS = 4  # number of future publications listed


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """An all-day event; ``key`` is stable between generations of the calendar."""

    key: str
    day: date
    title: str
    link: str


def publications(periods: Iterable[tables.ReportingPeriod], language: str, chosen: Settings, *, today: date) -> list[CalendarDay]:
    """Return the next announced publications: one per day, with the periods whose figures it contains."""
    coming = ((period.publishes_on, period.period_code) for period in periods if period.publishes_on is not None)
    days = grouped((day, code) for day, code in coming if day >= today)
    entries = []
    for day in sorted(days)[:PUBLICATIONS]:
        labels = say("list_comma", language).join(parse_period(code).label(language) for code in sorted(days[day]))
        link = f"{chosen.public_address or chosen.public_url.rstrip('/')}/"
        entries.append(CalendarDay(f"publication-{day}", day, say("calendar_publication", language, period=labels), link))
    return entries


def due_days(
    standings: Iterable[ReportStanding], windows: Mapping[tuple[str, str], Window], units: Mapping[str, object], language: str, chosen: Settings, *,
    is_office: bool,
) -> Iterator[CalendarDay]:  # fmt: skip
    """Yield the due day of each report not yet approved."""
    for standing in standings:
        window = windows[standing.bureau_code, standing.period_code]
        if standing.is_approved or window.due_on is None:
            continue
        day, unit = max(window.due_on, window.leave_until or window.due_on), units.get(standing.bureau_code)
        title = say(
            "calendar_due", language, bureau=named(unit, "name", language) if unit else standing.bureau_code,
            period=parse_period(standing.period_code).label(language),
        )  # fmt: skip
        view = {"period": standing.period_code}
        link = (
            page_address("review", language, chosen, part="queue", **view)
            if is_office
            else page_address("submit", language, chosen, bureau=standing.bureau_code, **view)
        )
        yield CalendarDay(f"due-{standing.bureau_code}-{standing.period_code}", day, title, link)


def action_days(
    actions: Iterable[OpenAction], units: Mapping[str, object], language: str, chosen: Settings
) -> Iterator[CalendarDay]:
    """Yield the due day of each open action."""
    for action in actions:
        unit = units.get(action.bureau_code)
        bureau = named(unit, "name", language) if unit else action.bureau_code
        title = say("calendar_action", language, bureau=bureau, action=action.code)
        yield CalendarDay(
            f"action-{action.code}", action.due_on, title, page_address("bureau", language, chosen, code=action.bureau_code)
        )


def calendar(entries: Sequence[CalendarDay], language: str, chosen: Settings, *, now: datetime) -> bytes:
    """Return a calendar of all-day events."""
    made, host = Calendar(), urlsplit(chosen.public_url).hostname or "localhost"
    made.add("prodid", "-//Mieruka//calendar//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    title = line(say("calendar_title", language, site=say("site", language)))
    made.add("name", title)
    made.add("x-wr-calname", title)
    made.add("refresh-interval", timedelta(hours=12), parameters={"VALUE": "DURATION"})
    for entry in sorted(entries, key=lambda calendar_day: (calendar_day.day, calendar_day.key)):
        event = Event()
        event.add("uid", f"{entry.key}@{host}")
        event.add("dtstamp", now.replace(tzinfo=UTC, microsecond=0))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", line(entry.title))
        event.add("url", entry.link)
        event.add("description", entry.link)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def of_publications(moment: Moment, language: str, chosen: Settings, *, now: datetime) -> bytes:
    """Return the public calendar: the next announced publications."""
    entries = publications(moment.rows(tables.ReportingPeriod), language, chosen, today=moment.as_of)
    return calendar(entries, language, chosen, now=now)


def of_person(store: Store, moment: Moment, secret: str, chosen: Settings, *, now: datetime) -> bytes | None:
    """Return the personal calendar of a secret address: publications, and due days of the bureaus of its owner.

    Args:
        moment: the same, as of the day.
        secret: from the address.

    Returns:
        ``None`` where the secret is unknown, or its owner has no role any more.
    """
    subscriber = whose_calendar(store, secret)
    if subscriber is None:
        return None
    email, grants, language = subscriber
    own, is_office = Viewer(email, "", grants).bureaus("see_report"), any(grant.role == "reform_office" for grant in grants)
    units: Mapping[str, object] = moment.units
    standings, windows, actions = ahead(store, own, today=moment.as_of)
    entries = [
        *publications(moment.rows(tables.ReportingPeriod), language, chosen, today=moment.as_of),
        *due_days(standings, windows, units, language, chosen, is_office=is_office),
        *action_days(actions, units, language, chosen),
    ]
    return calendar(entries, language, chosen, now=now)
