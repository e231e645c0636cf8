"""The citation of an edition: one line, the same on every page, in the data package and in the feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kpis.settings import Settings
from kpis.text import format_date
from telling.words import Words


def citation(about: Mapping[str, Any], chosen: Settings, language: str) -> str:
    """Return the citation of an edition: publisher, title, number, date, address where there is one, licence.

    Args:
        about: the edition's manifest, or the part known before it is written.
    """
    words, address = Words(language), edition_address(about["edition"], chosen)
    return words(
        "citation" if address else "citation_unplaced", publisher=words.named(about, "publisher"), site=words("site"), number=about["edition"],
        day=format_date(date.fromisoformat(about["as_of"]), language), address=address,
        licence=about["licence_name"],
    )  # fmt: skip


def edition_address(number: int, chosen: Settings) -> str:
    """Return the permanent address of an edition; blank if ``PUBLIC_URL`` names none that is publicly reachable."""
    return f"{chosen.public_address}/editions/{number:04d}/" if chosen.public_address else ""
