"""Keys of editions: one replaces another, one that is lost is said, one that others may read is refused."""

from __future__ import annotations

import pytest

from kpis.errors import SettingsRefused
from kpis.settings import Settings
from kpis.store.store import utc_now
from publishers.editions import keys, publication, record
from publishers.editions.verify import verify
from tests.command import command
from tests.publishers import test_forgeries
from tests.publishers.test_forgeries import Forged, page_changed

pytestmark = pytest.mark.edition
original, forged = test_forgeries.original, test_forgeries.forged  # two editions, for each test anew


def test_a_new_key_is_signed_by_the_old_one_and_the_old_one_signs_nothing_new(forged: Forged) -> None:
    old = keys.load_private(forged.chosen.signing_key_file)
    assert old is not None
    new = record.rotate(forged.store, forged.chosen, now=utc_now())
    assert new.public_key != forged.key and forged.chosen.signing_key_file.stat().st_mode & 0o777 == 0o600
    publication.publish(forged.store, note="四", now=utc_now(), chosen=forged.chosen)
    assert record.faults(forged.store, forged.folder) == []
    assert verify(forged.folder, key=forged.key) == verify(forged.folder, key=new.public_key) == []
    manifest = forged.folder / "0004" / "manifest.json"
    (manifest.parent / "manifest.sig").chmod(0o644)
    (manifest.parent / "manifest.sig").write_text(keys.sign(old, manifest.read_bytes()))
    assert {f.message.key for f in verify(forged.folder, key=forged.key)} == {"edition_signature_wrong"}


def test_a_lost_key_is_said_and_is_replaced_only_on_purpose(forged: Forged) -> None:
    forged.chosen.signing_key_file.unlink()
    with pytest.raises(SettingsRefused, match="--lost"):
        publication.publish(forged.store, note="四", now=utc_now(), chosen=forged.chosen)
    new = record.rotate(forged.store, forged.chosen, now=utc_now(), is_lost=True)
    assert {f.message.key for f in verify(forged.folder, key=forged.key)} == {"keys_not_known"}
    assert verify(forged.folder, key=new.public_key) == [] and record.faults(forged.store, forged.folder) == []


def test_a_key_that_others_may_read_or_that_lies_among_the_editions_is_refused(forged: Forged) -> None:
    forged.chosen.signing_key_file.chmod(0o640)
    with pytest.raises(SettingsRefused, match="600"):
        publication.publish(forged.store, note="四", now=utc_now(), chosen=forged.chosen)
    with pytest.raises(ValueError, match="EDITIONS_DIR"):
        Settings(EDITIONS_DIR=forged.folder, SIGNING_KEY_FILE=forged.folder / "signing.key")  # type: ignore[call-arg]


def test_the_command_names_what_differs_and_never_shows_a_traceback(forged: Forged) -> None:
    around = {
        "EDITIONS_DIR": str(forged.folder), "DATABASE_URL": forged.store.url, "SIGNING_KEY_FILE": str(forged.chosen.signing_key_file),
    }  # fmt: skip
    (forged.folder.parent / "key.txt").write_text(forged.key, encoding="utf-8")
    given = str(forged.folder.parent / "key.txt")
    assert command("verify", **around).returncode == 0
    assert command("verify", str(forged.folder), "--key", given, EDITIONS_DIR=str(forged.folder.parent)).returncode == 0
    assert command("verify", str(forged.folder), "--key", "bm90IGEga2V5", **around).returncode == 2
    page = forged.folder / "0002" / "site" / "index.html"
    true = page.read_bytes()
    page_changed(forged)
    others = {**around, "EDITIONS_DIR": str(forged.folder.parent / "nowhere")}
    for words, code in ((("--edition", "2"), 1), (("--edition", "1"), 0)):
        assert command("verify", str(forged.folder), *words, **others).returncode == code, (
            "of this folder, not of the instance's own"
        )
    assert command("verify", str(forged.folder.parent / "none"), "--edition", "1", **around).returncode == 2
    assert command("verify", "1", "--edition", "2", **around).returncode == 2
    page.write_bytes(true)
    (forged.folder / "current.json").write_bytes(b"")
    for words in (("verify",), ("verify", "2"), ("verify", str(forged.folder), "--key", forged.key)):
        said = command(*words, **around)
        assert said.returncode == 1 and "current.json" in said.stderr and "Traceback" not in said.stderr
    said = command("user", "list", **around)  # any other command brings it back, and says so
    assert said.returncode == 0 and "current.json" in said.stderr
    assert command("verify", **around).returncode == 0
