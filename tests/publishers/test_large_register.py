"""A register of tens of thousands is published without being held: what is in memory at once does not grow with it."""

from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from kpis.figures.registers import channels
from kpis.store import tables
from kpis.store.engine import frozen_url
from kpis.store.queries import channel_counts
from kpis.store.store import Store
from kpis.store.tables import table_of
from publishers.editions.public_tables import finish, gather
from publishers.editions.verify import verify
from publishers.opendata.package import FORMATS, Resource, Stored
from publishers.site.block_views import ROWS
from publishers.site.pages_registers import LISTED
from telling.changes import _register
from telling.words import Words
from tests.publishers.house import House, built
from tests.publishers.shown import unheld

pytestmark = pytest.mark.edition

MANY = 20_000


@pytest.fixture(scope="module")
def large(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> House:
    """An instance with 20,000 procedures besides, each with a channel of its own."""
    made = built(tokyo, tmp_path_factory.mktemp("large"))
    table = table_of(tables.Procedure)
    like = made.store.all_of(tables.Procedure)[0]
    rows = [
        {**like, "procedure_code": f"L{n:05}", "name_ja": f"手続{n}" + "の長い名前" * 8, "online_channel": f"システム{n % 300}", "law_name": "法律" * 20}
        for n in range(MANY)
    ]  # fmt: skip
    with made.store.writing() as session:
        session.execute(insert(table), rows)
    return made


def peak_of(work: Any) -> int:
    """Return how many bytes Python held at most while something was done."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.filterwarnings("ignore")
def test_reading_writing_and_comparing_a_register_holds_a_small_part_of_it(large: House, tmp_path: Path) -> None:
    whole = peak_of(lambda: large.store.all_of(tables.Procedure))
    assert whole > 30_000_000  # what holding it would cost
    path = tmp_path / "edition.db"

    def publish() -> None:
        finish(gather(large.store, path, known_at=large.at), {"edition": 1})

    assert peak_of(publish) < whole / 5
    frozen = Store(frozen_url(path))
    fields = {"procedure_code": "string", "name_ja": "string", "law_name": "string", "online_channel": "string"}
    resource = Resource("procedures", fields, Stored(frozen, tables.Procedure, fields), ("procedure_code",))
    for write in FORMATS.values():
        write(replace(resource, rows=()), io.BytesIO())  # what is imported for the first file is none of the register's
    for form, write in FORMATS.items():

        class Counted(io.RawIOBase):
            """A file that keeps nothing."""

            written = 0

            def writable(self) -> bool:
                return True

            def write(self, content: Any) -> int:
                self.written += len(content)
                return len(content)

        file = Counted()
        assert peak_of(lambda w=write, f=file: w(resource, f)) < whole / 3, form
        assert file.written > 100_000

    def compare() -> None:
        pair = (frozen.each_of(tables.Procedure, by_key=True) for _ in range(2))
        assert list(_register("procedure", "procedure_code", *pair, {})) == []

    assert peak_of(compare) < whole / 5


def test_its_pages_show_the_beginning_and_stay_light(large: House) -> None:
    site = large.publish().folder / "site"
    used = len(channels(channel_counts(large.store, as_of=large.at.date())))
    assert used > 300
    for prefix, language in (("", "ja"), ("en/", "en")):
        written = (site / prefix / "procedures.html").read_text(encoding="utf-8")
        page, words = unheld(written), Words(language)
        assert len(written.encode()) < 400_000
        assert words("ed_list_first", total="20,069", shown=str(LISTED)) in page
        assert words("ed_table_first", total=str(used), shown=str(ROWS)) in page
    assert sum(1 for _ in (site / "data" / "procedures.csv").open(encoding="utf-8-sig")) == 20_070
    assert verify(large.folder) == []
    largest = max((p for p in site.rglob("*.html")), key=lambda p: p.stat().st_size)
    assert largest.stat().st_size < 400_000, largest
