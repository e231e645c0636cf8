"""The edition a public page shows: which one, how to cite it, and the choice of an earlier one."""

from __future__ import annotations

from datetime import date, datetime

import streamlit as st

from kpis.errors import NotFound
from kpis.periods import last_instant, local_day
from kpis.settings import settings
from kpis.store import utc_now
from kpis.text import format_date
from pages.parts import cached
from pages.parts.asked import FIRST_DAY, asked_day, follow
from pages.parts.text import language, t
from publishers import editions
from publishers.citation import citation, edition_address
from publishers.editions import Edition

ON_A_DAY = "day"


def chosen_edition() -> Edition | None:
    """Return the edition to show in public mode: what the address asks for, else what this session chose, else the current."""
    chosen = settings()
    if chosen.mode != "public":
        return None
    asked = st.query_params.get("edition") or st.session_state.get("edition")
    try:
        found = editions.chosen(chosen.editions_dir, asked)
    except NotFound:
        found = None
    if found is None:
        st.error(t("public_empty"), icon=":material/error:")
        st.stop()
    return found


def edition_choice() -> None:
    """Offer every edition the public may see, in the side bar."""
    edition = cached.edition()
    if edition is None:
        return
    there = {e.number: e for e in editions.shown(settings().editions_dir)}
    if len(there) < 2:
        return
    picked = st.selectbox(
        t("edition_choose"), list(there), index=list(there).index(edition.number), key=f"edition_choice_{edition.number}",
        format_func=lambda n: t("edition_option", number=n, day=format_date(there[n].as_of, language())),
    )  # fmt: skip
    if picked != edition.number:
        newest = next(iter(there))
        st.session_state["edition"] = None if picked == newest else str(picked)
        if picked == newest:
            st.query_params.pop("edition", None)  # follow whatever comes next
        else:
            st.query_params["edition"] = str(picked)
        st.rerun()


def known_choice() -> datetime | None:
    """Offer, in the side bar of the office, what was known on a day or to an edition; return the instant chosen (UTC)."""
    if cached.edition() is not None:
        return None
    folder = settings().editions_dir
    there = {str(e.number): e for e in editions.shown(folder)} if editions.pointer(folder) else {}

    def word(choice: str) -> str:
        if choice in there:
            return t("known_edition", number=choice, day=format_date(there[choice].as_of, language()))
        return t("known_on_day" if choice else "known_latest")

    now, asked = local_day(utc_now()), st.query_params.get("known", "")
    start = asked_day("known", last=now)
    options = ["", ON_A_DAY, *there]
    first = options.index(asked) if asked in there else int(start is not None)
    picked = st.selectbox(t("known_as"), options, index=first, format_func=word, key="known", help=t("known_help"))
    if picked != ON_A_DAY:
        follow("known", picked)
        return there[picked].published_at if picked in there else None
    day = st.date_input(t("known_day"), value=start or now, min_value=FIRST_DAY, max_value=now, key="known_day")
    follow("known", day.isoformat() if isinstance(day, date) else "")
    return last_instant(day) if isinstance(day, date) else None


def known_line() -> None:
    """Say at the head of a page that it shows what was known then, where that was chosen."""
    known_at = cached.known_at()
    if known_at is not None:
        st.info(t("known_line", day=format_date(local_day(known_at), language())), icon=":material/history:")


def edition_line() -> None:
    """Name the edition, its day and how to cite it, at the head of every public page."""
    edition = cached.edition()
    if edition is not None:
        line = t("edition_line", number=edition.number, day=format_date(edition.as_of, language()))
        st.caption(f"{line} ・ {cited(edition)}")


def cited(edition: Edition) -> str:
    """Return how to cite an edition, as one line of markdown."""
    address = edition_address(edition.number, settings())
    return f"{t('edition_cite')}: {citation(edition.manifest, settings(), language()).replace(address, f'<{address}>')}"
