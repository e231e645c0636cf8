"""The shipped lists name every row that they held in an earlier version and hold no longer, so that an upgrade knows what to do."""

from __future__ import annotations

import csv
from pathlib import Path

from kpis.registers import LIST_OF_FILE, LISTS
from kpis.settings import ROOT
from loaders.missing import read_dropped

CATALOGUE, OFFICIAL = ROOT / "data" / "catalogue", ROOT / "data" / "official"


def keys_of(name: str) -> set[str]:
    path = next(p for p in (CATALOGUE / name, OFFICIAL / name) if p.is_file())
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {" ".join((row.get(field) or "").strip() for field in LIST_OF_FILE[name].key) for row in csv.DictReader(file)}


def test_what_an_earlier_version_listed_is_there_or_named() -> None:
    """``listed_before.csv`` holds the keys of the lists as they were first shipped; add those of each later version to it."""
    dropped = read_dropped(CATALOGUE, OFFICIAL)
    with (Path(__file__).parent / "listed_before.csv").open(encoding="utf-8", newline="") as file:
        before = [(LIST_OF_FILE[row["list"]].kind.value, row["row_key"]) for row in csv.DictReader(file)]
    present = {name: keys_of(LISTS[name].file) for name in {name for name, _ in before}}
    assert len(before) > 900
    assert [pair for pair in before if pair[1] not in present[pair[0]] and pair not in dropped] == []
    assert [pair for pair in dropped if pair[1] in present[pair[0]]] == [], "named as gone, but still listed"


def test_what_a_replaced_or_reported_list_lacks_is_asked_about() -> None:
    """Sources and versions of the strategy alone stay whatever a list says: nothing else would name what rests on them."""
    assert {kind for kind, listed in LISTS.items() if not listed.decisions} == {"source", "strategy_version"}
