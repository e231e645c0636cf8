"""The pages of bureaus: every number accounted for by the open API, as in `tests.publishers.accounts`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kpis.registers import TOLD_BY_RECORD
from tests.publishers import attended, matrixed, overviewed, spoken, tabled
from tests.publishers.accounts import comparison, marks, record, series, timeline
from tests.publishers.ledger import Item, Ledger, Table, plain
from tests.publishers.shown import Shown


def states(ledger: Ledger, counts: Mapping[str, int]) -> list[str]:
    """Write how many milestones are in each state."""
    return [f"{ledger.words('state_' + s)} {n}" for s, n in counts.items() if n]


def bureaus(ledger: Ledger, shown: Shown, *, view: str = "then", keep: list[Table] | None = None) -> list[str]:
    """Check the comparison of all bureaus: the table of them, ranked bars, lists; ``keep`` takes the tables that the page must show."""
    w, rows = ledger.words, ledger.api("bureaus" + ("" if view == "then" else f"?view={view}"))["bureaus"]
    current, gone = [b for b in rows if b["is_valid"]], [b for b in rows if not b["is_valid"]]
    wrong = matrixed.wrong(ledger, shown, current, view, gone=gone)
    says = [matrixed.title(ledger, current, view), *matrixed.notes(ledger, current, view)]
    says += [once for held in (current, gone) if (once := counted_once(ledger, held))]
    says += [common(ledger, current)] if current and current[0]["owed"] else []
    tables: list[Table] = [tabled.listed(ledger, current)]
    tables += [tabled.listed(ledger, gone)] if gone else []
    lead = w("bureaus_lead", as_of=ledger.day(ledger.api("bureaus")["as_of"]), view=w(f"view_{view}"))
    wrong += [] if lead in shown.texts else [f"the page is not of the organisation {view}"]
    charts = list(shown.drawn)
    reporting = {b["code"] for b in rows}
    told = Counter(
        s["code"]
        for s in ledger.items(view)
        if s["scope"] in reporting and s["figures"] and s["scope"] != ledger.indicators[s["code"]]["scope_code"]
    )
    compared = max(told, key=lambda code: told[code], default=None)
    if compared:
        more, check, texts = comparison(ledger, compared, view=view)
        tables += more
        says += texts
        wrong += check(charts)
    if keep is not None:
        keep += tables
    wholes = {u["code"] for u in ledger.api("units") if u["kind"] == "whole"}
    apart = [s for s in ledger.own.values() if s["scope"] not in reporting and s["scope"] not in wholes and s["period"]]
    ordered = [s for scope in ledger.units for s in apart if s["scope"] == scope]
    for scope in dict.fromkeys(s["scope"] for s in ordered):  # tables of the same headings, one below the other, are read as one
        header, told_there = tabled.said(overviewed.beside(ledger, [s for s in ordered if s["scope"] == scope]))
        if tables[-1][0] == header:
            tables[-1] = header, [*tables[-1][1], *told_there]
        else:
            tables.append((header, told_there))
    says += [f for s in ordered for f in (ledger.headline(s), ledger.period(s["period"]))]
    wrong += tabled.wrong_tables(shown, tables)
    boxes: dict[str, list[str]] = {}
    for b in rows:
        boxes[w.named(b)] = [*marks(ledger, b["counts"]), *states(ledger, b["milestones"])]
    return wrong + in_boxes(ledger, shown, boxes, says)


def counted_once(ledger: Ledger, held: Sequence[Item]) -> str:
    """Say how many milestones there are, by state, where one that several bureaus led counts once; blank where none is."""
    codes, w = [code for b in held for code in b["milestone_codes"]], ledger.words
    once = set(codes)
    if len(codes) == len(once):
        return ""
    counts = Counter(m["state"] for m in ledger.api("milestones")["milestones"] if m["code"] in once)
    parts = states(ledger, {s: counts[s] for s in ("done", "late", "missed", "not_seen", "coming", "undated", "cancelled")})
    return w("milestones_once", total=len(once), shared=len(codes) - len(once), parts=w("list_comma").join(parts))


def common(ledger: Ledger, current: Sequence[Item]) -> str:
    """Name the indicators that are common to all bureaus."""
    w, codes = ledger.words, current[0]["owed"]
    return w("common_named", count=len(codes), names=w("list_comma").join(w.named(ledger.indicators[code]) for code in codes))


def in_boxes(
    ledger: Ledger, shown: Shown, boxes: Mapping[str, Sequence[str]], says: Sequence[str], *, about: Sequence[Item] = ()
) -> list[str]:
    """Return every unaccounted number; what ``boxes`` allow under a name is allowed in the box that begins with it only."""
    wrong = []
    for path, texts in shown.boxes.items():
        allowed = boxes.get(plain(texts[0]).split("\n")[0].strip(), []) if texts else []
        wrong += ledger.unaccounted(Shown(boxes={path: texts}), about=about, says=[*says, *allowed])
    return wrong


def one_bureau(ledger: Ledger, shown: Shown, b: Item) -> list[str]:
    """Check the page of one bureau: what it reported, its charts, registers, life and milestones."""
    w = ledger.words
    groups = [
        [s for i in b[kind] for s in ledger.items() if s["scope"] == b["code"] and s["code"] == i["indicator"]]
        for kind in ("indicators", "own_indicators")
    ]
    items = [s for group in groups for s in group]
    said = [w("bureau_common", owed=len(b["owed"]), reported=len(b["reported"]))] if groups[0] else []
    said += [w("bureau_own", count=len(groups[1]))] if groups[1] else []
    says = [w("bureau_title", name=w.named(b), said=w("list_comma").join(said)), *marks(ledger, b["counts"])]
    for word, done in (("procedures", "done"), ("facilities", "introduced")):
        is_told = any(count for status, count in b[word].items() if status != "unknown")
        line = "line" if is_told else "unknown" if any(b[word].values()) else "none"
        by_class = b[word].get("class_level_only", 0)
        says.append(w(f"bureau_{word}_{line}", total=sum(b[word].values()), done=b[word].get(done, 0))
                    + (w("bureau_facilities_class", count=by_class) if by_class else ""))  # fmt: skip
    for sheet, register in TOLD_BY_RECORD.items():
        if held := b[sheet]:
            parts = (
                f"{w(f'{register.kind}_{status}')} {held[status]}"
                for status in register.words_of(register.status)
                if held.get(status)
            )
            says.append(w("listed_of_bureau", total=sum(held.values()), parts=w("list_comma").join(parts)))
    for key in ("came_from", "went_into"):
        says += [w("share_known", share=f"{s['share']:.0%}") for s in b[key] if s["share"] is not None]
    projects = {p["code"]: w.named(p) for p in ledger.api("projects")["projects"]}
    milestones = [m for m in ledger.api("milestones")["milestones"] if m["code"] in set(b["milestone_codes"])]
    more = [tabled.milestones(ledger, milestones, projects=projects)] if milestones else []
    more += spoken.tables(ledger, bureau=b["code"])
    for group in groups:
        if len(group) > 1:
            more += [tabled.bureau_indicators(ledger, group), overviewed.beside(ledger, [s for s in group if s["period"]])]
    more += attended.strips(ledger, items)
    wrong, others = series(ledger, shown, items, more=more, free=(w("source"), *record(ledger)))
    found, texts = timeline(ledger, others, milestones)
    return wrong + found + ledger.unaccounted(shown, about=items, says=[*says, *texts])
