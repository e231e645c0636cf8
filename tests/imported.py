"""Everything that the commands and the server import, imported: the process that is forked for each of them (``tests.begun``) begins so.

Nothing here may read the environment or begin a thread; ``tests/test_begun.py`` looks.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import pkgutil

import pages.parts
from kpis import languages
from kpis.settings import ROOT

SERVER = "server.py"  # makes the app as it is imported, by the settings: only what it imports is taken
PAGES = [f"pages.parts.{module.name}" for module in pkgutil.iter_modules(pages.parts.__path__)]  # what a first visit imports


def imported_by(file: str) -> list[str]:
    """Return the modules that a file of the product imports."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module != "__future__" and node.module]


BESIDE = (
    "uvicorn.main", "uvicorn.lifespan.on", "uvicorn.loops.auto", "oidc_provider_mock", "tests.begun", "streamlit.emojis",
    "streamlit.material_icon_names", "streamlit.components.v2.manifest_scanner", "streamlit.runtime.scriptrunner.magic_funcs", "PIL.ImageFile",
)  # fmt: skip

for name in ("manage", *imported_by(SERVER), *PAGES, *BESIDE):
    importlib.import_module(name)
languages._codes(
    languages.SHIPPED
)  # reads the program's own words: every command and server says something, and no environment changes them
inspect.getmodule(inspect.currentframe())  # which file is of which module, as Streamlit asks of all of them before its first page
gc.collect()
gc.freeze()  # what every child begins with: no collection walks it, and its pages stay shared
