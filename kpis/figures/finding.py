"""An index of names in memory: pairs of letters point at what holds them, so that parts and misspellings find as well as whole names.

Pure arithmetic on texts. It is made of the rows of one moment and kept with them, so the same in every kind of database and for
every edition, whose signed bytes stay as they are. Pairs, not triples: a word of two characters is the usual case in Japanese.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from kpis.figures.folding import folded, has_kanji, read, with_same_words

KINDS = ("procedure", "indicator", "facility", "bureau", "project", "milestone", "definition", "page")
_WEIGHT = {
    "bureau": 0.06, "page": 0.05, "procedure": 0.04, "indicator": 0.03, "facility": 0.03, "project": 0.03, "definition": 0.02, "milestone": 0.0,
}  # fmt: skip
_BITS = 21  # of a letter, and of a place in the index
_MASK = (1 << _BITS) - 1
_BESIDE = 0.35  # what is said beside a name counts so much less
_BY_READING = 0.8  # what only sounds alike
LEAST = 0.5  # so much of what was typed must be there
_RANKED = 120
LONGEST = 100

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that can be searched for.

    Args:
        kind: one of ``KINDS``.
        code: of the thing, among those of its kind.
        names: in every language, the first in Japanese.
        beside: what else is said of it.
        until: the day from which it is no longer in force, as an ordinal; 0 where it has no end.
    """

    kind: str
    code: str
    names: tuple[str, ...]
    beside: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was asked for, and how well it answers."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Postings:
    """Pairs of letters in order, and of each the places that hold it: those from its start to the start of the next."""

    keys: Ints
    starts: Ints
    places: npt.NDArray[np.int32]

    def of(self, gram: int) -> npt.NDArray[np.int32]:
        """Return the places that hold a pair."""
        n = int(np.searchsorted(self.keys, gram))
        if n == len(self.keys) or self.keys[n] != gram:
            return self.places[:0]
        return self.places[self.starts[n] : self.starts[n + 1]]


class Index:
    """The entries, and which of them hold which pairs of letters."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = list(entries)
        self.names = [[folded(name) for name in entry.names if name] for entry in self.entries]
        texts = []
        for entry, names in zip(self.entries, self.names, strict=True):
            first = entry.names[0]
            texts.append(" ".join((*names, read(first), folded(with_same_words(first)))))
        self.kinds = np.array([KINDS.index(entry.kind) for entry in self.entries], dtype=np.int8)
        self.until = np.array([entry.until or 1 << 30 for entry in self.entries], dtype=np.int64)
        self.named = _postings(texts)
        self.beside = _postings([folded(entry.beside) for entry in self.entries])


def search(indices: Sequence[Index], asked: str, *, day: int, kinds: Sequence[str] = (), limit: int = 20) -> list[Hit]:
    """Return what answers best, the best first.

    Args:
        indices: where to look.
        asked: as it was typed.
        day: an ordinal; what ended by it is not shown.
        kinds: only of these kinds; any where there are none.
        limit: at most so many.
    """
    words = folded(asked[:LONGEST]).split()
    hits = _ranked(indices, words, day, kinds)
    if has_kanji(asked) and (not hits or hits[0].score < 1.0):
        by_sound = _ranked(indices, read(asked[:LONGEST]).split(), day, kinds)
        best = {(hit.entry.kind, hit.entry.code): hit for hit in by_sound for hit in [Hit(hit.entry, hit.score * _BY_READING)]}
        for hit in hits:
            key = (hit.entry.kind, hit.entry.code)
            best[key] = max(hit, best.get(key, hit), key=lambda each: each.score)
        hits = list(best.values())
    return sorted(hits, key=lambda hit: (-hit.score, len(hit.entry.names[0]), hit.entry.code))[:limit]


def _ranked(indices: Sequence[Index], words: Sequence[str], day: int, kinds: Sequence[str]) -> list[Hit]:
    grams = sorted({gram for word in words for gram in grams_of(word)})
    if not grams:
        return []
    total = sum(len(index.entries) for index in indices)
    held = [[index.named.of(gram) for gram in grams] for index in indices]
    weights = [float(np.log(1 + total / max(1, sum(len(places[n]) for places in held)))) for n in range(len(grams))]
    hits: list[Hit] = []
    for index, places in zip(indices, held, strict=True):
        cover = _cover(index, grams, places, weights) / sum(weights)
        stands = (index.until > day) & (cover >= LEAST)
        if kinds:
            stands &= np.isin(index.kinds, [KINDS.index(kind) for kind in kinds])
        (chosen,) = np.nonzero(stands)
        if len(chosen) > _RANKED:
            chosen = chosen[np.argpartition(-cover[chosen], _RANKED)[:_RANKED]]
        hits += [Hit(index.entries[n], _score(index, int(n), float(cover[n]), words, len(grams))) for n in chosen]
    return hits


def _cover(index: Index, grams: Sequence[int], places: Sequence[npt.NDArray[np.int32]], weights: Sequence[float]) -> Floats:
    """Return of each entry how much of what was typed it holds."""
    cover: Floats = np.zeros(len(index.entries))
    for gram, here, weight in zip(grams, places, weights, strict=True):
        near = np.zeros(len(index.entries))
        near[index.beside.of(gram)] = _BESIDE * weight
        near[here] = weight
        cover += near
    return cover


def _score(index: Index, n: int, cover: float, words: Sequence[str], count: int) -> float:
    """Weigh an entry: whole names before beginnings, beginnings before parts, short names before long ones."""
    names = index.names[n]
    asked = "".join(words)
    bonus = 0.0
    for name in names:
        joined = name.replace(" ", "")
        if joined == asked:
            bonus = max(bonus, 0.6)
        elif all(word in name for word in words):
            bonus = max(bonus, 0.25 + (0.1 if joined.startswith(words[0]) else 0.0))
    length = min((len(name) for name in names), default=1)
    return cover + bonus + 0.25 * min(1.0, count / max(1, length)) + _WEIGHT[index.entries[n].kind]


def grams_of(word: str) -> list[int]:
    """Return the pairs of letters of a word as numbers; of a word of one letter, that letter."""
    if len(word) == 1:
        return [ord(word)]
    return [ord(first) << _BITS | ord(second) for first, second in pairwise(word)]


def _postings(texts: Sequence[str]) -> Postings:
    letters = np.frombuffer("\0".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    place = np.cumsum(letters == 0)
    is_letter = (letters != 0) & (letters != ord(" "))
    both = is_letter[:-1] & is_letter[1:]
    pairs = letters[:-1][both] << _BITS | letters[1:][both]
    # A pair takes 42 bits and a place 21: one number of both sorts by the pair, then by the place.
    held = np.concatenate((pairs << _BITS | place[:-1][both], letters[is_letter] << _BITS | place[is_letter]))
    held.sort()  # numpy's own ``unique`` hashes, which takes ten times as long here
    held = held[np.diff(held, prepend=-1) != 0]
    keys = held >> _BITS
    (starts,) = np.nonzero(np.diff(keys, prepend=-1))
    return Postings(keys[starts], np.append(starts, len(keys)), (held & _MASK).astype(np.int32))
