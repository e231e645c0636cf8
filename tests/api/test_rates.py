"""A page that says hundreds of words at once is heard in its turn; nobody else waits for what they begin."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from api import rates
from api.rates import AT_ONCE, Rates, whence
from kpis.settings import Settings
from tests.loops import run_apart

APART = 0.02


@pytest.mark.parametrize(("words", "is_held_back"), [(AT_ONCE, False), (AT_ONCE + 25, True)])
def test_what_one_page_says_begins_runs_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: int, is_held_back: bool
) -> None:
    chosen = Settings(MIERUKA_MODE="public", PUBLIC_URL="https://kpi.example.jp", EDITIONS_DIR=tmp_path)  # type: ignore[call-arg]
    monkeypatch.setattr(rates, "APART", APART)
    monkeypatch.setattr(rates, "settings", lambda: chosen)
    heard: list[float] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        for _ in range(words):
            await receive()
            heard.append(time.monotonic())

    async def said() -> dict[str, object]:
        return {"type": "websocket.receive", "bytes": b"x"}

    async def nothing(_message: object) -> None:
        return None

    scope = {"type": "websocket", "path": "/_stcore/stream", "client": ("192.0.2.1", 1), "headers": []}
    run_apart(Rates(app)(scope, said, nothing))  # type: ignore[arg-type]
    apart = [after - before for before, after in pairwise(heard)]
    assert heard[-1] - heard[0] >= (words - AT_ONCE) * APART * 0.9
    assert is_held_back is any(each >= APART / 2 for each in apart[AT_ONCE - 1 :])


@pytest.mark.parametrize(
    ("address", "counted"),
    [("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("64:ff9b::cb00:7107", "203.0.113.7"), ("2002:cb00:7107::1", "203.0.113.7"),
     ("::203.0.113.7", "203.0.113.7"), ("2001:db8:0:1::5", "2001:db8:0:1::/64"), ("::1", "::/64"), ("testclient", "testclient")],
)  # fmt: skip
def test_an_ipv4_address_is_counted_by_itself_however_it_is_written(address: str, counted: str) -> None:
    """A proxy that takes both on one line writes each as ``::ffff:…``, and all of these are of one network of IPv6."""
    assert whence({"client": (address, 1)}) == counted
