"""The register of procedures as CSV: UTF-8 with BOM, one row per procedure, a few hundred rows at a time in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from kpis.store.queries import Filter, matching
from kpis.store.store import Store


def lines(store: Store, wanted: Filter, as_of: date, known_at: datetime | None = None) -> Iterator[str]:
    """Yield the header and every procedure that a filter keeps, in the order of their codes."""
    yield "\ufeff"
    names: list[str] = []
    for row in matching(store, wanted, as_of=as_of, known_at=known_at):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        if not names:
            names = list(row)
            writer.writerow(names)
        writer.writerow([int(value) if isinstance(value, bool) else value for value in row.values()])
        yield out.getvalue()


def written(store: Store, wanted: Filter, as_of: date, known_at: datetime | None = None) -> bytes:
    """Return the whole file."""
    return "".join(lines(store, wanted, as_of, known_at)).encode()
