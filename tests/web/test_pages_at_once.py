"""One address holds so many pages open and no more: the rooms of the others stay theirs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from kpis.settings import Settings
from tests.loops import run_apart
from web import sessions
from web.sessions import Lines

pytestmark = pytest.mark.unit


def test_one_address_that_opens_pages_without_end_leaves_room_for_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"MIERUKA_MODE": "public", "PUBLIC_URL": "https://kpi.example.jp", "EDITIONS_DIR": tmp_path}
    chosen = Settings(**given, PAGES_AT_ONCE=6, PAGES_PER_ADDRESS=4)
    monkeypatch.setattr(sessions, "settings", lambda: chosen)

    async def opened() -> None:
        left = asyncio.Event()

        async def page(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "websocket.accept"})
            await left.wait()

        lines = Lines(page)
        answers: list[tuple[str, str]] = []

        def opening(address: str) -> asyncio.Task[None]:
            async def receive() -> Message:
                return {"type": "websocket.connect"}

            async def send(message: Message) -> None:
                answers.append((address, str(message.get("status", message["type"]))))

            scope = {
                "type": "websocket", "path": "/_stcore/stream", "client": (address, 1), "headers": [], "query_string": b"",
                "extensions": {"websocket.http.response": {}},
            }  # fmt: skip
            return asyncio.ensure_future(lines(scope, receive, send))

        tasks = [opening("203.0.113.7") for _ in range(9)]
        await asyncio.sleep(0)
        tasks += [opening("203.0.113.8") for _ in range(3)]
        for _ in range(20):
            await asyncio.sleep(0)
        begun = [each for each in answers if each[1] != "websocket.http.response.body"]
        assert begun.count(("203.0.113.7", "websocket.accept")) == 4 and begun.count(("203.0.113.7", "429")) == 5
        assert begun.count(("203.0.113.8", "websocket.accept")) == 2 and begun.count(("203.0.113.8", "503")) == 1
        left.set()
        await asyncio.gather(*tasks)
        answers.clear()
        await asyncio.gather(opening("203.0.113.7"))
        assert answers == [("203.0.113.7", "websocket.accept")], "what was left is given back"

    run_apart(opened())
