"""Forged editions: each is named, with the database and without it, and a public process shows none of them."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from api import files, routes
from kpis.errors import EditionRefused, FigureRefused, MierukaError
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from publishers.editions import keys, on_disk, publication, record, served
from publishers.editions.verify import unsigned, verify
from tests.loops import run_apart
from tests.publishers.house import House
from tests.small_government import settle

pytestmark = pytest.mark.edition


@dataclass
class Forged:
    """A copy of two editions and their database, to be forged; ``key`` is the public key as a citizen was given it."""

    folder: Path
    store: Store
    key: str
    chosen: Settings

    def write(self, name: str, **said: object) -> None:
        """Change what a JSON file says."""
        path = self.folder / name
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **said}), encoding="utf-8")

    def found(self, *, database: bool = True) -> set[str]:
        """Return the keys of the faults that are named."""
        found = record.faults(self.store, self.folder) if database else verify(self.folder, key=self.key)
        return {fault.message.key for fault in found}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the editions of the small government, its database and the key: edition 2 is shown, 3 was withdrawn."""
    folder = tmp_path_factory.mktemp("forged")
    store = settle(Store(f"sqlite:///{folder / 'working.db'}"), folder / "data")
    house = House(store, folder / "editions", utc_now())
    chosen = house.chosen.model_copy(update={"signing_key_file": folder / "signing.key"})
    for note in ("一", "二", "三"):
        publication.publish(store, note=note, now=utc_now(), chosen=chosen)
    publication.rollback(store, 2, reason="三は誤り", now=utc_now(), chosen=chosen)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return folder


def _copied(source: str, target: str) -> None:
    """Copy what some test forges; the hundreds of other pages may be the same files."""
    if "/site/" in source and not source.endswith("/site/index.html"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)
        Path(target).chmod(0o600)


@pytest.fixture
def forged(original: Path, tmp_path: Path) -> Forged:
    """A copy that may be written to."""
    shutil.copytree(original, tmp_path / "x", symlinks=True, copy_function=_copied)
    folder = tmp_path / "x" / "editions"
    chosen = Settings(EDITIONS_DIR=folder, SIGNING_KEY_FILE=tmp_path / "x" / "signing.key")  # type: ignore[call-arg]
    key = json.loads((folder / "keys.json").read_text("utf-8"))["keys"][0]["public_key"]
    return Forged(folder, Store(f"sqlite:///{tmp_path / 'x' / 'working.db'}"), key, chosen)


def copied_edition(f: Forged) -> None:
    """An edition that stood before is copied, changed, and its manifest and chain mended."""
    shutil.copytree(f.folder / "0002", f.folder / "0004")
    page = f.folder / "0004" / "site" / "index.html"
    page.write_text(page.read_text("utf-8") + "<!-- forged -->", encoding="utf-8")
    manifest = json.loads((f.folder / "0004" / "manifest.json").read_text("utf-8"))
    manifest["files"]["site/index.html"] = {"sha256": on_disk.sha256_of(page), "bytes": page.stat().st_size}
    f.write(
        "0004/manifest.json",
        edition=4,
        files=manifest["files"],
        previous_sha256=on_disk.sha256_of(f.folder / "0003" / "manifest.json"),
    )
    f.write("current.json", edition=4)


def copied_unchanged(f: Forged) -> None:
    """A copy with the signature of what it was copied from."""
    shutil.copytree(f.folder / "0003", f.folder / "0004")
    f.write("current.json", edition=4)


def linked(name: str, *, is_folder: bool = False) -> Callable[[Forged], None]:
    def forge(f: Forged) -> None:
        path, away = f.folder / name, f.folder.parent / "away"
        shutil.move(path, away)
        path.symlink_to(away, target_is_directory=is_folder)

    return forge


def page_changed(f: Forged) -> None:
    (f.folder / "0002" / "site" / "index.html").write_text("forged", encoding="utf-8")


def database_changed(f: Forged) -> None:
    (f.folder / "0002" / "edition.db").write_bytes((f.folder / "0001" / "edition.db").read_bytes() + b"x")


def own_key(f: Forged) -> None:
    """Everything is signed anew, with a key of the forger."""
    private = keys.make_private(f.folder.parent / "other.key")
    public = keys.public_of(private)
    key = keys.Key(key_id=keys.name_of(public), public_key=public, first_edition=1, first_pointer=1, introduced_at="", follows="")
    whole = {**{n: getattr(key, n) for n in key.__dataclass_fields__}, "signature": keys.sign(private, key.statement)}
    (f.folder / "keys.json").write_bytes(keys.keys_document([keys.Key(**whole)]))
    for n in (1, 2, 3):
        manifest = f.folder / f"000{n}" / "manifest.json"
        (manifest.parent / "manifest.sig").write_text(keys.sign(private, manifest.read_bytes()))
    said = json.loads((f.folder / "current.json").read_text("utf-8"))
    said.pop("signature")
    (f.folder / "current.json").write_text(json.dumps({**said, "signature": keys.sign(private, keys.canonical(said))}))


def further_key(f: Forged) -> None:
    """A key that nobody signed follows the real one."""
    held = keys.read_keys((f.folder / "keys.json").read_bytes())
    private = keys.make_private(f.folder.parent / "other.key")
    public = keys.public_of(private)
    key = keys.Key(
        key_id=keys.name_of(public), public_key=public, first_edition=3, first_pointer=9, introduced_at="", follows=held[0].key_id
    )
    whole = {**{n: getattr(key, n) for n in key.__dataclass_fields__}, "signature": keys.sign(private, key.statement)}
    (f.folder / "keys.json").write_bytes(keys.keys_document([*held, keys.Key(**whole)]))


def older_pointer(f: Forged) -> None:
    """A pointer that was signed once, from before the newest edition, is put back."""
    with f.store.reading() as session:
        first = session.execute(text("SELECT document FROM edition_pointer WHERE sequence = 2")).scalar()
    (f.folder / "current.json").write_text(str(first), encoding="utf-8")


def twice(path: Path, field: str) -> None:
    """Say a field twice; the one that was signed comes last, by which Python goes."""
    path.write_text(path.read_text("utf-8").replace("{", f"{{{field},", 1), encoding="utf-8")


# What is done → what is named with the database, what without it, and whether a public process that knew the key still shows anything.
FORGERIES: dict[str, tuple[Callable[[Forged], object], set[str], set[str], bool]] = {
    "a copied edition": (
        copied_edition,
        {"edition_not_recorded", "edition_signature_wrong", "pointer_not_signed"},
        {"edition_signature_wrong", "pointer_not_signed"},
        False,
    ),
    "a copied edition with the signature of its original": (
        copied_unchanged,
        {"edition_of_other_number", "edition_not_recorded", "edition_not_as_kept", "pointer_not_signed"},
        {"edition_of_other_number", "edition_not_as_kept", "pointer_not_signed"},
        False,
    ),
    "the pointer moved": (lambda f: f.write("current.json", edition=1), {"pointer_not_signed"}, {"pointer_not_signed"}, False),
    "a withdrawal invented": (
        lambda f: f.write("current.json", withdrawn={"1": {"at": "2026-01-01T00:00:00Z", "reason": "x"}}),
        {"pointer_not_signed"},
        {"pointer_not_signed"},
        False,
    ),
    "a withdrawal taken out": (lambda f: f.write("current.json", withdrawn={}), {"pointer_not_signed"}, {"pointer_not_signed"}, False),
    "a pointer as it was written before there were keys": (
        lambda f: (f.folder / "current.json").write_text('{"edition": 2, "withdrawn": {}}'),
        {"pointer_not_signed"},
        {"pointer_not_signed"},
        False,
    ),
    "the pointer deleted": (lambda f: (f.folder / "current.json").unlink(), {"pointer_missing"}, {"pointer_missing"}, False),
    "the pointer emptied": (
        lambda f: (f.folder / "current.json").write_bytes(b""),
        {"pointer_unreadable"},
        {"pointer_unreadable"},
        False,
    ),
    "the pointer broken": (
        lambda f: (f.folder / "current.json").write_bytes(b"[" * 100_000),
        {"pointer_unreadable"},
        {"pointer_unreadable"},
        False,
    ),
    "the pointer with half a character": (
        lambda f: f.write("current.json", note="\ud800"),
        {"pointer_not_signed"}, {"pointer_not_signed"}, False,
    ),
    "the pointer with a field said twice": (
        lambda f: twice(f.folder / "current.json", '"edition": 1'), {"pointer_unreadable"}, {"pointer_unreadable"}, False,
    ),
    "the keys with a field said twice": (
        lambda f: twice(f.folder / "keys.json", '"keys": []'), {"keys_unreadable", "keys_not_as_noted"}, {"keys_unreadable", "keys_not_known"}, False,
    ),
    "the keys nested without end": (
        lambda f: (f.folder / "keys.json").write_bytes(b"[" * 100_000), {"keys_unreadable", "keys_not_as_noted"}, {"keys_unreadable", "keys_not_known"}, False,
    ),
    "the keys with a field nested deep": (
        lambda f: (f.folder / "keys.json").write_text(json.dumps({"keys": [{**json.loads((f.folder / "keys.json").read_text())["keys"][0], "introduced_at": "x"}]}).replace('"x"', "[" * 900 + "]" * 900)),
        {"keys_unreadable", "keys_not_as_noted"}, {"keys_unreadable", "keys_not_known"}, False,
    ),
    "a manifest of a day before all calendars": (
        lambda f: f.write("0002/manifest.json", published_at="0001-01-01T00:00:00+14:00"),
        {"edition_part_unreadable", "edition_not_as_kept"},
        {"edition_part_unreadable", "edition_not_as_kept"},
        False,
    ),
    "a manifest without tables beside another database": (
        lambda f: (f.write("0002/manifest.json", tables=[1]), (f.folder / "0002" / "edition.db").write_bytes(b"x" * 5_000)),
        {"edition_not_as_noted", "edition_signature_wrong", "edition_not_as_kept", "edition_file_changed", "edition_not_a_database", "shown_edition_other"},
        {"edition_signature_wrong", "edition_not_as_kept", "edition_file_changed", "edition_not_a_database", "shown_edition_other"},
        False,
    ),
    "the pointer no text": (
        lambda f: (f.folder / "current.json").write_bytes(b"\xff\xfe\x00"),
        {"pointer_unreadable"},
        {"pointer_unreadable"},
        False,
    ),
    "an older pointer put back": (
        older_pointer,
        {"pointer_not_as_noted", "edition_never_shown", "pointer_put_back"},
        {"edition_never_shown", "pointer_put_back"},
        True,
    ),
    "a file behind a link": (linked("0002/site/index.html"), {"edition_irregular"}, {"edition_irregular"}, True),
    "an edition behind a link": (linked("0002", is_folder=True), {"edition_irregular"}, {"edition_irregular"}, True),
    "a folder behind a link": (linked("0002/site/data", is_folder=True), {"edition_irregular"}, {"edition_irregular"}, True),
    "the pointer behind a link": (linked("current.json"), {"edition_irregular"}, {"edition_irregular"}, True),
    "a pipe among the files": (
        lambda f: os.mkfifo(f.folder / "0002" / "pipe"),
        {"edition_irregular"},
        {"edition_irregular"},
        True,
    ),
    "the keys deleted": (
        lambda f: (f.folder / "keys.json").unlink(),
        {"keys_not_as_noted"},
        {"keys_not_known"},
        False,
    ),
    "the keys broken": (
        lambda f: (f.folder / "keys.json").write_text("{}"),
        {"keys_unreadable", "keys_not_as_noted"},
        {"keys_unreadable", "keys_not_known"},
        False,
    ),
    "all of it signed by another key": (
        own_key,
        {"keys_not_as_noted", "edition_signature_wrong", "pointer_not_signed"},
        {"keys_not_known"},
        False,
    ),
    "a key added that nobody signed": (
        further_key,
        {"keys_not_as_noted"},
        {"keys_not_known", "pointer_not_signed", "edition_signature_wrong"},
        False,
    ),
    "a signature taken away": (
        lambda f: (f.folder / "0002" / "manifest.sig").unlink(),
        {"edition_signature_wrong"},
        {"edition_signature_wrong"},
        False,
    ),
    "the last edition removed": (
        lambda f: shutil.rmtree(f.folder / "0003"),
        {"edition_missing", "withdrawn_edition_unknown"},
        {"withdrawn_edition_unknown"},
        True,
    ),
    "the edition shown removed": (
        lambda f: shutil.rmtree(f.folder / "0002"),
        {"edition_missing", "edition_not_as_kept", "shown_edition_missing"},
        {"edition_missing", "edition_not_as_kept", "shown_edition_missing"},
        False,
    ),
    "a page changed": (page_changed, {"edition_file_changed"}, {"edition_file_changed"}, True),
    "a manifest that is no manifest": (
        lambda f: (f.folder / "0002" / "manifest.json").write_text('{"files": 3}'),
        {"edition_part_unreadable", "edition_not_as_kept"},
        {"edition_part_unreadable", "edition_not_as_kept"},
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_named_with_the_database_and_without_it(forged: Forged, name: str) -> None:
    on_disk.keys(forged.folder)  # a process that served the true editions
    forge, with_database, alone, is_shown = FORGERIES[name]
    assert forged.found() == forged.found(database=False) == set()
    forge(forged)
    assert forged.found() == with_database
    assert forged.found(database=False) == alone
    try:
        assert bool(on_disk.current(forged.folder)) and is_shown
    except MierukaError:
        assert not is_shown


def test_a_public_process_answers_with_what_was_published_or_not_at_all(forged: Forged, monkeypatch: pytest.MonkeyPatch) -> None:
    held = on_disk.current(forged.folder)
    assert held is not None and held.content("site/index.html") and Store(held.url).book().entries
    page_changed(forged)
    database_changed(forged)
    with pytest.raises(EditionRefused, match=r"index\.html"):
        held.content("site/index.html")
    with pytest.raises(EditionRefused, match=r"edition\.db"):
        _ = held.url


@pytest.mark.parametrize("name", ["government.toml", "themes.csv", "text/ja/added.po", "sections.csv"])
def test_words_of_the_government_that_were_not_published_are_not_shown(forged: Forged, name: str) -> None:
    """They name bureaus, themes and every status: a word put there would stand beside each figure."""
    held = on_disk.current(forged.folder)
    assert held is not None and held.government == forged.folder / "0002" / "government"
    path = forged.folder / "0002" / "government" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n# forged\n")
    with pytest.raises(EditionRefused, match=re.escape(f"government/{name}")):
        _ = held.government
    path.unlink()
    if name in ("government.toml", "themes.csv"):
        with pytest.raises(EditionRefused, match=re.escape(name)):
            _ = held.government
    else:
        assert held.government
    shutil.rmtree(forged.folder / "0002" / "government")
    with pytest.raises(EditionRefused, match="government/"):  # else the process would go by its own catalogue, as it is by now
        _ = held.government


def test_health_says_that_nothing_is_shown(forged: Forged, monkeypatch: pytest.MonkeyPatch) -> None:
    public = forged.chosen.model_copy(update={"mode": "public", "editions_key": forged.key})
    for module in (routes, files, on_disk):
        monkeypatch.setattr(module, "settings", lambda: public)
    monkeypatch.setattr(routes, "HEALTH_SECONDS", 60)  # what it answers is asked here, not how soon
    request = SimpleNamespace(query_params={}, headers={})
    health = routes._health
    assert run_apart(health(request)).status_code == 200
    own_key(forged)
    answer = run_apart(health(request))
    assert answer.status_code == 503 and json.loads(answer.body)["status"] == "refused"
    page = run_apart(files.serving("")(SimpleNamespace(query_params={}, headers={}, path_params={"name": ""})))
    assert page.status_code == 503


def test_the_next_publication_takes_no_forged_edition_for_its_own(forged: Forged) -> None:
    copied_unchanged(forged)
    with pytest.raises(EditionRefused, match="not published from this database"):
        publication.publish(forged.store, note="四", now=utc_now(), chosen=forged.chosen)
    assert max(record.recorded(forged.store).editions) == 3 and forged.store.count(tables.Publication) == 3


def test_a_trail_that_was_cut_off_or_changed_is_named(forged: Forged) -> None:
    with forged.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        last = connection.execute(text("SELECT id FROM audit_event WHERE action = 'publish' ORDER BY id LIMIT 1")).scalar()
        connection.execute(text(f"DELETE FROM audit_event WHERE id >= {last}"))
    assert forged.found() == {"trail_shortened"}


def test_editions_from_before_there_were_keys_open_are_named_unsigned_and_vouched_for_by_what_follows(
    forged: Forged, tmp_path: Path
) -> None:
    """The first two lose what the new software wrote; the third is published over them."""
    with forged.store.engine.begin() as connection:
        for name in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER edition_pointer_no_{name}"))
        connection.execute(text("DELETE FROM edition_pointer"))
        connection.execute(text("DELETE FROM signing_key"))
        connection.execute(text("DELETE FROM publication WHERE edition = 3"))
    shutil.rmtree(forged.folder / "0003")
    old = tmp_path / "old"
    shutil.copytree(forged.folder, old, ignore=shutil.ignore_patterns(served.SERVED))  # there were no links for a web server either
    for n in (1, 2):
        (old / f"000{n}" / "manifest.sig").unlink()
    (old / "keys.json").unlink()
    (old / "current.json").write_text('{"edition": 2, "withdrawn": {}}', encoding="utf-8")
    held = on_disk.current(old)
    assert held is not None and held.number == 2 and verify(old) == [] and unsigned(old) == [1, 2]
    assert record.faults(forged.store, old) == []
    chosen = forged.chosen.model_copy(update={"editions_dir": old})
    assert publication.publish(forged.store, note="三", now=utc_now(), chosen=chosen).number == 3
    assert unsigned(old) == [1, 2] and record.faults(forged.store, old) == []
    assert [e.number for e in on_disk.shown(old)] == [3, 2, 1]
    manifest = old / "0002" / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(re.sub("二", "弐", manifest.read_text("utf-8")), encoding="utf-8")
    with pytest.raises(EditionRefused):
        on_disk.shown(old)


def test_rolling_back_needs_an_edition_that_is_what_was_published(forged: Forged) -> None:
    (forged.folder / "0001" / "site" / "index.html").write_text("forged", encoding="utf-8")
    with pytest.raises(FigureRefused, match=r"index\.html"):
        publication.rollback(forged.store, 1, reason="x", now=utc_now(), chosen=forged.chosen)


def test_a_pointer_that_is_a_folder_is_named(forged: Forged) -> None:
    (forged.folder / "current.json").unlink()
    (forged.folder / "current.json").mkdir()
    assert forged.found(database=False) == {"edition_irregular"}
