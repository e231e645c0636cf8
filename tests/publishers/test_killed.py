"""Killed between any two steps that last: the next start finishes or undoes it and says so, and what was previewed can be published."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kpis.errors import EditionRefused
from kpis.store import tables
from kpis.store.store import Store, utc_now
from publishers.backup import key_fault_of, make_backup
from publishers.editions import on_disk, publication, record
from publishers.editions.keys import key_fault, waiting_key
from publishers.editions.served import CURRENT, SERVED
from publishers.site.export import export
from tests.killed import events, killed_before
from tests.publishers.house import House
from tests.small_government import OFFICE, settle

pytestmark = [pytest.mark.edition, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork: POSIX only")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """The small government with one edition."""
    house = House(settle(Store(f"sqlite:///{tmp_path / 'working.db'}"), tmp_path / "data"), tmp_path / "editions", utc_now())
    publication.publish(house.store, note="前", now=utc_now(), chosen=house.chosen)
    house.store.engine.dispose()
    return house


def publish(house: House, note: str, figures: str) -> None:
    publication.publish(Store(house.store.url), note=note, now=utc_now(), figures=figures, chosen=house.chosen)


def lines(house: House, action: str) -> list[str]:
    return [row["subject"] for row in house.store.all_of(tables.AuditEvent, action=action)]


def test_a_publication_killed_between_any_two_steps_is_undone_or_finished_and_never_shown_by_accident(house: House) -> None:
    revision, figures = house.store.revision(), house.store.state().figures
    steps = events(lambda: publish(house, "数える", figures))
    assert steps[-6:-2] == ["commit", "rename", "commit", "replace"], "intended, named, shown, and the pointer on the disk"
    assert steps[-2:] == ["rename", "replace"], "what a web server may show, and the link to it"
    outcomes = []
    for place in range(len(steps) - 7, len(steps)):
        before = on_disk.current(house.folder)
        assert before is not None
        house.store.engine.dispose()
        assert killed_before(lambda: publish(house, "途中で止まる", figures), place)
        told = [message.key for message in record.settle(house.store, house.folder)]
        assert record.faults(house.store, house.folder) == []
        assert not [p.name for p in (*house.folder.iterdir(), *(house.folder / SERVED).iterdir()) if p.name.startswith(".")]
        held = on_disk.current(house.folder)
        assert held is not None and (house.folder / SERVED / CURRENT / "site").resolve() == (held.folder / "site").resolve()
        outcomes.append((held.number - before.number, told))
        if held.number == before.number:
            publish(house, "やり直し", figures)  # what was previewed, at the first try
            shown = on_disk.current(house.folder)
            assert shown is not None and (shown.number, shown.note) == (before.number + 1, "やり直し")
        assert record.settle(house.store, house.folder) == []
    undone = [(0, [])] * 2 + [(0, ["publication_undone"])] * 2
    assert outcomes == [*undone, (1, ["pointer_written"]), (1, []), (1, [])]
    numbers = on_disk.numbers(house.folder)
    assert lines(house, "publish") == [f"edition {n}" for n in numbers], "one line each, whichever process showed it"
    assert [e.note for e in on_disk.shown(house.folder)].count("途中で止まる") == 3
    assert len(lines(house, "publish_undone")) == 2 and house.store.revision() == revision


def test_a_rollback_killed_at_its_end_has_its_line_and_is_finished_by_the_next_start(house: House) -> None:
    publish(house, "後", house.store.state().figures)

    def back() -> None:
        publication.rollback(Store(house.store.url), 1, reason="誤り", now=utc_now(), chosen=house.chosen)

    for place, number in enumerate((2, 2, 1)):  # before the key is looked up, before the act is stored, before it is on the disk
        house.store.engine.dispose()
        assert killed_before(back, place)
        record.settle(house.store, house.folder)
        held = on_disk.current(house.folder)
        assert held is not None and held.number == number
        assert lines(house, "rollback") == ["edition 1"] * (number == 1) and record.faults(house.store, house.folder) == []


def test_what_a_killed_export_left_is_swept_by_the_next(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert killed_before(lambda: export(out / "site", chosen=house.chosen), 0)
    assert [p.name.startswith(".export") for p in out.iterdir()] == [True]
    (out / ".export-elsewhere-1-00000000").mkdir()  # of another machine: it may live
    export(out / "site", chosen=house.chosen)
    assert sorted(p.name for p in out.iterdir()) == [".export-elsewhere-1-00000000", "site"]


def test_a_disk_that_is_ahead_of_a_database_put_back_is_named_and_left(house: House, tmp_path: Path) -> None:
    with house.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    house.store.engine.dispose()
    backup = (tmp_path / "working.db").read_bytes()
    publish(house, "後", house.store.state().figures)
    house.store.engine.dispose()
    for left in tmp_path.glob("working.db*"):
        left.unlink()
    (tmp_path / "working.db").write_bytes(backup)
    old = Store(house.store.url)
    assert [m.key for m in record.settle(old, house.folder)] == ["editions_ahead"]
    held = on_disk.current(house.folder)
    assert held is not None and held.number == 2
    assert {f.message.key for f in record.faults(old, house.folder)} >= {"edition_not_recorded", "pointer_not_as_noted"}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_without_the_editions_of_the_database_is_named_and_nothing_is_written_there(
    house: House, tmp_path: Path, is_there: bool
) -> None:
    """A slip in EDITIONS_DIR: keys and pointer were written there, so that ``verify`` named one edition where all are missing."""
    other = replace(house, folder=tmp_path / "other")
    if is_there:
        other.folder.mkdir()
        assert [m.key for m in record.settle(house.store, other.folder)] == ["editions_elsewhere"]
    for step in (lambda: publish(other, "後", house.store.state().figures), other.publish):
        with pytest.raises(EditionRefused, match="EDITIONS_DIR"):
            step()
    assert not other.folder.exists() or not [*other.folder.iterdir()]
    assert record.faults(house.store, house.folder) == [] and house.publish().number == 2


def test_publishing_going_back_and_a_new_key_leave_nothing_that_differs_in_either_kind_of_database(
    reporting: Store, tmp_path: Path
) -> None:
    house = House(reporting, tmp_path / "editions", utc_now())
    chosen = house.chosen.model_copy(update={"signing_key_file": tmp_path / "signing.key"})
    for note in ("一", "二"):
        publication.publish(reporting, note=note, now=utc_now(), viewer=OFFICE, chosen=chosen)
    publication.rollback(reporting, 1, reason="誤り", now=utc_now(), viewer=OFFICE, chosen=chosen)
    record.rotate(reporting, chosen, now=utc_now())
    assert record.faults(reporting, house.folder) == [] and record.settle(reporting, house.folder) == []
    with pytest.raises(Exception, match="append-only"), reporting.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE edition_pointer SET edition = 2")
    (house.folder / "current.json").unlink()
    assert [m.key for m in record.settle(reporting, house.folder)] == ["pointer_written"]
    assert [row["published_by"] for row in reporting.all_of(tables.Publication)] == [OFFICE, OFFICE]


def test_a_rotation_of_the_key_killed_between_any_two_steps_is_finished_by_whatever_comes_next(
    house: House, tmp_path: Path
) -> None:
    """A backup of what was left said that its key is another's, and put back it could sign nothing."""
    key = Path(shutil.copy(house.chosen.signing_key_file, tmp_path / "signing.key"))  # that of the run is other tests' too
    chosen = house.chosen.model_copy(update={"signing_key_file": key})

    def rotated() -> None:
        record.rotate(Store(house.store.url), chosen, now=utc_now())

    steps = events(rotated)
    assert steps[:2] == ["commit", "replace"], "the new key recorded, and in its place"
    left_waiting = []
    for turn, place in enumerate((*range(len(steps)), 1)):
        house.store.engine.dispose()
        assert killed_before(rotated, place)
        newest = record.recorded(house.store).keys[-1]
        if waiting_key(key, newest.key_id) is not None:
            left_waiting.append(place)
        to = tmp_path / f"backup {turn}"
        if turn == len(steps):  # a start came before any backup
            assert [m.key for m in record.settle_key(house.store, key)] == ["rotation_finished"]
        make_backup(house.store, to, chosen)
        assert key_fault_of(to, chosen) is None
        record.settle(house.store, house.folder)
        assert record.faults(house.store, house.folder) == [] and key_fault(key, [newest], place=key) is None
    assert left_waiting == [1, 1]
