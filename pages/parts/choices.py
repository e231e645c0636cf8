"""Widgets whose value is a query parameter of the page, so that a view can be shared by its address.

Each function reads the parameter, reports one that cannot be shown on the page (and shows the default instead), draws the
widget and returns its value. Addresses contain codes, ISO 8601 dates and page numbers, never words of a language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from kpis.as_text import markdown
from kpis.periods import parse_day, parse_whole
from kpis.text import format_date
from pages.parts import address
from pages.parts.text import digits, escaped_labels, language, t

NAMED = 8  # maximum number of possible values that the notice on a wrong parameter lists
LONGEST = 60  # maximum characters of a wrong parameter quoted in a notice


def choose(
    name: str, options: Sequence[str], label: str, word: Callable[[str], str], *, default: str = "", resets: tuple[str, ...] = (),
    **more: Any,
) -> str:  # fmt: skip
    """Draw a select box bound to the query parameter ``name``, and return the selected code.

    Args:
        name: the query parameter.
        options: codes; the default is put in front if it is not among them.
        word: code → text in the viewer's language.
        default: selected if the address has no value, and omitted from the address.
        resets: other parameters to set back at a change, as ``page``.
        more: further arguments of ``settle_choice``.
    """
    options_shown = list(options) if default in options else [default, *options]
    words = distinct_labels(options_shown, word)
    chosen = settle_choice(name, options_shown, label, words.__getitem__, default=default, **more)
    address.set_label(name, words[chosen])
    st.selectbox(label, options_shown, format_func=words.__getitem__, **address.bound(name, *resets))
    return chosen


def filter_by(name: str, options: Sequence[str], label: str, word: Callable[[str], str], *, resets: tuple[str, ...] = ()) -> str:
    """Draw a select box that narrows a list, and return the selected code; blank, shown as any, narrows nothing."""
    return choose(name, options, label, lambda code: word(code) if code else t("any"), resets=resets)


def choose_part(name: str, options: Sequence[str], label: str, word: Callable[[str], str], *, is_label_shown: bool = True) -> str:
    """Draw a segmented control bound to the query parameter ``name``, and return the selected code; the first option is the default."""
    chosen = settle_choice(name, options, label, word, default=options[0])
    st.segmented_control(
        label, options, format_func=escaped_labels(word), required=True, **address.bound(name),
        label_visibility="visible" if is_label_shown else "collapsed",
    )  # fmt: skip
    return chosen


def settle_choice(
    name: str, options: Sequence[str], label: str, word: Callable[[str], str], *, default: str, unknown: str = "", **more: Any
) -> str:
    """Return the value of a selection of codes before its widget is drawn; its arguments are those of ``choose``.

    Args:
        unknown: message key of the notice on an unknown code; "" for a general notice.
        more: of ``address.settle``.
    """

    def refuse(raw: str, shown: str) -> str:
        if unknown:
            return t(unknown, code=markdown(raw[:LONGEST]), shown=markdown(word(shown)))
        named = t("list_comma").join(f"`{o}` {markdown(word(o))}" for o in options if o) if len(options) <= NAMED else ""
        return refusal(label, raw, word(shown), t("address_possible", values=named) if named else t("address_in_list"))

    return address.settle(name, default=default, read=lambda raw: raw if raw in options else None, refuse=refuse, **more)


def settle_day(name: str, label: str, *, first: date, last: date, default: date, is_frame: bool = False) -> date:
    """Return the value of a date parameter before its widget is drawn; one not from first to last is reported, and the default used."""
    return address.settle(
        name, default=default, read=lambda raw: day_between(raw, first, last), write=date.isoformat, is_frame=is_frame, is_default_named=is_frame,
        refuse=lambda raw, shown: refusal(label, raw, format_date(shown, language()), days_possible(first, last)),
    )  # fmt: skip


def choose_day(name: str, label: str, *, first: date, last: date, default: date) -> date:
    """Draw a date input bound to the query parameter ``name``, and return the selected date."""
    chosen = settle_day(name, label, first=first, last=last, default=default)
    st.date_input(label, min_value=first, max_value=last, **address.bound(name))
    return chosen


def day_between(raw: str, first: date, last: date) -> date | None:
    """Parse a date; return ``None`` if the text is no date or lies outside first to last (both inclusive)."""
    try:
        day = parse_day(raw)
    except ValueError:
        return None
    return day if first <= day <= last else None


def search_input(name: str, label: str, example: str, *, resets: tuple[str, ...] = ()) -> str:
    """Draw a search box bound to the query parameter ``name``, and return the stripped text; ``example`` is its placeholder."""
    most = 100
    words = address.settle(
        name, default="", read=lambda raw: raw if len(raw) <= most else None,
        refuse=lambda raw, _: refusal(label, raw, t("any"), t("address_letters", count=most)),
    )  # fmt: skip
    st.text_input(
        label, max_chars=most, type="search", icon=":material/search:", placeholder=example, **address.bound(name, *resets),
    )  # fmt: skip
    return words.strip()


def choose_page(name: str, label: str, pages: int) -> int:
    """Draw page numbers bound to the query parameter ``name`` if there are several pages; return the selected page, from 1."""

    def read(raw: str) -> int | None:
        return parse_whole(raw, most=pages)

    turned = address.settle(
        name, default=1, read=read, refuse=lambda raw, shown: refusal(label, raw, str(shown), t("address_pages", count=digits(pages)))
    )  # fmt: skip
    if pages > 1:
        st.pagination(pages, **address.bound(name))
    return turned


def refusal(label: str, raw: str, shown: str, possible: str) -> str:
    """Return a notice that a parameter cannot be shown: its text, what is shown instead, and possible values."""
    short = raw if len(raw) <= LONGEST else raw[:LONGEST] + "…"
    return t("address_refused", label=label, asked=markdown(short), shown=markdown(shown), possible=possible)


def days_possible(first: date, last: date) -> str:
    """Return a text on which dates an address can contain, with an example."""
    return t("address_days", first=format_date(first, language()), last=format_date(last, language()), example=last.isoformat())


def distinct_labels(options: Sequence[str], word: Callable[[str], str]) -> dict[str, str]:
    """Return code → label; equal labels get their code in brackets, since a select box identifies options by label."""
    words = {option: word(option) for option in options}
    counts = Counter(words.values())
    return {option: label if counts[label] == 1 else f"{label} [{option}]" for option, label in words.items()}
