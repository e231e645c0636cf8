"""Cell addresses of Excel: column letters and row numbers."""

from __future__ import annotations

from functools import lru_cache

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


def column_letters(number: int) -> str:
    """Return Excel's letters of a column number counted from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """Return the column number, counted from 1, of Excel's letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def split_address(address: str) -> tuple[str, int]:
    """Return letters and row of an address such as F12."""
    letters = address.rstrip("0123456789")
    return letters, int(address[len(letters) :])
