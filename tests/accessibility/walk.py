"""Write ``docs/screen_reader.md``: what a screen reader says on the way of the three main tasks. ``make spoken``.

Fails where a control has no name, headings leap, a number is said without what it measures, or words of another language do not say so.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from kpis.reporting import people
from kpis.settings import ROOT
from kpis.store.store import Store
from tests.accessibility.kept import commit
from tests.accessibility.spoken import Line
from tests.accessibility.walks import Walk, citizen, director, manager
from tests.browser.conftest import CHROMIUM, FLAGS, serving
from tests.browser.screen import tab
from tests.browser.test_journey import CALENDAR
from tests.shots.places import Places
from tests.small_government import settle

DOCS = ROOT / "docs" / "screen_reader.md"
KINDS = {
    "title": ("題名", "title"), "link": ("リンク", "link"), "button": ("ボタン", "button"), "textbox": ("入力欄", "edit"), "searchbox": ("検索欄", "search edit"),
    "combobox": ("選択欄", "combo box"), "radio": ("ラジオボタン", "radio button"), "checkbox": ("チェックボックス", "check box"),
    "DisclosureTriangle": ("開閉ボタン", "disclosure"), "listitem": ("項目", "item"), "row": ("行", "row"), "table": ("表", "table"), "list": ("一覧", "list"),
    "image": ("画像", "image"), "figure": ("図", "figure"), "navigation": ("ナビゲーション", "navigation"), "search": ("検索の領域", "search"),
    "main": ("本文", "main"), "banner": ("ヘッダー", "banner"), "contentinfo": ("フッター", "content information"), "status": ("お知らせ", "status"),
    "alert": ("警告", "alert"), "group": ("グループ", "group"), "radiogroup": ("選択のグループ", "radio group"), "term": ("用語", "term"),
    "definition": ("その値", "definition"), "region": ("領域", "region"), "form": ("フォーム", "form"), "dialog": ("ダイアログ", "dialog"),
}  # fmt: skip
STATES = {
    "expanded False": ("閉じている", "collapsed"), "expanded True": ("開いている", "expanded"), "checked true": ("選択中", "checked"),
    "required True": ("必須", "required"), "disabled True": ("使用不可", "unavailable"),
}  # fmt: skip


def told(line: Line, is_ja: bool) -> str:
    """Return a line as it is heard."""
    which = 0 if is_ja else 1
    kind = (
        (f"見出し{line.level}", f"heading level {line.level}")[which]
        if line.role == "heading"
        else KINDS.get(line.role, ("", ""))[which]
    )
    states = [
        STATES[state][which] if state in STATES else state.removeprefix("value ").removeprefix("described ")
        for state in line.states
    ]
    words = ", ".join([line.name, *states]) if not is_ja else "、".join([line.name, *states])
    words = words.replace("|", "・" if is_ja else ";").replace("<", "&lt;").strip("、, ")
    if not is_ja and re.search("[ぁ-ゖァ-ヺ一-鿿]", line.name):
        words += " *(lang=ja)*"  # that it says so is judged: ``spoken.unmarked``
    return f"- {f'**{kind}** ' if kind else ''}{words}".rstrip()


def chapter(walk: Walk, heading: str, *, is_ja: bool) -> str:
    """Return a walk in Markdown."""
    text = [f"## {heading}", ""]
    for number, step in enumerate(walk.steps, start=1):
        text += [f"### {number}. {step.ja if is_ja else step.en}", "", *(told(line, is_ja) for line in step.said), ""]
    return "\n".join(text)


HEAD = """# 読み上げで使う / By screen reader

三つの主な作業を、読み上げソフトが言う順に記したもの。Chromium のアクセシビリティツリーから `make spoken` が書く(手では直さない)。
実際の読み上げソフトの言い方は製品ごとに違う。ここで確かめているのは、ソフトに渡される名前・役割・状態・順序である。読み上げソフトの利用者による試験はまだしていない。

What a screen reader says, in order, in the three main tasks. Written from Chromium's accessibility tree by `make spoken`, never by
hand. How it is worded differs from product to product; what is shown here is the name, role, state and order that they are handed. No people who use
screen readers have tried it yet.

確かめること / What is judged: どの操作部品にも名前がある / every control has a name; 見出しは一段ずつ下がる / headings go down step by step; 値は単位・時点・判定の言葉と一緒に言われる /
a number is said together with its unit, day and status; 同じ場所に同じ名前の別の部品がない / no two controls at one place are called alike; 日本語のページでない所の日本語は
`lang` でそうと言う / Japanese on a page of another language says so. Streamlit の部品が英語で言うもの(表の上の Show/hide columns、Download as CSV、Search、Fullscreen、選択欄の Open)は変えられない /
what Streamlit's own widgets say in English cannot be changed. *(lang=ja)*: 行の中の日本語に印がある / the Japanese in the line is marked as such.

"""


def main() -> int:
    """Walk and write; return whether anything was wrong."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        places = Places(folder)
        walks: list[Walk] = []
        with places.served("static") as address:
            walks += [citizen(browser.new_context(locale="ja-JP").new_page(), address, language) for language in ("ja", "en")]
        with places.served("shipped") as address:
            walks.append(director(tab(browser).new_page(), address))
        (folder / "small").mkdir()
        url = f"sqlite:///{folder / 'small' / 'served.db'}"
        people.local_people(settle(Store(url), folder / "small" / "data", calendar=CALENDAR))
        official = {
            "CATALOGUE_DIR": str(folder / "small" / "data" / "catalogue"),
            "OFFICIAL_DIR": str(folder / "small" / "data" / "official"),
        }
        with serving(folder / "small", DATABASE_URL=url, **official) as address:
            walks.append(manager(tab(browser).new_page(), address, folder))
        browser.close()
    chapters = [
        chapter(walks[0], "都民: この手続はオンラインでできるか(静的公表版)", is_ja=True),
        chapter(walks[2], "幹部: どこが、いつから、なぜ外れているか", is_ja=True),
        chapter(walks[3], "局担当: 様式から提出まで(小さな見本の庁)", is_ja=True),
        chapter(walks[1], "Citizen: can I do this procedure online? (static edition, English)", is_ja=False),
    ]
    DOCS.write_text(HEAD + "\n".join(chapters), encoding="utf-8")
    wrong = [each for walk in walks for each in walk.wrong]
    print(f"{commit()}: {sum(len(walk.steps) for walk in walks)} steps, wrong: {len(wrong)}")
    for each in dict.fromkeys(wrong):
        print(f"  {each}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
