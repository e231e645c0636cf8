"""What a chart says of the days that it numbers, worked out from the open API alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

from kpis.periods import parse_period
from kpis.text import known_day
from tests.publishers.ledger import Item, Ledger


def lines(ledger: Ledger, item: Item) -> set[str]:
    """Return what may stand beside a circled number in the chart of an item: what happened on a day, all of it together."""
    days: dict[str, list[str]] = defaultdict(list)
    for tell in (_targets, _replaced, _reorganised, _causes):
        for day, said in tell(ledger, item):
            days[day].append(said)
    return {ledger.words.together(said) for said in days.values()}


def _targets(ledger: Ledger, item: Item) -> list[tuple[str, str]]:
    w, as_of = ledger.words, ledger.api("status")["as_of"]
    held: dict[str, list[Item]] = defaultdict(list)
    for goal in sorted(item["targets"], key=lambda g: g["set_order"]):
        if not (goal["set_on"] and goal["set_on"] > as_of) and not (goal["withdrawn_on"] and goal["withdrawn_on"] <= as_of):
            held[goal["period"]].append(goal)
    told = []
    for period, goals in held.items():
        for before, after in pairwise(goals):
            if after["set_on"] and before["value"] != after["value"]:
                day = known_day(date.fromisoformat(after["set_on"]), after["set_on_precision"], ledger.language)
                values = {"before": ledger.value(item, before["value"]), "after": ledger.value(item, after["value"])}
                told.append(
                    (after["set_on"], w("annotation_target", day=day, period=parse_period(period).label(ledger.language), **values))
                )
    return told


def _replaced(ledger: Ledger, item: Item) -> list[tuple[str, str]]:
    w, rows = ledger.words, ledger.indicators
    last = {code: max(f["end_date"] for f in own["figures"]) for code, own in ledger.own.items() if own["figures"]}
    after = rows[item["code"]]["replaced_by_code"]
    told = (
        [(last[item["code"]], w("annotation_replaced", name=w.named(rows[after])))]
        if after in rows and item["code"] in last
        else []
    )
    return told + [
        (last[code], w("annotation_replaces", name=w.named(row)))
        for code, row in rows.items()
        if row["replaced_by_code"] == item["code"] and code in last
    ]


def _reorganised(ledger: Ledger, item: Item) -> list[tuple[str, str]]:
    w, names = ledger.words, {u["code"]: ledger.words.named(u) for u in ledger.api("units")}
    told = []
    for bureau in ledger.api("bureaus")["bureaus"]:
        if bureau["code"] != item["scope"]:
            continue
        for other in (*bureau["came_from"], *bureau["went_into"]):
            if other["date"]:
                pair = (other["bureau"], bureau["code"])
                before, after = pair if other in bureau["came_from"] else pair[::-1]
                said = w(
                    "annotation_reorganised", day=ledger.day(other["date"]), before=names[before], after=names[after], relation=w(f"relation_{other['relation']}")
                )  # fmt: skip
                told.append((other["date"], said))
    return told


def _causes(ledger: Ledger, item: Item) -> list[tuple[str, str]]:
    w, units = ledger.words, {u["code"]: (place, ledger.words.named(u)) for place, u in enumerate(ledger.api("units"))}
    is_own = item is ledger.own.get(item["code"])
    periods: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row in ledger.api("commentaries")["commentaries"]:
        if row["indicator_code"] != item["code"] or row["ended_reason"] or not (is_own or row["bureau_code"] == item["scope"]):
            continue
        part = next((p for p in ("cause", "response") if w.named(row, p)), None)
        if part:
            words = " ".join(w.named(row, part).split())
            words = words if len(words) <= 60 else words[:59] + "…"
            periods[row["period_code"]].append(
                (*units[row["bureau_code"]], w("annotation_said", part=w(f"part_{part}"), text=words))
            )
    told = []
    for period, rows in periods.items():
        rows.sort()
        said = [text if len(rows) == 1 else w("annotation_whose", bureau=name, text=text) for _, name, text in rows[:2]]
        said += [w("annotation_others", count=len(rows) - 2)] if len(rows) > 2 else []
        whole = w("annotation_period", period=parse_period(period).label(ledger.language), text=" / ".join(said))
        told.append((parse_period(period).end.isoformat(), whole))
    return told
