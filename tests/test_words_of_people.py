"""What people write is text wherever it comes out: poisons go in through every door, and every output is searched for them."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import openpyxl
import pyarrow as pa
import pytest
from icalendar import Calendar

from kpis.moment import Moment
from kpis.periods import local_day
from kpis.reporting import answers, choices, questions, reports
from kpis.reporting.outbox import Delivery, Told
from kpis.reporting.refused import refused_content
from kpis.seen import journal
from kpis.settings import Settings
from kpis.state import State
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import utc_now
from loaders.workbook.annotate import commented, mark_problems
from loaders.workbook.questions import issue
from loaders.workbook.submit import take_template
from publishers.answers import answers_book, answers_csv
from publishers.fonts import has_japanese
from publishers.meeting.page import report_page
from publishers.meeting.pdf import pack_pdf
from publishers.meeting.slides import pack_slides
from publishers.meeting.workbook import report_book
from publishers.notices.calendar import of_person, of_publications
from publishers.notices.smtp import mail
from publishers.notices.wording import mail_of
from telling.agenda import Agenda
from telling.meeting import quarter_report
from telling.questions import answer_table
from tests.bench.viewer import Viewer, served
from tests.command import command
from tests.pages.charts_seen import Seen, run
from tests.poisoned import ACTS, SEEN, UNSEEN, Poisoned, acting, formulas, made_in, marked_up, poison
from tests.small_government import ANNA, AYA, IN_TIME, OFFICE, PERIOD, SECOND

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    return made_in(tmp_path_factory.mktemp("words"))


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
    ("voices", "", OFFICE), ("voices", "part=decided", OFFICE), ("meeting", "period=FY2022-Q2", OFFICE), ("meeting", "period=FY2022-Q2&minutes=1", OFFICE),
    ("meeting", "", OFFICE), ("review", "part=withdrawals", OFFICE), ("review", "part=persons", OFFICE), ("notices", "part=outbox", OFFICE), ("submit", "", ANNA),
    ("questions", "", ANNA), ("standing", "", ""), ("search", f"q={SEEN[0]}", ""), ("actions", "", ""), ("projects", "code=CP2", OFFICE),
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
        "commentaries",
        "actions",
        "attention",
        "search?q=P",
    ):
        text = json.dumps(json.loads(fetched(port, f"/api/v1/{name}")), ensure_ascii=False)
        assert not acting(text), name
    for chart in json.loads(fetched(port, "/api/v1/charts"))["charts"]:
        drawing, numbers = fetched(port, chart["svg"]), fetched(port, chart["csv"])
        assert not active_parts(drawing), chart["name"]
        assert not formulas(numbers) and not acting(numbers.removeprefix("\ufeff")), chart["name"]
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


def test_the_pack_of_a_meeting_is_text_as_slides_and_as_pdf(poisoned: Poisoned, tmp_path: Path) -> None:
    state = State(poisoned.store)
    (minutes,) = Moment(state=state, as_of=local_day(utc_now())).rows(tables.Meeting)
    for period, closed in ((PERIOD, None), ("FY2022-Q2", minutes)):
        agenda = Agenda(report=quarter_report(state, period, language="ja"), day=local_day(utc_now()), minutes=closed)
        packed = zipfile.ZipFile(io.BytesIO(pack_slides(agenda)))
        parts = {name: ET.fromstring(packed.read(name)) for name in packed.namelist() if name.endswith((".xml", ".rels"))}
        texts = "\n".join(text for part in parts.values() for text in part.itertext())
        assert SEEN in texts and not acting(texts)
        targets = [each.get("Target", "") for name, part in parts.items() if name.endswith(".rels") for each in part]
        assert not [target for target in targets if target.startswith(("javascript", "http://evil"))]
        if has_japanese():
            content = pack_pdf(agenda)
            assert not re.findall(rb"/(?:JavaScript|JS|Launch|EmbeddedFile)\b|/URI ?\((?:http://evil|javascript)", content)
            if shutil.which("pdftotext"):
                (tmp_path / "pack.pdf").write_bytes(content)
                done = subprocess.run(["pdftotext", str(tmp_path / "pack.pdf"), "-"], capture_output=True, check=True, timeout=60)
                written = done.stdout.decode().replace("\f", "\n")
                assert "alert(1)" in written.replace("\n", "") and not acting(written)


def test_a_calendar_and_a_mail_hold_lines_of_text(poisoned: Poisoned) -> None:
    chosen = Settings(PUBLIC_URL="https://reform.example.jp", MAIL_FROM="kpi@reform.example.jp")  # type: ignore[call-arg]
    moment, now = Moment(state=State(poisoned.store), as_of=IN_TIME), datetime(2023, 1, 20)
    secret = choices.new_calendar(poisoned.store, actor=OFFICE)
    own = of_person(poisoned.store, moment, secret, chosen, now=now)
    assert own is not None
    for content in (own, of_publications(moment, "ja", chosen, now=now)):
        assert not acting(content.decode().replace("\r\n ", ""))
        titles = [str(event["summary"]) for event in Calendar.from_ical(content).walk("VEVENT")]
        assert not [title for title in titles if "\n" in title or acting(title)] and (
            content is not own or any(SEEN in title for title in titles)
        )
    rows = poisoned.store.all_of(tables.Notice)
    assert {"submitted", "returned", "approved", "published"} <= {row["occasion"] for row in rows}
    for row in rows:
        told = record_of(Told, SimpleNamespace(**row), facts=json.loads(row["facts_json"]))
        for kind, is_digest in (("", False), ("", True), ("mattermost", False)):
            to = Delivery("", row["reader"], kind, ANNA, "ja", is_digest, is_office=True, notices=(told,))
            subject, text = mail_of(to, moment, chosen)
            assert not acting(subject + text) and "\n" not in subject
            sent = message_from_bytes(
                mail(ANNA, subject, text, chosen=chosen, name="<a@b>", language="ja", now=now).as_bytes(), policy=SMTP
            )
            assert not acting(str(sent["Subject"]) + sent.get_content()) and sent.get_content_type() == "text/plain"
            assert set(sent.keys()) <= {
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Content-Language",
            }  # fmt: skip


def test_what_is_handed_back_of_a_workbook_runs_nothing_and_its_notes_are_text(poisoned: Poisoned) -> None:
    """A refused workbook with its faults marked, one with the comments of a reviewer, the answers to a question and the workbook to answer it in."""
    code, store = "Q001", poisoned.store
    one = questions.question(store, code, viewer=OFFICE)
    headings, cells = answer_table(one, answers.rows_of(store, code, viewer=OFFICE), {}, "ja")
    books = [
        mark_problems(poisoned.refused, poisoned.problems), commented(poisoned.original, [("指標の実績", "A1", poison(0))]),
        answers_book(headings, cells, title=one.title_ja), issue(store, code, "GENERAL", actor=ANNA), refused_content(store, 1, viewer=OFFICE),
    ]  # fmt: skip
    for content in books:
        packed = zipfile.ZipFile(io.BytesIO(content))
        assert not [name for name in packed.namelist() if "vba" in name.lower() or "externalLink" in name]
        texts = "".join(
            "".join(ET.fromstring(packed.read(name)).itertext())
            for name in packed.namelist()
            if name.endswith(".xml")
            and not (content in books[:2] and name.startswith(("xl/worksheets/", "xl/sharedStrings")))  # cells as they came
        )
        if content is not books[-1]:  # which is handed back as it came
            assert SEEN in texts and not acting(texts)
        cells_of = [c for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for c in row if c.value]
        assert not [c.value for c in cells_of if c.data_type == "f" and SEEN in str(c.value)]
    table = answers_csv(headings, cells).decode("utf-8-sig")
    assert SEEN in table and not formulas(table) and not acting(table)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_of_the_log_is_a_line_of_text(form: str) -> None:
    try:
        raise ValueError(poison(1))
    except ValueError as error:
        why = (type(error), error, error.__traceback__)
    record = logging.LogRecord("any", logging.ERROR, "", 1, "upload of %s", (poison(0) + "\nlevel=info forged",), why)
    written = journal.formatter(form).format(record)
    assert SEEN in written or SEEN.encode("unicode_escape").decode().split("\\")[1] in written
    assert not acting(written) and "\nlevel=info forged" not in written
    if form == "json":
        assert "\n" not in written and not acting("".join(map(str, json.loads(written).values())))


def test_a_terminal_gets_text(poisoned: Poisoned) -> None:
    poisoned.store.engine.dispose()
    around = {"DATABASE_URL": poisoned.store.url, "EDITIONS_DIR": str(poisoned.editions)}
    pack = ("report", "-o", f"{poisoned.editions.parent}/pack.xlsx", "--period", PERIOD)
    for words in (("user", "list"), ("publish", "--dry-run"), ("withdraw", "list", "--as", SECOND), pack):
        done = command(*words, **around)
        assert done.returncode == 0 and (words is pack or SEEN in done.stdout + done.stderr), (words, done)
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
