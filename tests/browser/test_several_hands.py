"""Several hands in a browser: sections differ in a cell, the coordinator answers and hands it over, an approver checks, the office sees who."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kpis.government import settled
from kpis.languages import say
from kpis.periods import local_day
from kpis.reporting import people, reports, submissions
from kpis.store.store import Store, utc_now
from tests.browser.conftest import serving
from tests.browser.screen import at_rest, leave, pictured, rerun, tab, too_wide
from tests.browser.test_journey import CALENDAR, text_of
from tests.browser.test_reporting_local import WORDS, act_as
from tests.browser.visits import GO
from tests.small_government import (
    ANNA,
    AYA,
    CHIEF,
    IN_TIME,
    OFFICE,
    PERIOD,
    figure,
    register_row,
    say_causes,
    settle,
    write_sections,
)

pytestmark = pytest.mark.browser
MISSED = {
    "period_code": "FY2022-Q2",
    "opens_on": "2022-10-01",
    "due_on": "2022-10-31",
    "locks_on": "2099-03-31",
}  # nobody reported it


@pytest.fixture
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    folder = tmp_path_factory.mktemp("several")
    url = f"sqlite:///{folder / 'served.db'}"
    store = settle(Store(url), folder / "data", calendar=[*CALENDAR, MISSED])
    people.local_people(store)
    people.add_person(store, actor=people.COMMAND_LINE, email=CHIEF, role="bureau_approver", bureau_code="GENERAL", name="局長")
    write_sections(folder / "data" / "catalogue", steps=["director"])
    paper, done = figure("paper_sheets", value=5000.0, row=6), register_row("procedure", "P1", note_ja="様式を改めた", row=9)
    for who, part, rows in (
        (ANNA, "DOCUMENTS", [figure(numerator=800.0, denominator=1000.0), paper]),
        (AYA, "COUNTERS", [figure(numerator=810.0, denominator=1000.0, row=4), done]),
    ):
        submissions.upload(
            store,
            submissions.FilledWorkbook(rows=rows, content=part.encode(), name=f"{part}.xlsx", part=part),
            actor=who,
            bureau_code="GENERAL",
            period_code=PERIOD,
        )
    say_causes(store, 1, actor=ANNA, revision=2, as_of=local_day(utc_now()))
    places = {"CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official")}
    with settled(folder / "data" / "catalogue"), serving(folder, DATABASE_URL=url, **places) as address:
        yield store, address


def opened(page: Page, address: str, who: str) -> None:
    page.goto(address)
    at_rest(page)
    act_as(page, who)
    assert page.locator("[data-testid=stException]").count() == 0 and too_wide(page) == []


def test_a_clash_is_answered_and_the_report_goes_its_way(chromium: Browser, several: tuple[Store, str]) -> None:
    store, address = several
    at = f"bureau=GENERAL&period={PERIOD}&report=1"
    manager, office = WORDS["ja"]["manager"], WORDS["ja"]["office"]
    narrow = tab(chromium, width=375)
    page = narrow.new_page()
    opened(page, f"{address}/submit?lang=en&{at}", WORDS["en"]["manager"])
    assert say("clashes_title", "en", count=1) in text_of(page)
    pictured(page, "submit-hands-en-375")
    leave(narrow)
    context = tab(chromium)
    page = context.new_page()
    opened(page, f"{address}/submit?lang=ja&{at}", manager)
    text = text_of(page)
    assert "文書課" in text and "窓口課" in text and ANNA in text and AYA in text and say("clashes_title", "ja", count=1) in text
    expect(page.get_by_role("button", name=say("prepare_button", "ja", step="directorの確認"))).to_be_disabled()
    pictured(page, "submit-hands-ja-1280")
    with rerun(page):
        page.get_by_role("button", name=say("clashes_button", "ja")).click()
    assert say("nothing_answered", "ja") in text_of(page), "nothing was chosen"
    page.locator("label").filter(has_text="810").first.click()
    with rerun(page):
        page.get_by_role("button", name=say("clashes_button", "ja")).click()
    assert reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME).clashes == []
    with rerun(page):
        page.get_by_role("button", name=say("prepare_button", "ja", step="directorの確認")).click()
    act_as(page, f"局長 {CHIEF}")
    with rerun(page):
        page.get_by_role("button", name=say("check_button", "ja")).click()
    pictured(page, "submit-checked-ja-1280")
    with rerun(page):
        page.get_by_role("button", name=say("submit_button", "ja")).click()
    expect(page.locator("[data-testid=stMain]").get_by_text("構造改革室の審査を待っています")).to_be_visible()
    assert reports.report(store, 1, viewer=ANNA).state == "submitted"
    page.goto(f"{address}/review?lang=ja&{at}")
    at_rest(page)
    act_as(page, office)
    assert (
        CHIEF in text_of(page)
        and say("brought", "ja", count=2) in text_of(page)
        and page.locator("[data-testid=stException]").count() == 0
    )
    pictured(page, "review-hands-ja-1280")
    leave(context)


def test_a_report_taken_in_goes_its_bureaus_own_way_where_the_bureau_submits_it(
    chromium: Browser, several: tuple[Store, str]
) -> None:
    store, address = several
    submissions.withdraw(store, 1, actor=ANNA, revision=2)
    mailed = submissions.FilledWorkbook(rows=[figure(numerator=800.0, denominator=1000.0)], content=b"mailed", name="mailed.xlsx")
    brought = submissions.upload(store, mailed, actor=OFFICE, bureau_code="GENERAL", period_code=PERIOD, how_it_came="メール")
    number = brought.report_id
    say_causes(store, number, actor=OFFICE, revision=1, as_of=local_day(utc_now()))
    context = tab(chromium)
    page = context.new_page()
    opened(page, f"{address}/submit?lang=ja&bureau=GENERAL&period={PERIOD}&report={number}", WORDS["ja"]["manager"])
    submits = page.get_by_role("button", name=say("submit_button", "ja"))
    main, on_behalf = page.locator("[data-testid=stMain]"), say("way_on_behalf", "ja").partition("が")[2]
    assert submits.count() == 0 and on_behalf in text_of(page)
    pictured(page, "submit-taken-in-ja-1280")
    page.get_by_role("button", name=say("prepare_button", "ja", step="directorの確認")).click()
    expect(main).not_to_contain_text(on_behalf)  # a step takes two runs, with nothing running between them
    at_rest(page)
    assert submits.count() == 0
    act_as(page, f"局長 {CHIEF}")
    with rerun(page):
        page.get_by_role("button", name=say("check_button", "ja")).click()
    submits.click()
    expect(main).to_contain_text(say("submitted_now", "ja"))
    assert reports.report(store, number, viewer=ANNA).state == "submitted"
    leave(context)


def test_a_bureau_sees_what_it_owes_on_the_overview_and_on_its_page(chromium: Browser, several: tuple[Store, str]) -> None:
    """Its own reports and figures alone; whoever reads without a role sees none of it."""
    _, address = several
    context = tab(chromium, charts=False)
    page = context.new_page()
    page.goto(f"{address}/?lang=ja")
    at_rest(page)
    owed = page.get_by_role("link", name="総務局 令和4年度第2四半期の報告")
    assert owed.count() == 0
    act_as(page, ANNA)
    row = page.locator("table.att tbody tr").filter(has=owed)
    expect(row).to_contain_text("報告の期限超過")
    expect(row).to_contain_text("期日 2022年10月31日")
    assert "総務局の要対応" in text_of(page) and "デジタルサービス局 令和4年度第2四半期の報告" not in text_of(page)
    assert too_wide(page) == []
    pictured(page, "overview-owed-ja-1280")
    with rerun(page):
        page.evaluate(GO, "/bureau?lang=ja&code=GENERAL")
    expect(owed).to_be_visible()
    pictured(page, "bureau-owed-ja-1280")
    with rerun(page):
        owed.click()
    assert "令和4年度第2四半期" in text_of(page) and "/submit" in page.url
    leave(context)
