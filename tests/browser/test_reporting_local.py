"""A local instance out of the box: who acts is chosen in the line of the view, and four eyes still holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from kpis.reporting import people, submissions
from kpis.store.store import Store
from tests.browser.conftest import serving
from tests.browser.screen import at_rest, open_list, pictured, rerun, tab, too_wide, unfolded
from tests.browser.test_journey import CALENDAR, text_of
from tests.small_government import ANNA, IN_TIME, PERIOD, figure, settle

pytestmark = pytest.mark.browser
WORDS = {
    "ja": {"manager": "局担当(すべての局)", "office": "構造改革室", "submit": "何が変わるかを確かめる", "review": "2局のうち承認済み0局",
           "refused": "この画面を使う権限がありません", "approve": "承認する"},
    "en": {"manager": "Bureau manager (every bureau)", "office": "Reform office", "submit": "Check what will change",
           "review": "0 of 2 bureaus approved", "refused": "This page is not open to you", "approve": "Approve"},
}  # fmt: skip


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("local")
    url = f"sqlite:///{folder / 'served.db'}"
    store = settle(Store(url), folder / "data", calendar=CALENDAR)
    people.local_people(store)
    submissions.upload(
        store, actor=people.LOCAL_MANAGER, bureau_code="GENERAL", period_code=PERIOD, content=b"one", name="総務局.xlsx",
        rows=[figure(numerator=800.0, denominator=1000.0)],
    )  # fmt: skip
    submissions.upload(
        store, actor=ANNA, bureau_code="GENERAL", period_code="FY2022-Q2", content=b"two", name="前期.xlsx",
        rows=[figure(numerator=1.0, denominator=2.0, period="FY2022-Q2", reason_class="error", reason_text="x", issued_vintage=1)],
    )  # fmt: skip
    submissions.submit(store, 1, actor=people.LOCAL_MANAGER, revision=1, today=IN_TIME)
    places = {"CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official")}
    with serving(folder, DATABASE_URL=url, **places) as address:
        yield address


def act_as(page: Page, who: str) -> None:
    box = unfolded(page).get_by_role("combobox").last
    open_list(box)
    page.get_by_role("option").first.wait_for()
    if not page.get_by_role("option", name=who, exact=True).count():  # a long list draws what is in sight alone
        box.press("ControlOrMeta+a")
        box.press_sequentially(who)
    with rerun(page):
        page.get_by_role("option", name=who, exact=True).click()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("path", "role"), [("submit", "manager"), ("review", "office")])
def test_whoever_is_chosen_may_do_what_their_role_allows(
    chromium: Browser, local: str, path: str, role: str, language: str, width: int
) -> None:
    words = WORDS[language]
    context = tab(chromium, width=width)
    page = context.new_page()
    page.goto(f"{local}/{path}?lang={language}&bureau=GENERAL&period={PERIOD}&report=1")
    at_rest(page)
    assert words["refused"] in text_of(page), "nobody is chosen yet"
    act_as(page, words[role])
    assert words[path] in text_of(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert too_wide(page) == []
    if path == "review":
        assert page.get_by_role("button", name=words["approve"], exact=True).count() == 1, "the manager sent it, the office decides"
    pictured(page, f"{path}-local-{language}-{width}")
    context.close()
