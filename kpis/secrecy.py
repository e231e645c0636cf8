"""Estimate the strength of a secret: detects examples from manuals, repetitions and sequences of any length."""

from __future__ import annotations

from collections import Counter
from math import log2

# Parts of secrets printed in manuals and templates; a random generator practically never produces one.
EXAMPLES = (
    "change-me", "changeme", "change_me", "please", "secret", "password", "passwd", "example", "placeholder", "replace", "insert-",
    "your-", "your_", "cookie", "mieruka", "default", "dummy", "sample", "xxxxx",
)  # fmt: skip
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm")


def is_example(secret: str) -> bool:
    """Return whether a secret contains words found only in examples."""
    folded = secret.casefold()
    return any(word in folded for word in EXAMPLES)


def bits(secret: str) -> float:
    """Return the approximate entropy of a secret in bits, given the characters before each.

    A character counts unless it follows from the one before (the same, its neighbour in the alphabet or on the keyboard) or
    ends a group of three that occurred before; its weight is limited by the mix of all characters.
    """
    folded = "".join(character.casefold()[0] for character in secret)
    signs: set[str] = set()
    surprising = 0
    for at in range(len(secret)):
        group = folded[max(0, at - 2) : at + 1]
        if not (at and _follows(folded[at - 1], folded[at])) and group not in signs:
            surprising += 1
        if len(group) == 3:
            signs.add(group)
    total = len(secret)
    return surprising * -sum(count / total * log2(count / total) for count in Counter(secret).values()) if total else 0.0


def _follows(before: str, after: str) -> bool:
    if abs(ord(before) - ord(after)) <= 1:
        return True
    return any(before + after in row or after + before in row for row in _ROWS)
