"""Export an edition as plain files: the static public edition at the root, every edition shown under ``editions/``."""

from __future__ import annotations

import shutil
from pathlib import Path

from kpis.errors import FigureRefused, NotFound
from kpis.moment import Moment
from kpis.settings import Settings
from kpis.state import State
from kpis.store.store import Store
from publishers.editions import on_disk, scratch
from publishers.editions.on_disk import KEYS, MANIFEST, POINTER, SIGNATURE, SITE, Edition
from publishers.site import write as static_edition


def export(target: Path, *, number: int | None = None, chosen: Settings) -> Edition:
    """Write the files to a scratch folder and rename it into place.

    The root is rendered again with the present address (``PUBLIC_URL``) and texts; ``editions/0001/`` and so on are byte-for-byte
    copies of the published files, with everything that ``verify ADDRESS --key`` needs.

    Args:
        target: a folder that does not exist yet.
        number: the edition at the root; ``None`` means the current one.
        chosen: the folder of editions, and the address.

    Raises:
        NotFound: there is no edition, or not this one.
        FigureRefused: the folder exists.
    """
    folder = chosen.editions_dir
    pointer = on_disk.pointer(folder)
    made = on_disk.current(folder) if number is None else next((e for e in on_disk.shown(folder) if e.number == number), None)
    if made is None or pointer is None:
        raise NotFound("no_edition")
    if target.exists():
        raise FigureRefused("folder_exists", target=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch.sweep(target.parent, ".export")
    beside = scratch.beside(target.parent / "export")
    moment = Moment(state=State(Store(made.url)), as_of=made.as_of)
    try:
        history = [(e, e.changes()) for e in on_disk.shown(folder) if e.number < made.number]
        static_edition.write(moment, made.manifest, made.changes(), beside, history=history, chosen=chosen)
        for edition in on_disk.shown(folder):
            if edition.number <= made.number:
                _copy(edition, beside / "editions" / edition.folder.name)
        for name in (POINTER, KEYS) if made.number == pointer.edition else ():  # they describe the current edition
            if (folder / name).is_file():
                shutil.copyfile(folder / name, beside / "editions" / name)
        beside.rename(target)
    finally:
        moment.state.store.engine.dispose()
        shutil.rmtree(beside, ignore_errors=True)
    return made


def is_export(folder: Path) -> bool:
    """Return whether a folder is an exported site, or the folder of editions in it: sites alone, without what stands beside each in ``EDITIONS_DIR``."""
    places = [folder / "editions" / name for name in ("", POINTER, KEYS)]
    if all(place.exists() for place in places) and not on_disk.numbers(folder):
        return True
    editions = [folder / on_disk.folder_name(n) for n in on_disk.numbers(folder)]
    return bool(editions) and all((each / "index.html").is_file() and not (each / SITE).exists() for each in editions)


def _copy(edition: Edition, target: Path) -> None:
    """Copy an edition's site, with its manifest and signature beside it."""
    shutil.copytree(edition.folder / SITE, target)
    for name in (MANIFEST, SIGNATURE):
        if (edition.folder / name).is_file():
            shutil.copyfile(edition.folder / name, target / name)
