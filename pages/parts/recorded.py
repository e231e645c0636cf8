"""The audit trail in the viewer's language: subject and changes of each step, with names for codes. Its CSV stays as stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from kpis.languages import has, say, side, unfilled
from kpis.periods import is_period, parse_period
from kpis.registers import LIST_OF_FILE, REGISTERS
from kpis.reporting.access import ROLES
from kpis.reporting.comparison import OBSERVATIONS, Value
from kpis.reporting.people import COMMAND_LINE, Event
from kpis.store import tables
from kpis.text import format_date
from kpis.vocabulary import RowKind
from pages.parts import cached
from pages.parts.reported import bureau_names, column_name, place_name, row_namer, value_text
from pages.parts.text import language, named, t
from pages.parts.viewer import for_viewer

# Steps whose detail was written by a person.
WRITTEN = frozenset({"returned", "commented", "voice_published", "question_asked", "question_rewritten", "answer_returned"})
# The record of a cell that became current (kpis.reporting.kept.record_cells): list, key, column, old and new value.
_CELL = re.compile(r"(?P<file>\w+\.csv) (?P<key>.+) (?P<column>[a-z]\w*): (?P<old>.*?) → (?P<new>.*)", re.DOTALL)
_DAY, _NUMBER = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"-?\d+(?:\.\d+)?")
# A code within a line: of a unit, a register's row or a period, or a date.
_CODE = re.compile(
    r"(?<![A-Za-z0-9_@.-])(?:FY\d{4}(?:-Q\d)?|\d{4}-\d\d(?:-\d\d)?|[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*)(?![A-Za-z0-9_@.-])"
)
# Fixed phrases in lines: pattern → message key.
_PHRASES = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"(?P<count>\d+) cells differ, (?P<rows>\d+) rows unchanged", "trail_differ"), (r"revision (?P<number>\d+)(?=[:,]|$)", "trail_revision"),
        (r"(?<![\w.])(?P<count>\d+) rows\b", "trail_rows"), (r"(?<![\w.])(?P<count>\d+) cells written twice", "trail_twice"),
        (r"(?<![\w.])(?P<count>\d+) cells\b", "trail_cells"),
        (r"(?<![\w.])(?P<count>\d+) warnings\b", "trail_warnings"), (r"(?P<count>\d+) workbooks$", "trail_workbooks"),
        (r"on behalf of the bureau", "trail_on_behalf"),
        (r"first edition (?P<number>\d+)$", "trail_first_edition"), (r"^edition (?P<number>\d+)$", "trail_edition"),
        (r"^until (?P<day>\S+?):", "trail_until"),
        (r"\bvintage (?P<number>\d+)", "trail_vintage"),
    )
)  # fmt: skip
_ABOUT = {
    "edition": "trail_edition", "webhook": "trail_channel", "refused file": "trail_refused_file", "voice": "trail_voice",
    "withdrawal": "trail_withdrawal",
    "question": "trail_question",
}  # fmt: skip
_BOTH = re.compile(r"(?P<ja>[^;/]*[ぁ-\u9fff][^;/]*) / (?P<en>[ -~]+?)(?=;|$)")


def event_name(action: str) -> str:
    """Return the name of a step in the audit trail; its code if it has no name."""
    return t(f"event_{action}") if has(f"event_{action}") else action


def actor_name(actor: str) -> str:
    """Return who took a step: an e-mail, or words for the command line and for the program itself."""
    return {COMMAND_LINE: t("trail_command_line"), "system": t("trail_system")}.get(actor, actor)


def _kept_value(text: str) -> Value:
    """Return the value that a line holds as text: ``None``, a truth value, a date, a number, or the text itself."""
    if text in ("None", ""):
        return None
    if text in ("True", "False"):
        return text == "True"
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _refusal(detail: str) -> str:
    """Return why a step was refused; values of its message were not stored and appear as "…"."""
    key = detail.rpartition(": ")[2]
    if not has(key):
        return detail
    try:
        return say(key, language())
    except KeyError:
        return re.sub(r"\{[^}]*\}", "…", unfilled(key, language()))


def _by_key(_kind: str, key: tuple[str, ...]) -> str:
    return " ".join(key)


def _phrase(match: re.Match[str], key: str) -> str:
    return t(key, **{name: value if name == "day" else int(value) for name, value in match.groupdict().items()})


@dataclass(frozen=True)
class Trail:
    """Turns entries of the audit trail into words."""

    names: Mapping[str, str] = field(default_factory=dict)  # code → name
    reports: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # number of a report → (bureau code, period code)
    row: Callable[[str, tuple[str, ...]], str] = field(default=_by_key)  # (kind, key) → name of a row

    def in_words(self, text: str) -> str:
        """Return a line with codes replaced by names, and dates and periods in the viewer's language."""
        return _CODE.sub(lambda code: self._name(code[0]), text)

    def _name(self, code: str) -> str:
        if code in self.names:
            return self.names[code]
        if code in ROLES:
            return t(f"role_{code}")
        if _DAY.fullmatch(code):
            return format_date(date.fromisoformat(code), language())
        return parse_period(code).label(language()) if is_period(code) else code

    def report(self, number: int) -> str:
        """Return the bureau and period of a report by its number; the number itself if unknown."""
        report = self.reports.get(number)
        if report is None:
            return t("trail_report_number", number=number)
        return t("trail_report", bureau=self._name(report[0]), period=self._name(report[1]))

    def subject(self, subject: str) -> str:
        """Return the subject of a step in words."""
        kind, _, number = subject.rpartition(" ")
        if kind == "submission" and number.isdecimal():
            return self.report(int(number))
        if kind in _ABOUT:
            return t(_ABOUT[kind], number=number)
        if kind == "meeting":
            return t("trail_meeting", period=self._name(number))
        return t("nav_notices") if subject == "notices" else self.in_words(subject)

    def detail(self, event: Event) -> str:
        """Return the detail of a step in words; of a changed cell: its row, column heading, and old and new value."""
        if event.action in WRITTEN:
            return event.detail
        if event.action == "cell_changed":
            return self._cell(event.detail)
        if event.action == "refused":
            return _refusal(event.detail)
        if event.detail.startswith("{"):
            return self._fields(event.detail)
        text = _BOTH.sub(lambda both: both[side(language())], event.detail)
        for pattern, key in _PHRASES:
            text = pattern.sub(partial(_phrase, key=key), text)
        return self.in_words(text)

    def _cell(self, detail: str) -> str:
        cell = _CELL.fullmatch(detail)
        kind = LIST_OF_FILE[cell["file"]].kind.value if cell and cell["file"] in LIST_OF_FILE else ""
        if cell is None or not (kind == OBSERVATIONS or kind in REGISTERS):
            return detail
        old, new = (self._value(kind, cell["column"], cell[name]) for name in ("old", "new"))
        return f"{self.row(kind, tuple(cell['key'].split(' ')))} {column_name(kind, cell['column'])}: {old} → {new}"

    def _value(self, kind: str, column: str, kept: str) -> str:
        if kept in self.names or is_period(kept):
            return self._name(kept)
        return value_text(kind, column, _kept_value(kept))

    def _fields(self, detail: str) -> str:
        try:
            fields: dict[str, Any] = json.loads(detail)
        except ValueError:
            return detail
        lines = [
            t("trail_revision", number=value) if name == "revision" else self.in_words(str(value)) for name,
            value in fields.items() if value not in (None, "", [])
        ]  # fmt: skip
        return t("list_comma").join(lines)


def trail() -> Trail:
    """Return a ``Trail`` with the names of this run's moment and language."""
    return for_viewer("trail", make=_trail)


def _trail() -> Trail:
    moment, namer = cached.moment(), row_namer()
    commented = moment.by_code(tables.Commentary)

    def row(kind: str, key: tuple[str, ...]) -> str:
        if kind == RowKind.COMMENTARY and key[0] in commented:
            commented_row = commented[key[0]]
            return namer.of(
                kind, key, {name: getattr(commented_row, name) for name in ("indicator_code", "project_code", "period_code")}
            )
        called = namer.of(kind, key)
        return f"{called} {names.get(key[1], key[1])}" if kind == OBSERVATIONS else called

    names = {
        **{code: named(named_row) for code, named_row in moment.by_code(tables.Project).items()},
        **{code: named(named_row) for code, named_row in moment.indicators.items()},
        **bureau_names(),
    }  # fmt: skip
    reports = {
        named_row["id"]: (named_row["bureau_code"], named_row["period_code"])
        for named_row in cached.store().all_of(tables.Submission)
    }
    return Trail(names, reports, row)


def columns_of(read: Trail, event: Event) -> dict[str, str]:
    """Return a step as column → text, for the columns common to all lists of steps (without time and person)."""
    return {
        t("action"): event_name(event.action), t("subject"): read.subject(event.subject), t("detail"): read.detail(event),
        t("cell"): place_name(event.cell),
        "SHA-256": (event.file_sha256 or "")[:12],
    }  # fmt: skip
