"""Messages by key, before the language of the reader is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, init=False, slots=True)
class Message:
    """A sentence of the catalogues with the values of its placeholders; ``kpis.languages.written`` formats it."""

    key: str  # of the sentence, in ``data/text``
    # by placeholder: a plain value, a day, a message, several of them (listed with the comma of the language), or a callable that returns
    # the text for a language code
    values: dict[str, object]

    def __init__(self, key: str, /, **values: object) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash(self.key)


def few(values: Sequence[object], most: int) -> tuple[object, ...]:
    """Return the first of several values for a placeholder, and the number of the remaining ones."""
    more = len(values) - most
    return (*values[:most], *((Message("and_more", more=more),) if more > 0 else ()))
