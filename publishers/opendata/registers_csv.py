"""The register of procedures as CSV: UTF-8 with BOM, one row per procedure, a few hundred rows at a time in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from kpis.as_text import cell
from kpis.moment import Moment
from kpis.store.queries import Filter


def lines(moment: Moment, wanted: Filter) -> Iterator[str]:
    """Yield the header and every procedure that matches a filter, ordered by code."""
    yield "\ufeff" + _line(moment.procedure_columns)
    for row in moment.matching(wanted):
        yield _line(_cell(value) for value in row.values())


def _line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return cell(value)
    return int(value) if isinstance(value, bool) else value


def written(moment: Moment, wanted: Filter) -> bytes:
    """Return the whole file."""
    return "".join(lines(moment, wanted)).encode()
