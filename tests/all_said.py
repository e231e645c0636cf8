"""Everything that a government's instance says: pages, workbooks, editions with their files, answers of the API, meeting material.

A text comes with the place where it stands. What is packed (workbooks) is unpacked first; of bytes that are no text whatever can be
read as one is kept.
"""

from __future__ import annotations

import html
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kpis.government import government
from kpis.periods import parse_period
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.settings import Settings, settings
from kpis.state import State
from kpis.store.store import Store, utc_now
from loaders.catalogue import load_folder
from loaders.workbook.door import issue_template
from publishers.editions import publication
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from telling.meeting import quarter_report
from tests.bench.viewer import Viewer, served
from tests.pages.charts_seen import OFFICE, run
from tests.publishers.public_server import public_server

Said = tuple[str, str]  # place, text
ALIKE = 3  # so many pages of one kind, as of bureaus, are asked for
PERSON = "office@reform.example.org"
API = (
    "health", "v1/indicators", "v1/observations", "v1/status", "v1/readings", "v1/sources", "v1/projects", "v1/milestones", "v1/units",
    "v1/bureaus", "v1/changes", "v1/procedures", "v1/procedures.csv", "v1/facilities", "v1/registers/procedures",
    "v1/registers/facilities", "v1/editions", "v1/status?as_of=nonsense", "v1/attention", "v1/strips", "v1/charts", "v1/commentaries",
    "v1/actions", "v1/search?q=a", "v1/voices", "v1/nothing", "health/live", "health/ready", "../robots.txt", "../calendar.ics", "../nothing",
)  # fmt: skip


@dataclass(frozen=True)
class Instance:
    """An instance filled from data alone: its store, its files and its settings."""

    catalogue: Path
    official: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of a process that works for it."""
        return {
            "CATALOGUE_DIR": str(self.catalogue), "OFFICIAL_DIR": str(self.official), "EDITIONS_DIR": str(self.folder / "editions"),
            "DATABASE_URL": f"sqlite:///{self.folder / 'working.db'}",
        }  # fmt: skip

    @property
    def chosen(self) -> Settings:
        """Return the settings of this process, with an address that others could open."""
        return Settings(PUBLIC_URL="https://reform.example.org", EDITIONS_DIR=self.folder / "editions")  # type: ignore[call-arg]


def fill(instance: Instance) -> Store:
    """Load the lists of an instance into a new store, with somebody of the office."""
    store = Store(instance.environment["DATABASE_URL"])
    store.migrate()
    reports = load_folder(store, instance.catalogue, official=instance.official)
    assert [(r.file, p) for r in reports for p in r.problems if p.stops] == []
    add_person(store, actor=COMMAND_LINE, email=PERSON, role="reform_office")
    return store


def of_files(instance: Instance, store: Store, *, period: str) -> Iterator[Said]:
    """Yield an edition with all its files, the meeting material of a quarter, and the workbooks of the first few bureaus."""
    edition = publication.publish(store, note="公表 / edition", now=utc_now(), chosen=instance.chosen)
    for path in sorted(p for p in edition.folder.rglob("*") if p.is_file()):
        name = path.relative_to(edition.folder).as_posix()
        yield f"edition {name}", name
        if not name.startswith("government/"):
            yield from ((f"edition {name}", text) for text in read(path.read_bytes()))
    for language in ("ja", "en"):
        report = quarter_report(State(store), period, language=language)
        yield f"meeting page {language}", report_page(report)
        yield from ((f"meeting workbook {language}", text) for text in read(report_book(report)))
    units = [unit for unit in store.organisation().units if unit.kind in government().bureau_kinds]
    for unit in [unit for unit in units if unit.is_valid_on(parse_period(period).end)][:ALIKE]:
        content, _ = issue_template(store, unit.code, period, actor=COMMAND_LINE, issued_at=datetime(2025, 4, 1))
        yield from ((f"workbook {unit.code}", text) for text in read(content))


def of_pages(instance: Instance) -> Iterator[Said]:
    """Yield every page of the working instance and of a public one, in both languages, and what their addresses answer."""
    lists = ("procedures", "facilities", "projects", "bureau", "changes", "indicator", "about", "revisions")
    every = ("", government().page.address, *lists)
    with served("server:app", **instance.environment) as port:
        yield from _walked(port, (*every, "report", *OFFICE), "working")
        yield from _answers(port, "working")
    nowhere = str(instance.folder / "no catalogue")
    with public_server(instance.folder / "editions", CATALOGUE_DIR=nowhere, OFFICIAL_DIR=nowhere) as port:
        yield from _walked(port, every, "public")
        yield from _answers(port, "public")


def _walked(port: int, pages: Sequence[str], whose: str) -> Iterator[Said]:
    """Yield what pages say, and the first few of those that they lead to, as those of single bureaus."""
    for language in ("ja", "en"):
        viewer, led_to = Viewer(port), {page: dict[str, None]() for page in pages}
        asked = list(pages)
        for address in asked:
            page, _, query = address.partition("?")
            person = PERSON if page in OFFICE and whose == "working" else ""
            seen = run(viewer, page, f"{query}&lang={language}".lstrip("&") if "lang=" not in query else query, as_person=person)
            place = f"{whose} /{address} {language}"
            assert not list(seen.of("exception")), f"{place}: {list(seen.of('exception'))}"
            for link in (link for link in seen.links() if "code=" in link):
                held = led_to.setdefault(link.partition("?")[0], {})
                if link not in held and len(held) < ALIKE:
                    held[link] = None
                    asked.append(link)
            for name, element in (*seen.elements, *seen.frame):
                yield from ((f"{place} {name}", text) for text in read(element.SerializeToString()))
                if name == "download_button":
                    yield from ((f"{place} file", text) for text in _answer(port, element.url))
        viewer.close()


def _answers(port: int, whose: str) -> Iterator[Said]:
    for path in API:
        yield from ((f"{whose} /api/{path}", text) for text in _answer(port, f"/api/{path}"))


def _answer(port: int, path: str) -> Iterator[str]:
    """Yield what an address answers, with the names that its headers give."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            content, headers = answer.read(), str(answer.headers)
    except urllib.error.HTTPError as error:
        content, headers = error.read(), str(error.headers)
    yield urllib.parse.unquote(headers)
    yield from read(content)


def read(content: bytes) -> Iterator[str]:
    """Yield what can be read of bytes: the parts of a workbook, else the whole, with escaped letters written out."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name
                yield from read(packed.read(name))
        return
    text = html.unescape(content.decode("utf-8", errors="ignore"))
    yield text
    if "\\u" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: json.loads(f'"{found[0]}"'), text)


def use(instance: Instance, patch: object) -> None:
    """Let this process work for an instance; ``patch`` is a ``pytest.MonkeyPatch``."""
    for name, value in instance.environment.items():
        patch.setenv(name, value)  # type: ignore[attr-defined]
    settings.cache_clear()
