"""Findings of a check of the installation, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kpis.errors import MierukaError, Unavailable
from kpis.message import Message
from kpis.store.unavailable import UNEXPECTED, unavailable

Grade = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``grade``: fine, doubtful, or to be repaired."""

    check: str
    grade: Grade
    message: Message


def ok(check: str, key: str, /, **values: object) -> Finding:
    """Return a finding graded fine."""
    return Finding(check, "ok", Message(key, **values))


def doubt(check: str, key: str, /, **values: object) -> Finding:
    """Return a finding graded doubtful: possibly intended, usually not."""
    return Finding(check, "warning", Message(key, **values))


def wrong(check: str, key: str, /, **values: object) -> Finding:
    """Return a finding graded as to be repaired."""
    return Finding(check, "error", Message(key, **values))


def looked(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield the findings of a check; if the check itself fails, its failure is the finding."""
    try:
        yield from look()
    except MierukaError as error:
        yield Finding(check, "error", error.message)
    except Exception as error:  # noqa: BLE001  # a failing check must not stop the others
        failure = unavailable(error) or Unavailable(
            "unexpected", exit_code=UNEXPECTED, fault=f"{type(error).__name__}: {error}"[:300]
        )
        yield Finding(check, "error", failure.message)
