"""What pages share to show bureaus: coverage, ranked bars, the heat map, breaks of a history."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from charts.heatmap import heatmap
from charts.ranked import ranked
from kpis.bureaus import BureauReport
from kpis.measures import Figure, value_of
from kpis.organisation import Break, RollUp, Unit
from kpis.periods import Period
from kpis.projects import GOOD, JUDGED
from kpis.scorecard import Scored
from kpis.text import format_date, format_value, status_word
from pages.parts import cached
from pages.parts.cards import headline_value, sentence
from pages.parts.entry import as_of, view
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.text import in_brackets, language, named, t
from publishers import summary
from publishers.words import Words

FIVE_LESS = ("paperless", "faxless", "sealless", "cashless", "touchless")
BIG = {"ja": 1e4, "en": 1e6}  # 200,000,000 is no label for an axis


def unit_name(code: str) -> str:
    """Return the name of an organisation unit."""
    unit = cached.organisation().by_code.get(code)
    return unit_label(unit) if unit is not None else code


def chart_name(code: str) -> str:
    """Return the name of an organisation unit as a chart has room for."""
    unit = cached.organisation().by_code.get(code)
    return chart_label(unit) if unit is not None else code


def unit_names(codes: Sequence[str]) -> str:
    """Return the names of organisation units in one line."""
    return t("list_comma").join(unit_name(c) for c in codes)


def unit_label(unit: Unit) -> str:
    """Return a bureau's name; of one that is gone with its last day, since names come back (生活文化局)."""
    return named(unit) + in_brackets(t("ended_on", day=format_date(unit.valid_to, language()))) if unit.valid_to else named(unit)


def chart_label(unit: Unit) -> str:
    """Return a bureau's name as a chart on a phone has room for: of one that is gone, the year in which it ended."""
    return named(unit) + in_brackets(t("ended_year", year=unit.valid_to.year)) if unit.valid_to else named(unit)


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
    definition = item.entry.definition
    value = value_of(definition, figure)
    if value is None:
        return headline_value(item, figure)
    words = format_value(round(value, max(definition.decimals, 1)), definition, language())
    if definition.kind == "reduction":
        parts = (figure.numerator, figure.base_value)
    else:
        parts = (figure.numerator if definition.kind == "ratio" else value, figure.denominator)
    if None in parts or definition.kind == "ceiling":
        return words
    return f"{words} ({parts[0]:,.0f} / {parts[1]:,.0f})"


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
    kept_block(key, lambda: _heat(reports))


def _heat(reports: Sequence[BureauReport]) -> Ready:
    indicators = {
        row["theme"]: row
        for row in reversed(cached.rows("Indicator"))
        if row["is_reported_by_bureaus"] and row["is_headline"] and row["theme"] in FIVE_LESS
    }
    columns = {theme: t(theme) for theme in FIVE_LESS if theme in indicators}
    cells = []
    for report in reports:
        held = {s.entry.definition.code: s for s in report.scored}
        for theme, column in columns.items():
            item = held.get(indicators[theme]["indicator_code"])
            figure = item.judgement.figure if item else None
            status = item.judgement.status if item else "no_data"
            value = value_of(item.entry.definition, figure) if item and figure else None
            cells.append(
                {
                    "row": report.code, "label": chart_label(report.unit), "name": unit_label(report.unit), "column": column, "status": status, "word": t(f"short_{status}"),
                    "value": "" if value is None else f"{value:,.1f}".removesuffix(".0"),
                    "hover": f"{unit_label(report.unit)} {column}<br>{sentence(item.judgement) if item else t('no_report')}",
                    "indicator_code": indicators[theme]["indicator_code"], "number": value,
                    "period_code": figure.period_code if figure else None, "is_sample": bool(figure and figure.is_sample),
                    "unit": indicators[theme]["unit_en"],
                }
            )  # fmt: skip
    frame = pd.DataFrame(cells)
    filled = [c for c in cells if c["status"] != "no_data"]
    judged = [c for c in filled if c["status"] in JUDGED]
    table = pd.DataFrame(
        [
            {
                t("bureau"): name,
                **{c: f"{own[c]['value']} {status_word(own[c]['status'], language())}".strip() for c in columns.values()},
            }
            for name, own in (
                (n, {c["column"]: c for c in cells if c["row"] == r}) for r, n in {c["row"]: c["name"] for c in cells}.items()
            )
        ]
    )
    return ready(
        heatmap(frame, columns=list(columns.values())) if filled else None,
        title=t("heat_title"),
        sentence=t(
            "heat_sentence", bureaus=len(reports), columns=len(columns), filled=len(filled), judged=len(judged),
            good=sum(1 for c in judged if c["status"] in GOOD),
        ),
        table=table,
        csv=frame[["row", "indicator_code", "period_code", "number", "unit", "status", "is_sample"]].rename(
            columns={"row": "bureau_code", "number": "value"}
        )
        if len(frame) else None,
        why_empty=t("heat_none"),
        notes=(t("heat_note"),),
    )  # fmt: skip
