"""The rooms and who may import whom, read from the imports themselves: no arrow upwards, no circle anywhere, one module opens sessions."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from kpis.settings import ROOT
from tests import rooms

LEVELS = {**rooms.LEVELS, **dict.fromkeys(rooms.FRAME, 1 + max(rooms.LEVELS.values()))}
# The same inside kpis: what stands at its top, the declarations of what is stored, then the rooms on them.
INSIDE_KPIS = {
    "as_text": 0, "message": 0, "languages": 0, "declared": 0, "faults": 0, "government": 0, "government_files": 0, "errors": 0, "vocabulary": 0, "reporting_vocabulary": 0, "kinds": 0, "settings": 0, "periods": 0, "text": 0, "line_breaks": 0, "secrecy": 0, "grouped": 0, "collector": 0, "once": 0, "seen": 0,
    "store.fields": 1, "store.tables": 1, "figures": 2, "registers": 3, "store": 3, "state": 4, "moment": 4, "terminal": 4, "voices": 4, "reporting": 5,
}  # fmt: skip
FORBIDDEN = {
    "kpis": {"streamlit", "plotly", "openpyxl"},
    "charts": {"streamlit", "sqlmodel", "sqlalchemy"},
    "telling": {"streamlit", "plotly", "sqlmodel", "sqlalchemy", "jinja2"},
    "loaders": {"streamlit", "plotly"},
    "publishers": {"streamlit"},
    "api": {"streamlit", "plotly"},
}
DATABASE = {"sqlmodel", "sqlalchemy"}
OPENS = {"create_engine": "kpis/store/engine.py", "sessionmaker": "kpis/store/store.py"}


def imports_of(source: str) -> set[str]:
    """Return every module a source text imports, as dotted names; those within functions and for types alone too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def inside_kpis(parts: Sequence[str]) -> str:
    """Return the room of kpis that a module stands in, by the parts of its path or name after ``kpis``."""
    both = ".".join(parts[:2])
    return both if both in INSIDE_KPIS else parts[0]


def faults(path: Path, source: str) -> list[str]:
    """Return the import rules that a file breaks; ``path`` is relative to the repository."""
    room = path.parts[0].removesuffix(".py")
    own = inside_kpis(path.with_suffix("").parts[1:]) if room == "kpis" else ""
    wrong = []
    for name in imports_of(source):
        parts = name.split(".")
        top = parts[0]
        if top in FORBIDDEN.get(room, ()) and "migrations" not in path.parts:
            wrong.append(f"{path}: {room} must not import {top}")
        if top in LEVELS and top != room and LEVELS[top] >= LEVELS[room]:
            wrong.append(f"{path}: {room} must not import {top}")
        if own in INSIDE_KPIS and not own.startswith("store") and INSIDE_KPIS[own] < INSIDE_KPIS["store"] and top in DATABASE:
            wrong.append(f"{path}: {own} must not see a session")
        if room == "kpis" and top == "kpis" and INSIDE_KPIS[inside_kpis(parts[1:])] > INSIDE_KPIS[own]:
            wrong.append(f"{path}: kpis.{own} must not import kpis.{inside_kpis(parts[1:])}")
        if path.as_posix() != (opens := OPENS.get(parts[-1], path.as_posix())):
            wrong.append(f"{path}: only {opens} opens sessions")
    return wrong


def circles(sources: Mapping[str, str]) -> list[list[str]]:
    """Return the groups of modules that reach each other by their imports; ``sources`` is the text of each by its dotted name."""
    reached: dict[str, set[str]] = {}
    for module, source in sources.items():
        seen = imports_of(source)
        reached[module] = {m for m in sources if m != module and any(name == m or name.startswith(m + ".") for name in seen)}
    order = dict(reached)
    while True:  # what imports nothing that is left, and what nothing imports, is in no circle
        imported = set().union(*order.values()) if order else set()
        kept = {m: reached[m] & order.keys() for m in order if reached[m] & order.keys() and m in imported}
        if kept.keys() == order.keys():
            return [sorted(order)] if order else []
        order = kept


def product() -> list[Path]:
    return [p for room in LEVELS for p in [*ROOT.glob(f"{room}.py"), *(ROOT / room).rglob("*.py")]]


def test_every_file_keeps_to_the_rooms() -> None:
    """No room imports one above it, and only the store opens sessions."""
    files = product()
    assert len(files) > 100
    assert {p.relative_to(ROOT).parts[1].removesuffix(".py") for p in files if p.is_relative_to(ROOT / "kpis")} - {"__init__"} == {
        room.split(".")[0] for room in INSIDE_KPIS
    }, "every file of kpis stands in one of its rooms"
    wrong = [f for p in files for f in faults(p.relative_to(ROOT), p.read_text(encoding="utf-8"))]
    assert wrong == []


def test_there_is_no_circle_anywhere() -> None:
    """Also not inside a room, nor by an import that waits inside a function or is for types alone."""
    named = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in product() if p.name != "__init__.py"}
    assert circles({name: p.read_text(encoding="utf-8") for name, p in named.items()}) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("kpis/figures/measures.py", "from kpis.store.store import Store"),
        ("kpis/figures/projects.py", "from kpis.store.store import Store"),
        ("kpis/figures/projects.py", "from kpis.store import queries"),
        ("kpis/store/tables/projects.py", "from kpis.figures.projects import slip"),
        ("kpis/store/tables/projects.py", "from kpis.store.store import Store"),
        ("kpis/figures/bureaus.py", "from kpis.reporting.submissions import submit"),
        ("kpis/figures/measures.py", "import sqlalchemy"),
        ("kpis/periods.py", "from kpis.figures.records import Figure"),
        ("kpis/store/vintages.py", "from kpis.reporting import people"),
        ("kpis/store/queries.py", "from kpis.moment import Moment"),
        ("kpis/moment.py", "from kpis.reporting import people"),
        ("kpis/store/store.py", "import streamlit"),
        ("loaders/load.py", "from publishers.site import feed"),
        ("publishers/site/feed.py", "from loaders.load import load_file"),
        ("publishers/site/site.py", "from api.routes import status_json"),
        ("api/routes.py", "from pages.parts.text import t"),
        ("telling/blocks.py", "from publishers.site.site import Site"),
        ("telling/blocks.py", "import plotly.graph_objects as go"),
        ("charts/style.py", "import streamlit as st"),
        ("charts/style.py", "from telling.words import Words"),
        ("loaders/load.py", "from pages.parts.text import t"),
        ("pages/overview.py", "from sqlalchemy import create_engine"),
        ("pages/overview.py", "def late():\n    from server import app"),
    ],
)
def test_a_planted_fault_is_found(path: str, source: str) -> None:
    """The checker itself can fail."""
    assert faults(Path(path), source)


@pytest.mark.parametrize(
    "sources",
    [
        {"loaders.a": "from loaders.b import x", "loaders.b": "from loaders import a"},
        {
            "loaders.a": "from loaders.b import x",
            "loaders.b": "import loaders.c",
            "loaders.c": "def f():\n    from loaders.a import y",
        },
        {"a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from b import B", "b": "import a", "c": "import a"},
    ],
)
def test_a_planted_circle_is_found(sources: dict[str, str]) -> None:
    assert (circles(sources) and "c" not in circles(sources)[0]) or "loaders.c" in circles(sources)[0]


def test_what_leads_one_way_is_no_circle() -> None:
    assert circles({"a": "import b\nimport c", "b": "import c", "c": "import json"}) == []
