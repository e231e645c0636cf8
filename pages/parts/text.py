"""The words of the pages in the viewer's language."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from io import StringIO
from typing import Any
from urllib.parse import quote

import pandas as pd

from kpis import text
from kpis.as_text import cell, markdown
from kpis.languages import SOURCE, both, codes, say
from kpis.message import Message
from pages.parts import prose
from telling.words import Words

_ADDRESS_SIGNS = "%/:?#@!$&'*+,;=~[]"  # of an address that stay as they are; brackets would end the link
_settled: ContextVar[str] = ContextVar("language", default=SOURCE)  # a page may fail before its language is known


def settle_language(chosen: str) -> None:
    """Settle the language of this run; Japanese where there is no such language."""
    _settled.set(chosen if chosen in codes() else SOURCE)


def language() -> str:
    """Return the language, as settled when the run began."""
    return _settled.get()


def t(key: str, **values: object) -> str:
    """Return the words for a key in the viewer's language, with values filled in."""
    return say(key, language(), **values)


def offered(word: Callable[[str], str]) -> Callable[[str], str]:
    """Return a word of each choice as text: lists of choices side by side read markdown in it."""
    return lambda code: markdown(word(code))


def digits(value: float, form: str = ",") -> str:
    """Write a number in digits, in the viewer's language; ``form`` as ``text.format_number`` takes it."""
    return text.format_number(value, language(), form)


def fine_print(markdown: str) -> None:
    """Show small text that holds links or badges: a caption fades them below the contrast of 4.5 that WCAG asks for."""
    prose.markdown(f":small[{markdown}]")


def in_brackets(text: str) -> str:
    """Put a remark in brackets, as the viewer's language writes them."""
    return t("in_brackets", text=text)


def linked(title: str, url: str | None) -> str:
    """Return a title as a link in markdown, or as it is where there is no address."""
    kept = markdown(title.replace("[", "［").replace("]", "］"))
    return f"[{kept}]({quote(url, safe=_ADDRESS_SIGNS)})" if url and url.startswith(("https://", "http://", "/")) else kept


def source_link(source: Any) -> str:
    """Return a source as a link by its title in markdown, in words of the viewer's language."""
    return linked(Words(language()).marked(source.title), source.url)


def titled_address(title: str, url: str) -> str:
    """Return an address that carries the title by which a grid shows it, where no browser sends it and no page sees it.

    A grid shows of a link what a pattern finds in its address (``link_columns``). What stands behind ``:~:`` is an instruction to
    the browser, which leaves it out of the address that it opens.
    """
    return f"{url}{'' if '#' in url else '#'}:~:title={quote(title, safe='')}"


def grid_source(source: Any) -> str:
    """Return a source for a column of a grid; a blank where there is none."""
    return titled_address(Words(language()).marked(source.title), source.url) if source else ""


def found_shown(plain: str) -> str:
    """Return what stood in a cell, in the language of the page where the reader of files itself said it: nothing stood there."""
    return t("blank") if plain == both(Message("blank")) else plain


def csv_file(table: pd.DataFrame) -> bytes:
    """Return a table as a CSV file: UTF-8 with BOM, each text a text, also in a spreadsheet; numbers stay numbers.

    Written without pandas, whose ``to_csv`` takes three times as long for the few rows of a page.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([_written(name) for name in table.columns])
    writer.writerows(zip(*([_written(value) for value in column.tolist()] for _, column in table.items()), strict=True))
    return file.getvalue().encode("utf-8-sig")


def _written(value: Any) -> Any:
    if isinstance(value, str):
        return cell(value)
    return "" if pd.isna(value) else value


def shown_name(row: Mapping[str, Any] | object, field: str = "name") -> str:
    """Return a text of a row as ``named`` does, for a page: it shows as it is written."""
    return markdown(named(row, field))


def headed(name: str) -> str:
    """Return a name for the heading of a page, as it is written; marked where it is Japanese and the viewer's words are not."""
    return markdown(Words(language()).marked(name))


def named(row: Mapping[str, Any] | object, field: str = "name") -> str:
    """Return a text of a row in the viewer's language, else in Japanese."""
    return text.named(row, field, language())
