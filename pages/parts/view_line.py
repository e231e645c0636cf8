"""The line below the navigation bar: day, state of knowledge, organisation and viewer, with widgets to change them.

The widgets are in an expander, not in a popover: Streamlit removes a closed popover's content from the page, and a value that the
address changed meanwhile would not reach its widget.
"""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.scorecard import VIEWS
from kpis.government import government
from kpis.periods import local_day
from kpis.text import format_date
from pages.parts import address, cached
from pages.parts.choices import settle_choice, settle_day
from pages.parts.edition import draw_known, edition_choice, settle_known
from pages.parts.text import escaped_labels, language, t
from pages.parts.viewer import viewer, viewer_choice, who
from pages.parts.when import as_of, today, view


def settle_view() -> datetime | None:
    """Set the day and organisation of this run before anything is drawn; return the instant (UTC) of knowledge, ``None`` for the latest."""
    known_at = settle_known()
    settle_day("as_of", t("as_of"), first=government().first_day, last=today(), default=today(), is_frame=True)
    settle_choice("view", VIEWS, t("view"), lambda v: t(f"view_{v}"), default=VIEWS[0], is_frame=True, is_default_named=True)
    return known_at


def known_word(known_at: datetime | None) -> str:
    """Return the view in one line of Markdown: day, edition or state of knowledge, organisation, viewer; and that it can be changed."""
    edition = cached.edition()
    parts = [t("view_line_day", day=format_date(as_of(), language()))]
    if edition is not None:
        parts.append(t("view_line_edition", number=edition.number))
    elif known_at is not None:
        parts.append(t("view_line_known", day=format_date(local_day(known_at), language())))
    parts.append(t(f"view_line_{view()}"))
    if viewer().email:
        parts.append(markdown(who()))
    dot = "\N{NO-BREAK SPACE}・ "  # no line break before it
    return f"{dot.join(parts)}:primary[{dot}**{t('view_line_change')}**]"


def view_line(known_at: datetime | None) -> None:
    """Draw the line as an expander with a widget for each of its parts."""
    with st.expander(known_word(known_at), key="view_line"), st.grid("auto", min_column_width=240, vertical_alignment="bottom"):
        for draw in (_day, _organisation, draw_known, edition_choice):
            draw()
        viewer_choice()


def _day() -> None:
    """Draw the selection of the day; without one in the address the view is as of the day on which it is opened."""
    with st.container(gap="xxsmall"):
        st.date_input(t("as_of"), min_value=government().first_day, max_value=today(), **address.bound("as_of"))
        if address.is_chosen("as_of") and cached.edition() is None:
            now = t("as_of_today")
            st.button(now, icon=":material/today:", type="tertiary", on_click=address.reset, args=("as_of",), key="as_of_today")


def _organisation() -> None:
    st.segmented_control(
        t("view"), VIEWS, format_func=escaped_labels(lambda v: t(f"view_{v}")), required=True, help=t("view_help"),
        **address.bound("view"),
    )  # fmt: skip
