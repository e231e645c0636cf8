"""The cards, the table of indicators and the projects of the overview, written anew from the open API alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from kpis.government import government
from kpis.periods import parse_period
from kpis.text import known_day, status_word
from telling.overview import theme_name
from tests.publishers.attended import run_words
from tests.publishers.ledger import Item, Ledger, Table, plain
from tests.publishers.shown import Shown
from tests.publishers.tabled import full_name

OFF = ("behind", "missed", "moving_away", "reached_then_lost", "slightly_behind", "unreported")
GOOD = ("reached", "on_track")
NOTHING = {"―", ""}


def _since(ledger: Ledger, stood: list[Item]) -> str:
    run = 0
    for quarter in reversed(stood):
        if quarter["status"] not in OFF:
            break
        run += 1
    if not run:
        return "—"
    made = {
        "period": stood[-run]["period"],
        "quarters_count": run,
        "is_longer": run == len(stood),
        "first_status": stood[-run]["status"],
    }
    return run_words(ledger, made, stood[-1]["status"])


def _next(ledger: Ledger, code: str) -> list[str]:
    def due(m: Item) -> Item | None:
        given = m["replanned"] or m["planned"]
        return given[-1] if given else None

    dated = sorted(
        (m for m in ledger.api("milestones")["milestones"] if m["project"] == code and due(m)), key=lambda m: due(m)["day"]  # type: ignore[index]
    )  # fmt: skip
    coming, late = ([m for m in dated if m["state"] == state] for state in ("coming", "late"))
    if not coming and not late:
        return ["—", "—"]
    shown = coming[0] if coming else late[-1]
    given = due(shown)
    assert given is not None
    return [ledger.words.named(shown), known_day(date.fromisoformat(given["day"]), given["precision"], ledger.language)]


def _mark(ledger: Ledger, status: str) -> str:
    """Return the word of a mark in a narrow place."""
    return status_word(status, ledger.language)


def projects(ledger: Ledger, listed: Sequence[Item] | None = None, about: Callable[[Item], str] | None = None) -> Table:
    """Return the table of projects: of those given, with what stands below their names; else of the core projects that have a goal."""
    w = ledger.words
    if listed is None:
        listed = [p for p in ledger.api("projects")["projects"] if p["kind"] == "core" and p["goal_ja"]]
    stood = {s["project"]: s["stood"] for s in ledger.api("strips")["projects"]}
    rows = []
    for p in listed:
        now = p["counts"]["current"]
        judged, counts = sum(now.values()), p["milestones"]
        rows.append(
            [
                _mark(ledger, p["status"]), full_name(ledger, p) + (about(p) if about else ""), "", _since(ledger, stood[p["code"]]),
                f"{sum(now.get(s, 0) for s in GOOD)} / {judged}" if judged else "—",
                *(f"{n:,}" if n else "·" for n in (counts["done"], counts["late"] + counts["missed"], counts["not_seen"])),
                *_next(ledger, p["code"]),
            ]
        )  # fmt: skip
    heads = (
        "status",
        "project",
        "att_strip_heading",
        "op_off_since",
        "op_good",
        "op_done",
        "op_late",
        "op_unseen",
        "op_next",
        "op_due",
    )
    return [w(h) for h in heads], rows


def headlines(ledger: Ledger) -> tuple[list[Item], list[Item]]:
    """Return the headlines that stand in cards, and those below the chart."""
    every = [s for s in ledger.own.values() if s["is_headline"]]
    cards = [first for theme in government().cards if (first := next((s for s in every if s["theme"] == theme), None))]
    drawn = next((s for s in every if s["theme"] == government().chart), None)
    above = {s["code"] for s in (*cards, drawn) if s}
    return cards, [s for s in every if s["code"] not in above]


def wrong_rows(ledger: Ledger, shown: Shown) -> list[str]:
    """Return what is wrong in the table of the other headlines, and take it out of what is shown."""
    w, (_, others) = ledger.words, headlines(ledger)
    heads = [w(h) for h in ("status", "since_indicator", "value", "target", "previous", "year_earlier", "card_shape")]
    rows = next(([[plain(str(c)) for c in row] for row in r] for h, r in shown.tables if h == heads), [])
    shown.tables[:] = [t for t in shown.tables if t[0] != heads]
    if len(rows) != len(others):
        return [f"{len(rows)} rows of headlines for {len(others)}"]
    wrong = []
    for row, item in zip(rows, others, strict=True):
        period = f" {ledger.period(item['period'])}" if item["period"] else " "
        must = [status_word(item["status"], ledger.language), w.named(item), ledger.headline(item) + period]
        wrong += [] if [c.strip() for c in row[:3]] == [plain(c).strip() for c in must] else [f"{row[:3]} for {must}"]
        said = {plain(f) for f in ledger.fragments(item)}
        for head, cell in zip(heads[4:6], row[4:6], strict=True):
            wrong += [] if cell in NOTHING or f"{plain(head)} {cell}" in said else [f"{must[1]}: {head} {cell}"]
        wrong += [] if row[3] in aims(ledger, item) else [f"{must[1]}: {row[3]} for {aims(ledger, item)}"]
    return wrong


def aim(ledger: Ledger, item: Item, *, is_card: bool) -> str:
    """Write the target of an item, with the period it is for; on a card without its unit."""
    if item["target"] is None:
        return ledger.words("no_target_short")
    value = ledger.target(item, ledger._short(item)) if is_card else ledger.target(item)
    return plain(value + ledger.words("in_brackets", text=parse_period(item["target"]["period"]).brief(ledger.language)))


def aims(ledger: Ledger, item: Item) -> set[str]:
    """Return how the target of an item may be written."""
    return {aim(ledger, item, is_card=is_card) for is_card in (True, False)}


def wrong_cards(ledger: Ledger, shown: Shown) -> list[str]:
    """Return the cards that do not say, text by text and in this order, what the API says."""
    w, (cards, _) = ledger.words, headlines(ledger)
    boxes = [[plain(t).strip() for t in box] for box in shown.boxes.values()]
    wrong = []
    for item in cards:
        word = _mark(ledger, item["status"])
        must = [theme_name(item["theme"], w), word, w.named(item), ledger.headline(item)]
        must += [ledger.period(item["period"])] if item["period"] else []
        must = [plain(m).strip() for m in (*must, *_parted(_measured(ledger, item, is_card=True)))]
        if not any(box[at : at + len(must)] == must for box in boxes for at in range(len(box))):
            wrong.append(f"no card {must}")
    return wrong


def _measured(ledger: Ledger, item: Item, *, is_card: bool) -> list[str]:
    """Return plan, target, previous figure and that of a year earlier, each after its label; on a card without the unit, which is at the value."""
    w, must = ledger.words, []
    if item["planned_value"] is not None:
        must += [w("planned"), ledger.planned(item, ledger._short(item)) if is_card else ledger.planned(item)]
    must += [w("target"), aim(ledger, item, is_card=is_card)]
    if item["actual_value"] is not None:
        for word in ("previous", "year_earlier"):
            must += [w(word), _earlier(ledger, item, word) if is_card else ledger.earlier(item, word)]
    return must


def beside(ledger: Ledger, items: Iterable[Item]) -> Table:
    """Return the table of indicators beside their plan, the period before and the year before: those that have a figure."""
    w, rows = ledger.words, []
    for item in (i for i in items if i["period"]):
        plan = ""
        if item["planned_value"] is not None:
            gap = ledger.variance(item) if item["variance"] is not None else ""
            plan = f"{ledger.planned(item)} {gap}".strip()
        before = [ledger.earlier(item, word) if item["actual_value"] is not None else "" for word in ("previous", "year_earlier")]
        rows.append(
            [
                " ".join([status_word(item["status"], ledger.language), *filter(None, [w("list_comma").join(_notes(ledger, item))])]), w.named(item),
                f"{ledger.headline(item)} {_dated(ledger, item)}", plan, *before,
            ]
        )  # fmt: skip
    return [w(h) for h in ("status", "since_indicator", "value", "planned", "previous", "year_earlier")], rows


def _dated(ledger: Ledger, item: Item) -> str:
    """Return the period of an item's figure, and that the figure was worked out where nobody published it."""
    w, figure = ledger.words, ledger.at(item, item["period"])
    mark = w("in_brackets", text=w("mark_worked_out")) if figure["is_worked_out"] else ""
    return ledger.period(item["period"]) + mark


def _notes(ledger: Ledger, item: Item) -> list[str]:
    """Return what makes the status of an item less than it seems."""
    w, last = ledger.words, item["last_settled"] or item["last_due"]
    notes = [w("awaiting")] if item["is_awaiting"] else []
    if last and last["result"] == "missed" and last["target"] != item["target"]:
        notes.append(w("missed_before"))
    if item["is_stale"] and item["status"] != "unreported":
        notes.append(w("stale" if item["standing"] == "last_known" else "stale_figure"))
    return notes


def _parted(texts: Sequence[str]) -> list[str]:
    """Return texts as a card writes them: a period in brackets stands on a line of its own."""
    return [part.strip() for text in texts for part in re.split(r"(?=\([^(]*$)", text)]


def head(ledger: Ledger, item: Item) -> list[str]:
    """Return the texts at the head of the page of an indicator, from its value on, in order."""
    period = [ledger.words("period"), _dated(ledger, item)] if item["period"] else []
    return [plain(m).strip() for m in (ledger.headline(item), *period, *_measured(ledger, item, is_card=False))]


def wrong_head(ledger: Ledger, shown: Shown, item: Item) -> list[str]:
    """Return what the head of the page of an indicator should say, where it does not."""
    must = head(ledger, item)
    boxes = [[plain(t).strip() for t in box] for box in shown.boxes.values()]
    is_there = any(box[at : at + len(must)] == must for box in boxes for at in range(len(box)))
    return [] if is_there else [f"no head {must}"]


def last_quarters(ledger: Ledger, item: Item) -> list[Table]:
    """Return the table of the last quarters that the page of an indicator must show; none where no figure of now was known in any."""
    w, language = ledger.words, ledger.language
    told = (s for s in ledger.api("strips")["indicators"] if (s["indicator"], s["scope"]) == (item["code"], item["scope"]))
    stood = next((s["stood"] for s in told), [])
    rows, is_any = [], False
    for each in stood:
        quarter, actual, period = parse_period(each["period"]), "―", each["figure_period"]
        held = {**item, "period": period, "actual_value": each["actual_value"], "planned_value": each["planned_value"]}
        figure = ledger.at(item, period) if period and each["actual_value"] is not None else None
        if figure is not None:
            actual, is_any = ledger.headline(held), True
            actual += f" {parse_period(period).short(language)}" if parse_period(period).end < quarter.start else ""
        planned, gap = (ledger.planned(held, ledger._short(item)), ledger.variance(held)) if figure is not None else ("―", "―")
        rows.append([quarter.short(language), status_word(each["status"], language), actual, planned, gap])
    return [([w(h) for h in ("line_quarter", "status", "actual", "planned", "att_gap")], rows)] if is_any else []


def _earlier(ledger: Ledger, item: Item, word: str) -> str:
    other = ledger.at(item, item[word]["period"]) if item[word] else None
    if other is None:
        return "―"
    if " / " in ledger.figure(item, other) or ledger.measured(item).unit_ja == "%":
        return ledger.earlier(item, word)
    bare = [f.removeprefix(f"{ledger.words(word)} ") for f in ledger.fragments(item) if f.startswith(f"{ledger.words(word)} ")]
    return min((f for f in bare if f.endswith(")")), key=len)


def card_texts(ledger: Ledger) -> list[str]:
    """Return every text with a number that the cards may hold: value, period, plan, target, previous, a year earlier."""
    cards, _ = headlines(ledger)
    texts: list[str] = []
    for item in cards:
        short = ledger._short(item)
        texts += [ledger.headline(item), *aims(ledger, item), ledger.words.named(item)]
        texts += [ledger.period(item["period"])] if item["period"] else []
        texts += [ledger.planned(item, short)] if item["planned_value"] is not None else []
        for word in ("previous", "year_earlier"):
            texts += [f.removeprefix(f"{ledger.words(word)} ") for f in ledger.fragments(item) if f.startswith(ledger.words(word))]
    return [*texts, *_parted(texts)]
