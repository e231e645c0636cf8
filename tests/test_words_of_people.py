"""What people write is text wherever it comes out: poisons go in through every door, and every output is searched for them."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import openpyxl
import pyarrow as pa
import pytest

from kpis.periods import local_day
from kpis.reporting import answers, people, questions, reports, submissions
from kpis.reporting.asking import AskedColumn, Choice
from kpis.reporting.voices import decide
from kpis.reporting_vocabulary import VoiceState
from kpis.settings import Settings
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.voices.store import Voices
from loaders.catalogue import load_folder
from loaders.workbook.submit import receive, take_template
from publishers.editions import publication
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from telling.meeting import quarter_report
from tests.bench.viewer import Viewer, served
from tests.books import saved
from tests.command import command
from tests.pages.charts_seen import Seen, run
from tests.shared import copied, empty
from tests.small_government import ADMIN, ANNA, AYA, IN_TIME, OFFICE, PERIOD, SECOND, write_small_government

pytestmark = pytest.mark.server

UNSEEN = "\x0b\x01\x1b[31m\x9b\u202e\u2066\u200b\ufffe"
SEEN = "髙﨑👩\u200d💻"  # and this must stay
ACTS = "![b](http://evil.example/x.png)[a](javascript:alert(1))<script>alert(1)</script>:material/delete::red[c]$d$"
FORMULAS = ("=HYPERLINK(1)", "+cmd|'/C calc'!A0", "@SUM(1)", "＝1+1", "-2+3")


def poison(n: int, unseen: str = UNSEEN) -> str:
    """Return one poison, which begins as a formula and goes on as everything else."""
    return f"{FORMULAS[n % len(FORMULAS)]}{ACTS}{unseen}{SEEN}"


@dataclass
class Poisoned:
    """An instance in which everything that people can write is poison."""

    store: Store
    editions: Path
    original: bytes


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    folder = tmp_path_factory.mktemp("words")
    store = copied(empty(), folder / "words.db")
    catalogue, official = write_small_government(folder / "data")
    for n, (file, columns) in enumerate(
        {
            catalogue / "sources.csv": ("title",), catalogue / "bureaus.csv": ("name_ja",), catalogue / "projects.csv": ("name_ja",),
            catalogue / "indicators.csv": ("name_ja", "definition_ja"), official / "milestones.csv": ("name_ja",),
            official / "procedures.csv": ("name_ja", "law_name", "note_ja", "note_en"), official / "facilities.csv": ("name_ja", "note_ja", "note_en"),
        }.items()
    ):  # fmt: skip
        path = file if file.exists() else next(p for p in folder.rglob(file.name))
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            for m, row in enumerate(rows):
                writer.writerow({**row, **{name: poison(n + m) + str(m) for name in columns if name in row}})
    for report in load_folder(store, catalogue, official=official):
        assert not report.problems, report.problems
    for email, role, bureau in ((ANNA, "bureau_manager", "GENERAL"), (AYA, "bureau_manager", "GENERAL"), (OFFICE, "reform_office", None),
                                (SECOND, "reform_office", None), (ADMIN, "administrator", None)):  # fmt: skip
        name = poison(1) if email != OFFICE else ""
        people.add_person(store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau, name=name)
    original = _filled(take_template(store, "GENERAL", PERIOD, actor=ANNA))
    done = receive(store, original, actor=ANNA, name="../" + poison(0) + ".xlsx", today=IN_TIME).uploaded
    assert done is not None
    opened = reports.opened(store, done.report_id, viewer=ANNA, as_of=IN_TIME)
    step = {"actor": ANNA, "revision": done.revision}
    if opened.comparison.unexplained:
        given = {(c.row.kind, c.row.key): ("error", poison(2)) for c in opened.comparison.unexplained}
        submissions.explain(store, done.report_id, reasons=given, **step)  # type: ignore[arg-type]
    submissions.confirm(store, done.report_id, reasons={w.id: poison(n) for n, w in enumerate(opened.warnings)}, **step)  # type: ignore[arg-type]
    submissions.submit(store, done.report_id, today=IN_TIME, **step)  # type: ignore[arg-type]
    first = opened.comparison.cells[0]
    where = (first.row.kind, first.row.key, first.column)
    submissions.give_back(
        store, done.report_id, actor=OFFICE, revision=done.revision, reason=poison(1), comments={where: poison(3)}
    )
    submissions.submit(store, done.report_id, today=IN_TIME, **step)  # type: ignore[arg-type]
    submissions.grant_exception(
        store, actor=OFFICE, bureau_code="GENERAL", period_code="FY2022-Q4", until=IN_TIME + timedelta(days=400), reason=poison(4)
    )
    spoken = f"sqlite:///{folder / 'voices.db'}"
    chosen = Settings(EDITIONS_DIR=folder / "editions", PUBLIC_URL="https://reform.example.jp", VOICES_URL=spoken)  # type: ignore[call-arg]
    now = utc_now()
    _voices(store, Voices(spoken))
    publication.publish(store, note=poison(0), now=now + timedelta(seconds=1), chosen=chosen)
    submissions.approve(store, done.report_id, actor=SECOND, revision=done.revision)
    second = _filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), n=1)
    again = receive(store, second, actor=ANNA, name=poison(2) + ".xlsx", today=IN_TIME).uploaded
    assert again is not None, "a correction, which needs a reason"
    _explained(store, again.report_id, again.revision)
    submissions.submit(store, again.report_id, actor=ANNA, revision=again.revision, today=IN_TIME)
    submissions.approve(store, again.report_id, actor=SECOND, revision=again.revision)
    third = publication.publish(store, note=poison(1), now=now + timedelta(seconds=2), chosen=chosen)
    publication.rollback(store, third.number - 1, reason=poison(3), now=now + timedelta(seconds=3), chosen=chosen)
    _questions(store)
    last = _filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), n=2)
    waiting = receive(store, last, actor=ANNA, name=poison(3) + ".xlsx", today=IN_TIME).uploaded
    assert waiting is not None
    return Poisoned(store, folder / "editions", original)


def _voices(store: Store, voices: Voices) -> None:
    """What readers say and the office answers, of poison; one is shown in public."""
    for n in range(2):
        voices.say("indicator", "touchless_services", grade=1, words=poison(n), language="ja", edition=1, said_on=IN_TIME)
    told = {"answer_ja": poison(2), "answer_en": poison(3), "is_looked_through": True}
    decide(store, voices, voices.one(1), actor=OFFICE, to=VoiceState.PUBLISHED, today=IN_TIME, **told)  # type: ignore[arg-type]


def _questions(store: Store) -> None:
    """A question, its answer and why that was returned, of poison."""
    words = {name: poison(n) for n, name in enumerate(("title_ja", "title_en", "lead_ja", "lead_en"))}
    choices = (Choice(poison(0), poison(1)), Choice(poison(2), poison(3)))
    columns = (AskedColumn(heading_ja=FORMULAS[0]), AskedColumn(heading_ja=ACTS[:60], type="choice", choices=choices))
    due = local_day(utc_now()) + timedelta(days=9)
    code = questions.write(store, questions.QuestionDraft(words=words, columns=columns, due_on=due), actor=OFFICE)
    questions.open_to_bureaus(store, code, actor=OFFICE, today=due)
    stored = questions.question(store, code, viewer=OFFICE).columns[1].choices[0].name_ja
    rows = [{"c1": poison(4), "c2": stored}]
    for n, content in enumerate((b"one", b"two")):
        filled = answers.FilledAnswers(rows=rows, content=content, name=poison(n), template_id="T")
        answers.upload(store, filled, actor=ANNA, code=code, bureau_code="GENERAL", replaces=n)
        answers.submit(store, code, "GENERAL", actor=ANNA, revision=n + 1)
        if n == 0:
            answers.decide(store, code, "GENERAL", actor=OFFICE, revision=1, accepts=False, reason=poison(2))


def _explained(store: Store, number: int, revision: int) -> None:
    opened = reports.opened(store, number, viewer=ANNA, as_of=IN_TIME)
    given = {(c.row.kind, c.row.key): ("error", poison(2)) for c in opened.comparison.unexplained}
    submissions.explain(store, number, actor=ANNA, revision=revision, reasons=given)
    open_warnings = {w.id: poison(n) for n, w in enumerate(opened.warnings) if w.confirmed_by is None}
    submissions.confirm(store, number, actor=ANNA, revision=revision, reasons=open_warnings)


def _filled(content: bytes, n: int = 0) -> bytes:
    """Return a template filled with poison as far as a workbook can hold it; a text stays a text there."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["指標の実績"]
    at = {str(c.value).split("\n")[0]: int(c.column) for c in sheet[1] if c.value}
    for (line,) in sheet.iter_rows(min_row=2, min_col=at["指標コード"], max_col=at["指標コード"]):
        row = line.row
        if line.value == "touchless_services":
            cell = sheet.cell(row, next(i for name, i in at.items() if name.startswith("状況")))
            cell.value, cell.data_type = poison(n, "_x001B_[31m\u202e\u2066\u200b"), "s"
        elif line.value == "electronic_decision_rate":
            sheet.cell(row, at["分子(実績の数)"]).value, sheet.cell(row, at["分母(対象の数)"]).value = 800 + n, 1000
    return saved(book)


# What would act ------------------------------------------------------------------------------------------------------


def acting(text: str) -> set[str]:
    """Return the signs of a text that act unseen."""
    return {
        c for c in text if c not in "\n\r\t" and (unicodedata.category(c) in ("Cc", "Cs") or c in "\u202a\u202e\u2066\u200b\u2028\ufeff\ufffe")
    }  # fmt: skip


def marked_up(body: str) -> list[str]:
    """Return what of the poison a page would carry out, in a body of markdown."""
    return [
        *re.findall(r"(?<!\\)\]\((?:http://evil|javascript)|https?://evil|(?<!\\)<script|(?<!\\):red\[c|(?<!\\)\$d", body),
        *re.findall(r":material/delete:", body),
    ]


def formulas(content: str) -> list[str]:
    """Return the cells of a CSV that a spreadsheet would run; numbers with their sign are none."""
    cells = [cell for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")) for cell in row]
    return [c for c in cells if re.match(r"\s*[=+\-@＝＋－＠]", c) and not re.fullmatch(r"[+-]?[\d.,]+%?", c)]


def test_what_would_act_is_seen() -> None:
    """The searches can fail."""
    assert acting(UNSEEN) and not acting(SEEN) and marked_up(ACTS) and formulas(f"a,{poison(0)}\n") and not formulas("-5,a\n")


# Outputs -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def port(poisoned: Poisoned) -> Iterator[int]:
    poisoned.store.engine.dispose()
    spoken = f"sqlite:///{poisoned.editions.parent / 'voices.db'}"
    with served("server:app", DATABASE_URL=poisoned.store.url, EDITIONS_DIR=str(poisoned.editions), VOICES_URL=spoken) as number:
        yield number


def fetched(port: int, address: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=60) as answer:
        return str(answer.read().decode())


PICTURE = "data:image/svg+xml;base64,"  # drawn by us, of numbers
DRAWING = "data:image/svg+xml;charset=utf-8,"  # drawn by us for paper, with the names of what it shows
PAGES = (
    ("", "", ""), ("procedures", "", ""), ("procedures", "code=P1", ""), ("facilities", "", ""), ("projects", "", ""), ("projects", "code=CP2", ""),
    ("bureau", "", ""), ("bureau", "code=GENERAL", ""), ("changes", "", ""), ("indicator", "code=touchless_services", ""),
    ("indicator", "code=electronic_decision_rate", ""), ("about", "", ""), ("revisions", "", ""), ("report", "", ""),
    ("review", "report=1&period=FY2022-Q3", OFFICE), ("review", "report=3&period=FY2022-Q3", OFFICE), ("review", "part=audit", OFFICE),
    ("review", "part=exceptions", OFFICE), ("publish", "", OFFICE), ("five_less", "", ""), ("questions", "question=Q001", OFFICE), ("questions", "question=Q001", ANNA),
    ("voices", "", OFFICE), ("voices", "part=decided", OFFICE),
)  # fmt: skip


def texts_of(seen: Seen) -> Iterator[tuple[str, bool]]:
    """Yield each text of a page, and whether markdown is read in it."""
    for kind, part in [*seen.elements, *seen.frame]:
        for name in ("body", "label", "help", "placeholder", "alt"):
            if value := getattr(part, name, ""):
                yield str(value), name in ("body", "label", "help") and kind != "html"
        if kind in ("radio", "button_group"):
            yield from ((str(getattr(option, "content", option)), True) for option in part.options)
        if kind == "selectbox":
            yield from ((str(option), False) for option in part.options)
        if kind in ("dataframe", "table"):
            data = part.arrow_data.data
            table = pa.ipc.open_stream(data).read_all()
            yield from ((str(v), kind == "table") for column in table.columns for v in column.to_pylist() if isinstance(v, str))


def test_a_page_shows_words_as_text_and_its_files_run_nothing(poisoned: Poisoned, port: int) -> None:
    found, held, drawn = [], 0, 0
    for page, query, person in PAGES:
        viewer = Viewer(port)
        seen = run(viewer, page, f"{query}&lang=ja".lstrip("&"), as_person=person)
        found += [(page, query, broken.message) for broken in seen.of("exception")]
        for text, is_markdown in texts_of(seen):
            held += SEEN in text
            found += [(page, query, text) for _ in acting(text)]
            found += [(page, query, text) for _ in (marked_up(text) if is_markdown else ())]
        for written in seen.of("html"):  # ours, in which the words of people are escaped
            tags = Tags()
            tags.feed(written.body)
            found += [
                (page, query, tag)
                for tag, a in tags.tags
                if tag in ("script", "iframe", "object", "embed", "form")
                or (tag == "img" and not str(a.get("src")).startswith((PICTURE, DRAWING)))
            ]
            drawings = [src for tag, a in tags.tags if tag == "img" and (src := str(a["src"])).startswith(DRAWING)]
            drawn += len(drawings)
            found += [(page, query, fault) for drawing in drawings for fault in active_parts(drawing)]
            links = [str(a.get(n)) for _, a in tags.tags for n in ("href", "src") if a.get(n)]
            found += [(page, query, link) for link in links if link.startswith(("javascript", "http://evil"))]
        for chart in seen.of("plotly_chart"):
            spec = json.dumps(json.loads(chart.spec), ensure_ascii=False)
            found += [(page, query, tag) for tag in [*re.findall(r"<(?!/?(?:b|br|extra)>).{9}", spec), *acting(spec)]]
        for button in seen.of("download_button"):
            if "csv_" in button.id and button.url:
                content = fetched(port, button.url)
                found += [(page, query, cell) for cell in [*formulas(content), *acting(content.removeprefix("\ufeff"))]]
        viewer.close()
    assert not found, (len(found), found[:5])
    assert held > 50
    assert drawn >= 12


def active_parts(drawing: str) -> list[str]:
    """Return what could act or lead elsewhere in a drawing that stands in an address."""
    root = ET.fromstring(unquote(drawing.removeprefix(DRAWING)))
    names = {part.tag.rpartition("}")[2] for part in root.iter()}
    attributes = {name.rpartition("}")[2] for part in root.iter() for name in part.attrib}
    return [
        *sorted(names & {"script", "a", "image", "foreignObject", "iframe", "use"}),
        *sorted(name for name in attributes if name == "href" or name.startswith("on")),
        *acting("".join(root.itertext())),
    ]


def test_the_api_answers_with_text(port: int) -> None:
    for name in (
        "observations",
        "indicators",
        "status",
        "bureaus",
        "projects",
        "milestones",
        "procedures",
        "facilities",
        "editions",
        "changes",
        "voices",
    ):
        text = json.dumps(json.loads(fetched(port, f"/api/v1/{name}")), ensure_ascii=False)
        assert not acting(text), name
    file = fetched(port, "/api/v1/procedures.csv")
    assert SEEN in file and not formulas(file) and not acting(file.removeprefix("\ufeff"))


class Tags(HTMLParser):
    """The tags of a page of HTML, with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_is_published_is_text_in_every_form(poisoned: Poisoned) -> None:
    files = [p for p in poisoned.editions.rglob("*") if p.is_file()]
    kinds = {kind: [p for p in files if p.suffix == kind] for kind in (".csv", ".json", ".atom", ".xml", ".html", ".svg")}
    assert all(kinds[kind] for kind in (".csv", ".json", ".atom", ".html", ".svg"))
    for path in [p for listed in kinds.values() for p in listed]:
        text = path.read_text(encoding="utf-8").removeprefix("\ufeff")
        assert not acting(text), path
        if path.suffix == ".csv":
            assert not formulas(text), path
        elif path.suffix == ".json":
            json.loads(text)
        elif path.suffix != ".html":
            ET.fromstring(text)
        else:
            page = Tags()
            page.feed(text)
            links = [str(a.get(n)) for _, a in page.tags for n in ("href", "src") if a.get(n)]
            assert not [link for link in links if link.startswith(("javascript", "http://evil"))], path
            assert "alert(1)" not in "".join(re.findall(r"<script[^>]*>(.*?)</script>", text, flags=re.S)), path
    assert any(SEEN in p.read_text(encoding="utf-8") for p in kinds[".atom"])
    spoken = next(poisoned.editions.rglob("0001/site/indicators/touchless_services.html")).read_text(encoding="utf-8")
    assert "<blockquote>" in spoken and SEEN in spoken.partition("<blockquote>")[2]


def test_workbooks_and_the_page_of_a_meeting_hold_texts(poisoned: Poisoned) -> None:
    material = quarter_report(State(poisoned.store), PERIOD, language="ja")
    books = [take_template(poisoned.store, "GENERAL", PERIOD, actor=AYA), report_book(material)]
    for content in books:
        cells = [c for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for c in row if c.value]
        assert not [c.value for c in cells if c.data_type == "f" and "1" in str(c.value) and SEEN in str(c.value)]
        assert not [c.value for c in cells if acting(str(c.value))] and any(SEEN in str(c.value) for c in cells)
    assert not acting(report_page(material)) and "<script>alert" not in report_page(material)


def test_a_terminal_gets_text(poisoned: Poisoned) -> None:
    poisoned.store.engine.dispose()
    around = {"DATABASE_URL": poisoned.store.url, "EDITIONS_DIR": str(poisoned.editions)}
    for words in (("user", "list"), ("publish", "--dry-run")):
        done = command(*words, **around)
        assert SEEN in done.stdout + done.stderr, (words, done)
        assert not acting(done.stdout + done.stderr), (words, acting(done.stdout + done.stderr))


def test_what_is_stored_is_what_is_shown(poisoned: Poisoned) -> None:
    """Also where a page or a command forgets: no text of any table holds what acts unseen."""
    with poisoned.store.reading() as session:
        found = [
            (table.name, column)
            for table in tables.SQLModel.metadata.sorted_tables
            for row in session.execute(table.select())
            for column, value in row._mapping.items()
            if isinstance(value, str) and acting(value)
        ]
    assert not found, found[:5]
    assert SEEN in reports.report(poisoned.store, 1, viewer=OFFICE).file_name
    assert "/" not in reports.report(poisoned.store, 1, viewer=OFFICE).file_name
