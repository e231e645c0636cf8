"""What every command of the command line needs: where it prints, and the database of this instance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from kpis.as_text import clean
from kpis.errors import UsageRefused
from kpis.languages import both_shipped
from kpis.message import Message
from kpis.settings import settings
from kpis.store.store import Store


class Terminal(Console):
    """A terminal on which words are words: no control, direction or style in them reaches it."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Print as ``rich`` does, each text clean and without markup."""
        super().print(*(clean(o) if isinstance(o, str) else o for o in objects), **{"markup": False, **how})


out = Terminal()
err = Terminal(stderr=True)
AT_START: list[
    Callable[[Store], Sequence[Message]]
] = []  # what each command does first, and says a sentence of where it did anything


def told(key: str, /, **values: object) -> str:
    """Return what a command says, in Japanese and English; in the program's own words, since it may work for no government yet."""
    return both_shipped(Message(key, **values))


def refused_usage(error: Exception) -> UsageRefused:
    """Return what is wrong with how a command was written, as typer says it in English, in our words.

    Args:
        error: as typer raises it; what it is about is told by what it holds.
    """
    context, param = getattr(error, "ctx", None), getattr(error, "param", None)
    command = getattr(context, "command_path", "") or "mieruka"
    name = getattr(error, "option_name", "") or (param.opts[0] if param is not None and param.opts else "")
    key = _USAGE.get(type(error).__name__, "usage_wrong")
    return UsageRefused(
        key if name else "usage_wrong", command=command, name=name, fault=str(getattr(error, "message", "") or error)
    )


_USAGE = {
    "NoSuchOption": "usage_no_option",
    "MissingParameter": "usage_missing",
    "BadParameter": "usage_value",
    "BadOptionUsage": "usage_value",
}


def own_store(*, is_start: bool = True) -> Store:
    """Return the store that DATABASE_URL names, with its tables brought to the newest version.

    Args:
        is_start: finish or undo what a process that died left, and say so; not so where that is what is looked for.
    """
    settings().keep_files_own()
    store = Store(settings().database_url)
    store.migrate()
    for begin in AT_START if is_start else ():
        for message in begin(store):
            err.print(both_shipped(message), markup=False)
    return store
