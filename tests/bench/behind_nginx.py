"""The public instance behind nginx as it is shipped: two hundred viewers on two processes and on one, and a burst of readers of the edition.

Everything runs on this machine, clients beside the servers: with two processors, two processes have no more of them than one with its
client. ``python -m tests.bench.behind_nginx [--viewers 200] [--seconds 30] [--readers 2000]``

An error is a measure of its own, whose goal is none, and whoever got one stands among those who waited as if for as long as one waits here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import publication
from tests.bench.measured import Measured, tell
from tests.bench.page_time import filled
from tests.bench.viewer import STREAMLIT
from tests.deploy.front import NGINX, PUBLIC, Front, nginx
from tests.oidc import free_port
from tests.publishers.public_server import public_server

INTERVAL, RAMP, SETTLE, ARRIVAL = 10.0, 30.0, 10.0, 10.0
LONGEST_RUN, LONGEST_FILE = 120.0, 60.0  # seconds that anybody waits
Times = tuple[list[float], list[str]]


async def _viewer(port: int, wait: float, begins: float, until: float, found: Times) -> None:
    """Arrive after a while, open the overview, and look at it again every ten seconds."""
    await asyncio.sleep(wait)
    address = f"ws://{PUBLIC}/app/_stcore/stream"
    try:
        async with connect(
            address, host="127.0.0.1", port=port, subprotocols=[STREAMLIT], max_size=None, open_timeout=LONGEST_RUN, ping_interval=None,
        ) as socket:  # fmt: skip
            while (now := time.perf_counter()) < until:
                asked = BackMsg()
                asked.rerun_script.page_name = ""
                await socket.send(asked.SerializeToString())
                while True:
                    raw = await asyncio.wait_for(socket.recv(), LONGEST_RUN)
                    if len(raw) < 2000:
                        message = ForwardMsg.FromString(raw)  # type: ignore[arg-type]
                        if message.WhichOneof("type") == "script_finished" and message.script_finished == 0:
                            break
                if now >= begins:
                    found[0].append(time.perf_counter() - now)
                await asyncio.sleep(max(0.0, INTERVAL * random.uniform(0.9, 1.1) - (time.perf_counter() - now)))
    except Exception as error:
        found[0].append(LONGEST_RUN)
        found[1].append(f"{type(error).__name__}: {error}")


def crowd(port: int, viewers: int, seconds: float) -> tuple[float, float, int, list[str]]:
    """Return median and 95th percentile in ms, the number of runs, and the errors."""
    found: Times = ([], [])

    async def everybody() -> None:
        begins = time.perf_counter() + RAMP + SETTLE
        await asyncio.gather(*(_viewer(port, RAMP * n / viewers, begins, begins + seconds, found) for n in range(viewers)))

    asyncio.run(everybody())
    cuts = statistics.quantiles(found[0], n=20) if len(found[0]) > 1 else [0.0] * 19
    return cuts[9] * 1000, cuts[18] * 1000, len(found[0]) - len(found[1]), found[1]


async def _reader(front: Front, wait: float, paths: list[str], found: Times) -> None:
    """Arrive after a while over a line of one's own, and read a page with its style, script and icon."""
    await asyncio.sleep(wait)
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", front.public.port, ssl=front.public.trust, server_hostname=PUBLIC
        )
        for path in paths:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {front.public.host}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LONGEST_FILE)
            assert head.startswith(b"HTTP/1.1 200"), head[:60]
            if length := re.search(rb"content-length: (\d+)", head, re.I):
                await reader.readexactly(int(length[1]))
            else:
                while size := int((await reader.readline()).strip() or b"0", 16):
                    await reader.readexactly(size + 2)
                await reader.readline()
        found[0].append(time.perf_counter() - began)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    except Exception as error:
        found[0].append(LONGEST_FILE)
        found[1].append(f"{type(error).__name__}: {error}")


def burst(front: Front, editions: Path, readers: int) -> None:
    """Print how long readers wait who all come within ten seconds."""
    page = (editions / "0001" / "site" / "index.html").read_text(encoding="utf-8")
    assets = sorted(set(re.findall(r'(?:href|src)="(assets/[^"]+\.(?:css|js))"', page)))
    paths, found = ["/", *(f"/{name}" for name in assets)], ([], [])

    async def everybody() -> None:
        await asyncio.gather(*(_reader(front, random.uniform(0, ARRIVAL), paths, found) for _ in range(readers)))

    began = time.perf_counter()
    asyncio.run(everybody())
    cuts = statistics.quantiles(found[0], n=20)
    said = f"median {cuts[9] * 1000:.0f} ms, slowest {max(found[0]) * 1000:.0f}, {len(found[0]) - len(found[1])} read all of {len(paths)} files over TLS, all over after {time.perf_counter() - began:.1f} s"
    tell(
        [
            Measured(f"{readers} readers of the edition within {ARRIVAL:.0f} s, 95th percentile", cuts[18] * 1000, 500, "ms", said),
            Measured(f"{readers} readers, errors", len(found[1]), 0, said=" ".join(sorted(set(found[1]))[:3])),
        ]
    )


def main() -> None:
    """Print every measure."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--viewers", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--readers", type=int, default=2000)
    given = asked.parse_args()
    if NGINX is None:
        print("nginxがないため測りません / no nginx on this machine: not measured (apt-get install nginx-light)")
        return
    for name in ("DATABASE_URL", "MIERUKA_MODE"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as held:
        editions = Path(scratch) / "editions"
        store = Store(filled(Path(scratch) / "bench.db"))
        publication.publish(store, note="bench", now=utc_now(), chosen=Settings(EDITIONS_DIR=editions))  # type: ignore[call-arg]
        store.engine.dispose()
        around = {
            "PUBLIC_URL": f"https://{PUBLIC}",
            "BASE_PATH": "/app",
            "TRUSTED_PROXIES": "127.0.0.1",
            "RATE_PAGE": "1000000 per minute",
        }
        one, two = (held.enter_context(public_server(editions, **around)) for _ in range(2))
        nobody = free_port()

        def front(name: str, public: tuple[int, int], entry: str) -> Front:
            ports = free_port(), free_port()
            place = nginx(Path(scratch) / name, editions=editions, ports=ports, office=(nobody, nobody), public=public, entry=entry)
            return held.enter_context(place)

        burst(front("tls", (one, two), "tls"), editions, given.readers)
        fronts = {"one process": front("one", (one, one), "plain"), "two processes": front("two", (one, two), "plain")}
        ends = {}
        for name, each in fronts.items():
            p50, p95, runs, errors = crowd(each.public.port, given.viewers, given.seconds)
            ends[name] = p95
            said = f"median {p50:.0f} ms, {runs} runs"
            what = f"{given.viewers} viewers on {name} behind nginx"
            tell(
                [
                    Measured(f"{what}, 95th percentile", p95, None, "ms", said),
                    Measured(f"{what}, errors", len(errors), 0, said=" ".join(sorted(set(errors))[:3])),
                ]
            )
        ratio = ends["two processes"] / max(ends["one process"], 1e-9)
        tell(
            [
                Measured(
                    "two processes behind nginx to one, 95th percentile",
                    ratio,
                    0.6,
                    "",
                    f"on {os.cpu_count()} processors, clients on them too",
                )
            ]
        )


if __name__ == "__main__":
    main()
