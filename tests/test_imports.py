"""The rooms and who may import whom, read from the imports themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kpis.settings import ROOT

LEVELS = {"dashboard": 5, "server": 5, "manage": 5, "pages": 4, "loaders": 3, "publishers": 3, "charts": 2, "kpis": 1}
INSIDE_KPIS = {
    "errors": 0,
    "access": 1,
    "periods": 1,
    "settings": 1,
    "text": 1,
    "figures": 2,
    "models": 2,
    "sentences": 3,
    "targets": 2,
    "facilities": 3,
    "forecast": 3,
    "measures": 3,
    "organisation": 3,
    "past": 3,
    "plausible": 3,
    "registers": 3,
    "consistency": 4,
    "scorecard": 4,
    "review": 5,
    "vintages": 5,
    "store": 6,
    "filing": 7,
    "people": 7,
    "register_queries": 7,
    "contradictions": 8,
    "deadlines": 8,
    "reports": 8,
    "submissions": 9,
}
FORBIDDEN = {
    "kpis": {"streamlit", "plotly", "openpyxl"},
    "charts": {"streamlit", "sqlmodel", "sqlalchemy"},
    "loaders": {"streamlit", "plotly"},
    "publishers": {"streamlit"},
}
NO_SESSION = {
    "figures",
    "plausible",
    "sentences",
    "measures",
    "periods",
    "scorecard",
    "text",
    "forecast",
    "access",
    "review",
    "organisation",
    "consistency",
    "registers",
    "facilities",
}


def imports_of(source: str) -> set[str]:
    """Return every module a source text imports, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def faults(path: Path, source: str) -> list[str]:
    """Return the import rules that a file breaks; ``path`` is relative to the repository."""
    room = path.parts[0].removesuffix(".py")
    own = path.stem
    wrong = []
    for name in imports_of(source):
        parts = name.split(".")
        top = parts[0]
        if top in FORBIDDEN.get(room, ()) and "migrations" not in path.parts:
            wrong.append(f"{path}: {room} must not import {top}")
        if top in LEVELS and top != room and LEVELS[top] >= LEVELS[room]:
            wrong.append(f"{path}: {room} must not import {top}")
        if room == "kpis" and own in NO_SESSION and top in ("sqlmodel", "sqlalchemy"):
            wrong.append(f"{path}: {own} must not see a session")
        if room == "kpis" and top == "kpis" and own in INSIDE_KPIS:
            seen = parts[1] if parts[1] in INSIDE_KPIS else (parts[2] if len(parts) > 2 else "")
            if seen in INSIDE_KPIS and seen != own and INSIDE_KPIS[seen] > INSIDE_KPIS[own]:
                wrong.append(f"{path}: kpis.{own} must not import kpis.{seen}")
        if parts[-1] in ("create_engine", "sessionmaker") and path.as_posix() != "kpis/store.py":
            wrong.append(f"{path}: only kpis/store.py opens sessions")
    return wrong


def test_every_file_keeps_to_the_rooms() -> None:
    """No room imports one to its left, and only the store opens sessions."""
    files = [p for room in LEVELS for p in [*ROOT.glob(f"{room}.py"), *(ROOT / room).rglob("*.py")]]
    assert len(files) > 25
    wrong = [f for p in files for f in faults(p.relative_to(ROOT), p.read_text(encoding="utf-8"))]
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("kpis/measures.py", "from kpis.store import Store"),
        ("kpis/measures.py", "import sqlalchemy"),
        ("kpis/store.py", "import streamlit"),
        ("loaders/load.py", "from publishers import api"),
        ("charts/style.py", "import streamlit as st"),
        ("charts/style.py", "from loaders.load import load_file"),
        ("loaders/load.py", "from pages.parts.text import t"),
        ("pages/overview.py", "from sqlalchemy import create_engine"),
    ],
)
def test_a_planted_fault_is_found(path: str, source: str) -> None:
    """The checker itself can fail."""
    assert faults(Path(path), source)
