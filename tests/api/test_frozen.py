"""A PostgreSQL whose processes are stopped: pages and API say so in time, what needs no database is answered, and all of it goes on afterwards."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kpis.store.engine import CONNECT_SECONDS, GIVE_UP_SECONDS
from kpis.store.store import Store
from tests.bench.viewer import Viewer
from tests.publishers.house import small
from tests.publishers.shown import unheld
from tests.small_government import begin
from tests.standstill import own_cluster, postgresql_programs
from tests.web.served import Instance, serving

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        postgresql_programs() is None,
        reason="PostgreSQLを起動できません / no PostgreSQL can be started here: Linux, root and PostgreSQL's programs are needed",
    ),
]
WAIT = 4
# A page waits for the answer that the database was to give up by itself, and once more where it opens a connection anew.
LONGEST = 2 * (WAIT + GIVE_UP_SECONDS) + CONNECT_SECONDS
CODE = "electronic_decision_rate"
IN_WORDS = {"ja": "時間内に答えません", "en": "no answer in time"}
STANDING = ("/api/health/live", "/site/", "/feed.atom", "/api/v1/editions")


def page(port: int, language: str) -> tuple[str, float]:
    """Ask for a page as somebody who comes now; return what the server sends, and the seconds until it was done."""
    began = time.monotonic()
    viewer = Viewer(port)
    said = unheld(
        b"\n".join(viewer.answers("indicator", f"code={CODE}&as_of=2023-03-31&lang={language}")).decode("utf-8", "ignore")
    )
    viewer.close()
    return said, time.monotonic() - began


def asked(instance: Instance, path: str) -> tuple[int, str, float]:
    began = time.monotonic()
    answer = instance.ask(path)
    return answer.status, answer.body.decode("utf-8", "replace"), time.monotonic() - began


def test_while_the_database_is_frozen_everybody_hears_so_in_time_and_afterwards_everything_goes_on(tmp_path: Path) -> None:
    files = small(tmp_path)
    with own_cluster() as cluster:
        house = replace(files, store=Store(cluster.url))
        begin(house.store)
        house.publish("凍結の前")
        places = {
            "DATABASE_URL": cluster.url, "EDITIONS_DIR": str(house.folder), "DATABASE_WAIT_SECONDS": str(WAIT),
            "CATALOGUE_DIR": str(tmp_path / "data" / "catalogue"), "OFFICIAL_DIR": str(tmp_path / "data" / "official"),
        }  # fmt: skip
        with serving(tmp_path, **places) as instance:
            assert "50.0% (500 / 1,000)" in page(instance.port, "ja")[0]
            before = {path: instance.ask(path) for path in STANDING}
            assert {answer.status for answer in before.values()} == {200}
            cluster.freeze()
            with ThreadPoolExecutor(12) as many:
                pages = {language: [many.submit(page, instance.port, language) for _ in range(3)] for language in IN_WORDS}
                api = [many.submit(asked, instance, f"/api/v1/status?as_of=2023-03-{day:02d}") for day in range(10, 14)]
                waiting = [*api, *(each for asking in pages.values() for each in asking)]
                while not all(each.running() or each.done() for each in waiting):
                    time.sleep(0.05)  # all of them are to be under way
                for path in STANDING:
                    status, _, seconds = asked(instance, path)
                    assert status == 200 and seconds < WAIT, path
                health, ready = asked(instance, "/api/health"), asked(instance, "/api/health/ready")
            for status, said, seconds in (health, ready, *(each.result() for each in api)):
                assert status == 503 and all(words in said for words in IN_WORDS.values()) and seconds < LONGEST, said
            for language, asking in pages.items():
                for said, seconds in (each.result() for each in asking):
                    assert IN_WORDS[language] in said and "500 / 1,000" not in said and seconds < LONGEST, (seconds, said)
            cluster.go_on()
            until = time.monotonic() + LONGEST
            while asked(instance, "/api/health/ready")[0] != 200 and time.monotonic() < until:
                time.sleep(0.2)
            for language in IN_WORDS:
                assert "50.0% (500 / 1,000)" in page(instance.port, language)[0], "nothing has to be restarted"
            assert asked(instance, "/api/v1/status?as_of=2023-03-10")[0] == 200
            house.correct(CODE, "FY2022-Q2", numerator="400")
            assert "40.0% (400 / 1,000)" in page(instance.port, "ja")[0]
        house.store.engine.dispose()
