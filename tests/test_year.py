"""A year of one bureau, told the same everywhere: behind, why, what is done, late, given up, what worked; and nothing internal outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest

from kpis.moment import Moment
from kpis.reporting import saying, submissions
from kpis.reporting.comparison import ReportedRow, Value
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store
from telling import attention, commentary
from telling.blocks import Block, Telling
from telling.words import Words
from tests.publishers.house import House, small
from tests.small_government import ANNA, OFFICE, figure, register_row

RATE = "electronic_decision_rate"
INSIDE = ("Himitsu-role", "Himitsu-person")  # what the government keeps inside
END = {
    "FY2022-Q3": date(2022, 12, 31),
    "FY2022-Q4": date(2023, 3, 31),
    "FY2023-Q1": date(2023, 6, 30),
    "FY2023-Q2": date(2023, 9, 30),
}
CALENDAR = [{"period_code": code, "opens_on": "2022-01-01", "due_on": "2026-12-31", "locks_on": "2027-12-31"} for code in END]


def action(number: int, *, issued: int = 0, **answer: Value) -> ReportedRow:
    """An action of the bureau, as it is begun (``issued`` = 0) or answered."""
    begun: dict[str, Value] = {
        "measure_ja": f"取組{number}", "measure_en": f"Measure {number}", "section_ja": "総務課", "role_ja": INSIDE[0], "person": INSIDE[1],
        "due_on": date(2023, 3, 31 if number == 1 else 1), "effect_value": 40.0, "action_state": "open", "period_code": "FY2022-Q3",
    }  # fmt: skip
    about: dict[str, Value] = {"indicator_code": RATE, "project_code": None}
    return register_row("action", f"GENERAL-A{number}", issued_vintage=issued, **{**about, **(answer if issued else begun)})


@dataclass
class Year:
    """The bureau and the office, quarter by quarter."""

    house: House
    uploads: int = field(default=0)

    @property
    def store(self) -> Store:
        return self.house.store

    def report(self, period: str, share: float, *rows: ReportedRow, cause: str = "") -> None:
        """ANNA reports a rate with what else there is to say; the office approves it."""
        self.uploads += 1
        given = [figure(numerator=share * 10, denominator=1000.0, period=period), *rows]
        done = submissions.upload(
            self.store,
            submissions.FilledWorkbook(rows=given, content=f"{self.uploads}".encode(), name=f"{period}.xlsx"),
            actor=ANNA,
            bureau_code="GENERAL",
            period_code=period,
        )
        if cause:
            words = {"cause_ja": cause, "cause_en": f"Because: {cause}"}
            saying.say_why(self.store, done.report_id, actor=ANNA, revision=done.revision, causes={RATE: words})
        submissions.submit(self.store, done.report_id, actor=ANNA, revision=done.revision, today=date(2023, 10, 10))
        submissions.approve(self.store, done.report_id, actor=OFFICE, revision=done.revision)

    def told(self, day: date, language: str) -> Telling:
        return Telling(Words(language), Moment(state=State(self.store), as_of=day))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Four quarters: behind twice, an action moved, one late and given up, one that worked."""
    folder = tmp_path_factory.mktemp("year")
    made = Year(small(folder, calendar=CALENDAR))
    made.report("FY2022-Q3", 30.0, action(1), action(2), cause="端末が足りない")
    made.report("FY2022-Q4", 35.0, action(1, issued=1, action_state="continued", new_due_on=date(2023, 6, 30), state_reason_ja="納入が延びた"),
                register_row("milestone", "M1", actual_end=date(2023, 2, 1), actual_end_precision="day"), cause="更新が遅れた")  # fmt: skip
    made.report("FY2023-Q1", 80.0, action(1, issued=2, action_state="done", done_on=date(2023, 6, 20)),
                action(2, issued=1, action_state="given_up", state_reason_ja="別の取組にまとめた"))  # fmt: skip
    made.report("FY2023-Q2", 95.0)
    return made


def lines(block: Block) -> list[str]:
    return [" | ".join(str(getattr(cell, "text", cell)) for cell in row) for row in block.rows]


def row_of(telling: Telling) -> attention.OffTrackRow | None:
    return next((row for row in attention.rows(telling) if row.code == RATE), None)


@pytest.mark.edition
def test_behind_says_why_what_is_done_and_until_when_in_both_languages(year: Year) -> None:
    day = END["FY2022-Q4"]
    for language, cause, late in (("ja", "更新が遅れた", "期限超過"), ("en", "Because: 更新が遅れた", "overdue")):
        telling = year.told(day, language)
        bureau = next(s for s in telling.moment.scored if (s.entry.definition.code, s.entry.unit_code) == (RATE, "GENERAL"))
        assert bureau.judgement.status == "behind"
        (why,) = lines(commentary.commentaries(telling, commentary.of_subject(telling, RATE)))
        assert cause in why and "端末が足りない" not in why, "the newest period is told"
        (own,) = lines(commentary.commentaries(telling, commentary.of_bureau(telling, "GENERAL"), whose="subject"))
        assert cause in own
        done = lines(commentary.actions(telling, commentary.of_subject(telling, RATE)))
        # As known now; what was answered later is a matter of known_at, not of the day.
        assert len(done) == 2 and not any(late in line for line in done)


def test_a_project_says_what_is_said_of_its_indicators(year: Year) -> None:
    telling = year.told(END["FY2022-Q4"], "ja")
    project = next(p for p in telling.moment.projects if any(s.entry.definition.code == RATE for s in p.scored))
    own = commentary.of_project(telling, project)
    (why,), done = lines(commentary.commentaries(telling, own, whose="both")), lines(commentary.actions(telling, own, whose="both"))
    assert why.startswith("電子決定率(総務局)") and "更新が遅れた" in why
    assert len(done) == 2 and all(line.startswith("電子決定率(総務局)") for line in done)
    assert commentary.of_subject(telling, project.code) == [], "nobody wrote of the project itself"


def test_what_was_known_then_can_be_told_again(year: Year) -> None:
    first, *_ = (row["known_at"] for row in year.store.all_of(tables.RegisterChange, register_name="action"))
    for language, open_, late in (("ja", "実施中", "期限超過"), ("en", "Under way", "overdue")):
        then = Telling(Words(language), Moment(state=State(year.store), as_of=END["FY2022-Q4"], known_at=first))
        done = lines(commentary.actions(then, commentary.of_subject(then, RATE)))
        answer = attention.answer_for(then, RATE, "GENERAL")
        assert answer.is_late and late in answer.due_said(then.words), "the one due first, as its row says it"
        assert any("→" in line for line in done), "the one that was moved"
        assert any(open_ in line and late in line for line in done), "the one that nobody answered"


def test_one_worked_one_was_given_up_and_nothing_is_left_to_do(year: Year) -> None:
    for language, worked, given_up in (("ja", "見込みに到達", "中止"), ("en", "as expected", "Given up")):
        telling = year.told(END["FY2023-Q2"], language)
        done = lines(commentary.actions(telling, commentary.of_subject(telling, RATE)))
        assert any(worked in line and "30.0%" in line and "95.0%" in line for line in done), done
        assert any(given_up in line and "別の取組にまとめた" in line for line in done)
        lacking = commentary.without_action(telling).flat
        assert (RATE, "GENERAL") not in {(row["indicator_code"], row["bureau_code"]) for row in lacking}
        row = row_of(telling)
        assert row is None or row.answer.action == "", "no action is under way"


@pytest.mark.edition
def test_the_public_reads_the_same_story_and_nothing_internal(year: Year) -> None:
    year.house.publish("一年")
    files = {p.name: p.read_bytes() for p in year.house.folder.rglob("*") if p.is_file()}
    assert not [name for name, content in files.items() if any(word.encode() in content for word in INSIDE)]
    for folder, worked in (("site", "見込みに到達"), ("site/en", "as expected")):
        (page,) = year.house.folder.glob(f"*/{folder}/indicators/{RATE}.html")
        text = page.read_text(encoding="utf-8")
        assert worked in text and "総務課" in text and ("更新が遅れた" in text)
    (project,) = [p for p in year.house.folder.glob("*/site/projects/*.html") if "更新が遅れた" in p.read_text(encoding="utf-8")]
    assert project.stem == "CP2" and "総務課" in project.read_text(encoding="utf-8"), "the page of its project tells it too"
    assert "端末が足りない".encode() in files["commentaries.csv"], "what was said before stands in the open data"
