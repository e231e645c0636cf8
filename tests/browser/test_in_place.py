"""A cell is typed in the grid on the page: what is wrong is said there, by row and column, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from kpis.government import settled
from kpis.languages import say
from kpis.reporting import people, reports
from kpis.reporting.comparison import OBSERVATIONS
from kpis.store.store import Store
from loaders.workbook.submit import take_template
from tests.browser.conftest import serving
from tests.browser.screen import WAIT, at_rest, leave, pictured, rerun, tab, too_wide
from tests.browser.test_journey import CALENDAR, text_of
from tests.browser.test_reporting_local import WORDS, act_as
from tests.loaders.test_parts import RATE, WHOLE, filled, given, told
from tests.small_government import ANNA, AYA, IN_TIME, PERIOD, settle

pytestmark = pytest.mark.browser


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    folder = tmp_path_factory.mktemp("in_place")
    url = f"sqlite:///{folder / 'served.db'}"
    store = settle(Store(url), folder / "data", calendar=CALENDAR)
    people.local_people(store)
    given(store, filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), WHOLE))
    places = {"CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official")}
    with settled(folder / "data" / "catalogue"), serving(folder, DATABASE_URL=url, **places) as address:
        yield store, address


def cell_opened(page: Page) -> Locator:
    """Open the numerator of the first figure for typing; again where the grid was laid out anew between the click and the key."""
    grid = page.locator("[class*=st-key-grid_] canvas").first
    typed = page.locator("#portal input, #portal textarea").first
    turns = 6
    for turn in range(turns):
        grid.click(position={"x": 340, "y": 52}, force=True)
        page.keyboard.press("Enter")
        try:
            typed.wait_for(timeout=WAIT / turns)
            break
        except Error:
            if turn == turns - 1:
                raise
    return typed


def test_a_cell_typed_in_the_grid_is_read_as_in_the_workbook(chromium: Browser, served: tuple[Store, str]) -> None:
    store, address = served
    for language, narrow in (("en", True), ("ja", False)):
        context = tab(chromium, **({"width": 375} if narrow else {}))
        page = context.new_page()
        page.goto(f"{address}/submit?lang={language}&bureau=GENERAL&period={PERIOD}")
        at_rest(page)
        act_as(page, WORDS[language]["manager"])
        with rerun(page):
            page.get_by_text(say("correct_title", language), exact=True).click()
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
        page.get_by_text(say("correct_title", language), exact=True).scroll_into_view_if_needed()
        pictured(page, f"submit-in-place-{language}-{375 if narrow else 1280}")
        assert page.locator("[data-testid=stException]").count() == 0 and too_wide(page) == []
        if narrow:
            leave(context)
    typed = cell_opened(page)
    typed.fill("5000")
    typed.press("Enter")
    keep = page.get_by_role("button", name=say("correct_button", "ja", count=1))
    expect(keep).to_be_enabled()
    with rerun(page):
        keep.click()
    assert say("correct_refused", "ja", errors=1) in text_of(page)
    assert reports.report(store, 1, viewer=ANNA).revision == 1


def test_what_is_typed_stays_while_other_rows_are_looked_for_and_a_colleague_brings_a_workbook(
    chromium: Browser, served: tuple[Store, str]
) -> None:
    """Streamlit drops the edits of a grid once another is shown: they were lost, and the page said that they were still there."""
    store, address = served
    page = tab(chromium).new_page()
    page.goto(f"{address}/submit?lang=ja&bureau=GENERAL&period={PERIOD}")
    at_rest(page)
    act_as(page, WORDS["ja"]["manager"])
    with rerun(page):
        page.get_by_text(say("correct_title", "ja"), exact=True).click()
    typed = cell_opened(page)
    typed.fill("80")
    typed.press("Enter")
    keep = page.get_by_role("button", name=say("correct_button", "ja", count=1))
    expect(keep).to_be_enabled()
    found = page.get_by_label(say("correct_find", "ja"))
    for part in ("コピー用紙", ""):
        found.fill(part)
        with rerun(page):
            found.press("Enter")
        expect(keep).to_be_enabled()
    more = {("手続", "P2", "備考"): "同僚の備考"}
    given(store, filled(take_template(store, "GENERAL", PERIOD, actor=AYA), more), actor=AYA)
    with rerun(page):
        keep.click()
    assert say("report_changed_since", "ja", before=1, now=2) in text_of(page)
    assert reports.report(store, 1, viewer=ANNA).revision == 2, "nothing is done that nobody looked at"
    with rerun(page):
        keep.click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text(say("corrected_now", "ja", count=1))
    brought = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME).uploads
    assert len(brought) == 3 and told(store)[OBSERVATIONS, RATE, "GENERAL", PERIOD]["value"] == 80
    leave(page.context)
