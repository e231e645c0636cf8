"""要対応 as every page must show it, worked out from the open API alone: heading, sentence, and the table row by row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from kpis.figures.needed import Needed
from kpis.figures.records import Definition, Figure, Goal
from kpis.periods import parse_period
from kpis.text import known_day, status_word, told_apart
from telling.needed import amount, chance_words, each_quarter
from tests.publishers.ledger import Item, Ledger, Table, plain
from tests.publishers.shown import Shown

OF_PLAN = ("behind", "slightly_behind", "moving_away")
HEADS = ("status", "att_what", "att_gap", "att_since_head", "att_why", "att_action", "att_bureau", "att_due")
GAP = HEADS.index("att_gap")


def listed(ledger: Ledger) -> list[Item]:
    """Return the list as the API gives it."""
    found: list[Item] = ledger.api("attention")["attention"]
    return found


def heading(ledger: Ledger) -> list[str]:
    """Return the texts above the table, the line that the rest is folded under, and what paper says of it."""
    w, rows = ledger.words, listed(ledger)
    if not rows:
        return [w("att_none_heading"), w("att_nothing")]
    counts: dict[str, int] = {}
    for row in rows:
        sort = (
            f"milestone_{'slipped' if row['status'] == 'slipped' else 'past'}" if row["subject"] == "milestone"
            else "unreported" if row["status"] == "unreported" else "now" if row["standing"] == "current" else "old"
        )  # fmt: skip
        counts[sort] = counts.get(sort, 0) + 1
    order = ("now", "milestone_past", "unreported", "old", "milestone_slipped")
    parts = w("comma").join(w(f"att_count_{sort}", count=counts[sort]) for sort in order if sort in counts)
    rest = {key: w(key, count=len(rows) - 5) for key in ("att_more", "folded_on_paper")}
    return [w("att_heading", count=len(rows)), w("att_sentence", parts=parts), *silent(ledger, rows), *rest.values()]


def silent(ledger: Ledger, rows: Iterable[Item]) -> list[str]:
    """Return the line on how many rows have no cause, no action and no day, which no row repeats."""
    w, every = ledger.words, list(rows)
    lacking = [
        (head, [row[name] for row in every].count(None))
        for head, name in (("att_why", "cause"), ("att_action", "action"), ("att_due", "action_due_on"))
    ]
    parts = [w("att_silent_part", head=w(head), count=count) for head, count in lacking if count]
    return [w("att_silent", parts=w("comma").join(parts), count=len(every))] if parts else []


def _short(code: str, language: str) -> str:
    return parse_period(code).label(language)


def _goal(ledger: Ledger, item: Item, goal: Item) -> str:
    return ledger.about(ledger.value(item, goal["value"]), goal["is_approximate"])


def _indicator(ledger: Ledger, row: Item) -> list[str]:
    w, item = ledger.words, ledger.own[row["subject_code"]]
    if row["status"] == "unreported":
        goal = item["unreported_targets"][0]
        told = {"target": _goal(ledger, item, goal), "due": _short(goal["period"], ledger.language)}
        said = (
            w("att_last", value=ledger.headline(item), period=_short(item["period"], ledger.language), **told)
            if item["period"]
            else w("att_never", **told)
        )
        return [status_word("unreported", ledger.language), w.named(item) + said, "―", _since(ledger, row)]
    if row["status"] in OF_PLAN:
        said, gap = w("att_of_plan", value=ledger.headline(item), other=ledger.planned(item)), ledger.variance(item)
    else:
        apart = ledger.apart(item, "target")
        assert apart is not None
        gap = ledger.about(apart.signed_gap, item["is_approximate"] or item["target"]["is_approximate"])
        due = _short(item["target"]["period"], ledger.language)
        said = w("att_of_target", value=ledger.headline(item), other=ledger.target(item), due=due)
    return [ledger.status(item), w.named(item) + said, gap, _since(ledger, row)]


def _since(ledger: Ledger, row: Item) -> str:
    since = row["since"]
    return run_words(ledger, since, row["status"] if "status" in row else row["stood"][-1]["status"]) if since else ""


def run_words(ledger: Ledger, run: Item, status: str) -> str:
    """Return since when something is off track, in the words of a page; how it began only where the first quarter was seen."""
    facts = {"quarter": _short(run["period"], ledger.language), "count": run["quarters_count"]}
    if run["is_longer"]:
        return ledger.words("att_since_longer", **facts)
    if run["first_status"] == status:
        return ledger.words("att_since", **facts)
    return ledger.words("att_since_at_first", **facts, word=status_word(run["first_status"], ledger.language))


def _milestone(ledger: Ledger, row: Item) -> list[str]:
    w = ledger.words
    milestone = next(m for m in ledger.api("milestones")["milestones"] if m["code"] == row["subject_code"])
    project = next(p for p in ledger.api("projects")["projects"] if p["code"] == row["project_code"])
    due = [*milestone["replanned"], *milestone["planned"]][-1] if not milestone["replanned"] else milestone["replanned"][-1]
    late = (date.fromisoformat(ledger.api("attention")["as_of"]) - date.fromisoformat(due["day"])).days
    gap = "―"
    if row["status"] != "slipped" and due["precision"] == "day":
        gap = w("att_days", days=f"{late:+,}")
    when = w("att_due_on", day=_given(due, ledger.language))
    return [w(f"att_milestone_{row['status']}"), w.named(milestone) + w("att_milestone_of", project=w.named(project)), gap, when]


def _given(due: Item, language: str) -> str:
    return known_day(date.fromisoformat(due["day"]), due["precision"], language)


def _bureau(ledger: Ledger, row: Item, shown: str) -> bool:
    """Say whether the bureau shown is the one that the API names."""
    return row["bureau_code"] is None or shown.startswith(ledger.words.named(ledger_unit(ledger, row["bureau_code"])))


def ledger_unit(ledger: Ledger, code: str) -> Any:
    """Return a bureau of the API by its code."""
    return next(u for u in ledger.api("units") if u["code"] == code)


def wrong(ledger: Ledger, shown: Shown) -> list[str]:
    """Return what is wrong with the list on a page, and take its tables out of what is shown."""
    must = [(_indicator if row["subject"] == "indicator" else _milestone)(ledger, row) for row in listed(ledger)]
    must = [[plain(c) for c in row] for row in must]
    rows = listed(ledger)
    empty = {at for at, name in ((4, "cause"), (5, "action"), (7, "action_due_on")) if all(row[name] is None for row in rows)}
    empty |= set() if any(row[GAP] != "―" for row in must) else {GAP}  # what none of them has is no column
    heads = [ledger.words(h) for n, h in enumerate(HEADS) if n not in empty]
    tables = [rows for header, rows in shown.tables if header == heads]
    shown.tables[:] = [t for t in shown.tables if t[0] != heads]
    there = [[plain(str(c)) for c in row] for rows in tables for row in rows]
    for at in sorted(empty):
        there = [[*row[:at], "―" if at == GAP else "—", *row[at:]] for row in there]
    found = [] if [row[:4] for row in there] == must else [f"要対応 {[r[:4] for r in there]} for {must}"]
    for row, said in zip(rows, there, strict=False):
        for place, part in ((4, "cause"), (5, "action"), (7, "action_due_on")):
            found += [] if (said[place] == "—") == (row[part] is None) else [f"{part} {said[place]}"]
        found += [] if _bureau(ledger, row, said[6]) else [f"bureau {said[6]} for {row['bureau_code']}"]
    return found


def strips(ledger: Ledger, items: Iterable[Item], view: str = "then") -> list[Table]:
    """Return the table of strips that a page of a project or bureau must show for its indicators."""
    w, known = ledger.words, {(s["indicator"], s["scope"]): s for s in ledger.api(f"strips?view={view}")["indicators"]}
    rows = [
        [w.named(s), ledger.status(s), "", _since(ledger, known[s["code"], s["scope"]])]
        for s in items
        if (s["code"], s["scope"]) in known
    ]
    return [([w(h) for h in ("since_indicator", "status", "att_strip_heading", "att_since_head")], rows)] if rows else []


def since(ledger: Ledger, item: Item) -> list[str]:
    """Return what the page of an indicator says of how long it has been off track."""
    of = (s for s in ledger.api("strips")["indicators"] if (s["indicator"], s["scope"]) == (item["code"], item["scope"]))
    run = next((s["since"] for s in of), None)
    if run is None:
        return []
    return [run_words(ledger, run, item["status"])]


def needed(ledger: Ledger, item: Item) -> tuple[list[Table], list[str]]:
    """Return the table of what it takes that the page of an indicator must show, and the sentence above it."""
    w, told, row = ledger.words, item["needed"], ledger.indicators[item["code"]]
    if told is None:
        return [], []
    figure = next(f for f in item["figures"] if f["period"] == told["period_code"])
    goal = next(g for g in reversed(item["targets"]) if g["period"] == told["target_period"] and g["value"] == told["target_value"])
    definition = Definition(item["code"], item["kind"], item["direction"], "", "", row["unit_ja"], row["unit_en"], row["decimals"])
    held = Figure(figure["period"], figure["value"], is_approximate=figure["is_approximate"], is_worked_out=ledger.derived(figure))
    aim = Goal(goal["period"], goal["value"], is_approximate=goal["is_approximate"])

    def each(value: float | None) -> str:
        return "―" if value is None else amount(definition, value, held, aim, w)

    takes = Needed(
        goal=aim, figure=held, remaining=told["remaining"], months_left=told["months_left"], unseen_months=told["unseen_months"],
        per_quarter=told["per_quarter"], is_budget=told["is_budget"],
    )  # fmt: skip
    gap = told_apart(
        figure["value"], goal["value"], ledger.measured(item), ledger.language, is_approximate=held.is_approximate,
        is_other_approximate=aim.is_approximate, is_worked_out=ledger.derived(figure),
    ).gap  # fmt: skip
    rows = [
        [w("need_target"), _goal(ledger, item, goal) + w("in_brackets", text=_short(goal["period"], ledger.language))],
        [w("need_left"), ledger.about(gap, held.is_approximate or aim.is_approximate)],
        [w("need_each"), each_quarter(definition, takes, w)], [w("need_before"), each(told["brought_per_quarter"])],
    ]  # fmt: skip
    if told["chance"] is not None:
        rows.append([w("need_chance_head"), chance_words(told["chance"], w)])
    assert round(told["remaining"], 6) == round(goal["value"] - figure["value"], 6)
    return [([w("item"), w("value")], rows)], [told[f"sentence_{ledger.language}"]]
