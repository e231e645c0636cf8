"""Every count of a list leads to the list: the table of bureaus, headline numbers and bands, on the dashboard and in the static edition."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from html.parser import HTMLParser

import pytest

from kpis.figures.registers import tally
from kpis.moment import Moment, State
from kpis.store.store import Store
from publishers.editions import on_disk
from telling import facilities, matrix, procedures
from telling.blocks import Telling
from telling.words import Words
from tests.publishers.house import House

pytestmark = pytest.mark.edition
OF_ROWS = re.compile(r"\d[\d,]*( / \d[\d,]*)?|— / \d[\d,]*")
PUBLISHED = tuple(Words(language)("fac_card_published") for language in ("ja", "en"))  # a figure as it was published, of no list
VOID = ("img", "br", "meta", "link", "input", "hr", "source", "wbr")


class Page(HTMLParser):
    """The counts of a page, with the address that each leads to; its anchors and all its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []  # (what it is to us, tag)
        self.counts: list[tuple[str, str, str]] = []  # (what it is, text, address)
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.href = ""  # of the link that was opened last
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        names, within = held.get("class", "").split(), [kind for kind, _ in self.open]
        self.anchors |= {held["id"]} if held.get("id") else set()
        kind = ""
        if tag in ("table", "tbody", "dl", "p") and {"mx", "mx-whole", "nm", "tally-marks"} & {*names}:
            kind = names[0]
        elif (tag == "td" and "mx" in within and "mx-whole" not in within) or (tag == "div" and "nm" in within):
            kind = "count"
            self.counts.append((next(w for w in within if w), "", ""))
        elif tag == "span" and "sm" in names and "tally-marks" in within:
            kind = "count"
            self.counts.append(("tally", "", self.href))
        if tag == "a":
            self.href = held.get("href", "")
            self.links.add(self.href)
            if "count" in within:
                self.counts[-1] = (*self.counts[-1][:2], self.href)
        if tag not in VOID:
            self.open.append((kind, tag))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[1] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if any(kind == "count" for kind, _ in self.open):
            kind, text, address = self.counts[-1]
            self.counts[-1] = kind, text + data, address

    def told(self) -> list[tuple[str, str, str]]:
        """Return the counts of rows, without the figures as they were published."""
        counts = [(kind, text.strip(), address) for kind, text, address in self.counts if not text.strip().startswith(PUBLISHED)]
        return [each for each in counts if each[0] == "tally" or re.search(r"\d[\d,]* / \d", each[1])]


@pytest.fixture(scope="module")
def telling(tokyo: Store) -> Telling:
    return Telling(Words("ja"), Moment(state=State(tokyo), as_of=date(2026, 11, 24)))


def test_every_count_of_the_table_of_bureaus_leads_to_a_list_that_holds_so_many(telling: Telling) -> None:
    reports = [r for r in telling.moment.bureaus if r.is_valid]
    told, number = matrix.matrix(telling, reports), telling.words.number
    at = {
        c.key: n
        for n, c in enumerate(told.columns)
        if c.key == "own" or c.key.startswith(("procedures", "facilities", "milestones"))
    }
    cells = {row.code: {key: row.cells[n] for key, n in at.items()} for row in told.rows}
    cells[""] = {key: told.heads[0][1][n] for key, n in at.items() if key != "own"}
    counts = [(code, key, cell) for code, own in cells.items() for key, cell in own.items() if OF_ROWS.fullmatch(cell.text)]
    assert len(counts) > 20 and not [each for each in counts if each[2].leads is None or each[2].leads.bureau != each[0]]
    by_code = {r.code: r for r in reports}
    for code, key, cell in counts:
        some = cell.text.split(" / ")[0]
        if some == "—":  # the state of none is known: the list is of all of them
            rows = telling.moment.facilities if key == "facilities" else []
            assert cell.leads == matrix.Leads(key, "" if rows else "unknown", code), code
            assert not rows or cell.text == f"— / {len(facilities.chosen(telling, rows, bureau=code))}", code
        elif key == "facilities" and code:
            assert some == number(len(facilities.chosen(telling, telling.moment.facilities, show="introduced", bureau=code))), code
        if key == "milestones_late" and code:
            assert some == number(sum(m.state in matrix.LATE for m in by_code[code].milestones)), code


def test_a_headline_number_that_counts_rows_says_how_its_list_is_narrowed_and_the_list_holds_so_many(telling: Telling) -> None:
    moment = telling.moment
    register, held = moment.procedures, moment.facilities
    cards = [*procedures.cards(telling, register, tally(register.groups)), *facilities.cards(telling, held, None)]
    shown = {card.title: getattr(card.value, "text", str(card.value)) for card in cards}
    counting = [card for card in cards if OF_ROWS.fullmatch(shown[card.title])]
    assert len(counting) >= 5 and [card.title for card in counting if card.narrowed is None] == []
    for card in counting:
        for name, value in card.narrowed or ():
            if name == "show":
                assert shown[card.title].split(" / ")[0] == str(len(facilities.chosen(telling, held, show=value)))


def test_no_count_of_the_static_edition_is_without_a_link_and_each_leads_to_what_is_there(published: House) -> None:
    held = on_disk.current(published.folder)
    assert held is not None
    site, read = held.folder / "site", cache(lambda path: Page(path.read_text(encoding="utf-8")))
    listed = [p for p in site.rglob("*.html") if p.parent.name not in ("indicators", "projects", "embed", "voices")]
    bare, lost, seen = [], [], 0
    for path in listed:
        page = read(path.resolve())
        seen += len(page.told())
        bare += [(str(path.relative_to(site)), *each) for each in page.told() if not each[2]]
        for link in page.links:
            file, _, anchor = link.partition("#")
            there = (path.parent / file).resolve() if file else path.resolve()
            if anchor and "://" not in link and there.suffix == ".html" and there.is_file() and anchor not in read(there).anchors:
                lost.append((str(path.relative_to(site)), link))
    assert seen > 20 and bare == []
    assert lost == []
