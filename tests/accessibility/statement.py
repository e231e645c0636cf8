"""Write what ``make axe`` kept into docs/accessibility_results.md: what was looked at and when, and the table of success criteria.

JIS X 8341-3:2016 is WCAG 2.0 word for word: 38 criteria of levels A and AA. axe judges a part of some of them and none of others; which it is,
is read off the tags of its rules. A criterion says met of nothing: what a program cannot judge is told as not tested.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from kpis.settings import ROOT
from tests.accessibility.kept import Kept
from tests.browser.axe import FRAMEWORK
from tests.shots.listed import LANGUAGES, SCHEMES, SETS, WIDTHS

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
LISTENED = "tests/accessibility/walks.py"
OURS = {
    "1.1.1": LISTENED, "1.3.1": LISTENED, "1.3.2": LISTENED, "1.4.1": "tests/charts/test_colour_blind.py", "1.4.4": "tests/browser/test_pages.py",
    "2.1.1": "tests/browser/test_keyboard.py, test_reporting_local.py", "2.4.1": "tests/browser/test_keyboard.py", "2.4.2": "tests/publishers/test_site.py",
    "2.4.3": "tests/browser/test_keyboard.py", "2.4.4": LISTENED, "2.4.6": LISTENED, "2.4.7": "tests/browser/keyboard.py",
    "3.1.1": "tests/browser/test_pages.py", "3.1.2": LISTENED, "3.3.1": LISTENED, "4.1.2": LISTENED,
}  # fmt: skip


def head(kept: Kept) -> list[str]:
    """Return what was looked at: pages and views of each set of those that there are, days, commits, what is broken beyond the floor."""
    lines = list(kept.lines.values())
    days, commits = sorted({line.on for line in lines}), Counter(line.commit for line in lines)
    rows = ["| 画面の組 / Set | ページ / Pages | 画面 / Views | 全数 / Of | 違反 / Broken |", "|---|---|---|---|---|"]
    for part, pages in SETS.items():
        own = [line for line in lines if line.view.part == part]
        whole = len(pages) * len(LANGUAGES) * len(WIDTHS) * len(SCHEMES)
        rows.append(
            f"| {part} | {len({line.view.page for line in own})} / {len(pages)} | {len(own):,} | {whole:,} | {sum(bool(line.broken) for line in own)} |"
        )
    broken = Counter(f"{line.view.part}: {rule}" for line in lines for rule in line.broken)
    known = "; ".join(f"{rule}, {why}" for rule, _, why in FRAMEWORK)
    what = (
        f"試験した日 / Days: {days[0]}–{days[-1]}。コミット / commits: {', '.join(f'{name} ({count})' for name, count in commits.most_common())}。"
        f"ページ / pages: {len({(line.view.part, line.view.page) for line in lines})}、画面 / views: {len(lines):,}"
        f"(言語・幅・明暗の組 / language, width and scheme)。"
    )
    floor = (
        f"空の Streamlit が破る規則 / broken by an empty Streamlit page: なし / none。部品の既知のもの / known of its widgets: {known}。"
        f"それを超える違反 / beyond that: {', '.join(f'{rule} ({count})' for rule, count in broken.items()) or 'なし / none'}。"
    )
    return [what, "", *rows, "", floor]


def table(kept: Kept) -> list[str]:
    """Return the table in Markdown: criterion, level, whether it applies, result, tried by machine, by hand."""
    tried: set[str] = {rule for line in kept.lines.values() for rule in (*line.passed, *line.broken, *line.undecided)}
    open_ = {rule for line in kept.lines.values() for rule in line.undecided}
    broken = {rule for line in kept.lines.values() for rule in line.broken}
    rules: dict[str, set[str]] = {}
    for rule, tags in kept.criteria.items():
        for tag in tags:
            if (digits := re.fullmatch(r"wcag(\d)(\d)(\d+)", tag)) and rule in tried:
                rules.setdefault(".".join(digits.groups()), set()).add(rule)
    rows = [
        "| 達成基準 / Criterion | 等級 / Level | 適用 / Applies | 結果 / Result | 機械 / By machine | 人手 / By hand |",
        "|---|---|---|---|---|---|",
    ]
    for number, level in CRITERIA.items():
        own = rules.get(number, set())
        if number in ABSENT:
            rows.append(f"| {number} | {level} | ― | 該当なし / no such content | ― | ― |")
            continue
        result = (
            f"不適合 / broken: {', '.join(sorted(broken & own))}" if broken & own
            else "違反なし(一部を自動判定) / none broken (part of it, automatic)" if own or number in OURS
            else "未試験(人の目が要る) / not tested (asks for a person)"
        )  # fmt: skip
        if open_ & own and not broken & own:
            result += "; 判定できない箇所あり / parts undecided"
        by = ", ".join(part for part in (f"axe: {len(own)}" if own else "", OURS.get(number, "")) if part)
        rows.append(f"| {number} | {level} | ○ | {result} | {by or '―'} | していない / no |")
    return rows


def write(docs: Path, kept: Kept) -> None:
    """Put what was looked at and the table between their marks."""
    text = docs.read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    docs.write_text("\n".join([before + START, *head(kept), "", *table(kept), END + after]), encoding="utf-8")


if __name__ == "__main__":
    write(DOCS, Kept())
