"""An instance in which everything that people can write is poison, and what of it would act where it comes out."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import openpyxl

from kpis.periods import local_day
from kpis.reporting import answers, deputies, meetings, people, questions, reports, saying, submissions, withdrawals
from kpis.reporting.asking import AskedColumn, Choice
from kpis.reporting.confidence import confirm_assessment, record_confidence
from kpis.reporting.meetings import Wanted
from kpis.reporting.voices import decide
from kpis.reporting_vocabulary import DecisionClosed, VoiceState
from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from kpis.voices.store import Voices
from loaders.catalogue import load_folder
from loaders.files.problems import Problem
from loaders.workbook.submit import receive, take_template
from publishers.editions import publication
from tests.books import saved
from tests.shared import copied, empty
from tests.small_government import ADMIN, ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD, SECOND, write_small_government

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
    refused: bytes
    problems: tuple[Problem, ...]  # of what was refused


def made_in(folder: Path) -> Poisoned:
    """Make it in an empty folder."""
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
    for email, role, bureau in ((DAI, "bureau_manager", "DIGITAL"), (ANNA, "bureau_manager", "GENERAL"), (AYA, "bureau_manager", "GENERAL"), (OFFICE, "reform_office", None),
                                (SECOND, "reform_office", None), (ADMIN, "administrator", None)):  # fmt: skip
        name = poison(1) if email != OFFICE else ""
        people.add_person(store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau, name=name)
    original = _filled(take_template(store, "GENERAL", PERIOD, actor=ANNA))
    done = receive(store, original, actor=ANNA, name="../" + poison(0) + ".xlsx", today=IN_TIME).uploaded
    assert done is not None
    opened = reports.opened(store, done.report_id, viewer=ANNA, as_of=IN_TIME)
    step = {"actor": ANNA, "revision": done.revision}
    _causes(store, done.report_id, done.revision)
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
    _office(store)
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
    refused = _filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), amount=poison(2, "_x001B_[31m\u202e\u2066\u200b"))
    stopped = receive(store, refused, actor=ANNA, name="../" + poison(4) + ".xlsx", today=IN_TIME)
    assert stopped.uploaded is None and stopped.reading.errors
    waiting = receive(store, last, actor=ANNA, name=poison(3) + ".xlsx", today=IN_TIME).uploaded
    assert waiting is not None
    return Poisoned(store, folder / "editions", original, refused, tuple(stopped.reading.problems))


def _causes(store: Store, number: int, revision: int) -> None:
    """Why figures stand as they do, of an indicator and of the project that the bureau leads; by the manager, then by who stands in for her."""
    names = ("cause_ja", "cause_en", "obstacle_ja", "obstacle_en", "response_ja", "response_en")
    texts = {name: poison(n) for n, name in enumerate(names)}
    saying.say_why(store, number, actor=ANNA, revision=revision, causes={"electronic_decision_rate": texts})
    today = local_day(utc_now())
    deputies.name_deputy(store, actor=ANNA, email=DAI, stands_in_for=ANNA, from_date=today, until_date=today + timedelta(days=9))
    saying.say_why(store, number, actor=DAI, revision=revision, causes={"CP2": texts})


def _office(store: Store) -> None:
    """Decisions of a meeting, its minutes, assessments, and withdrawals asked, refused and approved, of poison."""
    today, rate, quarter = local_day(utc_now()), "electronic_decision_rate", "FY2022-Q2"
    for n, (bureau, end) in enumerate((("GENERAL", DecisionClosed.TAKEN_BACK), ("GENERAL", None), ("", DecisionClosed.DONE))):
        wanted = Wanted(
            decided=poison(n),
            due_on=today + timedelta(days=9),
            indicator_code=rate,
            bureau_code=bureau,
            section=poison(3),
            role=poison(4),
        )
        number = meetings.decide(store, quarter, wanted, actor=OFFICE)
        if end is not None:
            meetings.close(store, number, actor=OFFICE, closed_as=end, reason=poison(n + 1))
    meetings.close_minutes(store, quarter, actor=OFFICE, held_on=today, note=poison(3))
    for n, subject in enumerate((rate, "CP2")):
        record_confidence(
            store,
            subject,
            confidence="low",
            reason=poison(n),
            reason_en=poison(n + 1),
            reviewer=OFFICE,
            reviewed_on=today,
            period=PERIOD,
        )
        confirm_assessment(store, n + 1, actor=SECOND)
    for n, (indicator, is_approved) in enumerate(((rate, False), ("seal_abolished_procedures", True), (rate, None))):
        key = (indicator, "GENERAL", quarter)
        asked = withdrawals.ask(store, key, actor=ANNA, reason_class="error", reason_text=poison(n))
        if is_approved is not None:
            withdrawals.decide(store, asked.id, actor=SECOND, approves=is_approved, text="" if is_approved else poison(n + 2))


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


def _filled(content: bytes, n: int = 0, amount: str = "") -> bytes:
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
            sheet.cell(row, at["分子(実績の数)"]).value, sheet.cell(row, at["分母(対象の数)"]).value = amount or 800 + n, 1000
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
