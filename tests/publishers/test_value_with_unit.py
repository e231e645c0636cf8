"""The unit of a value on a static page: its place, and what separates it."""

from __future__ import annotations

import pytest
from markupsafe import escape

from publishers.site.matrix import with_its_unit
from telling.matrix import Cell

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "written", "html"),
    [
        ("約5,695万", "約5,695万枚", '約5,695万<i data-unit="枚"></i>'),
        ("1", "1 facility", '1<i class="mx-apart" data-unit="facility"></i>'),
        ("60超", "60%超", '60<i data-unit="%"></i>超'),
        ("60 (preliminary)", "60 sheets (preliminary)", '60<i class="mx-apart" data-unit="sheets"></i> (preliminary)'),
        ("100.0", "99.97%", "99.97%"),
        ("<b>", "", "&lt;b&gt;"),
    ],
)
def test_the_unit_has_its_place_in_a_value_and_what_separates_it(text: str, written: str, html: str) -> None:
    """What cleans HTML in the browser, of the dashboard, trims what an attribute holds."""
    assert escape(with_its_unit(Cell(text, written=written))) == html
