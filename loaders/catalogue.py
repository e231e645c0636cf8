"""The shipped folders: a government's catalogue and its official figures, loaded together or not at all."""

from __future__ import annotations

from pathlib import Path

from kpis.store import Store
from loaders.load import Prepared, Progress, load_together
from loaders.report import LoadReport
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES


def load_folder(store: Store, folder: Path, *, official: Path | None = None, progress: Progress | None = None) -> list[LoadReport]:
    """Load every catalogue and official file in one transaction; a no-op where all of them are loaded.

    Args:
        store: a migrated store.
        folder: with ``bureaus.csv``, ``indicators.csv`` and the rest.
        official: with ``observations.csv`` and the registers; may be absent.
        progress: called with (rows done, rows in all).
    """
    paths = [folder / name for name in CATALOGUE_FILES]
    if official is not None:
        paths += [official / name for name in OFFICIAL_FILES]
    files = [Prepared(path.name, path.read_bytes(), path.name) for path in paths if path.is_file()]
    return load_together(store, files, progress=progress)
