"""The tables of registers, worked out from the open API alone: header and rows as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping

from kpis.figures.facilities import STATUSES as CASHLESS
from kpis.figures.registers import FORMS
from kpis.figures.registers import STATUSES as DIGITAL
from kpis.government import government
from kpis.languages import say
from kpis.periods import parse_period
from kpis.text import format_count, format_percent
from tests.publishers.ledger import Item, Ledger, Table
from tests.publishers.tabled import count


def percent(value: float | None) -> str:
    """Write a percentage of a register."""
    return "―" if value is None else format_percent(value)


def large(ledger: Ledger, value: float | None) -> str:
    """Write a count, large ones shortened."""
    if value is None:
        return "―"
    return format_count(value, ledger.language)


def published_totals(ledger: Ledger, summary: Item) -> Table:
    """Return what was published beside what the register adds up to."""
    w = ledger.words
    header = [
        w(k)
        for k in (
            "col_indicator",
            "period",
            "col_published",
            "col_published_total",
            "col_total_unit",
            "col_list_done",
            "col_list_total",
            "col_difference",
        )
    ]
    return header, [
        [w.named(ledger.indicators[p["indicator"]]), parse_period(p["period"]).label(ledger.language), ledger.about(ledger.value({"code": p["indicator"]}, p["published_value"]), p["is_approximate"]),
         published_total(ledger, p), _unit(ledger, p["indicator"]), f"{p['register_done_count']:,}", f"{p['register_count']:,}",
         "―" if is_rough(p) or p["unit"] == say("unit_process", "ja") or p["published_denominator"] is None else f"{p['register_count'] - p['published_denominator']:+,.0f}".replace("-", "−")]
        for p in summary["published"]
    ]  # fmt: skip


def is_rough(p: Item) -> bool:
    """Return whether a published total is about: where its figure is, and the number is round, or by the catalogue."""
    total = p["published_denominator"]
    return total is not None and total % 100 == 0 and (p["is_approximate"] or p["indicator"] in government().about_totals)


def published_total(ledger: Ledger, p: Item) -> str:
    """Write a published total."""
    return ledger.about(large(ledger, p["published_denominator"]), is_rough(p))


def _unit(ledger: Ledger, code: str) -> str:
    """Return what the total of an indicator counts."""
    unit = ledger.words.named(ledger.indicators[code], "unit")
    return ledger.words("unit_procedure") if unit == "%" else unit


def procedures_by(ledger: Ledger, dimension: str, parts: Mapping[str, Item], words: Mapping[str, str]) -> Table:
    """Return the table of procedures by one dimension."""
    w = ledger.words
    used = [s for s in DIGITAL if any(c["statuses"][s] for c in parts.values())]
    header = [w(f"reg_by_{dimension}"), w("col_total"), *(w(f"digital_{s}") for s in used), w("col_rate"), w("col_cases"), w("col_cases_rate"),
              w("col_usage"), w("col_usage_all")]  # fmt: skip
    return header, [
        [words[v], str(c["procedures_count"]), *(str(c["statuses"][s]) for s in used), percent(c["rate_pct"]), count(c["applications_count"] or None),
         percent(c["applications_rate_pct"]), percent(c["usage_of_online_pct"]), percent(c["usage_of_all_pct"])]
        for v, c in parts.items()
    ]  # fmt: skip


def channel_table(ledger: Ledger, parts: Mapping[str, Mapping[str, int]]) -> Table:
    """Return the table of procedures by channel."""
    w = ledger.words
    used = [s for s in DIGITAL if any(c.get(s) for c in parts.values())]
    header = [w("reg_by_channel"), w("col_total"), *(w(f"digital_{s}") for s in used)]
    rows = [[w("no_channel") if n == "-" else n, str(sum(c.values())), *(str(c.get(s, 0)) for s in used)] for n, c in parts.items()]
    return header, rows


def step_table(ledger: Ledger, steps: Mapping[str, Mapping[str, int]]) -> Table:
    """Return the table of steps on paper."""
    w = ledger.words
    return [w("col_step"), *(w(f"form_{f}") for f in FORMS)], [
        [w(f"step_{s}"), *(str(c[f]) for f in FORMS)] for s, c in steps.items()
    ]


def statuses_by(ledger: Ledger, title: str, parts: Mapping[str, Mapping[str, int]]) -> Table:
    """Return the table of facilities by bureau, kind or place."""
    header = [title, ledger.words("fac_total"), *(ledger.words(f"cashless_{s}") for s in CASHLESS)]
    return header, [[name, str(sum(c.values())), *(str(c[s]) for s in CASHLESS)] for name, c in parts.items()]
