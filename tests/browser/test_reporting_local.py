"""A local instance out of the box: who acts is chosen in the line of the view, and four eyes still holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, FileChooser, Page, expect

from kpis.languages import say
from kpis.reporting import people, submissions
from kpis.store.store import Store
from tests.accessibility.spoken import wrong
from tests.browser.conftest import serving
from tests.browser.keyboard import Keyboard
from tests.browser.screen import as_shown, at_rest, leave, open_list, pictured, rerun, tab, too_wide, unfolded
from tests.browser.test_journey import CALENDAR, FIGURES, cells_of, text_of
from tests.browser.visits import GO
from tests.small_government import ANNA, IN_TIME, PERIOD, figure, settle

pytestmark = pytest.mark.browser
WORDS = {
    "ja": {"manager": "局担当(すべての局)", "office": "構造改革室", "submit": "何が変わるかを確かめる", "review": "2局のうち承認済み0局",
           "refused": "この画面を使う権限がありません", "choose": "だれとして使うかを選んでください", "approve": "承認する"},
    "en": {"manager": "Bureau manager (every bureau)", "office": "Reform office", "submit": "Check what will change",
           "review": "0 of 2 bureaus approved", "refused": "This page is not open to you",
           "choose": "Choose as whom you use this page", "approve": "Approve"},
}  # fmt: skip


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("local")
    url = f"sqlite:///{folder / 'served.db'}"
    store = settle(Store(url), folder / "data", calendar=CALENDAR)
    people.local_people(store)
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[figure(numerator=800.0, denominator=1000.0)], content=b"one", name="総務局.xlsx"),
        actor=people.LOCAL_MANAGER,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.upload(
        store,
        submissions.FilledWorkbook(
            rows=[
                figure(numerator=1.0, denominator=2.0, period="FY2022-Q2", reason_class="error", reason_text="x", issued_vintage=1)
            ],
            content=b"two",
            name="前期.xlsx",
        ),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code="FY2022-Q2",
    )
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
def test_whoever_is_chosen_may_do_what_their_role_allows(chromium: Browser, local: str, language: str, width: int) -> None:
    words = WORDS[language]
    asked = f"?lang={language}&bureau=GENERAL&period={PERIOD}&report=1"
    context = tab(chromium, width=width)
    page = context.new_page()
    page.goto(f"{local}/review{asked}")
    at_rest(page)
    assert words["choose"] in text_of(page), "nobody is chosen yet"
    for path, role in (("submit", "manager"), ("review", "office")):
        with rerun(page):
            page.evaluate(GO, f"/{path}{asked}")
        assert words["choose" if path == "submit" else "refused"] in text_of(page), (
            "nobody is chosen yet, or one who manages and does not review"
        )
        if width == 1280:
            act_as(page, words[role])
        else:
            with rerun(page):
                page.get_by_role("button", name=say("act_as", language, name=words[role]), exact=True).click()
        assert words[path] in text_of(page)
        assert page.locator("[data-testid=stException]").count() == 0
        assert too_wide(page) == []
        assert wrong(page) == [], "somebody who listens would be lost"
        pictured(page, f"{path}-local-{language}-{width}")
    approve = page.get_by_role("button", name=words["approve"], exact=True)
    assert approve.count() == 1, "the manager sent it, the office decides"
    leave(context)


def acts_by_keyboard(keys: Keyboard, who: str) -> None:
    """Open the line of the view and choose who looks, with keys alone."""
    if keys.page.locator(".st-key-view_line details").get_attribute("open") is None:
        keys.to("見る日・組織を変える", tag="SUMMARY")
        keys.press("Enter")
        keys.page.locator(".st-key-view_line").get_by_role("combobox").first.wait_for()
    keys.to("利用者")
    keys.page.keyboard.press("ControlOrMeta+a")
    keys.write(who)
    keys.page.get_by_role("option", name=who, exact=True).wait_for()
    with rerun(keys.page):
        keys.press("Enter")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_file_of_another_kind_or_size_is_answered_in_the_language_of_the_page(
    chromium: Browser, local: str, tmp_path: Path, language: str
) -> None:
    """Streamlit refuses a type in English and where nobody sees it, so every type is taken; what is too large it refuses by itself."""
    page = tab(chromium).new_page()
    page.goto(f"{local}/submit?lang={language}&bureau=DIGITAL&period={PERIOD}")
    at_rest(page)
    act_as(page, WORDS[language]["manager"])
    old, large = tmp_path / "report.xls", tmp_path / "large.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    large.write_bytes(b"PK\x03\x04" + b"\0" * 22_000_000)
    upload, main = page.locator("input[type=file]"), page.locator("[data-testid=stMain]")
    upload.set_input_files(str(large))
    refused = page.get_by_test_id("stFileChip").get_by_role("alert")
    expect(refused).to_have_text(say("widget_file_refused", language, most=20))
    shown = page.get_by_test_id("stFileUploaderDropzone").evaluate("e => getComputedStyle(e, '::after').content")
    assert shown == f'"{say("widget_file_refused", language, most=20)}"', "seen, and not only told"
    upload.set_input_files(str(old))
    expect(page.get_by_text(old.name).first).to_be_visible()
    with rerun(page):
        page.get_by_role("button", name=say("upload_button", language)).click()
    for key in ("workbook_old_format", "xlsx", "remedy_save_as_xlsx"):
        expect(main).to_contain_text(as_shown(say(key, language)))
    assert say("workbook_old_format", "en" if language == "ja" else "ja") not in text_of(page)
    leave(page.context)


def test_a_report_goes_from_upload_to_approval_by_keyboard_alone(chromium: Browser, local: str, tmp_path: Path) -> None:
    """Nothing is clicked, no focus is set, no address is loaded but the first; a file is chosen in the window of the system."""
    page = tab(chromium).new_page()
    page.goto(f"{local}/submit?lang=ja&bureau=DIGITAL&period={PERIOD}")
    at_rest(page)
    keys = Keyboard(page)
    acts_by_keyboard(keys, WORDS["ja"]["manager"])
    keys.to("様式をダウンロード")
    with page.expect_download() as waiting:
        keys.press("Enter")
    filled = tmp_path / "報告.xlsx"
    waiting.value.save_as(filled)
    book = openpyxl.load_workbook(filled)
    cells = cells_of(filled, FIGURES, "指標コード", "electronic_decision_rate")
    book[FIGURES][cells["分子(実績の数)"]], book[FIGURES][cells["分母(対象の数)"]] = 150, 1000
    book.save(filled)
    at_rest(page)

    zone = page.get_by_test_id("stFileUploaderDropzone")  # Streamlit's own words, which are English, are written over
    written = zone.locator("p").evaluate("e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]")
    assert written == ["0px", '"ファイルを選ぶ"'] and not zone.get_by_text("per file").is_visible()
    keys.to("ファイルを選ぶ", tag="BUTTON")
    choosers: list[FileChooser] = []
    # Asks the browser for it, which takes effect before its next answer. What the driver is given it marks, so no bound method.
    page.on("filechooser", lambda asked: choosers.append(asked))  # noqa: PLW0108
    assert keys.focus()["name"].endswith("ファイルを選ぶ")
    keys.press("Enter")
    while not choosers:
        page.wait_for_timeout(50)
    choosers[0].set_files(str(filled))
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_have_count(0)
    expect(page.get_by_text(filled.name).first).to_be_visible()
    keys.to("内容を確かめる")
    keys.press("Enter")
    main = page.locator("[data-testid=stMain]")
    expect(main).to_contain_text(as_shown("として保存しました"))
    at_rest(page)
    keys.to("記入しない理由")
    keys.write("ほかは次の四半期に集計する")
    keys.to("警告を確認する", tag="BUTTON")
    with rerun(page):
        keys.press("Enter")
    keys.to("構造改革室に提出する", tag="BUTTON")
    keys.press("Enter")
    expect(main).to_contain_text("提出しました")
    at_rest(page)

    acts_by_keyboard(keys, WORDS["ja"]["office"])
    keys.to("事務")
    keys.press("Enter")
    page.wait_for_function("document.activeElement.closest('[data-testid=stPopoverBody]')")  # one is led into what opens
    keys.to(href="review", most=3)
    keys.leads()
    keys.to("報告を開く")
    keys.write("デジタルサービス局")
    page.get_by_role("option").filter(has_text="デジタルサービス局").first.wait_for()
    with rerun(page):
        keys.press("Enter")
    keys.to("check_circle\n\n承認する", tag="BUTTON")
    keys.press("Enter")
    expect(main).to_contain_text("承認しました")
    leave(page.context)
