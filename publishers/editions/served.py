"""The folder of editions for a web server, made of links and replaced atomically.

    served/current                       a link to one of the folders beside it, and the only thing that changes
    served/current/site                  the static edition at the root of an address
    served/current/editions/0001         every edition the public may choose; only its ``site``, manifest and signature are public
    served/current/editions/current.json pointer and keys, as of when the folder was made

A web server that knows nothing of signatures thus follows a publication or rollback at once, and no withdrawn edition is left
behind. It serves whatever lies there: only the instance's own user may have write access to the folder of editions.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from publishers.editions import on_disk
from publishers.editions.on_disk import KEYS, POINTER, SITE, Pointer, folder_name, read_pointer, small_document
from publishers.editions.scratch import beside, sweep, sync_folder

SERVED, CURRENT = "served", "current"


def bring(folder: Path) -> bool:
    """Update the links to match pointer and keys of a folder of editions; return whether anything changed.

    Raises:
        OSError: the folder cannot be written to.
    """
    if os.name != "posix":  # elsewhere links need special privileges; export an edition there
        return False
    pointer, documents, tree = _meant(folder)
    place = folder / SERVED
    if not differs(folder) and tree.is_dir():
        return False
    if place.is_symlink():
        place.unlink()
    place.mkdir(exist_ok=True)
    sweep(place, f".{CURRENT}", ".tree")
    if (tree.is_dir() or tree.is_symlink()) and not _is_as_meant(folder, pointer, documents, tree):
        tree.rename(beside(place / "tree"))  # another process created it meanwhile: recreated below, and this one swept next time
    if (place / CURRENT).is_dir() and not (place / CURRENT).is_symlink():
        (place / CURRENT).rename(beside(place / "tree"))
    if not tree.is_dir():
        made = beside(place / "tree")
        (made / "editions").mkdir(parents=True)
        for name, to in _links(folder, pointer).items():
            (made / name).symlink_to(to)
        for name, content in documents.items():
            (made / "editions" / name).write_bytes(content)
        _rename(made, tree)
    link = beside(place / CURRENT)
    link.symlink_to(tree.name)
    link.replace(place / CURRENT)
    sync_folder(place)
    for old in place.iterdir():
        if old.is_dir() and not old.is_symlink() and not old.name.startswith(".") and old != tree:
            shutil.rmtree(old, ignore_errors=True)
    return True


def differs(folder: Path) -> bool:
    """Return whether the served content differs from pointer and keys; false while there is nothing to serve.

    Raises:
        OSError: the pointer cannot be read.
    """
    place = folder / SERVED
    if not place.is_symlink() and not place.is_dir():
        return False
    pointer, documents, tree = _meant(folder)
    current = place / CURRENT
    return (
        place.is_symlink() or not current.is_symlink() or current.readlink() != Path(tree.name)
        or not _is_as_meant(folder, pointer, documents, tree)
    )  # fmt: skip


def _meant(folder: Path) -> tuple[Pointer, dict[str, bytes], Path]:
    """Return the pointer, the documents to serve, and the target folder of the links."""
    documents = {name: small_document(folder / name) for name in (POINTER, KEYS) if (folder / name).is_file()}
    if POINTER not in documents:
        raise FileNotFoundError(folder / POINTER)
    pointer = read_pointer(documents[POINTER], ())
    name = f"{pointer.sequence:04d}-{sha256(b''.join(documents.values())).hexdigest()[:12]}"
    return pointer, documents, folder / SERVED / name


def _links(folder: Path, pointer: Pointer) -> dict[str, str]:
    """Return the target of each link, by its path in the folder of links."""
    numbers = [n for n in on_disk.numbers(folder) if n <= pointer.edition and n not in pointer.withdrawn]
    return {
        SITE: f"../../{folder_name(pointer.edition)}/{SITE}",
        **{f"editions/{folder_name(n)}": f"../../../{folder_name(n)}" for n in numbers},
    }


def _is_as_meant(folder: Path, pointer: Pointer, documents: dict[str, bytes], tree: Path) -> bool:
    if tree.is_symlink() or (tree / "editions").is_symlink() or not (tree / "editions").is_dir():
        return False
    there = {path.relative_to(tree).as_posix(): path for path in (*tree.iterdir(), *(tree / "editions").iterdir())}
    links = _links(folder, pointer)
    return (
        set(there) == {"editions", *links, *(f"editions/{name}" for name in documents)}
        and all(there[name].is_symlink() and str(there[name].readlink()) == to for name, to in links.items())
        and all(
            not there[f"editions/{name}"].is_symlink()
            and there[f"editions/{name}"].is_file()
            and there[f"editions/{name}"].read_bytes() == content
            for name, content in documents.items()
        )
    )


def _rename(made: Path, tree: Path) -> None:
    """Rename a folder into place; another process may already have created the same one."""
    try:
        made.rename(tree)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not tree.is_dir():
            raise
