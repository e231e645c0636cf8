"""A backup that is put back under processes that serve: nothing of what was there before is shown for it, and what is missing meanwhile is said."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from kpis.errors import EditionRefused
from kpis.government import government, settle
from kpis.store.engine import open_engine
from kpis.store.store import Store
from publishers.backup import make_backup, restore
from publishers.editions import on_disk, record
from tests.bench.viewer import Viewer
from tests.command import command
from tests.publishers.house import House, small
from tests.publishers.shown import unheld
from tests.shared import postgresql
from tests.small_government import begin, write_small_government
from tests.web.served import Instance, serving

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
pytestmark = pytest.mark.server
CODE = "electronic_decision_rate"
QUERY = f"code={CODE}&as_of=2023-03-31"


def moved(source: Path, pattern: str, to: Path) -> None:
    """Move files aside, as an operator does before a backup is put back."""
    to.mkdir(exist_ok=True)
    for path in source.glob(pattern):
        path.rename(to / path.name)


def told(viewer: Viewer, query: str = QUERY) -> str:
    """Return everything that the server sends of a run of the page of one indicator."""
    return unheld(b"\n".join(viewer.answers("indicator", query)).decode("utf-8", "ignore"))


def test_another_edition_of_the_same_number_is_shown_as_itself_by_a_process_that_showed_the_one_before(tmp_path: Path) -> None:
    house = small(tmp_path)
    house.publish("最初の公表")
    kept = tmp_path / "kept"
    make_backup(house.store, kept, house.chosen)
    house.correct(CODE, "FY2022-Q2", numerator="400")
    lost = Store(house.publish("訂正、戻した控えにはない").url).revision()
    with serving(tmp_path, "--public", EDITIONS_DIR=str(house.folder)) as public:
        viewer = Viewer(public.port)
        assert "40.0% (400 / 1,000)" in told(viewer)
        assert b"40.0" in public.ask("/api/v1/status?as_of=2023-03-31").body
        house.store.engine.dispose()
        moved(tmp_path, "small.db*", tmp_path / "aside")
        moved(tmp_path, "editions", tmp_path / "aside")
        for path in ("/api/health", "/api/v1/status", "/site/", "/api/v1/editions"):
            answer = public.ask(path)
            assert answer.status == 503 and b"40.0" not in answer.body, path
            assert "控えを戻している" in (said := json.loads(answer.body)["error"]) and "a backup is being put back" in said
        again = replace(house, store=Store(house.store.url))
        restore(kept, again.store, house.chosen)
        record.settle(again.store, house.folder)
        assert "50.0% (500 / 1,000)" in told(viewer)
        again.correct(CODE, "FY2022-Q2", numerator="450")
        made = again.publish("同じ番号の別の公表版")
        assert (made.number, Store(made.url).revision()) == (2, lost), "number and revision of the one that was lost"
        shown = told(viewer)
        assert "45.0% (450 / 1,000)" in shown and "400 / 1,000" not in shown, "the page that was open all the while"
        answer = public.ask("/api/v1/status?as_of=2023-03-31&edition=2").body
        assert b"45.0" in answer and b"40.0" not in answer


def test_what_the_government_says_of_itself_is_read_anew_where_another_folder_took_its_place(tmp_path: Path) -> None:
    folder, _ = write_small_government(tmp_path / "one")
    settle(folder)
    before = government().publisher.name_ja
    folder.rename(tmp_path / "aside")
    write_small_government(tmp_path / "one")
    facts = folder / "government.toml"
    facts.write_text(facts.read_text(encoding="utf-8").replace(before, "別の市"), encoding="utf-8")
    try:
        settle(folder)
        assert government().publisher.name_ja == "別の市"
    finally:
        settle(None)


def test_keys_that_are_gone_are_not_called_a_forgery(tmp_path: Path) -> None:
    house = small(tmp_path)
    house.publish("最初の公表")
    assert on_disk.current(house.folder)
    house.folder.rename(tmp_path / "aside")
    with pytest.raises(EditionRefused, match="was moved"):
        on_disk.current(house.folder)


# The database of a server that runs -----------------------------------------------------------------------------------


@contextmanager
def of_sqlite(folder: Path) -> Iterator[tuple[House, Callable[[], None], Callable[[], None]]]:
    house = small(folder)
    yield house, lambda: moved(folder, "small.db*", folder / "aside"), lambda: (folder / "small.db").touch(0o600)


@contextmanager
def of_postgresql(folder: Path) -> Iterator[tuple[House, Callable[[], None], Callable[[], None]]]:
    files = small(folder)
    files.store.engine.dispose()
    admin = open_engine(POSTGRES).execution_options(isolation_level="AUTOCOMMIT")
    with postgresql(POSTGRES, "small government", begin) as store:
        name = make_url(store.url).database
        house = replace(files, store=Store(make_url(store.url).set(drivername="postgresql").render_as_string(hide_password=False)))

        def run(statement: str) -> None:
            with admin.connect() as connection:
                connection.execute(text(statement))

        def aside() -> None:
            run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            run(f"ALTER DATABASE {name} RENAME TO {name}_aside")

        try:
            yield house, aside, lambda: run(f"CREATE DATABASE {name}")
        finally:
            house.store.engine.dispose()
            run(f"DROP DATABASE IF EXISTS {name}_aside WITH (FORCE)")
            admin.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_server_whose_database_is_replaced_says_so_and_shows_what_was_put_back(engine: str, tmp_path: Path) -> None:
    if engine == "postgresql" and not POSTGRES:
        pytest.skip("TEST_POSTGRES_URL is not set: no PostgreSQL")
    with (of_sqlite if engine == "sqlite" else of_postgresql)(tmp_path) as (house, aside, make_empty):
        places = {
            "DATABASE_URL": house.store.url, "EDITIONS_DIR": str(house.folder), "SIGNING_KEY_FILE": str(tmp_path / "own" / "signing.key"),
            "CATALOGUE_DIR": str(tmp_path / "data" / "catalogue"), "OFFICIAL_DIR": str(tmp_path / "data" / "official"),
        }  # fmt: skip
        kept = tmp_path / "kept"
        make_backup(house.store, kept, house.chosen.model_copy(update={"signing_key_file": tmp_path / "own" / "signing.key"}))
        house.correct(CODE, "FY2022-Q2", numerator="400")
        house.store.engine.dispose()
        with serving(tmp_path, **places) as local:
            viewer = Viewer(local.port)
            assert "40.0% (400 / 1,000)" in told(viewer)
            aside()
            missing = {"sqlite": ("開けません", "cannot be opened"), "postgresql": ("断りました", "refused")}[engine]
            nothing_is_shown(local, viewer, *missing)
            assert engine == "postgresql" or not (tmp_path / "small.db").exists(), "a server makes no database in the place of one"
            make_empty()
            nothing_is_shown(local, viewer, "表がないか、足りません", "has no tables of this program")
            done = command("restore", str(kept), **places)
            assert done.returncode == 0, done.stderr
            shown = told(viewer, f"{QUERY}&lang=ja")
            assert "50.0% (500 / 1,000)" in shown and "400 / 1,000" not in shown, "the page that was open all the while"
            answer = local.ask("/api/v1/status?as_of=2023-03-31")
            assert b"50.0" in answer.body and b"40.0" not in answer.body and local.ask("/api/health/ready").status == 200
        assert '"event":"request failed' not in (tmp_path / "server.log").read_text(encoding="utf-8"), (
            "it was no fault of the program"
        )


def nothing_is_shown(local: Instance, viewer: Viewer, japanese: str, english: str) -> None:
    """Hold what a server says while its figures cannot be read: what is wrong, in both languages, and no figure."""
    for path in ("/api/health", "/api/v1/status?as_of=2023-03-31", "/api/health/ready"):
        answer = local.ask(path)
        said = answer.body.decode()
        assert answer.status == 503 and japanese in said and english in said and "40.0" not in said, (path, said)
    assert local.ask("/api/health/live").status == 200
    assert japanese in (page := told(viewer, f"{QUERY}&lang=ja")) and "400 / 1,000" not in page
    assert english in (page := told(viewer, f"{QUERY}&lang=en")) and "400 / 1,000" not in page
