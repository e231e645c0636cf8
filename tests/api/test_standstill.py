"""While the database stands still: who needs it hears so in time and in both languages, who does not is answered as ever."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kpis.store.store import Store
from tests.browser.conftest import serving
from tests.shared import load_shipped, postgresql
from tests.standstill import relayed

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
pytestmark = [pytest.mark.server, pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")]


def asked(address: str) -> tuple[int, dict[str, object], float]:
    """Return status, body and seconds of a request."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            return answer.status, json.load(answer), time.monotonic() - began
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), time.monotonic() - began


def test_a_database_that_stands_still_keeps_only_those_waiting_who_ask_it(tmp_path: Path) -> None:
    with (
        postgresql(POSTGRES, "shipped", load_shipped) as store,
        relayed(own_address(store)) as relay,
        serving(tmp_path, DATABASE_URL=relay.url, DATABASE_WAIT_SECONDS="8") as address,
    ):
        assert asked(f"{address}/api/health")[:2][0] == 200
        relay.stand_still()
        with ThreadPoolExecutor(45) as many:
            waiting = [many.submit(asked, f"{address}/api/v1/status?unit=TMG&as_of=2023-03-{n % 28 + 1:02d}") for n in range(45)]
            while not any(each.running() for each in waiting):
                time.sleep(0.01)
            live, health = asked(f"{address}/api/health/live"), asked(f"{address}/api/health")
            editions, ready = asked(f"{address}/api/v1/editions"), asked(f"{address}/api/health/ready")
            answers = [each.result() for each in waiting]
        assert (live[0], live[1]["status"]) == (200, "ok") and live[2] < 10
        assert (health[0], health[1]["status"]) == (503, "unavailable")
        assert "時間内に答え" in str(health[1]["error"]) and "no answer in time" in str(health[1]["error"])
        checks: dict[str, dict[str, object]] = ready[1]["checks"]  # type: ignore[assignment]
        assert ready[0] == 503 and {name for name, check in checks.items() if not check["ok"]} == {
            "database",
            "schema",
            "clock",
            "outbox",
        }
        assert "no answer in time" in str(checks["database"]["detail"])
        # What the process needs to answer at all is measured beside it: the database is waited for two seconds, not for the eight it may take.
        assert health[2] < 3 + live[2] and ready[2] < 3 + editions[2], (live[2], health[2], editions[2], ready[2])
        assert editions[0] == 200, "what is no database's affair is answered meanwhile"
        assert max(live[2], health[2], editions[2], ready[2]) < min(each[2] for each in answers if each[0] == 503)
        assert {each[0] for each in answers} == {503}
        assert all("時間内に答え" in str(each[1]["error"]) for each in answers)
        relay.go_on()
        until = time.monotonic() + 120
        while asked(f"{address}/api/health")[0] != 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert asked(f"{address}/api/v1/status?unit=TMG")[0] == 200, "it goes on when the database does"


def own_address(store: Store) -> str:
    return store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
