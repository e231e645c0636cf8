"""Words of a catalogue or a government are text also where they are choices side by side, or part of how an edition is cited."""

from __future__ import annotations

import ast
from datetime import date, datetime
from pathlib import Path

import pytest

from kpis.settings import ROOT, settings
from pages.parts.edition import cited
from pages.parts.text import escaped_labels
from publishers.editions.on_disk import Edition
from tests.test_words_of_people import ACTS, marked_up

SIDE_BY_SIDE = ("segmented_control", "radio", "pills")  # Streamlit reads markdown in what these offer
MADE_OF_TEXT = {  # words of ours, whose values were made text before
    ("explain.py", "words.__getitem__"),
    ("several_hands.py", "[f'**{answer}**' for _, answer, _ in offered].__getitem__"),
}


def of_choices() -> list[tuple[str, int, str]]:
    """Return of each such list in the pages the file, the line, and how its words are made."""
    held = []
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SIDE_BY_SIDE:
                how = next((ast.unparse(each.value) for each in node.keywords if each.arg == "format_func"), "")
                held.append((path.name, node.lineno, how))
    return held


def test_choices_side_by_side_are_made_text_before_they_are_offered() -> None:
    lists = of_choices()
    assert len(lists) >= 6, "the search can see"
    left = [
        each for each in lists if not each[2].startswith(("escaped_labels(", "markdown")) and (each[0], each[2]) not in MADE_OF_TEXT
    ]
    assert left == []


def test_what_would_act_in_a_choice_is_shown_as_it_is_written() -> None:
    assert marked_up(ACTS) and not marked_up(escaped_labels(lambda code: f"{code}{ACTS}")("a"))


@pytest.mark.parametrize("address", ["http://127.0.0.1:8501", "https://kpi.example.jp"])  # the first is nobody else's to open
def test_how_an_edition_is_cited_links_to_it_and_to_nothing_else(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    about = {
        "edition": 3, "as_of": "2026-03-31", "publisher_ja": f"都{ACTS}", "publisher_en": f"T{ACTS}", "licence_name": f"CC{ACTS}",
    }  # fmt: skip
    monkeypatch.setenv("PUBLIC_URL", address)
    settings.cache_clear()
    try:
        said = cited(
            Edition(
                number=3, folder=Path(), sha256="", published_at=datetime(2026, 4, 1), as_of=date(2026, 3, 31), note="", rule_version="",
                manifest=about,
            )
        )  # fmt: skip
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    linked = [part.partition(">")[0] for part in said.replace("\\<", "").split("<")[1:]]
    assert not marked_up(said) and [link.startswith(address) for link in linked] == [True] * ("example" in address)
