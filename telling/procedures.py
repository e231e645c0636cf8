"""Blocks of the register of procedures: cards, published totals, comparison, steps on paper, plan and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from charts.shapes import Columns, Shares, Steps
from kpis.figures.records import Definition
from kpis.figures.registers import (
    FORMS,
    ONLINE,
    STATUSES,
    STEPS,
    SURE,
    ProcedureTally,
    Published,
    channels,
    cumulated,
    plan,
    published_beside,
    steps,
    tally,
    tally_by,
)
from kpis.figures.scorecard import Scored
from kpis.figures.sentences import about, marked
from kpis.languages import SOURCE
from kpis.periods import parse_period
from kpis.store.queries import Counted
from kpis.text import format_date, format_value, texts_of, with_unit
from telling.blocks import Block, Card, Cell, Flat, Number, Telling, in_both, published, taken_from
from telling.words import Words, is_japanese

CHANNELS_SHOWN = 15
UNSTATED = frozenset(("", "unknown"))  # values of a dimension that say nothing
PUBLISHED = ("ratio", "stock", "completion")
WORDS = {"process_type": "process_", "applicant": "party_", "authority": "authority_", "priority": "priority_"}


def value_word(telling: Telling, dimension: str, value: str) -> str:
    """Return the word for a value of a dimension that procedures are counted by."""
    if dimension == "bureau":
        return telling.bureau_with_end(value)
    return telling.words(f"{WORDS[dimension]}{value}") if dimension in WORDS else value or telling.words("no_channel")


def _names(telling: Telling, dimension: str, value: str) -> dict[str, str]:
    if dimension == "bureau" and value in telling.bureaus:
        return texts_of(telling.bureaus[value], "name")
    if dimension == "channel" and value:
        return {"name_ja": value, "name_en": value}
    return in_both({"bureau": "reg_no_bureau", "channel": "no_channel"}.get(dimension) or f"{WORDS[dimension]}{value}")


def title(telling: Telling, total: ProcedureTally, headline: str) -> str:
    """Return how many procedures are digitised, and the published rate; ``headline`` is blank if none is published."""
    w = telling.words
    sentence = w(
        "proc_title", total=w.number(total.procedures), done=w.number(total.done), rate=telling.percent(total.rate_pct).text
    )
    return sentence + (w("proc_title_published", value=headline) if headline else "")


def lead(telling: Telling, total: ProcedureTally) -> str:
    """Return what is counted, and what stays in the denominator."""
    w = telling.words
    units = w("list_comma").join(with_unit(w.number(n), w(f"unit_{unit}"), w.language) for unit, n in sorted(total.units.items()))
    unknown, exempt = total.statuses.get("unknown", 0), total.statuses.get("exempt", 0)
    return w(
        "proc_lead", as_of=format_date(telling.as_of, w.language), units=units, unknown=w.number(unknown), exempt=w.number(exempt)
    ) + (w("list_ended", count=w.number(total.ended)) if total.ended else "")  # fmt: skip


def cards(telling: Telling, register: Counted, total: ProcedureTally) -> list[Card]:
    """Return the headline numbers, each with its base; where a number cannot be given, the reason."""
    w = telling.words
    priority = tally(g for g in register.groups if g.is_priority)
    coming = plan(register.planned, register.groups, as_of=telling.as_of)
    online = sum(total.statuses.get(s, 0) for s in ONLINE)
    phone, silent = total.smartphone.get("yes", 0), total.smartphone.get("unknown", 0)
    rate_note = w("card_rate_note", done=w.number(total.done), total=w.number(total.procedures))
    if total.statuses["partly_done"]:
        rate_note += w("card_rate_partly", partly=telling.percent(total.rate_with_partly_pct).text)
    cards_shown = [
        Card(
            w("card_rate"), telling.percent(total.rate_pct), rate_note, (("status", "done"),),
        )
    ]  # fmt: skip
    if total.applications:
        note = w("card_cases_note", known=w.number(total.with_applications), cases=telling.count(total.applications).text)
        cards_shown.append(Card(w("card_cases"), telling.percent(total.applications_rate_pct), note))
    else:
        cards_shown.append(Card(w("card_cases"), w("no_count"), w("no_count_why")))
    if total.usage_total:
        note = w("card_usage_note", all=telling.percent(total.usage_of_all_pct).text, known=w.number(total.with_usage))
        cards_shown.append(Card(w("card_usage"), telling.percent(total.usage_of_online_pct), note))
    else:
        cards_shown.append(Card(w("card_usage"), w("no_count"), w("no_usage_why")))
    if priority.procedures:
        shown = Number(priority.done, f"{w.number(priority.done)} / {w.number(priority.procedures)}")
        cards_shown.append(Card(w("card_priority"), shown, w("card_priority_note"), (("priority", "yes"), ("status", "done"))))
    else:
        cards_shown.append(Card(w("card_priority"), "―", w("no_priority_why")))
    if phone or total.smartphone.get("no"):
        note = w("card_phone_note", online=w.number(online), unknown=w.number(silent))
        cards_shown.append(
            Card(w("card_phone"), Number(phone, f"{w.number(phone)} / {w.number(online)}"), note, (("smartphone", "yes"),))
        )
    else:
        cards_shown.append(Card(w("card_phone"), "―", w("no_phone_why", unknown=w.number(silent))))
    late = Number(coming.overdue, w.number(coming.overdue))
    planned_note = w("card_overdue_note", planned=w.number(coming.planned)) if coming.planned else w("card_overdue_none")
    return [*cards_shown, Card(w("card_overdue"), late, planned_note, (("due", "overdue"),))]


def published_totals(telling: Telling, register: Counted, total: ProcedureTally, scored: Iterable[Scored]) -> Block:
    """Compare published totals with those of the register, with the difference."""
    w, every = telling.words, list(scored)
    priority = tally(g for g in register.groups if g.is_priority)
    totals = {kind: s for kind in PUBLISHED if (s := published(every, "procedures", kind))}
    pairs = [
        published_beside(s.entry.definition, s.judgement.figure, priority if kind == "completion" else total)  # type: ignore[arg-type]
        for kind, s in totals.items()
    ]
    names = {s.entry.definition.code: s.entry.definition for s in totals.values()}
    figures = {s.entry.definition.code: s.judgement.figure for s in totals.values()}
    texts = {p.indicator_code: format_value(p.value, names[p.indicator_code], w.language) for p in pairs if p.value is not None}
    rows: list[tuple[Cell, ...]] = [
        (
            w.named(names[p.indicator_code]), parse_period(p.period_code).label(w.language),
            "―" if p.value is None else Number(p.value, marked(texts[p.indicator_code], figures[p.indicator_code], w.language)),
            _total(telling, p), _unit_of_total(w, names[p.indicator_code]), p.counted, p.registered,
            "―" if p.difference is None else Number(p.difference, w.number(p.difference, "+,.0f")),
        )
        for p in pairs
    ]  # fmt: skip
    first = next((p for p in pairs if p.denominator is not None), None)
    sentence = (
        w(
            "pub_sentence", published=_total(telling, first).text, registered=w.number(first.registered),
            unit=_unit_of_total(w, names[first.indicator_code]),
        )
        if first
        else w("pub_none")
    )  # fmt: skip
    heads = (
        "col_indicator",
        "period",
        "col_published",
        "col_published_total",
        "col_total_unit",
        "col_list_done",
        "col_list_total",
        "col_difference",
    )
    return Block(
        key="published_totals", title=w("pub_heading"), sentence=sentence, columns=tuple(w(h) for h in heads), rows=tuple(rows),
        flat=tuple(_beside(p.to_json()) for p in pairs),
        is_table_open=True, file="procedure_published",
    )  # fmt: skip


def _total(telling: Telling, published: Published) -> Number:
    """Return a published total, marked as about where it was published so."""
    total = telling.count(published.denominator)
    return Number(total.value, about(total.text, telling.words.language)) if published.is_total_approximate else total


def _unit_of_total(words: Words, definition: Definition) -> str:
    """Return what a published total counts: the unit of its indicator; of a rate its own is the percentage."""
    unit = words.named(definition, "unit")
    return words("unit_procedure") if unit == "%" else unit


def _beside(row: Mapping[str, Any]) -> Flat:
    names = {"indicator": "indicator_code", "period": "period_code", "unit": "unit_ja"}
    return {names.get(name, name): value for name, value in row.items()}


def _segments(words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((status, words(f"digital_{status}")) for status in STATUSES)


def _counted(telling: Telling, dimension: str, value: str, statuses: Mapping[str, int], rest: Mapping[str, Any]) -> Flat:
    return {
        "organisation": telling.view, "dimension": dimension, "value_code": value or "not_stated", **_names(telling, dimension, value),
        "procedures_count": sum(statuses.values()), **{f"{s}_count": statuses.get(s, 0) for s in STATUSES},
        **{name: rest.get(name) for name in RATES},
    }  # fmt: skip


RATES = ("rate_pct", "rate_with_partly_pct", "with_applications_count", "applications_count", "applications_done_count",
         "applications_rate_pct", "with_usage_count", "usage_online_count", "usage_total_count", "usage_of_online_pct",
         "usage_of_all_pct", "sample_count")  # fmt: skip


def comparison(telling: Telling, register: Counted, dimension: str) -> Block:
    """Compare bureaus, types, applicants, authorities, priority or channels by status."""
    block = _by_channel(telling, register) if dimension == "channel" else _by(telling, register, dimension)
    return _taken(block, telling, telling.words("ed_compare", dimension=telling.words(f"reg_by_{dimension}")))


def _taken(block: Block, telling: Telling, heading: str = "") -> Block:
    return taken_from(block, telling, "procedures", telling.moment.procedure_sources, heading=heading)


def _by(telling: Telling, register: Counted, dimension: str) -> Block:
    w = telling.words
    order = list(telling.bureaus) if dimension == "bureau" else ()
    tallies = tally_by(register.groups, dimension, order=order, home=telling.home)
    words = {v: value_word(telling, dimension, v) for v in tallies}
    name = w(f"reg_by_{dimension}")
    used = [s for s in STATUSES if any(c.statuses[s] for c in tallies.values())]
    heads = (name, w("col_total"), *(w(f"digital_{s}") for s in used), w("col_rate"), w("col_cases"), w("col_cases_rate"),
             w("col_usage"), w("col_usage_all"))  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            words[v], c.procedures, *(c.statuses[s] for s in used), telling.percent(c.rate_pct),
            int(c.applications) if c.applications else None, telling.percent(c.applications_rate_pct), telling.percent(c.usage_of_online_pct),
            telling.percent(c.usage_of_all_pct),
        )
        for v, c in tallies.items()
    )  # fmt: skip
    key, file = f"procedures_by_{dimension}", "procedure_breakdowns"
    flat = tuple(_counted(telling, dimension, v, c.statuses, c.to_json()) for v, c in tallies.items())
    if not tallies or set(tallies) <= UNSTATED:
        return Block(key=key, columns=heads, rows=rows, flat=flat, why_empty=w("cmp_why", dimension=name), file=file)
    sentence = _of_priority(w, tallies) if dimension == "priority" else _of_largest(w, tallies, words)
    bars = tuple(
        (words[v], {s: c.statuses.get(s, 0) for s in STATUSES}, telling.percent(c.rate_pct).text) for v, c in tallies.items()
    )
    shape = Shares(bars, _segments(w), w("unit_procedure"))
    return Block(key=key, sentence=sentence, columns=heads, rows=rows, flat=flat, shape=shape, notes=(w("rate_short"),), file=file)


def _of_priority(words: Words, tallies: Mapping[str, ProcedureTally]) -> str:
    """Return how many priority procedures are digitised, and how many of the others."""
    first, others = (tallies.get(answer, ProcedureTally()) for answer in ("yes", "no"))
    return words(
        "cmp_sentence_priority", n=words.number(first.procedures), done=words.number(first.done),
        others=words.number(others.procedures), others_done=words.number(others.done),
    )  # fmt: skip


def _of_largest(words: Words, tallies: Mapping[str, ProcedureTally], names: Mapping[str, str]) -> str:
    """Return which stated value has the most procedures, and how many procedures state none."""
    stated = {value: counts for value, counts in tallies.items() if value not in UNSTATED}
    largest = max(stated, key=lambda v: stated[v].procedures)
    unstated = sum(tallies[value].procedures for value in UNSTATED if value in tallies)
    return words(
        "cmp_sentence", largest=names[largest], largest_n=words.number(stated[largest].procedures),
        largest_done=words.number(stated[largest].done),
    ) + (words("cmp_unstated", unstated=words.number(unstated)) if unstated else "")  # fmt: skip


def _by_channel(telling: Telling, register: Counted) -> Block:
    w = telling.words
    every = channels(register.channels)
    counts_of = {name: counts for name, counts in every.items() if name}
    used = [s for s in STATUSES if any(c.get(s) for c in every.values())]
    heads = (w("reg_by_channel"), w("col_total"), *(w(f"digital_{s}") for s in used))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (n or w("no_channel"), sum(c.values()), *(c.get(s, 0) for s in used)) for n, c in every.items()
    )
    flat = tuple(_counted(telling, "channel", n, c, {}) for n, c in every.items())
    key, file = "procedures_by_channel", "procedure_breakdowns"
    if not counts_of:
        return Block(key=key, columns=heads, rows=rows, flat=flat, why_empty=w("cmp_why_channel"), file=file)
    shown = list(counts_of.items())[:CHANNELS_SHOWN]
    written = sum(count for channel, _, count in register.channels if channel)
    sentence = w(
        "cmp_sentence_channel", named=w.number(written), largest=shown[0][0], largest_n=w.number(sum(shown[0][1].values()))
    )
    bars = tuple((n, {s: c.get(s, 0) for s in STATUSES}, "") for n, c in shown)
    shape = Shares(bars, _segments(w), w("unit_procedure"))
    notes = [w("channel_top", n=CHANNELS_SHOWN)] if len(counts_of) > CHANNELS_SHOWN else []
    if w.language != SOURCE and any(map(is_japanese, counts_of)):
        notes.append(w("channel_names"))
    return Block(key=key, sentence=sentence, columns=heads, rows=rows, flat=flat, shape=shape, notes=tuple(notes), file=file)


def paper_steps(telling: Telling, register: Counted) -> Block:
    """Count the steps that stay on paper in procedures available online."""
    w, counts_of = telling.words, steps(register.groups)
    online = sum(counts_of["fee"].values())
    is_known = any(counts["unknown"] < online for counts in counts_of.values())
    parts = w("list_comma").join(
        f"{w(f'step_{s}')} {w.number(counts_of[s]['paper'])}" for s in STEPS if counts_of[s]["unknown"] < online
    )
    bars = tuple((w(f"step_{s}"), counts_of[s], "") for s in STEPS)
    block = Block(
        key="procedure_steps", title=w("steps_heading"),
        sentence=w("steps_sentence", online=w.number(online), parts=parts) if is_known else "",
        columns=(w("col_step"), *(w(f"form_{f}") for f in FORMS)),
        rows=tuple((w(f"step_{s}"), *(c[f] for f in FORMS)) for s, c in counts_of.items()),
        flat=tuple({"step": s, **in_both(f"step_{s}"), **{f"{f}_step_count": n for f, n in c.items()}} for s, c in counts_of.items()),
        shape=Shares(bars, tuple((f, w(f"form_{f}")) for f in FORMS), w("unit_procedure")) if is_known else None,
        why_empty=w("steps_why"), file="procedure_steps",
    )  # fmt: skip
    return _taken(block, telling)


def planned_when(telling: Telling, register: Counted) -> Block:
    """Count planned digitisations by date, and those overdue on the day."""
    w = telling.words
    planned = plan(register.planned, register.groups, as_of=telling.as_of)
    rows = [(telling.day(d, p), n, p in SURE and d < telling.as_of, d, p) for d, p, n in planned.by_day]
    merged: dict[str, tuple[int, bool]] = {}
    for label, n, is_past, _, _ in rows:
        count, past = merged.get(label, (0, False))
        merged[label] = (count + n, past or is_past)
    key = "plan_sentence" if planned.overdue else "plan_sentence_none_overdue" if planned.planned else "plan_sentence_none"
    sentence = w(
        key, planned=w.number(planned.planned), overdue=w.number(planned.overdue), as_of=format_date(telling.as_of, w.language)
    )
    sentence += w("plan_undated", undated=w.number(planned.undated)) if planned.undated else ""
    block = Block(
        key="procedure_plan", title=w("plan_heading"),
        sentence=sentence,
        columns=(w("col_due"), w("col_count"), w("col_overdue")),
        rows=tuple((label, n, w("answer_yes") if is_past else "") for label, n, is_past, _, _ in rows),
        flat=tuple(
            {"planned_for": d, "planned_for_precision": p, "procedures_count": n, "is_overdue": is_past} for _, n, is_past, d, p in rows
        ),
        shape=Columns(tuple((label, n, past) for label, (n, past) in merged.items()), w("unit_procedure"), w("plan_past")) if rows else None,
        notes=(w("plan_hatched"),) if planned.overdue else (), file="procedure_plan",
    )  # fmt: skip
    return _taken(block, telling)


def over_time(telling: Telling, register: Counted, total: ProcedureTally) -> Block:
    """Return the cumulative number of digitised procedures by date, where known; with the rate of all listed ones."""
    w, days = telling.words, cumulated(register.digitised)
    online = sum(total.statuses.get(s, 0) for s in ONLINE)
    heads = (w("col_day"), w("col_new"), w("col_so_far"), w("time_share"))
    rows = tuple(
        (format_date(day, w.language), new, so_far, telling.percent(so_far / total.procedures * 100)) for day, new, so_far in days
    )
    flat: tuple[Flat, ...] = tuple(
        {"digitised_date": day, "newly_count": new, "so_far_count": so_far, "so_far_pct": so_far / total.procedures * 100}
        for day, new, so_far in days
    )
    key, name, file = "procedures_over_time", w("time_heading"), "procedures_over_time"
    if not days:
        return Block(key=key, title=name, columns=heads, rows=rows, why_empty=w("time_why", online=w.number(online)), file=file)
    last = days[-1][2]
    sentence = w(
        "time_sentence", dated=w.number(last), first=format_date(days[0][0], w.language), last=format_date(days[-1][0], w.language)
    )
    sentence += w("time_undated", undated=w.number(online - last)) if online > last else ""
    shape = Steps(((w("col_so_far"), tuple((d, n) for d, _, n in days), False),), w("unit_procedure"), w.language)
    block = Block(key=key, title=name, sentence=sentence, columns=heads, rows=rows, flat=flat, shape=shape, file=file)
    return _taken(block, telling)
