"""The page of a quarter's report: what is in the material, and what is done with it next."""

from __future__ import annotations

import pytest

from telling.words import Words
from tests.pages.conftest import Site


@pytest.mark.edition
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_report_leads_on_and_says_what_changed(site: Site, language: str) -> None:
    words, shown = Words(language), site.read("report", f"lang={language}&period=FY2022-Q3")
    said = {text for box in shown.boxes.values() for text in box}
    assert {words(f"report_next_{step}") for step in ("review", "meeting", "publish")} <= said
    changed = shown.table(*(words(head) for head in ("since_indicator", "since_before", "since_after", "since_reason")))
    assert changed, "the changes of the quarter stand on the page"
    for head, rows in shown.tables:
        for at, name in enumerate(head):
            assert len(rows) < 2 or any(str(row[at]).strip("—― ") for row in rows), f"nothing is said of {name}"
