"""An in-memory index of names by pairs of characters (bigrams), which finds parts and misspellings as well as whole names.

Pure computation on texts. The index is built from the rows of one moment and cached with them, so it is the same for every database
and edition, whose signed bytes stay unchanged. Pairs, not triples: two characters are the usual length of a word in Japanese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from kpis.figures.folding import folded, folded_all, has_kanji, plain_all, read, read_all, same_words_all

KINDS = ("procedure", "indicator", "facility", "bureau", "project", "milestone", "definition", "help", "page")
WEIGHT = {
    "bureau": 0.06, "page": 0.05, "procedure": 0.04, "indicator": 0.03, "facility": 0.03, "project": 0.03, "definition": 0.02,
    "help": 0.02, "milestone": 0.0,
}  # fmt: skip
_BITS = 21  # bits of a character, and of a position in the index
_MASK = (1 << _BITS) - 1
_BESIDE = 0.5  # weight of text beside a name
_BY_READING = 0.8  # weight of a match by reading only
LEAST = 0.4  # minimum share of the typed text
_READ = 0.75  # minimum for readings: kana are few, and some are in every name
_NEARLY = 0.9  # weight of a match with one character different
_NOWHERE = 0.25  # weight of a pair that occurs nowhere
_WELL = 1.2  # score from which a hit counts as found: no further search is tried
_FAR = 0.4  # of the best score: below it, the match of a character or two is by chance
_PAST = 0.1
_SHORTENED, _LEFT_OUT = 4, 6  # maximum length of an abbreviation, and of the gaps in it
_RANKED = 120
_PART = 8192  # entries per index: building one takes little memory, and other threads run in between
_FEW = 64  # minimum number of differing entries for a full rebuild
LONGEST = 100

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """An entry of the index."""

    kind: str
    code: str
    names: tuple[str, ...]  # in every language, the Japanese one first
    beside: str = ""  # further searchable text
    is_past: bool = False  # shown, but ranked below equally good current entries
    until: int = 0  # the day from which it is no longer in force, as an ordinal; 0 where it has no end


@dataclass(frozen=True, slots=True)
class Hit:
    """A result of a search: an entry and its score."""

    entry: Searchable
    score: float


@dataclass(frozen=True, slots=True)
class Postings:
    """Inverted index: pairs of characters in order, and for each the positions from its start to the start of the next."""

    keys: Ints
    starts: Ints
    places: npt.NDArray[np.int32]

    def of(self, gram: int) -> npt.NDArray[np.int32]:
        """Return the positions of a pair."""
        n = int(np.searchsorted(self.keys, gram))
        if n == len(self.keys) or self.keys[n] != gram:
            return self.places[:0]
        return self.places[self.starts[n] : self.starts[n + 1]]


class Index:
    """The entries, their folded texts, and the inverted index from pairs of characters to entries.

    The folded texts are one long string, a line per entry: names, reading of the first name and synonyms, then ``beside``, separated
    by tabs. This takes a third of the memory of separate strings, and the whole can be scanned at once.
    """

    def __init__(self, entries: Iterable[Searchable]) -> None:
        self.entries = list(entries)
        names_of = [[name for name in entry.names if name] for entry in self.entries]
        names = iter(folded_all(name for spelling in names_of for name in spelling))
        firsts = plain_all(entry.names[0] for entry in self.entries)
        read, same = read_all(firsts), folded_all(same_words_all(firsts))
        texts = [
            "\t".join((*islice(names, len(spelling)), *beneath)) for spelling, *beneath in zip(names_of, read, same, strict=True)
        ]
        beside = folded_all(entry.beside for entry in self.entries)
        self.text = "".join(f"{text}\t{reading}\n" for text, reading in zip(texts, beside, strict=True))
        self.starts = np.cumsum([0, *(len(text) + len(reading) + 2 for text, reading in zip(texts, beside, strict=True))])
        self.kinds = np.array([KINDS.index(entry.kind) for entry in self.entries], dtype=np.int8)
        self.until = np.array([entry.until or 1 << 30 for entry in self.entries], dtype=np.int64)
        self.named = _postings(texts)
        self.beside = _postings(beside)

    def called(self, n: int) -> list[str]:
        """Return the folded names of an entry: its names, the reading of the first, and synonyms."""
        return self.text[self.starts[n] : self.starts[n + 1] - 1].split("\t")[:-1]

    def only(self, stands: npt.NDArray[np.bool_]) -> Index:
        """Return the same index without the entries that no longer exist."""
        fewer = copy(self)
        fewer.until = np.where(stands, self.until, 0)
        return fewer

    def holding(self, words: Sequence[str]) -> Ints:
        """Return the positions of the entries that contain every (folded) word; all entries without a word."""
        places = np.nonzero(self.until)[0]
        for word in words:
            there = np.array([match.start() for match in re.finditer(re.escape(word), self.text)], dtype=np.int64)
            places = np.intersect1d(places, np.searchsorted(self.starts, there, side="right") - 1)
        return places


class Growing:
    """The last full index: later entries are indexed only where they differ from it.

    A revision changes a few names out of tens of thousands, whose indexing takes seconds.
    """

    def __init__(self) -> None:
        self._last: tuple[tuple[Index, ...], dict[tuple[str, str], tuple[int, int]]] | None = None

    def of(self, entries: Sequence[Searchable]) -> tuple[Index, ...]:
        """Return indices that cover the entries: the previous index for those it still holds, and a new one for all others."""
        if self._last is not None:
            made, places = self._last
            stands, others = [np.zeros(len(index.entries), dtype=np.bool_) for index in made], []
            for entry in entries:
                part, n = places.get((entry.kind, entry.code), (-1, 0))
                if part >= 0 and made[part].entries[n] == entry:
                    stands[part][n] = True
                else:
                    others.append(entry)
            gone = sum(int(np.count_nonzero(~stands_now)) for stands_now in stands)
            if len(others) + gone <= max(_FEW, len(entries) // 10):
                kept = [
                    index if stands_now.all() else index.only(stands_now) for index, stands_now in zip(made, stands, strict=True)
                ]
                return (*kept, Index(others)) if others else tuple(kept)
        whole = tuple(Index(entries[n : n + _PART]) for n in range(0, len(entries), _PART))
        places = {(e.kind, e.code): (part, n) for part, index in enumerate(whole) for n, e in enumerate(index.entries)}
        self._last = (whole, places)
        return whole


Place = tuple[Index, int, float]  # an index, the position of an entry, and the share of the typed text in it


def search(indices: Sequence[Index], text: str, *, day: int, kinds: Sequence[str] = (), limit: int = 20) -> list[Hit]:
    """Return the best matches, best first.

    Args:
        day: as an ordinal; entries ended by it are left out.
        kinds: restrict to these kinds; empty means any.
    """
    words = folded(text[:LONGEST]).split()
    look = partial(_places, indices, day=day, kinds=kinds)
    hits = _ranked(look, words)
    if not any(hit.score >= _WELL for hit in hits):
        hits += [replace(hit, score=hit.score * _NEARLY) for hit in _near(look, words)]
        if has_kanji(text):
            hits += [replace(hit, score=hit.score * _BY_READING) for hit in _ranked(look, read(text[:LONGEST]).split(), _READ)]
    best: dict[tuple[str, str], Hit] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.score, len(hit.entry.names[0]), hit.entry.code)):
        best.setdefault((hit.entry.kind, hit.entry.code), hit)
    answers = list(best.values())
    return [hit for hit in answers[:limit] if hit.score >= answers[0].score * _FAR]


def _places(
    indices: Sequence[Index], grams: Sequence[int], least: float, *, day: int, kinds: Sequence[str]
) -> list[Place]:  # fmt: skip
    """Return the entries with the highest overlap of pairs or characters, rare ones weighted more."""
    total = sum(len(index.entries) for index in indices)
    postings = [[index.named.of(gram) for gram in grams] for index in indices]
    counts = [sum(len(places[n]) for places in postings) for n in range(len(grams))]
    # A pair that occurs in no name is misspelt or incidental (したいのですが): it has little weight.
    weights = [float(np.log(1 + total / max(1, count))) * (1.0 if count else _NOWHERE) for count in counts]
    if not any(counts) or not grams:
        return []
    places: list[Place] = []
    for index, here in zip(indices, postings, strict=True):
        cover = _cover(index, grams, here, weights) / sum(weights)
        stands = (index.until > day) & (cover >= least)
        if kinds:
            stands &= np.isin(index.kinds, [KINDS.index(kind) for kind in kinds])
        (chosen,) = np.nonzero(stands)
        if len(chosen) > _RANKED:
            chosen = chosen[np.argpartition(-cover[chosen], _RANKED)[:_RANKED]]
        places += [(index, int(n), float(cover[n])) for n in chosen]
    return sorted(places, key=lambda place: -place[2])[:_RANKED]


def _cover(index: Index, grams: Sequence[int], places: Sequence[npt.NDArray[np.int32]], weights: Sequence[float]) -> Floats:
    """Return for each entry the share of the typed text that it contains."""
    cover: Floats = np.zeros(len(index.entries))
    for gram, here, weight in zip(grams, places, weights, strict=True):
        by_one = np.zeros(len(index.entries))
        by_one[index.beside.of(gram)] = _BESIDE * weight
        by_one[here] = weight
        cover += by_one
    return cover


def _ranked(look: Callable[[Sequence[int], float], list[Place]], words: Sequence[str], least: float = LEAST) -> list[Hit]:
    grams = sorted({gram for word in words for gram in grams_of(word)})
    return [Hit(index.entries[n], _score(index, n, cover, words, len(grams))) for index, n, cover in look(grams, least)]


def _score(index: Index, n: int, cover: float, words: Sequence[str], count: int) -> float:
    """Score an entry: whole names above beginnings, beginnings above parts, short names above long ones."""
    called = index.called(n)
    names, typed_word = called[:-2], "".join(words)
    bonus = 0.0
    for name in called:
        joined = name.replace(" ", "")
        if joined == typed_word or (typed_word in name.split(" ") and name is called[-1]):
            bonus = max(bonus, 0.6)
        elif all(word in name for word in words):
            bonus = max(bonus, 0.25 + (0.1 if joined.startswith(words[0]) else 0.0))
    length = min((len(name) for name in names), default=1)
    entry = index.entries[n]
    weight = WEIGHT[entry.kind] - (_PAST if entry.is_past else 0.0)
    return cover + bonus + 0.25 * min(1.0, count / max(1, length)) + weight


def _near(look: Callable[[Sequence[int], float], list[Place]], words: Sequence[str]) -> list[Hit]:
    """Return entries whose name differs from the text by one character of a word, which in a word of three breaks every pair."""
    if not (sought := [(word, almost(word)) for word in words]):
        return []
    letters = {ord(sign) for word in words for sign in word if has_kanji(sign)}
    pairs = {gram for word in words for gram in grams_of(word)}
    places = look(sorted(letters), 0.3) if letters else []
    places += look(sorted(pairs), 0.2)
    hits, total = [], sum(map(len, words))
    for index, n, _ in places:
        names = "\t".join(index.called(n))
        matched = sum(
            len(word) * (1.0 if word in names else 0.8 if pattern and pattern.search(names) else 0.0) for word, pattern in sought
        )
        if matched / total >= LEAST:
            hits.append(Hit(index.entries[n], _score(index, n, matched / total, words, len(pairs))))
    return hits


def almost(word: str) -> re.Pattern[str] | None:
    """Return a pattern for a word with one character changed, missing, added or transposed, or abbreviated (選管); ``None`` for the shortest."""
    ways = [f"[^\\t ]{{0,{_LEFT_OUT}}}".join(map(re.escape, word))] if has_kanji(word) and 2 <= len(word) <= _SHORTENED else []
    if len(word) >= (3 if has_kanji(word) else 4):
        for n in range(len(word)):
            before, after = re.escape(word[:n]), re.escape(word[n + 1 :])
            ways += [f"{before}[^\\t ]{after}", f"{before}{after}"]
            if n:
                ways += [f"{before}[^\\t ]{re.escape(word[n:])}", re.escape(word[: n - 1] + word[n] + word[n - 1]) + after]
    return re.compile("|".join(ways)) if ways else None


def grams_of(word: str) -> list[int]:
    """Return the pairs of characters of a word as numbers; the character itself for a word of one."""
    if len(word) == 1:
        return [ord(word)]
    return [ord(first) << _BITS | ord(second) for first, second in pairwise(word)]


def _postings(texts: Sequence[str]) -> Postings:
    letters = np.frombuffer("\0".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    place = np.cumsum(letters == 0)
    is_letter = (letters != 0) & (letters != ord(" ")) & (letters != ord("\t"))
    both = is_letter[:-1] & is_letter[1:]
    pairs = letters[:-1][both] << _BITS | letters[1:][both]
    # A pair takes 42 bits and a position 21, so that one integer sorts by pair, then by position.
    postings = np.concatenate((pairs << _BITS | place[:-1][both], letters[is_letter] << _BITS | place[is_letter]))
    postings.sort()  # numpy's own ``unique`` hashes, which takes ten times as long here
    postings = postings[np.diff(postings, prepend=-1) != 0]
    keys = postings >> _BITS
    (starts,) = np.nonzero(np.diff(keys, prepend=-1))
    return Postings(keys[starts], np.append(starts, len(keys)), (postings & _MASK).astype(np.int32))
