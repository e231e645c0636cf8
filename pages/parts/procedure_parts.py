"""The parts of the page on procedures: cards, published totals, comparison, steps on paper, plan and time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from charts.registers import columns, cumulative, stacked_shares
from kpis.register_queries import Counted
from kpis.registers import (
    DIMENSIONS,
    FORMS,
    ONLINE,
    STATUSES,
    STEPS,
    SURE,
    Tally,
    channels,
    cumulated,
    plan,
    published_beside,
    steps,
    tally,
    tally_by,
)  # fmt: skip
from kpis.text import format_date, format_value
from pages.parts import cached
from pages.parts.asked import choose_part
from pages.parts.entry import as_of
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.registers import (
    Block,
    block,
    bureau_names,
    card,
    day_word,
    number,
    percent,
    published,
    shown_under,
)  # fmt: skip
from pages.parts.text import language, named, t

CHANNELS_SHOWN = 15
WORDS = {"process_type": "process", "applicant": "party", "authority": "authority", "priority": "answer"}


def value_word(dimension: str, value: str, bureaus: dict[str, str]) -> str:
    """Return the word for a value of what procedures are counted by."""
    if dimension == "bureau":
        return bureaus.get(value, value)
    return t(f"{WORDS[dimension]}_{value}") if dimension in WORDS else value or t("no_channel")


def cards(register: Counted, total: Tally) -> None:
    """Show the headline numbers, each with what it is of; where a number cannot be given, why."""
    made = cached.made("procedure cards", code="", as_of=as_of(), language=language(), make=lambda: _cards(register, total))
    with st.grid(3, min_column_width=220):
        for title, value, note in made:
            card(title, value, note)


def _cards(register: Counted, total: Tally) -> list[tuple[str, str, str]]:
    priority = tally(g for g in register.groups if g.is_priority)
    coming = plan(register.planned, register.groups, as_of=as_of())
    online = sum(total.statuses.get(s, 0) for s in ONLINE)
    phone, silent = total.smartphone.get("yes", 0), total.smartphone.get("unknown", 0)
    partly = percent(total.rate_with_partly_pct)
    cases, usage = (t("no_count"), t("no_count_why")), (t("no_count"), t("no_count_why"))
    if total.applications:
        words = t("card_cases_note", known=f"{total.with_applications:,}", cases=number(total.applications))
        cases = (percent(total.applications_rate_pct), words)
    if total.usage_total:
        words = t("card_usage_note", all=percent(total.usage_of_all_pct), known=f"{total.with_usage:,}")
        usage = (percent(total.usage_of_online_pct), words)
    first = ("―", t("no_priority_why"))
    if priority.procedures:
        first = (f"{priority.done:,} / {priority.procedures:,}", t("card_priority_note"))
    ready_for_phones = ("―", t("no_phone_why", unknown=f"{silent:,}"))
    if phone or total.smartphone.get("no"):
        ready_for_phones = (f"{phone:,} / {online:,}", t("card_phone_note", online=f"{online:,}", unknown=f"{silent:,}"))
    return [
        (t("card_rate"), percent(total.rate_pct), t("card_rate_note", done=f"{total.done:,}", total=f"{total.procedures:,}", partly=partly)),
        (t("card_cases"), *cases), (t("card_usage"), *usage), (t("card_priority"), *first), (t("card_phone"), *ready_for_phones),
        (t("card_overdue"), f"{coming.overdue:,}", t("card_overdue_note", planned=f"{coming.planned:,}")),
    ]  # fmt: skip


def published_totals(register: Counted, total: Tally) -> None:
    """Show what was published for all beside what the register adds up to, with the difference."""
    if any((s := published("procedures", kind)) and s.judgement.figure for kind in ("ratio", "stock", "completion")):
        with st.container(border=True):
            kept_block("published_totals", lambda: _published(register, total))


def _published(register: Counted, total: Tally) -> Ready:
    priority = tally(g for g in register.groups if g.is_priority)
    found = [
        published_beside(s.entry.definition, s.judgement.figure, priority if kind == "completion" else total)
        for kind in ("ratio", "stock", "completion")
        if (s := published("procedures", kind)) and s.judgement.figure
    ]
    names = {
        s.entry.definition.code: s.entry.definition for k in ("ratio", "stock", "completion") if (s := published("procedures", k))
    }
    rows = [
        {
            t("col_indicator"): named(names[p.indicator_code]), t("period"): p.period_code,
            t("col_published"): "―" if p.value is None else format_value(p.value, names[p.indicator_code], language()),
            t("col_published_total"): number(p.denominator), t("unit"): named(names[p.indicator_code], "unit"),
            t("col_list_done"): f"{p.counted:,}", t("col_list_total"): f"{p.registered:,}",
            t("col_difference"): "―" if p.difference is None else f"{p.difference:+,.0f}",
        }
        for p in found
    ]  # fmt: skip
    first = next((p for p in found if p.denominator is not None), None)
    said = (
        t(
            "pub_sentence", published=number(first.denominator), registered=f"{first.registered:,}",
            unit=t("unit_procedure") if named(names[first.indicator_code], "unit") == "%" else named(names[first.indicator_code], "unit"),
            difference=f"{first.difference:+,.0f}",
        )
        if first
        else t("pub_none")
    )  # fmt: skip
    return ready(
            None, title=t("pub_heading"), sentence=said, table=pd.DataFrame(rows),
            csv=pd.DataFrame([p.to_json() for p in found]), is_table_open=True,
        )  # fmt: skip


def comparison(register: Counted) -> None:
    """Compare bureaus, types, applicants, authorities, priority or channels by status."""
    st.subheader(t("cmp_heading"))
    dimension = choose_part("by", DIMENSIONS, t("by_choose"), lambda d: t(f"reg_by_{d}"))
    block("procedures_by", lambda: _by_channel(register) if dimension == "channel" else _by(register, dimension), suffix=dimension)


def _segments() -> list[tuple[str, str]]:
    return [(status, t(f"digital_{status}")) for status in STATUSES]


def _by(register: Counted, dimension: str) -> Block:
    bureaus = bureau_names()
    found = tally_by(register.groups, dimension, order=list(bureaus)[:-1] if dimension == "bureau" else (), home=shown_under)
    words = {value: value_word(dimension, value, bureaus) for value in found}
    largest = max(found, key=lambda v: found[v].procedures)
    frame = pd.DataFrame(
        [{"label": words[v], **{s: c.statuses.get(s, 0) for s in STATUSES}, "end": percent(c.rate_pct)} for v, c in found.items()]
    )
    table = pd.DataFrame(
        [
            {
                t(f"reg_by_{dimension}"): words[v], t("col_total"): c.procedures,
                **{t(f"digital_{s}"): c.statuses.get(s, 0) for s in STATUSES}, t("col_rate"): percent(c.rate_pct),
                t("col_cases"): c.applications or None, t("col_cases_rate"): percent(c.applications_rate_pct),
                t("col_usage"): percent(c.usage_of_online_pct), t("col_usage_all"): percent(c.usage_of_all_pct),
            }
            for v, c in found.items()
        ]
    )  # fmt: skip
    flat = [{dimension: v, **{k: x for k, x in c.to_json().items() if not isinstance(x, dict)}, **c.to_json()["statuses"]}
            for v, c in found.items()]  # fmt: skip
    if set(found) <= {"unknown", ""}:
        return {"figure": None, "sentence": "", "why_empty": t("cmp_why", dimension=t(f"reg_by_{dimension}")), "table": table}
    return {
        "figure": stacked_shares(frame, _segments(), unit=t("unit_procedure")),
        "sentence": t(
            "cmp_sentence", dimension=t(f"reg_by_{dimension}"), largest=words[largest], largest_n=f"{found[largest].procedures:,}",
            largest_rate=percent(found[largest].rate_pct),
        ),
        "table": table, "csv": pd.DataFrame(flat), "notes": (t("rate_short"),),
    }  # fmt: skip


def _by_channel(register: Counted) -> Block:
    every = channels(register.channels)
    found = {name: counts for name, counts in every.items() if name}
    table = pd.DataFrame(
        [
            {
                t("reg_by_channel"): n or t("no_channel"),
                t("col_total"): sum(c.values()),
                **{t(f"digital_{s}"): c.get(s, 0) for s in STATUSES},
            }
            for n, c in every.items()
        ]
    )
    if not found:
        return {"figure": None, "sentence": "", "why_empty": t("cmp_why_channel"), "table": table}
    shown = list(found.items())[:CHANNELS_SHOWN]
    frame = pd.DataFrame([{"label": n if len(n) <= 24 else n[:23] + "…", **{s: c.get(s, 0) for s in STATUSES}} for n, c in shown])
    written = sum(count for channel, _, count in register.channels if channel)
    flat = [{"channel": n, **{s: c.get(s, 0) for s in STATUSES}} for n, c in every.items()]
    return {
        "figure": stacked_shares(frame, _segments(), unit=t("unit_procedure")),
        "sentence": t("cmp_sentence_channel", named=f"{written:,}", largest=shown[0][0], largest_n=f"{sum(shown[0][1].values()):,}"),
        "table": table, "csv": pd.DataFrame(flat), "notes": (t("channel_top", n=CHANNELS_SHOWN),) if len(found) > CHANNELS_SHOWN else (),
    }  # fmt: skip


def paper_steps(register: Counted) -> None:
    """Show which steps stay on paper where a procedure can be done online."""
    block("procedure_steps", lambda: _steps(register))


def _steps(register: Counted) -> Block:
    found = steps(register.groups)
    online = sum(found["fee"].values())
    known = any(counts["unknown"] < online for counts in found.values())
    table = pd.DataFrame([{t("col_step"): t(f"step_{s}"), **{t(f"form_{f}"): c[f] for f in FORMS}} for s, c in found.items()])
    parts = t("list_comma").join(f"{t(f'step_{s}')} {found[s]['paper']:,}" for s in STEPS if found[s]["unknown"] < online)
    frame = pd.DataFrame([{"label": t(f"step_{s}"), **found[s]} for s in STEPS])
    return {
        "title": t("steps_heading"), "table": table, "csv": pd.DataFrame([{"step": s, **c} for s, c in found.items()]),
        "sentence": t("steps_sentence", online=f"{online:,}", parts=parts) if known else "",
        "figure": stacked_shares(frame, [(f, t(f"form_{f}")) for f in FORMS], unit=t("unit_procedure")) if known else None,
        "why_empty": t("steps_why"),
    }  # fmt: skip


def planned_when(register: Counted) -> None:
    """Show what is planned when, and what is overdue on the day chosen."""
    block("procedure_plan", lambda: _plan(register))


def _plan(register: Counted) -> Block:
    found = plan(register.planned, register.groups, as_of=as_of())
    rows = [
        {
            "label": day_word(day, precision),
            "count": n,
            "is_past": precision in SURE and day < as_of(),
            "day": day,
            "precision": precision,
        }
        for day, precision, n in found.by_day
    ]
    frame = pd.DataFrame(rows)
    merged = frame.groupby("label", sort=False, as_index=False).agg({"count": "sum", "is_past": "max"}) if rows else frame
    table = pd.DataFrame(
        [
            {t("col_due"): r["label"], t("col_count"): r["count"], t("col_overdue"): t("answer_yes") if r["is_past"] else ""}
            for r in rows
        ]
    )
    return {
        "title": t("plan_heading"), "table": table, "csv": frame.drop(columns="label") if rows else None,
        "sentence": t(
            "plan_sentence", planned=f"{found.planned:,}", overdue=f"{found.overdue:,}", undated=f"{found.undated:,}",
            as_of=format_date(as_of(), language()),
        ),
        "figure": columns(merged, unit=t("unit_procedure"), past_word=t("plan_past")) if rows else None, "why_empty": t("plan_why"),
        "notes": (t("plan_hatched"),) if found.overdue else (),
    }  # fmt: skip


def over_time(register: Counted, total: Tally) -> None:
    """Show how many were digitised by when, where the day is known."""
    block("procedures_over_time", lambda: _time(register, total))


def _time(register: Counted, total: Tally) -> Block:
    found = cumulated(register.digitised)
    online = sum(total.statuses.get(s, 0) for s in ONLINE)
    table = pd.DataFrame([{t("col_day"): day, t("col_new"): new, t("col_so_far"): so_far} for day, new, so_far in found])
    if not found:
        return {
            "title": t("time_heading"), "figure": None, "sentence": "", "why_empty": t("time_why", online=f"{online:,}"), "table": table,
        }  # fmt: skip
    last = found[-1][2]
    points = [(day, so_far) for day, _, so_far in found]
    return {
        "title": t("time_heading"), "table": table,
        "csv": pd.DataFrame(found, columns=["day", "newly_count", "so_far_count"]),
        "figure": cumulative([(t("col_so_far"), points, False)], unit=t("unit_procedure")),
        "sentence": t(
            "time_sentence", dated=f"{last:,}", undated=f"{online - last:,}", first=format_date(found[0][0], language()),
            last=format_date(found[-1][0], language()),
        ),
    }  # fmt: skip
