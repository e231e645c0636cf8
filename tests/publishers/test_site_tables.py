"""No table of a static edition has a column in which no row says anything, and each heading stands over its own cells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from markupsafe import Markup

from publishers.editions import on_disk
from publishers.site.labels import is_nothing
from telling.words import Words
from tests.publishers.house import House, small

pytestmark = pytest.mark.edition
ALIKE = "tb-projects"  # stands below others of its kind, with the same columns as they


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition of a government of which little is known."""
    house: House = small(tmp_path_factory.mktemp("little"))
    house.publish()
    return on_disk.opened(house.folder, 1).folder / "site"


def tables(site: Path) -> Iterator[tuple[str, html.HtmlElement]]:
    for path in sorted(site.rglob("*.html")):
        for table in html.fromstring(path.read_text(encoding="utf-8")).iter("table"):
            yield path.relative_to(site).as_posix(), table


def within(cell: html.HtmlElement) -> Markup:
    """Return what stands in a cell, as HTML."""
    return Markup((cell.text or "") + "".join(html.tostring(each, encoding="unicode") for each in cell)).strip()


def test_no_table_has_a_column_that_no_row_fills(site: Path) -> None:
    seen, empty = 0, []
    for path, table in tables(site):
        rows = [row for row in table.iter("tr") if row.getparent().tag == "tbody" and not any(cell.get("colspan") for cell in row)]
        if ALIKE in table.get("class", "") or not rows:
            continue
        assert len({len(row) for row in rows}) == 1, path
        head = list(table.find("thead").iter("tr"))[-1] if table.find("thead") is not None else rows[0]
        assert len(head) == len(rows[0]), path
        seen += 1
        unfilled = [at for at in range(1, len(head)) if all(is_nothing(within(row[at])) for row in rows)]
        empty += [f"{path}: {head[at].text_content()}" for at in unfilled]
    assert seen > 20 and empty == []


def test_a_word_that_says_nothing_fills_no_column(site: Path) -> None:
    """No source says what kind of process any of the procedures is."""
    page = html.fromstring((site / "procedures.html").read_text(encoding="utf-8"))
    (table,) = [t for t in page.iter("table") if "list" in t.get("class", "").split()]
    w = Words("ja")
    heads = [head.text_content() for head in table.find("thead")[0]]
    assert w("col_status") in heads and w("col_type") not in heads and w("process_unknown") not in table.text_content()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_said_of_a_facility_stands_under_its_headings(site: Path, language: str) -> None:
    """The one facility is announced: it takes nothing yet, and no source says since when or where it stands."""
    w, folder = Words(language), site / ("en" if language == "en" else "")
    (table,) = [
        t
        for t in html.fromstring((folder / "facilities.html").read_text(encoding="utf-8")).iter("table")
        if "list" in t.get("class").split()
    ]
    (row,) = table.find("tbody")
    told = {head.text_content(): cell.text_content() for head, cell in zip(table.find("thead")[0], row, strict=True)}
    assert told[w("col_status")] == w("cashless_announced") and told[w("col_facility")] == "中央会館"
    assert set(told) == {w(key) for key in ("col_facility", "reg_by_bureau", "col_kind", "col_status", "source")}
