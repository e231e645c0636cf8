"""What pages say of causes and actions and of notes on figures, worked out from the open API alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kpis.government import government
from kpis.periods import parse_period
from kpis.text import format_value, known_day
from tests.publishers.ledger import Item, Ledger, Table, cell
from tests.publishers.tabled import without_blank


def tables(ledger: Ledger, *, subject: str = "", bureau: str = "", project: Sequence[str] = ()) -> list[Table]:
    """Return the tables of causes and actions of an indicator, of a bureau, or of a project: its code, and those of its indicators."""
    every = [_causes(ledger, subject, bureau, project), _actions(ledger, subject, bureau, project)]
    return [without_blank(table) for table in every if table[1]]


def notes(ledger: Ledger, code: str) -> list[Table]:
    """Return the table of the notes on the figures of an indicator, those of bureaus included, the newest period first."""
    w = ledger.words
    items = [ledger.own[code], *(s for s in ledger.items() if s["code"] == code and s is not ledger.own[code])]
    held = [(s, f) for s in items for f in s["figures"] if f["note_ja"] or f["note_en"]]
    held.sort(key=lambda each: (each[1]["end_date"], each[1]["start_date"]), reverse=True)
    rows = [[_unit(ledger, s["scope"]), ledger.period(f["period"]), w.named(f, "note") or f["note_en"], ""] for s, f in held]
    return [without_blank(([w("whose_figure"), w("period"), heading(ledger, "note"), w("source")], rows))] if rows else []


def heading(ledger: Ledger, part: str) -> str:
    """Write the heading of a part, with the mark of one that stays inside."""
    w = ledger.words
    inside = "" if part in government().open_parts else w("in_brackets", text=w("kept_inside"))
    return w(f"part_{part}") + inside


def _unit(ledger: Ledger, code: str | None) -> str:
    return ledger.words.named(next(u for u in ledger.api("units") if u["code"] == code)) if code else ""


def _subject(ledger: Ledger, row: Item) -> str:
    names = {r["indicator_code"]: r for r in ledger.indicators.values()} | {
        p["code"]: p for p in ledger.api("projects")["projects"]
    }
    return ledger.words.named(names[row["indicator_code"] or row["project_code"]])


def _whose(ledger: Ledger, row: Item, bureau: str, project: Sequence[str]) -> str:
    unit = _unit(ledger, row["bureau_code"])
    if project:
        return _subject(ledger, row) + (ledger.words("in_brackets", text=unit) if unit else "")
    return _subject(ledger, row) if bureau else unit


def _kept(ledger: Ledger, rows: Sequence[Item], subject: str, bureau: str, project: Sequence[str]) -> list[Item]:
    every = project or [*ledger.indicators, *(p["code"] for p in ledger.api("projects")["projects"])]
    subjects = {code: place for place, code in enumerate(every)}
    rows = [r for r in rows if (r["indicator_code"] or r["project_code"]) in subjects]
    units = {u["code"]: place for place, u in enumerate(ledger.api("units"))}
    own = [r for r in rows if subject in ("", r["indicator_code"], r["project_code"]) and bureau in ("", r["bureau_code"])]
    return sorted(own, key=lambda r: (subjects[r["indicator_code"] or r["project_code"]], units[r["bureau_code"]]))


def _causes(ledger: Ledger, subject: str, bureau: str, project: Sequence[str]) -> Table:
    w = ledger.words
    rows = [r for r in ledger.api("commentaries")["commentaries"] if r["ended_reason"] is None]
    rows.sort(key=lambda r: parse_period(r["period_code"]).end, reverse=True)
    header = [
        w("indicator_or_project") if bureau or project else w("bureau"),
        w("period"),
        *(heading(ledger, p) for p in ("cause", "obstacle", "response")),
    ]
    last: dict[tuple[str, str], Item] = {}
    for r in _kept(ledger, rows, subject, bureau, project):
        last.setdefault((r["indicator_code"] or r["project_code"], r["bureau_code"]), r)
    return header, [
        [
            _whose(ledger, r, bureau, project),
            ledger.period(r["period_code"]),
            *(w.named(r, p) for p in ("cause", "obstacle", "response")),
        ]
        for r in last.values()
    ]


def _day(ledger: Ledger, row: Item, name: str) -> str:
    return known_day(date.fromisoformat(row[name]), row[f"{name}_precision"], ledger.language) if row[name] else ""


def _actions(ledger: Ledger, subject: str, bureau: str, project: Sequence[str]) -> Table:
    w, as_of = ledger.words, ledger.api("actions")["as_of"]
    rows = _kept(ledger, [r for r in ledger.api("actions")["actions"] if r["ended_reason"] != "mistake"], subject, bureau, project)
    rows.sort(key=lambda r: (r["action_state"] in ("done", "given_up"), r["new_due_on"] or r["due_on"] or "9999", r["action_code"]))
    parts = ("measure", "section", "role", "due", "state", "effect")
    header = [w("indicator_or_project") if bureau or project else w("bureau"), *(heading(ledger, p) for p in parts)]
    told = []
    for r in rows:
        due = _day(ledger, r, "due_on") + (f" → {_day(ledger, r, 'new_due_on')}" if r["new_due_on"] else "")
        state = w(f"action_{r['action_state']}")
        if r["action_state"] in ("open", "continued") and (r["new_due_on"] or r["due_on"] or "9999") < as_of:
            state += w("in_brackets", text=w("action_late"))
        state = " ".join(filter(None, (state, r["state_reason_ja"])))
        told.append(
            [
                _whose(ledger, r, bureau, project),
                w.named(r, "measure"),
                r["section_ja"],
                r["role_ja"],
                due,
                state,
                _effect(ledger, r),
            ]
        )
    return header, told


def _effect(ledger: Ledger, row: Item) -> str:
    w, said = ledger.words, []
    if row["effect_value"] is not None:
        unit = w.named(ledger.indicators[row["indicator_code"]], "unit") if row["indicator_code"] else ""
        number = w.number(row["effect_value"], "+,.10g")
        joined = w("number_with_unit", number=number, unit=unit) if unit >= "\u2e80" else f"{number} {unit}".strip()
        said.append(w("points", count=number) if unit == "%" else joined)
    if row["effect_ja"]:
        said.append(str(row["effect_ja"]))
    if brought := _outcome(ledger, row):
        said.append(w("outcome", text=brought))
    return " ".join(said)


def _outcome(ledger: Ledger, row: Item) -> str:
    """Hold a finished action against the figures of its bureau: that of the report in which it began, and the latest."""
    item = next((s for s in ledger.items() if s["code"] == row["indicator_code"] and s["scope"] == row["bureau_code"]), None)
    if item is None or row["action_state"] != "done":
        return ""
    begun = parse_period(row["period_code"]).end.isoformat()
    valued = sorted((f["end_date"], f["value"]) for f in item["figures"] if f["value"] is not None)
    before = [v for v in valued if v[0] <= begun]
    if not before or valued[-1][0] <= before[-1][0]:
        return ""
    first, last = before[-1][1], valued[-1][1]
    said = f"{_written(ledger, item, first)} → {_written(ledger, item, last)}"
    if not row["effect_value"]:
        return said
    word = "effect_reached" if round((last - first) / row["effect_value"], 6) >= 1 else "effect_short"
    return said + ledger.words("in_brackets", text=ledger.words(word))


def _written(ledger: Ledger, item: Mapping[str, Any], value: float) -> str:
    return cell(format_value(value, ledger.measured(item), ledger.language))
