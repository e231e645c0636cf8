"""Widgets whose value is a query parameter of the page, so that a view can be shared by its address.

Each function reads the parameter, says on the page what is wrong with one that cannot be shown (the default is shown instead),
draws the widget and returns its value. Addresses hold codes, days as ISO 8601 and page numbers, never words of one language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from kpis.as_text import markdown
from kpis.periods import parse_day, parse_whole
from kpis.text import format_date
from pages.parts import address
from pages.parts.text import digits, language, offered, t

NAMED = 8  # so many values are named in full where the address asks for another
LONGEST = 60  # letters of what an address asked for


def choose(
    name: str,
    options: Sequence[str],
    label: str,
    word: Callable[[str], str],
    *,
    default: str = "",
    resets: tuple[str, ...] = (),
    is_whole: bool = False,
    unknown: str = "",
) -> str:
    """Show a list whose choice is kept in the address under ``name``.

    Args:
        name: of the query parameter.
        options: codes; the default is added in front where it is not among them.
        label: above the list.
        word: code → word in the viewer's language.
        default: chosen where the address says nothing, and then left out of it.
        resets: other parameters that begin again at a change, as ``page``.
        is_whole: as in ``address.settle``.
        unknown: key of the words for a code that there is not; general words where left out.
    """
    options_shown = list(options) if default in options else [default, *options]
    words = told_apart(options_shown, word)
    chosen = settle_choice(name, options_shown, label, words.__getitem__, default=default, is_whole=is_whole, unknown=unknown)
    st.selectbox(label, options_shown, format_func=words.__getitem__, key=name, on_change=address.moved, args=(name, *resets))
    return chosen


def choose_part(name: str, options: Sequence[str], label: str, word: Callable[[str], str], *, is_label_shown: bool = True) -> str:
    """Show a few choices side by side, the first being the default, kept in the address under ``name``."""
    chosen = settle_choice(name, options, label, word, default=options[0])
    st.segmented_control(
        label, options, format_func=offered(word), key=name, required=True, on_change=address.moved, args=(name,),
        label_visibility="visible" if is_label_shown else "collapsed",
    )  # fmt: skip
    return chosen


def settle_choice(
    name: str,
    options: Sequence[str],
    label: str,
    word: Callable[[str], str],
    *,
    default: str,
    is_frame: bool = False,
    is_whole: bool = False,
    is_default_named: bool = False,
    unknown: str = "",
) -> str:
    """Settle a choice of codes before its widget is drawn; arguments as in ``choose``."""

    def refuse(raw: str, shown: str) -> str:
        if unknown:
            return t(unknown, code=markdown(raw[:LONGEST]), shown=markdown(word(shown)))
        named = t("list_comma").join(f"`{o}` {markdown(word(o))}" for o in options if o) if len(options) <= NAMED else ""
        return cannot(label, raw, word(shown), t("address_possible", values=named) if named else t("address_in_list"))

    return address.settle(
        name, default=default, read=lambda raw: raw if raw in options else None, is_frame=is_frame, is_whole=is_whole,
        is_default_named=is_default_named,
        refuse=refuse,
    )  # fmt: skip


def settle_day(name: str, label: str, *, first: date, last: date, default: date, is_frame: bool = False) -> date:
    """Settle a day before its widget is drawn: between the first and the last, else it is said and the default is shown."""
    return address.settle(
        name, default=default, read=lambda raw: day_between(raw, first, last), write=date.isoformat, is_frame=is_frame, is_default_named=is_frame,
        refuse=lambda raw, shown: cannot(label, raw, format_date(shown, language()), days_possible(first, last)),
    )  # fmt: skip


def choose_day(name: str, label: str, *, first: date, last: date, default: date) -> date:
    """Show a day that is kept in the address under ``name``."""
    chosen = settle_day(name, label, first=first, last=last, default=default)
    st.date_input(label, min_value=first, max_value=last, key=name, on_change=address.moved, args=(name,))
    return chosen


def day_between(raw: str, first: date, last: date) -> date | None:
    """Return the day that a text names; ``None`` where it names none between the first and the last."""
    try:
        day = parse_day(raw)
    except ValueError:
        return None
    return day if first <= day <= last else None


def write_words(name: str, label: str, example: str, *, resets: tuple[str, ...] = ()) -> str:
    """Show a search box whose words are kept in the address under ``name``; the example stands in it while it is empty."""
    most = 100
    words = address.settle(
        name, default="", read=lambda raw: raw if len(raw) <= most else None,
        refuse=lambda raw, _: cannot(label, raw, t("any"), t("address_letters", count=most)),
    )  # fmt: skip
    st.text_input(
        label, max_chars=most, key=name, type="search", icon=":material/search:", placeholder=example, on_change=address.moved,
        args=(name, *resets),
    )  # fmt: skip
    return words.strip()


def turn_pages(name: str, label: str, pages: int) -> int:
    """Return the page chosen, counted from 1 and kept in the address under ``name``; page numbers are shown where there are several."""

    def read(raw: str) -> int | None:
        return parse_whole(raw, most=pages)

    turned = address.settle(
        name, default=1, read=read, refuse=lambda raw, shown: cannot(label, raw, str(shown), t("address_pages", count=digits(pages)))
    )  # fmt: skip
    if pages > 1:
        st.pagination(pages, key=name, on_change=address.moved, args=(name,))
    return turned


def cannot(label: str, raw: str, shown: str, possible: str) -> str:
    """Say that the address asks for what cannot be shown, what is shown instead, and what can be asked for."""
    short = raw if len(raw) <= LONGEST else raw[:LONGEST] + "…"
    return t("address_refused", label=label, asked=markdown(short), shown=markdown(shown), possible=possible)


def days_possible(first: date, last: date) -> str:
    """Say which days an address can name."""
    return t("address_days", first=format_date(first, language()), last=format_date(last, language()), example=last.isoformat())


def told_apart(options: Sequence[str], word: Callable[[str], str]) -> dict[str, str]:
    """Return code → word; codes of the same word are named besides, since a list tells its choices by their words."""
    words = {option: word(option) for option in options}
    counts = Counter(words.values())
    return {option: label if counts[label] == 1 else f"{label} [{option}]" for option, label in words.items()}
