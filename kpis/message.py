"""What is said by its key, before anybody knows in which language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, init=False, slots=True)
class Message:
    """A sentence of the catalogues with what stands in its blanks; ``kpis.languages.written`` writes it.

    Attributes:
        key: of the sentence, in ``data/text``.
        values: by the name of the blank: a plain value, a message, several of them (listed with the comma of the language), or
            what returns the text in a language whose code it is given.
    """

    key: str
    values: dict[str, object]

    def __init__(self, key: str, /, **values: object) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash(self.key)


def few(values: Sequence[object], most: int) -> tuple[object, ...]:
    """Return the first of several values for a blank, and how many more there are."""
    more = len(values) - most
    return (*values[:most], *((Message("and_more", more=more),) if more > 0 else ()))
