"""The whole journey of a quarter with real parts: provider, sign-in, template, LibreOffice, upload, review, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from kpis.as_text import clean
from kpis.reporting import reports
from kpis.store import tables
from kpis.store.store import Store
from tests import libreoffice
from tests.browser.conftest import serving
from tests.browser.screen import as_shown, at_rest, leave, pictured, rerun, tab, unfolded
from tests.command import command
from tests.oidc import free_port, providing
from tests.shared import copied, empty
from tests.small_government import ANNA, AYA, DAI, OFFICE, STRANGER, write_small_government
from tests.web.served import Instance
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
PERIOD = "FY2022-Q3"
CALENDAR = [{"period_code": PERIOD, "opens_on": "2023-01-01", "due_on": "2099-01-31", "locks_on": "2099-03-31"}]
FORGED = "forged-anna"  # says it is ANNA; the provider does not vouch for the e-mail
USERS = {
    "anna": {"email": ANNA, "email_verified": True, "name": "安藤"},
    "aya": {"email": AYA, "email_verified": True},
    "dai": {"email": DAI, "email_verified": True},
    "office": {"email": OFFICE, "email_verified": True},
    "leaver": {"email": "leaver@digital.example.jp", "email_verified": True},
    "stranger": {"email": STRANGER, "email_verified": True},
    FORGED: {"email": ANNA, "email_verified": False},
}
WAIT = 30_000
FIGURES = "指標の実績"


@dataclass
class Office:
    """A served office instance: address, its database, a folder for files, and the cookies of whoever has signed in."""

    address: str
    store: Store
    folder: Path
    cookies: dict[str, StorageState] = field(default_factory=dict)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    if libreoffice.SOFFICE is None:
        pytest.skip("LibreOfficeがありません / no LibreOffice on this machine: apt-get install libreoffice-calc")
    folder = tmp_path_factory.mktemp("office")
    catalogue, official = write_small_government(folder / "data", calendar=CALENDAR)
    port = free_port()
    url = copied(empty(), folder / "served.db").url
    with providing(folder, USERS, app=f"http://127.0.0.1:{port}") as provider:
        environment = {
            "CATALOGUE_DIR": str(catalogue), "OFFICIAL_DIR": str(official), "DATABASE_URL": url,
            **provider.settings(f"http://127.0.0.1:{port}"),
        }  # fmt: skip
        with serving(folder, port=port, **environment) as address:
            for email, *role in (
                (ANNA, "--role", "bureau_manager", "--bureau", "GENERAL", "--name", "安藤"),
                (AYA, "--role", "bureau_manager", "--bureau", "GENERAL"),
                (DAI, "--role", "bureau_manager", "--bureau", "DIGITAL"),
                (OFFICE, "--role", "reform_office"),
            ):
                run(environment, "user", "add", email, *role)
            yield Office(address, Store(url), folder)


def run(environment: dict[str, str], *words: str, code: int = 0) -> str:
    """Run ``manage.py`` against the served database and return what it printed."""
    done = command(*words, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def text_of(page: Page) -> str:
    return clean(page.inner_text("[data-testid=stMain]")).replace("\N{NO-BREAK SPACE}", " ")


def signed_in(browser: Browser, office: Office, subject: str, path: str = "/", *, width: int = 1280) -> tuple[BrowserContext, Page]:
    """Go to a page of the app as a user of the provider, who signs in on its own page the first time and comes back later; blank: as nobody."""
    context = tab(browser, width=width, state=office.cookies.get(subject))
    page = context.new_page()
    if subject and subject not in office.cookies:
        page.goto(office.address + path)
        page.get_by_role("button", name="サインイン").click(timeout=WAIT)
        page.get_by_role("button", name=subject, exact=True).click(timeout=WAIT)
        page.wait_for_url(f"{office.address}/**", timeout=WAIT)
        at_rest(page)
        office.cookies[subject] = context.storage_state()
    page.goto(office.address + path)
    at_rest(page)
    return context, page


def upload(page: Page, path: Path, said: str) -> None:
    """Upload a workbook and wait until the page says this of it: what was stored is shown by a run of its own."""
    page.locator("input[type=file]").set_input_files(str(path))
    expect(page.get_by_text(path.name).first).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text(as_shown(said), timeout=60_000)
    at_rest(page)


def download(page: Page, label: str, target: Path) -> Path:
    with page.expect_download(timeout=WAIT) as waiting:
        page.get_by_role("button", name=label).first.click()
    waiting.value.save_as(target)
    return target


def cells_of(path: Path, sheet: str, key_column: str, key: str) -> dict[str, str]:
    """Return our heading → address, for the row of a sheet whose key column holds a code."""
    rows = openpyxl.load_workbook(path)[sheet]
    headings = {str(cell.value).split("\n")[0]: cell.column_letter for cell in rows[1] if cell.value}
    number = next(cell.row for cell in rows[headings[key_column]] if cell.value == key)
    return {name: f"{letter}{number}" for name, letter in headings.items()}


def test_a_quarter_from_template_to_figures(chromium: Browser, office: Office) -> None:
    address, folder = office.address, office.folder
    context, page = signed_in(chromium, office, "anna", "/submit")
    assert "令和4年度第3四半期の報告期限は2099年1月31日" in text_of(page)
    assert "安藤" not in text_of(page) and ANNA in clean(page.inner_text(".st-key-view_line"))
    pictured(page, "journey-01-submit")

    # The template, filled by LibreOffice with three faults
    template = download(page, "様式をダウンロード", folder / "template.xlsx")
    rate = cells_of(template, FIGURES, "指標コード", "electronic_decision_rate")
    paper = cells_of(template, FIGURES, "指標コード", "paper_sheets")
    seal = cells_of(template, FIGURES, "指標コード", "seal_abolished_procedures")
    touch = cells_of(template, FIGURES, "指標コード", "touchless_services")
    first = cells_of(template, "手続", "手続コード", "P1")
    good: dict[tuple[str, str], object] = {
        (FIGURES, rate["分子(実績の数)"]): 800, (FIGURES, rate["分母(対象の数)"]): 1000,
        (FIGURES, paper["値"]): "５,000枚", (FIGURES, seal["値"]): 150, (FIGURES, seal["分母(対象の数)"]): 300,
        (FIGURES, touch["状況(文章)"]): "Web相談を3窓口で開始",
        ("手続", first["デジタル化の状況"]): "実施済み", ("手続", first["デジタル化した日"]): "令和4年11月1日",
    }  # fmt: skip
    bad = {
        **good,
        (FIGURES, rate["分子(実績の数)"]): "約八百",
        (FIGURES, seal["値"]): -5,
        ("手続", first["デジタル化した日"]): "2022年13月1日",
    }
    libreoffice.fill(template, folder / "faulty.xlsx", bad)
    upload(page, folder / "faulty.xlsx", "何も保存していません")
    shown = text_of(page)
    for cell in (rate["分子(実績の数)"], seal["値"], first["デジタル化した日"]):
        assert cell in shown, (cell, shown)
    assert "エラー3件" in shown and "約八百" in shown and "2022年13月1日" in shown
    assert reports.reports(office.store, viewer=OFFICE) == [], "with an error nothing is stored"
    pictured(page, "journey-02-problems")
    marked = download(page, "誤りに印を付けたファイルをダウンロード", folder / "marked.xlsx")
    comments = {c.coordinate: c.comment.text for row in openpyxl.load_workbook(marked)[FIGURES] for c in row if c.comment}
    assert rate["分子(実績の数)"] in comments and seal["値"] in comments

    # Corrected in the marked copy itself, again with LibreOffice
    libreoffice.fill(marked, folder / "報告.xlsx", good)
    upload(page, folder / "報告.xlsx", "下書き(報告1)として保存しました")
    shown = text_of(page)
    assert "下書き(報告1)として保存しました" in shown, shown
    assert "何が変わるかを確かめる" in shown
    pictured(page, "journey-03-what-changes")

    # The browser is closed; the draft is still there
    leave(context)
    context, page = signed_in(chromium, office, "anna", "/submit")
    assert "報告1 第1版" in text_of(page)
    waiting = page.get_by_label("確認の理由")
    for number in range(waiting.count()):
        waiting.nth(number).fill("窓口の拡大による")
    if waiting.count():
        with rerun(page):
            page.get_by_role("button", name="警告を確認する").click()
    page.get_by_role("button", name="構造改革室に提出する").click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("提出しました", timeout=60_000)
    at_rest(page)
    pictured(page, "journey-04-submitted")
    leave(context)

    # The reform office looks at it and returns it with a reason, and a comment at a cell
    context, page = signed_in(chromium, office, "office", "/review?report=1")
    shown = text_of(page)
    assert "2局のうち承認済み0局、審査待ち1局" in shown and "総務局" in shown
    pictured(page, "journey-05-review")
    page.get_by_label("差し戻しの理由(必須)").fill("分母が前期と同じです。確かめてください。")
    page.get_by_label("コメントを付けるセル").click()
    page.get_by_role("option").filter(has_text=f"{FIGURES}!{seal['分母(対象の数)']}").click()
    page.keyboard.press("Escape")
    page.get_by_label(f"{FIGURES}!{seal['分母(対象の数)']} へのコメント").fill("前期も300件でした")
    page.get_by_role("button", name="差し戻す").click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("差し戻しました", timeout=60_000)
    at_rest(page)
    pictured(page, "journey-06-returned")
    assert "差し戻し中" in page.get_by_role("combobox", name="報告を開く").input_value(), "the list names the state as it is now"
    leave(context)

    # The bureau sees why, at the cell, corrects and submits again
    context, page = signed_in(chromium, office, "anna", "/submit")
    shown = text_of(page)
    assert "分母が前期と同じです" in shown and "前期も300件でした" in shown and seal["分母(対象の数)"] in shown
    pictured(page, "journey-07-reason-at-the-cell")
    libreoffice.fill(folder / "報告.xlsx", folder / "報告2.xlsx", {(FIGURES, seal["分母(対象の数)"]): 320})
    upload(page, folder / "報告2.xlsx", "報告1 第2版")
    waiting = page.get_by_label("確認の理由")
    for number in range(waiting.count()):
        waiting.nth(number).fill("対象の追加")
    if waiting.count():
        with rerun(page):
            page.get_by_role("button", name="警告を確認する").click()
    page.get_by_role("button", name="構造改革室に提出する").click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("提出しました", timeout=60_000)
    at_rest(page)
    leave(context)

    # Before approval nothing has changed on any page; then the reform office approves
    context, page = signed_in(chromium, office, "office", "/indicator?code=electronic_decision_rate")
    assert "80.0" not in text_of(page)
    page.goto(f"{address}/review?report=1")
    at_rest(page)
    assert "前の版から変わったセル" in text_of(page)
    pictured(page, "journey-08-resubmitted")
    page.get_by_role("button", name="承認する", exact=True).click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("承認しました", timeout=60_000)
    at_rest(page)
    pictured(page, "journey-09-approved")

    # The bureau's figure is there; the whole is shown with its coverage and not judged, since one bureau is missing
    page.goto(f"{address}/bureau?code=GENERAL")
    at_rest(page)
    pictured(page, "journey-10-bureau")
    assert "80.0" in text_of(page)
    page.goto(f"{address}/indicator?code=electronic_decision_rate")
    at_rest(page)
    pictured(page, "journey-11-indicator-partial")
    partial = text_of(page)
    leave(context)

    # The other bureau reports from the command line; once approved, the whole is the sum of both, and is judged
    from loaders.workbook.submit import take_template

    digital = folder / "digital.xlsx"
    digital.write_bytes(take_template(office.store, "DIGITAL", PERIOD, actor=DAI))
    own = cells_of(digital, FIGURES, "指標コード", "electronic_decision_rate")
    libreoffice.fill(
        digital, folder / "digital2.xlsx", {(FIGURES, own["分子(実績の数)"]): 150, (FIGURES, own["分母(対象の数)"]): 1000}
    )
    environment = {"DATABASE_URL": office.store.url}
    said = run(
        environment, "load", str(folder / "digital2.xlsx"), "--as", DAI, "--submit", "--leaves-open", "ほかは次の四半期に集計する"
    )
    assert "submitted" in said
    context, page = signed_in(chromium, office, "office", "/review?report=2")
    with rerun(page):
        page.get_by_role("button", name="承認する", exact=True).click()
    page.goto(f"{address}/indicator?code=electronic_decision_rate")
    at_rest(page)
    pictured(page, "journey-12-indicator-whole")
    whole = text_of(page)
    assert "47.5" in whole and "47.5" not in partial
    page.goto(f"{address}/review?part=audit")
    at_rest(page)
    pictured(page, "journey-13-audit")
    leave(context)


def test_a_browser_closed_at_any_moment_loses_and_doubles_nothing(chromium: Browser, office: Office) -> None:
    """AYA corrects the quarter; her browser is closed before, while and after the workbook is sent, and at each later step."""
    from loaders.workbook.submit import take_template

    template = office.folder / "aya.xlsx"
    template.write_bytes(take_template(office.store, "GENERAL", PERIOD, actor=AYA))
    rate = cells_of(template, FIGURES, "指標コード", "electronic_decision_rate")
    filled = office.folder / "訂正.xlsx"
    libreoffice.fill(
        template,
        filled,
        {
            (FIGURES, rate["分子(実績の数)"]): 805,
            (FIGURES, rate["訂正の理由区分"]): "誤りの訂正",
            (FIGURES, rate["訂正の理由"]): "転記の誤り",
        },
    )

    def own() -> list[tuple[str, int]]:
        found = reports.reports(office.store, viewer=AYA)
        return [(r.state, r.revision) for r in found if r.state in ("draft", "submitted", "returned")]

    before = len(reports.reports(office.store, viewer=AYA))
    for wait in (0, 30, 150, 600):
        context, page = signed_in(chromium, office, "aya", "/submit")
        page.locator("input[type=file]").set_input_files(str(filled))
        if wait:
            expect(page.get_by_text(filled.name).first).to_be_visible(timeout=WAIT)
            page.get_by_role("button", name="内容を確かめる").click()
            page.wait_for_timeout(wait)
        leave(context)
        assert len(own()) <= 1
    context, page = signed_in(chromium, office, "aya", "/submit")
    if not own():
        upload(page, filled, "として保存しました")
    assert own() == [("draft", 1)] and len(reports.reports(office.store, viewer=AYA)) == before + 1
    leave(context)
    context, page = signed_in(chromium, office, "aya", "/submit")
    assert "訂正 1" in text_of(page)
    waiting = page.get_by_label("確認の理由")
    for number in range(waiting.count()):
        waiting.nth(number).fill("確認済み")
    if waiting.count():
        with rerun(page):
            page.get_by_role("button", name="警告を確認する").click()
    causes = page.get_by_label("要因", exact=True)  # of the project whose milestone is late by now
    for number in range(causes.count()):
        causes.nth(number).fill("工事の遅れ")
    if causes.count():
        with rerun(page):
            page.get_by_role("button", name="要因を保存").click()
    page.get_by_role("button", name="構造改革室に提出する").click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("提出しました", timeout=60_000)
    leave(context)
    assert own() == [("submitted", 1)]


REFUSED = {"stranger": "登録されていません", FORGED: "確認済みのメールアドレス", "": "サインインしてください"}
SECRETS = ("電子決定率", "総務局", "GENERAL", "50.0")
EVERYWHERE = ["", "submit", "review", "review?report=1", "overview", "indicator?code=electronic_decision_rate", "publish", "bureau"]


@pytest.fixture(scope="module")
def visitors(office: Office) -> Callable[[str], Visitor]:
    """Somebody at the office without a browser, by the user of the provider as whom they signed in; blank for nobody."""
    instance = Instance(int(office.address.rpartition(":")[2]), office.folder)
    return cache(lambda subject: Visitor(instance).sign_in(subject) if subject else Visitor(instance))


def sent(visitor: Visitor, path: str) -> str:
    """Return every word that a page is sent, whether it shows it or not."""
    tab = visitor.tab()
    text = tab.run(*path.partition("?")[::2])
    tab.close()
    return text


@pytest.mark.parametrize(
    ("subject", "path"), [("stranger", "/submit"), (FORGED, "/"), ("", "/indicator?code=electronic_decision_rate")]
)
def test_whoever_is_not_known_or_not_vouched_for_sees_nothing(chromium: Browser, office: Office, subject: str, path: str) -> None:
    context, page = signed_in(chromium, office, subject, path)
    assert REFUSED[subject] in text_of(page)
    for secret in SECRETS:
        assert secret not in page.inner_text("body")
    leave(context)


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("subject", list(REFUSED))
def test_whoever_is_not_known_is_sent_nothing_at_any_address(visitors: Callable[[str], Visitor], subject: str, path: str) -> None:
    """What a browser is not sent it cannot show: asked over Streamlit's own protocol, where every word counts, not only those drawn."""
    text = sent(visitors(subject), path)
    assert REFUSED[subject] in text
    for secret in SECRETS:
        assert secret not in text


@pytest.mark.parametrize(
    ("subject", "path", "expected"),
    [
        ("dai", "review", "この画面を使う権限がありません"),
        ("dai", "review?report=1", "この画面を使う権限がありません"),
        ("dai", "submit?bureau=GENERAL", "デジタルサービス局"),
        ("office", "submit?bureau=GENERAL", "局に代わって取り込む"),
        ("office", "review?report=999", "アドレスが求める「999」は表示できません"),
    ],
)
def test_a_direct_address_is_sent_only_what_the_role_allows(
    visitors: Callable[[str], Visitor], subject: str, path: str, expected: str
) -> None:
    text = clean(sent(visitors(subject), path))
    assert expected in text
    if subject == "dai":
        assert "総務局" not in text and "報告1" not in text, "not even as a choice"


def test_a_direct_address_shows_the_bureau_of_whoever_asks(chromium: Browser, office: Office) -> None:
    context, page = signed_in(chromium, office, "dai", "/submit?bureau=GENERAL")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stSelectbox]:not(.st-key-frame *) input", timeout=WAIT)
    chosen = page.eval_on_selector_all("[data-testid=stMain] input", "inputs => inputs.map(i => i.value).join(' ')")
    shown = f"{text_of(page)} {chosen}"
    assert "デジタルサービス局" in shown and "総務局" not in shown and "報告1" not in shown
    leave(context)


def test_who_signs_out_is_out(chromium: Browser, office: Office) -> None:
    context, page = signed_in(chromium, office, "dai", "/submit")
    assert "様式をダウンロード" in text_of(page)
    unfolded(page).get_by_role("button", name="サインアウト").click()
    page.wait_for_url("**/end_session?**", timeout=WAIT)  # the provider's own page asks whether its session is to end too
    page.goto(f"{office.address}/submit")
    at_rest(page)
    assert "サインインしてください" in text_of(page) and "様式をダウンロード" not in text_of(page)
    leave(context)
    own = [event["action"] for event in office.store.all_of(tables.AuditEvent, subject=DAI)]
    assert own[-1] == "signed_out" and "signed_in" in own


def test_a_role_taken_away_ends_an_open_session_at_its_next_step(chromium: Browser, office: Office) -> None:
    """The cookie still says who it is; the database says that they may nothing any more."""
    gone = "leaver@digital.example.jp"
    environment = {"DATABASE_URL": office.store.url}
    run(environment, "user", "add", gone, "--role", "bureau_manager", "--bureau", "DIGITAL")
    context, page = signed_in(chromium, office, "leaver", "/submit")
    expect(page.get_by_role("button", name="内容を確かめる")).to_be_visible(timeout=WAIT)
    run(environment, "user", "remove", gone)
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_text("登録されていません")).to_be_visible(timeout=WAIT)
    at_rest(page)
    assert "様式をダウンロード" not in text_of(page)
    leave(context)


@pytest.mark.parametrize(
    "path", ["/api/v1/indicators", "/api/v1/status", "/api/v1/observations?indicator=electronic_decision_rate"]
)
def test_the_open_api_of_an_office_instance_gives_no_approved_figure_away(office: Office, path: str) -> None:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(office.address + path, timeout=120) as answer:
            body = answer.read().decode()
    except urllib.error.HTTPError as refused:
        body = refused.read().decode()
    assert "electronic_decision_rate" not in body and "800" not in body
