"""The current date, and the day and organisation of the view once they are set."""

from __future__ import annotations

from datetime import date

from kpis.periods import local_day
from kpis.store.store import utc_now
from pages.parts import address, cached


def today() -> date:
    """Return today's date, or in public mode the day of the edition; views read the clock only here."""
    edition = cached.edition()
    return edition.as_of if edition else local_day(utc_now())


def view() -> str:
    """Return the organisation of the view: ``then`` (当時の組織) or ``now`` (現在の組織)."""
    return str(address.value_of("view"))


def as_of() -> date:
    """Return the day of the view."""
    chosen = address.value_of("as_of")
    assert isinstance(chosen, date)
    return chosen
