"""The version of the software: told in one place, and the same wherever an instance says which software made something."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import routes
from kpis.settings import ROOT, Settings, software_version
from publishers.editions import on_disk, publication
from tests.publishers.house import House

GENERATOR = "{http://www.w3.org/2005/Atom}generator"


def test_health_manifest_feed_and_data_package_name_the_same_version(published: House, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = on_disk.opened(published.folder, 2)
    site = edition.folder / "site"
    monkeypatch.setattr(routes, "settings", lambda: Settings(DATABASE_URL=published.store.url))  # type: ignore[call-arg]
    health = TestClient(Starlette(routes=routes.ROUTES)).get("/api/health").json()
    feeds = [ET.parse(site / path).getroot().find(GENERATOR) for path in ("feed.atom", "en/feed.atom")]
    package = json.loads((site / "data" / "datapackage.json").read_text(encoding="utf-8"))
    told = {
        health["version"], edition.manifest["software_version"], package["softwareVersion"],
        *(feed.attrib["version"] for feed in feeds if feed is not None),
    }  # fmt: skip
    assert None not in feeds and told == {software_version()}


def test_the_newest_release_in_the_changelog_is_this_version() -> None:
    """Year, month and number within the month."""
    releases = re.findall(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert releases[0] == software_version() and all(re.fullmatch(r"20\d\d\.(1[0-2]|[1-9])\.\d+", r) for r in releases)


@pytest.mark.edition
def test_an_edition_older_than_the_version_stays_readable_and_is_followed_by_one_that_has_it(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = publication._write_json
    with monkeypatch.context() as older:
        older.setattr(
            publication, "_write_json", lambda path, said: write(path, {k: v for k, v in said.items() if k != "software_version"})
            if path.name == on_disk.MANIFEST else write(path, said)
        )  # fmt: skip
        small_house.publish()
    assert "software_version" not in on_disk.opened(small_house.folder, 1).manifest
    assert small_house.publish().manifest["software_version"] == software_version()
