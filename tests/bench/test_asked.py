"""What the benches ask: every page that the menu knows, no kind of element left out unsaid, no error that makes a crowd look quicker."""

from __future__ import annotations

import asyncio
import time

import pytest

from kpis.government import government
from kpis.registers import TOLD_BY_RECORD
from pages.parts import menu
from tests.bench import behind_nginx
from tests.bench.page_time import OF_OFFICE, PAGES, known, named
from tests.oidc import free_port

pytestmark = pytest.mark.unit


def test_every_page_of_the_menu_is_measured_under_a_name_of_its_own() -> None:
    asked = {page for page, _ in PAGES}
    names = {name for names in (*menu.SECTIONS.values(), menu.OFFICE) for name in names}
    assert asked == names - {"overview", "themes"} | {"", government().page.address}
    assert set(menu.LISTS) | set(TOLD_BY_RECORD) | {"meeting", "questions", "notices", "voices"} <= asked
    assert len({named(page, query) for page, query in PAGES}) == len(PAGES)
    assert set(OF_OFFICE) == set(menu.OFFICE) - {"report"}, "the report is for everybody"


def test_a_kind_of_element_that_the_floors_do_not_know_is_named_with_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert known("submit", ["menu", "markdown", "hologram"]) == {"markdown"}
    said = capsys.readouterr().out
    assert "submit" in said and "hologram" in said and "MISSED" in said
    assert known("submit", ["menu", "markdown"]) == {"markdown"} and not capsys.readouterr().out


def test_a_viewer_who_got_an_error_waited_longest_of_all() -> None:
    found: behind_nginx.Times = ([], [])
    now = time.perf_counter()
    asyncio.run(behind_nginx._viewer(free_port(), 0.0, now, now + 1, found))
    assert found[0] == [behind_nginx.LONGEST_RUN] and len(found[1]) == 1
