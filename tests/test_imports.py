"""The rooms and who may import whom, read from the imports themselves: no arrow upwards, no circle anywhere, one module opens sessions."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from kpis.settings import ROOT
from tests import rooms

LEVELS = {**rooms.LEVELS, **dict.fromkeys(rooms.FRAME, 1 + max(rooms.LEVELS.values()))}
# The same inside kpis: what stands at its top, the declarations of what is stored, then the rooms on them.
INSIDE_KPIS = {
    "as_text": 0, "message": 0, "languages": 0, "declared": 0, "faults": 0, "government": 0, "government_files": 0, "errors": 0, "vocabulary": 0, "reporting_vocabulary": 0, "kinds": 0, "settings": 0, "periods": 0, "text": 0, "line_breaks": 0, "secrecy": 0, "grouped": 0, "collector": 0, "memory": 0, "once": 0, "outgoing": 0, "networks": 0, "seen": 0,
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
# What opens a database or a session, and the files that may: of the store; of an edition and of a backup, each one file read or written by SQL.
OPENS = {
    "create_engine": ("kpis/store/engine.py",), "sessionmaker": (), "scoped_session": (), "Session": ("kpis/store/store.py",),
    "sqlite3.connect": ("kpis/store/engine.py", "publishers/editions/public_tables.py", "publishers/editions/verify.py", "publishers/backup.py"),
    "psycopg.connect": (),
}  # fmt: skip
# Ways to import what no reader of the imports sees.
HIDDEN = {
    "importlib", "importlib.import_module", "importlib.util", "imp", "runpy", "pkgutil", "__import__", "exec", "eval", "sys.modules",
}  # fmt: skip


def dotted(node: ast.AST) -> str:
    """Return a name as it stands in the source, as ``sqlite3.connect``; a blank for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source)))


def imports_of(source: str) -> set[str]:
    """Return every module a source text imports, as dotted names; those within functions and for types alone too.

    A name that begins with a dot is imported by its place: no file of the product does, so that an import says where it leads.
    """
    names = set()
    for node in nodes(source):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
    return names


def called(source: str) -> set[str]:
    """Return every name that a source text calls or reaches into: ``Session``, ``sqlalchemy.create_engine``."""
    return {dotted(n.func if isinstance(n, ast.Call) else n) for n in nodes(source) if isinstance(n, ast.Call | ast.Attribute)}


def inside_kpis(parts: Sequence[str]) -> str:
    """Return the room of kpis that a module stands in, by the parts of its path or name after ``kpis``."""
    both = ".".join(parts[:2])
    return both if both in INSIDE_KPIS else parts[0]


def faults(path: Path, source: str) -> list[str]:
    """Return the import rules that a file breaks; ``path`` is relative to the repository."""
    room = path.parts[0].removesuffix(".py")
    if room not in LEVELS:
        return [f"{path}: stands in no room"]
    own = inside_kpis(path.with_suffix("").parts[1:]) if room == "kpis" else ""
    wrong = []
    imported, calls = imports_of(source), called(source)
    for name in imported:
        parts = name.split(".")
        top = parts[0]
        if not top:
            wrong.append(f"{path}: imports {name} by its place")
        if top in ("tests", "installed"):
            wrong.append(f"{path}: the product must not import {top}")
        if top in FORBIDDEN.get(room, ()) and "migrations" not in path.parts:
            wrong.append(f"{path}: {room} must not import {top}")
        if top in LEVELS and top != room and LEVELS[top] >= LEVELS[room]:
            wrong.append(f"{path}: {room} must not import {top}")
        if own in INSIDE_KPIS and not own.startswith("store") and INSIDE_KPIS[own] < INSIDE_KPIS["store"] and top in DATABASE:
            wrong.append(f"{path}: {own} must not see a session")
        if room == "kpis" and top == "kpis" and INSIDE_KPIS[inside_kpis(parts[1:])] > INSIDE_KPIS[own]:
            wrong.append(f"{path}: kpis.{own} must not import kpis.{inside_kpis(parts[1:])}")
    wrong += [f"{path}: {name} hides what is imported" for name in HIDDEN & (imported | calls)]
    used = calls | (imported - {"sqlmodel.Session", "sqlalchemy.orm.Session"})  # which many name as a type
    for opens, allowed in OPENS.items():
        if path.as_posix() not in allowed and any(f".{name}".endswith(f".{opens}") for name in used):
            wrong.append(f"{path}: only {allowed} calls {opens}")
    return wrong


def circles(sources: Mapping[str, str]) -> list[list[str]]:
    """Return the groups of modules that reach each other by their imports; ``sources`` is the text of each by its dotted name.

    A package is a module by its own name: what is imported of it that is no module is its ``__init__``'s.
    """
    reached: dict[str, set[str]] = {}
    for module, source in sources.items():
        paths = (name.split(".") for name in imports_of(source))
        ways = ((".".join(parts[:n]) for n in range(len(parts), 0, -1)) for parts in paths)
        reached[module] = {m for way in ways if (m := next((each for each in way if each in sources), module)) != module}
    order = dict(reached)
    while True:  # what imports nothing that is left, and what nothing imports, is in no circle
        imported = set().union(*order.values()) if order else set()
        kept = {m: reached[m] & order.keys() for m in order if reached[m] & order.keys() and m in imported}
        if kept.keys() == order.keys():
            return [sorted(order)] if order else []
        order = kept


def product() -> list[Path]:
    """Return every file of code in the repository that is neither a test nor kept by git or an editor; and not how an installed package begins."""
    outside = ("tests", "deploy", "build", "dist", "installed.py")
    return [
        p for top in ROOT.iterdir() if not top.name.startswith(".") and top.name not in outside
        for p in ([top] if top.suffix == ".py" else top.rglob("*.py"))
    ]  # fmt: skip


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
    named = {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in product()}
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
        ("pages/overview.py", "import sqlalchemy\nsqlalchemy.create_engine('x')"),
        ("pages/overview.py", "from sqlmodel import Session\nwith Session(engine) as session: ..."),
        ("pages/overview.py", "from sqlalchemy import orm\norm.sessionmaker(engine)"),
        ("pages/overview.py", "import sqlite3\nsqlite3.connect('x')"),
        ("pages/overview.py", "from sqlite3 import connect"),
        ("kpis/figures/measures.py", "from ..store import store"),
        ("kpis/figures/measures.py", "from .. import moment"),
        ("kpis/figures/measures.py", "from . import records"),
        ("kpis/figures/measures.py", "import importlib"),
        ("kpis/figures/measures.py", "from importlib import import_module"),
        ("kpis/figures/measures.py", "import importlib.metadata\nimportlib.import_module('kpis.store.store')"),
        ("kpis/figures/measures.py", "__import__('streamlit')"),
        ("kpis/figures/measures.py", "def late():\n    exec('import streamlit')"),
        ("kpis/figures/measures.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from kpis.moment import Moment"),
        ("kpis/text.py", "from tests.shared import shipped"),
        ("helpers/dates.py", "import datetime"),
        ("helpers.py", "import datetime"),
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
        {"kpis.a": "from kpis.p import b", "kpis.p.b": "from kpis.p.c import x", "kpis.p.c": "if True:\n    from kpis import a"},
        {"kpis.p": "from kpis.p.b import x", "kpis.p.b": "from kpis.p import y"},
        {"a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from b import B", "b": "import a", "c": "import a"},
    ],
)
def test_a_planted_circle_is_found(sources: dict[str, str]) -> None:
    assert circles(sources) == [sorted(sources.keys() - {"c"})]


def test_what_leads_one_way_is_no_circle() -> None:
    assert circles({"a": "import b\nimport c", "b": "import c", "c": "import json"}) == []
    assert circles({"p": "from p.a import x\nfrom p.b import y", "p.a": "from p.b import y", "p.b": "import json"}) == []
