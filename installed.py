"""Where the command ``mieruka`` of an installed package begins: the rooms stand beside this file, as they do in the repository."""

from __future__ import annotations

import sys
from pathlib import Path


def start() -> None:
    """Run the command line (``manage.py``) of the folder this file stands in."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import manage  # noqa: PLC0415  # only now can the rooms be found

    manage.main()
