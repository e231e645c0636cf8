"""Compressed answers: whether a client takes them, and those of files that never change, each made once while it is asked for."""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from threading import Lock

MOST = 32 * 2**20  # bytes kept compressed: an edition's pages and data of today take a tenth of it
_TAKEN = re.compile(r"(?:^|,)\s*(gzip|\*)\s*(?:;\s*q=([\d.]+)\s*)?(?=,|$)", re.I)


def takes_gzip(accepted: str) -> bool:
    """Return whether a client takes gzip by its ``Accept-Encoding``; with a quality of 0 it refuses it."""
    qualities = {name.lower(): quality or "1" for name, quality in _TAKEN.findall(accepted[:500])}
    return bool(qualities.get("gzip", qualities.get("*", "")).strip("0."))


class Packed:
    """Compressed forms by what tells their plain bytes apart; the ones longest not asked for give way."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock, self._size = most, Lock(), 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def of(self, tag: str, body: bytes) -> bytes:
        """Return a body compressed: kept from before, if ``tag``, which tells the body, was asked for not long ago."""
        with self._lock:
            if tag in self._kept:
                self._kept.move_to_end(tag)
                return self._kept[tag]
        made = compressed(body)
        with self._lock:
            if tag not in self._kept and len(made) <= self._most // 4:
                self._kept[tag] = made
                self._size += len(made)
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1])
        return made


def compressed(body: bytes) -> bytes:
    """Return a body compressed, the same at every time."""
    return gzip.compress(body, 6, mtime=0)
