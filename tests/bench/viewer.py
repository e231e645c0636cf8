"""A viewer without a browser: speaks Streamlit's own protocol to a served app and times each server run."""

from __future__ import annotations

import os
import socket
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from kpis.settings import ROOT
from tests.begun import begin
from tests.bench.held import drawn, kind_of
from tests.publishers.shown import Static, unheld

# Messages that are heard before anybody asks for them: else, while sixteen wait, what the server says to a leave is not heard, for ten seconds.
ALL = None
STREAMLIT = Subprotocol("streamlit")


class Viewer:
    """One open page of a served app."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._held = ExitStack()
        self._choice = ""  # the identity of the choice of persons, once a run has shown it
        opening = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=[STREAMLIT], max_size=None, open_timeout=60, max_queue=ALL
        )
        self.socket = self._held.enter_context(opening)

    def read(self, page: str = "", query: str = "") -> tuple[list[str], list[pd.DataFrame]]:
        """Ask for a run of a page; return every text and every table it shows, in order."""
        texts: list[str] = []
        tables: list[pd.DataFrame] = []
        for element in self._elements(page, query):
            kind = str(element.WhichOneof("type"))
            part = getattr(element, kind)
            if kind in ("dataframe", "table"):
                tables.append(pa.ipc.open_stream(part.arrow_data.data).read_pandas())
            if kind == "html" and "<table" in part.body:  # read in full; whole numbers are numbers there too
                for head, rows in ((h, r) for h, r in Static(part.body).shown.tables if all(len(row) == len(h) for row in r)):
                    tables.append(pd.DataFrame([[int(c) if c.isdecimal() else c for c in row] for row in rows], columns=head))
            said = (str(getattr(part, name)) for name in ("body", "label", "alt") if getattr(part, name, ""))
            texts += [unheld(text) for text in said]
        return texts, tables

    def _elements(self, page: str, query: str) -> list[Element]:
        return [each.new_element for each in drawn(self.answers(page, query)) if each.WhichOneof("type") == "new_element"]

    def run(self, page: str = "", query: str = "", *, as_person: str = "") -> tuple[float, Counter[str]]:
        """Ask for a run of a page; return its time in seconds and the kinds of elements it drew.

        Args:
            page: which.
            query: what its address asks for.
            as_person: whom a local instance is to name; needs a run before this one, which shows the choice.
        """
        if as_person and not self._choice:
            self.run(page, query)
        began = time.perf_counter()
        self._ask(page, query, as_person)
        counts: Counter[str] = Counter()
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=60))  # type: ignore[arg-type]
            if message.WhichOneof("type") == "delta":
                counts[kind_of(message.delta)] += 1
                if message.delta.new_element.selectbox.id.endswith("viewer_email"):
                    self._choice = message.delta.new_element.selectbox.id
            if message.WhichOneof("type") == "navigation":
                counts["menu"] = len(message.navigation.app_pages)
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    counts.clear()
                    continue
                assert "exception" not in counts, f"{page}: the page shows an exception"
                return time.perf_counter() - began, counts

    def answers(self, page: str = "", query: str = "", *, as_person: str = "") -> list[bytes]:
        """Ask for a run of a page, as ``run`` takes it; return every message of the server as it came, those of a run cut short too."""
        self._ask(page, query, as_person)
        found: list[bytes] = []
        while True:
            raw = self.socket.recv(timeout=60)
            assert isinstance(raw, bytes)
            found.append(raw)
            message = ForwardMsg.FromString(raw)
            if message.WhichOneof("type") == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return found

    def _ask(self, page: str, query: str, as_person: str) -> None:
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        if as_person:
            asked.rerun_script.widget_states.widgets.add(id=self._choice, string_value=as_person)
        self.socket.send(asked.SerializeToString())

    def close(self) -> None:
        """Leave."""
        self._held.close()


_served: dict[int, int] = {}  # port → process


def processor_seconds(port: int) -> float:
    """Return the time that processors have given to the process that serves a port, all its threads together, to the nanosecond (Linux)."""
    return time.clock_gettime(~_served[port] << 3 | 2)  # its CPUCLOCK_SCHED, as ``clock_getcpuclockid`` of C names it


def rest(port: int) -> None:
    """Wait until the server of a port does nothing: what it prepares unasked after the first pages is done."""
    before = -1.0
    while (now := processor_seconds(port)) - before > 0.1:
        before = now
        time.sleep(2)  # the span over which it must have done nothing


def resident_bytes(port: int) -> int:
    """Return the resident memory of the process that serves a port, children included (Linux)."""
    first, total = _served[port], 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if int(folder.name) == first or parent == first:
                total += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue  # it ended meanwhile
    return total


@contextmanager
def served(app: str, **environment: str) -> Iterator[int]:
    """Serve an ASGI app in its own process while the block runs; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-m", "uvicorn", app, "--port", str(port), "--log-level", "error", "--app-dir", str(ROOT)]
    process = begin(words, env={"LOG_LEVEL": "error", **os.environ, **environment, "PYTHONPATH": str(ROOT)})
    _served[port] = process.pid
    try:
        while process.poll() is None:  # on a busy machine a start takes its time; one that failed has ended
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"{app} did not start; run it by hand to see why")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)
