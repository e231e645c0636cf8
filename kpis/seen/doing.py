"""Statistics of one request or one run of a page: duration, database statements, values computed and cache hits.

The current one (``begun``) is visible wherever its work continues, threads included; work outside of any is not recorded.
Recording costs about as much as adding to a dictionary, which is negligible for a page of fifty lookups.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kpis.seen import counts

T = TypeVar("T")
MOST = 5  # number of statements and values listed for a slow one, slowest first
_NAMED = re.compile(r"(?i)\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:main\.)?\"?(\w+)")
_WORDS = re.compile(r"[a-z][a-z_ ]{0,40}")


@dataclass(slots=True)
class Doing:
    """One request or one run of a page, during and after it."""

    number: str  # by which a person can refer to it; it reveals nothing of the person
    what: str  # a method and a path, or the name of a page
    began: float  # monotonic clock, in seconds
    statements: dict[str, list[float]] = field(default_factory=dict)  # of the database, each with count and seconds
    # computed values, each with count and seconds, including the values they depend on
    made: dict[str, list[float]] = field(default_factory=dict)
    hits: int = 0
    rows: int = 0  # read from the database or written to it
    person: str = ""  # an id that only an office can resolve to the person; blank anywhere else
    fields: dict[str, Any] = field(default_factory=dict)  # further fields of the log line

    def seconds(self) -> float:
        """Return its duration in seconds."""
        return time.perf_counter() - self.began

    def summary(self) -> dict[str, Any]:
        """Return its fields for a line of the log."""
        statements = sum(count for count, _ in self.statements.values())
        return {
            "ms": _ms(self.seconds()),
            "rows": self.rows,
            "statements": int(statements),
            "database_ms": _ms(sum(seconds for _, seconds in self.statements.values())),
            "cache_hits": self.hits,
            "cache_made": int(sum(count for count, _ in self.made.values())),
            **({"person": self.person} if self.person else {}),
            **self.fields,
        }

    def slowest(self) -> dict[str, Any]:
        """Return the slowest parts: statements by verb and tables, never with their values, and computed values by name."""
        named: dict[str, list[float]] = {}
        for statement, (count, seconds) in self.statements.items():
            _add(named, name_of(statement), count, seconds)
        return {"slowest_statements": _longest(named), "slowest_made": _longest(self.made)}


_now: ContextVar[Doing | None] = ContextVar("doing", default=None)


def begun(what: str) -> Doing:
    """Begin one and make it current; it stays so after its end, for the code that reports its failure."""
    made = Doing(secrets.token_hex(6), what, time.perf_counter())
    _now.set(made)
    return made


def now() -> Doing | None:
    """Return the current one."""
    return _now.get()


def number() -> str:
    """Return the reference number of the current one; blank where there is none."""
    doing = _now.get()
    return doing.number if doing else ""


def by(person: str) -> None:
    """Record the person who asks."""
    if (doing := _now.get()) is not None:
        doing.person = person


def read(count: int) -> None:
    """Record the number of database rows read or written."""
    if (doing := _now.get()) is not None:
        doing.rows += count


def counted(rows: Iterable[T]) -> Iterator[T]:
    """Yield rows of the database as they are read, and record their number."""
    count = 0
    try:
        for count, row in enumerate(rows, 1):  # noqa: B007  # the last one is recorded
            yield row
    finally:
        read(count)


def hit() -> None:
    """Record a cache hit."""
    if (doing := _now.get()) is not None:
        doing.hits += 1


def made(sort: str, key: object, make: Callable[[], T]) -> T:
    """Compute a value, and record it.

    Args:
        sort: what kind of value.
        key: of the cache; only names from the program are recorded, nothing that a person requested.
    """
    began = time.perf_counter()
    try:
        return make()
    finally:
        seconds = time.perf_counter() - began
        counts.MADE.labels(sort).observe(seconds)
        if (doing := _now.get()) is not None:
            _add(doing.made, f"{sort} {_name_of_key(key)}".rstrip(), 1, seconds)


def statement_done(statement: str, seconds: float) -> None:
    """Record a completed database statement."""
    verb = statement[:6].upper()
    counts.DATABASE.labels("read" if verb == "SELECT" else "begin" if verb.startswith("BEGIN") else "write").observe(seconds)
    if (doing := _now.get()) is not None:
        _add(doing.statements, statement, 1, seconds)


def name_of(statement: str) -> str:
    """Return a statement in short: its verb and tables."""
    verb = re.match(r"\w+", statement.lstrip("( \n"))
    tables = dict.fromkeys(name.lower() for name in _NAMED.findall(statement))
    return " ".join([verb[0].upper() if verb else "?", *list(tables)[:4]])


def _name_of_key(key: object) -> str:
    """Return the first part of a key that is a name in the program: a word or a class."""
    if isinstance(key, tuple):
        return _name_of_key(key[0]) if key else ""
    if isinstance(key, type):
        return key.__name__
    return key if isinstance(key, str) and _WORDS.fullmatch(key) else ""


def _add(to: dict[str, list[float]], name: str, count: float, seconds: float) -> None:
    spent = to.get(name)
    if spent is None:
        to[name] = [count, seconds]
    else:
        spent[0] += count
        spent[1] += seconds


def _longest(named: dict[str, list[float]]) -> list[str]:
    ordered = sorted(named.items(), key=lambda spent: -spent[1][1])[:MOST]
    return [f"{name}: {int(count)} x, {_ms(seconds)} ms" for name, (count, seconds) in ordered]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
