"""The purpose of a page in one sentence above its title, for first-time readers."""

from __future__ import annotations

from typing import Any

from markupsafe import escape

from kpis.government import government
from kpis.languages import has
from pages.parts import address
from pages.parts.text import t


def intro(shown: Any) -> str:
    """Return the introductory sentence of a page as HTML.

    Returns:
        "" for pages that have none, and where the page shows a single subject (except an indicator).
    """
    place = shown.url_path or "overview"
    key = f"intro_{'themes' if place == government().page.address else place}"
    if not has(key) or (address.has_value("code") and place != "indicator"):
        return ""
    return f'<p class="intro">{escape(t(key))}</p>'
