"""A day is that of the office, from one function: a correction made at 08:30 in Tokyo is not dated the day before."""

from __future__ import annotations

import ast
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kpis.figures.records import Figure
from kpis.periods import first_instant, last_instant, local_day, local_time, parse_instant
from kpis.settings import ROOT
from pages.parts.reported import office_today, time_left
from pages.parts.text import settle_language
from tests.rooms import LEVELS

MORNING = datetime(2026, 11, 24, 23, 30)  # UTC: 08:30 on the 25th in Tokyo
# A cell or field of a workbook that Excel keeps as a date with a clock time: no instant, it means the day it shows.
CELLS = {"loaders/workbook/values.py", "loaders/files/table.py", "loaders/files/sheets.py"}
HOME = "kpis/periods.py"
LOG = "kpis/seen/journal.py"  # a log is in UTC, as are those beside it


def test_an_instant_falls_on_the_day_of_the_office() -> None:
    assert local_day(MORNING) == date(2026, 11, 25) and local_day(MORNING - timedelta(hours=9)) == date(2026, 11, 24)
    assert local_time(MORNING) == datetime(2026, 11, 25, 8, 30)
    assert local_day(first_instant(date(2026, 11, 25))) == local_day(last_instant(date(2026, 11, 25))) == date(2026, 11, 25)
    assert last_instant(date(2026, 11, 24)) + timedelta(seconds=1) == first_instant(date(2026, 11, 25))
    assert parse_instant("2026-11-24T23:30:00Z") == parse_instant("2026-11-25T08:30:00+09:00") == MORNING
    assert Figure("2026-09", 1.0, known_at=MORNING).known_at == MORNING


def faults(source: str) -> list[str]:
    """Return the lines that turn an instant into a day or a clock time on their own."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("date", "strftime") and (
            not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("func", "st"))
        ):  # fmt: skip
            found.append(f"{node.lineno}: .{node.func.attr}()")
        if isinstance(node, ast.Attribute) and node.attr in ("today", "now", "utcnow", "fromtimestamp") and (
            isinstance(node.value, ast.Name) and node.value.id in ("date", "datetime")
        ):  # fmt: skip
            found.append(f"{node.lineno}: {node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date" and (
            isinstance(node.func.value, ast.Name) and node.func.value.id == "func"
        ):  # fmt: skip
            found.append(f"{node.lineno}: date() of SQL")
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            upper = node.slice.upper
            cuts_day = isinstance(upper, ast.Constant) and upper.value == 10 and node.slice.lower is None
            if cuts_day and any(word in ast.unparse(node.value) for word in ("isoformat", "_at", "instant")):
                found.append(f"{node.lineno}: [:10] of an instant")
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.unparse(node.format_spec)
            told = ast.unparse(node.value)
            is_instant = any(w in told for w in ("_at", "instant", "now")) and not told.startswith(("local_time(", "local_day("))
            if ("%Y" in spec or "%H" in spec) and is_instant:
                found.append(f"{node.lineno}: an instant written as it is")
    return found


def sources() -> list[Path]:
    return [
        *(p for room in LEVELS for p in sorted((ROOT / room).rglob("*.py"))),
        ROOT / "manage.py",
        ROOT / "server.py",
        ROOT / "dashboard.py",
    ]


def test_no_other_line_makes_a_day_of_an_instant() -> None:
    wrong = {}
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        found = [f for f in faults(path.read_text(encoding="utf-8")) if not (name in CELLS and ".date()" in f)]
        # A migration stamps what it finds once, in UTC, and asks nothing of the program, which changes after it.
        if name not in (HOME, LOG, "kpis/store/store.py") and "migrations" not in path.parts and found:
            wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "line",
    [
        "day = figure.known_at.date()", "text = known_at.strftime('%Y-%m-%d')", "day = about['published_at'][:10]",
        "day = made.isoformat()[:10]", "text = f'{now_open.created_at:%Y-%m-%d %H:%M} UTC'", "query = func.date(row.known_at)",
        "day = date.today()", "now = datetime.now()",
    ],
)  # fmt: skip
def test_the_rule_notices(line: str) -> None:
    assert faults(line)


@pytest.mark.parametrize(("days", "words"), [(3, "3 days left"), (1, "1 day left"), (0, "due today"), (-2, "2 days late")])
def test_what_is_due_today_has_no_day_left(days: int, words: str) -> None:
    settle_language("en")
    try:
        assert time_left(office_today() + timedelta(days)) == words
    finally:
        settle_language("ja")
