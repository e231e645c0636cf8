"""A form is sent upon what was on the screen: where the report became another meanwhile, no choice is taken, and no typed word is lost.

A bureau answers on its page what is asked about its report while a colleague brings another workbook to the same report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from kpis.languages import say
from kpis.reporting import reports, submissions
from kpis.reporting.comparison import ReportedRow
from kpis.reporting.kept import Warning
from kpis.reporting_vocabulary import OPEN_STATES
from kpis.store.store import Store
from loaders.workbook.submit import take_template
from tests.loaders.filled import with_cells
from tests.small_government import ANNA, AYA, IN_TIME, OFFICE, PERIOD, SECOND, figure, say_causes, settle
from tests.web.served import Instance, serving
from tests.web.visitor import Tab, Visitor

pytestmark = pytest.mark.server
RATE, PAPER, SEALS = "electronic_decision_rate", "paper_sheets", "seal_abolished_procedures"
NEXT = "FY2022-Q4"
CALENDAR = [{"period_code": p, "opens_on": "2023-01-01", "due_on": "2099-01-31", "locks_on": "2099-03-31"} for p in (PERIOD, NEXT)]
DOUBT = Warning(
    "700",
    "例年は500前後",
    "around 500",
    sheet="5つのレス",
    cell="G5",
    rule="jump",
    row=("observations.csv", (RATE, "GENERAL", PERIOD)),
)


@dataclass
class Desk:
    """A local instance, and the database behind it."""

    instance: Instance
    store: Store

    def bring(self, *rows: ReportedRow, actor: str = ANNA, period_code: str = PERIOD, **given: Any) -> int:
        """Bring a workbook of GENERAL; return the revision that the report has then."""
        named = {"name": "a.xlsx", **given}
        content = repr((rows, actor, period_code, sorted(named))).encode()
        workbook = submissions.FilledWorkbook(rows=list(rows), content=content, **named)
        done = submissions.upload(self.store, workbook, actor=actor, bureau_code="GENERAL", period_code=period_code)
        return done.revision

    def count(self, value: float, *, indicator: str = SEALS) -> None:
        """Let a value count, as a report that was approved before."""
        self.bring(figure(indicator, value=value, denominator=None if indicator == PAPER else 300.0), name="before.xlsx")
        number = self.report().id
        say_causes(self.store, number, actor=ANNA, revision=1, as_of=IN_TIME)
        submissions.submit(self.store, number, actor=ANNA, revision=1, today=IN_TIME)
        submissions.approve(self.store, number, actor=OFFICE, revision=1)

    def report(self, period: str = PERIOD) -> reports.Report:
        (one,) = [r for r in reports.reports(self.store, viewer=ANNA) if r.state in OPEN_STATES and r.period_code == period]
        return one

    def opened(self) -> reports.Opened:
        return reports.opened(self.store, self.report().id, viewer=ANNA, as_of=IN_TIME)

    def done(self, action: str) -> list[str]:
        """Return what was said of the report that is on its way, by the kind of step."""
        return [event.detail for event in self.opened().events if event.action == action]

    def tab(self, page: str = "submit", query: str = f"bureau=GENERAL&period={PERIOD}", *, who: str = "local_manager") -> Tab:
        """Return a page as one of the persons of a local instance sees it: where GENERAL reports, unless another is asked for."""
        tab = Visitor(self.instance).tab()
        tab.run(page, query)
        tab.send(say("act_as", "ja", name=say(who, "ja")))
        tab.fields[tab.widget("selectbox", say("viewer", "ja"))] = say(who, "ja")
        return tab


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    store = settle(Store(f"sqlite:///{folder / 'served.db'}"), folder / "data", calendar=CALENDAR)
    given = {"CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official")}
    with serving(folder, MIERUKA_MODE="local", DATABASE_URL=store.url, **given) as made:
        desk = Desk(made, store)
        desk.count(150.0)
        yield desk


@pytest.fixture
def desk(served: Desk) -> Iterator[Desk]:
    yield served
    for left in reports.reports(served.store, viewer=ANNA):
        if left.state in OPEN_STATES:
            submissions.withdraw(served.store, left.id, actor=ANNA, revision=left.revision)


def changed(before: int, now: int) -> str:
    return say("report_changed_since", "ja", before=before, now=now)


def seals(value: float, **given: Any) -> ReportedRow:
    return figure(SEALS, value=value, denominator=300.0, **given)


def rate(numerator: float, *readings: float, **given: Any) -> ReportedRow:
    row = figure(numerator=numerator, denominator=1000.0, **given)
    return replace(row, readings={"numerator": readings}) if readings else row


def picked(tab: Tab, words: str) -> dict[str, str]:
    """Return the one choice that is offered and begins so, as it is sent."""
    (one,) = [(radio.id, option) for radio in tab.parts("radio") for option in radio.options if option.strip("*").startswith(words)]
    return dict([one])


def test_a_choice_in_a_conflict_is_not_taken_for_another_value(desk: Desk) -> None:
    reason = {"reason_class": "error", "reason_text": "転記の誤り"}
    desk.bring(seals(140.0, **reason))
    tab = desk.tab()
    choice = picked(tab, say("choose_theirs", "ja", value="150"))
    desk.bring(seals(145.0, **reason))
    assert changed(1, 2) in tab.send(say("conflicts_button", "ja"), **choice)
    assert not desk.done("conflict_resolved") and len(desk.opened().comparison.unresolved) == 1
    tab.send(say("conflicts_button", "ja"), **picked(tab, say("choose_theirs", "ja", value="150")))
    assert len(desk.done("conflict_resolved")) == 1, "what was looked at is taken"
    tab.close()


def test_a_reading_is_not_taken_of_another_cell_content(desk: Desk) -> None:
    desk.bring(rate(700.0, 700.0, 7.0))
    tab = desk.tab()
    choice = picked(tab, "7 ")
    desk.bring(rate(7.0, 7.0, 0.07))
    assert changed(1, 2) in tab.send(say("readings_button", "ja"), **choice)
    assert not desk.done("reading_chosen") and len(desk.opened().comparison.unread) == 1
    tab.send(say("readings_button", "ja"), **picked(tab, "7 "))
    assert len(desk.done("reading_chosen")) == 1
    tab.close()


def test_of_two_hands_none_is_chosen_against_a_value_that_was_not_shown(desk: Desk) -> None:
    desk.bring(rate(700.0), part="A")
    desk.bring(rate(710.0), part="B", actor=AYA)
    tab = desk.tab()
    choice = picked(tab, "700")
    desk.bring(rate(720.0), part="B", actor=AYA)
    assert changed(2, 3) in tab.send(say("clashes_button", "ja"), **choice)
    assert not desk.done("clash_settled") and len(desk.opened().clashes) == 1
    tab.send(say("clashes_button", "ja"), **picked(tab, "700"))
    assert len(desk.done("clash_settled")) == 1
    tab.close()


def test_a_reason_is_not_given_to_a_correction_that_was_not_shown_and_its_words_are_kept(desk: Desk) -> None:
    desk.bring(seals(140.0, issued_vintage=1))
    tab = desk.tab()
    words = {
        tab.widget("selectbox", say("reason_class", "ja")): say("correction_error", "ja"),
        tab.widget("text_input", say("reason_text", "ja")): "数え直した",
    }
    desk.bring(seals(145.0, issued_vintage=1))
    assert changed(1, 2) in tab.send(say("reasons_button", "ja"), **words)
    assert not desk.done("explained")
    tab.send(say("reasons_button", "ja"))
    assert desk.done("explained") == [f"{SEALS} GENERAL {PERIOD}: error 数え直した"]
    tab.close()


def test_a_reason_stays_with_its_row_where_a_colleague_answered_for_the_one_before_it(desk: Desk) -> None:
    desk.bring(rate(510.0, period="FY2022-Q2", issued_vintage=1), seals(140.0, issued_vintage=1))
    first, second = desk.opened().comparison.unexplained
    tab = desk.tab()
    classes, texts = (
        [each.id for each in tab.parts(kind) if each.label == say(label, "ja")]
        for kind, label in (("selectbox", "reason_class"), ("text_input", "reason_text"))
    )
    given = {(first.row.kind, first.row.key): ("late_data", "集計漏れ")}
    submissions.explain(desk.store, desk.report().id, actor=AYA, revision=1, reasons=given)
    tab.send(say("reasons_button", "ja"), **{classes[1]: say("correction_error", "ja"), texts[1]: "数え直した"})
    assert f"{' '.join(second.row.key)}: error 数え直した" in desk.done("explained")
    tab.close()


def test_a_doubt_is_not_confirmed_of_another_finding_and_its_words_are_kept(desk: Desk) -> None:
    desk.bring(rate(700.0), warnings=[DOUBT])
    tab = desk.tab()
    words = {tab.widget("text_input", say("confirm_reason", "ja")): "窓口が増えた"}
    desk.bring(rate(710.0), warnings=[replace(DOUBT, found="710")])
    assert changed(1, 2) in tab.send(say("confirm_button", "ja"), **words)
    assert not desk.done("warning_confirmed")
    tab.send(say("confirm_button", "ja"))
    assert desk.done("warning_confirmed") == ["710: 窓口が増えた"]
    tab.close()


def test_a_cause_is_not_given_to_a_figure_that_was_not_shown_and_its_words_are_kept(desk: Desk) -> None:
    desk.bring(rate(400.0))
    tab = desk.tab()
    words = {tab.widget("text_area", say("part_cause", "ja")): "端末が足りない"}
    desk.bring(rate(410.0))
    assert changed(1, 2) in tab.send(say("say_causes_button", "ja"), **words)
    assert not desk.done("explained")
    tab.send(say("say_causes_button", "ja"))
    assert desk.done("explained") == [f"{RATE}: 端末が足りない"]
    tab.close()


def test_words_that_were_typed_for_one_period_are_not_those_of_another(desk: Desk) -> None:
    desk.bring(rate(400.0))
    desk.bring(rate(400.0, period=NEXT), period_code=NEXT)
    tab = desk.tab()
    first = {each.id for each in tab.parts("text_area")}
    tab.run("submit", f"bureau=GENERAL&period={NEXT}")
    then = {each.id for each in tab.parts("text_area")}
    assert first and then and not first & then, "a browser keeps what is typed under a name"
    tab.close()


def test_ones_own_workbook_is_no_surprise(desk: Desk) -> None:
    desk.bring(rate(700.0))
    tab, said = desk.tab(), changed(1, 2)[:12]
    assert said not in tab.run()
    content = with_cells(take_template(desk.store, "GENERAL", PERIOD, actor=ANNA), "指標の実績", {"H2": 720, "I2": 1000})
    assert tab.upload(content).status == 204
    tab.hand_in(content, "f1")
    tab.wait()
    assert desk.report().revision == 2
    assert said not in tab.text, "who brought it knows"
    desk.bring(rate(730.0))
    assert changed(2, 3) in tab.run()
    assert said not in tab.run(), "said once"
    tab.close()


def test_the_reason_of_a_return_is_kept_where_the_report_became_another(desk: Desk) -> None:
    def sent(numerator: float) -> int:
        revision = desk.bring(rate(numerator))
        submissions.submit(desk.store, desk.report().id, actor=ANNA, revision=revision, today=IN_TIME)
        return desk.report().id

    number = sent(900.0)
    tab = desk.tab("review", f"report={number}", who="local_office")
    words = {tab.widget("text_area", say("give_back_reason", "ja")): "分母を確かめてください"}
    submissions.give_back(desk.store, number, actor=SECOND, revision=1, reason="試験")
    assert sent(910.0) == number
    assert changed(1, 2) in tab.send(say("give_back", "ja"), **words)
    assert desk.report().state == "submitted"
    tab.send(say("give_back", "ja"))
    assert (desk.report().state, desk.report().return_reason) == ("returned", "分母を確かめてください")
    tab.close()
