"""What is shipped to install an instance says one thing in all its places, and names nobody's government."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from kpis.settings import ROOT, Settings
from tests.deploy.front import NGINX, OFFICE, PUBLIC, nginx
from tests.oidc import free_port

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
PACKAGES = ["requirements.txt", *sorted(path.relative_to(ROOT).as_posix() for path in DEPLOY.glob("requirements-*.txt"))]


def blocks(name: str) -> set[str]:
    """Return the packages of a file of requirements, each with its checksums."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.M)
    return {block.strip() for block in re.split(r"\n(?=[a-z0-9])", text)}


def test_the_container_speaks_to_postgresql_and_is_built_with_the_very_files_that_are_tested() -> None:
    own, build = blocks("deploy/requirements-postgresql.txt"), blocks("deploy/requirements-build.txt")
    assert len(own) == 2 and own | build <= blocks("requirements-dev.txt")


@pytest.mark.parametrize("name", ["deploy/Containerfile", "docs/operations.md"])
def test_nothing_is_installed_without_its_checksum(name: str) -> None:
    """What is fetched has a checksum and is not built here; what is built here is built with what is there, and fetches nothing."""
    commands = re.findall(r"bin/pip (?:install|wheel) .*", (ROOT / name).read_text(encoding="utf-8"))
    assert len(commands) == 5
    for command in commands:
        assert {"--require-hashes", "--only-binary"} < {*command.split()} or "--no-index" in command, command
        assert " wheel " not in command or "--no-build-isolation" in command, command
    for file in PACKAGES:
        assert any(f"-r {place}" in command for command in commands for place in (file, Path(file).name)), file


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
@pytest.mark.parametrize("target", ["sbom", "audit"])
def test_every_package_that_is_installed_is_listed_and_asked_about(target: str) -> None:
    said = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert [file for file in PACKAGES if file not in said] == []


def test_every_setting_named_is_one_of_the_program() -> None:
    known = {field.validation_alias for field in Settings.model_fields.values()}
    named = set()
    for path in FILES:
        if path.suffix in (".env", ".yaml") or path.name.endswith((".env.example", ".yaml.example")):
            named |= set(re.findall(r"^\s*(?:- name: |#? ?)([A-Z][A-Z_]{3,})[=:]", path.read_text(encoding="utf-8"), re.M))
    others = {"POSTGRES_PASSWORD_FILE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "NGINX_ENVSUBST_FILTER"}
    front = {"PUBLIC_HOST", "OFFICE_HOST", "LISTEN", "LISTEN_HTTP", "SNIPPETS", "TLS", "EDITIONS", "ENTRY_NETWORK"}
    front |= {f"{a}_{b}{c}" for a in ("OFFICE", "PUBLIC") for b in ("ONE", "TWO") for c in ("", "_PORT")}
    composed = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    given = {"TZ", "BACKUP_AT", "TIME_ZONE"}
    assert named - known - others - front - composed - given == set()


def test_nothing_of_a_government_stands_in_what_is_shipped() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8").replace("Asia/Tokyo", "")  # the time zone of the whole country
        assert not re.search(r"tokyo|東京|都庁|metro\.", text, re.I), path


def test_the_process_that_a_visitor_is_noted_for_and_the_other_one_are_never_counted_out() -> None:
    """Counted out for some seconds because it was gone a moment ago, one would leave nobody (``rolling.py`` came to that)."""
    text = (DEPLOY / "nginx" / "mieruka.conf.template").read_text(encoding="utf-8")
    noted = re.findall(r"^upstream \w+_(?:one|two) .*$", text, re.M)
    assert len(noted) == 4 and all(line.count("max_fails=0;") == 2 for line in noted)


@pytest.mark.skipif(NGINX is None, reason="nginxがありません / no nginx on this machine: apt-get install nginx-light")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("name", [PUBLIC, OFFICE, "another.example.jp"])
def test_nobody_speaks_tls_older_than_1_2_whatever_the_nginx_conf_around_allows(tmp_path: Path, name: str) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    ports = free_port(), free_port()
    with (
        nginx(tmp_path / "front", editions=tmp_path, ports=ports, office=(1, 2), public=(3, 4)),
        socket.create_connection(("127.0.0.1", ports[0]), timeout=60) as line,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),
    ):
        old.wrap_socket(line, server_hostname=name)


@pytest.mark.parametrize("name", ["systemd/public.env.example", "compose.yaml", "compose.env.example", "kubernetes/config.yaml"])
def test_public_processes_are_told_the_key_to_insist_on_and_begin_without_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first publication there is no key: the setting is there, and blank."""
    (given,) = re.findall(r"^ *EDITIONS_KEY[=:] *(.*?)(?: +#.*)?$", (DEPLOY / name).read_text(encoding="utf-8"), re.M)
    assert given in ("", '""', '"${EDITIONS_KEY:-}"')
    monkeypatch.setenv("EDITIONS_KEY", "")
    assert Settings().editions_key == ""
    assert name == "compose.env.example" or re.search(r"^ *MIERUKA_MODE[=:] *public$", (DEPLOY / name).read_text("utf-8"), re.M), (
        "for doctor"
    )
    assert name.endswith(".yaml") or "key show" in (DEPLOY / name).read_text(encoding="utf-8")


def unit(name: str) -> dict[str, str]:
    """Return what a unit says of its process."""
    parts = dict(re.findall(r"^([A-Z]\w+)=(.*)$", (DEPLOY / "systemd" / f"{name}.service").read_text(encoding="utf-8"), re.M))
    assert re.fullmatch(r"[1-9]\d*G", parts["MemoryMax"]) and int(parts["TasksMax"]) >= 512
    return parts


def test_units_are_bounded_and_their_servers_may_open_a_file_for_each_page() -> None:
    for name in ("mieruka@", "mieruka-public@"):
        assert int(unit(name)["LimitNOFILE"]) >= 4 * Settings.model_fields["pages_at_once"].default
    for name in ("mieruka@", "mieruka-pull", "mieruka-notify"):
        assert unit(name)["OOMPolicy"] == "continue", "systemd would end all where what reads a file met the limit"
    assert int(unit("mieruka-pull")["MemoryMax"].rstrip("G")) > 6 and unit("mieruka-backup")
