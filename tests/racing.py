"""People who act at the same moment, each in a process of their own."""

from __future__ import annotations

from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

from kpis.errors import MierukaError
from kpis.reporting import submissions
from kpis.store.store import Store
from tests.begun import forked, processes
from tests.command import WAIT
from tests.small_government import PERIOD, figure


def race(store: Store, what: str, sides: list[tuple[str, str]]) -> list[str]:
    """Let each side act once all are ready; return what was said to each, in the order of the words.

    Args:
        store: what they act on.
        what: ``upload`` or ``approve``.
        sides: who acts, with the numerator to upload or the number of the report to approve.
    """
    together, told = processes.Barrier(len(sides)), processes.SimpleQueue()
    running = [forked(_act, store.url, what, *side, together, told) for side in sides]
    for process in running:
        process.join(WAIT)
        assert process.exitcode == 0, process.exitcode
    return sorted(told.get() for _ in running)


def _act(url: str, what: str, actor: str, number: str, together: Barrier, told: SimpleQueue[str]) -> None:
    store = Store(url)
    store.revision()
    together.wait(WAIT)
    try:
        if what == "upload":
            rows = [figure(numerator=float(number), denominator=1000.0)]
            done = submissions.upload(
                store,
                submissions.FilledWorkbook(rows=rows, content=number.encode(), name="x.xlsx"),
                actor=actor,
                bureau_code="GENERAL",
                period_code=PERIOD,
            )
            told.put(f"done {done.is_repeat}")
        else:
            submissions.approve(store, int(number), actor=actor, revision=1)
            told.put("done False")
    except MierukaError as refused:
        told.put(f"{type(refused).__name__} {refused.in_language('en')}")
