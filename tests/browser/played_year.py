"""A year played in a real browser by section, coordinator, approver, office and director: one story everywhere, and nothing internal outside.

Two indicators fall behind; of the actions one is late, one is given up and one works. Each quarter goes its whole way: parts, merged, checked within the
bureau, submitted, approved. The director looks, the office takes the pack along and publishes. ``make year``, since it takes a minute and a half;
``tests/test_year.py`` tells such a year without a browser.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page, expect

from kpis.government import settled
from kpis.languages import say
from kpis.periods import local_day
from kpis.reporting import people, reports
from kpis.store.store import Store, utc_now
from loaders.catalogue import load_folder
from tests.books import saved
from tests.browser.conftest import serving
from tests.browser.screen import as_shown, at_rest, pictured, rerun, tab, too_wide
from tests.browser.test_journey import text_of
from tests.browser.test_reporting_local import WORDS, act_as
from tests.browser.visits import GO
from tests.loaders.test_parts import F, filled, heads
from tests.oidc import free_port, providing
from tests.small_government import ANNA, settle, write_sections

pytestmark = pytest.mark.browser
RATE, SEALS = "electronic_decision_rate", "seal_abolished_procedures"
CLERK, CHIEF, HEAD = "clerk@general.example.jp", "chief@general.example.jp", "head@reform.example.jp"
QUARTERS = {
    "FY2022-Q3": date(2022, 12, 31), "FY2022-Q4": date(2023, 3, 31), "FY2023-Q1": date(2023, 6, 30), "FY2023-Q2": date(2023, 9, 30),
}  # fmt: skip
CALENDAR = [{"period_code": code, "opens_on": "2022-01-01", "due_on": "2099-01-31", "locks_on": "2099-03-31"} for code in QUARTERS]
CAUSES, ACTIONS = "要因・課題・対応", "取組"
INSIDE = ("Himitsu-role", "Himitsu-person")  # what the government keeps inside
STEP = "chiefの確認"
LATE = {"ja": "期限超過", "en": "overdue"}
TODAY = local_day(utc_now())
PLACES = (f"indicator?code={RATE}", f"indicator?code={SEALS}", "bureau?code=GENERAL", "projects?code=CP2")
# Quarter → what is behind, and what its row says in each language: value, since when, why, what, by whom, until when.
# All of it came in on the day of the test, so that of earlier quarters nothing was known then: each row is off track since its own quarter.
BEHIND: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "FY2022-Q3": {
        RATE: {"ja": ("30.0%", "令和4年度第3四半期から1四半期", "端末が足りない", "端末を配る", "文書課", "2023年6月30日"),
               "en": ("30.0%", "Since FY2022 Q3", "Too few terminals", "Hand out terminals", "30 Jun 2023")},
        SEALS: {"ja": ("125 / 300", "規則の改正待ち", "規則を改める", "2023年2月28日"),
                "en": ("125 / 300", "Rules wait to be changed", "Change the rules", "28 Feb 2023")},
    },
    "FY2022-Q4": {
        RATE: {"ja": ("35.0%", "令和4年度第4四半期から1四半期", "配布が遅れた", "端末を配る", "2023年6月30日"),
               "en": ("35.0%", "Since FY2022 Q4", "Handing out is late", "Hand out terminals", "30 Jun 2023")},
        SEALS: {"ja": ("130 / 300", "規則の改正がまだ", "規則を改める", "2023年2月28日", LATE["ja"]),
                "en": ("130 / 300", "Rules not changed yet", "Change the rules", "28 Feb 2023", LATE["en"])},
    },
    "FY2023-Q1": {
        SEALS: {"ja": ("135 / 300", "改正の審議が続く", "規則を改める", LATE["ja"]),
                "en": ("135 / 300", "Still deliberated", "Change the rules", LATE["en"])},
    },
    "FY2023-Q2": {},
}  # fmt: skip
OFFICE, REFORM, WAIT = WORDS["ja"]["office"], "office@reform.example.jp", 60_000


@dataclass(frozen=True)
class Part:
    """What one hand writes in a quarter: figures, causes by indicator, new actions, and answers to those that were begun."""

    figures: Mapping[tuple[str, str, str], object]
    causes: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # in Japanese and English
    begins: Sequence[Mapping[str, object]] = ()
    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # by what the action is


def begun(what: str, english: str, indicator: str, due: date, **more: object) -> dict[str, object]:
    inside = {"担当の職": INSIDE[0], "担当者(庁内用)": INSIDE[1]}
    about = {RATE: "電子決定率", SEALS: "押印廃止済手続"}[indicator]
    return {
        "指標・プロジェクト": about,
        "取組の内容": what,
        "取組の内容(英語)": english,
        "担当課": "文書課",
        "期限": due,
        **inside,
        **more,
    }


def rate(share: int) -> dict[tuple[str, str, str], object]:
    return {(F, RATE, "分子(実績の数)"): share * 10, (F, RATE, "分母(対象の数)"): 1000}


def seals(count: int) -> dict[tuple[str, str, str], object]:
    return {(F, SEALS, "値"): count, (F, SEALS, "分母(対象の数)"): 300}


FORMS = {
    "CP2": ("様式の確認が続く", "Forms are still checked")
}  # a milestone of the project has been late since the second quarter
# Quarter → what the section writes (of the rate), and what the coordinator does (of the seals).
PLAYED = {
    "FY2022-Q3": (
        Part(rate(30), {RATE: ("端末が足りない", "Too few terminals")},
             begins=[begun("端末を配る", "Hand out terminals", RATE, date(2023, 6, 30), 見込む効果=40)]),
        Part(seals(125), {SEALS: ("規則の改正待ち", "Rules wait to be changed"), "CP2": ("二つの指標がともに遅れた", "Both indicators are behind")},
             begins=[begun("規則を改める", "Change the rules", SEALS, date(2023, 2, 28)),
                     begun("説明会を開く", "Hold briefings", SEALS, date(2023, 6, 30))]),
    ),
    "FY2022-Q4": (
        Part(rate(35), {RATE: ("配布が遅れた", "Handing out is late")}),
        Part(seals(130), {SEALS: ("規則の改正がまだ", "Rules not changed yet"), **FORMS}),
    ),
    "FY2023-Q1": (
        Part(rate(80), answers={"端末を配る": {"状態": "完了", "完了した日": date(2023, 6, 20)}}),
        Part(seals(135), {SEALS: ("改正の審議が続く", "Still deliberated"), **FORMS},
             answers={"説明会を開く": {"状態": "中止", "変更・中止の理由": "規則の改正と合わせて行う"}}),
    ),
    "FY2023-Q2": (
        Part(rate(95)),
        Part(seals(290), FORMS, answers={"規則を改める": {"状態": "完了", "完了した日": date(2023, 9, 1)}}),
    ),
}  # fmt: skip


def written(content: bytes, part: Part, period: str) -> bytes:
    """Return a workbook with what one hand writes."""
    book = openpyxl.load_workbook(io.BytesIO(filled(content, dict(part.figures))))
    sheet = book[CAUSES]
    at = heads(sheet)
    for code, (cause, english) in part.causes.items():
        (row,) = (n for n in range(2, sheet.max_row + 1) if str(sheet.cell(n, at["要因コード"]).value).endswith(f"{period}-{code}"))
        sheet.cell(row, at["要因"]).value, sheet.cell(row, at["要因(英語)"]).value = cause, english
    sheet = book[ACTIONS]
    at = heads(sheet)
    measures = {str(sheet.cell(n, at["取組の内容"]).value): n for n in range(2, sheet.max_row + 1)}
    for what, answer in part.answers.items():
        for heading, value in answer.items():
            sheet.cell(measures[what], at[heading]).value = value  # type: ignore[assignment]
    free = (n for n in range(2, sheet.max_row + 1) if sheet.cell(n, at["取組の内容"]).value is None)
    for new, row in zip(part.begins, free, strict=False):
        for heading, value in new.items():
            sheet.cell(row, at[heading]).value = value  # type: ignore[assignment]
    return saved(book)


@dataclass
class Played:
    """A served instance and the window of each who plays."""

    store: Store
    address: str
    folder: Path
    browser: Browser
    windows: dict[str, Page] = field(default_factory=dict)
    is_office: bool = False

    def window(self, who: str, *, language: str = "ja", width: int = 1280) -> Page:
        """Return the window in which somebody acts, opened the first time."""
        key = f"{who} {language} {width}"
        if key not in self.windows:
            page = tab(self.browser, width=width, charts=False).new_page()
            page.goto(f"{self.address}/submit?lang={'ja' if self.is_office else language}")
            if self.is_office:
                self._sign_in(page, who, language)
                self.windows[key] = page
                return page
            at_rest(page)
            act_as(page, who if "@" not in who else f"{people.account_key(who).partition('@')[0]} {who}")
            self.windows[key] = page
        return self.windows[key]

    def _sign_in(self, page: Page, who: str, language: str) -> None:
        """Sign in at the provider, whose page offers its users, and come back."""
        page.get_by_role("button", name=say("sign_in")).click(timeout=WAIT)
        page.get_by_role("button", name="office" if who == OFFICE else who.partition("@")[0], exact=True).click(timeout=WAIT)
        page.wait_for_url(f"{self.address}/**", timeout=WAIT)
        at_rest(page)
        page.goto(f"{self.address}/submit?lang={language}")
        at_rest(page)

    def go(self, page: Page, path: str) -> str:
        """Lead a window to an address of the app and return what it shows."""
        with rerun(page):
            page.evaluate(GO, path)
        assert page.locator("[data-testid=stException]").count() == 0 and too_wide(page) == [], path
        return text_of(page)


@pytest.fixture(params=["local", "office"])
def played(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Played]:
    """On one's own machine, where who acts is chosen, and at an office, where each signs in at a real OpenID provider."""
    url = f"sqlite:///{tmp_path / 'served.db'}"
    store = settle(Store(url), tmp_path / "data", calendar=CALENDAR)
    catalogue, official = tmp_path / "data" / "catalogue", tmp_path / "data" / "official"
    _made_of_one_bureau(catalogue)
    assert not [p for report in load_folder(store, catalogue, official=official) for p in report.problems]
    write_sections(catalogue, steps=["chief"])
    people.local_people(store)
    monkeypatch.setenv("EDITIONS_DIR", str(tmp_path / "editions"))
    with settled(catalogue):
        for who, role, own in (
            (CLERK, "section", {"section_code": "DOCUMENTS"}), (CHIEF, "bureau_approver", {"bureau_code": "GENERAL"}), (HEAD, "director", {}),
        ):  # fmt: skip
            people.add_person(store, actor=people.COMMAND_LINE, email=who, role=role, name=who.partition("@")[0], **own)
        people.add_person(store, actor=people.COMMAND_LINE, email=ANNA, role="bureau_manager", bureau_code="GENERAL", name="anna")
        places = {
            "DATABASE_URL": url,
            "CATALOGUE_DIR": str(catalogue),
            "OFFICIAL_DIR": str(official),
            "EDITIONS_DIR": str(tmp_path / "editions"),
        }
        if request.param == "local":
            with serving(tmp_path, **places) as address:
                yield Played(store, address, tmp_path, chromium)
            return
        port = free_port()
        people.add_person(store, actor=people.COMMAND_LINE, email=REFORM, role="reform_office", name="office")
        emails = {who.partition("@")[0]: who for who in (CLERK, CHIEF, HEAD, ANNA)} | {"office": REFORM}
        users = {subject: {"email": email, "email_verified": True} for subject, email in emails.items()}
        with providing(tmp_path, users, app=f"http://127.0.0.1:{port}") as provider:
            places |= provider.settings(f"http://127.0.0.1:{port}")
            with serving(tmp_path, port=port, **places) as address:
                yield Played(store, address, tmp_path, chromium, is_office=True)


def _made_of_one_bureau(catalogue: Path) -> None:
    """Make the indicators those of GENERAL alone, and give the second one a target, so that what it reports is judged."""
    path = catalogue / "indicators.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    _write(path, [{**row, "scope_code": "GENERAL"} for row in rows])
    path = catalogue / "targets.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    (like,) = (row for row in rows if row["bureau_code"] == "GENERAL")
    _write(path, [*rows, {**like, "indicator_code": SEALS, "value": "300"}])
    path = catalogue / "baselines.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    (like,) = (row for row in rows if row["bureau_code"] == "GENERAL")
    _write(path, [*rows, {**like, "indicator_code": SEALS, "value": "100"}])


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def bring(played: Played, who: str, period: str, part: Part) -> None:
    """Take one's own workbook, fill it in and upload it in the browser."""
    page = played.window(who)
    played.go(page, f"/submit?lang=ja&bureau=GENERAL&period={period}")
    with page.expect_download() as coming:
        page.get_by_role("button", name=say("template_button", "ja")).first.click()
    name = f"{period}-{who.partition('@')[0]}.xlsx"
    (played.folder / name).write_bytes(written(coming.value.path().read_bytes(), part, period))
    page.locator("input[type=file]").set_input_files(played.folder / name)
    expect(page.get_by_text(name).first).to_be_visible()
    page.get_by_role("button", name=say("upload_button", "ja")).click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text(as_shown("として保存しました"))
    at_rest(page)


def pressed(page: Page, label: str, said: str = "") -> None:
    button = page.get_by_role("button", name=label, exact=True)
    expect(button).to_be_enabled()
    with rerun(page):
        button.click()
    if said:
        expect(page.locator("[data-testid=stMain]")).to_contain_text(said)


def in_browser(played: Played, number: int, period: str) -> None:
    """One quarter: the section's part, the coordinator's, the check of the bureau, the office, each in a window of their own."""
    of_section, of_rest = PLAYED[period]
    bring(played, CLERK, period, of_section)
    bring(played, ANNA, period, of_rest)
    page = played.window(ANNA)
    expect(page.get_by_label("記入しない理由")).to_be_visible()
    for label in ("確認の理由", "記入しない理由"):
        for asked in page.get_by_label(label).all():
            asked.fill("確かめた")
    pressed(page, "警告を確認する")
    pictured(page, f"year-{period}-coordinator")
    pressed(page, say("prepare_button", "ja", step=STEP))
    page = played.window(CHIEF)
    played.go(page, f"/submit?lang=ja&bureau=GENERAL&period={period}")
    pressed(page, say("check_button", "ja"))
    pressed(page, say("submit_button", "ja"), "提出しました")
    page = played.window(OFFICE)
    played.go(page, f"/review?lang=ja&report={number}")
    pressed(page, WORDS["ja"]["approve"], "承認しました")


def cells(page: Page, language: str) -> dict[str, str]:
    """Return the rows of the list of what needs attention, by what they are about."""
    rows = page.locator("table.att:not(.strips) tbody tr").all_inner_texts()
    named = {
        RATE: {"ja": "電子決定率", "en": "Electronic decision rate"},
        SEALS: {"ja": "押印廃止済手続", "en": "Procedures without seal"},
    }
    return {code: row for code, names in named.items() for row in rows if names[language] in row}


def looked_at_by_the_director(played: Played, period: str) -> None:
    """Are we on track; if not: where, since when, why, what is done, by whom, until when."""
    page, day = played.window(HEAD), QUARTERS[period]
    for language in ("ja", "en"):
        played.go(page, f"/?lang={language}&as_of={day}")
        rows = cells(page, language)
        assert set(rows) == set(BEHIND[period]), (period, rows)
        for code, told in BEHIND[period].items():
            missing = [words for words in told[language] if words not in rows[code]]
            assert not missing, (period, code, missing, rows[code])
        pictured(page, f"year-{period}-{language}")
    assert "この画面を使う権限がありません" in played.go(page, "/submit?lang=ja"), "who reads takes no template"


def packed(content: bytes) -> str:
    """Return the words of slides or of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return re.sub("<[^>]+>", " ", " ".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml")))


def pack_of_the_meeting(played: Played, period: str) -> None:
    """The office opens the meeting of the quarter and takes its pack along."""
    page = played.window(OFFICE)
    for language, cause, action in (
        ("ja", "規則の改正がまだ", "規則を改める"),
        ("en", "Rules not changed yet", "Change the rules"),
    ):
        text = played.go(page, f"/meeting?lang={language}&period={period}&as_of={QUARTERS[period]}")
        assert cause in text and action in text, text
        with page.expect_download() as coming:
            page.get_by_role("button", name=say("pack_save_slides", language), exact=True).click()
        slides = packed(coming.value.path().read_bytes())
        assert cause in slides and action in slides and LATE[language] in slides


def every_byte(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a folder, and what is within archives and Parquet."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        yield path.name, content
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                yield from ((f"{path.name}/{name}", packed.read(name)) for name in packed.namelist())
        if path.suffix == ".parquet":
            yield f"{path.name} read", str(pq.read_table(path).to_pylist()).encode()


def published(played: Played) -> None:
    """The office publishes from its page; the edition tells the same in both languages, and nothing internal."""
    page = played.window(OFFICE)
    played.go(page, "/publish?lang=ja")
    page.get_by_label(say("publish_note", "ja")).fill("一年の公表")
    with rerun(page):
        page.get_by_role("button", name=say("publish_button", "ja", number=1)).click()
    page.get_by_text(say("publish_done", "ja", number=1)).wait_for()
    editions = played.folder / "editions"
    assert [name for name, content in every_byte(editions) if any(word.encode() in content for word in INSIDE)] == []
    for folder, reached, given_up, rules in (
        ("site", "見込みに到達", "中止", "規則を改める"),
        ("site/en", "as expected", "Given up", "Change the rules"),
    ):
        pages = {
            code: next(editions.glob(f"*/{folder}/indicators/{code}.html")).read_text(encoding="utf-8") for code in (RATE, SEALS)
        }
        assert reached in pages[RATE] and "30.0%" in pages[RATE] and "95.0%" in pages[RATE]
        assert given_up in pages[SEALS] and rules in pages[SEALS] and "規則の改正と合わせて行う" in pages[SEALS]
        for place in ("bureaus/GENERAL", "projects/CP2"):
            told = next(editions.glob(f"*/{folder}/{place}.html")).read_text(encoding="utf-8")
            assert ("電子決定率" if folder == "site" else "Electronic decision rate") in told
    (said,), (done,) = (
        [p.read_text(encoding="utf-8-sig") for p in editions.rglob(name)] for name in ("commentaries.csv", "actions.csv")
    )
    assert all(cause in said for cause in ("端末が足りない", "Handing out is late", "改正の審議が続く"))
    states = {row["measure_ja"]: row["action_state"] for row in csv.DictReader(done.splitlines())}
    assert states == {"端末を配る": "done", "説明会を開く": "given_up", "規則を改める": "done"}


def test_a_year_is_told_the_same_everywhere(played: Played) -> None:
    for number, period in enumerate(QUARTERS, start=1):
        in_browser(played, number, period)
        assert reports.report(played.store, number, viewer=ANNA).state == "approved"
        looked_at_by_the_director(played, period)
        if period == "FY2022-Q4":
            pack_of_the_meeting(played, period)
    page, day = played.window(HEAD), QUARTERS["FY2023-Q2"]
    for language, worked, given_up in (("ja", "見込みに到達", "中止"), ("en", "as expected", "Given up")):
        told = {place: played.go(page, f"/{place}&lang={language}&as_of={day}") for place in PLACES}
        assert worked in told[f"indicator?code={RATE}"] and worked in told["bureau?code=GENERAL"]
        assert given_up in told[f"indicator?code={SEALS}"] and given_up in told["bureau?code=GENERAL"]
        assert ("電子決定率" if language == "ja" else "Electronic decision rate") in told["projects?code=CP2"]
    published(played)
