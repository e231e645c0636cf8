"""Settings are refused before anything is served."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kpis.settings import Settings


def office(**overrides: str) -> dict[str, str]:
    """The settings of an office instance, with overrides."""
    return {
        "MIERUKA_MODE": "office", "PUBLIC_URL": "https://kpi.example.jp", "OIDC_CLIENT_ID": "mieruka", "OIDC_CLIENT_SECRET": "s",
        "OIDC_METADATA_URL": "https://id.example.jp/.well-known/openid-configuration",
        "COOKIE_SECRET": "0123456789abcdefghijklmnopqrstuvwxyz-_", **overrides,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"MIERUKA_MODE": "local", "ADDRESS": "0.0.0.0"}, "0.0.0.0"),
        ({"MIERUKA_MODE": "office"}, "OIDC_METADATA_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, COOKIE_SECRET"),
        (office(OIDC_CLIENT_SECRET=" "), "OIDC_CLIENT_SECRET"),
        (office(COOKIE_SECRET="short"), "COOKIE_SECRET"),
        (office(COOKIE_SECRET="a" * 64), "COOKIE_SECRET"),
        (office(PUBLIC_URL="http://kpi.example.jp"), "PUBLIC_URL"),
        (office(OIDC_METADATA_URL="http://id.example.jp/.well-known/openid-configuration"), "OIDC_METADATA_URL"),
        (office(OIDC_METADATA_URL="file:///etc/passwd"), "OIDC_METADATA_URL"),
        ({"MIERUKA_MODE": "public", "EDITIONS_DIR": "/nowhere"}, "EDITIONS_DIR"),
        ({"PUBLIC_URL": "example.org"}, "PUBLIC_URL"),
        ({"LICENCE_URL": "CC BY"}, "LICENCE_URL"),
        ({"MIERUKA_MODE": "open"}, "MIERUKA_MODE"),
        ({"CATALOGUE_DIR": "/nowhere"}, "CATALOGUE_DIR"),
        ({"PORT": "70000"}, "PORT"),
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
    assert "abcdefgh" not in repr(chosen), "secrets do not show in a print of the settings"


def test_a_local_instance_has_no_sign_in(tmp_path: Path) -> None:
    assert Settings().sign_in == {}
