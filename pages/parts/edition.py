"""The edition a public page shows: which one, how to cite it, and the choice of an earlier one."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from kpis.errors import NotFound
from kpis.settings import settings
from kpis.text import format_date
from pages.parts import cached
from pages.parts.text import language, t
from publishers import editions
from publishers.citation import citation, edition_address
from publishers.editions import Edition


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
    """Offer, in the side bar of the office, the figures as they were known to each edition; return the instant chosen."""
    if cached.edition() is not None or not editions.pointer(settings().editions_dir):
        return None
    there = {e.number: e for e in editions.shown(settings().editions_dir)}
    picked = st.selectbox(
        t("known_as"), [0, *there], key="known_edition",
        format_func=lambda n: t("known_edition", number=n, day=format_date(there[n].as_of, language())) if n else t("known_latest"),
    )  # fmt: skip
    if not picked:
        return None
    return there[picked].published_at.replace(tzinfo=None)


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
