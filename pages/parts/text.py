"""Texts of the pages in the viewer's language."""

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
from kpis.errors import MierukaError
from kpis.languages import SOURCE, codes, say
from pages.parts import prose
from telling.words import Words

_ADDRESS_SIGNS = "%/:?#@!$&'*+,;=~[]"  # characters not escaped in an address; round brackets are, since they would end the link
_settled: ContextVar[str] = ContextVar("language", default=SOURCE)  # the default serves pages that fail before the language is set


def settle_language(chosen: str) -> None:
    """Set the language of this run; Japanese if the code is unknown."""
    _settled.set(chosen if chosen in codes() else SOURCE)


def language() -> str:
    """Return the language code of this run."""
    return _settled.get()


def viewer_words() -> Words:
    """Return the words of the viewer's language."""
    return Words(language())


def t(key: str, **values: object) -> str:
    """Return the message of a key in the viewer's language, with values filled in."""
    return say(key, language(), **values)


def escaped_labels(word: Callable[[str], str]) -> Callable[[str], str]:
    """Return ``word`` with Markdown escaped: Streamlit renders option labels as Markdown."""
    return lambda code: markdown(word(code))


def digits(value: float, form: str = ",") -> str:
    """Return a number as text in the viewer's language; ``form`` as in ``text.format_number``."""
    return text.format_number(value, language(), form)


def refusal_box(refusal: MierukaError, icon: str = ":material/block:") -> None:
    """Draw the reason why something was refused, in an error box."""
    prose.error(markdown(refusal.in_language(language())), icon=icon)


def fine_print(markdown: str) -> None:
    """Draw small text with links or badges: in a caption their contrast would be below the 4.5 required by WCAG."""
    prose.markdown(f":small[{markdown}]")


def in_brackets(text: str) -> str:
    """Return a remark in the brackets of the viewer's language."""
    return t("in_brackets", text=text)


def linked(title: str, url: str | None) -> str:
    """Return a title as a Markdown link; as literal text if there is no http(s) address or path."""
    kept = markdown(title.replace("[", "［").replace("]", "］"))
    return f"[{kept}]({quote(url, safe=_ADDRESS_SIGNS)})" if url and url.startswith(("https://", "http://", "/")) else kept


def source_link(source: Any) -> str:
    """Return a source as a Markdown link of its title, marked if the title is not in the viewer's language."""
    return linked(viewer_words().marked(source.title), source.url)


def titled_address(title: str, url: str) -> str:
    """Return an address with a title after ``:~:title=``, for links in a grid.

    A grid takes the label of a link from its address by a pattern (``link_columns``). Browsers treat the part after ``:~:`` as
    directives to themselves: they neither send it nor show it to the page.
    """
    return f"{url}{'' if '#' in url else '#'}:~:title={quote(title, safe='')}"


def grid_source(source: Any) -> str:
    """Return a source as an address with its title (``titled_address``) for a grid; "" if there is none."""
    return titled_address(viewer_words().marked(source.title), source.url) if source else ""


def as_found(text: str, *, is_content: bool) -> str:
    """Return what was found as Markdown: the content of a cell in quotes, what is wrong in words as it is."""
    return t("found_text", text=markdown(text)) if is_content else markdown(text)


def csv_file(table: pd.DataFrame) -> bytes:
    """Return a table as a CSV file: UTF-8 with BOM, texts protected from being read as formulas, numbers as numbers.

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
    """Return the same as ``named`` with Markdown escaped, so that a page shows it literally."""
    return markdown(named(row, field))


def heading_name(name: str) -> str:
    """Return a name as Markdown for a page heading; marked if it is in Japanese and the viewer's language is not."""
    return markdown(viewer_words().marked(name))


def named(row: Mapping[str, Any] | object, field: str = "name") -> str:
    """Return a text field of a row in the viewer's language, else in Japanese."""
    return text.named(row, field, language())
