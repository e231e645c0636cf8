"""Files to save and editions to cite: named by what they are, and under no address that others cannot open."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpis.settings import Settings
from telling.citation import citation, edition_address
from telling.file_names import attachment, file_name

pytestmark = pytest.mark.edition

ABOUT = {"edition": 3, "as_of": "2026-03-31", "publisher_ja": "東京都", "publisher_en": "Tokyo", "licence_name": "CC BY 4.0"}


def test_a_file_is_named_by_what_it_is_about() -> None:
    assert (
        file_name("水道局", "令和8年度第2四半期", "", "WATERWORKS", ending=".xlsx") == "水道局_令和8年度第2四半期_WATERWORKS.xlsx"
    )
    assert file_name("../a/b", "c:d\n", ending=".csv") == "a_b_c_d.csv"
    assert attachment("水.csv") == "attachment; filename*=UTF-8''%E6%B0%B4.csv"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8501", "http://localhost:8501", "http://127.0.1.1/x", "http://0.0.0.0:80", "http://[::1]:1"]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_cited_under_an_address_of_this_machine(address: str, language: str) -> None:
    chosen = Settings(PUBLIC_URL=address)  # type: ignore[call-arg]
    assert edition_address(3, chosen) == ""
    cited = citation(ABOUT, chosen, language)
    assert "http" not in cited and "None" not in cited and "、、" not in cited and ", ," not in cited


def test_an_edition_published_without_a_public_address_names_none_anywhere(odd_site: Path) -> None:
    for file in odd_site.rglob("*"):
        if file.suffix in (".html", ".atom", ".xml", ".json", ".jsonld", ".svg", ".txt"):
            assert b"127.0.0.1" not in file.read_bytes(), file
    assert "urn:mieruka" in (odd_site / "feed.atom").read_text(encoding="utf-8")
