"""compose.yaml: what each service may take, where it stands, and a backup at a time of the night."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from datetime import datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from kpis.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if service["image"] == "mieruka"}
WIDTHS = {"k": 10, "m": 20, "g": 30}
PROCESSES = ("office-1", "office-2", "public-1", "public-2")


def size(given: str) -> int:
    return int(given[:-1]) << WIDTHS[given[-1]]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_in_memory_processes_and_what_it_logs(name: str) -> None:
    service = SERVICES[name]
    assert size(service["mem_limit"]) >= 1 << 30 and service["pids_limit"] >= 512
    assert service["logging"]["driver"] == "json-file" and size(service["logging"]["options"]["max-size"]) <= 100 << 20
    for place in service.get("tmpfs", ()):
        given = dict(part.partition("=")[::2] for part in place.partition(":")[2].split(","))
        assert size(given["size"]) < size(service["mem_limit"]), f"{place}: it is memory, of which half the machine is taken"


def test_a_server_may_open_a_file_for_each_page_and_what_reads_large_files_has_the_memory_for_it() -> None:
    from loaders.files.apart import _MOST

    for name in PROCESSES:
        opened = SERVICES[name]["ulimits"]["nofile"]
        assert opened["soft"] == opened["hard"] >= 4 * Settings.model_fields["pages_at_once"].default
    assert size(SERVICES["pull"]["mem_limit"]) > _MOST.memory_bytes + (1 << 30)


def test_no_container_is_given_an_address_that_another_one_has_by_name() -> None:
    (pool,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    given = {
        name: ip_address(service["networks"]["inside"]["ipv4_address"])
        for name, service in SERVICES.items()
        if isinstance(service["networks"], dict)
    }
    assert len({*given.values()}) == len(given) == 5
    subnet, free = ip_network(pool["subnet"]), ip_network(pool["ip_range"])
    assert free.subnet_of(subnet) and all(address in subnet and address not in free for address in given.values())


def test_doctor_can_look_at_the_backups_and_only_what_makes_them_can_write_there() -> None:
    looking = [name for name, service in OWN.items() if service["environment"].get("BACKUP_DIR") == "/backups"]
    assert looking == ["office-1", "office-2", "pull", "backup", "notify"]
    writing = [name for name in looking if any(place.endswith("}:/backups") for place in SERVICES[name]["volumes"])]
    assert writing == ["backup"]


@pytest.mark.skipif(os.name == "nt" or shutil.which("date") is None, reason="needs a shell and the date of GNU")
@pytest.mark.parametrize(("hours", "made_at_once"), [(None, 1), (23, 0), (25, 1)])
def test_a_backup_is_made_at_a_time_of_the_night_and_at_once_where_the_last_is_old(
    tmp_path: Path, hours: int | None, made_at_once: int
) -> None:
    commands, backups, said = tmp_path / "bin", tmp_path / "backups", tmp_path / "said"
    commands.mkdir()
    backups.mkdir()
    if hours is not None:
        (backups / "20261127T173000Z").mkdir()
        os.utime(backups / "20261127T173000Z", (time.time() - hours * 3600,) * 2)
    (backups / "20261001T173000Z").mkdir()
    os.utime(backups / "20261001T173000Z", (time.time() - 40 * 86400,) * 2)
    (backups / "lost+found").mkdir()
    os.utime(backups / "lost+found", (time.time() - 40 * 86400,) * 2)
    for name, text in (
        ("mieruka", 'echo "$@"'),
        ("sleep", 'echo "sleep $1"\nif [ -e "$0.once" ]; then kill $PPID; fi\n: >"$0.once"'),
    ):
        (commands / name).write_text(f"#!/bin/sh\n{{ {text}\n}} >>{said}\n")
        (commands / name).chmod(0o755)
    given = {"PATH": f"{commands}:{os.environ['PATH']}", "BACKUP_DIR": str(backups), "TZ": "Asia/Tokyo", "KEEP_DAYS": "30"}
    subprocess.run(["sh", DEPLOY / "nightly.sh", "02:30"], env=given, timeout=60, check=False)

    lines = said.read_text().splitlines()
    waits = [line.split()[1] for line in lines if line.startswith("sleep")]
    assert len(waits) == 2 and all(0 < int(wait) <= 86400 for wait in waits)
    at = datetime.fromtimestamp(said.stat().st_mtime + int(waits[-1]), tz=ZoneInfo("Asia/Tokyo"))
    assert abs((at - at.replace(hour=2, minute=30, second=0)).total_seconds()) < 60
    assert sum(line.startswith(f"backup {backups}/20") for line in lines) == made_at_once + 1
    assert not (backups / "20261001T173000Z").exists() and (backups / "lost+found").exists()
