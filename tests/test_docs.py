"""Documentation that can drift is tested."""

from __future__ import annotations

import re

from typer.main import get_command

from kpis.settings import ROOT
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES
from manage import app

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_in_the_readme_exists() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"manage\.py (\w+)", README))
    assert named and named <= known
    assert known <= named, "a command is missing from the README"
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"make (\w+)", README)) - {"without"} <= targets


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links and all((ROOT / link).exists() for link in links)


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
