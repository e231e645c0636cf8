"""The entry point of the installed command ``mieruka``: the packages lie beside this file, as in the repository."""

from __future__ import annotations

import sys
from pathlib import Path


def start() -> None:
    """Run the command line (``manage.py``) from this file's folder."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import manage  # noqa: PLC0415  # importable only after the path is extended

    manage.main()
