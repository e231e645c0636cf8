"""Many viewers at one moment: a server that has just started, one that is warm, after an approval, after a draft; and what each viewer takes.

Each asks for one page of the dashboard at the same moment as all others; what counts is the slowest. A warm run follows each of the others,
so that a machine that is busy meanwhile slows both.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

from kpis.reporting import submissions
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.store.store import Store
from tests.bench.measured import Measured, sizes, tell
from tests.bench.page_time import OF_OFFICE, OFFICE, ONE, PAGES, filled
from tests.bench.viewer import Viewer, resident_bytes, served
from tests.small_government import IN_TIME, figure

VIEWERS = sizes("BENCH_VIEWERS", "50")[0]
TURNS = 3
COLD, APPROVED = 3.0, 1.5
MANAGER, BUREAU, PERIOD = "manager@example.org", "GENERAL", "FY2022-Q3"
OPEN_TO_ALL = [(page, query) for page, query in PAGES if page not in OF_OFFICE and query != ONE]  # nothing is under way here


def slowest(viewers: list[Viewer]) -> float:
    """Let everybody ask at once; return the time of the slowest, in seconds."""
    spent: list[float] = []
    together = threading.Barrier(len(viewers))

    def ask(place: int, viewer: Viewer) -> None:
        page, query = OPEN_TO_ALL[place % len(OPEN_TO_ALL)]
        together.wait()
        began = time.perf_counter()
        viewer.run(page, query)
        spent.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(spent) < len(viewers):
        raise RuntimeError("a viewer got no page")
    return max(spent)


class Reporting:
    """A bureau that reports one figure, again and again, to the office."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.number = 700.0
        add_person(self.store, actor=COMMAND_LINE, email=MANAGER, role="bureau_manager", bureau_code=BUREAU)

    def draft(self) -> submissions.Uploaded:
        """Upload a report that nobody submits yet."""
        self.number += 1
        rows = [figure(numerator=self.number, denominator=1000.0, reason_class="error", reason_text="bench")]
        return submissions.upload(
            self.store,
            submissions.FilledWorkbook(rows=rows, content=str(self.number).encode(), name="b.xlsx"),
            actor=MANAGER,
            bureau_code=BUREAU,
            period_code=PERIOD,
        )

    def approval(self) -> None:
        """Upload, submit and approve a report."""
        report = self.draft()
        submissions.submit(self.store, report.report_id, actor=MANAGER, revision=report.revision, today=IN_TIME)
        submissions.approve(self.store, report.report_id, actor=OFFICE, revision=report.revision)


def main() -> None:
    """Tell how much longer the slowest of many waits than on a warm server."""
    os.environ.pop("DATABASE_URL", None)
    cold, ratios = [], {"an approval": [], "a draft": []}  # type: ignore[var-annotated]
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(TURNS):
            reporting = Reporting(filled(Path(folder) / f"{turn}.db"))
            with served("server:app", DATABASE_URL=reporting.store.url) as port:
                before = resident_bytes(port)
                viewers = [Viewer(port) for _ in range(VIEWERS)]
                first = slowest(viewers)
                warm = min(slowest(viewers) for _ in range(2))
                cold.append((first / warm, first, warm))
                if turn == 0:
                    each = (resident_bytes(port) - before) / VIEWERS / 1e6
                for what, happens in (("an approval", reporting.approval), ("a draft", reporting.draft)):
                    happens()
                    after = slowest(viewers)
                    warm = min(slowest(viewers) for _ in range(2))
                    ratios[what].append((after / warm, after, warm))
                for viewer in viewers:
                    viewer.close()
    for what, found, goal in (
        ("a cold start", cold, COLD), ("an approval", ratios["an approval"], APPROVED), ("a draft", ratios["a draft"], None),
    ):  # fmt: skip
        ratio, seconds, warm = sorted(found)[len(found) // 2]
        said = f"{seconds:.1f} s, warm {warm:.1f} s"
        tell([Measured(f"{VIEWERS} viewers at once after {what} / warm, the slowest", ratio, goal, said=said)])
    tell([Measured("memory of the server per viewer, pages included", each, unit="MB")])


if __name__ == "__main__":
    main()
