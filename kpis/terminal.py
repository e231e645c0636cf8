"""What every command of the command line needs: where it prints, and the database of this instance."""

from __future__ import annotations

from rich.console import Console

from kpis.languages import both_shipped
from kpis.message import Message
from kpis.settings import settings
from kpis.store.store import Store

out = Console()
err = Console(stderr=True)


def told(key: str, /, **values: object) -> str:
    """Return what a command says, in Japanese and English; in the program's own words, since it may work for no government yet."""
    return both_shipped(Message(key, **values))


def own_store() -> Store:
    """Return the store that DATABASE_URL names, with its tables brought to the newest version."""
    settings().keep_files_own()
    store = Store(settings().database_url)
    store.migrate()
    return store
