"""What a chart must hold: every value of every trace, worked out from the open API alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from charts.series import circled
from charts.style import SHORTFALL
from kpis.periods import parse_period
from kpis.text import axis_scale
from tests.publishers.ledger import Item, Ledger, plain
from tests.publishers.shown import Drawn
from tests.publishers.tabled import last_day

HEIGHT, WIDTH, EDGE = 56, 200, 6  # of the small picture of a card


def close(found: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Say whether two lists of numbers, days and gaps are the same."""
    if len(found) != len(expected):
        return False
    return all(
        (a is None and b is None)
        or (a == b)
        or (isinstance(a, (int, float)) and isinstance(b, (int, float)) and a == pytest.approx(b))
        for a, b in zip(found, expected, strict=True)
    )


Dot = tuple[str, float | None]


def lines_of(item: Item) -> list[list[Dot]]:
    """Return the lines of an item: figures of one kind of period, year-to-date or not; the line that is judged last."""
    groups: dict[tuple[str, bool], list[Item]] = {}
    for figure in sorted((f for f in item["figures"] if f["value"] is not None), key=lambda f: (f["end_date"], _days(f))):
        groups.setdefault((parse_period(figure["period"]).kind, figure["is_year_to_date"]), []).append(figure)
    lines, judged = [], []
    for (kind, is_year_to_date), figures in groups.items():
        line: list[Dot] = []
        year = None
        for figure in figures:
            fiscal = parse_period(figure["period"]).fiscal_year
            if (is_year_to_date or (item["kind"] == "ceiling" and kind in ("month", "quarter"))) and year not in (None, fiscal):
                line.append((figure["start_date"], None))
            line.append((figure["end_date"], figure["value"]))
            year = fiscal
        (judged if any(f["period"] == item["period"] for f in figures) else lines).append(line)
    return lines + judged


def _days(figure: Item) -> int:
    return (date.fromisoformat(figure["end_date"]) - date.fromisoformat(figure["start_date"])).days


def span_of(item: Item) -> tuple[str, str]:
    """Return the first and last day that a chart shows: figures, starting point, targets in force, due last and unreported, forecast."""
    days = [f["end_date"] for f in item["figures"] if f["value"] is not None] + [t["end_date"] for t in item["unreported_targets"]]
    if item["target"]:
        days += [item["target"]["end_date"]] + ([item["target"]["start_date"]] if item["kind"] == "ceiling" else [])
    if item["last_due"]:
        days.append(item["last_due"]["target"]["end_date"])
    if item["baseline"] and item["kind"] != "ceiling":
        days.append(item["baseline"]["end_date"])
    if item["forecast"]:
        days.append(item["forecast"]["points"][-1]["day"])
    return min(days), max(days)


def plan_of(item: Item) -> list[Dot]:
    """Return the planned path between the first and last day shown, read off where it is cut; each budget by itself."""
    first, last = span_of(item)
    corners: list[Dot] = []
    for corner in item["planned_path"]:
        if item["kind"] == "ceiling" and corner["value"] == 0 and corners:
            corners.append((corner["day"], None))
        corners.append((corner["day"], corner["value"]))
    if not corners or (first == last and len([f for f in item["figures"] if f["value"] is not None]) == 1):
        return []
    found = []
    for (day, value), (after, then) in zip(corners, [*corners[1:], ("", None)], strict=True):
        if first <= day <= last:
            found.append((day, value))
        for edge in (first, last):
            if value is not None and then is not None and day < edge < after:
                a, b, c = (date.fromisoformat(d).toordinal() for d in (day, edge, after))
                found.append((edge, value + (then - value) * (b - a) / (c - a)))
    return found


def aims_of(ledger: Ledger, item: Item) -> list[Dot]:
    """Return the targets that a chart marks, as dots."""
    return [(g["end_date"], g["value"]) for g in goals_of(ledger, item)]


def aim_label(ledger: Ledger, item: Item, goal: Item) -> str:
    """Write what the dot of a target says."""
    about = ledger.words("approximate") if goal["is_approximate"] else ""
    day = ledger.words("in_brackets", text=ledger.day(goal["end_date"]))
    return f"{ledger.words('target')} {about}{ledger.value(item, goal['value'])}{day}"


def goals_of(ledger: Ledger, item: Item) -> list[Item]:
    """Return the targets that a chart marks: set by the day asked, of each period the last, due within the days shown."""
    if item["direction"] == "none":
        return []
    first, last = span_of(item)
    as_of = ledger.api("status")["as_of"]
    held: dict[str, Item] = {}
    for goal in sorted(item["targets"], key=lambda g: g["set_order"]):
        if (not goal["set_on"] or goal["set_on"] <= as_of) and not (goal.get("withdrawn_on") and goal["withdrawn_on"] <= as_of):
            held[goal["period"]] = goal
    days = {code: parse_period(code) for code in held}  # on one day the shortest period first, as the method puts them
    ordered = sorted(held.values(), key=lambda g: (g["end_date"], days[g["period"]].end - days[g["period"]].start))
    return [g for g in ordered if first <= g["end_date"] <= last]


def wrong_trajectory(ledger: Ledger, item: Item, chart: Drawn) -> list[str]:
    """Return what is wrong in the chart of a series: lines, plan, forecast with its band, targets and the numbers written."""
    lines, plan, aims = lines_of(item), plan_of(item), aims_of(ledger, item)
    expected: list[tuple[str, list[Dot]]] = [("plan", plan)] if plan else []
    shown = sorted((d, v) for line in lines for d, v in line if v is not None)
    if item["forecast"]:
        ahead = item["forecast"]["points"]
        joint = (
            [dict.fromkeys(("value", "low", "high"), shown[-1][1]) | {"day": shown[-1][0]}] if item["forecast"]["is_joined"] else []
        )
        expected += [(name, [(p["day"], p[name]) for p in [*joint, *ahead]]) for name in ("high", "low", "value")]
    expected += [("actual", line) for line in lines]
    expected += [("target", aims)] if aims else []
    wrong = [] if len(chart.traces) == len(expected) else [f"{len(chart.traces)} traces for {[name for name, _ in expected]}"]
    top = max(abs(v) for _, points in expected if _ not in ("high", "low", "value") for _, v in points if v is not None)
    divisor, word = axis_scale(top, ledger.language)
    for trace, (name, points) in zip(chart.traces, expected, strict=False):
        if [str(x)[:10] for x in trace["x"]] != [day for day, _ in points]:
            wrong.append(f"{name}: days {trace['x']} for {points}")
        if not close(trace["y"], [None if v is None else v / divisor for _, v in points]):
            wrong.append(f"{name}: {trace['y']} for {points}")
    unit = (word + ledger.words.named(ledger.indicators[item["code"]], "unit")).strip()
    valued = sorted((f for f in item["figures"] if f["value"] is not None), key=lambda f: f["end_date"])
    said = {f["period"]: ledger.figure(item, f) for f in valued}
    ends = [{said[f["period"]] for f in valued if f["end_date"] == day} for day in (valued[0]["end_date"], valued[-1]["end_date"])]
    written = {unit, *ends[0], *ends[1]}
    if item["target"]:
        about = ledger.words("approximate") if item["target"]["is_approximate"] else ""
        target = f"{ledger.words('target')} {about}{ledger.value(item, item['target']['value'])}"
        written.add(target)
        if target not in {plain(n) for n in chart.notes}:
            wrong.append(f"the target is not written: {chart.notes}")
    notes = {plain(n) for n in chart.notes}
    if item["forecast"]:
        written.add(
            f"{ledger.words('forecast_word')} {ledger.value(item, item['forecast']['points'][-1]['value'], worked_out=True)}"
        )
    marked = [n for n in map(plain, chart.notes) if len(n) == 1 and "①" <= n <= "㊿"]
    wrong += [] if marked == [circled(n) for n in range(1, len(marked) + 1)] else [f"days are numbered {marked}"]
    written.update(marked)
    wrong += [f"written {n!r}" for n in notes if any(c.isdigit() for c in n) and n not in written]
    if not ends[1] & notes:
        wrong.append(f"the last value {ends[1]} is not written: {notes}")
    labels = sorted(f"{parse_period(f['period']).label(ledger.language)}: {said[f['period']]}" for f in valued)
    drawn = [t for t in chart.traces if t["mode"] == "lines+markers"]
    if sorted(c for t in drawn for c in t.get("customdata", []) if c) != labels:
        wrong.append(f"labels {[t.get('customdata') for t in drawn]} for {labels}")
    if len(lines) > 1 and not all(t["name"] for t in drawn):
        wrong.append("lines of different kinds of period are not told apart")
    return wrong


def wrong_picture(ledger: Ledger, item: Item, address: str) -> list[str]:
    """Return what is wrong in the small picture of a card: where its dots and the end of its bar stand, and what is joined."""
    svg = base64.b64decode(address.split(",", 1)[1]).decode()
    lines = lines_of(item)
    if len([v for _, v in lines[-1] if v is not None]) > 1:
        lines = lines[-1:]  # a card draws the series that is judged, alone
    actual = sorted((d, v) for line in lines for d, v in line if v is not None)
    plan = [(c["day"], c["value"]) for c in item["planned_path"]]
    values = [v for _, v in (*actual, *plan) if v is not None]
    days = [date.fromisoformat(d).toordinal() for d, _ in (*actual, *plan)]
    low, first, span = min(0.0, *values), min(days), max(max(days) - min(days), 1)
    height = max(max(values) - low, 1e-9)

    def place(points: Sequence[Dot]) -> list[tuple[float, float]]:
        return [
            (EDGE + (date.fromisoformat(d).toordinal() - first) / span * (WIDTH - 2 * EDGE),
             HEIGHT - EDGE - ((v or 0.0) - low) / height * (HEIGHT - 2 * EDGE))
            for d, v in points
        ]  # fmt: skip

    def apart(found: Sequence[tuple[float, float]], points: Sequence[Dot]) -> bool:
        return len(found) != len(points) or any(
            abs(a - b) > 0.06 for p, q in zip(found, place(points), strict=False) for a, b in zip(p, q, strict=True)
        )

    dots = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)"', svg)]
    wrong = [f"dots {dots} for {place(actual)}"] if apart(dots, actual) else []
    joined = [
        [(float(x), float(y)) for x, y in (p.split(",") for p in points.split())]
        for points in re.findall(r'<polyline points="([^"]+)" fill="none" stroke="#0017C1"', svg)
    ]
    stretches: list[list[Dot]] = []
    for line in lines:
        stretches.append([])
        for day, value in line:
            if value is None:
                stretches.append([])
            else:
                stretches[-1].append((day, value))
    stretches = [s for s in stretches if len(s) > 1]
    if len(joined) != len(stretches) or any(apart(j, s) for j, s in zip(joined, stretches, strict=True)):
        wrong.append(f"joined {joined} for {stretches}")
    if "<g" in svg:
        length = float(re.findall(r'<rect x="2" y="7" width="([\d.]+)"', svg)[0])
        full = item["denominator"] or 0.0 if item["kind"] in ("completion", "stock") else 0.0
        scale = (WIDTH - 4) / max(full, item["actual_value"], item["target"]["value"], 1e-9)
        if abs(length - max(item["actual_value"] * scale, 0)) > 0.06:
            wrong.append(f"bar {length}")
    return wrong


@dataclass(frozen=True)
class Ranked:
    """A unit as its bar must show it: ``planned`` and ``target`` where it is held against them."""

    name: str
    value: float
    text: str
    label: str
    planned: float | None
    target: float | None
    is_short: bool


def wrong_rows(chart: Drawn, names: Sequence[str]) -> list[str]:
    """Return what is wrong with where lying bars stand and what they are called, first on top."""
    squeezed = ["".join(name.split()) for name in names]
    places = [at for at, _ in chart.rows]
    wrong = [] if [name for _, name in chart.rows] == squeezed and places == sorted(places) else [f"rows {chart.rows} for {names}"]
    return wrong + [f"{t['name']} stands at {t['y']}" for t in chart.traces if t["y"] != places]


def wrong_bars(chart: Drawn, expected: Sequence[Ranked]) -> list[str]:
    """Return what is wrong in ranked bars, from the top: lengths, words, colours, the ticks of plans and the line of a target."""
    trace, *ticks = chart.traces
    targets = {e.target for e in expected if e.target is not None}
    shared = next(iter(targets)) if len(targets) == 1 else None
    top = max((abs(v) for e in expected for v in (e.value, e.planned, shared) if v is not None), default=0.0)
    divisor = next((d for d in (1e4, 1e6) if close(trace["x"], [e.value / d for e in expected])), 1.0) if top >= 1_000_000 else 1.0
    wrong = [] if close(trace["x"], [e.value / divisor for e in expected]) else [f"{trace['x']} for {expected}"]
    wrong += [] if trace["customdata"] == [f"{e.name}: {e.label}" for e in expected] else [f"{trace['customdata']} for {expected}"]
    wrong += wrong_rows(chart, [e.name for e in expected])
    if [colour == SHORTFALL for colour in trace["colours"]] != [e.is_short for e in expected]:
        wrong.append(f"{trace['colours']} for {expected}")
    plans = [None if e.planned in (None, shared) else e.planned / divisor for e in expected]  # type: ignore[operator]
    drawn = [t["x"] for t in ticks]
    wrong += [] if drawn == ([plans] * 2 if any(p is not None for p in plans) else []) else [f"{drawn} for {plans}"]
    wrong += [] if chart.lines == ([] if shared is None else [shared / divisor] * 2) else [f"{chart.lines} for {shared}"]
    ends = chart.notes[: len(expected)]
    return wrong + ([] if ends == [f"<b>{e.text}</b>" for e in expected] else [f"{ends} for {expected}"])


def wrong_shares(chart: Drawn, rows: Mapping[str, Mapping[str, int]], segments: Mapping[str, str]) -> list[str]:
    """Return what is wrong in bars of 100%: per segment and row the share and the count, and the total beside each name."""
    wrong = []
    totals = {label: sum(counts.get(s, 0) for s in segments) for label, counts in rows.items()}
    drawn = {s: word for s, word in segments.items() if sum(c.get(s, 0) for c in rows.values())}
    if [t["name"] for t in chart.traces] != list(drawn.values()):
        wrong.append(f"segments {[t['name'] for t in chart.traces]} for {drawn}")
    for trace, name in zip(chart.traces, drawn, strict=False):
        counts = [c.get(name, 0) for c in rows.values()]
        shares = [n / totals[label] * 100 if totals[label] else None for label, n in zip(rows, counts, strict=True)]
        if not close(trace["x"], shares) or [c[1] for c in trace["customdata"]] != counts:
            wrong.append(f"{name}: {trace['x']} / {trace['customdata']} for {counts}")
    return wrong + wrong_rows(chart, [f"{label} ({totals[label]:,})" for label in rows])


def wrong_steps(chart: Drawn, lines: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> list[str]:
    """Return what is wrong in lines of what has been reached so far: (word, (day, so far))."""
    wrong = [] if len(chart.traces) == len(lines) else [f"{len(chart.traces)} lines"]
    for trace, (word, points) in zip(chart.traces, lines, strict=False):
        if [str(x)[:10] for x in trace["x"]] != [d for d, _ in points] or not close(trace["y"], [n for _, n in points]):
            wrong.append(f"{word}: {trace['x']} {trace['y']}")
        if f"<b>{word} {points[-1][1]:,}</b>" not in chart.notes:
            wrong.append(f"{word}: {chart.notes}")
    return wrong


def wrong_days(ledger: Ledger, chart: Drawn, milestones: Sequence[Item], as_of: str) -> list[str]:
    """Return what is wrong on a time line: every planned, re-planned and actual day in its row, and the line of today."""
    held = [m for m in milestones if m["planned_start"] or m["planned"] or m["replanned"] or m["actual"]]
    ordered = sorted(held, key=lambda m: (last_day(m), m["code"]))
    found: dict[str, list[tuple[str, int]]] = {}
    for row, m in enumerate(ordered):
        if m["planned_start"]:
            found.setdefault("start", []).append((m["planned_start"], row))
        for kind in ("planned", "replanned"):
            found.setdefault(kind, []).extend((g["day"], row) for g in m[kind])
        if m["actual"]:
            found.setdefault("actual", []).append((m["actual"]["day"], row))
    symbols = {"line-ns-open": "start", "diamond-open": "planned", "triangle-right-open": "replanned", "circle": "actual"}
    rows = {y: row for row, y in enumerate(sorted({y for t in chart.traces for y in t["y"]}))}  # in pixels, downwards
    drawn = {symbols[t["symbol"]]: [(str(x)[:10], rows[y]) for x, y in zip(t["x"], t["y"], strict=True)] for t in chart.traces}
    wrong = [f"{k}: {drawn.get(k)} for {found[k]}" for k in found if found[k] and sorted(drawn.get(k, [])) != sorted(found[k])]
    wrong += [f"{k} is drawn" for k in drawn if not found.get(k)]
    labels = [ledger.words.named(m) + ledger.words("in_brackets", text=ledger.words("state_" + m["state"])) for m in ordered]
    for note, label in zip(chart.notes, labels, strict=False):
        if note.replace("<br>", "").replace(" ", "") != label.replace(" ", ""):  # on several lines where it is long
            wrong.append(f"row {note!r} for {label!r}")
    return wrong + ([] if chart.days == [as_of] else [f"today at {chart.days}"])
