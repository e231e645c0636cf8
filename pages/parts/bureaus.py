"""What pages share to show bureaus: coverage, ranked bars, the heat map, breaks of a history."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from charts.ranked import ranked
from kpis.bureaus import BureauReport
from kpis.measures import Figure, value_of
from kpis.organisation import Break, RollUp, Unit
from kpis.periods import Period
from kpis.scorecard import Scored
from kpis.text import format_date, status_word
from pages.parts import cached
from pages.parts.entry import as_of, view
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.registers import block, telling
from pages.parts.text import language, named, t
from publishers import summary, told_bureaus
from publishers.words import Words

BIG = {"ja": 1e4, "en": 1e6}  # 200,000,000 is no label for an axis


def unit_name(code: str) -> str:
    """Return the name of an organisation unit."""
    unit = cached.organisation().by_code.get(code)
    return unit_label(unit) if unit is not None else code


def unit_names(codes: Sequence[str]) -> str:
    """Return the names of organisation units in one line."""
    return t("list_comma").join(unit_name(c) for c in codes)


def unit_label(unit: Unit) -> str:
    """Return a bureau's name; of one that is gone with its last day, since names come back (生活文化局)."""
    return told_bureaus.unit_label(unit, Words(language()))


def chart_name(code: str) -> str:
    """Return the name of an organisation unit as a chart on a phone has room for."""
    unit = cached.organisation().by_code.get(code)
    return told_bureaus.chart_label(unit, Words(language())) if unit is not None else code


def break_line(found: Break) -> str:
    """Say why a history was not carried across a reorganisation."""
    return t(
        f"break_{found.reason}",
        day=format_date(found.day, language()) if found.day else t("unknown_day"),
        names=unit_names(found.successor_codes),
        own=unit_name(found.unit_code),
    )


def bureau_scored() -> list[Scored]:
    """Return the judgements of bureaus that have figures, in the organisation that the viewer chose."""
    reporting = cached.reporting_units()
    return [s for s in cached.scored(as_of(), view()) if s.entry.unit_code in reporting and not s.entry.is_own_scope and s.figures]


def coverage_lines(item: Scored, rolled: RollUp) -> list[str]:
    """Say what the reports of a period add up to, how complete they are, and who is missing."""
    return summary.coverage_lines(item, rolled, unit_names, Words(language()))


def _label(item: Scored, figure: Figure) -> str:
    return told_bureaus.value_label(item, figure, Words(language()))


def _denominator(item: Scored, figure: Figure) -> float | None:
    return figure.base_value if item.entry.definition.kind == "reduction" else figure.denominator


def parts_by_indicator() -> dict[str, list[Scored]]:
    """Return the judgements of bureaus by indicator, in the organisation that the viewer chose."""

    def make() -> dict[str, list[Scored]]:
        found: dict[str, list[Scored]] = {}
        for item in bureau_scored():
            found.setdefault(item.entry.definition.code, []).append(item)
        return found

    return cached.made("bureau parts", code=view(), as_of=as_of(), language="", make=make)


def by_bureau(whole: Scored, parts: Sequence[Scored], *, key: str) -> None:
    """Show one indicator by bureau for a period: coverage, ranked bars, table and CSV.

    Args:
        whole: the indicator for its own scope, with what reports add up to.
        parts: the same indicator for every bureau.
        key: unique on the page.
    """
    definition = whole.entry.definition
    periods = cached.made(
        "periods", code=f"{definition.code} {view()}", as_of=as_of(), language="",
        make=lambda: {f.period_code: f.period for s in parts for f in s.figures},
    )  # fmt: skip
    if not periods:
        st.info(t("compare_none"), icon=":material/info:")
        return
    ordered = sorted(periods, key=lambda c: (periods[c].end, periods[c].start), reverse=True)
    chosen = st.selectbox(
        t("compare_period"), ordered, format_func=lambda c: periods[c].label(language()), key=f"period_{key}_{definition.code}"
    )
    kept_block(f"{key}_{definition.code}_by_bureau", lambda: _by_bureau(whole, parts, periods[chosen]), suffix=chosen)


def _by_bureau(whole: Scored, parts: Sequence[Scored], period: Period) -> Ready:
    definition, chosen = whole.entry.definition, period.code
    found = [(s, f) for s in parts for f in s.figures if f.period_code == chosen]
    valued = sorted(
        [(s, f, v) for s, f in found if (v := value_of(s.entry.definition, f)) is not None], key=lambda p: -p[2] * definition.sign
    )
    rolled = next((r for r in whole.rolled if r.period_code == chosen), None)
    notes = coverage_lines(whole, rolled) if rolled else []
    known = [d for s, f in found if (d := _denominator(s, f)) is not None]
    if known and min(known) != max(known):
        notes.append(t("denominators_differ", low=f"{min(known):,.0f}", high=f"{max(known):,.0f}"))
    elif definition.unit_ja != "%" and len(valued) > 1:
        notes.append(t("counts_differ"))
    if any(f.is_recast for _, f in found):
        notes.append(t("recast_note"))
    bars = pd.DataFrame(
        [{"name": chart_name(s.entry.unit_code), "value": v, "label": _label(s, f), "is_recast": f.is_recast} for s, f, v in valued]
    )
    sentence_ = ""
    if valued:
        by_value = sorted(valued, key=lambda p: p[2])
        sentence_ = t(
            "compare_sentence",
            period=period.label(language()),
            owing=rolled.owing_count if rolled else len(found),
            reported=rolled.reported_count if rolled else len(found),
            top=unit_name(by_value[-1][0].entry.unit_code),
            top_value=_label(by_value[-1][0], by_value[-1][1]),
            low=unit_name(by_value[0][0].entry.unit_code),
            low_value=_label(by_value[0][0], by_value[0][1]),
        )
    return ready(
        ranked(bars, unit=named(definition, "unit"), big=t("big_unit"), divisor=BIG[language()]) if len(bars) else None,
        sentence=sentence_,
        table=pd.DataFrame(
            [
                {t("bureau"): unit_name(s.entry.unit_code), t("value"): _label(s, f), t("statuses_one"): status_word(s.judgement.status, language()),
                 "n": f.numerator, "d": _denominator(s, f)}
                for s, f in found
            ]
        ),
        csv=pd.DataFrame(
            [
                {"indicator_code": definition.code, "unit_code": s.entry.unit_code, "period_code": f.period_code, "value": f.value,
                 "unit": definition.unit_en, "numerator": f.numerator, "denominator": f.denominator, "base_value": f.base_value,
                 "text_ja": f.text_ja, "is_recast": f.is_recast, "is_sample": f.is_sample, "organisation": view()}
                for s, f in found
            ]
        ),
        why_empty=t("coverage_no_sum", owing=rolled.owing_count if rolled else len(found), reported=len(found)),
        notes=tuple(notes),
    )  # fmt: skip


def heat_block(reports: Sequence[BureauReport], *, key: str) -> None:
    """Show every bureau against the five lesses: status by symbol, word and colour, with value, table and CSV."""
    block(lambda: told_bureaus.heat(telling(), reports, cached.rows("Indicator")), key=key)
