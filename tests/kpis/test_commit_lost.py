"""A COMMIT without an answer: what was written may be there or not, and nobody says that nothing was stored."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from anyio import CapacityLimiter
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from api.waiting import in_time, not_now
from kpis.errors import Unavailable
from kpis.reporting import people
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.store.tables import table_of
from kpis.store.unavailable import EXIT_CODES, unavailable
from tests.api.test_standstill import own_address
from tests.command import command
from tests.loops import run_apart
from tests.shared import copied, empty, postgresql
from tests.standstill import relayed
from tests.test_machine import ADD, POSTGRES, ends_named, needs_postgres, small_disk

pytestmark = pytest.mark.edition


def emails(store: Store) -> list[str]:
    return [person.email for person in people.people(store, actor=people.COMMAND_LINE)]


@needs_postgres
@pytest.mark.server
def test_an_answer_to_a_commit_that_was_lost_is_not_said_to_be_that_nothing_was_stored() -> None:
    """It was "Nothing was stored", with the row there; whoever then repeated it had two."""
    with postgresql(POSTGRES, "bare and brought up", Store.migrate) as store, relayed(own_address(store)) as relay:
        through = Store(relay.url)
        before = through.revision()
        relay.loses = b"COMMIT"
        with pytest.raises(OperationalError) as lost, through.writing():
            pass
        named = unavailable(lost.value)
        assert named is not None and named.message.key == "commit_unknown" and store.revision() == before + 1
        done = command(*ADD, DATABASE_URL=relay.url)
        ends_named(done, "commit_unknown")
        assert "not known whether this was stored" in done.stderr.replace("\n", " ") and emails(store) == [ADD[2]]
        relay.loses = b"UPDATE data_revision"
        with pytest.raises(OperationalError) as gone, through.writing():
            pass
        named = unavailable(gone.value)
        assert named is not None and named.message.key == "database_gone" and store.revision() == through.revision() == before + 2


def test_what_sqlite_could_not_keep_is_not_there(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        store = copied(empty(), disk / "own.db")
        before = store.state()

        def until_it_is_full() -> None:
            row = {"name": "x", "kind": "x", "content": b"x" * 50_000, "bytes_count": 50_000, "received_at": utc_now()}
            with store.writing() as session:
                session.execute(insert(tables.OriginalFile), [{"sha256": f"{n}", **row} for n in range(8)])
                (disk / "rest").write_bytes(b"x" * (shutil.disk_usage(disk).free - 4096))

        with pytest.raises(OperationalError) as full:
            until_it_is_full()
        named = unavailable(full.value)
        assert named is not None and named.message.key == "disk_full" and store.state() == before
        (disk / "rest").unlink()
        with store.reading() as session:
            assert session.execute(select(func.count()).select_from(table_of(tables.OriginalFile))).scalar_one() == 0
        store.engine.dispose()


def test_a_write_that_is_waited_for_no_longer_may_still_be_done() -> None:
    async def waited() -> Unavailable:
        with pytest.raises(Unavailable) as late:
            await in_time(lambda: time.sleep(0.5), seconds=0.05, is_write=True, limiter=CapacityLimiter(1))
        return late.value

    error = run_apart(waited())
    assert error.message.key == "commit_unknown" and error.exit_code == EXIT_CODES["commit_unknown"]
    answer = not_now(error, {})
    assert "Retry-After" not in answer.headers and "not known" in json.loads(bytes(answer.body))["error"]
