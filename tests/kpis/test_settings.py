"""Settings are refused before anything is served."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from string import ascii_letters, digits

import pytest
from pydantic import ValidationError

from kpis.errors import SettingsRefused
from kpis.secrecy import bits, is_example
from kpis.settings import CLIENT_SECRET_BITS, COOKIE_SECRET_BITS, HOME, Settings, settings
from kpis.store.store import Store
from tests.command import command
from tests.shared import copied, empty


def office(**overrides: str) -> dict[str, str]:
    """The settings of an office instance, with overrides."""
    return {
        "MIERUKA_MODE": "office", "PUBLIC_URL": "https://kpi.example.jp", "OIDC_CLIENT_ID": "mieruka", "OIDC_CLIENT_SECRET": "Zc3-vT9qLw1xKf7RbN2hYg",
        "OIDC_METADATA_URL": "https://id.example.jp/.well-known/openid-configuration",
        "COOKIE_SECRET": "kV7w_Hq2zRt-9mXc4LbGd8JpYs3NfAe5TuQo1WiZ6", **overrides,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"MIERUKA_MODE": "local", "ADDRESS": "0.0.0.0"}, "0.0.0.0"),
        ({"MIERUKA_MODE": "office"}, "OIDC_METADATA_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, COOKIE_SECRET"),
        (office(OIDC_CLIENT_SECRET=" "), "OIDC_CLIENT_SECRET"),
        (office(COOKIE_SECRET="short"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="a" * 64), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="please-change-me-please-change-me"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="your-cookie-secret-your-cookie-secret"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="0123456789" * 4), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="abcdefghijklmnopqrstuvwxyz0123456789"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="qwertyuiopasdfghjklzxcvbnm1234567890"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="Tr0ub4dor&3-Tr0ub4dor&3-Tr0ub4dor&3"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="ReplaceThisWith-kV7w_Hq2zRt9mXc4LbGd8JpYs3Nf"), "COOKIE_SECRET"),
        (office(OIDC_CLIENT_SECRET="your-client-secret"), "OIDC_CLIENT_SECRET"),
        (office(OIDC_CLIENT_SECRET="abababababababababababab"), "OIDC_CLIENT_SECRET"),
        (office(OIDC_CLIENT_SECRET="s"), "OIDC_CLIENT_SECRET"),
        (office(DATABASE_URL="postgresql://kpi:kpi@db.example.jp/kpi"), "DATABASE_URL"),
        (office(DATABASE_URL="postgresql://kpi:password@db.example.jp/kpi"), "DATABASE_URL"),
        (office(VOICES_URL="postgresql://kpi:password@db.example.jp/voices"), "VOICES_URL"),
        (office(DATABASE_URL="postgresql://kpi@db.example.jp/kpi?password=Qv7w-Hq2z-Rt9m-Xc4L"), "@"),
        ({"VOICES_URL": "postgresql://db.example.jp/kpi?sslPassword=x"}, "@"),
        (office(UMASK="9"), "UMASK"),
        (office(PUBLIC_URL="http://kpi.example.jp"), "PUBLIC_URL"),
        (office(OIDC_METADATA_URL="http://id.example.jp/.well-known/openid-configuration"), "OIDC_METADATA_URL"),
        (office(OIDC_METADATA_URL="file:///etc/passwd"), "OIDC_METADATA_URL"),
        ({"MIERUKA_MODE": "public", "EDITIONS_DIR": "/nowhere"}, "EDITIONS_DIR"),
        ({"PUBLIC_URL": "example.org"}, "PUBLIC_URL"),
        ({"LICENCE_URL": "CC BY"}, "LICENCE_URL"),
        ({"MIERUKA_MODE": "open"}, "MIERUKA_MODE"),
        ({"CATALOGUE_DIR": "/nowhere"}, "CATALOGUE_DIR"),
        ({"PORT": "70000"}, "PORT"),
        ({"ADDRESS": "a b"}, "ADDRESS"),
        ({"METRICS_ADDRESS": "*"}, "METRICS_ADDRESS"),
        ({"UMASK": "777"}, "UMASK"),
        ({"SLOW_SECONDS": "inf"}, "SLOW_SECONDS"),
        ({"DATABASE_URL": "mieruka.db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////srv/mieruka.db?mode=ro"}, "mode=ro"),
        ({"DATABASE_URL": "mysql://kpi@127.0.0.1/kpi"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://kpi@127.0.0.1:port/kpi"}, "DATABASE_URL"),
        ({"VOICES_URL": "postgresql://kpi@127.0.0.1:99999/kpi"}, "VOICES_URL"),
        ({"PUBLIC_URL": "http://[::1"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://kpi.example.jp:99999"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://kpi:secret@kpi.example.jp"}, "PUBLIC_URL"),
        ({"EDITIONS_URL": "https://[x"}, "EDITIONS_URL"),
        ({"OFFICIAL_DIR": "/nowhere"}, "OFFICIAL_DIR"),
        ({"LAYOUTS_DIR": "/nowhere"}, "LAYOUTS_DIR"),
        ({"TEXT_DIR": "/nowhere"}, "TEXT_DIR"),
        ({"FONTS_DIR": "/nowhere"}, "FONTS_DIR"),
        ({"BACKUP_DIR": "/dev/null"}, "BACKUP_DIR"),
        ({"EDITIONS_DIR": "/dev/null"}, "EDITIONS_DIR"),
        ({"SIGNING_KEY_FILE": "/"}, "SIGNING_KEY_FILE"),
        ({"SMTP_HOST": "smtp.example.jp"}, "MAIL_FROM"),
        ({"SMTP_HOST": "smtp.example.jp", "MAIL_FROM": "kpi@example.jp", "SMTP_USER": "kpi"}, "SMTP_PASSWORD"),
        (
            {
                "SMTP_HOST": "smtp.example.jp",
                "MAIL_FROM": "kpi@example.jp",
                "SMTP_USER": "kpi",
                "SMTP_PASSWORD": "x",
                "SMTP_SECURITY": "none",
            },
            "SMTP_SECURITY",
        ),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
        ({"SMTP_HOST": "smtp://mail"}, "SMTP_HOST"),
        ({"MAIL_FROM": "kpi"}, "MAIL_FROM"),
        ({"MAIL_FROM": "kpi@example.jp\nBcc: x@example.jp"}, "MAIL_FROM"),
        ({"NOTICE_HOURS": "9-18"}, "NOTICE_HOURS"),
        ({"NOTICE_HOURS": "mon-fri 18:00-09:00"}, "NOTICE_HOURS"),
    ],
)
def test_unsafe_or_contradictory_settings_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=named):
        Settings()


def test_a_local_instance_on_this_machine_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADDRESS", "127.0.0.1")
    monkeypatch.setenv("CATALOGUE_DIR", str(tmp_path))
    assert Settings().mode == "local"


@pytest.mark.parametrize("given", [office(), office(PUBLIC_URL="http://127.0.0.1:8501", ADDRESS="0.0.0.0")])
def test_an_office_instance_with_a_safe_sign_in_is_accepted(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    chosen = Settings()
    assert chosen.sign_in["redirect_uri"] == f"{given['PUBLIC_URL']}/oauth2callback"
    assert "Hq2zRt" not in repr(chosen) and "vT9qLw" not in repr(chosen), "secrets do not show in a print of the settings"


def test_a_local_instance_has_no_sign_in(tmp_path: Path) -> None:
    assert Settings().sign_in == {}


@pytest.mark.parametrize(("length", "least"), [(43, COOKIE_SECRET_BITS), (64, COOKIE_SECRET_BITS), (22, CLIENT_SECRET_BITS)])
def test_what_a_generator_makes_is_strong_enough(length: int, least: int) -> None:
    """Of the lengths that our message and providers use; the same ones at every run, for one of some 200,000 happens to hold "dummy"."""
    draw = Random(length)
    drawn = ["".join(draw.choices(f"{ascii_letters}{digits}-_", k=length)) for _ in range(2_000)]
    assert min(map(bits, drawn)) > least
    assert not any(map(is_example, drawn))


@pytest.mark.skipif(os.name != "posix", reason="Windowsにはこの権限がありません / no such permissions on Windows")
@pytest.mark.parametrize(("umask", "of_file", "of_folder"), [("077", 0o600, 0o700), ("027", 0o640, 0o750)])
def test_a_database_is_made_for_its_own_user_unless_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, umask: str, of_file: int, of_folder: int
) -> None:
    database, before = tmp_path / "own" / "figures.db", os.umask(0o022)
    monkeypatch.setenv("UMASK", umask)
    settings.cache_clear()
    try:
        Store(f"sqlite:///{database}").migrate()
        for _ in range(2):  # made, and one that others could read already
            store = Store(f"sqlite:///{database}")
            with store.engine.connect() as connection:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS a (b)")
                connection.commit()
                assert {path.stat().st_mode & 0o777 for path in database.parent.iterdir()} == {of_file}
            store.engine.dispose()
            database.chmod(0o644)
        assert database.parent.stat().st_mode & 0o777 == of_folder
    finally:
        os.umask(before)
        settings.cache_clear()


def test_an_office_names_where_the_public_reads_and_below_which_path_people_sign_in() -> None:
    apart = Settings(**office(EDITIONS_URL="https://open.example.jp/", BASE_PATH="/app"))
    assert apart.public_address == "https://open.example.jp"
    assert apart.sign_in["redirect_uri"] == "https://kpi.example.jp/app/oauth2callback"
    assert Settings(**office()).public_address == "https://kpi.example.jp"
    for path in ("app", "/app/", "//x", "/a b", "/../x", "/App"):
        with pytest.raises(ValidationError):
            Settings(BASE_PATH=path)  # type: ignore[call-arg]


def test_a_setting_that_is_left_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ``.env`` that was copied has many such lines; a blank address would listen to the whole network, a blank folder be any folder."""
    names = [str(field.validation_alias) for field in Settings.model_fields.values()]
    for name in names:
        monkeypatch.delenv(name, raising=False)
    usual = Settings()
    for blank in ("", " ", "\t"):
        for name in names:
            monkeypatch.setenv(name, blank)
        assert Settings() == usual, blank


@pytest.mark.parametrize("name", [str(field.validation_alias) for field in Settings.model_fields.values()])
def test_no_setting_holds_what_nobody_can_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x\x1b[31m")
    with pytest.raises(ValidationError, match=name):
        Settings()


@pytest.mark.edition
def test_a_command_names_the_setting_that_is_wrong(tmp_path: Path) -> None:
    """Not "unexpected error", and not the setting of its neighbour."""
    (tmp_path / "ja").mkdir()
    (tmp_path / "ja" / "language.po").write_bytes(b'msgid "language_name"\nmsgstr "\xff"\n')
    for given, named in (
        ({"DATABASE_URL": "mieruka.db"}, "DATABASE_URL"), ({"DATABASE_URL": "postgresql://kpi:x@127.0.0.1:port/kpi"}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://kpi@127.0.0.1/kpi"}, "DATABASE_URL"), ({"OFFICIAL_DIR": str(tmp_path / "none")}, "OFFICIAL_DIR"),
        ({"TEXT_DIR": str(tmp_path), "DATABASE_URL": copied(empty(), tmp_path / "own.db").url}, "language.po"),
    ):  # fmt: skip
        ended = command("publish", "--dry-run", **given)
        said = ended.stderr.replace("\n", "")  # a terminal breaks what is long
        assert ended.returncode == 2 and named in said and "unexpected" not in ended.stderr, ended.stderr


def test_settings_in_another_encoding_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = tmp_path / ".env"
    written.write_bytes("# 本番\nPORT=8600\n".encode("shift_jis"))
    monkeypatch.setitem(Settings.model_config, "env_file", written)
    settings.cache_clear()
    try:
        with pytest.raises(SettingsRefused, match="UTF-8"):
            settings()
    finally:
        settings.cache_clear()


def test_a_path_without_a_root_stands_in_the_folder_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It followed the folder where a command was begun: a timer and the server had two databases."""
    (tmp_path / "README.md").write_text("x")
    monkeypatch.chdir(tmp_path)
    given = {
        "CATALOGUE_DIR": "data/catalogue", "OFFICIAL_DIR": "data/official", "LAYOUTS_DIR": "data/layouts", "TEXT_DIR": "data/text",
        "FONTS_DIR": "data", "EDITIONS_DIR": "relative/ed", "SIGNING_KEY_FILE": "relative/own.key", "BACKUP_DIR": "relative/kept",
    }  # fmt: skip
    for name, value in {
        **given,
        "DATABASE_URL": "sqlite:///rel.db",
        "VOICES_URL": "sqlite:///a/b.db",
        "EDITIONS_KEY": "README.md",
    }.items():
        monkeypatch.setenv(name, value)
    chosen = Settings()
    for name, value in given.items():
        assert getattr(chosen, name.lower()) == HOME / value, name
    assert (chosen.database_url, chosen.voices_url) == (f"sqlite:///{HOME}/rel.db", f"sqlite:///{HOME}/a/b.db")
    assert chosen.editions_key == str(HOME / "README.md")
    for url in (f"sqlite:///{tmp_path}/own.db", "postgresql://x@127.0.0.1/kpi"):
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("EDITIONS_DIR", str(tmp_path / "ed"))
        monkeypatch.setenv("EDITIONS_KEY", "b" * 400)
        assert (Settings().database_url, Settings().editions_dir) == (url, tmp_path / "ed"), "with a root it is as given"
        assert Settings().editions_key == "b" * 400
