"""What an eye would stop at on a picture is told by ``make shots``."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.shots.printed import wasted
from tests.shots.unsightly import patches, unsightly

UGLY = """<body style="background:#12141a;color:#fff;margin:0;font:16px monospace">
<p style="width:3ch;line-break:anywhere;word-break:break-all">キャッシュレス</p>
<p style="width:3ch;word-break:break-all">1234件</p>
<p style="width:2.5em">12月31日</p>
<p style="width:5ch;word-break:break-all">approved</p>
<p style="width:1em;word-break:break-all">公表の頻度</p>
<p style="display:flex;gap:1em">others <span class="nw">24 more</span></p>
<p style="font-size:9px">tiny words</p>
<div style="height:20px">below</div><div style="margin-top:-20px;height:20px">above</div>
<p style="width:40px;overflow:hidden;white-space:nowrap">a long line that is cut</p>
<div style="border:1px solid;width:200px;height:60px"></div>
<table><thead><tr><th>name<th>reason</thead><tbody><tr><td>one<td>—<tr><td>two<td>—</tbody></table>
<div style="background:#fff;color:#000;width:200px;height:60px">bright</div>"""
PLAIN = """<body style="background:#12141a;color:#fff;font:16px sans-serif"><p>1234件 キャッシュレス</p><p style="position:absolute;top:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">hidden words</p>
<table><thead><tr><th>name<th>reason</thead><tbody><tr><td>one<td>—<tr><td>two<td>late</tbody></table>
<table class="f"><thead><tr><th>first<th>note</thead><tbody><tr><td>one<td>—<tr><td>two<td>—</tbody></table>
<details><summary>2 more</summary><table class="f"><thead><tr><th>first<th>note</thead><tbody><tr><td>three<td>said<tr><td>four<td>—</tbody></table></details>"""


def test_what_an_eye_stops_at_is_told(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(UGLY)
    told = [*unsightly(page), *patches(page)]
    kinds = {line.split(":")[0] for line in told}
    assert kinds == {
        "broken within a word", "a number and its unit are parted", "upright text", "text is small", "text on text", "words are cut",
        "a sentence is taken apart", "empty box", "a column says nothing", "light on dark",
    }, told  # fmt: skip
    assert {"a column says nothing: reason", "a number and its unit are parted: 12月/31日"} <= set(told)
    page.set_content(PLAIN)
    assert [*unsightly(page), *patches(page)] == []
    page.close()


def test_a_sheet_that_wastes_paper_is_told(tmp_path: Path) -> None:
    for number, (top, left) in enumerate([(800, 60), (200, 60), (700, 5), (100, 60)], start=1):
        sheet = Image.new("RGB", (620, 877), "white")
        sheet.paste("black", (left, 50, 300, top))
        sheet.save(tmp_path / f"p-{number}.png")
    assert list(wasted(tmp_path, "p")) == ["sheet 2 of 4 is nearly empty", "sheet 3 of 4 reaches into the margin"]
