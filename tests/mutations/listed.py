"""The mutations as they are listed: what breaks, in which line, and which tests are to notice."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("mutations.toml")


@dataclass(frozen=True)
class Mutation:
    """One change of one place: ``old`` becomes ``new`` in a file, and one of the tests must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def mutations() -> list[Mutation]:
    """Return every mutation of the list."""
    return [
        Mutation(each["name"], each["file"], each["old"], each["new"], tuple(each["tests"]))
        for each in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]
    ]
