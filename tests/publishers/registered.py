"""The pages of the registers, of projects and of the data themselves, accounted for by the open API. Each returns what is wrong."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kpis.facilities import CASHLESS, METHODS
from kpis.facilities import STATUSES as CASH_STATES
from kpis.registers import DIMENSIONS, FORMS, ONLINE, SURE
from kpis.registers import STATUSES as DIGITAL
from kpis.settings import ROOT
from kpis.text import known_day, status_word
from tests.publishers import charted, tabled
from tests.publishers.accounts import BAD, GOOD, in_boxes, marks, series, states, timeline
from tests.publishers.ledger import Item, Ledger, Table, plain
from tests.publishers.shown import Drawn, Shown

WORDS = {"process_type": "process", "applicant": "party", "authority": "authority", "priority": "answer"}


def known(ledger: Ledger, day: str | None, precision: str) -> str:
    """Write a day as exactly as it is known."""
    return known_day(date.fromisoformat(day) if day else None, precision, ledger.language)


def first_published(ledger: Ledger, theme: str, *kinds: str) -> Item | None:
    """Return the first indicator of a theme and kind that has a figure."""
    return next((s for k in kinds for s in ledger.own.values() if s["theme"] == theme and s["kind"] == k and s["period"]), None)


def one(charts: Sequence[Drawn], alt: str) -> tuple[list[Drawn], list[str]]:
    """Return the chart that says a sentence, and what is wrong where there is not just one."""
    found = [c for c in charts if c.alt == alt]
    return found, [] if len(found) == 1 else [f"{len(found)} charts say {alt!r}"]


def procedures(ledger: Ledger, shown: Shown, dimension: str, *, view: str = "then") -> list[str]:
    """Check the page of procedures, compared by one dimension."""
    w, summary = ledger.words, ledger.api("registers/procedures" + ("" if view == "then" else f"?view={view}"))
    total, priority, plan = summary["total"], summary["priority"], summary["plan"]
    rate, as_of = first_published(ledger, "procedures", "ratio"), summary["as_of"]
    online, done, every = sum(total["statuses"][s] for s in ONLINE), total["done_count"], total["procedures_count"]
    phone, silent = total["smartphone"].get("yes", 0), total["smartphone"].get("unknown", 0)
    says = [
        w("proc_title", total=f"{every:,}", done=f"{done:,}", rate=tabled.percent(total["rate_pct"])),
        w("proc_lead", as_of=ledger.day(as_of), units=w("list_comma").join(f"{w(f'unit_{u}')} {n:,}" for u, n in sorted(total["counted_as"].items())),
          unknown=f"{total['statuses']['unknown']:,}", exempt=f"{total['statuses']['exempt']:,}"),
        *([w("sample_marked", n=f"{total['sample_count']:,}")] if total["sample_count"] else []),
    ]  # fmt: skip
    says += [w("proc_title_published", value=ledger.headline(rate))] if rate else []
    boxes = {
        w("card_rate"): [tabled.percent(total["rate_pct"]),
                         w("card_rate_note", done=f"{done:,}", total=f"{every:,}", partly=tabled.percent(total["rate_with_partly_pct"]))],
        w("card_cases"): [tabled.percent(total["applications_rate_pct"]), w("card_cases_note", known=f"{total['with_applications_count']:,}", cases=tabled.large(ledger, total["applications_count"]))],
        w("card_usage"): [tabled.percent(total["usage_of_online_pct"]), w("card_usage_note", all=tabled.percent(total["usage_of_all_pct"]), known=f"{total['with_usage_count']:,}")],
        w("card_priority"): [f"{priority['done_count']:,} / {priority['procedures_count']:,}"],
        w("card_phone"): [f"{phone:,} / {online:,}", w("card_phone_note", online=f"{online:,}", unknown=f"{silent:,}"), w("no_phone_why", unknown=f"{silent:,}")],
        w("card_overdue"): [f"{plan['overdue_count']:,}", w("card_overdue_note", planned=f"{plan['planned_count']:,}")],
    }  # fmt: skip
    tables: list[Table] = [tabled.published_totals(ledger, summary), tabled.step_table(ledger, summary["steps"])]
    first = next((p for p in summary["published"] if p["published_denominator"] is not None), None)
    if first:
        unit = w.named(ledger.indicators[first["indicator"]], "unit")
        says.append(w("pub_sentence", published=tabled.large(ledger, first["published_denominator"]), registered=f"{first['register_count']:,}",
                      unit=w("unit_procedure") if unit == "%" else unit, difference=f"{first['difference']:+,.0f}"))  # fmt: skip
    wrong: list[str] = []
    charts = list(shown.drawn)
    seen: list[Drawn] = []

    def drawn(alt: str) -> list[Drawn]:
        found, problems = one(charts, alt)
        seen.extend(found)
        wrong.extend(problems)
        return found

    segments = {s: w(f"digital_{s}") for s in DIGITAL}
    if dimension == "channel":
        parts = summary["by_channel"]
        tables.append(tabled.channel_table(ledger, parts))
        rows = {(n if len(n) <= 24 else n[:23] + "…"): c for n, c in [(n, c) for n, c in parts.items() if n != "-"][:15]}
        if rows:
            name, counts = next((n, c) for n, c in parts.items() if n != "-")
            says.append(
                w(
                    "cmp_sentence_channel",
                    named=f"{summary['with_channel_count']:,}",
                    largest=name,
                    largest_n=f"{sum(counts.values()):,}",
                )
            )
            wrong += [x for c in drawn(says[-1]) for x in charted.wrong_shares(c, rows, segments)]
            says.append(w("channel_top", n=15))
    else:
        parts = {("" if v == "-" else v): c for v, c in summary["by"][dimension].items()}
        named = {
            v: (ledger.units.get(v) or w("reg_no_bureau")) if dimension == "bureau" else w(f"{WORDS[dimension]}_{v}") for v in parts
        }
        if dimension == "bureau":
            named = {v: bureau_name(ledger, v) for v in parts}
        tables.append(tabled.procedures_by(ledger, dimension, parts, named))
        if not set(parts) <= {"unknown", ""}:
            largest = max(parts, key=lambda v: parts[v]["procedures_count"])
            says.append(w("cmp_sentence", dimension=w(f"reg_by_{dimension}"), largest=named[largest],
                          largest_n=f"{parts[largest]['procedures_count']:,}", largest_rate=tabled.percent(parts[largest]["rate_pct"])))  # fmt: skip
            for chart in drawn(says[-1]):
                wrong += charted.wrong_shares(chart, {named[v]: c["statuses"] for v, c in parts.items()}, segments)
                ends = chart.notes[len(parts) : 2 * len(parts)]
                if ends != [tabled.percent(c["rate_pct"]) for c in parts.values()]:
                    wrong.append(f"rates at the bars: {ends}")
    steps = summary["steps"]
    if any(c["unknown"] < online for c in steps.values()):
        told = w("list_comma").join(f"{w(f'step_{s}')} {c['paper']:,}" for s, c in steps.items() if c["unknown"] < online)
        says.append(w("steps_sentence", online=f"{online:,}", parts=told))
        wrong += [x for c in drawn(f"{w('steps_heading')}: {says[-1]}")
                  for x in charted.wrong_shares(c, {w(f"step_{s}"): v for s, v in steps.items()}, {f: w(f"form_{f}") for f in FORMS})]  # fmt: skip
    says.append(
        w(
            "plan_sentence",
            planned=f"{plan['planned_count']:,}",
            overdue=f"{plan['overdue_count']:,}",
            undated=f"{plan['undated_count']:,}",
            as_of=ledger.day(as_of),
        )
    )
    if plan["by_day"]:
        late = [d["precision"] in SURE and d["day"] < as_of for d in plan["by_day"]]
        labels = [known(ledger, d["day"], d["precision"]) for d in plan["by_day"]]
        tables.append(([w("col_due"), w("col_count"), w("col_overdue")],
                       [[label, str(d["count"]), w("answer_yes") if o else ""] for label, d, o in zip(labels, plan["by_day"], late, strict=True)]))  # fmt: skip
        counts: Counter[tuple[str, bool]] = Counter()
        past = {label: any(o for la, o in zip(labels, late, strict=True) if la == label) for label in labels}
        for label, d in zip(labels, plan["by_day"], strict=True):
            counts[label, past[label]] += d["count"]
        for chart in drawn(f"{w('plan_heading')}: {says[-1]}"):
            there = {(x, t["hatched"]): y for t in chart.traces for x, y in zip(t["x"], t["y"], strict=True)}
            texts = [text for t in chart.traces for text in t["text"]]
            wrong += (
                []
                if there == dict(counts) and sorted(texts) == sorted(f"{n:,}" for n in counts.values())
                else [f"plan {there} for {counts}"]
            )
    gone = summary["over_time"]
    if gone:
        tables.append(
            (
                [w("col_day"), w("col_new"), w("col_so_far")],
                [[g["day"], str(g["newly_count"]), str(g["so_far_count"])] for g in gone],
            )
        )
        last = gone[-1]["so_far_count"]
        says.append(
            w(
                "time_sentence",
                dated=f"{last:,}",
                undated=f"{online - last:,}",
                first=ledger.day(gone[0]["day"]),
                last=ledger.day(gone[-1]["day"]),
            )
        )
        wrong += [x for c in drawn(f"{w('time_heading')}: {says[-1]}")
                  for x in charted.wrong_steps(c, [(w("col_so_far"), [(g["day"], g["so_far_count"]) for g in gone])])]  # fmt: skip
    answer = ledger.api("procedures")
    tables.append(procedure_rows(ledger, answer["procedures"]))
    says.append(w("list_found", total=f"{answer['total']:,}", first="1", last=f"{len(answer['procedures']):,}"))
    found, others = series(ledger, shown, [rate] if rate else [], more=tables, free=(w("source"),))
    wrong += found + [f"{c.alt} is not expected" for c in others if c not in seen]
    return wrong + in_boxes(ledger, shown, boxes, says, about=[rate] if rate else [])


def bureau_name(ledger: Ledger, code: str) -> str:
    """Return the name of a bureau without its last day, as the pages of registers show it."""
    rows = {r["code"]: r for r in ledger.api("units")}
    return ledger.words.named(rows[code]) if code in rows else ledger.words("reg_no_bureau")


def procedure_rows(ledger: Ledger, rows: Sequence[Item]) -> Table:
    """Return the table of one page of procedures."""
    w = ledger.words
    keys = ("open_row", "col_name", "col_bureau", "col_status", "col_type", "col_applicant", "col_channel", "col_cases", "col_online_cases",
            "col_online_day", "col_due", "col_phone", "col_law")  # fmt: skip
    return [w(k) for k in keys], [
        [f"/procedures?lang={ledger.language}&code={r['procedure_code']}", w.named(r), bureau_name(ledger, r["bureau_code"] or ""), w(f"digital_{r['status']}"), w(f"process_{r['process_type']}"),
         w(f"party_{r['applicant']}"), r["online_channel"], tabled.count(r["applications_count"]), tabled.count(r["online_count"]),
         known(ledger, r["digitised_date"], r["digitised_precision"]), known(ledger, r["planned_for"], r["planned_for_precision"]),
         w(f"answer_{r['smartphone_ready']}"), r["law_name"]]
        for r in rows
    ]  # fmt: skip


def facilities(ledger: Ledger, shown: Shown, field: str) -> list[str]:
    """Check the page of facilities, compared by bureau or kind."""
    w, summary, rows = ledger.words, ledger.api("registers/facilities"), ledger.api("facilities")["facilities"]
    rollout = first_published(ledger, "cashless", "completion", "ratio", "stock")
    count, states_, ways = summary["facilities_count"], summary["statuses"], summary["methods"]
    values = {"total": f"{count:,}", "done": f"{states_['introduced']:,}"}
    says = [w("fac_title", value=ledger.headline(rollout), **values) if rollout else w("fac_title_list", **values)]
    says += [w("sample_marked", n=summary["sample_count"])] if summary["sample_count"] else []
    cash = summary["cash_only"]
    boxes = {
        w("fac_card_published"): [ledger.headline(rollout)] if rollout else [],
        w("fac_card_list"): [f"{states_['introduced']} / {count}", w("fac_card_list_note", klass=states_["class_level_only"], announced=states_["announced"], unknown=states_["unknown"])],
        w("fac_card_three"): [f"{ways['standard']} / {count}", w("fac_card_three_note", unstated=ways["unstated"])],
        w("fac_card_cash"): [str(len(cash)), w("fac_card_cash_note", noplan=summary["without_plan_count"])],
    }  # fmt: skip
    wrong: list[str] = []
    seen: list[Drawn] = []

    def drawn(alt: str) -> list[Drawn]:
        found, problems = one(shown.drawn, alt)
        seen.extend(found)
        wrong.extend(problems)
        return found

    title = w("reg_by_bureau") if field == "bureau" else w("fac_kind")
    parts = {(bureau_name(ledger, v) if field == "bureau" else w(f"facility_{v}")): c for v, c in summary[f"by_{field}"].items()}
    largest = max(parts, key=lambda v: sum(parts[v].values()))
    says.append(
        w("fac_by_sentence", dimension=title, largest=largest, n=sum(parts[largest].values()), done=parts[largest]["introduced"])
    )
    wrong += [x for c in drawn(says[-1]) for x in charted.wrong_shares(c, parts, {s: w(f"cashless_{s}") for s in CASH_STATES})]
    names = (*METHODS, "standard", "unstated")
    tables: list[Table] = [
        tabled.statuses_by(ledger, title, parts), ([w("col_method"), w("fac_total")], [[w(f"method_{m}"), str(ways[m])] for m in names]),
    ]  # fmt: skip
    says.append(w("fac_methods_sentence", total=count, **ways))
    for chart in drawn(f"{w('fac_methods')}: {says[-1]}"):
        (bars,) = chart.traces
        right = (
            bars["x"] == [ways[m] for m in names]
            and bars["text"] == [f"{ways[m]:,} / {count:,}" for m in names]
            and bars["y"] == [w(f"method_{m}") for m in names]
        )
        wrong += [] if right else [f"ways of paying {bars}"]
    gone = summary["over_time"]
    if gone:
        planned = sum(1 for f in rows if not f["is_class"] and f["planned_for"])
        done = [f for f in rows if not f["is_class"] and f["status"] in CASHLESS]
        dated = sum(f["cashless_since"] is not None for f in done)
        says.append(w("fac_time_sentence", done=dated, planned=planned, undated=summary["undated_count"]))
        lines = [(w("fac_done_word"), [(g["day"], g["done_count"]) for g in gone])]
        lines += [(w("fac_plan_word"), [(g["day"], g["planned_count"]) for g in gone])] if planned else []
        wrong += [x for c in drawn(f"{w('fac_time')}: {says[-1]}") for x in charted.wrong_steps(c, lines)]
        tables.append(
            (
                [w("col_day"), w("fac_done_word"), w("fac_plan_word")],
                [[g["day"], str(g["done_count"]), str(g["planned_count"])] for g in gone],
            )
        )
    by_code = {f["facility_code"]: f for f in rows}
    says += [w("fac_cash_sentence", n=len(cash)), w("fac_list_sentence", total=len(rows), classes=summary["classes_count"])]
    keys = ("col_facility", "reg_by_bureau", "col_kind", "col_until", "col_note", "source")
    tables.append(([w(k) for k in keys], [
        [f["name_ja"], bureau_name(ledger, f["bureau_code"]) if f["bureau_code"] else w("reg_no_bureau"), w(f"facility_{f['kind']}"),
         known(ledger, f["planned_for"], f["planned_for_precision"]) or w("not_set"), "", ""] for f in (by_code[c] for c in cash)
    ]))  # fmt: skip
    tables.append(facility_rows(ledger, rows))
    wrong += _map(ledger, summary["by_place"], drawn, says, tables)
    about = [rollout] if rollout else []
    found, others = series(ledger, shown, about, more=tables, free=(w("source"), w("col_note")))
    wrong += found + [f"{c.alt} is not expected" for c in others if c not in seen]
    return wrong + in_boxes(ledger, shown, boxes, says, about=about)


def facility_rows(ledger: Ledger, rows: Sequence[Item]) -> Table:
    """Return the table of all facilities."""
    w = ledger.words
    keys = (
        "col_facility",
        "reg_by_bureau",
        "col_kind",
        "col_status",
        "col_method",
        "col_since",
        "col_due",
        "col_place",
        "col_class",
        "col_note",
        "source",
    )
    return [w(k) for k in keys], [
        [f["name_ja"], bureau_name(ledger, f["bureau_code"]) if f["bureau_code"] else w("reg_no_bureau"), w(f"facility_{f['kind']}"), w(f"cashless_{f['status']}"),
         w("list_comma").join(w(f"method_{m}") for m in f["payment_methods"]), known(ledger, f["cashless_since"], f["cashless_since_precision"]),
         known(ledger, f["planned_for"], f["planned_for_precision"]), w("list_comma").join(f["municipalities"]), w("answer_yes") if f["is_class"] else "", "", ""]
        for f in rows
    ]  # fmt: skip


def _map(ledger: Ledger, places: Mapping[str, Mapping[str, int]], drawn: Any, says: list[str], tables: list[Table]) -> list[str]:
    w = ledger.words
    with (ROOT / "data" / "layouts" / "municipalities.csv").open(encoding="utf-8-sig", newline="") as file:
        layout = list(csv.DictReader(file))
    named = {row["name_ja"]: w.named(row) for row in layout}
    counted = {row["name_ja"]: places.get(row["name_ja"], dict.fromkeys(CASH_STATES, 0)) for row in layout}
    listed = {n: c for n, c in counted.items() if sum(c.values())}
    says.append(w("fac_map_sentence", places=len(listed), none=sum(places.get("", {}).values())))
    elsewhere = {n or w("form_unknown"): c for n, c in places.items() if n not in named}
    tables.append(tabled.statuses_by(ledger, w("col_place"), {**{named[n]: c for n, c in listed.items()}, **elsewhere}))
    wrong = []
    for chart in drawn(says[-1]):
        (tiles,) = chart.traces
        done = {n: sum(c[s] for s in CASHLESS) for n, c in counted.items()}
        hover = [f"{named[n]}: {done[n]} / {sum(c.values())}" for n, c in counted.items()]
        written = [n for n in chart.notes if any(x.isdigit() for x in n)]
        places_of = [[int(row[k]) for row in layout] for k in ("column", "row")]
        right = tiles["customdata"] == hover and written == [f"<b>{done[n]}/{sum(c.values())}</b>" for n, c in listed.items()]
        wrong += [] if right and [tiles["x"], tiles["y"]] == places_of else [f"map {written}"]
    return wrong


# Projects, data -------------------------------------------------------------------------------------------------------


def projects(ledger: Ledger, shown: Shown) -> list[str]:
    """Check the list of all projects."""
    w, rows = ledger.words, ledger.api("projects")["projects"]
    milestones = ledger.api("milestones")["milestones"]
    first = [p for p in rows if p["kind"] == "core" and (p["first_version"] or "") < "3"]
    good, slow, bad = (sum(p["status"] in kinds for p in first) for kinds in (GOOD, ("slightly_behind",), BAD))
    both = sum(bool(m["planned"] and m["actual"]) for m in milestones)
    says = [
        w("projects_title", total=len(first), good=good, slow=slow, bad=bad, none=len(first) - good - slow - bad),
        w("projects_lead", as_of=ledger.day(ledger.api("projects")["as_of"]), rule=rows[0]["rule_version"], milestones=len(milestones), both=both),
        w("contradictions_none", count=sum(bool(p.get("confidence")) for p in rows)),
    ]  # fmt: skip
    leading = [p for p in rows if p["kind"] == "leading"]
    stated, named_first = ledger.own["leading_projects"]["actual_value"], sum(p["first_version"] == "1" for p in leading)
    says.append(
        w("leading_note", stated=f"{stated:,.0f}", known=len(leading), first=named_first, missing=max(int(stated) - named_first, 0))
    )
    for category, n in Counter(w.named(p, "category") or w("category_unknown") for p in leading).items():
        says.append(f"{category} ({n})")
    boxes = {}
    for p in rows:
        said = [*marks(ledger, p["counts"]), *states(ledger, p["milestones"])]
        boxes |= {w.named(p): said, f"{p['code']} {w.named(p)}": said}
    return tabled.wrong_tables(shown, []) + in_boxes(ledger, shown, boxes, says)


def one_project(ledger: Ledger, shown: Shown, p: Item) -> list[str]:
    """Check the page of one project: status, names, indicators with charts, every figure and target, milestones."""
    w = ledger.words
    items = [s for s in ledger.own.values() if s["project"] == p["code"]]
    judged = {s: n for s, n in p["counts"].items() if s in (*GOOD, *BAD, "slightly_behind")}
    says = []
    if judged:
        good, bad = (sum(judged.get(s, 0) for s in kinds) for kinds in (GOOD, BAD))
        says.append(
            w(
                "project_rule_line",
                judged=sum(judged.values()),
                good=good,
                slow=judged.get("slightly_behind", 0),
                bad=bad,
                rule=p["rule_version"],
            )
        )
    rest = [
        s for s in items if sum(f["value"] is not None for f in s["figures"]) < 2 and (s["figures"] or s["kind"] != "qualitative")
    ]
    says.append(
        w(
            "more_indicators",
            count=len(rest) - max(0, 6 - min(6, sum(sum(f["value"] is not None for f in s["figures"]) > 1 for s in items))),
        )
    )
    drawn_all = [s for s in items if sum(f["value"] is not None for f in s["figures"]) > 1]
    beyond = len(drawn_all) - 6 if len(drawn_all) > 6 else 0
    says.append(w("more_indicators", count=len(rest) + beyond - max(0, 6 - min(6, len(drawn_all)))))
    says += [w("strategy_version", version=n["version"]) for q in ledger.api("projects")["projects"] for n in q["names"]]
    figures = [(s, f) for s in items for f in s["figures"]]
    more: list[Table] = [([w("indicators_one"), w("period"), w("value"), w("unit"), w("source")],
                          [[w.named(s), ledger.period(f["period"]), ledger.figure(s, f), w.named(ledger.indicators[s["code"]], "unit"), ""] for s, f in figures])]  # fmt: skip
    goals = [row for s in items for row in tabled.targets(ledger, s, lead=[w.named(s)])]
    more += [([w("indicators_one"), w("period"), w("target"), w("set_on"), w("source")], goals)] if goals else []
    milestones = [m for m in ledger.api("milestones")["milestones"] if m["project"] == p["code"]]
    more += [tabled.milestones(ledger, milestones)] if milestones else []
    free = (w("source"), w("confidence"), w("reviewed_on"), w("confidence_reason"), w("confidence_reviewer"))
    wrong, others = series(ledger, shown, items, more=more, free=free)
    found, texts = timeline(ledger, others, milestones)
    said = [plain(t) for box in shown.boxes.values() for t in box]
    if not any(t.startswith(f"{w('computed_status')} {status_word(p['status'], ledger.language)}") for t in said):
        wrong.append(f"the computed status is not {p['status']}")
    return wrong + found + ledger.unaccounted(shown, about=items, says=[*says, *texts])


def about(ledger: Ledger, shown: Shown) -> list[str]:
    """Check the page on the data: definitions, sources, method."""
    w, rows, sources = ledger.words, list(ledger.indicators.values()), ledger.api("sources")
    targeted = {s["code"] for s in ledger.items() if s["targets"]}
    projects_ = {p["code"]: w.named(p) for p in ledger.api("projects")["projects"]}
    primary = sum(s["grade"] == "primary" for s in sources)
    says = [
        w("about_title", indicators=len(rows), sources=len(sources)),
        w("about_definitions_sentence", total=len(rows), targeted=len(targeted), qualitative=sum(r["kind"] == "qualitative" for r in rows)),
        w("about_sources_sentence", primary=primary, secondary=len(sources) - primary),
    ]  # fmt: skip
    for name in ("method.md", "accessibility.md"):  # the published documents, word for word
        japanese, english = (
            (ROOT / "docs" / name).read_text(encoding="utf-8").split("\n## 日本語\n", 1)[1].split("\n## English\n", 1)
        )
        says += (english if ledger.language == "en" else japanese).splitlines()
    says += w("about_open_text").splitlines()
    keys = ("about_code", "about_name", "about_definition", "project", "kind", "unit", "about_direction", "about_thresholds")
    table = [
        [r["indicator_code"], w.named(r), w.named(r, "definition"), projects_.get(r["project_code"], ""), w(f"kind_{r['kind']}"), w.named(r, "unit"),
         w(f"direction_{r['direction']}"), f"{r['threshold_on_track']} / {r['threshold_behind']}"]
        for r in rows
    ]  # fmt: skip
    listed = [[s["title"], w(f"grade_{s['grade']}"), ledger.day(s["published_on"]), s["url"]] for s in sources]
    tables = [
        ([w(k) for k in keys], table),
        ([w("about_title_column"), w("about_grade"), w("about_published"), w("source")], listed),
    ]
    return tabled.wrong_tables(shown, tables) + ledger.unaccounted(shown, says=says)


__all__ = ["DIMENSIONS", "about", "facilities", "one_project", "plain", "procedures", "projects"]
