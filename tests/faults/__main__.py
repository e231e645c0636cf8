"""Kill every operation at random moments, on both engines, and say what was left: nothing, all, or something between.

python -m tests.faults [kills of each operation on each engine [name of an operation …]]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kpis.store.store import Store
from tests.faults.operations import BEGUN, NEW, OLD, OPERATIONS, POSTGRES, Instance, Operation, another_postgresql
from tests.killed import killed
from tests.shared import forget, postgresql
from tests.small_government import begin, settle

KILLS = 24


@contextmanager
def instance(engine: str, operation: Operation) -> Iterator[Instance]:
    """Give an instance in a kind of database, brought to where the operation can be done."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        (folder / "machine").mkdir()
        if engine == "sqlite":
            store = Store(f"sqlite:///{folder / 'own.db'}")
            made = Instance(store.url, folder)
            if not operation.is_bare:
                settle(store, folder / "data")
            with operation.beside(made):
                operation.begin(made)
                yield made
            return
        with postgresql(POSTGRES, *(("bare", lambda _store: None) if operation.is_bare else ("small government", begin))) as store:
            made = Instance(store.engine.url.render_as_string(hide_password=False), folder)
            with operation.beside(made):
                operation.begin(made)
                store.engine.dispose()
                yield made


def seconds_of(engine: str, operation: Operation) -> float:
    """Return how long an operation takes in a process of its own that nobody kills."""
    with instance(engine, operation) as made:
        began = time.monotonic()
        killed(lambda: operation.work(made), after=600)
        took = time.monotonic() - began
        assert operation.state(made) == NEW, (operation.name, operation.state(made))
        return took


def kill(engine: str, operation: Operation, after: float) -> tuple[str, str]:
    """Kill an operation after so long; return what was left, and what the next attempt came to."""
    with instance(engine, operation) as made:
        killed(lambda: operation.work(made), after=after)
        left = operation.state(made)
        operation.work(made)
        return left, operation.state(made)


def main(kills: int, names: list[str]) -> int:
    """Print a line for each operation and engine; return the number of kills after which something was wrong."""
    engines = ["sqlite", *(["postgresql"] if POSTGRES else [])]
    if not POSTGRES:
        print("TEST_POSTGRES_URLがないためSQLiteだけです / no TEST_POSTGRES_URL: SQLite only")
    wrong, total, chance = 0, 0, random.Random(2026)
    for operation in (each for each in OPERATIONS if not names or each.name in names):
        for engine in engines if POSTGRES or operation.beside is not another_postgresql else ():
            took = seconds_of(engine, operation)
            left: Counter[str] = Counter()
            for _ in range(kills):
                after = chance.uniform(0, took * 1.1)
                state, then = kill(engine, operation, after)
                if state == OLD and after > took * 0.8:
                    took *= 1.5  # the machine has become slower: kills are to come at every moment of the work, not before it alone
                left[state if state in (OLD, NEW, BEGUN) else f"between: {state}"] += 1
                if then != NEW:
                    left[f"not done again: {then}"] += 1
            between = sum(count for state, count in left.items() if state not in (OLD, NEW, BEGUN))
            wrong, total = wrong + between, total + kills
            begun = f"{BEGUN} {left[BEGUN]}, " if left[BEGUN] else ""
            print(
                f"{operation.name:9}{engine:11}{kills:4} kills within {took:.1f} s: nothing {left[OLD]}, all {left[NEW]}, {begun}wrong {between}",
                flush=True,
            )
            for state in sorted(set(left) - {OLD, NEW, BEGUN}):
                print(f"    {state}: {left[state]}", flush=True)
    print(f"kills {total}, lost, doubled or half done {wrong}")
    forget()
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS, sys.argv[2:]) else 0)
