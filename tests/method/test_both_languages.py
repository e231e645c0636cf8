"""The method page says the same in both languages: every case of rule 11 names the same statuses as often, and refers to the same rules."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

WORDS = {
    "順調": "on_track", "やや遅れ": "slightly_behind", "遅れ": "behind", "後退": "moving_away", "達成後に後退": "reached_then_lost",
    "未達": "missed", "達成": "reached", "期限経過・結果未公表": "unreported", "データなし": "no_data", "定性": "qualitative",
    "判定対象外": "not_applicable", "期限前": "not_due",
}  # fmt: skip
METHOD = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
JAPANESE, ENGLISH = METHOD.split("## 日本語")[1].split("## English")


def cases(text: str) -> dict[str, Counter[str]]:
    """Return what each case of rule 11 can come to."""
    rule = re.split(r"(?m)^1[12]\. ", text)[1]
    told = re.findall(r"(?ms)^ {4}(\d+)\. (.*?)(?=^ {4}\d+\. |^\n|\Z)", rule)
    named = {number: re.findall(r"「([^」]+)」|`([a-z_]+)`", said) for number, said in told}
    statuses = set(WORDS.values())
    return {n: Counter(s for ja, en in each if (s := WORDS.get(ja, en)) in statuses) for n, each in named.items()}


def test_every_case_of_rule_11_comes_to_the_same_in_both_languages() -> None:
    assert len(cases(JAPANESE)) == 14
    assert cases(JAPANESE) == cases(ENGLISH)


def test_cases_of_rule_11_are_referred_to_by_the_same_numbers() -> None:
    assert re.findall(r"11 の (\d+)", JAPANESE) == re.findall(r"11\.(\d+)", ENGLISH) != []
