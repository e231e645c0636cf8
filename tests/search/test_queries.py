"""Queries as people write them find what they mean among the first three, by the shipped data."""

from __future__ import annotations

import csv
import time
from datetime import date
from pathlib import Path

from kpis.moment import Moment, State
from kpis.store.store import Store
from telling.blocks import Telling
from telling.search import answers
from telling.words import Words

QUERIES = Path(__file__).with_name("queries.csv")
DAY = date(2026, 3, 31)
FIRST, SHARE = 3, 0.95


def test_queries_find_what_they_mean_among_the_first_three(tokyo: Store) -> None:
    said = Telling(Words("ja"), Moment(state=State(tokyo), as_of=DAY))
    with QUERIES.open(encoding="utf-8") as file:
        asked = list(csv.DictReader(file))
    assert len(asked) >= 200 and len({row["query"] for row in asked}) == len(asked)
    answers(said, asked[0]["query"])
    missed, spent = [], []
    for row in asked:
        began = time.perf_counter()
        got = [f"{each.kind}:{each.code}" for each in answers(said, row["query"], limit=FIRST)]
        spent.append(time.perf_counter() - began)
        if not set(got) & set(row["expected"].split("|")):
            missed.append(f"{row['query']} ({row['how']}): {row['expected']}, not {got}")
    share = 1 - len(missed) / len(asked)
    spent.sort()
    print(
        f"{len(asked)} queries, {share:.1%} among the first {FIRST}; median {spent[len(spent) // 2] * 1000:.1f} ms, longest {spent[-1] * 1000:.1f} ms"
    )
    print("\n".join(missed))
    assert share >= SHARE, missed
