"""The download menu under a chart: SVG, PNG, CSV, a link to the view, and code to embed it if published."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial

import streamlit as st

from kpis.as_text import escaped
from kpis.figures.scorecard import Scored
from kpis.settings import settings
from pages.parts import address, cached, prose
from pages.parts.saving import save_button
from pages.parts.text import language, named, t, viewer_words
from pages.parts.when import as_of, view
from publishers.editions.on_disk import SITE
from publishers.fonts import has_japanese
from publishers.site.offered import file_of_card, file_of_chart
from publishers.taken import file_of
from telling.blocks import Block, Telling
from telling.file_names import file_name
from telling.taken import FORMS, NOW, Stand, Taken, name_of_indicator, of_block, of_indicator

_ICONS = {"svg": ":material/polyline:", "png": ":material/image:", "csv": ":material/table_view:"}


def _stand() -> Stand:
    edition = cached.edition()
    return Stand(as_of(), edition.manifest if edition else None, settings(), is_sample=cached.is_sample())


def _made(make: Callable[[], Taken | None], form: str) -> bytes:
    chart = make()
    return file_of(chart, form) if chart else b""


def _offer(make: Callable[[], Taken | None], key: str, *, name: str, alt: Callable[[], str], here: str) -> None:
    """Draw the download menu of a chart; its content is sent when opened, a file made on click, for the day and language of the view.

    Args:
        make: makes the chart.
        name: name under which it is published.
        alt: makes its text alternative.
        here: path of the view that contains it.
    """
    with st.popover(t("taken_save"), type="tertiary", icon=":material/download:", key=f"taken_{key}", on_change="rerun") as shown:
        if shown.open:
            _opened(make, key, name=name, alt=alt, here=here)


def _opened(make: Callable[[], Taken | None], key: str, *, name: str, alt: Callable[[], str], here: str) -> None:
    with st.container(horizontal=True):
        for form in FORMS:
            if form != "png" or has_japanese():
                label = t("taken_numbers") if form == "csv" else form.upper()
                file = file_name(*key.split("_"), as_of().isoformat(), language(), ending=f".{form}")
                save_button(label, partial(_made, make, form), file, icon=_ICONS[form], key=f"taken_{form}_{key}")
    if not has_japanese():
        prose.caption(t("taken_no_png"))
    for label, file in (("taken_chart", file_of_chart(name, language())), ("taken_card", file_of_card(name, language()))):
        if _is_published(f"{file}.svg"):
            prose.caption(t(label))
            st.code(f'<img src="{settings().public_address}/{file}.svg" alt="{escaped(alt())}">', language="html", wrap_lines=True)
    prose.caption(t("taken_link"))
    st.code(f"{settings().public_url.rstrip('/')}{here}", language=None, wrap_lines=True)


def _is_published(file: str) -> bool:
    """Return True if the shown edition has this file at a public address, and the view shows the edition's own day and knowledge."""
    edition = cached.edition()
    is_its_own = edition is not None and as_of() == edition.as_of and cached.moment().known_at is None
    return bool(is_its_own and edition and settings().public_address and f"{SITE}/{file}" in edition.manifest["files"])


def indicator_downloads(item: Scored) -> None:
    """Draw the download menu of an indicator's chart."""
    definition, unit = item.entry.definition, item.entry.unit_code
    telling, stand = Telling(viewer_words(), cached.moment()), _stand()
    _offer(
        lambda: of_indicator(item, telling, stand), f"{definition.code}_{unit}", name=name_of_indicator(item),
        alt=lambda: f"{named(definition)}: {item.sentence(language())}", here=address.path("indicator", code=definition.code),
    )  # fmt: skip


def block_downloads(make: Callable[[], Block], key: str, *, name: str, alt: str) -> None:
    """Draw the download menu of a block's chart; a file made later keeps this run's context (day, language, organisation)."""
    telling, stand, context = Telling(viewer_words(), cached.moment()), _stand(), copy_context()
    name = f"{NOW}{name}" if view() == "now" and _is_published(f"{file_of_chart(f'{NOW}{name}', language())}.svg") else name
    _offer(lambda: of_block(context.copy().run(make), telling, stand), key, name=name, alt=lambda: alt, here=address.here())
