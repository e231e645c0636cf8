"""Load the shipped folders, a government's catalogue and its official figures, in one transaction."""

from __future__ import annotations

from pathlib import Path

from kpis.government import doubles
from kpis.store.decisions import RowDecision
from kpis.store.store import Store
from loaders.load import Progress, load_together
from loaders.missing import read_dropped
from loaders.prepared import Prepared
from loaders.report import LoadReport
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES


def load_folder(
    store: Store, folder: Path, *, official: Path | None = None, missing: RowDecision | None = None, is_start: bool = False,
    progress: Progress | None = None,
) -> list[LoadReport]:  # fmt: skip
    """Load every catalogue and official file in one transaction; a no-op if all of them are already loaded.

    Args:
        folder: with ``bureaus.csv``, ``indicators.csv`` and the rest.
        official: with ``observations.csv`` and the registers; may be absent.
        missing: the decision about rows missing from the lists and not named in their ``dropped.csv``.
        is_start: at server start, undecided rows are reported but do not block loading.
        progress: called with (rows done, rows in all).

    Raises:
        GovernmentUnreadable: two rows of a government's list have what one alone may have.
    """
    for _, fault in doubles(folder):
        raise fault
    paths = [folder / name for name in CATALOGUE_FILES]
    if official is not None:
        paths += [official / name for name in OFFICIAL_FILES]
    files = [Prepared(path.name, path.read_bytes(), path.name) for path in paths if path.is_file()]
    dropped = read_dropped(folder, official)
    return load_together(store, files, missing=missing, dropped=dropped, is_start=is_start, progress=progress)
