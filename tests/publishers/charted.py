"""What a chart must hold: every value of every trace, worked out from the open API alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from charts.heatmap import LOOK
from kpis.periods import parse_period
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


def series_of(ledger: Ledger, item: Item) -> tuple[list[tuple[str, float | None]], list[tuple[str, float | None]], float]:
    """Return the line of an item, its planned path and what both are divided by; a yearly counter breaks between years."""
    actual: list[tuple[str, float | None]] = []
    plan: list[tuple[str, float | None]] = []
    year = None
    for figure in sorted((f for f in item["figures"] if f["value"] is not None), key=lambda f: f["end_date"]):
        period = parse_period(figure["period"])
        if item["kind"] == "ceiling" and year not in (None, period.fiscal_year):
            actual.append((figure["start_date"], None))
        actual.append((figure["end_date"], figure["value"]))
        year = period.fiscal_year
    for corner in item["planned_path"]:
        if item["kind"] == "ceiling" and corner["value"] == 0 and plan:
            plan.append((corner["day"], None))
        plan.append((corner["day"], corner["value"]))
    top = max([v for _, v in (*actual, *plan) if v is not None], default=0.0)
    return actual, plan, (1e6 if ledger.language == "en" else 1e4) if top >= 1_000_000 else 1.0


def wrong_trajectory(ledger: Ledger, item: Item, chart: Drawn) -> list[str]:
    """Return what is wrong in the chart of a series: line, plan, forecast with its band, target and the numbers written."""
    actual, plan, divisor = series_of(ledger, item)
    expected: list[tuple[str, list[tuple[str, float | None]]]] = [("plan", plan)] if plan else []
    if item["forecast"]:
        ahead = item["forecast"]["points"]
        expected += [(name, [(p["day"], p[name]) for p in ahead]) for name in ("high", "low", "value")]
    expected.append(("actual", actual))
    if item["target"]:
        expected.append(("target", [(item["target"]["end_date"], item["target"]["value"])]))
    wrong = [] if len(chart.traces) == len(expected) else [f"{len(chart.traces)} traces for {[name for name, _ in expected]}"]
    for trace, (name, points) in zip(chart.traces, expected, strict=False):
        if [str(x)[:10] for x in trace["x"]] != [day for day, _ in points]:
            wrong.append(f"{name}: days {trace['x']} for {points}")
        if not close(trace["y"], [None if v is None else v / divisor for _, v in points]):
            wrong.append(f"{name}: {trace['y']} for {points}")
    values = [v / divisor for _, v in actual if v is not None]
    decimals = ledger.measured(item).decimals if divisor == 1 else 2 if divisor == 1e6 else 0
    written = {
        f"{values[-1]:,.{decimals}f}",
        f"{values[0]:,.{decimals}f}",
        ledger.words.named(ledger.indicators[item["code"]], "unit"),
    }
    if item["target"]:
        written.add(f"{ledger.words('target')} {ledger.value(item, item['target']['value'])}")
    notes = {plain(n) for n in chart.notes}
    big = {"million", "万"} if divisor > 1 else set()
    wrong += [f"written {n!r}" for n in notes if any(c.isdigit() for c in n) and n not in written and not any(b in n for b in big)]
    if f"{values[-1]:,.{decimals}f}" not in notes:
        wrong.append(f"the last value {values[-1]} is not written: {notes}")
    labels = [parse_period(f["period"]).label(ledger.language) for f in item["figures"] if f["value"] is not None]
    line = chart.traces[len(expected) - (2 if item["target"] else 1)]
    if sorted(c for c in line.get("customdata", []) if c) != sorted(labels):
        wrong.append(f"labels {line.get('customdata')} for {labels}")
    return wrong


def wrong_picture(ledger: Ledger, item: Item, address: str) -> list[str]:
    """Return what is wrong in the small picture of a card: where its dots and the end of its bar stand."""
    svg = base64.b64decode(address.split(",", 1)[1]).decode()
    actual, plan, _ = series_of(ledger, {**item, "kind": "level"})  # no breaks here
    values = [v for _, v in (*actual, *plan) if v is not None]
    days = [date.fromisoformat(d).toordinal() for d, _ in (*actual, *plan)]
    low, first, span = min(0.0, *values), min(days), max(max(days) - min(days), 1)
    height = max(max(values) - low, 1e-9)

    def place(points: Sequence[tuple[str, float | None]]) -> list[tuple[float, float]]:
        return [
            (EDGE + (date.fromisoformat(d).toordinal() - first) / span * (WIDTH - 2 * EDGE),
             HEIGHT - EDGE - ((v or 0.0) - low) / height * (HEIGHT - 2 * EDGE))
            for d, v in points
        ]  # fmt: skip

    dots = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)"', svg)]
    wrong = []
    if len(dots) != len(actual) or any(
        abs(a - b) > 0.06 for p, q in zip(dots, place(actual), strict=False) for a, b in zip(p, q, strict=True)
    ):
        wrong.append(f"dots {dots} for {place(actual)}")
    if "<g" in svg:
        length = float(re.findall(r'<rect x="2" y="7" width="([\d.]+)"', svg)[0])
        full = item["denominator"] or 0.0 if item["kind"] in ("completion", "stock") else 0.0
        scale = (WIDTH - 4) / max(full, item["actual_value"], item["target"]["value"], 1e-9)
        if abs(length - max(item["actual_value"] * scale, 0)) > 0.06:
            wrong.append(f"bar {length}")
    return wrong


def wrong_bars(chart: Drawn, expected: Sequence[tuple[str, float, str]]) -> list[str]:
    """Return what is wrong in ranked bars: (name, length, value as written) from the top."""
    (trace,) = chart.traces
    top = max((abs(v) for _, v, _ in expected), default=0.0)
    divisors = (1e4, 1e6) if top >= 1_000_000 else (1.0,)
    wrong = [] if any(close(trace["x"], [v / d for _, v, _ in expected]) for d in divisors) else [f"{trace['x']} for {expected}"]
    wrong += [] if trace["y"] == [-n for n in range(len(expected))] else [f"rows {trace['y']}"]
    wrong += [] if trace["customdata"] == [label for *_, label in expected] else [f"{trace['customdata']} for {expected}"]
    names = [plain(n) for n in chart.notes[: len(expected)]]
    return wrong + ([] if names == [plain(f"{name} {label}") for name, _, label in expected] else [f"{names} for {expected}"])


def wrong_heat(chart: Drawn, cells: Sequence[Sequence[tuple[str, str, str]]], names: Sequence[str]) -> list[str]:
    """Return what is wrong in a heat map: per row and column the status, the value as written and the word."""
    (trace,) = chart.traces
    order = list(LOOK)
    wrong = [] if trace["z"] == [[order.index(s) for s, *_ in row] for row in cells] else ["statuses differ"]
    for shown, row, name in zip(trace["text"], cells, names, strict=True):
        for text, (status, value, word) in zip(shown, row, strict=True):
            if text != f"{LOOK[status][0]} {value}<br>{word}":
                wrong.append(f"{name}: {text!r} for {status} {value}")
    return wrong + ([] if chart.notes == list(names) else [f"rows {chart.notes}"])


def wrong_shares(chart: Drawn, rows: Mapping[str, Mapping[str, int]], segments: Mapping[str, str]) -> list[str]:
    """Return what is wrong in bars of 100 %: per segment and row the share and the count, and the total beside each name."""
    wrong = []
    totals = {label: sum(counts.get(s, 0) for s in segments) for label, counts in rows.items()}
    drawn = {s: word for s, word in segments.items() if sum(c.get(s, 0) for c in rows.values())}
    if [t["name"] for t in chart.traces] != list(drawn.values()):
        wrong.append(f"segments {[t['name'] for t in chart.traces]} for {drawn}")
    for trace, name in zip(chart.traces, drawn, strict=False):
        counts = [c.get(name, 0) for c in rows.values()]
        shares = [n / totals[label] * 100 if totals[label] else None for label, n in zip(rows, counts, strict=True)]
        if not close(trace["x"], shares) or [c[1] for c in trace["customdata"]] != counts or trace["y"] != list(range(len(rows))):
            wrong.append(f"{name}: {trace['x']} / {trace['customdata']} for {counts}")
    named = [f"{label} ({totals[label]:,})" for label in rows]
    return wrong + ([] if chart.notes[: len(rows)] == named else [f"{chart.notes[: len(rows)]} for {named}"])


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
            found.setdefault("start", []).append((m["planned_start"], -row))
        for kind in ("planned", "replanned"):
            found.setdefault(kind, []).extend((g["day"], -row) for g in m[kind])
        if m["actual"]:
            found.setdefault("actual", []).append((m["actual"]["day"], -row))
    symbols = {"line-ns-open": "start", "diamond-open": "planned", "triangle-right-open": "replanned", "circle": "actual"}
    drawn = {symbols[t["symbol"]]: list(zip([str(x)[:10] for x in t["x"]], t["y"], strict=True)) for t in chart.traces}
    wrong = [f"{k}: {drawn.get(k)} for {found[k]}" for k in found if found[k] and sorted(drawn.get(k, [])) != sorted(found[k])]
    wrong += [f"{k} is drawn" for k in drawn if not found.get(k)]
    labels = [f"{ledger.words.named(m)} ({ledger.words('state_' + m['state'])})" for m in ordered]
    for note, label in zip(chart.notes, labels, strict=False):
        if note != label and not (note.endswith("…") and label.startswith(note[:-1]) and len(note) > 20):
            wrong.append(f"row {note!r} for {label!r}")
    return wrong + ([] if chart.days == [as_of] else [f"today at {chart.days}"])
