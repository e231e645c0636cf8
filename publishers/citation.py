"""How an edition is cited: one line, the same on every page, in the data package and in the feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kpis.settings import Settings
from kpis.text import format_date
from publishers.words import Words


def citation(about: Mapping[str, Any], chosen: Settings, language: str) -> str:
    """Return how to cite an edition: publisher, title, number, day, address, licence.

    Args:
        about: the edition's manifest, or the part of it known before it is written.
        chosen: for the address.
        language: ``ja`` or ``en``.
    """
    words = Words(language)
    return words(
        "citation", publisher=about[f"publisher_{language}"], site=words("site"), number=about["edition"],
        day=format_date(date.fromisoformat(about["as_of"]), language), address=edition_address(about["edition"], chosen),
        licence=about["licence_name"],
    )  # fmt: skip


def edition_address(number: int, chosen: Settings) -> str:
    """Return the lasting address of an edition."""
    return f"{chosen.public_url.rstrip('/')}/editions/{number:04d}/"
