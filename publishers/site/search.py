"""The search index of the static edition: small files, of which a query loads the few that hold its bigrams.

The content security policy lets a page load its own scripts but make no other request, so each part is a script with its data.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from kpis.figures.finding import WEIGHT, Index, Searchable
from kpis.figures.folding import KANJI, old_characters
from publishers.site.pages_registers import rows_of_lists
from publishers.site.site import Page, Site
from telling.search import ABOUT, KINDS, Result, answer_of, indices_of
from telling.words import Words, has_page

PART = 800  # average size of a part of the bigrams, in characters
MOST = 500  # entries listed per bigram; rarer bigrams distinguish the rest
ROW = 16  # entries per part of titles, of which the script loads at most ten per query
_BITS = 21
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def search_page(words: Words) -> Page:
    """Return the results page of the search box."""
    return "search.html", "search.html", {
        "title": words("search_box"), "description": words("search_empty"), "kinds": [(kind, words(f"search_kind_{kind}")) for kind in KINDS],
    }  # fmt: skip


_PAGES = {
    "overview": "index", "bureau": "bureaus", "projects": "projects", "procedures": "procedures", "facilities": "facilities",
    "standing": "standing", "changes": "revisions", "revisions": "revisions", "about": "definitions",
}  # fmt: skip


# Pages of the edition that hold parts of the dashboard's page of data and definitions; it has no others.
_HELP = {"method": "method.html", "definitions": "definitions.html", "open": "data.html", "terms": "data.html#cite"}


def _stands(entry: Searchable) -> bool:
    """Return whether the edition has a page for an entry."""
    return entry.kind != "help" or entry.code in _HELP or entry.code not in ABOUT


def script(source: str) -> bytes:
    """Return the script with the table of old characters filled in, so that script and index fold them alike."""
    return source.replace("OLD", json.dumps("".join(old_characters()), ensure_ascii=False)).replace("KANJI", KANJI).encode()


def write(site: Site, folder: Path, languages: list[Words]) -> None:
    """Write the parts: bigram → places, and per language the text of each place.

    Args:
        folder: for the parts; it does not exist yet.
    """
    folder.mkdir()
    day = site.moment.as_of.toordinal()
    entries: list[tuple[Searchable, int, Index]] = []
    for index in indices_of(site.moment):
        entries += [(entry, n, index) for n, entry in enumerate(index.entries) if index.until[n] > day and _stands(entry)]
    entries.sort(key=lambda group: (len(group[0].names[0]), group[0].kind, group[0].code))
    grams = _grams(entries)
    letters = sum(len(postings) for postings in grams.values())
    parts = max(1, letters // PART)
    split: list[dict[str, str]] = [{} for _ in range(parts)]
    for gram, postings in grams.items():
        split[part_of(gram, parts)][gram] = postings
    for n, part in enumerate(split):
        _write(folder / f"{n}.js", f"pairs({n},{_json(part)})")
    # Kind of each entry as runs (entries are ordered by length), so that a filter by kind applies before ranking.
    runs = [[KINDS.index(kind), len(list(group))] for kind, group in groupby(entry.kind for entry, _, _ in entries)]
    about = {
        "parts": parts,
        "row": ROW,
        "count": len(entries),
        "kinds": KINDS,
        "weights": [WEIGHT[kind] for kind in KINDS],
        "runs": runs,
    }
    _write(folder / "about.js", f"about({_json(about)})")
    rows = site.moment.some_procedures([entry.code for entry, _, _ in entries if entry.kind == "procedure"])
    stands = rows_of_lists(site)
    for words in languages:
        telling, place = site.telling(words), folder / words.language
        place.mkdir()
        rows_json = [_row(words, answer_of(telling, entry, rows), stands) for entry, _, _ in entries]
        for n in range(0, len(rows_json), ROW):
            _write(place / f"{n // ROW}.js", f"rows({n // ROW},{_json(rows_json[n : n + ROW])})")


def part_of(gram: str, parts: int) -> int:
    """Return the part that holds a bigram; the script computes the same."""
    number = 0
    for letter in gram:
        number = (number * 31 + ord(letter)) % 1_000_003
    return number % parts


def _grams(entries: list[tuple[Searchable, int, Index]]) -> dict[str, str]:
    """Return bigram → its places: their count, then base 36 gaps between them, with procedures only up to the first ``MOST``."""
    of_procedures = np.array([entry.kind == "procedure" for entry, _, _ in entries], dtype=np.bool_)
    postings: dict[int, list[Any]] = {}
    for index in {id(index): index for _, _, index in entries}.values():
        new = np.full(len(index.entries), -1, dtype=np.int64)
        for n, (_, old, entry_index) in enumerate(entries):
            if entry_index is index:
                new[old] = n
        for key in index.named.keys.tolist():
            there = new[index.named.of(key)]
            postings.setdefault(key, []).append(there[there >= 0])
    made = {}
    for key, several in postings.items():
        places = np.sort(np.concatenate(several))
        first, second = key >> _BITS, key & ((1 << _BITS) - 1)
        if not len(places) or (not first and not "\u3400" <= chr(second) <= "\u9fff"):
            continue  # single letters are kept only if they are words
        named = places[(np.cumsum(of_procedures[places]) <= MOST) | ~of_procedures[places]]
        gaps = np.diff(named, prepend=-1)
        made[(chr(first) if first else "") + chr(second)] = " ".join(_base36(int(n)) for n in (len(places), *gaps))
    return made


def _base36(number: int) -> str:
    made = ""
    while number:
        number, digit = divmod(number, 36)
        made = _DIGITS[digit] + made
    return made or "0"


def _row(words: Words, answer: Result, stands: frozenset[tuple[str, str]]) -> list[Any]:
    online = [] if answer.online is None else [int(answer.online)]
    return [answer.kind, answer.title, answer.context, _address(words, answer, stands), *online]


def _address(words: Words, answer: Result, stands: frozenset[tuple[str, str]]) -> str:
    """Return the address of a result relative to the root of the edition; of a listed row, with its anchor if it is on the page."""
    code = answer.query.get("code", "")
    row = code if (answer.kind, code) in stands else "list"
    path = {
        "indicator": f"indicators/{code}.html", "bureau": f"bureaus/{code}.html", "project": f"projects/{code}.html",
        "milestone": f"projects/{code}.html#milestones", "procedure": f"procedures.html#{row}", "facility": f"facilities.html#{row}",
        "definition": "method.html", "help": _HELP.get(answer.anchor, f"method.html#{answer.anchor}"),
        "page": f"{_PAGES.get(answer.code, 'index')}.html",
    }[answer.kind]  # fmt: skip
    return (words.folder if has_page(path.split("#")[0], words.language) else "") + path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
