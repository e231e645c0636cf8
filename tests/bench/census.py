"""The procedures page on a national census of 75,071 rows: run time against its floor, memory of the server, text search.

The census is rebuilt from the reference as the Digital Agency publishes it and loaded by ``manage.py load``; where the
reference is absent the bench says so and measures nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from sqlalchemy import select, update

from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from tests import census
from tests.bench.measured import Measured, tell
from tests.bench.page_time import RATIO, floors, named, usual
from tests.bench.viewer import Viewer, resident_bytes, rest, served

RUNS = 25
QUERIES = {"procedures": ("procedures", ""), "procedures searched": ("procedures", "q=税理士")}
WORDS = ("届出", "税理士", "免許 更新", "の", "zzz")
ALL = ("", "themes", "indicator", "procedures", "facilities", "projects", "bureau", "changes", "about")


def loaded(folder: Path) -> dict[str, str]:
    """Load the example of the ministries and the census with the product's own commands; return the settings to serve it."""
    source = census.reference()
    assert source is not None
    census.write_csv(census.published(source), folder / "census.csv")
    chosen = {
        "DATABASE_URL": f"sqlite:///{folder / 'japan.db'}", "CATALOGUE_DIR": str(census.CATALOGUE), "OFFICIAL_DIR": str(census.OFFICIAL),
    }  # fmt: skip
    for files in ([], [str(folder / "census.csv")]):
        began = time.perf_counter()
        command = [sys.executable, "manage.py", "load", *files]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **chosen}, check=True, capture_output=True)
    tell([Measured("census of 75,071 rows: load", time.perf_counter() - began, unit="s")])
    return chosen


def searched(port: int) -> None:
    """Print how long the server takes to search for each word, the whole request measured."""
    for words in WORDS:
        address = f"http://127.0.0.1:{port}/api/v1/procedures?q={urllib.parse.quote(words)}"
        spent = []
        for _ in range(RUNS):
            began = time.perf_counter()
            with urllib.request.urlopen(address, timeout=30) as response:
                total = json.loads(response.read())["total"]
            spent.append((time.perf_counter() - began) * 1000)
        tell([Measured(f"census: search {words!r}", statistics.median(spent), 100.0, unit="ms", said=f"{total:,} found")])


ANYTHING = ("届出", "税", "じどうしゃ とうろく", "麻薬取扱者免許申請", "健康保険 資格取得届け", "自動車の登録の申込み", "zzz")
LONGEST_MS = 30.0  # at the server, of the search over everything


def asked_anything(port: int, words: str) -> tuple[float, int]:
    """Search everything for words: how many milliseconds the whole request took, and how many results were shown."""
    address = f"http://127.0.0.1:{port}/api/v1/search?q={urllib.parse.quote(words)}"
    began = time.perf_counter()
    with urllib.request.urlopen(address, timeout=120) as response:
        total = json.loads(response.read())["total"]
    return (time.perf_counter() - began) * 1000, total


def found_anywhere(port: int, url: str) -> None:
    """Print how long it takes to search everything, the whole request measured; and the first search at all and after a change."""
    first, _ = asked_anything(port, ANYTHING[0])
    tell([Measured("census: find anything, the first search of a server that has stood for a while", first, unit="ms")])
    for words in ANYTHING:
        spent = [asked_anything(port, words) for _ in range(RUNS)]
        said = f"{spent[0][1]} shown"
        tell(
            [
                Measured(
                    f"census: find anything {words!r}", statistics.median(ms for ms, _ in spent), LONGEST_MS, unit="ms", said=said
                )
            ]
        )
    changed = select(tables.Procedure.procedure_code).limit(1).scalar_subquery()
    with Store(url).writing() as session:
        session.execute(
            update(tables.Procedure).where(tables.Procedure.procedure_code == changed).values(name_ja="名前が変わった手続")
        )
    after, _ = asked_anything(port, ANYTHING[0])
    tell([Measured("census: find anything, the first search after a change of the figures", after / 1000, 1.5, unit="s")])


def main() -> None:
    """Tell each measure."""
    if census.reference() is None:
        print(f"census: {census.REFERENCE} がないため測れません / is absent, nothing measured")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = loaded(folder)
        with served("server:app", **chosen) as port:
            tell([Measured("census: memory of the server before any page, libraries alone", resident_bytes(port) / 1e6, unit="MB")])
            page = Viewer(port)
            page.run(*QUERIES["procedures searched"])  # waits for the index of the search, which is made at the start
            rest(port)
            with floors(page, list(QUERIES.values()), folder) as floor:
                for which, (path, query) in QUERIES.items():
                    ms = usual({"page": page, **floor}, path, query, floor=named(path, query))
                    said = f"{ms['page']:.0f} ms of a processor, floor {ms['as said']:.0f} ms"
                    tell([
                        Measured(f"census: page {which} / floor that says the same", ms["page"] / ms["as said"], RATIO, said=said),
                        Measured(f"census: page {which} / floor of few words", ms["page"] / ms["counted"], RATIO, said=f"{ms['counted']:.0f} ms"),
                    ])  # fmt: skip
            searched(port)
            found_anywhere(port, chosen["DATABASE_URL"])
            for other in ALL:
                page.run(other)
            tell([Measured("census: memory of the server, every page seen", resident_bytes(port) / 1e6, 200.0, unit="MB")])
            page.close()


if __name__ == "__main__":
    main()
