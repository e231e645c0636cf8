"""The reform at a moment: made once for all who ask, gone with its revision, and never that of another day, instant or database."""

from __future__ import annotations

import gc
import secrets
import sqlite3
import threading
import time
import weakref
from collections import OrderedDict
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kpis import state as asked
from kpis.figures.scorecard import score_all
from kpis.moment import Moment
from kpis.state import DATABASES, LIMITS, State, state_of
from kpis.store import tables
from kpis.store.engine import frozen_url
from kpis.store.queries import PAGE_SIZE, Filter
from kpis.store.store import Store
from kpis.text import texts_of
from tests.shared import copied, settled, shipped

DAY = date(2023, 3, 31)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "_states", OrderedDict())


def blank(path: Path) -> str:
    url = f"sqlite:///{path}"
    Store(url).migrate()
    return url


def changed(url: str) -> None:
    with Store(url).writing() as session:
        session.add(tables.Source(source_code=secrets.token_hex(4), url="", title="", grade="primary"))


def test_a_row_is_read_by_the_names_of_its_columns_and_nobody_changes_what_all_share(tokyo: Store) -> None:
    now = Moment(state=State(tokyo), as_of=DAY)
    (row, *_), (stored, *_) = now.rows(tables.Project), tokyo.all_of(tables.Project)
    assert vars(row) == stored and row.project_code == stored["project_code"]
    assert texts_of(row, "goal") == {"goal_ja": stored["goal_ja"], "goal_en": stored["goal_en"]}
    with pytest.raises(AttributeError):
        row.kind = "core"
    with pytest.raises(AttributeError):
        getattr(row, "project")  # noqa: B009  # a misspelt column


@pytest.mark.edition
def test_what_is_asked_twice_is_made_once_and_is_what_the_figures_say(tokyo: Store) -> None:
    first = Moment(state=state_of(tokyo.url), as_of=DAY)
    second = Moment(state=state_of(tokyo.url), as_of=DAY)
    assert first == second
    for name in ("book", "scored", "whole", "own", "projects", "bureaus", "facilities", "procedures", "indicators", "units"):
        assert getattr(first, name) is getattr(second, name), name
    assert first.search(Filter()) is second.search(Filter())
    assert first.scored == score_all(tokyo.book(), as_of=DAY)
    assert first.own == [s for s in first.scored if s.entry.is_own_scope] != first.scored


@pytest.mark.edition
def test_another_day_knowledge_or_organisation_is_another_moment(tokyo: Store) -> None:
    now = Moment(state=State(tokyo), as_of=DAY)
    early = now.on(DAY - timedelta(days=365))
    assert {s.as_of for s in early.whole} == {early.as_of} and {s.as_of for s in now.whole} == {DAY}
    then = Moment(state=now.state, as_of=DAY, known_at=datetime(2000, 1, 1))
    assert not any(s.judgement.figure for s in then.own) and any(s.judgement.figure for s in now.own)
    assert not any(p.milestones for p in then.projects) and any(p.milestones for p in now.projects)
    assert not then.facilities and now.facilities
    assert not then.procedures.groups and now.procedures.groups
    assert then.search(Filter())[0] == 0 < now.search(Filter())[0]
    recast = now.in_view("now")
    assert recast.whole is now.whole and recast.scored is not now.scored and recast.bureaus is not now.bureaus


@pytest.mark.edition
def test_a_change_of_the_data_is_a_new_state_and_the_old_one_goes(bare: Store) -> None:
    bare.migrate()
    url = bare.url
    held = state_of(url)
    store, book, gone = held.store, weakref.ref(held.book().organisation), weakref.ref(held)
    assert state_of(url) is held
    changed(url)
    fresh = state_of(url)
    assert fresh is not held and fresh.store is store and fresh.revision == held.revision + 1
    del held
    gc.collect()
    assert gone() is None and book() is None, "nothing of the earlier revision stays in memory"


@pytest.mark.edition
def test_no_more_than_so_many_databases_and_facts_are_kept(tmp_path: Path) -> None:
    urls = [blank(tmp_path / f"{n}.db") for n in range(DATABASES + 1)]
    states = [state_of(url) for url in urls]
    assert len(asked._states) == DATABASES and state_of(urls[-1]) is states[-1] and state_of(urls[0]) is not states[0]
    state = states[-1]
    for n in range(LIMITS["judged"] + 9):
        assert Moment(state=state, as_of=DAY + timedelta(days=n)).whole == []
    assert state.figures.count("judged") == LIMITS["judged"]
    book = state.book()
    for n in range(LIMITS["read"] + 9):
        Moment(state=state, as_of=DAY, known_at=datetime(2020, 1, 1) + timedelta(days=n)).register(tables.Facility)
    assert state.figures.count("read") == LIMITS["read"] and state.book() is book


def test_a_large_page_of_a_search_is_not_kept(tokyo: Store) -> None:
    now = Moment(state=State(tokyo), as_of=DAY)
    total, rows = now.search(Filter(), size=PAGE_SIZE + 1)
    assert len(rows) == min(total, PAGE_SIZE + 1) and not now.state.figures.count("searched")


def test_many_slow_readers_of_an_edition_keep_nobody_waiting(tokyo: Store, tmp_path: Path) -> None:
    """Pages and API ask of one store; a file of procedures is sent as slowly as it is taken."""
    with closing(sqlite3.connect(str(tokyo.engine.url.database))) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "edition.db"),))
    now = Moment(state=state_of(frozen_url(tmp_path / "edition.db")), as_of=DAY)
    slow = [now.matching(Filter()) for _ in range(40)]
    assert all(next(rows) for rows in slow)
    began = time.monotonic()
    assert now.book.entries and time.monotonic() - began < 20, "a pool that is full would wait for thirty seconds"
    for rows in slow:
        rows.close()


def test_many_who_ask_at_once_get_one_state_and_right_answers(bare: Store, tokyo: Store) -> None:
    """While the data change again and again, nobody gets an error, nor figures older than those already seen."""
    bare.migrate()
    url = bare.url
    expected = score_all(tokyo.book(), as_of=DAY)
    wrong: list[Any] = []
    is_over = threading.Event()

    def ask() -> None:
        last = 0
        try:
            while not is_over.is_set():
                revision = state_of(url).revision
                if revision < last:
                    wrong.append((last, revision))
                last = revision
                if Moment(state=state_of(tokyo.url), as_of=DAY).scored != expected:
                    wrong.append("scored")
        except Exception as error:  # whatever it is, it must not be lost in its thread
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        changed(url)
    is_over.set()
    for thread in threads:
        thread.join()
    assert wrong == [] and state_of(url).revision == Store(url).revision()


def test_a_backup_put_back_under_a_running_process_is_seen_though_its_number_comes_again(tmp_path: Path) -> None:
    """Figures A, then an older copy is put in the file's place and figures B bring it to the same number."""
    store = copied(shipped(), tmp_path / "live.db")
    before = settled(store).read_bytes()
    number = store.revision()

    def sources(mark: str) -> list[str]:
        return [row.title for row in state_of(store.url).rows(tables.Source) if row.source_code == mark]

    def add(to: Store, mark: str) -> None:
        with to.writing() as session:
            session.add(tables.Source(source_code=mark, url="https://example.org", title=mark, grade="primary"))

    add(store, "A")
    assert (store.revision(), sources("A"), sources("B")) == (number + 1, ["A"], [])
    beside = tmp_path / "older.db"
    beside.write_bytes(before)
    other = Store(f"sqlite:///{beside}")
    add(other, "B")
    for name in ("live.db-wal", "live.db-shm"):  # the three files of SQLite are one database, and moved as one
        (tmp_path / name).unlink()
    settled(other).replace(tmp_path / "live.db")
    assert state_of(store.url).revision == number + 1
    assert (sources("A"), sources("B")) == ([], ["B"])
