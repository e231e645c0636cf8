"""Page by page: every number of a text, table, chart and picture, accounted for by the open API. Each function returns what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from kpis.figures.records import FELL_SHORT, JUDGED, STATUSES
from kpis.government import government
from kpis.text import status_word
from telling.overview import theme_name
from telling.projects import kind_name
from telling.words import Words
from tests.publishers import attended, charted, overviewed, shifted, spoken, tabled
from tests.publishers.ledger import Item, Ledger, Table
from tests.publishers.shown import Drawn, Shown

GOOD = ("reached", "on_track")
BAD = ("behind", "missed", "moving_away", "reached_then_lost")
UNJUDGED = ("not_due", "no_data", "not_applicable", "qualitative")


def marks(ledger: Ledger, found: Mapping[str, Any]) -> list[str]:
    """Write how many have each status now, as last known, unreported, and not judged."""
    w, said = ledger.words, []
    for group in ("current", "last_known", "unreported", "unjudged"):
        counts = {"unreported": found["unreported"]} if group == "unreported" else found[group]
        label = [] if group == "unreported" else [w(f"group_{group}")]
        if any(counts.values()):
            said += [*label, *(f"{status_word(s, ledger.language)} {counts[s]}" for s in STATUSES if counts.get(s))]
    return said


def stands(items: Iterable[Item]) -> dict[str, Any]:
    """Count judgements anew from status and age alone: now, as last known, unreported, not judged."""
    found: dict[str, Any] = {"current": {}, "last_known": {}, "unreported": 0, "unjudged": {}}
    for item in items:
        status = item["status"]
        if status == "unreported":
            found["unreported"] += 1
            continue
        old = item["age_days"] is not None and item["age_days"] > item["stale_after_days"]
        held = found["unjudged" if status in UNJUDGED else "last_known" if old else "current"]
        held[status] = held.get(status, 0) + 1
    return found


def series(
    ledger: Ledger, shown: Shown, items: Iterable[Item], *, more: Iterable[Table] = (), free: Sequence[str] = ()
) -> tuple[list[str], list[Drawn]]:
    """Check every chart of a series with its table; return what is wrong, and the charts that are no series."""
    by_alt: dict[str, list[Item]] = {}
    for item in items:
        by_alt.setdefault(f"{ledger.words.named(item)}: {ledger.sentence(item)}", []).append(item)
    wrong, others = [], []
    for chart in shown.drawn:
        if chart.alt not in by_alt:
            others.append(chart)
            continue
        tried = [charted.wrong_trajectory(ledger, item, chart) for item in by_alt[chart.alt]]
        wrong += [f"{chart.alt[:60]}: {w}" for w in min(tried, key=len)]
    drawn = {c.alt for c in shown.drawn}
    must = [tabled.series(ledger, found[0]) for alt, found in by_alt.items() if alt in drawn and len(found) == 1]
    may = [tabled.series(ledger, s) for found in by_alt.values() for s in found if s["figures"]]
    wrong += tabled.wrong_tables(shown, [*must, *more], free=free, may=may)
    return wrong, others


def theme_items(ledger: Ledger, theme: str) -> list[Item]:
    """Return the headline indicators of a theme, and after them those that one of them replaced."""
    heads = [s for s in ledger.own.values() if s["theme"] == theme and s["is_headline"]]
    codes = {s["code"] for s in heads}
    replaced = {r["indicator_code"] for r in ledger.indicators.values() if r["replaced_by_code"] in codes} - codes
    return heads + [s for s in ledger.own.values() if s["code"] in replaced and s["figures"]]


def _lead(ledger: Ledger) -> list[str]:
    w, own, as_of = ledger.words, list(ledger.own.values()), ledger.api("status")["as_of"]
    found = stands(own)
    if found != ledger.api("status")["counts"]:
        return [f"the API counts {ledger.api('status')['counts']}"]
    judged = sum(found["current"].values())
    newest = max(s["period_end"] for s in own if s["period_end"])
    age = (date.fromisoformat(as_of) - date.fromisoformat(newest)).days
    said = w("conclusion", judged=judged, good=sum(found["current"].get(s, 0) for s in GOOD)) if judged else w("conclusion_none")
    off = sum(found["current"].get(s, 0) for s in (*BAD, "slightly_behind"))
    said = w("conclusion_off", said=said, off=off) if off else said
    without = found["unreported"] + sum(found["last_known"].values())
    unknown = [w("conclusion_unreported", without=without, unreported=found["unreported"])] if without else []
    return [
        said, *unknown, *band(ledger, found),
        w("conclusion_lead" if age else "conclusion_lead_today", total=len(own), as_of=ledger.day(as_of), newest=ledger.day(newest), **({"age": f"{age:,}"} if age else {})),
    ]  # fmt: skip


def band(ledger: Ledger, found: Mapping[str, Any]) -> list[str]:
    """Write the three parts of the counts with their totals."""
    last = sum(found["last_known"].values())
    totals = {
        "now": sum(found["current"].values()),
        "without": found["unreported"] + last,
        "unjudged": sum(found["unjudged"].values()),
    }
    no_target = f"{status_word('not_applicable', ledger.language)} {found['unjudged'].get('not_applicable', 0)}"
    return [*map(str, totals.values()), *marks(ledger, found), no_target]


def overview(ledger: Ledger, shown: Shown) -> list[str]:
    """Check the overview: conclusion, cards with their pictures, trend, core projects, what changed last."""
    w, own = ledger.words, list(ledger.own.values())
    wrong = attended.wrong(ledger, shown) + overviewed.wrong_rows(ledger, shown) + overviewed.wrong_cards(ledger, shown)
    found, others_ = series(ledger, shown, own, more=[overviewed.projects(ledger)])
    wrong += found + [f"{c.alt} is not expected" for c in others_]
    listed = [p for p in ledger.api("projects")["projects"] if p["kind"] == "core" and p["goal_ja"]]
    codes = {n["version"] for p in listed for n in p["names"]}
    versions = w("comma").join(w.named(v) for v in ledger.api("projects")["versions"] if v["code"] in codes)
    kind = kind_name(government().project_kinds["core"], len(listed), w)
    heading = w("core_of_versions", count=len(listed), kind=kind, versions=versions)
    wrong += [] if heading in shown.headings else [f"no heading {heading}"]
    left_out = [
        w("excluded_of", name=w.named(s), text=text) for s in own if (text := w.named(ledger.indicators[s["code"]], "exclusions"))
    ]
    said = [
        *_lead(ledger),
        *attended.heading(ledger),
        *overviewed.card_texts(ledger),
        *left_out,
        heading,
        w("contradictions_none", count=sum(bool(p.get("confidence")) for p in ledger.api("projects")["projects"])),
    ]
    wrong += ledger.unaccounted(shown, about=own, says=said)
    texts = Counter(text for texts in shown.boxes.values() for text in texts)
    counted = Counter(mark for mark in marks(ledger, stands(own)) if mark[-1].isdigit())
    wrong += [f"{mark} stands {texts[mark]} times" for mark, times in counted.items() if texts[mark] < times]
    by_sentence: dict[str, list[Item]] = {}
    for item in own:
        by_sentence.setdefault(ledger.sentence(item), []).append(item)
    for alt, address in shown.pictures:
        tried = [charted.wrong_picture(ledger, s, address) for s in by_sentence.get(alt, []) if s["figures"]] or [["no such item"]]
        wrong += [f"{alt[:60]}: {x}" for x in min(tried, key=len)]
    return wrong


def five_less(ledger: Ledger, shown: Shown) -> list[str]:
    """Check the page of the five lessons: notes, values, charts, tables."""
    w, says, items = ledger.words, [], []
    for theme in government().cards:
        found = theme_items(ledger, theme)
        items += found
        for item in found[:1]:
            other = ledger.own.get(ledger.indicators[item["code"]]["paired_with_code"] or "")
            both = [(f, g) for f in item["figures"] for g in (other or {"figures": []})["figures"] if f["period"] == g["period"]]
            if other and both:
                mine, theirs = max(both, key=lambda p: p[0]["end_date"])
                says.append(w("pair", period=ledger.period(mine["period"]), name=w.named(item), value=ledger.figure(item, mine),
                              other=ledger.figure(other, theirs), other_name=w.named(other)))  # fmt: skip
        says += [note] if (note := w.named(government().themes[theme], "note")) else []
    wrong, others = series(ledger, shown, items)
    says += [ledger.period(item["period"]) for item in items if item["period"]]
    stands = [
        w("theme_stands", theme=theme_name(item["theme"], w), status=ledger.status(item))
        for item in overviewed.headlines(ledger)[0]
    ]
    says += [*overviewed.card_texts(ledger), w("theme_between").join(stands)]
    wrong += overviewed.wrong_cards(ledger, shown)
    return wrong + [f"{c.alt} is not expected" for c in others] + ledger.unaccounted(shown, about=items, says=says)


def indicator(ledger: Ledger, shown: Shown, code: str) -> list[str]:
    """Check the page of one indicator: head, chart, by bureau, inputs, targets, corrections, other readings."""
    item, w = ledger.own[code], ledger.words
    projects = {p["code"]: w.named(p) for p in ledger.api("projects")["projects"]}
    vintages = ledger.api("observations?vintages=all")
    for _, rows in shown.tables:
        rows[:] = [r for r in rows if r[0] != w("scope")]
    more = [tabled.inputs(ledger, item), tabled.facts(ledger, code, projects)]
    more += [
        tabled.without_blank(t)
        for t in (tabled.targets_table(ledger, item), tabled.revisions(ledger, item, vintages), tabled.readings(ledger, item))
        if t[1]
    ]
    parts, chart, says = comparison(ledger, code)
    more += overviewed.last_quarters(ledger, item) if item["targets"] else []
    more += [*parts, *spoken.tables(ledger, subject=code), *spoken.notes(ledger, code)]
    takes, sentences = attended.needed(ledger, item)
    more += takes
    says += [*sentences, *attended.since(ledger, item)]
    free = (w("source"),)
    wrong, others = series(ledger, shown, [item], more=more, free=free)
    wrong += chart(others)
    row = ledger.indicators[code]
    limits = {"on_track": row["threshold_on_track"], "behind": row["threshold_behind"]}
    if item["kind"] == "qualitative":
        says.append(w("rule_words", version=item["rule_version"]))
    elif item["kind"] == "ceiling" and item["direction"] == "lower":  # 5% and 40% over the budget to date
        limits = {name: f"{round((2 - limit) * 100)}%" for name, limit in limits.items()}
        says.append(w("rule_cap", version=item["rule_version"], **limits))
    else:
        says.append(w("rule", version=item["rule_version"], **limits))
    says += overviewed.head(ledger, item)
    wrong += overviewed.wrong_head(ledger, shown, item)
    printed = [(ledger.period(f["period"]), ledger.figure(item, f)) for f in item["figures"]]
    says += [text for pair in printed for text in pair]
    lists = [markup.count("<li>") for markup in shown.markup if 'class="paper-values"' in markup]
    wrong += (
        [] if lists == ([] if item["kind"] == "qualitative" or not printed else [len(printed)]) else [f"values on paper: {lists}"]
    )
    return wrong + ledger.unaccounted(shown, always=[item], says=says)


def ranked(ledger: Ledger, item: Item, figure: Item, name: str) -> charted.Ranked:
    """Return how the bar of a bureau must be drawn: held against its plan where the figure is the one that is judged."""
    held = item["period"] == figure["period"] and item["status"] in JUDGED
    label = tabled.label(ledger, item, figure)
    return charted.Ranked(
        name, figure["value"], label.split(" (")[0], label, planned=item["planned_value"] if held else None,
        target=item["target"]["value"] if held and item["target"] else None, is_short=held and item["status"] in FELL_SHORT,
    )  # fmt: skip


def comparison(
    ledger: Ledger, code: str, *, view: str = "then"
) -> tuple[list[Table], Callable[[Sequence[Drawn]], list[str]], list[str]]:
    """Return what the block "by bureau" of an indicator must show for its newest period: tables, a check of its chart, texts."""
    w, whole = ledger.words, ledger.own[code]
    reporting = {b["code"] for b in ledger.api("bureaus")["bureaus"]}
    parts = [
        s
        for s in ledger.items(view)
        if s["code"] == code and s["scope"] in reporting - {ledger.indicators[code]["scope_code"]} and s["figures"]
    ]
    periods = {f["period"]: f for s in parts for f in s["figures"]}
    if not periods:
        return [], lambda charts: [f"{c.alt} is not expected" for c in charts], []
    chosen = max(periods, key=lambda p: (periods[p]["end_date"], periods[p]["start_date"]))
    found = [(s, f) for s in parts for f in s["figures"] if f["period"] == chosen]
    valued = [(s, f) for s, f in found if f["value"] is not None]
    valued.sort(key=lambda p: p[1]["value"] * (1 if p[0]["direction"] == "lower" else -1))
    rolled = next(
        (
            r
            for s in ledger.items(view)
            if s["code"] == code and s["scope"] == whole["scope"]
            for r in s["rolled_up"]
            if r["period"] == chosen
        ),
        None,
    )
    says = coverage(ledger, whole, rolled) if rolled else []
    known = [d for s, f in found if (d := tabled.denominator(s, f)) is not None]
    if known and min(known) != max(known):
        says.append(w("denominators_differ", low=f"{min(known):,.0f}", high=f"{max(known):,.0f}"))
    owing = {
        "owing": rolled["owing_count"] if rolled else len(found),
        "reported": rolled["reported_count"] if rolled else len(found),
    }
    sentence = w("coverage_no_sum", owing=owing["owing"], reported=len(found))
    if len(valued) == 1:
        ((s, f),) = valued
        says.append(
            w("compare_alone", period=ledger.period(chosen), name=ledger.units[s["scope"]], value=tabled.label(ledger, s, f))
        )
        return [tabled.by_bureau(ledger, found)], lambda charts: [f"{c.alt} ranks one bureau" for c in charts], says
    if valued:
        ordered = sorted(valued, key=lambda p: p[1]["value"])
        ends = {f"{k}{n}": v for k, (s, f) in (("top", ordered[-1]), ("low", ordered[0]))
                for n, v in (("", ledger.units[s["scope"]]), ("_value", tabled.label(ledger, s, f)))}  # fmt: skip
        sentence = w("compare_sentence", period=ledger.period(chosen), **owing, **ends)
    says.append(sentence)
    short = {u["code"]: ledger.unit_label(u) for u in ledger.api("units")}
    bars = [ranked(ledger, s, f, short[s["scope"]]) for s, f in valued]
    if any(bar.planned is not None or bar.target is not None for bar in bars):
        says.append(w("ranked_marks"))

    def check(charts: Sequence[Drawn]) -> list[str]:
        mine = [c for c in charts if c.alt == sentence]
        most = 2 if any(len(bar.text) > 7 for bar in bars) else 1  # amounts with all their digits are drawn anew for phones
        wrong = (
            []
            if bool(bars) <= len(mine) <= most * bool(bars)
            else [f"{len(mine)} charts by bureau of {len(charts)}; wanted: {sentence}"]
        )
        return (
            wrong
            + [f"{c.alt} is not expected" for c in charts if c not in mine]
            + [x for c in mine for x in charted.wrong_bars(c, bars)]
        )

    return [tabled.by_bureau(ledger, found)], check, says


def coverage(ledger: Ledger, whole: Item, rolled: Item) -> list[str]:
    """Say what the reports of a period add up to, and how complete they are."""
    w, counts = ledger.words, {"owing": rolled["owing_count"], "reported": rolled["reported_count"]}
    comma = w("list_comma").join
    if rolled["is_published_only"]:
        assert rolled["missing"] and not rolled["is_complete"]
        return [w("coverage_published_only", names=comma(ledger.units.get(c, c) for c in (*rolled["added"], *rolled["unaddable"])))]
    if rolled["year_to_date"]:
        told = {"to_date": comma(ledger.units.get(c, c) for c in rolled["year_to_date"]),
                "single": comma(ledger.units.get(c, c) for c in rolled["single_period"])}  # fmt: skip
        lines = [w("coverage_mixed", **counts, **told)]
    elif rolled["value"] is None:
        lines = [w("coverage_no_sum", **counts)]
    else:
        total = ledger.value(whole, rolled["value"], worked_out=True)
        lines = [w("coverage_complete" if rolled["is_complete"] else "coverage_partial", total=total, **counts)]
    if rolled["official_value"] is not None:
        lines.append(w("coverage_official", official=ledger.figure(whole, ledger.at(whole, rolled["official_period"]))))
    for kind in ("unaddable", "missing"):
        if rolled[kind]:
            lines.append(w(f"coverage_{kind}", names=w("list_comma").join(ledger.units.get(c, c) for c in rolled[kind])))
    return lines


# Bureaus --------------------------------------------------------------------------------------------------------------


def record(ledger: Ledger) -> tuple[str, ...]:
    """Return the columns of what a bureau handed in: for its own people, never in the open API."""
    return tuple(ledger.words(k) for k in ("reporting_state", "submitted_at", "decided_at", "return_reason"))


def timeline(ledger: Ledger, charts: Sequence[Drawn], milestones: Sequence[Item]) -> tuple[list[str], list[str]]:
    """Check the time line of milestones; return what is wrong and the sentence it may say."""
    if not milestones:
        return [f"{c.alt} is not expected" for c in charts], []
    slips = [m["slip_days"] for m in milestones if m["state"] == "done" and m["slip_days"] is not None]
    slipped, w = sum(days > 0 for days in slips), ledger.words
    late = w("milestones_slipped", count=slipped) if slipped else w("milestones_none_slipped") if slips else ""
    gap = " " if ledger.language == "en" else ""
    sentence = milestones_line(ledger.words, Counter(m["state"] for m in milestones)) + (gap + late if late else "")
    dated = any(tabled.last_day(m) != "9999-12-31" for m in milestones)
    wrong = [f"{c.alt} is not expected" for c in charts if c.alt != sentence]
    mine = [c for c in charts if c.alt == sentence]
    wrong += [] if len(mine) == dated else [f"no time line: {sentence}"]
    as_of = ledger.api("status")["as_of"]
    return wrong + [x for c in mine for x in charted.wrong_days(ledger, c, milestones, as_of)], [sentence]


def milestones_line(w: Words, counts: Mapping[str, int]) -> str:
    """Say how many milestones there are, and how many in each state: all groups that occur, so that they add up."""
    names = ("done", "late", "missed", "not_seen", "coming", "undated", "cancelled")
    assert set(counts) <= set(names)
    groups = w("comma").join(w(f"group_{s}", count=counts[s]) for s in names if counts.get(s))
    return w("milestones_line", total=sum(counts.values()), groups=groups) if groups else w("milestones_none")


def changes(ledger: Ledger, shown: Shown, since: str) -> list[str]:
    """Check what changed since a day, and every indicator beside plan, period before and year before."""
    w, as_of = ledger.words, ledger.api("status")["as_of"]
    answer = ledger.api(f"changes?since={since}")
    before = {(s["code"], s["scope"]): s for s in ledger.api(f"status?as_of={since}")["indicators"]}
    after = {(s["code"], s["scope"]): s for s in ledger.items()}
    held = [s for s in ledger.own.values() if s["period"]]
    vintages = [
        v
        for s in ledger.items()
        for v in s["figures"]
        if v["vintage"] > 1 and v["known_at"] and ledger.day_of(v["known_at"]) > since
    ]
    found = [c for c in answer["changes"] if ledger.is_own(c["after"])]
    listed = {"changes": [c for c in answer["changes"] if ledger.is_own(c["after"]) or c["corrections"]]}
    newer = sum(any(r["reason"] == "new_period" for r in c["reasons"]) for c in found)
    turned = sum(c["before"]["status"] != c["after"]["status"] for c in found)
    by_code = {
        c["after"]["indicator"]: (before[key], after[key])
        for c in found
        for key in [(c["after"]["indicator"], c["after"]["scope"])]
    }
    aged = sum((old["standing"], new["standing"]) == ("current", "last_known") for old, new in by_code.values())
    counts = [("since_figures", newer), ("since_flips", turned), ("since_aged", aged), ("since_corrections", len(vintages))]
    says = [
        w("since_sentence", day=ledger.day(since), as_of=ledger.day(as_of), parts=w("comma").join(w(key, count=count) for key, count in counts if count)),
        w("compare_all_lead", as_of=ledger.day(as_of), count=len(held)),
    ]  # fmt: skip
    wrong = tabled.wrong_tables(
        shown, [*shifted.changed(ledger, listed, before, after), tabled.compared(ledger, held), overviewed.beside(ledger, held)]
    )
    return wrong + ledger.unaccounted(shown, says=says)
