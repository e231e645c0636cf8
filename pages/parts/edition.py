"""The edition that a public page shows and its citation; and the selection of an earlier edition or state of knowledge."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date, datetime
from functools import partial

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import EditionRefused, NotFound
from kpis.government import government
from kpis.periods import last_instant, local_day
from kpis.settings import settings
from kpis.store.store import utc_now
from kpis.text import format_date
from pages.parts import address, cached, prose
from pages.parts.choices import day_between, days_possible, refusal, settle_choice
from pages.parts.text import language, t
from publishers.editions import on_disk
from publishers.editions.on_disk import Edition
from telling.citation import citation, edition_address

ON_A_DAY = "day"


def chosen_edition() -> Edition | None:
    """Return the edition to show in public mode: from the address, else the session's selection, else the current one.

    Returns:
        ``None`` in other modes. If there is no current edition, an error is shown and the run ends.
    """
    chosen = settings()
    if chosen.mode != "public":
        return None
    try:
        pointer = on_disk.pointer(chosen.editions_dir)
        there = _shown_by_number()
    except NotFound:
        pointer, there = None, {}
    if pointer is None or str(pointer.edition) not in there:
        prose.error(t("public_empty"), icon=":material/error:")
        st.stop()
    default = str(pointer.edition)
    return there[
        settle_choice("edition", list(there), t("edition_choose"), partial(_option, there), default=default, is_frame=True)
    ]


def _shown_by_number() -> dict[str, Edition]:
    return {str(edition.number): edition for edition in on_disk.shown(settings().editions_dir)}


def _option(there: dict[str, Edition], number: str) -> str:
    return t("edition_option", number=number, day=format_date(there[number].as_of, language()))


def edition_choice() -> None:
    """Draw the selection of an edition if there are several."""
    if cached.edition() is None:
        return
    there = _shown_by_number()
    if len(there) > 1:
        st.selectbox(t("edition_choose"), list(there), format_func=partial(_option, there), **address.bound("edition"))


_there: ContextVar[dict[str, Edition]] = ContextVar("editions known")  # editions offered in this run, read from disk once


def _editions_known() -> dict[str, Edition]:
    try:
        return _shown_by_number()
    except (EditionRefused, NotFound):
        return {}  # the publishing page shows the reason; current figures are shown all the same


def _known_word(there: dict[str, Edition], choice: str) -> str:
    if choice in there:
        return t("known_edition", number=choice, day=format_date(there[choice].as_of, language()))
    return t("known_on_day" if choice else "known_latest")


def settle_known() -> datetime | None:
    """Return the instant (UTC) as of whose knowledge figures are shown: the end of a day, or an edition's publication.

    Returns:
        ``None`` for the latest knowledge, and in public mode, where the edition determines it.
    """
    if cached.edition() is not None:
        return None
    there, now = _editions_known(), local_day(utc_now())
    _there.set(there)

    def possible() -> str:
        named = t("address_possible", values=t("list_comma").join(f"`{n}` {_known_word(there, n)}" for n in there)) if there else ""
        return f"{days_possible(government().first_day, now)} {named}".strip()

    known_value = address.settle(
        "known", default="", read=lambda raw: raw if raw in there or day_between(raw, government().first_day, now) else None,
        refuse=lambda raw, _: refusal(t("known_as"), raw, t("known_latest"), possible()), is_frame=True, widget=False,
    )  # fmt: skip
    day = day_between(known_value, government().first_day, now)
    if day is None:
        return there[known_value].published_at if known_value in there else None
    return last_instant(day)


def draw_known() -> None:
    """Draw the selection of the state of knowledge: latest, on a day, or at an edition; nothing in public mode."""
    if cached.edition() is not None:
        return
    there, now, known_value = _there.get(), local_day(utc_now()), address.value_of("known")

    day = day_between(known_value, government().first_day, now)
    address.set_widget("known_pick", ON_A_DAY if day else known_value)
    with st.container(gap="xsmall"):
        st.selectbox(
            t("known_as"), ["", ON_A_DAY, *there], format_func=partial(_known_word, there), key="known_pick", help=t("known_help"),
            on_change=_known, args=(now,)
        )  # fmt: skip
        if day is not None:
            address.set_widget("known_day", day)
            first = government().first_day
            st.date_input(t("known_day"), min_value=first, max_value=now, key="known_day", on_change=_known, args=(now,))


def _known(now: date) -> None:
    """Combine the values of two widgets into the part ``known`` of the view: an edition's number or a date."""
    picked, day = st.session_state.get("known_pick") or "", st.session_state.get("known_day")
    address.set_part("known", picked if picked != ON_A_DAY else (day if isinstance(day, date) else now).isoformat())


def known_line() -> None:
    """Draw a notice at the head of a page if it shows an earlier state of knowledge."""
    known_at = cached.moment().known_at
    if known_at is not None:
        prose.info(t("known_line", day=format_date(local_day(known_at), language())), icon=":material/history:")


def edition_line() -> None:
    """Draw the edition's number, date and citation at the foot of every public page; the view line shows the number at the head."""
    edition = cached.edition()
    if edition is not None:
        line = t("edition_line", number=edition.number, day=format_date(edition.as_of, language()))
        prose.caption(f"{line} ・ {cited(edition)}")


def cited(edition: Edition) -> str:
    """Return the citation of an edition as one line of Markdown, its address as a link."""
    address = edition_address(edition.number, settings())
    line = citation(edition.manifest, settings(), language())
    before, _, behind = line.partition(address) if address else (line, "", "")
    link = f"{before[len(before.rstrip()) :]}<{address}>" if address else ""
    return f"{t('edition_cite')}: {markdown(before)}{link}{markdown(behind)}"
