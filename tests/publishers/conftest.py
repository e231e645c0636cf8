"""Instances that publish."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.text import format_date
from publishers.editions import on_disk
from telling.citation import citation, edition_address
from telling.words import Words
from tests.posting import Took, mail_server
from tests.publishers.house import House, built, small
from tests.publishers.ledger import Ledger
from tests.publishers.telling import Clock


@pytest.fixture
def house(tokyo: Store, tmp_path: Path) -> House:
    """An instance of its own, with nothing published."""
    return built(tokyo, tmp_path)


@pytest.fixture
def small_house(tmp_path: Path) -> House:
    """The same of the small government, for what does not depend on which figures are published."""
    return small(tmp_path)


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
