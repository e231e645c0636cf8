"""The pages of the registers, accounted for by the open API. Each function returns what is wrong."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kpis.figures.facilities import CASHLESS, METHODS
from kpis.figures.facilities import STATUSES as CASH_STATES
from kpis.figures.registers import DIMENSIONS, FORMS, ONLINE, SURE
from kpis.figures.registers import STATUSES as DIGITAL
from kpis.settings import ROOT
from kpis.text import known_day, with_unit
from telling.words import Words
from tests.publishers import charted, mapped, tabled, tabled_registers
from tests.publishers.accounts import series
from tests.publishers.accounts_bureaus import in_boxes
from tests.publishers.ledger import Item, Ledger, Table
from tests.publishers.shown import Drawn, Shown

WORDS = {"process_type": "process", "applicant": "party", "authority": "authority", "priority": "priority"}


def known(ledger: Ledger, day: str | None, precision: str) -> str:
    """Write a day as exactly as it is known."""
    return known_day(date.fromisoformat(day) if day else None, precision, ledger.language)


def first_published(ledger: Ledger, theme: str, *kinds: str) -> Item | None:
    """Return the first indicator of a theme and kind that has a figure."""
    return next((s for k in kinds for s in ledger.own.values() if s["theme"] == theme and s["kind"] == k and s["period"]), None)


def one(charts: Sequence[Drawn], alt: str, count: int = 1) -> tuple[list[Drawn], list[str]]:
    """Return the chart that says a sentence, and what is wrong where there is not just one, or as many as are meant."""
    found = [c for c in charts if c.alt == alt]
    return found, [] if len(found) == count else [f"{len(found)} charts say {alt!r}"]


def procedures(
    ledger: Ledger,
    shown: Shown,
    dimension: str,
    *,
    view: str = "then",
    is_view_asked: bool = False,
    keep: list[Table] | None = None,
) -> list[str]:
    """Check the page of procedures, compared by one dimension.

    Args:
        ledger: what the API says.
        shown: the page.
        dimension: what it compares by.
        view: the organisation.
        is_view_asked: the page's address names the organisation, so its links do.
        keep: takes the tables that the page must show.
    """
    w, summary = ledger.words, ledger.api("registers/procedures" + ("" if view == "then" else f"?view={view}"))
    total, priority, plan = summary["total"], summary["priority"], summary["plan"]
    rate, as_of = first_published(ledger, "procedures", "ratio"), summary["as_of"]
    online, done, every = sum(total["statuses"][s] for s in ONLINE), total["done_count"], total["procedures_count"]
    phone, silent = total["smartphone"].get("yes", 0), total["smartphone"].get("unknown", 0)
    says = [
        w("proc_title", total=f"{every:,}", done=f"{done:,}", rate=tabled_registers.percent(total["rate_pct"])),
        w("proc_lead", as_of=ledger.day(as_of), units=w("list_comma").join(with_unit(f"{n:,}", w(f"unit_{u}"), ledger.language) for u, n in sorted(total["counted_as"].items())),
          unknown=f"{total['statuses']['unknown']:,}", exempt=f"{total['statuses']['exempt']:,}"),
        *([w("sample_marked", n=f"{total['sample_count']:,}")] if total["sample_count"] else []),
    ]  # fmt: skip
    says += [w("proc_title_published", value=ledger.headline(rate))] if rate else []
    part = (done + total["statuses"]["partly_done"]) / every * 100
    partly = w("card_rate_partly", partly=tabled_registers.percent(part)) if total["statuses"]["partly_done"] else ""
    boxes = {
        w("card_rate"): [tabled_registers.percent(total["rate_pct"]),
                         w("card_rate_note", done=f"{done:,}", total=f"{every:,}") + partly],
        w("card_cases"): [tabled_registers.percent(total["applications_rate_pct"]), w("card_cases_note", known=f"{total['with_applications_count']:,}", cases=tabled_registers.large(ledger, total["applications_count"]))],
        w("card_usage"): [tabled_registers.percent(total["usage_of_online_pct"]), w("card_usage_note", all=tabled_registers.percent(total["usage_of_all_pct"]), known=f"{total['with_usage_count']:,}")],
        w("card_priority"): [f"{priority['done_count']:,} / {priority['procedures_count']:,}"],
        w("card_phone"): [f"{phone:,} / {online:,}", w("card_phone_note", online=f"{online:,}", unknown=f"{silent:,}"), w("no_phone_why", unknown=f"{silent:,}")],
        w("card_overdue"): [f"{plan['overdue_count']:,}", w("card_overdue_note", planned=f"{plan['planned_count']:,}") if plan["planned_count"] else w("card_overdue_none")],
    }  # fmt: skip
    tables: list[Table] = [
        tabled_registers.published_totals(ledger, summary),
        tabled_registers.step_table(ledger, summary["steps"]),
    ]
    first = next((p for p in summary["published"] if p["published_denominator"] is not None), None)
    if first:
        unit = w.named(ledger.indicators[first["indicator"]], "unit")
        says.append(w("pub_sentence", published=tabled_registers.published_total(ledger, first), registered=f"{first['register_count']:,}",
                      unit=w("unit_procedure") if unit == "%" else unit))  # fmt: skip
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
        tables.append(tabled_registers.channel_table(ledger, parts))
        rows = dict([(n, c) for n, c in parts.items() if n != "-"][:15])
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
        tables.append(tabled_registers.procedures_by(ledger, dimension, parts, named))
        if not set(parts) <= {"unknown", ""}:
            says.append(_compared(w, dimension, parts, named))
            for chart in drawn(says[-1]):
                wrong += charted.wrong_shares(chart, {named[v]: c["statuses"] for v, c in parts.items()}, segments)
                ends = chart.notes[: len(parts)]
                if ends != [f"<b>{tabled_registers.percent(c['rate_pct'])}</b>" for c in parts.values()]:
                    wrong.append(f"rates at the bars: {ends}")
    steps = summary["steps"]
    if any(c["unknown"] < online for c in steps.values()):
        told = w("list_comma").join(f"{w(f'step_{s}')} {c['paper']:,}" for s, c in steps.items() if c["unknown"] < online)
        says.append(w("steps_sentence", online=f"{online:,}", parts=told))
        wrong += [x for c in drawn(f"{w('steps_heading')}: {says[-1]}")
                  for x in charted.wrong_shares(c, {w(f"step_{s}"): v for s, v in steps.items()}, {f: w(f"form_{f}") for f in FORMS})]  # fmt: skip
    says.append(
        w(
            "plan_sentence"
            if plan["overdue_count"]
            else "plan_sentence_none_overdue"
            if plan["planned_count"]
            else "plan_sentence_none",
            planned=f"{plan['planned_count']:,}",
            overdue=f"{plan['overdue_count']:,}",
            as_of=ledger.day(as_of),
        )
        + (w("plan_undated", undated=f"{plan['undated_count']:,}") if plan["undated_count"] else "")
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
        rates = [tabled_registers.percent(g["so_far_count"] / every * 100) for g in gone]
        rows_ = [
            [ledger.day(g["day"]), str(g["newly_count"]), str(g["so_far_count"]), rate_]
            for g, rate_ in zip(gone, rates, strict=True)
        ]
        tables.append(([w("col_day"), w("col_new"), w("col_so_far"), w("time_share")], rows_))
        last = gone[-1]["so_far_count"]
        says.append(
            w("time_sentence", dated=f"{last:,}", first=ledger.day(gone[0]["day"]), last=ledger.day(gone[-1]["day"]))
            + (w("time_undated", undated=f"{online - last:,}") if online > last else "")
        )
        wrong += [x for c in drawn(f"{w('time_heading')}: {says[-1]}")
                  for x in charted.wrong_steps(c, [(w("col_so_far"), [(g["day"], g["so_far_count"]) for g in gone])])]  # fmt: skip
    answer = ledger.api("procedures")
    tables.append(procedure_rows(ledger, answer["procedures"], f"&view={view}" if is_view_asked else ""))
    says.append(w("list_found", total=f"{answer['total']:,}", first="1", last=f"{len(answer['procedures']):,}"))
    if keep is not None:
        keep += tables
    tables.append(procedure_blocks(ledger, answer["procedures"]))  # on a phone
    found, others = series(ledger, shown, [rate] if rate else [], more=tables, free=(w("source"),))
    wrong += found + [f"{c.alt} is not expected" for c in others if c not in seen]
    return wrong + in_boxes(ledger, shown, boxes, says, about=[rate] if rate else [])


def _compared(w: Words, dimension: str, parts: Mapping[str, Item], named: Mapping[str, str]) -> str:
    """Return the sentence above procedures compared by a dimension."""
    if dimension == "priority":
        first, others = parts["yes"], parts["no"]
        return w("cmp_sentence_priority", n=f"{first['procedures_count']:,}", done=f"{first['done_count']:,}",
                 others=f"{others['procedures_count']:,}", others_done=f"{others['done_count']:,}")  # fmt: skip
    stated = {v: c for v, c in parts.items() if v not in ("", "unknown")}
    largest = max(stated, key=lambda v: stated[v]["procedures_count"])
    silent = sum(c["procedures_count"] for v, c in parts.items() if v not in stated)
    own = stated[largest]
    return w(
        "cmp_sentence", largest=named[largest], largest_n=f"{own['procedures_count']:,}", largest_done=f"{own['done_count']:,}"
    ) + (w("cmp_unstated", unstated=f"{silent:,}") if silent else "")


def bureau_name(ledger: Ledger, code: str) -> str:
    """Return the name of a bureau, with the day of its end, as the pages of registers show it."""
    rows = {r["code"]: r for r in ledger.api("units")}
    return ledger.unit_label(rows[code]) if code in rows else ledger.words("reg_no_bureau")


def procedure_rows(ledger: Ledger, rows: Sequence[Item], asked: str = "") -> Table:
    """Return the table of one page of procedures; ``asked``: what its address names beside the language."""
    w = ledger.words
    keys = ("open_row", "col_name", "col_bureau", "col_status", "col_type", "col_applicant", "col_channel", "col_cases", "col_online_cases",
            "col_online_day", "col_due", "col_phone", "col_law")  # fmt: skip
    told = [
        [f"/procedures?lang={ledger.language}{asked}&code={r['procedure_code']}", w.named(r), bureau_name(ledger, r["bureau_code"] or ""), w(f"digital_{r['status']}"), w(f"process_{r['process_type']}"),
         w(f"party_{r['applicant']}"), r["online_channel"], tabled.count(r["applications_count"]), tabled.count(r["online_count"]),
         known(ledger, r["digitised_date"], r["digitised_precision"]), known(ledger, r["planned_for"], r["planned_for_precision"]),
         w(f"answer_{r['smartphone_ready']}"), r["law_name"]]
        for r in rows
    ]  # fmt: skip
    unsaid = {"", None, w("process_unknown"), w("party_unknown"), w("answer_unknown")}
    kept = [at for at in range(len(keys)) if {row[at] for row in told} - unsaid]  # what no row says is no column
    return [w(keys[at]) for at in kept], [[row[at] for at in kept] for row in told]


def procedure_blocks(ledger: Ledger, rows: Sequence[Item]) -> Table:
    """Return the same rows as a phone shows them."""
    w = ledger.words
    return [w(k) for k in ("col_name", "col_status", "col_bureau", "col_online_day", "col_due")], [
        [
            w.named(r), w(f"digital_{r['status']}"), bureau_name(ledger, r["bureau_code"] or ""),
            known(ledger, r["digitised_date"], r["digitised_precision"]), known(ledger, r["planned_for"], r["planned_for_precision"]),
        ]
        for r in rows
    ]  # fmt: skip


def facilities(ledger: Ledger, shown: Shown, field: str, *, view: str = "then", keep: list[Table] | None = None) -> list[str]:
    """Check the page of facilities, compared by bureau or kind; ``keep`` takes the tables that it must show."""
    w, rows = ledger.words, ledger.api("facilities")["facilities"]
    summary = ledger.api("registers/facilities" + ("" if view == "then" else f"?view={view}"))
    rollout = first_published(ledger, "cashless", "completion", "ratio", "stock")
    count, states_, ways = summary["facilities_count"], summary["statuses"], summary["methods"]
    values = {"total": f"{count:,}", "done": f"{states_['introduced']:,}"}
    says = [w("fac_title", value=ledger.headline(rollout), **values) if rollout else w("fac_title_list", **values)]
    says[0] += w("fac_title_taking", taking=f"{summary['taking_count']:,}") if states_["class_level_only"] else ""
    says += [w("sample_marked", n=summary["sample_count"])] if summary["sample_count"] else []
    cash = summary["cash_only"]
    classes = sum(f["is_class"] for f in rows if f["facility_code"] in cash)
    boxes = {
        w("fac_card_published"): [ledger.headline(rollout)] if rollout else [],
        w("fac_card_list"): [f"{states_['introduced']} / {count}", w("fac_card_list_note", klass=states_["class_level_only"], announced=states_["announced"], cash=states_["not_cashless"], unknown=states_["unknown"])],
        w("fac_card_three"): [f"{ways['standard']} / {summary['taking_count']}", w("fac_card_three_note") + (w("fac_card_unstated", unstated=ways["unstated"]) if ways["unstated"] else "")],
        w("fac_card_cash"): [str(len(cash)), (w("fac_card_cash_classes", classes=classes) if classes else "") + w("fac_card_cash_note", noplan=summary["without_plan_count"])],
    }  # fmt: skip
    wrong: list[str] = []
    seen: list[Drawn] = []

    def drawn(alt: str, count: int = 1) -> list[Drawn]:
        found, problems = one(shown.drawn, alt, count)
        seen.extend(found)
        wrong.extend(problems)
        return found

    title = w("reg_by_bureau") if field == "bureau" else w("fac_kind")
    parts = {(bureau_name(ledger, v) if field == "bureau" else w(f"facility_{v}")): c for v, c in summary[f"by_{field}"].items()}
    stated = {v: c for v, c in parts.items() if v != w("reg_no_bureau")} or parts
    largest = max(stated, key=lambda v: sum(parts[v].values()))
    own, silent = parts[largest], sum(sum(c.values()) for v, c in parts.items() if v not in stated)
    says.append(
        w(f"fac_by_{field}_sentence", largest=largest, n=sum(own.values()), done=own["introduced"], klass=own["class_level_only"])
        + (w("fac_by_unstated", unstated=silent) if silent else "")
    )
    wrong += [x for c in drawn(says[-1]) for x in charted.wrong_shares(c, parts, {s: w(f"cashless_{s}") for s in CASH_STATES})]
    names = (*METHODS, "standard", "unstated")
    tables: list[Table] = [
        tabled_registers.statuses_by(ledger, title, parts), ([w("col_method"), w("fac_total")], [[w(f"method_{m}"), str(ways[m])] for m in names]),
    ]  # fmt: skip
    says.append(w("fac_methods_sentence", total=summary["taking_count"], **ways))
    for chart in drawn(f"{w('fac_methods')}: {says[-1]}"):
        (bars,) = chart.traces
        beside = [f"<b>{ways[m]:,} / {summary['taking_count']:,}</b>" for m in names]
        right = bars["x"] == [ways[m] for m in names] and chart.notes == beside
        wrong += charted.wrong_rows(chart, [w(f"method_{m}") for m in names]) + ([] if right else [f"ways of paying {bars}"])
    gone = summary["over_time"]
    if gone:
        due = [f for f in rows if not f["is_class"] and f["planned_for"]]
        later = sum((f["cashless_since"] or "") > f["planned_for"] for f in due if f["status"] in CASHLESS)
        waiting = sum(f["planned_for"] < summary["as_of"] for f in due if f["status"] not in CASHLESS)
        planned = len(due)
        done = [f for f in rows if not f["is_class"] and f["status"] in CASHLESS]
        dated = sum(f["cashless_since"] is not None for f in done)
        says.append(
            w("fac_time_sentence", done=dated)
            + (
                ""
                if not planned
                else w("fac_time_all_later", planned=planned)
                if planned == later
                else w("fac_time_planned", planned=planned)
            )
            + (w("fac_time_later", later=later) if later and planned != later else "")
            + (w("fac_time_waiting", waiting=waiting) if waiting else "")
            + (w("fac_time_undated", undated=summary["undated_count"]) if summary["undated_count"] else "")
            + w("fac_time_apart")
        )
        lines = [(w("fac_done_word"), [(g["day"], g["done_count"]) for g in gone])]
        lines += [(w("fac_plan_word"), [(g["day"], g["planned_count"]) for g in gone])] if planned else []
        wrong += [x for c in drawn(f"{w('fac_time')}: {says[-1]}") for x in charted.wrong_steps(c, lines)]
        tables.append(
            (
                [w("col_day"), w("fac_done_word"), w("fac_plan_word")],
                [[ledger.day(g["day"]), str(g["done_count"]), str(g["planned_count"])] for g in gone],
            )
        )
    by_code = {f["facility_code"]: f for f in rows}
    says += [w("fac_cash_sentence", n=len(cash)), w("fac_list_sentence", total=len(rows), classes=summary["classes_count"])]
    keys = ("col_facility", "col_until", "reg_by_bureau", "col_kind", "col_note", "source")
    still = [
        [f["name_ja"], known(ledger, f["planned_for"], f["planned_for_precision"]) or w("not_set"),
         bureau_name(ledger, f["bureau_code"]) if f["bureau_code"] else "", w(f"facility_{f['kind']}"), "", ""]
        for f in (by_code[c] for c in cash)
    ]  # fmt: skip
    tables.append(([w(k) for k in keys], still))
    tables.append(facility_rows(ledger, rows))
    wrong += _map(ledger, summary["by_place"], drawn, says, tables)
    if keep is not None:
        keep += tables
    about = [rollout] if rollout else []
    found, others = series(ledger, shown, about, more=tables, free=(w("source"), w("col_note")))
    wrong += found + [f"{c.alt} is not expected" for c in others if c not in seen]
    return wrong + in_boxes(ledger, shown, boxes, says, about=about)


def facility_rows(ledger: Ledger, rows: Sequence[Item]) -> Table:
    """Return the table of all facilities."""
    w = ledger.words
    named = _places(w)[1]
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
        [f["name_ja"], bureau_name(ledger, f["bureau_code"]) if f["bureau_code"] else "", w(f"facility_{f['kind']}"), w(f"cashless_{f['status']}"),
         w("list_comma").join(w(f"method_{m}") for m in f["payment_methods"]), known(ledger, f["cashless_since"], f["cashless_since_precision"]),
         known(ledger, f["planned_for"], f["planned_for_precision"]), w("list_comma").join(named.get(m, m) for m in f["municipalities"]), w("answer_yes") if f["is_class"] else "", "", ""]
        for f in rows
    ]  # fmt: skip


def _places(w: Words) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return the rows of the map's places, and their names in the language shown by their Japanese ones."""
    with (ROOT / "data" / "catalogue" / "municipalities.csv").open(encoding="utf-8-sig", newline="") as file:
        layout = list(csv.DictReader(file))
    return layout, {row["name_ja"]: w.named(row) for row in layout}


def _map(ledger: Ledger, places: Mapping[str, Mapping[str, int]], drawn: Any, says: list[str], tables: list[Table]) -> list[str]:
    w = ledger.words
    layout, named = _places(w)
    counted = {row["name_ja"]: places.get(row["name_ja"], dict.fromkeys(CASH_STATES, 0)) for row in layout}
    listed = {n: c for n, c in counted.items() if sum(c.values())}
    sentence = w("fac_map_sentence", places=len(listed), none=sum(places.get("", {}).values()))
    says.append(sentence)
    says += [w("fac_map_fill_some", most=2), w("fac_map_fill_many", least=3)]
    elsewhere = {n or w("form_unknown"): c for n, c in places.items() if n not in named}
    tables.append(tabled_registers.statuses_by(ledger, w("col_place"), {**{named[n]: c for n, c in listed.items()}, **elsewhere}))
    wrong = []
    done = {n: sum(c[s] for s in CASHLESS) for n, c in counted.items()}
    numbers = {n: f"<b>{done[n]}/{sum(c.values())}</b>" for n, c in listed.items()}
    counts = {row["municipality_code"]: (named[n], done[n], sum(counted[n].values())) for row in layout for n in [row["name_ja"]]}
    boxes = [numbers[n] for row in layout if (n := row["name_ja"]) in listed and row["municipality_code"] not in mapped.outlines()]
    for chart, wide in zip(drawn(sentence, 2), (mapped.WIDE, mapped.PHONE), strict=False):
        wrong += mapped.wrong_outlines(chart, counts, wide)
        written = [n.rsplit("<br>", 1)[-1] for n in chart.notes if any(x.isdigit() for x in n)]
        wrong += [] if written == boxes else [f"boxes {written}"]
    return wrong


__all__ = ["DIMENSIONS", "facilities", "procedures"]
