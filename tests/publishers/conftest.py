"""Instances that publish."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kpis.settings import Settings
from kpis.store import tables, translations
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.text import format_date
from publishers.editions import on_disk
from publishers.site import pages_registers
from telling.citation import citation, edition_address
from telling.words import Words
from tests.posting import Took, mail_server
from tests.publishers.house import House, built, small
from tests.publishers.ledger import Ledger
from tests.publishers.telling import Clock
from tests.shared import made_once


@pytest.fixture
def house(tokyo: Store, tmp_path: Path) -> House:
    """An instance of its own, with nothing published."""
    return built(tokyo, tmp_path)


@pytest.fixture
def small_house(tmp_path: Path) -> House:
    """The same of the small government, for what does not depend on which figures are published."""
    return small(tmp_path)


@pytest.fixture(scope="session")
def odd_site(tokyo: Store) -> Path:
    """The pages of an edition that is odd in three ways, each asked about by a test of its own; read only.

    It was published under an address of this machine, an indicator is called by markup, and lists are cut at five rows.
    """

    def make(folder: Path) -> None:
        made = built(tokyo, folder)
        hostile = {"name_ja": "<script>alert(1)</script>", "definition_ja": '"><img src=x onerror=alert(1)>'}
        with made.store.writing() as session:
            translations.put(session, tables.Indicator, [{"indicator_code": "fax_reduction_rate", **hostile}])
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(pages_registers, "LISTED", 5)
            monkeypatch.setattr(pages_registers.listed_procedures, "__kwdefaults__", {"most": 5})
            here = property(lambda self: Settings(EDITIONS_DIR=self.folder, PUBLIC_URL="http://127.0.0.1:8501"))  # type: ignore[call-arg]
            monkeypatch.setattr(House, "chosen", here)
            made.publish()
        made.keep()

    return on_disk.opened(made_once("odd edition", make) / "editions", 1).folder / "site"


def ledgers_of(port: int, house: House) -> dict[str, Ledger]:
    """Return the figures of a public instance by language, asked of its API; what names the edition is no figure."""
    held, chosen = on_disk.opened(house.folder, 2), house.chosen

    def ask(path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=60) as answer:
            return json.load(answer)

    found = {}
    for language in ("ja", "en"):
        words, address = Words(language), edition_address(2, chosen)
        cited = citation(held.manifest, chosen, language).replace(address, f"<{address}>")
        line = words("edition_line", number=2, day=format_date(held.as_of, language))
        found[language] = Ledger(ask, language, frame=[f"{line} ・ {words('edition_cite')}: {cited}"])
    return found


@pytest.fixture
def mails(tmp_path: Path) -> Iterator[Took]:
    with mail_server(tmp_path) as took:
        yield took


@pytest.fixture
def clock(reporting: Store, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of everything that is stored, set back to when the small government reports."""
    made = Clock()
    with reporting.engine.begin() as connection:
        connection.execute(update(table_of(tables.DataRevision)).values(stamped_at=None))
    monkeypatch.setattr("kpis.store.store.utc_now", made)
    return made
