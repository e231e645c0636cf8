"""The table of bureaus, written anew from the open API alone: every cell of every bureau, and the lines above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kpis.government import government
from kpis.periods import Period, parse_period
from tests.publishers.ledger import Item, Ledger, plain
from tests.publishers.shown import Shown
from tests.publishers.tabled import lesses

WELL = ("on_track", "reached")
SHORT = ("behind", "missed", "moving_away", "reached_then_lost", "slightly_behind")


def wrong(
    ledger: Ledger, shown: Shown, current: Sequence[Item], view: str, *, gone: Sequence[Item] = (), is_title: bool = True
) -> list[str]:
    """Return what is wrong in the tables of bureaus, and take them out of what is shown.

    Args:
        ledger: what the API says.
        shown: the page.
        current: the bureaus of the day.
        view: of which organisation.
        gone: those that are no more, which a table of their own lists.
        is_title: the heading of the page is that of the table.
    """
    w, told = ledger.words, _without_blank(_told(ledger, current, view, gone=gone))
    found = []
    tables = [rows for header, rows in shown.tables if not header[:1] or header[0] == ""]
    shown.tables[:] = [t for t in shown.tables if t[0] and t[0][0] != ""]
    rows = {row[0]: [plain(str(c)).strip() for c in row[1:]] for table in tables[:1] for row in table if row}
    for bureau in current:
        name = ledger.unit_label(bureau)
        must = [plain(c) for c in told.rows[bureau["code"]]]
        found += [] if rows.get(name, [])[: len(must)] == must else [f"{name}: {rows.get(name)} for {must}"]
    for name, must in told.lines.items():
        found += [] if rows.get(name, [])[: len(must)] == [plain(c) for c in must] else [f"{name}: {rows.get(name)} for {must}"]
    if is_title:
        found += (
            []
            if title(ledger, current, view) in [plain(h) for h in shown.headings]
            else [f"no title {title(ledger, current, view)}"]
        )
    later = {row[0]: [plain(str(c)).strip() for c in row[1:]] for table in tables[1:] for row in table if row}
    ended = _told(ledger, gone, view)
    ended.lines.clear()  # they never were one together
    ended = _without_blank(ended)
    for bureau in gone:
        name, must = ledger.unit_label(bureau), [plain(c) for c in ended.rows[bureau["code"]]]
        found += [] if later.get(name, [])[: len(must)] == must else [f"{name}: {later.get(name)} for {must}"]
    missing = set(rows) - set(told.lines) - {ledger.unit_label(b) for b in current} - {w("bureau")} - told.groups
    missing |= set(later) - {ledger.unit_label(b) for b in gone} - {w("bureau")} - ended.groups
    return found + [f"a row nobody expects: {name}" for name in sorted(missing)]


def notes(ledger: Ledger, current: Sequence[Item], view: str) -> list[str]:
    """Return what stands below the table: the indicators of which no bureau has a figure, and the milestones without a column."""
    w, heads, told = ledger.words, lesses(ledger), _told(ledger, current, view)
    gone = [w.named(heads[t]) for t in government().cards if t in heads and heads[t]["indicator_code"] not in told.periods]
    says = [w("matrix_not_reported", names=w("list_comma").join(gone), bureaus=len(current))] if gone else []
    by_class = sum(b["facilities"].get("class_level_only", 0) for b in current)
    says += [w("matrix_by_class", count=by_class)] if by_class else []
    rest = {m["code"] for m in ledger.api("milestones")["milestones"] if m["state"] in ("coming", "undated", "cancelled")}
    having = [mine for b in current if (mine := rest.intersection(b["milestone_codes"]))]
    return says + ([w("matrix_rest", count=f"{len(set().union(*having)):,}", bureaus=len(having))] if having else [])


def title(ledger: Ledger, current: Sequence[Item], view: str) -> str:
    """Return the title of the table."""
    told, w = _told(ledger, current, view), ledger.words
    known = len(told.periods)
    some = sum(any(cell not in (w("matrix_missing"), "—") for cell in row[:known]) for row in told.rows.values())
    if some:
        key = "matrix_title" if told.short else "matrix_title_none_short" if told.judged else "matrix_title_unjudged"
        key = "matrix_title_missed" if told.missed and not told.judged else key
        counts = {"some": some, "short": told.short, "judged": told.judged, "missed": told.missed, "bureaus": len(current)}
        return plain(w(key, themes=w("nav_themes"), **counts))
    counts = {name: sum(bool(sum(b[name].values())) for b in current) for name in ("procedures", "facilities", "milestones")}
    return plain(w("matrix_title_registers", bureaus=len(current), **counts))


class _Told:
    """The texts of the table: of each bureau, of the lines above, and the names of the groups."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = {}
        self.lines: dict[str, list[str]] = {}
        self.periods: dict[str, Period] = {}
        self.groups: set[str] = set()
        self.short = self.judged = self.missed = 0


def _without_blank(told: _Told) -> _Told:
    """Take the columns out in which no line says anything."""
    lines = [*told.rows.values(), *told.lines.values()]
    kept = [
        n for n in range(max(map(len, lines), default=0)) if any(line[n] not in ("", "—", "·") for line in lines if n < len(line))
    ]
    for held in (told.rows, told.lines):
        held.update({name: [line[n] for n in kept if n < len(line)] for name, line in held.items()})
    return told


def _told(ledger: Ledger, current: Sequence[Item], view: str, *, gone: Sequence[Item] = ()) -> _Told:
    told, heads, w = _Told(), lesses(ledger), ledger.words
    judged = {(s["code"], s["scope"]): s for s in ledger.items(view)}
    by_bureau = {b["code"]: {i["indicator"]: i for i in b["indicators"]} for b in current}
    themes = [heads[t]["indicator_code"] for t in government().cards if t in heads]
    for code in themes:
        periods = Counter(parse_period(i["period"]) for own in by_bureau.values() if (i := own.get(code)) and i["period"])
        if periods:
            told.periods[code] = max(periods, key=lambda p: (periods[p], p.end))
    short, judged_of, missed, covered = (Counter[str]() for _ in range(4))
    for b in current:
        cells = []
        for code, usual in told.periods.items():
            item = judged.get((code, b["code"])) if code in by_bureau[b["code"]] else None
            cells.append(_cell(ledger, item, usual, is_owed=code in b["owed"] and _is_there(b, usual)))
            short[code] += bool(item and item["status"] in SHORT and item["period"])
            judged_of[code] += bool(item and item["status"] in (*SHORT, *WELL) and item["period"])
            missed[code] += bool(item and item["period"] and _missed(item))
            covered[code] += bool(item and item["period"])
        cells.append(f"{len(b['own_indicators']):,}" if b["own_indicators"] else "·")
        cells += [_share(b["procedures"], "done"), _share(b["facilities"], "introduced"), *_counts(b["milestones"])]
        told.rows[b["code"]] = cells
        kind = government().unit_kinds[b["kind"]]
        held = sum(
            row[0] != "" and _group(ledger, government().unit_kinds[c["kind"]]) == _group(ledger, kind)
            for c in current
            for row in [[c]]
        )
        told.groups.add(f"{_group(ledger, kind)} {held:,}")
        every = [*b["indicators"], *b["own_indicators"]]
        told.short += any(i["status"] in SHORT for i in every)
        told.judged += any(i["status"] in (*SHORT, *WELL) for i in every)
        told.missed += any(_missed(judged[i["indicator"], b["code"]]) for i in every)
    _lines(ledger, current, told, covered, gone=gone)
    # A line in which nothing can be said is not there: nobody is short where no figure can be held against a plan.
    for name, counts, stands in (("matrix_short", short, judged_of), ("matrix_missed", missed, missed)):
        if any(stands.values()):
            told.lines[w(name)] = [f"{counts[code]:,}" if stands[code] else "—" for code in told.periods]
    return told


def _group(ledger: Ledger, kind: object) -> str:
    return ledger.words.named(kind, "group") or ledger.words.named(kind)


def _missed(item: Item) -> bool:
    """Return whether the last target whose result is known was missed, and is not the one judged."""
    last = item["last_settled"] or item["last_due"]
    return bool(last and last["result"] == "missed" and last["target"] != item["target"])


def _lines(ledger: Ledger, current: Sequence[Item], told: _Told, covered: Counter[str], *, gone: Sequence[Item]) -> None:
    w, codes, every = ledger.words, list(told.periods), [*current, *gone]
    own = [ledger.own[code] for code in codes]
    once = {code for b in every for code in b["milestone_codes"]}
    states = Counter(m["state"] for m in ledger.api("milestones")["milestones"] if m["code"] in once)
    procedures, facilities = (sum((Counter(b[name]) for b in every), Counter()) for name in ("procedures", "facilities"))
    whole = [_whole(ledger, item) for item in own]
    told.lines[w("matrix_whole_gone" if gone else "matrix_whole")] = [
        *whole,
        f"{held:,}" if (held := sum(len(b["own_indicators"]) for b in every)) else "·",
        _share(procedures, "done"),
        _share(facilities, "introduced"),
        *_counts(states),
    ]
    of = f" / {len(current):,}"
    having_milestones = [sum(_counts(b["milestones"])[at] != "·" for b in current) for at in range(3)]
    told.lines[w("matrix_covered")] = [
        *(f"{covered[code]:,}{of}" for code in codes),
        f"{sum(bool(b['own_indicators']) for b in current):,}{of}",
        *(f"{sum(bool(sum(b[name].values())) for b in current):,}{of}" for name in ("procedures", "facilities")),
        *(f"{having:,}{of}" if having else "·" for having in having_milestones),
    ]
    if any(i["planned_value"] is not None for i in own):
        told.lines[w("planned")] = [ledger.planned(i) if i["planned_value"] is not None else "—" for i in own]


def _whole(ledger: Ledger, item: Item) -> str:
    if not item["period"]:
        return "—"
    text = ledger.words("matrix_text") if item["actual_value"] is None else ledger.headline(item)
    return text + parse_period(item["period"]).short(ledger.language)


def _is_there(bureau: Item, period: Period) -> bool:
    """Say whether a bureau was there at the end of a period: one before or after owes nothing."""
    day = period.end.isoformat()
    return (bureau["valid_from"] or "") <= day <= (bureau["valid_to"] or "9999")


def _cell(ledger: Ledger, item: Item | None, usual: Period, *, is_owed: bool) -> str:
    if item is None or not item["period"]:
        return ledger.words("matrix_missing") if is_owed else "—"
    period = parse_period(item["period"])
    text = ledger.words("matrix_text") if item["actual_value"] is None else ledger.own_value(item, is_bare=True)
    return text + ("" if period == usual else period.short(ledger.language))


def _share(counts: Mapping[str, int], done: str) -> str:
    total = sum(counts.values())
    if total and counts.get("unknown", 0) == total:  # how many are done is not known
        return f"— / {total:,}"
    return f"{counts.get(done, 0):,} / {total:,}" if total else "—"


def _counts(states: Mapping[str, int]) -> list[str]:
    counts = (states.get("done", 0), states.get("late", 0) + states.get("missed", 0), states.get("not_seen", 0))
    return [f"{n:,}" if n else "·" for n in counts]
