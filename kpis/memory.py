"""Check the limits of memory and open files before anything large is loaded, and report them without loading anything large.

Libraries that run out of memory or files at import raise various errors, in English, and some end the process themselves. So the
limit of the process is checked first, and remaining failures are reported. This module imports only small modules.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

if sys.platform != "win32":  # POSIX only
    import resource

NEEDED = 600  # MB of address space needed to load the commands on a machine of two processors
NEEDED_TO_SERVE = 1000  # for the first viewers; at 700 MB it serves without search, and fails some requests
NEEDED_FILES = 32  # open at once while a command works
BESIDE_PAGES = 500  # open at once in a server beside one for each page: files sent, databases, readers of files
EXIT_CODE = 71
INTERRUPTED = 2
_WORDS = Path(__file__).resolve().parent.parent / "data" / "text"  # the program's own: there may be no government yet
_NO_MEMORY = re.compile(
    "Cannot allocate memory|failed to map segment|out of memory|error return without exception set", re.IGNORECASE
)


@contextmanager
def enough(needed: int = NEEDED) -> Iterator[None]:
    """Run the imports in the block, or exit with a line in both languages and ``EX_OSERR`` if memory or files are too few."""
    files = _limit("RLIMIT_NOFILE")
    if files is not None and files < NEEDED_FILES:
        _end("files_limit", allowed=files, needed=NEEDED_FILES)
    allowed = _allowed()
    if allowed is not None and allowed < needed:
        _end("memory_limit", allowed=allowed, needed=needed)
    before = signal.getsignal(signal.SIGINT)
    is_own = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if is_own:  # libraries would turn the exception into others, or into pages of traceback
        signal.signal(signal.SIGINT, _interrupted)
    try:
        yield
    except (ImportError, MemoryError, OSError, SystemError) as error:
        if not _is_of_memory(error):
            raise
        _end("memory_out")
    finally:
        if is_own:
            signal.signal(signal.SIGINT, before)


def _interrupted(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End as a command that is stopped later does; nothing was begun."""
    _write("interrupted")
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _allowed() -> int | None:
    """Return the address space limit of this process in MB; ``None`` without a limit, or where the system cannot tell."""
    most = _limit("RLIMIT_AS")
    return None if most is None else most // (1 << 20)


def _limit(name: str) -> int | None:
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(getattr(resource, name))
    return None if soft == resource.RLIM_INFINITY else soft


def allow_files(wanted: int) -> None:
    """Let this process open as many files as the system lets it, at least for a page each: by default it allows fewer than it would."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _is_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _end(key: str, **values: int) -> NoReturn:
    _write(key, **values)
    sys.exit(EXIT_CODE)


def _write(key: str, **values: int) -> None:
    for language in ("ja", "en"):
        sys.stderr.write(f"{_said(key, language).format(**values)}\n")


def _said(key: str, language: str) -> str:
    """Return a text of the catalogues, parsed as plain lines, since the proper parser is large."""
    catalogue = (_WORDS / language / "machine.po").read_text(encoding="utf-8")
    line = re.search(rf'^msgid "{key}"\nmsgstr "(.*)"$', catalogue, re.MULTILINE)
    assert line is not None, key
    return line[1].replace('\\"', '"')
