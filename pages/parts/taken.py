"""The line under a chart by which people take it away: as SVG, PNG or CSV, as a link, and to embed where it is published."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial

import streamlit as st

from kpis.as_text import escaped
from kpis.figures.scorecard import Scored
from kpis.languages import SOURCE
from kpis.settings import settings
from pages.parts import address, cached
from pages.parts.text import language, named, t
from pages.parts.when import as_of
from publishers.fonts import has_japanese
from publishers.taken import file_of
from telling.blocks import Block, Telling
from telling.file_names import file_name
from telling.taken import FORMS, Stand, Taken, of_block, of_indicator
from telling.words import Words

_ICONS = {"svg": ":material/polyline:", "png": ":material/image:", "csv": ":material/table_view:"}


def _stand() -> Stand:
    edition = cached.edition()
    return Stand(as_of(), edition.manifest if edition else None, settings(), is_sample=cached.is_sample())


def _made(make: Callable[[], Taken | None], form: str) -> bytes:
    taken = make()
    return file_of(taken, form) if taken else b""


def _offer(make: Callable[[], Taken | None], key: str, *, embed: str = "", alt: str = "") -> None:
    """Offer a chart in every form; it is made when it is asked for, of the day and language that the page shows now."""
    with st.popover(t("taken_save"), type="tertiary", icon=":material/download:", key=f"taken_{key}"):
        with st.container(horizontal=True):
            for form, media in FORMS.items():
                if form != "png" or has_japanese():
                    st.download_button(
                        t("taken_numbers") if form == "csv" else form.upper(), partial(_made, make, form),
                        file_name(*key.split("_"), as_of().isoformat(), language(), ending=f".{form}"), media, icon=_ICONS[form],
                        key=f"taken_{form}_{key}", on_click="ignore",
                    )  # fmt: skip
        if not has_japanese():
            st.caption(t("taken_no_png"))
        public = settings().public_address
        if embed and cached.edition() is not None and public:
            ending = "" if language() == SOURCE else f"-{language()}"
            for label, file in ((t("taken_chart"), f"{embed}-chart{ending}.svg"), (t("taken_card"), f"{embed}{ending}.svg")):
                st.caption(label)
                st.code(f'<img src="{public}/embed/{file}" alt="{escaped(alt)}">', language="html", wrap_lines=True)
        st.caption(t("taken_page"))
        here = f"{settings().public_url.rstrip('/')}{address.path(address.page_shown(), **({'code': embed} if embed else {}))}"
        st.code(here, language=None, wrap_lines=True)


def indicator_taken(item: Scored) -> None:
    """Offer the chart of an indicator, where it has one."""
    definition = item.entry.definition
    if not item.figures:
        return
    told, stand = Telling(Words(language()), cached.moment()), _stand()
    _offer(
        lambda: of_indicator(item, told, stand),
        f"{definition.code}_{item.entry.unit_code}",
        embed=definition.code,
        alt=f"{named(definition)}: {item.sentence(language())}",
    )


def block_taken(make: Callable[[], Block], key: str, title: str) -> None:
    """Offer the chart of a block; it is told as this run tells it (day, language, organisation), also when it is asked for later."""
    words, stand, here = Words(language()), _stand(), copy_context()
    _offer(lambda: of_block(here.copy().run(make), words, stand, title=title), key)
