"""The three main tasks, done by listening: what is said at each step, and what must have been said by then.

A citizen asks whether a procedure can be done online, in the static edition; a director what is off track, since when and why; a manager reports from
the template to the submission. Each step returns what a screen reader says of a part of the page, from a heading or a control on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.accessibility.spoken import LANDMARKS, Line, spoken, wrong
from tests.browser.screen import at_rest, rerun
from tests.browser.test_journey import FIGURES, cells_of
from tests.browser.test_reporting_local import WORDS, act_as
from tests.small_government import PERIOD


@dataclass
class Step:
    """What is done, in both languages, and what is said then; ``missing`` are the words that should have been said in one breath."""

    ja: str
    en: str
    said: list[Line]
    missing: list[tuple[str, ...]] = field(default_factory=list)


@dataclass
class Walk:
    """One task: its steps as they were walked, and what is wrong with the pages on the way."""

    page: Page
    steps: list[Step] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def hears(self, ja: str, en: str, said: list[Line], *together: tuple[str, ...]) -> None:
        """Note a step; each group of words is to be said together, in one line: the blanks at elements that hold a line together are not heard."""
        heard = ["".join(line.name.split()) for line in said]
        missing = [words for words in together if not any(all("".join(word.split()) in line for word in words) for line in heard)]
        self.steps.append(Step(ja, en, said, missing))
        self.wrong += [f"{en}: not said together: {words}" for words in missing]

    def page_is_sound(self) -> None:
        """Judge the whole page that one has come to."""
        self.wrong += [f"{self.page.url.split('/', 3)[-1]}: {told}" for told in wrong(self.page)]

    def lines(self) -> list[Line]:
        """Return all that is said of the page."""
        return [Line("title", self.page.title()), *spoken(self.page)]

    def landmarks(self) -> list[Line]:
        """Return the parts that one may leap to, and the headings, as a list of them is read."""
        return [
            line for line in self.lines()
            if line.role in ("title", "heading") or line.role in LANDMARKS - {"status", "alert", "region"}
        ]  # fmt: skip

    def part(self, words: str, *, most: int = 60) -> list[Line]:
        """Return what is said from a heading that says this to the next of its level or above."""
        return list(_part(self.lines(), words))[:most]

    def at(self, words: str, *, count: int = 1) -> list[Line]:
        """Return a control, or what else says this, and what follows it."""
        lines = self.lines()
        at = next((n for n, line in enumerate(lines) if words in line.name), None)
        assert at is not None, f"nothing says {words!r}"
        return lines[at : at + count]


def _part(lines: list[Line], words: str) -> Iterator[Line]:
    level = 0
    for line in lines:
        if line.role == "heading":
            if level and line.level <= level:
                return
            if not level and words in line.name:
                level = line.level
        if level:
            yield line
    assert level, f"no heading says {words!r}"


CITIZEN = {
    "ja": {"ask": "狩猟免許", "can": "オンラインでできます", "done": "デジタル化済み", "unit": ("91%", "2025年12月31日")},
    "en": {"ask": "狩猟免許", "can": "online", "done": "Digitised", "unit": ("91%", "2025")},
}  # fmt: skip


def citizen(page: Page, address: str, language: str = "ja") -> Walk:
    """Can I renew my hunting licence online?"""
    words, walk = CITIZEN[language], Walk(page)
    page.goto(f"{address}/{'' if language == 'ja' else language + '/'}index.html")
    walk.page_is_sound()
    walk.hears(
        "公表版の最初のページを開き、領域と見出しの一覧を聞く",
        "Opens the front page of the edition and listens to its landmarks and headings",
        walk.landmarks(),
    )
    first = next(line.name for line in walk.lines() if line.role == "heading")
    walk.hears("最初の見出しから聞く", "Listens from the first heading on", walk.part(first)[:4], tuple(words["unit"]))  # type: ignore[arg-type]
    box = page.locator("form.ask input[type=search]")
    heading = page.locator("main h2").first.inner_text()
    walk.hears("次の見出しへ跳ぶ", "Leaps to the next heading", walk.part(heading))
    box.fill(str(words["ask"]))
    with page.expect_navigation():
        box.press("Enter")
    page.locator("#results li").first.wait_for()
    walk.page_is_sound()
    said = walk.lines()
    start = next(n for n, line in enumerate(said) if line.role == "status")
    walk.hears(
        f"「{words['ask']}」と入力して Enter を押す。件数は自動で読まれる", f"Types “{words['ask']}” and presses Enter; the count is said by itself",
        [said[0], *said[start : start + 4]], (str(words["can"]),),
    )  # fmt: skip
    with page.expect_navigation():
        page.locator("#results li a").first.click()
    page.wait_for_load_state()
    walk.page_is_sound()
    lines = walk.lines()
    at = next(n for n, line in enumerate(lines) if line.role == "row" and str(words["ask"]) in line.name)
    top = next(line for line in reversed(lines[:at]) if line.role == "table")
    walk.hears(
        "結果のリンクをたどる。手続の一覧の表で、その行を聞く", "Follows the link of the result, and listens to the row in the table of procedures",
        [lines[0], top, lines[lines.index(top) + 1], lines[at]], (str(words["ask"]), str(words["done"])),
    )  # fmt: skip
    return walk


def director(page: Page, server: str) -> Walk:
    """What is off track, since when, why, who does what until when?"""
    walk = Walk(page)
    page.goto(f"{server}/?lang=ja&as_of=2023-03-31")
    at_rest(page)
    walk.page_is_sound()
    walk.hears(
        "概況を開き、領域と見出しの一覧を聞く", "Opens the overview and listens to its landmarks and headings", walk.landmarks()
    )
    first = next(line.name for line in walk.lines() if line.role == "heading")
    lines = walk.part(first)
    walk.hears(
        "最初の見出しから聞く", "Listens from the first heading on", [line for line in lines if "要対応" not in line.place[-1]][:16]
    )
    walk.hears(
        "見出し「要対応」へ跳ぶ。一行が一つの答えになる", "Leaps to the heading “needs attention”: each row is one answer",
        walk.part("要対応", most=9),
        ("遅れ", "行政手続のデジタル化率", "約30%", "計画 47%", "約−17ポイント", "令和4年度第2四半期から3四半期"), ("まだ書かれていないもの: なぜ 10件、対応 10件、いつまでに 10件",),
        ("未達", "電子決定率", "99.8%", "目標 100.0%(令和4年度)", "−0.2ポイント"),
    )  # fmt: skip
    with rerun(page):
        page.locator("table.att").first.get_by_role("link", name="行政手続のデジタル化率").click()
    page.wait_for_function("() => document.activeElement?.tagName === 'H1'")  # one begins at the title of the new page
    walk.page_is_sound()
    lines = walk.lines()
    start = next(n for n, line in enumerate(lines) if line.role == "heading")
    walk.hears(
        "リンクをたどる。移った先では見出しから始まる", "Follows the link and begins at the title of the new page", [lines[0], *lines[start : start + 34]],
        ("R4 Q2", "やや遅れ", "約27.6%", "42.1%", "約−14.5ポイント"), ("計画 47%", "約30%", "2022年12月31日時点"),
    )  # fmt: skip
    walk.hears(
        "見出し「目標に届くには」へ跳ぶ",
        "Leaps to “what it takes to reach the target”",
        walk.part("目標に届くには"),
        ("残り", "約40ポイント"),
    )
    walk.hears("見出し「要因・課題・対応」へ跳ぶ", "Leaps to “causes, issues, actions”", walk.part("要因・課題・対応"))
    return walk


def manager(page: Page, local: str, folder: Path) -> Walk:
    """Report a quarter: template, a mistake, the figure, what changes, submitted. On a small local instance whose periods are open."""
    walk = Walk(page)
    page.goto(f"{local}/submit?lang=ja&bureau=DIGITAL&period={PERIOD}")
    at_rest(page)
    act_as(page, WORDS["ja"]["manager"])
    walk.page_is_sound()
    walk.hears(
        "報告のページを開き、領域と見出しの一覧を聞く",
        "Opens the page of reports and listens to its landmarks and headings",
        walk.landmarks(),
    )
    walk.hears("最初の見出しから聞く", "Listens from the first heading on", walk.part(page.locator("h1").inner_text(), most=8))
    walk.hears("見出し「様式」へ跳ぶ", "Leaps to the heading of the template", walk.part("様式をダウンロード"))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="様式をダウンロード").first.click()
    blank, filled = folder / "様式.xlsx", folder / "報告.xlsx"
    waiting.value.save_as(blank)
    walk.hears("見出し「アップロード」へ跳ぶ", "Leaps to the heading of the upload", walk.part("アップロード"))
    main = page.locator("[data-testid=stMain]")
    uploaded(page, filled_in(blank, filled, "many"))
    expect(main).to_contain_text("何も保存していません")
    at_rest(page)
    walk.page_is_sound()
    walk.hears(
        "数でない値を入れたファイルを出してみる。誤りはセルの番地とともに言われる", "Tries a file with a word in place of a number: the mistake is said with its cell",
        [line for line in walk.lines() if line.role in ("alert", "text", "paragraph", "row") and ("エラー" in line.name or "指標の実績" in line.name)][:8],
    )  # fmt: skip
    uploaded(page, filled_in(blank, folder / "直した報告.xlsx", 150))
    expect(main).to_contain_text(re.compile("と\u2060?し\u2060?て保存しました"))
    at_rest(page)
    walk.page_is_sound()
    walk.hears("直して出す", "Mends it and uploads it again", [*walk.at("として保存しました")])
    walk.hears("見出し「何が変わるか」へ跳ぶ", "Leaps to the heading of what will change", walk.part("何が変わるか", most=40))
    page.get_by_label("記入しない理由").fill("ほかは次の四半期に集計する")
    with rerun(page):
        page.get_by_role("button", name="警告を確認する").click()
    expect(page.get_by_role("button", name="構造改革室に提出する")).to_be_enabled()
    at_rest(page)
    walk.hears(
        "警告に答え、見出し「提出」へ跳ぶ",
        "Answers what is asked and leaps to the heading of the submission",
        walk.part("提出", most=6),
        ("構造改革室に提出する",),
    )
    page.get_by_role("button", name="構造改革室に提出する").click()
    expect(main).to_contain_text("提出しました")
    at_rest(page)
    walk.page_is_sound()
    walk.hears("提出する。結果は自動で読まれる", "Submits; what came of it is said by itself", walk.at("提出しました"))
    return walk


def filled_in(blank: Path, filled: Path, value: object) -> Path:
    """Write a figure into a template as Excel would."""
    book = openpyxl.load_workbook(blank)
    cells = cells_of(blank, FIGURES, "指標コード", "electronic_decision_rate")
    book[FIGURES][cells["分子(実績の数)"]], book[FIGURES][cells["分母(対象の数)"]] = value, 1000
    book.save(filled)
    return filled


def uploaded(page: Page, file: Path) -> None:
    """Choose a file and have it looked at."""
    page.locator("input[type=file]").set_input_files(str(file))
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_have_count(0)
    expect(page.get_by_text(file.name).first).to_be_visible()
    with rerun(page):
        page.get_by_role("button", name="内容を確かめる").click()
