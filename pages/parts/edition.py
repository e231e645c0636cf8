"""The edition a public page shows: which one, how to cite it, and the choice of an earlier one."""

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
from pages.parts.choices import cannot, day_between, days_possible, settle_choice
from pages.parts.text import language, t
from publishers.editions import on_disk
from publishers.editions.on_disk import Edition
from telling.citation import citation, edition_address

ON_A_DAY = "day"


def chosen_edition() -> Edition | None:
    """Return the edition to show in public mode: what the address asks for, else what this session chose, else the current."""
    chosen = settings()
    if chosen.mode != "public":
        return None
    try:
        pointer = on_disk.pointer(chosen.editions_dir)
        there = {str(e.number): e for e in on_disk.shown(chosen.editions_dir)}
    except NotFound:
        pointer, there = None, {}
    if pointer is None or str(pointer.edition) not in there:
        prose.error(t("public_empty"), icon=":material/error:")
        st.stop()
    default = str(pointer.edition)
    return there[
        settle_choice("edition", list(there), t("edition_choose"), partial(_option, there), default=default, is_frame=True)
    ]


def _option(there: dict[str, Edition], number: str) -> str:
    return t("edition_option", number=number, day=format_date(there[number].as_of, language()))


def edition_choice() -> None:
    """Offer every edition the public may see."""
    if cached.edition() is None:
        return
    there = {str(e.number): e for e in on_disk.shown(settings().editions_dir)}
    if len(there) > 1:
        st.selectbox(
            t("edition_choose"), list(there), key="edition", format_func=partial(_option, there), on_change=address.moved,
            args=("edition",),
        )  # fmt: skip


_there: ContextVar[dict[str, Edition]] = ContextVar("editions known")  # those that this run offers, read off the disk once


def _editions_known() -> dict[str, Edition]:
    try:
        return {str(e.number): e for e in on_disk.shown(settings().editions_dir)}
    except (EditionRefused, NotFound):
        return {}  # the page of publication says why; figures of now are shown all the same


def _known_word(there: dict[str, Edition], choice: str) -> str:
    if choice in there:
        return t("known_edition", number=choice, day=format_date(there[choice].as_of, language()))
    return t("known_on_day" if choice else "known_latest")


def settle_known() -> datetime | None:
    """Settle what was known on a day or to an edition, which the office may ask for; return the instant chosen (UTC)."""
    if cached.edition() is not None:
        return None
    there, now = _editions_known(), local_day(utc_now())
    _there.set(there)

    def possible() -> str:
        named = t("address_possible", values=t("list_comma").join(f"`{n}` {_known_word(there, n)}" for n in there)) if there else ""
        return f"{days_possible(government().first_day, now)} {named}".strip()

    known_value = address.settle(
        "known", default="", read=lambda raw: raw if raw in there or day_between(raw, government().first_day, now) else None,
        refuse=lambda raw, _: cannot(t("known_as"), raw, t("known_latest"), possible()), is_frame=True, widget=False,
    )  # fmt: skip
    day = day_between(known_value, government().first_day, now)
    if day is None:
        return there[known_value].published_at if known_value in there else None
    return last_instant(day)


def draw_known() -> None:
    """Offer what was known on a day or to an edition, at the office."""
    if cached.edition() is not None:
        return
    there, now, known_value = _there.get(), local_day(utc_now()), address.value_of("known")

    day = day_between(known_value, government().first_day, now)
    address.hand("known_pick", ON_A_DAY if day else known_value)
    with st.container(gap="xsmall"):
        st.selectbox(
            t("known_as"), ["", ON_A_DAY, *there], format_func=partial(_known_word, there), key="known_pick", help=t("known_help"), on_change=_known, args=(now,)
        )  # fmt: skip
        if day is not None:
            address.hand("known_day", day)
            first = government().first_day
            st.date_input(t("known_day"), min_value=first, max_value=now, key="known_day", on_change=_known, args=(now,))


def _known(now: date) -> None:
    """Put together what two widgets say of one part of the view: an edition, or a day."""
    picked, day = st.session_state.get("known_pick") or "", st.session_state.get("known_day")
    address.set_part("known", picked if picked != ON_A_DAY else (day if isinstance(day, date) else now).isoformat())


def known_line() -> None:
    """Say at the head of a page that it shows what was known then, where that was chosen."""
    known_at = cached.moment().known_at
    if known_at is not None:
        prose.info(t("known_line", day=format_date(local_day(known_at), language())), icon=":material/history:")


def edition_line() -> None:
    """Name the edition, its day and how to cite it, at the foot of every public page; the line of the view names it at the head."""
    edition = cached.edition()
    if edition is not None:
        line = t("edition_line", number=edition.number, day=format_date(edition.as_of, language()))
        prose.caption(f"{line} ・ {cited(edition)}")


def cited(edition: Edition) -> str:
    """Return how to cite an edition, as one line of markdown."""
    address = edition_address(edition.number, settings())
    line = citation(edition.manifest, settings(), language())
    before, _, behind = line.partition(address) if address else (line, "", "")
    link = f"{before[len(before.rstrip()) :]}<{address}>" if address else ""
    return f"{t('edition_cite')}: {markdown(before)}{link}{markdown(behind)}"
