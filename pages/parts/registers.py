"""What the pages of registers share: cards, percentages, days with their precision, and charts kept once made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from kpis.bureaus import home
from kpis.periods import local_day
from kpis.scorecard import Scored
from kpis.settings import settings
from kpis.text import format_date, known_day
from pages.parts import cached
from pages.parts.entry import as_of, view
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.text import fine_print, language, linked, named, t

Block = dict[str, Any]


def percent(value: float | None) -> str:
    """Write a percentage, or a dash where there is none."""
    return "―" if value is None else f"{value:.1f} %"


def number(value: float | None) -> str:
    """Write a count with thousands, large ones in 万 or millions, or a dash."""
    if value is None:
        return "―"
    if value >= 1_000_000:
        return f"{value / 1e6:,.1f} million" if language() == "en" else f"{value / 1e4:,.0f}万"
    return f"{value:,.0f}"


def day_word(day: date | None, precision: str) -> str:
    """Write a day as exactly as it is known: the day, its month, quarter or fiscal year, or that year and later."""
    return known_day(day, precision, language())


def card(title: str, value: str, note: str) -> None:
    """Show one headline number with what it means."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**\n### {value}")
        st.caption(note)


def block(key: str, make: Callable[[], Block], *, suffix: str = "") -> None:
    """Show a chart with its sentence, table and CSV, made once per revision, day, language, organisation and suffix."""

    def made() -> Ready:
        parts = make()
        return ready(parts.pop("figure", None), **parts)

    kept_block(key, made, suffix=suffix)


def bureau_names() -> dict[str, str]:
    """Return the name of each organisation unit by code, in catalogue order; the blank code says that none is stated."""
    return {**{row["bureau_code"]: named(row) for row in cached.rows("Bureau")}, "": t("reg_no_bureau")}


def shown_under(code: str) -> str:
    """Return the bureau under which a bureau's rows are shown in the organisation that the viewer chose."""
    return home(cached.organisation(), code, as_of=as_of(), view=view())


def published(theme: str, *kinds: str) -> Scored | None:
    """Return the judgement of the first indicator of a theme and kind that has a figure, of its own scope."""
    return next(
        (
            s for kind in kinds for s in cached.scored(as_of())
            if s.entry.theme == theme and s.entry.definition.kind == kind and s.entry.is_own_scope and s.judgement.figure
        ),
        None,
    )  # fmt: skip


def facts(rows: list[tuple[str, str]]) -> None:
    """Show names and values that are not blank, one below the other."""
    shown = [(name, value) for name, value in rows if value]
    st.table(pd.DataFrame(shown, columns=[t("item"), t("value")]).set_index(t("item")))


def not_loaded(table: str, how: str) -> None:
    """Say how a register is loaded; or, where it is only that nothing of it was known at the instant chosen, when it came."""
    first, known_at = cached.first_known(table), cached.known_at()
    if known_at is not None and first is not None and first > known_at:
        how = t("register_not_yet", day=format_date(local_day(first), language()))
    st.info(how, icon=":material/info:")


def when() -> dict[str, str]:
    """Return the day and the instant chosen as the open API takes them; the instant only where one was chosen."""
    known_at = cached.known_at()
    return {"as_of": as_of().isoformat(), **({"known_at": known_at.isoformat()} if known_at else {})}


def same_numbers(path: str) -> None:
    """Point to the same numbers in the open API, where it is open."""
    if settings().mode != "office":
        fine_print(f"{t('numbers_api')}{linked(path, f'{path}?{urlencode(when())}')}")
