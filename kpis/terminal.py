"""Shared parts of the command line: the terminal, and the database of this instance."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console

from kpis.as_text import clean
from kpis.errors import MierukaError, Unavailable, UsageRefused
from kpis.languages import both_shipped
from kpis.message import Message
from kpis.settings import settings
from kpis.store.engine import file_of, shown_url
from kpis.store.store import Store
from kpis.store.unavailable import EXIT_CODES
from kpis.store.upgrade import is_empty


class Terminal(Console):
    """A terminal that prints plain text: no control character, direction mark or style in it takes effect."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Print like ``rich``, each text cleaned and without markup; in a file or pipe no line is broken, which would break words."""
        usual = {"markup": False, "soft_wrap": not self.is_terminal}
        super().print(*(clean(o) if isinstance(o, str) else o for o in objects), **{**usual, **how})


BACKUP = "backup.json"  # identifies the folder of a backup
out = Terminal()
err = Terminal(stderr=True)
# Run first by each command; each one returns messages about anything that it has done.
AT_START: list[Callable[[Store], Sequence[Message]]] = []
BEFORE_MAKING: list[Callable[[], None]] = []  # each refuses to make a database in the place of one that is gone


def localised(key: str, /, **values: object) -> str:
    """Return the output of a command in Japanese and English, in the program's own words, since there may be no government yet."""
    return both_shipped(Message(key, **values))


def refused_usage(error: Exception) -> UsageRefused:
    """Return typer's English message about wrong usage in our words.

    Args:
        error: as raised by typer; its subject follows from its attributes.
    """
    context, param = getattr(error, "ctx", None), getattr(error, "param", None)
    hint = getattr(error, "param_hint", None)
    command = getattr(context, "command_path", "") or "mieruka"
    name = getattr(error, "option_name", "") or (hint if isinstance(hint, str) else "") or _named(param)
    message = str(getattr(error, "message", "") or error)
    fault: object = getattr(error, "fault", None) or message
    for pattern, refusal in _SAID.items():
        if said_so := re.fullmatch(pattern, message, re.DOTALL):
            fault = Message(refusal, **said_so.groupdict())
    key = _USAGE.get(type(error).__name__, "usage_wrong")
    return UsageRefused(key if name else "usage_wrong", command=command, name=name, fault=fault)


def _named(param: Any) -> str:
    """Return the name of an option as typed, or of an argument as in the help."""
    if param is None or not param.opts:
        return ""
    first: str = param.opts[0]
    return first if first.startswith("-") else first.upper()


class WrongValue(typer.BadParameter):
    """An invalid value of an option, reported in our words. ``option``: that it was given for, if one."""

    def __init__(self, key: str, /, *, option: str | None = None, **values: object) -> None:
        self.fault = Message(key, **values)
        super().__init__(both_shipped(self.fault), param_hint=option)


_USAGE = {
    "NoSuchOption": "usage_no_option",
    "MissingParameter": "usage_missing",
    "BadParameter": "usage_value",
    "WrongValue": "usage_value",
    "BadOptionUsage": "usage_value",
}
# English messages of typer and click about wrong usage.
_SAID = {
    r"No such command '(?P<given>.*)'\.": "usage_no_command",
    r"No such command '(?P<given>.*?)'\. Did you mean (?P<near>.*)\?": "usage_near_command",
    r"Got unexpected extra argument\(s\) \((?P<given>.*)\)": "usage_too_many",
    r"Option '.*' requires .*": "usage_no_value",
    r"Option '.*' does not take a value\.": "usage_takes_none",
    r"Input should be a valid (?:integer|number).*": "usage_number",
    r"Input should be greater than or equal to (?P<bound>.*)": "usage_at_least",
    r"Input should be less than or equal to (?P<bound>.*)": "usage_at_most",
    r"\w+ '(?P<place>.*)' does not exist\.": "usage_not_there",
    r"\w+ '(?P<place>.*)' is a directory\.": "usage_is_folder",
    r"\w+ '(?P<place>.*)' is not readable\.": "usage_not_readable",
}


class _Output(io.FileIO):
    """A standard output that may end before the program does: what is written after that is dropped.

    The program goes on and ends as it would have: what it has begun is not undone by a lost line. Where the reader has gone, as
    ``head`` does, that is meant; any other failure, as of a full disk, is kept for the end (``code_of_end``).
    """

    is_lost = False
    fault: OSError | None = None

    def write(self, content: Any, /) -> int:
        try:
            if not self.is_lost:
                return super().write(content)
        except OSError as error:
            self.is_lost = True
            if not isinstance(error, BrokenPipeError):
                self.fault = error
        return memoryview(content).nbytes


def outlive_readers() -> None:
    """Let the program go on where nobody reads its outputs, or none is open; write whatever their encoding lacks as escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever began the program, as by ``2>&-``
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # open to the end of the program
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if not stream.isatty():
                own = io.BufferedWriter(_Output(stream.fileno(), "w", closefd=False))
                flushed = {"line_buffering": stream.line_buffering, "write_through": stream.write_through}
                setattr(sys, name, io.TextIOWrapper(own, stream.encoding, stream.errors, **flushed))  # type: ignore[arg-type]  # no newline in it


def code_of_end(code: object) -> object:
    """Return the exit code of a command that ends, another than 0 where its output could not be written; that is then said."""
    with suppress(OSError, ValueError):  # closed meanwhile
        sys.stdout.flush()
    fault = getattr(getattr(getattr(sys.stdout, "buffer", None), "raw", None), "fault", None)
    if fault is None:
        return code
    known = int(code) if isinstance(code, bool) else code
    err.print(localised("output_lost" if known in (0, None) else "output_lost_too", fault=fault, code=known))
    return EXIT_CODES["output_lost"] if known in (0, None) else known


def refuse_kept(target: Path) -> Path:
    """Return the output path of a command, unless it lies in a folder verified by its files: editions, or a backup.

    Raises:
        UsageRefused: it does; one more file would break the verification.
    """
    place = target.resolve()
    editions = settings().editions_dir.resolve()
    with suppress(OSError):
        kept = next((folder for folder in (place, *place.parents) if folder == editions or (folder / BACKUP).is_file()), None)
        if kept is not None:
            raise UsageRefused("place_kept", place=target, kept=kept)
    return target


def write(target: Path, content: bytes) -> None:
    """Write the output of a command completely, or not at all where the disk is full."""
    write_all({target: content})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write the files of a command: all of them, each completely, or none where the disk is full."""
    beside = {target: target.with_name(f".{target.name[:200]}-{os.getpid()}") for target in contents}
    try:
        for target, content in contents.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            _write_beside(beside[target], content, target=target)
        for target in contents:
            beside[target].replace(target)
    except BaseException:
        for left in beside.values():
            left.unlink(missing_ok=True)
        raise


def _write_beside(path: Path, content: bytes, *, target: Path) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        if error.filename is None:  # as of a disk that fills up while it is written to
            error.filename = str(target)
        raise


def refuse_missing() -> None:
    """Refuse to begin where the file of DATABASE_URL is gone.

    Raises:
        Unavailable: naming it, and how it is put back.
    """
    if settings().mode != "public" and _is_missing():
        raise _without("database_missing")


def _is_missing() -> bool:
    file = file_of(settings().database_url)
    return file is not None and not file.exists()


def _without(key: str) -> Unavailable:
    return Unavailable(key, exit_code=EXIT_CODES[key], address=shown_url(settings().database_url))


def end(error: MierukaError) -> NoReturn:
    """End this program with an error in both languages, and its code."""
    err.print(error.in_language("ja"), error.in_language("en"), sep="\n")
    sys.exit(error.exit_code)


def own_store(*, is_start: bool = True, makes: bool = False, beside_editions: bool = False) -> Store:
    """Return the store of DATABASE_URL, with its tables migrated to the newest version.

    Args:
        is_start: finish or undo the work of a process that died, and report it; false where that is to be inspected.
        makes: make a database where there is none, as the commands do that begin an instance. For any other one it was moved aside
            or lost: an empty one in its place would pass for it, and be in the way of the backup that is put back.
        beside_editions: make it also where the folder of editions holds some, as where they are put back together.

    Raises:
        Unavailable: there is no database to work with.
    """
    settings().keep_files_own()
    if not makes:
        refuse_missing()
    store = Store(settings().database_url)
    if _is_missing() or is_empty(store.engine):
        if not makes:
            raise _without("database_empty")
        for refuse in () if beside_editions else BEFORE_MAKING:
            refuse()
    store.migrate()
    for begin in AT_START if is_start else ():
        for message in begin(store):
            err.print(both_shipped(message), markup=False)
    return store
