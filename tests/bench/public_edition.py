"""The public edition against an empty Streamlit page with one chart: two hundred viewers, requests a second.

Everything is served on this machine, clients beside the server. What is compared alternates, so that a busy machine slows both.
``python -m tests.bench.public_edition [--viewers 200] [--seconds 40] [--page five_less]``
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import tempfile
import time
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import publication
from tests.bench.front_page import public
from tests.bench.page_time import filled
from tests.bench.viewer import STREAMLIT, served

INTERVAL, RAMP, SETTLE = 10.0, 30.0, 12.0


# Viewers ------------------------------------------------------------------------------------------------------------


async def viewer(port: int, page: str, wait: float, until: float, begins: float, times: list[float], errors: list[str]) -> None:
    """Arrive after a while, open a page, and run it again every ten seconds until the end."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    await asyncio.sleep(wait)
    try:
        async with connect(address, subprotocols=[STREAMLIT], max_size=None, open_timeout=60, ping_interval=None) as socket:
            while (now := time.perf_counter()) < until:
                asked = BackMsg()
                asked.rerun_script.page_name = page
                await socket.send(asked.SerializeToString())
                while True:
                    raw = await asyncio.wait_for(socket.recv(), 60)
                    if len(raw) > 2000:
                        continue  # a long message is never the one that ends a run
                    message = ForwardMsg.FromString(raw)  # type: ignore[arg-type]
                    if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                        errors.append(message.delta.new_element.exception.message[:80])
                    if message.WhichOneof("type") == "script_finished" and message.script_finished == 0:
                        break
                if now >= begins:
                    times.append(time.perf_counter() - now)
                await asyncio.sleep(max(0.0, INTERVAL * random.uniform(0.9, 1.1) - (time.perf_counter() - now)))
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")


def memory(pid: int) -> float:
    """Return the resident memory of a process and its children, in MB; 0 where the system does not say."""
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
        except OSError:
            continue
        parent = re.search(r"^PPid:\s+(\d+)", status, re.M)
        if process.name == str(pid) or (parent and parent[1] == str(pid)):
            held = re.search(r"^VmRSS:\s+(\d+)", status, re.M)
            total += int(held[1]) / 1000 if held else 0.0
    return total


def pid_of(port: int) -> int:
    """Return the process that was started with this port."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"uvicorn" in b" ".join(words) and str(port).encode() in words:
            return int(process.name)
    return 0


def crowd(port: int, page: str, viewers: int, seconds: float) -> tuple[float, float, int, list[str], float]:
    """Return the 50th and 95th percentile in ms, the number of runs, the errors, and the memory a viewer takes in MB."""
    pid = pid_of(port)
    before = memory(pid)
    times: list[float] = []
    errors: list[str] = []

    async def all_of_them() -> None:
        begins = time.perf_counter() + RAMP + SETTLE
        await asyncio.gather(
            *(viewer(port, page, RAMP * n / viewers, begins + seconds, begins, times, errors) for n in range(viewers)), measuring()
        )

    held = [before]

    async def measuring() -> None:
        await asyncio.sleep(RAMP + SETTLE + seconds - 1)
        held.append(memory(pid))

    asyncio.run(all_of_them())
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else [0.0] * 19
    return cuts[9] * 1000, cuts[18] * 1000, len(times), errors, (held[-1] - before) / viewers


def crowds(folder: Path, viewers: int, seconds: float, page: str, *, turns: int = 2) -> None:
    """Print both under the same load, in turn."""
    found: dict[str, list[tuple[float, float, int, list[str], float]]] = {"plotly chart": [], "line chart": [], "public": []}
    for _ in range(turns):
        for kind in ("plotly", "line"):
            with served("tests.bench.one_chart_server:app", ONE_CHART=kind) as port:
                found[f"{kind} chart"].append(crowd(port, "", viewers, seconds))
        with public(folder) as port:
            found["public"].append(crowd(port, page, viewers, seconds))
    ends = {name: statistics.median(p95 for _, p95, *_ in runs) for name, runs in found.items()}
    for name, runs in found.items():
        for p50, p95, runs_done, errors, each in runs:
            print(
                f"  {name}: {viewers} viewers, each every {INTERVAL:.0f} s, {runs_done} runs: median {p50:.0f} ms, "
                f"95th percentile {p95:.0f} ms, errors {len(errors)} {sorted(set(errors))[:2] or ''}, {each:.2f} MB per viewer"
            )
    for kind in ("plotly chart", "line chart"):
        print(
            f"{viewers} viewers of /{page}: 95th percentile {ends['public']:.0f} ms, empty Streamlit page with one {kind} "
            f"{ends[kind]:.0f} ms, ratio {ends['public'] / max(ends[kind], 1e-9):.2f} (goal <= 1.5)"
        )


# Requests a second --------------------------------------------------------------------------------------------------


async def _asking(port: int, path: str, until: float, sizes: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    while time.perf_counter() < until:
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head[:60]
        length = int(re.search(rb"content-length: (\d+)", head, re.I)[1])  # type: ignore[index]
        await reader.readexactly(length)
        sizes.append(length)
    writer.close()


def rate(port: int, path: str, *, seconds: float = 6.0, connections: int = 20) -> float:
    """Return the requests a second that a path is answered with."""
    sizes: list[int] = []

    async def ask() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(_asking(port, path, until, sizes) for _ in range(connections)))

    asyncio.run(ask())
    return len(sizes) / seconds


def rates(folder: Path) -> None:
    """Print what the public process answers in a second: static pages, files and the open API."""
    with public(folder) as port:
        for path in ("/site/index.html", "/site/en/indicators/paper_sheets.html", "/data/observations.csv", "/api/v1/observations"):
            print(f"  {path}: {rate(port, path):,.0f} requests a second")


def main() -> None:
    """Print every measure."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--viewers", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=40.0)
    asked.add_argument("--page", default="")
    given = asked.parse_args()
    for name in ("DATABASE_URL", "MIERUKA_MODE"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "editions"
        store = Store(filled(Path(scratch) / "bench.db"))
        publication.publish(store, note="bench", now=utc_now(), chosen=Settings(EDITIONS_DIR=folder))  # type: ignore[call-arg]
        store.engine.dispose()
        crowds(folder, given.viewers, given.seconds, given.page)
        rates(folder)


if __name__ == "__main__":
    main()
