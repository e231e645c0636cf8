"""Documentation that can drift is tested."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from pydantic import SecretStr
from typer.main import get_command

from kpis.settings import ROOT, Settings
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
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"`make ([\w-]+)|^make ([\w-]+)", text, re.M)) <= {
            pair for name in targets for pair in ((name, ""), ("", name))
        }, path
        assert set(re.findall(r"`manage\.py (\w+)", text)) <= known, path


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "data/README.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


@cache
def read(path: Path) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the anchors of a page, as GitHub and the docs site make them, and what it links to and shows; nothing of what stands in code."""
    anchors, links = Counter[str](), []
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    for before, token in pairwise(tokens):
        children = token.children or []
        links += [str(c.attrGet("href") or c.attrGet("src")) for c in children if c.type in ("link_open", "image")]
        links += [str(inner.attrGet("src")) for c in children for inner in (c.children or []) if inner.type == "image"]
        if before.type == "heading_open":
            said = "".join(c.content for c in children if c.type in ("text", "code_inline"))
            anchors[re.sub(r"[^\w\- ]", "", said.lower()).replace(" ", "-")] += 1
    return frozenset(anchors), tuple(links)


def broken(path: Path) -> list[str]:
    """Return the links of a page that lead nowhere within the repository."""
    wrong = []
    for link in read(path)[1]:
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in read(target)[0]):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_and_anchor_leads_somewhere(path: Path) -> None:
    assert broken(path) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n\n[a](#one) [b](#two) [c](there.md) `[d](code.md)` [![e](lost.png)](page.md#one)\n", encoding="utf-8")
    assert broken(page) == ["#two", "there.md", "lost.png"]


def test_the_docs_site_has_every_page_and_copies_what_it_links() -> None:
    named = set(re.findall(r": ([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M))
    assert named == {path.relative_to(ROOT).as_posix() for path in PAGES}
    copied = next(line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "cp --parents" in line).split()
    for path in PAGES:
        for link in read(path)[1]:
            target = (path.parent / unquote(link).partition("#")[0]).resolve()
            if not link.startswith(("http", "#")):
                place = target.relative_to(ROOT).as_posix()
                assert place in copied or place.startswith("docs/"), f"make docs does not copy {place}"


TREES = ("api", "charts", "data", "deploy", "docs", "kpis", "loaders", "pages", "publishers", "telling", "tests", "web")
# A place in the repository: below one of its folders, or a file by its name alone. What follows a dot may be a name within a file.
PLACE = re.compile(rf"`((?:{'|'.join(TREES)})/(?!local)[\w./*-]*|\w+\.(?:py|md|toml))[`:]")


@cache
def names() -> frozenset[str]:
    """Return the names of all files that are kept."""
    return frozenset(path.name for tree in (*TREES, ".streamlit") for path in (ROOT / tree).rglob("*")) | {
        path.name for path in ROOT.iterdir()
    }


def is_there(place: str) -> bool:
    """Say whether there is such a file or folder, or such a function or class in a file."""
    if "/" not in place:
        return place in names()
    path, _, name = place.rpartition(".")
    code = ROOT / f"{path}.py"
    return any(ROOT.glob(place.rstrip("/"))) or (
        code.is_file() and re.search(rf"^(?:def|class) {name}\b", code.read_text(encoding="utf-8"), re.M) is not None
    )


def places(path: Path) -> list[str]:
    """Return the places in the repository that a page names; a line about another one on GitHub names none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [place for line in lines if "GitHub `" not in line for place in PLACE.findall(line)]


@pytest.mark.parametrize(
    "path", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_every_place_that_a_page_names_exists(path: Path) -> None:
    """Of the changelog none: it tells of what was."""
    assert [place for place in places(path) if not is_there(place)] == []


def test_a_place_that_is_gone_is_noticed() -> None:
    assert len(places(ROOT / "CONTRIBUTING.md")) > 50 and len(places(ROOT / "docs" / "architecture.md")) > 100
    assert is_there("kpis/reporting/people.record") and is_there("publishers/site/*.py") and is_there("data/text/ja-Hira/")
    assert not [
        place
        for place in ("kpis/reporting/people.recorded", "publishers/told*.py", "kpis/store/tables.py", "gone.py")
        if is_there(place)
    ]


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
    from kpis.text import status_word

    for status in STATUSES:
        assert status_word(status, "ja") != status_word(status, "en")


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    assert len(named) > 20 and named <= there, named - there


def test_every_setting_is_on_its_page_with_what_it_is_when_it_is_left_out() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", page, re.M))
    assert set(rows) == {field.validation_alias for field in Settings.model_fields.values()}
    for field in Settings.model_fields.values():
        said, usual = rows[str(field.validation_alias)].strip("`"), field.default
        if said in ("none", "as fits"):
            usual = usual.get_secret_value() if isinstance(usual, SecretStr) else usual
            assert not usual, field.validation_alias
        else:
            shown = str(usual).replace(f"{ROOT}/", "").replace("sqlite:////", "sqlite:///")
            assert said.replace("_", "") == shown if isinstance(usual, int) else said == shown, field.validation_alias
