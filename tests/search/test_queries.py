"""Queries as people write them find what they mean among the first three, by the shipped data."""

from __future__ import annotations

import csv
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kpis.moment import Moment
from kpis.state import State
from kpis.store.store import Store
from telling.blocks import Telling
from telling.search import answers
from telling.words import Words

HERE = Path(__file__).parent
DAY = date(2026, 3, 31)
FIRST, SHARE = 3, 0.95


def written(name: str) -> list[tuple[str, str, set[str]]]:
    """Return queries of a file: what is typed, in which way, and what of it is meant (``kind:code``)."""
    with (HERE / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if "expected" in rows[0]:
        return [(row["query"], row["how"], set(row["expected"].split("|"))) for row in rows]
    return [(row["query"], row["why"], {f"{row['kind']}:{row['code']}"}) for row in rows]


@pytest.mark.edition
@pytest.mark.parametrize(
    "name",
    ["queries.csv", "blind_queries.csv", "unseen_queries.csv"],
    ids=["by who knows the index", "by who had not seen it", "by who has not seen it"],
)
def test_queries_find_what_they_mean_among_the_first_three(tokyo: Store, name: str) -> None:
    said = Telling(Words("ja"), Moment(state=State(tokyo), as_of=DAY))
    asked = written(name)
    assert len(asked) >= 200 and len({query for query, _, _ in asked}) == len(asked)
    answers(said, asked[0][0])
    missed: list[str] = []
    spent: list[float] = []
    of_kind: Counter[str] = Counter()
    for query, how, meant in asked:
        began = time.perf_counter()
        got = [f"{each.kind}:{each.code}" for each in answers(said, query, limit=FIRST)]
        spent.append(time.perf_counter() - began)
        if set(got) & meant:
            of_kind[min(meant).split(":")[0]] += 1
        else:
            missed.append(f"{query} ({how}): {sorted(meant)}, not {got}")
    share = 1 - len(missed) / len(asked)
    spent.sort()
    print(
        f"{name}: {len(asked)} queries, {share:.1%} among the first {FIRST}; median {spent[len(spent) // 2] * 1000:.1f} ms, longest {spent[-1] * 1000:.1f} ms"
    )
    print(dict(of_kind), *missed, sep="\n")
    assert share >= SHARE, missed
