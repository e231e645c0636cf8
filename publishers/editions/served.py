"""What a web server may show of the editions, kept as links and exchanged in one step.

    served/current                       a link to one of the folders beside it: the one thing that changes
    served/current/site                  the static edition at the root of an address
    served/current/editions/0001         every edition that the public may choose; of each only ``site``, manifest and signature are public
    served/current/editions/current.json pointer and keys, as they were when the folder was made

So that a web server that knows nothing of signatures follows a publication and a rollback at once, and no edition that was withdrawn stays
behind. What it shows is what lies there: only the instance's own user may write into the folder of editions.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from publishers.editions import on_disk
from publishers.editions.on_disk import KEYS, POINTER, SITE, folder_name, read_pointer
from publishers.editions.scratch import beside, sweep, sync_folder

SERVED, CURRENT = "served", "current"


def bring(folder: Path) -> bool:
    """Let the links lead to what pointer and keys of a folder of editions say; return whether anything was changed.

    Raises:
        OSError: the folder cannot be written to.
    """
    if os.name != "posix":  # elsewhere links need rights of their own; an edition is exported there
        return False
    documents = {name: (folder / name).read_bytes() for name in (POINTER, KEYS) if (folder / name).is_file()}
    held = read_pointer(documents[POINTER], ())
    place = folder / SERVED
    tree = place / f"{held.sequence:04d}-{sha256(b''.join(documents.values())).hexdigest()[:12]}"
    if (place / CURRENT).is_symlink() and (place / CURRENT).readlink() == Path(tree.name) and tree.is_dir():
        return False
    place.mkdir(exist_ok=True)
    sweep(place, f".{CURRENT}", ".tree")
    if not tree.is_dir():
        made = beside(place / "tree")
        (made / "editions").mkdir(parents=True)
        (made / SITE).symlink_to(f"../../{folder_name(held.edition)}/{SITE}")
        for number in on_disk.numbers(folder):
            if number <= held.edition and number not in held.withdrawn:
                (made / "editions" / folder_name(number)).symlink_to(f"../../../{folder_name(number)}")
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


def _rename(made: Path, tree: Path) -> None:
    """Give a folder its name; another process may have been quicker with the same."""
    try:
        made.rename(tree)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not tree.is_dir():
            raise
