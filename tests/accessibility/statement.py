"""Write the table of success criteria into docs/accessibility_results.md from what the last run of ``make axe`` kept.

JIS X 8341-3:2016 is WCAG 2.0 word for word: 38 criteria of levels A and AA. axe judges a part of some of them and none of others; which it is,
is read off the tags of the rules that it tried.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from kpis.settings import ROOT
from tests.accessibility.__main__ import KEPT

DOCS = ROOT / "docs" / "accessibility_results.md"
START, END = "<!-- results: written by make axe -->", "<!-- end of results -->"
CRITERIA = {
    "1.1.1": "A", "1.2.1": "A", "1.2.2": "A", "1.2.3": "A", "1.2.4": "AA", "1.2.5": "AA", "1.3.1": "A", "1.3.2": "A", "1.3.3": "A", "1.4.1": "A",
    "1.4.2": "A", "1.4.3": "AA", "1.4.4": "AA", "1.4.5": "AA", "2.1.1": "A", "2.1.2": "A", "2.2.1": "A", "2.2.2": "A", "2.3.1": "A", "2.4.1": "A",
    "2.4.2": "A", "2.4.3": "A", "2.4.4": "A", "2.4.5": "AA", "2.4.6": "AA", "2.4.7": "AA", "3.1.1": "A", "3.1.2": "AA", "3.2.1": "A", "3.2.2": "A",
    "3.2.3": "AA", "3.2.4": "AA", "3.3.1": "A", "3.3.2": "A", "3.3.3": "AA", "3.3.4": "AA", "4.1.1": "A", "4.1.2": "A",
}  # fmt: skip
# No film, sound, moving or flashing content is published.
ABSENT = {"1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.4.2", "2.2.2", "2.3.1"}
# Looked at by tests of ours besides, not by axe.
OURS = {
    "1.4.1": "tests/charts/test_colour_blind.py", "2.1.1": "tests/browser/test_keyboard.py, test_reporting_local.py",
    "2.4.3": "tests/browser/test_keyboard.py", "2.4.7": "tests/browser/keyboard.py",
}  # fmt: skip


def table(kept: dict[str, Any]) -> str:
    """Return the table in Markdown: criterion, level, whether it applies, result, by what."""
    rules: dict[str, set[str]] = {}
    for line in kept["judged"].get("criteria", []):
        tag, rule = line.split()
        if digits := re.fullmatch(r"wcag(\d)(\d)(\d+)", tag):
            rules.setdefault(".".join(digits.groups()), set()).add(rule)
    broken = {what.split(": ")[1].split()[0] for what in kept["broken"]}
    open_ = set(kept["judged"].get("incomplete", []))
    rows = ["| 達成基準 / Criterion | 等級 / Level | 適用 / Applies | 結果 / Result | 試験 / Tested by |", "|---|---|---|---|---|"]
    for number, level in CRITERIA.items():
        tried = sorted(rules.get(number, set()))
        if number in ABSENT:
            applies, result = "―", "該当なし / no such content"
        else:
            applies = "○"
            result = (
                f"不適合 / broken: {', '.join(sorted(broken & set(tried)))}" if broken & set(tried)
                else "違反なし(一部を自動判定) / none broken (part of it, automatic)" if tried or number in OURS
                else "未試験(人の目が要る) / not tested (asks for a person)"
            )  # fmt: skip
            if open_ & set(tried) and not broken & set(tried):
                result += "; 判定できない箇所あり / parts undecided"
        by = ", ".join(
            part for part in (f"axe: {len(tried)}" if tried and number not in ABSENT else "", OURS.get(number, "")) if part
        )
        rows.append(f"| {number} | {level} | {applies} | {result} | {by or '―'} |")
    views = ", ".join(f"{part} {count:,}" for part, count in kept["views"].items())
    head = f"見た画面 / views: {views}。空の Streamlit が破る規則 / what an empty Streamlit page breaks: {', '.join(kept['floor']) or 'なし / nothing'}。"
    return "\n".join([head, "", *rows])


def write(docs: Path, kept: dict[str, Any]) -> None:
    """Put the table between its marks."""
    text = docs.read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    docs.write_text(f"{before}{START}\n{table(kept)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write(DOCS, json.loads(KEPT.read_text(encoding="utf-8")))
