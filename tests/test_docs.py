"""Documentation that can drift is tested."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from kpis.settings import ROOT
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES
from manage import app

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_command_in_the_readme_exists() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"manage\.py (\w+)", README))
    assert named and named <= known
    assert known <= named, "a command is missing from the README"
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"make ([\w-]+)", README)) - {"without"} <= targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_every_file_that_a_recipe_names_exists() -> None:
    places = re.findall(r"`((?:[\w.-]+/)+(?:[\w-]+\.\w+)?)`|`(\w+\.(?:py|md|toml|txt))`", CONTRIBUTING)
    assert len(places) > 50
    assert [place for found in places for place in found if place and not (ROOT / place).exists()] == []


def test_every_test_named_as_an_example_exists() -> None:
    for file, test in re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", CONTRIBUTING):
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), file


def test_every_column_is_in_the_data_dictionary() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, model in {**CATALOGUE_FILES, **OFFICIAL_FILES}.items():
        part = text.split(f"/{name}\n", 1)[1].split("\n## ")[0]
        assert [c for c in model.model_fields if f"| `{c}` |" not in part] == []


def test_every_status_has_words_in_both_languages() -> None:
    from kpis.figures.records import STATUSES
    from kpis.text import status_colour, status_icon, status_word

    for status in STATUSES:
        assert status_word(status, "ja") != status_word(status, "en")
        assert status_icon(status).startswith(":material/") and status_colour(status)


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    assert len(named) > 20 and named <= there, named - there
