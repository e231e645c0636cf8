"""What is said by its key, before anybody knows in which language."""

from __future__ import annotations

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
