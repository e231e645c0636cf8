"""What one request, or one run of a page, does: how long, what it asked the database, what it made and what it found made.

Whoever begins one (``begun``) has it in sight wherever its work goes on, threads included; what is done outside of any is not noted.
A note costs about what adding to a dictionary costs: a page of fifty looks does not feel it.
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
MOST = 5  # statements and values that are named of a slow one, the slowest first
_NAMED = re.compile(r"(?i)\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:main\.)?\"?(\w+)")
_WORDS = re.compile(r"[a-z][a-z_ ]{0,40}")


@dataclass(slots=True)
class Doing:
    """One request or one run of a page, while it lasts and after.

    Attributes:
        number: by which a person can name it; it says nothing of whoever asked.
        what: a method and a path, or the name of a page.
        began: of the clock that only goes forward, in seconds.
        statements: each that the database was asked, with how often and how many seconds.
        made: each value that was made, with how often and how many seconds, what it was made of included.
        hits: how often a value was found that was made before.
        rows: read from the database or written to it.
        person: who asks, by an id that leads to the person at an office alone; a blank anywhere else.
        fields: what else is said of it.
    """

    number: str
    what: str
    began: float
    statements: dict[str, list[float]] = field(default_factory=dict)
    made: dict[str, list[float]] = field(default_factory=dict)
    hits: int = 0
    rows: int = 0
    person: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    def seconds(self) -> float:
        """Return how long it has lasted."""
        return time.perf_counter() - self.began

    def summary(self) -> dict[str, Any]:
        """Return what a line of the log says of it."""
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
        """Return what took longest: statements by verb and tables, never with what stood in them, and values by name."""
        named: dict[str, list[float]] = {}
        for statement, (count, seconds) in self.statements.items():
            _add(named, name_of(statement), count, seconds)
        return {"slowest_statements": _longest(named), "slowest_made": _longest(self.made)}


_now: ContextVar[Doing | None] = ContextVar("doing", default=None)


def begun(what: str) -> Doing:
    """Begin one, which is in sight from here on; it stays so when it is over, for whoever has to say that it failed."""
    made = Doing(secrets.token_hex(6), what, time.perf_counter())
    _now.set(made)
    return made


def now() -> Doing | None:
    """Return what is done here."""
    return _now.get()


def number() -> str:
    """Return by which number what is done here can be named; a blank where it is not noted."""
    doing = _now.get()
    return doing.number if doing else ""


def by(person: str) -> None:
    """Note who asks."""
    if (doing := _now.get()) is not None:
        doing.person = person


def read(count: int) -> None:
    """Note rows of the database that were read or written."""
    if (doing := _now.get()) is not None:
        doing.rows += count


def counted(rows: Iterable[T]) -> Iterator[T]:
    """Yield rows of the database as they are read, and note how many there were."""
    count = 0
    try:
        for count, row in enumerate(rows, 1):  # noqa: B007  # it is the last that is noted
            yield row
    finally:
        read(count)


def hit() -> None:
    """Note that a value was found which was made before."""
    if (doing := _now.get()) is not None:
        doing.hits += 1


def made(sort: str, key: object, make: Callable[[], T]) -> T:
    """Make a value, and note it.

    Args:
        sort: what kind of value.
        key: by which it is kept; of that only names that stand in the program are noted, nothing that a person asked for.
        make: makes it.
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
    """Note a statement of the database that is over."""
    verb = statement[:6].upper()
    counts.DATABASE.labels("read" if verb == "SELECT" else "begin" if verb.startswith("BEGIN") else "write").observe(seconds)
    if (doing := _now.get()) is not None:
        _add(doing.statements, statement, 1, seconds)


def name_of(statement: str) -> str:
    """Return a statement in short: its verb and its tables."""
    verb = re.match(r"\w+", statement.lstrip("( \n"))
    tables = dict.fromkeys(name.lower() for name in _NAMED.findall(statement))
    return " ".join([verb[0].upper() if verb else "?", *list(tables)[:4]])


def _name_of_key(key: object) -> str:
    """Return the first part of a key that is a name in the program: a word of it, or a class."""
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
