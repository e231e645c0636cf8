"""The address is the view, and every choice takes at once: each page, each list five times, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext

from kpis.periods import local_day
from kpis.store.store import utc_now
from tests.browser.screen import WAIT, Screen
from tests.browser.visits import GO, Visits
from tests.pages.questions import word
from tests.pages.views import VIEWS

pytestmark = pytest.mark.browser
DAY = "2023-06-30"
FRAME = {"as_of": DAY, "view": "now", "known": "2026-10-31"}
NEEDS = {"/submit": "local_manager", "/review": "local_office"}


@pytest.fixture
def context(visits: Visits) -> BrowserContext:
    return visits.loader  # without charts: what an address says of a view is not in them


@pytest.fixture(scope="module")
def known(small_server: str) -> Iterator[str]:
    """A served dashboard, whose figures were known only after it was loaded: any earlier knowledge is of today."""
    FRAME["known"] = local_day(utc_now()).isoformat()
    yield small_server


def first_seen(visits: Visits, address: str, path: str) -> Screen:
    """Return a view that a reader came to within the app; where one chooses who looks, it is loaded, since that stays with the session."""
    if urlsplit(path).path in NEEDS:
        screen = Screen(visits.loader.new_page(), address)
        screen.open(path)
    else:
        screen = Screen(visits.see(address, path, width=1280, charts=False)[0], address)
    return screen


def act_as(screen: Screen, path: str, language: str) -> None:
    """Choose on this machine who looks, where a page needs one; that is a person, not a view, and no part of the address."""
    if (needs := NEEDS.get(path)) is not None:
        screen.pick(word("viewer", language), word(needs, language))
        screen.seen()


@pytest.mark.parametrize(("path", "language"), list(zip(VIEWS, cycle(("ja", "en")), strict=False)))
def test_a_view_survives_menu_back_reload_and_another_browser(visits: Visits, known: str, path: str, language: str) -> None:
    """In one language or the other; that each page keeps its address in both, ``tests/pages/test_address.py`` asks of the server."""
    every = list(VIEWS)
    following = every[(every.index(path) + 1) % len(every)]
    frame = {**FRAME, "lang": language}
    asked = "&".join(f"{name}={text}" for name, text in frame.items())
    screen = first_seen(visits, known, f"{path}?{asked}&{VIEWS[path]}".rstrip("&"))
    act_as(screen, path, language)
    shown, address = screen.seen(), screen.path
    assert not [said for said in shown["said"] if word("address_refused", language) in said]
    assert DAY.replace("-0", "-") in shown["days"]
    screen.leads_to(following, screen.menu(following))
    screen.asks(**frame)
    assert DAY.replace("-0", "-") in screen.seen()["days"], "the page of the menu is of the same day"
    screen.page.go_back()
    screen.becomes(shown)
    screen.has(address)  # back shows the same view under the same address
    if path in NEEDS:
        return  # who looks ends with the session of a local instance
    if language == "ja":  # to the server a reload and another browser are alike: a new session under the address
        screen.page.reload()
        screen.becomes(shown)
        screen.has(address)
        return
    other = Screen(visits.loader.new_page(), known)
    assert other.open(address) == shown
    other.has(address)


# page | label of the list | name in the address
LISTS = [
    ("/procedures", "reg_by_bureau", "bureau"),
    ("/procedures", "reg_by_status", "status"),
    ("/indicator", "choose_indicator", "code"),
    ("/bureau", "compare_indicator", "compare"),
    ("/bureau", "compare_period", "period"),
    ("/report", "report_choose", "period"),
    ("/submit", "bureau", "bureau"),
    ("/submit", "period", "period"),
    ("/review", "period", "period"),
]


@pytest.mark.parametrize(("path", "label", "name"), LISTS)
def test_five_choices_in_a_row_are_each_taken(visits: Visits, small_server: str, path: str, label: str, name: str) -> None:
    language = "ja" if LISTS.index((path, label, name)) % 2 else "en"
    screen = first_seen(visits, small_server, f"{path}?lang={language}")
    act_as(screen, path, language)
    label = word(label, language)
    first, there = screen.chosen(label), screen.options(label)
    assert len(there) > 1, "something else can be chosen"
    asked = {screen.asked.get(name, "")}
    for turn, option in enumerate(islice(cycle([*(option for option in there if option != first), first]), 5)):
        before = screen.asked.get(name, "")
        screen.pick(label, option)
        screen.asks_other_than(name, before)  # the choice has reached the server
        shown = screen.takes(label, option)
        assert f"{label}: {option}" in shown["lists"], f"choice {turn + 1} is taken"
        asked.add(screen.asked.get(name, ""))
        if path == "/submit":
            save = screen.page.get_by_role("button", name=word("template_button", language))
            with screen.page.expect_download(timeout=WAIT) as waiting:
                save.click()
            assert option in waiting.value.suggested_filename, "the template is that of the choice"
    assert len(asked) >= min(len(there), 5), "each choice has an address of its own"


def test_every_other_kind_of_choice_takes_five_times_in_a_row(context: BrowserContext, small_server: str) -> None:
    """Parts side by side, words searched for, days, and the organisation."""
    screen = Screen(context.new_page(), small_server)
    screen.open("/procedures?lang=en")
    for turn, by in enumerate(("authority", "applicant", "priority", "channel", "process_type")):
        screen.page.get_by_role("radio", name=word(f"reg_by_{by}", "en"), exact=True).click()
        screen.asks(by=by)
        assert word(f"reg_by_{by}", "en") in screen.seen()["parts"], turn
    box = screen.page.locator("[data-testid=stTextInput]:not(.st-key-frame *) input")
    for words in ("使用", "許可", "申請", "登録", "届出"):
        box.fill(words)
        box.press("Enter")
        screen.asks(q=words)
        assert screen.seen()["words"] == [words]
    for view, word_of in (("now", "view_now"), ("then", "view_then")) * 2 + (("now", "view_now"),):
        screen.page.get_by_role("radio", name=word(word_of, "en"), exact=True).click()
        screen.asks(view=view, q="届出")
        assert word(word_of, "en") in screen.seen()["parts"]
    for day in (date(2020, 5, 1), date(2021, 12, 31), date(2022, 3, 31), date(2023, 4, 1), date(2024, 2, 29)):
        screen.type_day(word("as_of", "en"), day)
        screen.leave_field()
        screen.asks(as_of=day.isoformat())
        assert f"{day.year}-{day.month}-{day.day}" in screen.seen()["days"]
    for language, name in (("ja", "日本語"), ("en", "English")) * 2 + (("ja", "日本語"),):
        screen.page.get_by_role("radio", name=name, exact=True).click()
        screen.asks(lang=language, q="届出", as_of="2024-02-29", view="now", by="process_type")
        assert name in screen.seen()["parts"]


def test_a_choice_that_another_page_has_by_the_same_name_shows_what_is_chosen_on_this_one(
    context: BrowserContext, small_server: str
) -> None:
    screen = Screen(context.new_page(), small_server)
    screen.open("/procedures?lang=en")
    screen.page.evaluate(GO, "/facilities?lang=en")
    screen.page.get_by_role("radio", name=word("fac_kind", "en"), exact=True).wait_for(timeout=WAIT)
    assert word("reg_by_bureau", "en") in screen.seen()["parts"]


def test_pages_of_a_list_turn_at_once_and_begin_again_when_it_is_narrowed(context: BrowserContext, server: str) -> None:
    screen = Screen(context.new_page(), server)
    screen.open("/procedures?lang=en")
    for page in (2, 1, 2, 1, 2):
        screen.page.get_by_role("button", name=f"Page {page}", exact=True).click()
        screen.asks(page="" if page == 1 else str(page))
        screen.seen()
        assert screen.page.get_by_role("button", name=f"Page {page}", exact=True).get_attribute("aria-current") == "page"
    screen.page.get_by_role("radio", name=word("reg_by_applicant", "en"), exact=True).click()
    screen.asks(page="2", by="applicant")
    screen.pick(word("reg_by_status", "en"), word("digital_done", "en"))
    screen.asks(page="", by="applicant", status="done")


# Some of what tests/pages/test_address.py asks of the server, where every case is in both languages: what is shown is what was told.
VAIN = [
    ("/", "as_of", "2022-13-45"), ("/", "lang", "xx"), ("/procedures", "q", "x" * 101), ("/review", "report", "77"),
]  # fmt: skip


def test_what_an_address_asks_for_in_vain_is_said_on_the_page(context: BrowserContext, small_server: str) -> None:
    screen = Screen(context.new_page(), small_server)
    for (path, name, asked), language in zip(VAIN, cycle(("en", "ja")), strict=False):
        screen.open(f"{path}?lang={language}&{name}={asked}" if name != "lang" else f"{path}?lang={asked}")
        act_as(screen, path, language)
        said = " ".join([*screen.seen()["said"], *screen.seen()["heading"]])
        assert asked[:40] in said, (path, name, said)
        assert ("。" in said) == (language == "ja"), (path, name, said)


@pytest.fixture(scope="module")
def public(published_port: int) -> str:
    return f"http://127.0.0.1:{published_port}"


def test_the_public_instance_keeps_its_view_and_says_what_it_cannot_show(context: BrowserContext, public: str) -> None:
    screen = Screen(context.new_page(), public)
    shown = screen.open(f"/indicator?code=fax_reduction_rate&as_of={DAY}&lang=en&edition=1")
    address = screen.path
    screen.leads_to("/bureau", screen.menu("/bureau"))
    screen.asks(as_of=DAY, lang="en", edition="1", code="")
    screen.page.go_back()
    screen.becomes(shown)
    screen.has(address)
    assert Screen(context.new_page(), public).open(address) == shown
    label = word("edition_choose", "en")
    there = screen.options(label)
    for option in (there[0], there[1], there[0], there[1], there[0]):
        screen.pick(label, option)
        assert f"{label}: {option}" in screen.seen()["lists"]
    screen.open("/?lang=en&edition=99")
    assert "99" in " ".join(screen.seen()["said"])
    for address, wanted in (("/site/nowhere.html", "404"), ("/editions/0001/nowhere.html", "404")):
        answer = screen.page.goto(public + address)
        assert answer is not None and answer.status == 404 and "text/html" in answer.headers["content-type"], wanted
        assert "見つかりません" in screen.page.inner_text("body")
        assert urlsplit(screen.page.url).path == address
