"""Shared parts of pages about bureaus: names of units, breaks in a series, and an indicator by bureau."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.figures.organisation import Break
from kpis.figures.scorecard import Scored
from kpis.text import format_date
from pages.parts import cached, prose
from pages.parts.choices import choose
from pages.parts.registers import block, telling
from pages.parts.text import language, t, viewer_words
from pages.parts.when import view
from telling import bureaus


def unit_name(code: str) -> str:
    """Return the name of an organisation unit by its code; the code itself if the unit is unknown."""
    unit = cached.moment().organisation.by_code.get(code)
    return viewer_words().unit(unit) if unit is not None else code


def break_line(gap: Break) -> str:
    """Return a sentence on why a series is not continued across a reorganisation."""
    day = format_date(gap.day, language()) if gap.day else t("unknown_day")
    names = t("list_comma").join(map(unit_name, gap.successor_codes))
    return t(f"break_{gap.reason}", day=day, names=names, own=unit_name(gap.unit_code))


def by_bureau(whole: Scored, parts: Sequence[Scored], *, key: str) -> None:
    """Draw one indicator by bureau for a selected period: coverage, ranked bars, table and CSV.

    Args:
        whole: the indicator for its own scope, with which the bureaus' total is compared.
    """
    definition = whole.entry.definition
    periods = cached.made(
        "periods", code=f"{definition.code} {view()}", make=lambda: {f.period_code: f.period for s in parts for f in s.figures},
    )  # fmt: skip
    if not periods:
        prose.info(t("compare_none"), icon=":material/info:")
        return
    ordered = sorted(periods, key=lambda c: (periods[c].end, periods[c].start), reverse=True)
    chosen = choose("period", ordered, t("compare_period"), lambda c: periods[c].label(language()), default=ordered[0])
    block(
        lambda: bureaus.by_bureau(telling(), whole, parts, periods[chosen], name=unit_name),
        key=f"{key}_{definition.code}_by_bureau", suffix=chosen,
    )  # fmt: skip
