"""Editions whose files were made to end or fill whoever looks at them: what differs is named."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kpis.errors import EditionRefused, MierukaError
from publishers import backup
from publishers.editions import on_disk
from publishers.editions.verify import verify
from tests.publishers import test_forgeries
from tests.publishers.test_forgeries import Forged

pytestmark = pytest.mark.edition
original, forged = test_forgeries.original, test_forgeries.forged  # two editions, for each test anew
DEEP = 2_000  # folders one within another: more than a program that calls itself for each can follow


def _run(f: Forged, *statements: str) -> None:
    with closing(sqlite3.connect(f.folder / "0002" / "edition.db")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def deep() -> Iterator[Callable[[Path], None]]:
    """Make folders one within another; they are taken away at the end, which nobody else's program can."""
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        _deep(folder)

    yield make
    for folder in made:
        while (folder / "a" / "a").is_dir():
            (folder / "a" / "a").rename(folder / "b")
            (folder / "a").rmdir()
            (folder / "b").rename(folder / "a")
        (folder / "a").rmdir()


def _deep(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("a", dir_fd=here)
        inner = os.open("a", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


MADE: dict[str, tuple[Callable[[Forged], None], set[str]]] = {
    "bytes among the rows": (
        lambda f: _run(f, "CREATE TABLE x (a)", "INSERT INTO x VALUES (x'00ff')"), {"edition_file_changed", "edition_table_changed"},
    ),
    "a value that grows as it is read": (
        lambda f: _run(f, "CREATE TABLE x (a, b AS (hex(zeroblob(6000000))))", "INSERT INTO x (a) VALUES (1)"),
        {"edition_file_changed", "edition_not_a_database"},
    ),
    "a table whose name ends its quotation": (
        lambda f: _run(f, 'CREATE TABLE "x""; --" (a)'), {"edition_file_changed", "edition_table_changed"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_to_end_or_fill_its_reader_is_named(forged: Forged, name: str) -> None:
    make, named = MADE[name]
    assert verify(forged.folder, key=forged.key) == []
    make(forged)
    assert {fault.message.key for fault in verify(forged.folder, key=forged.key)} == named


def test_folders_without_end_are_named_and_refused_by_a_public_process(forged: Forged, deep: Callable[[Path], None]) -> None:
    edition = on_disk.current(forged.folder)
    assert edition is not None and edition.government
    deep(forged.folder / "0002" / "government")
    with pytest.raises(EditionRefused):
        assert edition.government
    assert {fault.message.key for fault in verify(forged.folder, key=forged.key)} == {"edition_file_added"}


def _answered(ask: Callable[[], object]) -> str:
    """Return how a question ends: an answer, a refusal, or that it waits."""
    ends: list[str] = []

    def run() -> None:
        try:
            ask()
        except MierukaError as error:
            ends.append(error.message.key)
        else:
            ends.append("shown")

    asking = threading.Thread(target=run, daemon=True)
    asking.start()
    asking.join(10)
    return ends[0] if ends else "waits"


@pytest.mark.parametrize("special", ["pipe", "device"])
@pytest.mark.parametrize(
    ("name", "ask", "refusal"),
    [("0002/site/index.html", lambda f: f.content("site/index.html"), "edition_file_refused"),
     ("0002/edition.db", lambda f: f.url, "edition_file_refused"),
     ("0002/government/government.toml", lambda f: f.government, "edition_file_refused"),
     ("0002/manifest.json", lambda f: on_disk.current(f.folder.parent), "edition_unreadable"),
     ("0002/manifest.sig", lambda f: on_disk.current(f.folder.parent), "edition_not_signed"),
     ("keys.json", lambda f: on_disk.current(f.folder.parent), "keys_unreadable"),
     ("current.json", lambda f: on_disk.current(f.folder.parent), "pointer_unreadable")],
)  # fmt: skip
def test_a_public_process_does_not_wait_for_a_file_that_is_none(
    forged: Forged, special: str, name: str, ask: Callable[[on_disk.Edition], object], refusal: str
) -> None:
    edition = on_disk.current(forged.folder)
    assert edition is not None
    path = forged.folder / name
    path.unlink()
    if special == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/full")  # which gives zeros without end
    try:
        assert _answered(lambda: ask(edition)) == refusal
    finally:
        path.unlink()


def test_a_backup_leaves_out_what_is_no_file_and_names_it(forged: Forged, tmp_path: Path) -> None:
    site = forged.folder / "0002" / "site"
    os.mkfifo(site / "pipe")
    (site / "index.html").unlink()
    (site / "index.html").symlink_to("/dev/full")
    (site / "key").symlink_to(forged.chosen.signing_key_file)
    assert _answered(lambda: backup.make_backup(forged.store, tmp_path / "made", forged.chosen)) == "shown"
    kept = {path.name for path in (tmp_path / "made" / "editions" / "0002" / "site").iterdir()}
    assert "sitemap.xml" in kept and not kept & {"pipe", "index.html", "key"}
    assert {fault.message.key for fault in backup.faults_of(tmp_path / "made")} == {"edition_file_missing"}


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("keys.json", "keys_unreadable"), ("current.json", "pointer_unreadable"), ("0002/manifest.json", "edition_unreadable"),
     ("0002/manifest.sig", "edition_not_signed"), ("0002/edition.db", "edition_file_changed")],
)  # fmt: skip
def test_a_file_larger_than_any_of_ours_is_named_and_not_read(forged: Forged, name: str, refusal: str) -> None:
    path = forged.folder / name
    path.parent.chmod(0o755)
    path.chmod(0o644)
    os.truncate(path, 200 << 30)  # a hole, which takes no room on the disk, and minutes to read
    assert _answered(lambda: on_disk.current(forged.folder)) == (refusal if name != "0002/edition.db" else "shown")
    named: list[str] = []
    assert _answered(lambda: named.extend(fault.message.key for fault in verify(forged.folder, key=forged.key))) == "shown"
    assert named
