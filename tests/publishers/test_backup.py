"""Backup, restore and copy: every row, vintage and key on either engine, proved by what arrived; killed, tampered with, put in the wrong place."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from kpis.errors import CopyRefused, Unavailable
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.copying import copy_all, one_state, rows_of
from kpis.store.store import Store
from kpis.store.tables import table_of
from publishers import backup
from publishers.backup import DATABASE, EDITIONS, make_backup, restore
from publishers.editions import keys, publication, record
from publishers.editions.verify import Recorded, verify
from tests.command import command
from tests.killed import killed
from tests.publishers.house import House, small
from tests.put_back import lost
from tests.shared import copied, postgresql, settled

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
pytestmark = pytest.mark.edition


def chosen_at(folder: Path, house: House) -> Settings:
    """Return the settings of a bare machine, all of whose files are in a folder."""
    return house.chosen.model_copy(update={"editions_dir": folder / "editions", "signing_key_file": folder / "own" / "signing.key"})


def held(store: Store) -> dict[str, dict[str, object]]:
    with one_state(store) as connection:
        return {name: rows.to_json() for name, rows in rows_of(connection).items()}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> House:
    """An instance with two editions, the second with a correction."""
    made = small(tmp_path_factory.mktemp("published"))
    made.publish("最初の公表")
    made.correct("electronic_decision_rate", "FY2022-Q2", numerator="510")
    made.publish("決定率を訂正")
    return made


@pytest.fixture(scope="module")
def made(published: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the instance with two editions."""
    to = tmp_path_factory.mktemp("backups") / "2026-11-27"
    said = make_backup(published.store, to, published.chosen)
    assert said["tables"] == held(published.store) and said["tables"]["observation"]["rows"] == 3
    return to


def test_a_backup_put_back_on_a_bare_machine_publishes_the_same_edition(
    published: House, made: Path, bare: Store, tmp_path: Path
) -> None:
    chosen = chosen_at(tmp_path, published)
    restore(made, bare, chosen)
    assert lost(published.store, bare) == [], "every row with its key, on either engine"
    assert record.settle(bare, chosen.editions_dir) == [] and verify(chosen.editions_dir, recorded=record.recorded(bare)) == []
    with pytest.raises(CopyRefused, match="already holds rows"):
        restore(made, bare, chosen)
    twin = House(Store(f"sqlite:///{tmp_path / 'twin.db'}"), tmp_path / "twin", published.at)
    twin_chosen = chosen_at(tmp_path / "twin", published)
    restore(made, twin.store, twin_chosen)
    editions = [
        publication.publish(store, note="控えから", now=published.at + timedelta(days=300), chosen=where)
        for store, where in ((bare, chosen), (twin.store, twin_chosen))
    ]
    assert editions[0].number == 3 and editions[0].sha256 == editions[1].sha256


@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")
def test_a_database_moves_to_postgresql_and_back_without_a_difference(published: House, tmp_path: Path) -> None:
    with postgresql(POSTGRES, "bare", lambda store: None) as there:
        copy_all(published.store, there)
        back = Store(f"sqlite:///{tmp_path / 'back.db'}")
        copy_all(there, back)
        assert held(back) == held(there) == held(published.store)
        moved = replace(published, store=there)
        moved.correct("electronic_decision_rate", "FY2022-Q2", numerator="520")  # numbers go on where they ended
        assert there.revision() == published.store.revision() + 1


def changed_file(folder: Path) -> None:
    page = folder / EDITIONS / "0001" / "site" / "index.html"
    page.chmod(0o600)
    page.write_bytes(page.read_bytes() + b" ")


def removed_file(folder: Path) -> None:
    (folder / EDITIONS / "0002" / "changes.json").unlink()


def added_file(folder: Path) -> None:
    (folder / EDITIONS / "0003").mkdir()
    (folder / EDITIONS / "0003" / "index.html").write_text("x")


def linked_file(folder: Path) -> None:
    page = folder / EDITIONS / "0001" / "changes.json"
    page.rename(folder.parent / "elsewhere.json")
    page.symlink_to(folder.parent / "elsewhere.json")


def changed_row(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("UPDATE observation SET numerator = 1 + numerator WHERE numerator > 0")
        connection.commit()


def no_manifest(folder: Path) -> None:
    (folder / "backup.json").write_text("{}")


@pytest.mark.parametrize("harm", [changed_file, removed_file, added_file, linked_file, changed_row, no_manifest])
def test_a_backup_that_is_not_as_it_was_made_is_not_put_back(
    published: House, made: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy)
    harm(copy)
    target, chosen = Store(f"sqlite:///{tmp_path / 'bare.db'}"), chosen_at(tmp_path / "machine", published)
    with pytest.raises(CopyRefused, match=r"not as it was made|not a backup"):
        restore(copy, target, chosen)
    assert not chosen.editions_dir.exists() and not chosen.signing_key_file.exists()
    target.migrate()
    assert held(target)["observation"]["rows"] == 0


def test_a_backup_needs_no_room_but_where_it_is_made(published: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container ``/tmp`` is memory, where a copy of the whole database had no room."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert make_backup(published.store, tmp_path / "kept", published.chosen)["tables"]


def test_nothing_is_written_over(published: House, made: Path, tmp_path: Path) -> None:
    with pytest.raises(CopyRefused, match="exists"):
        make_backup(published.store, made, published.chosen)
    chosen = chosen_at(tmp_path, published)
    chosen.signing_key_file.parent.mkdir()
    chosen.signing_key_file.write_text("another")
    with pytest.raises(CopyRefused, match="another signing key"):
        restore(made, Store(f"sqlite:///{tmp_path / 'bare.db'}"), chosen)
    (chosen.editions_dir / "0001").mkdir(parents=True)
    (chosen.editions_dir / "0001" / "manifest.json").write_text("{}")
    with pytest.raises(CopyRefused, match="other editions"):
        restore(made, Store(f"sqlite:///{tmp_path / 'bare.db'}"), chosen)
    assert chosen.signing_key_file.read_text() == "another"


def test_killed_at_any_moment_there_is_a_whole_backup_or_none_and_restoring_again_ends_well(
    published: House, made: Path, tmp_path: Path
) -> None:
    complete = 0
    for n, after in enumerate((0.1, 0.5, 1.2)):
        to = tmp_path / f"backup{n}"
        killed(lambda to=to: make_backup(Store(published.store.url), to, published.chosen), after=after)  # type: ignore[misc]
        complete += to.exists()
        assert not to.exists() or (to / "backup.json").is_file()
        machine = tmp_path / f"machine{n}"
        machine.mkdir()
        chosen, url = chosen_at(machine, published), f"sqlite:///{machine / 'bare.db'}"
        killed(lambda url=url, chosen=chosen: restore(made, Store(url), chosen), after=after)  # type: ignore[misc]
        store = Store(url)
        store.migrate()
        if held(store)["observation"]["rows"] == 0:
            restore(made, store, chosen)
        assert lost(published.store, store) == []
        assert verify(chosen.editions_dir, recorded=record.recorded(store)) == []
    make_backup(published.store, tmp_path / "backup9", published.chosen)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".backup9")]


def test_the_three_commands_say_what_they_did(published: House, tmp_path: Path) -> None:
    own = {"EDITIONS_DIR": str(published.folder), "SIGNING_KEY_FILE": str(published.chosen.signing_key_file)}
    done = command("backup", str(tmp_path / "kept"), DATABASE_URL=published.store.url, **own)
    assert (
        done.returncode == 0
        and "読み直して確かめ" in done.stdout.replace("\n", "")
        and "read again" in " ".join(done.stdout.split())
    ), done.stderr
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
    bare = {
        "EDITIONS_DIR": str(tmp_path / "e"),
        "SIGNING_KEY_FILE": str(tmp_path / "k"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'b.db'}",
    }
    done = command("restore", str(tmp_path / "kept"), **bare)
    assert done.returncode == 0 and "row by row" in " ".join(done.stdout.split()), done.stderr
    assert command("verify", **bare).returncode == 0
    again = command("restore", str(tmp_path / "kept"), **bare)
    assert again.returncode == 2 and "空のデータベース" in again.stderr.replace("\n", "")
    done = command("copy", "--to", f"sqlite:///{tmp_path / 'c.db'}", **bare)
    assert done.returncode == 0 and "row by row" in " ".join(done.stdout.split()), done.stderr
    assert held(Store(f"sqlite:///{tmp_path / 'c.db'}")) == held(Store(bare["DATABASE_URL"]))


def test_rows_that_their_own_tables_forbid_are_those_of_a_damaged_database(published: House, tmp_path: Path) -> None:
    """A page that was overwritten may read as a row: the copy ended as a fault of the program."""
    copied(settled(published.store), tmp_path / "damaged.db").engine.dispose()
    with closing(sqlite3.connect(tmp_path / "damaged.db")) as damaged:
        damaged.execute("PRAGMA ignore_check_constraints=ON")
        damaged.execute("UPDATE indicator SET kind = 'torn' WHERE rowid = 1")
        damaged.commit()
    for words in (("copy", "--to", f"sqlite:///{tmp_path / 'new.db'}"), ("backup", str(tmp_path / "kept"))):
        done = command(*words, DATABASE_URL=f"sqlite:///{tmp_path / 'damaged.db'}", EDITIONS_DIR=str(tmp_path / "none"))
        assert done.returncode == 65 and "indicator" in done.stderr, done.stderr
        assert "壊れています" in done.stderr and "is damaged" in done.stderr
    assert not (tmp_path / "kept").exists()
    with pytest.raises(
        Unavailable, match=re.escape(str(tmp_path / "damaged.db"))
    ):  # whichever holds them, not the one they are put into
        copy_all(Store(f"sqlite:///{tmp_path / 'damaged.db'}"), Store(f"sqlite:///{tmp_path / 'other.db'}"))


def test_an_edition_shown_while_a_backup_is_made_belongs_to_the_next_one(
    published: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointer was copied as it stood by then, beside rows from before: what was put back could not be verified."""
    house = House(copied(settled(published.store), tmp_path / "small.db"), tmp_path / "editions", published.at)
    shutil.copytree(published.folder, house.folder, symlinks=True)
    copy_editions = backup._copy_editions

    def meanwhile(source: Path, target: Path, noted: Recorded) -> None:
        house.publish("控えの途中の公表")
        copy_editions(source, target, noted)

    with monkeypatch.context() as slow:
        slow.setattr(backup, "_copy_editions", meanwhile)
        make_backup(house.store, tmp_path / "kept", house.chosen)
    assert (house.folder / "0003").is_dir() and not (tmp_path / "kept" / EDITIONS / "0003").exists()
    assert backup.faults_of(tmp_path / "kept") == []
    machine = tmp_path / "machine"
    machine.mkdir()
    chosen, store = chosen_at(machine, house), Store(f"sqlite:///{machine / 'bare.db'}")
    restore(tmp_path / "kept", store, chosen)
    assert record.settle(store, chosen.editions_dir) == []
    assert verify(chosen.editions_dir, recorded=record.recorded(store)) == []


def test_an_edition_that_was_only_intended_does_not_hinder_a_backup(published: House, tmp_path: Path) -> None:
    """Whoever publishes may be killed between the two steps; until the next start its row stands there, and its folder does not."""
    store = copied(settled(published.store), tmp_path / "small.db")
    with store.writing(is_figures=False) as session:
        row = dict(session.execute(select(table_of(tables.Publication)).where(text("edition = 2"))).one()._mapping)
        session.execute(insert(table_of(tables.Publication)).values(**{**row, "edition": 3, "first_shown_at": None}))
    make_backup(store, tmp_path / "kept", published.chosen)
    assert backup.faults_of(tmp_path / "kept") == []


def test_a_backup_is_made_of_damaged_editions_too_and_names_them(published: House, tmp_path: Path) -> None:
    """Night after night it took the place of those that were sound, without a word; and where one was gone, rows had no backup at all."""
    folder = tmp_path / "editions"
    shutil.copytree(published.folder, folder, symlinks=True)
    own = {
        "EDITIONS_DIR": str(folder),
        "SIGNING_KEY_FILE": str(published.chosen.signing_key_file),
        "DATABASE_URL": published.store.url,
    }
    damaged = folder / "0001" / "changes.json"
    damaged.write_bytes(damaged.read_bytes() + b" ")
    done = command("backup", str(tmp_path / "one"), **own)
    assert done.returncode == 1 and "0001 changes.json" in done.stderr and str(folder) in done.stderr
    assert "以前の控え" in done.stderr and "earlier backup" in done.stderr and (tmp_path / "one" / "backup.json").is_file()
    shutil.rmtree(folder / "0002")
    done = command("backup", str(tmp_path / "two"), **own)
    assert done.returncode == 1 and "0002 0002" in done.stderr and (tmp_path / "two" / "mieruka.db").is_file()
    shutil.copytree(published.folder / "0002", folder / "0002")  # the remedy, as docs/operations.md has it
    shutil.copy(published.folder / "0001" / "changes.json", damaged)
    assert command("verify", **own).returncode == 0


@pytest.mark.parametrize(
    ("kept", "words"),
    [(None, "is missing"), (b"no key", "cannot be read"), ("another", "not the key that signs")],
    ids=["gone", "damaged", "another"],
)
def test_a_backup_without_the_key_of_its_editions_says_so(
    published: House, tmp_path: Path, kept: bytes | str | None, words: str
) -> None:
    """Night after night it was made without a word, until the last that held the key was removed as old."""
    file = tmp_path / "own.key"
    if kept == "another":
        keys.make_private(file)
    elif isinstance(kept, bytes):
        file.write_bytes(kept)
        file.chmod(0o600)
    own = {"EDITIONS_DIR": str(published.folder), "SIGNING_KEY_FILE": str(file), "DATABASE_URL": published.store.url}
    done = command("backup", str(tmp_path / "one"), **own)
    assert done.returncode == 1 and words in done.stderr, done.stderr
    assert str(file) in done.stderr, "the place that is to be mended, not that of the copy"
    assert "以前の控え" in done.stderr and "earlier backup" in done.stderr and (tmp_path / "one" / "mieruka.db").is_file()
