"""Installations broken in several ways: each is named, with what to mend, and nothing is changed by looking."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from api import ready
from kpis.languages import both_shipped, pair_shipped
from kpis.memory import allow_files
from kpis.settings import Settings, settings
from kpis.store.store import Store, utc_now
from publishers import backup
from publishers.doctor import files, instance
from publishers.doctor.database import engine_settings
from publishers.doctor.findings import Finding
from publishers.editions import publication
from tests.command import command
from tests.kpis.test_settings import office
from tests.loops import run_apart
from tests.shared import copied, empty, postgresql, settled

pytestmark = pytest.mark.edition  # what is looked over has one

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that is as it should be: a database, an edition, a backup; to be copied."""
    folder = tmp_path_factory.mktemp("sound")
    own = folder / "own"
    own.mkdir(mode=0o700)
    chosen = Settings(EDITIONS_DIR=own / "editions", SIGNING_KEY_FILE=own / "signing.key")  # type: ignore[call-arg]
    store = copied(empty(), own / "mieruka.db")
    publication.publish(store, note="一", now=utc_now(), chosen=chosen)
    backup.make_backup(store, folder / "backups" / "one", chosen)
    settled(store).chmod(0o600)
    (own / "editions").chmod(0o700)
    return folder


@pytest.fixture
def place(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sound installation of its own, which the settings name."""
    shutil.copytree(sound, tmp_path, symlinks=True, dirs_exist_ok=True)
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'own' / 'mieruka.db'}", "EDITIONS_DIR": str(tmp_path / "own" / "editions"),
        "SIGNING_KEY_FILE": str(tmp_path / "own" / "signing.key"), "BACKUP_DIR": str(tmp_path / "backups"),
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    monkeypatch.setattr(instance, "HOME", tmp_path)
    monkeypatch.setattr(files, "HOME", tmp_path)
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def found(**now: float) -> list[Finding]:
    settings.cache_clear()
    return list(instance.examined(now=utc_now() + timedelta(**now)))


def said(findings: list[Finding], grade: str = "error") -> dict[str, str]:
    """Return what is found of a grade, by its key, in English; each has Japanese words besides."""
    told = {finding.message.key: pair_shipped(finding.message) for finding in findings if finding.grade == grade}
    assert all(any("ぁ" <= sign <= "ヿ" for sign in japanese) for japanese, _ in told.values())
    return {key: english for key, (_, english) in told.items()}


def change(place: Path, statement: str) -> None:
    with closing(sqlite3.connect(place / "own" / "mieruka.db", isolation_level=None)) as connection:
        connection.execute(statement)


def test_a_sound_installation_has_nothing_to_mend_and_is_left_as_it_is(place: Path) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        return {p.name: (p.stat().st_mode, p.read_bytes()) for p in (place / "own").rglob("*") if p.is_file() and "-" not in p.name}

    before = state()
    findings = found()
    assert said(findings) == {}
    assert {f.check for f in findings if f.grade == "ok"} >= {
        "packages", "settings", "disk", "modes", "database", "schema", "engine", "clock", "edition", "key", "backup",
    }  # fmt: skip
    assert state() == before


def test_what_is_wrong_with_the_database_is_named(place: Path) -> None:
    file = place / "own" / "mieruka.db"
    assert "clock_behind" in said(found(days=-2))
    change(place, "ALTER TABLE observation ADD COLUMN strange TEXT")
    assert "strange" in said(found())["schema_differs"]
    change(place, "UPDATE alembic_version SET version_num = '0017'")
    old = said(found())["doctor_schema_old"]
    assert "mieruka init" in old and "with the program of that version" in old, "this one's backup would hold the new tables"
    change(place, "UPDATE alembic_version SET version_num = '9999'")
    assert "9999" in said(found())["schema_newer"]
    change(place, "UPDATE alembic_version SET version_num = '0012abcd34ef'")
    assert "0012abcd34ef" in said(found())["schema_of_another"] and "doctor_schema_old" not in said(found())
    change(place, "PRAGMA journal_mode=DELETE")
    assert "journal_mode" in said(found())["doctor_engine_setting"]
    file.write_bytes(b"no database at all" * 1000)
    assert "database_no_database" in said(found())
    file.unlink()
    missing = said(found())["doctor_database_missing"]
    assert "mieruka restore" in missing and "mieruka init" in missing and not file.exists(), (
        "a new one would pass for what was lost"
    )


def test_before_the_first_edition_nothing_is_said_to_be_as_it_was_published(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place / 'new.db'}")
    monkeypatch.setenv("EDITIONS_DIR", str(place / "none"))
    Store(f"sqlite:///{place / 'new.db'}").migrate()
    assert [finding.message.key for finding in found() if finding.check == "edition"] == ["doctor_edition_none"]
    (place / "none").mkdir()
    public = Settings(MIERUKA_MODE="public", EDITIONS_DIR=place / "none")  # type: ignore[call-arg]
    assert "doctor_edition_there" not in [finding.message.key for finding in instance.editions(public)]


@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")
def test_what_is_wrong_with_the_settings_of_postgresql_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person may set them for one database; who may set the others is the owner of the server."""
    with postgresql(POSTGRES, "bare and brought up", Store.migrate) as store:
        monkeypatch.setenv("DATABASE_URL", store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
        findings = found()
        fine = [pair_shipped(f.message)[1] for f in findings if f.message.key == "doctor_engine_fine"]
        for name in ("fsync", "full_page_writes", "synchronous_commit", "server_encoding"):
            assert sum(name in each for each in fine) == 1, (name, fine)
        assert "doctor_engine_setting" not in said(findings) and "doctor_superuser" not in said(findings, "warning")
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER DATABASE {store.engine.url.database} SET synchronous_commit = off"))
        told = said(found())["doctor_engine_setting"]
        assert "synchronous_commit" in told and "off" in told and "on" in told


@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")
def test_a_role_without_rights_on_one_table_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As tables that another role made, or a REVOKE, leave it: every page that needs the table failed, and nothing was to be mended."""
    with postgresql(POSTGRES, "bare and brought up", Store.migrate) as store:
        monkeypatch.setenv("DATABASE_URL", store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
        with store.engine.begin() as connection:
            connection.execute(text("REVOKE UPDATE, DELETE ON audit_event FROM CURRENT_USER"))
        assert "doctor_rights_lacking" not in said(found()), "nobody needs these"
        with store.engine.begin() as connection:
            connection.execute(text("REVOKE INSERT, DELETE ON facility FROM CURRENT_USER"))
            connection.execute(text("REVOKE SELECT ON facility, webhook FROM CURRENT_USER"))
            connection.execute(text("REVOKE ALL ON SEQUENCE notice_id_seq FROM CURRENT_USER"))
        told = said(found())["doctor_rights_lacking"]
        assert "facility (SELECT, INSERT, DELETE)" in told and "notice_id_seq (USAGE)" in told and "webhook (SELECT)" in told
        with store.engine.begin() as connection:
            connection.execute(text("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM CURRENT_USER"))
        assert said(found())["database_refused"], "the first that is asked already"


class Answered:
    """A connection of PostgreSQL whose server is set up as given: what its owner alone may set cannot be tried on the server of the tests."""

    dialect = SimpleNamespace(name="postgresql")

    def __init__(self, **held: str) -> None:
        self.held = {
            "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8", "transaction_read_only": "off",
            "is_superuser": "off", **held,
        }  # fmt: skip

    def execute(self, asked: Any) -> Any:
        return SimpleNamespace(scalar=lambda: self.held[str(asked).removeprefix("SHOW ")])


@pytest.mark.parametrize(
    ("held", "named"),
    [
        ({}, {}),
        ({"synchronous_commit": "remote_apply"}, {}),
        ({"fsync": "off"}, {"doctor_engine_setting": "error"}),
        ({"full_page_writes": "off"}, {"doctor_engine_setting": "error"}),
        ({"synchronous_commit": "local"}, {"doctor_engine_setting": "error"}),
        ({"server_encoding": "SQL_ASCII"}, {"database_encoding": "error"}),
        ({"transaction_read_only": "on"}, {"doctor_engine_setting": "error"}),
        ({"is_superuser": "on"}, {"doctor_superuser": "warning"}),
    ],
)
def test_each_setting_of_postgresql_is_judged(held: dict[str, str], named: dict[str, str]) -> None:
    findings = list(engine_settings(Answered(**held)))  # type: ignore[arg-type]
    assert {f.message.key: f.grade for f in findings if f.grade != "ok"} == named
    assert all(
        value in str([pair_shipped(f.message) for f in findings if f.grade == "error"])
        for value in held.values()
        if named and "doctor_superuser" not in named
    )


def test_what_is_wrong_with_files_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = place / "own"
    (place / ".env").write_text('DATABSE_URL=x\nPORT\nPUBLIC_URL="https://kpi.example.jp\n')
    (place / ".env").chmod(0o644)
    (own / "mieruka.db").chmod(0o644)
    findings = found()
    told = str([pair_shipped(f.message) for f in findings])
    assert "line 2 of .env" in told and "line 3 of .env" in told
    assert f"chmod 0600 {place / '.env'}" in str([pair_shipped(f.message) for f in findings])
    assert f"chmod 0600 {own / 'mieruka.db'}" in str([pair_shipped(f.message) for f in findings])
    assert (own / "mieruka.db").stat().st_mode & 0o777 == 0o644, "a look mends nothing"
    assert "DATABSE_URL" in said(findings, "warning")["doctor_setting_unknown"]
    monkeypatch.setattr(files, "ROOM_BYTES", 10**18)
    assert "make room" in said(found())["doctor_room_short"]
    assert "timer" in said(found(days=30))["doctor_backup_old"]
    one, scratch = place / "backups" / "one", place / "backups" / ".two-machine-1-0a"
    shutil.copytree(one, scratch)  # its making was killed before it was renamed
    shutil.copytree(one, place / "backups" / "later")
    later = json.loads((one / backup.MANIFEST).read_text(encoding="utf-8")) | {"made_at": "2096-01-01T00:00:00Z"}
    (place / "backups" / "later" / backup.MANIFEST).write_text(json.dumps(later))
    assert "2096-01-01" in said(found())["doctor_backup_ahead"]
    assert "doctor_backup_old" in said(found(days=30)), "it hides no other that is old"
    (one / backup.DATABASE).unlink()
    assert "mieruka.db" in said(found())["doctor_backup_parts"] and "doctor_backup_none" in said(found())
    (one / backup.MANIFEST).write_text("{}")
    assert {"doctor_backup_unreadable", "doctor_backup_none"} <= said(found()).keys()


def test_what_is_wrong_with_editions_and_their_key_is_named(place: Path) -> None:
    own = place / "own"
    key = (own / "signing.key").read_bytes()
    (own / "signing.key").unlink()
    assert "rotate" in said(found())["doctor_key_missing"]
    (own / "signing.key.next").write_bytes(key)  # a rotation was killed before the new key took its place
    (own / "signing.key.next").chmod(0o600)
    assert "next start" in said(found(), "warning")["doctor_key_waits"]
    (own / "signing.key.next").unlink()
    (own / "signing.key").write_bytes(key)
    (own / "signing.key").chmod(0o644)
    assert "doctor_open_to_others" in said(found())
    changes = own / "editions" / "0001" / "changes.json"
    whole = changes.read_bytes()
    changes.write_bytes(whole + b" ")
    assert "0001, changes.json" in said(found())["doctor_edition_differs"]
    changes.write_bytes(whole)
    (own / "editions" / "current.json").write_text("{}")
    assert "verify" in said(found())["doctor_edition_differs"]
    shutil.rmtree(own / "editions" / "0001")
    assert "0001, 0001" in str([pair_shipped(finding.message) for finding in found()])


def test_a_public_instance_that_knows_no_key_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIERUKA_MODE", "public")
    assert "mieruka key show" in said(found(), "warning")["doctor_key_unknown"]
    monkeypatch.setenv("EDITIONS_KEY", str(place / "own" / "editions" / "keys.json"))
    findings = found()
    assert "doctor_key_unknown" not in said(findings, "warning") and said(findings) == {}


def test_a_server_opens_as_many_files_as_the_system_lets_it_and_too_few_are_named(place: Path) -> None:
    monitor = pytest.importorskip("resource", reason="not on Windows")
    soft, hard = monitor.getrlimit(monitor.RLIMIT_NOFILE)
    try:
        monitor.setrlimit(monitor.RLIMIT_NOFILE, (300, hard))
        assert "doctor_files_few" not in said(found(), "warning"), "the server raises it itself"
        allow_files(700)
        assert monitor.getrlimit(monitor.RLIMIT_NOFILE) == (700, hard)
        allow_files(600)
        assert monitor.getrlimit(monitor.RLIMIT_NOFILE) == (700, hard)
    finally:
        monitor.setrlimit(monitor.RLIMIT_NOFILE, (soft, hard))
    chosen = settings().model_copy(update={"pages_at_once": hard})
    if hard != monitor.RLIM_INFINITY:
        assert [finding.message.key for finding in instance.open_files(chosen)] == ["doctor_files_few"]


def test_what_is_wrong_with_settings_and_addresses_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in office(TRUSTED_PROXIES="0.0.0.0/0", METRICS_PORT="9100", METRICS_ADDRESS="0.0.0.0").items():
        monkeypatch.setenv(name, value)
    findings = found()
    assert "0.0.0.0/0" in said(findings)["doctor_proxies_wide"] and "doctor_metrics_open" in said(findings, "warning")
    monkeypatch.setenv("TRUSTED_PROXIES", "")
    assert "doctor_no_proxies" in said(found(), "warning")
    monkeypatch.setenv("COOKIE_SECRET", "please-change-me-please-change-me")
    findings = found()
    assert (
        "COOKIE_SECRET" in said(findings)["cookie_secret_weak" if "cookie_secret_weak" in said(findings) else "settings_to_correct"]
    )
    assert "database" not in {finding.check for finding in findings}, "what the settings would say is not guessed"


@pytest.mark.parametrize(
    ("network", "is_wide"),
    [("10.0.0.0/8", True), ("10.0.0.0/15", True), ("172.16.0.0/12", True), ("192.168.0.0/16", True), ("fd00::/48", True), ("::/0", True),
     ("10.244.0.0/16", False), ("192.168.1.0/24", False), ("10.0.0.5", False), ("fd00:10:244::/56", False), ("fd00::5", False)],
)  # fmt: skip
def test_a_network_of_an_office_is_no_network_of_proxies(network: str, is_wide: bool) -> None:
    chosen = settings().model_copy(update={"trusted_proxies": (network,)})
    told = [finding.message for finding in instance.addresses(chosen) if finding.message.key == "doctor_proxies_wide"]
    assert [network in both_shipped(message) for message in told] == [True] * is_wide


def test_packages_that_were_not_tried_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "version", lambda name: "0.0.1" if name == "streamlit" else "99!1" if name == "pandas" else "1")
    told = said(list(instance.packages()), "warning")
    assert told and "pip install -r" in next(iter(told.values()))


def test_a_machine_without_a_japanese_font_is_told_what_it_cannot_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "japanese", lambda: (None, "Noto Sans CJK JP"))
    assert [f.grade for f in instance.fonts()] == ["ok"]
    monkeypatch.setattr(instance, "japanese", lambda: (None, ""))
    (missing,) = instance.fonts()
    assert missing.grade == "warning" and "fonts-noto-cjk" in next(iter(said([missing], "warning").values()))


def test_the_command_ends_with_a_code_and_speaks_to_machines(place: Path) -> None:
    given = {name: os.environ[name] for name in ("DATABASE_URL", "EDITIONS_DIR", "SIGNING_KEY_FILE", "BACKUP_DIR")}
    assert command("doctor", **given).returncode == 0
    (place / "own" / "mieruka.db").unlink()
    ended = command("doctor", "--json", **given)
    told = json.loads(ended.stdout)
    assert ended.returncode == 1 and {"check", "grade", "ja", "en"} == set(told[0]) and "Traceback" not in ended.stderr
    assert [each["check"] for each in told if each["grade"] == "error"] == ["database"]


def test_a_process_whose_installation_is_broken_is_not_ready(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_ready() -> set[str]:
        return {name for name, (is_ok, detail) in run_apart(ready.judged()).items() if not is_ok and detail}

    assert not_ready() == set()
    monkeypatch.setattr(files, "ROOM_BYTES", 10**18)
    assert not_ready() == {"disk"}
    monkeypatch.setattr(files, "ROOM_BYTES", 1)
    monkeypatch.setattr(ready, "utc_now", lambda: utc_now() - timedelta(days=2))
    assert not_ready() == {"clock"}
    change(place, "UPDATE alembic_version SET version_num = '0017'")
    assert not_ready() == {"clock", "schema", "outbox"}
    (place / "own" / "editions" / "current.json").write_text("{}")
    assert not_ready() == {"clock", "schema", "outbox", "edition"}


def test_a_process_whose_database_does_not_know_the_editions_is_not_ready(
    place: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """It said "revision 0" and took requests, with an empty database in the place of the one that was gone."""
    other = copied(empty(), place / "other.db")
    monkeypatch.setenv("DATABASE_URL", other.url)
    settings.cache_clear()
    request.addfinalizer(settings.cache_clear)
    is_ready, detail = run_apart(ready.judged())["database"]
    assert not is_ready and "no record of the editions" in detail and str(place) not in detail
    other.become_sample()  # `demo` has a database of its own beside them
    assert run_apart(ready.judged())["database"][0]
