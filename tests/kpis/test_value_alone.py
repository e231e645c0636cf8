"""How a value is written where it stands alone, in a cell of its column."""

from __future__ import annotations

from kpis.figures.records import Definition, Figure
from kpis.figures.scorecard import number_text


def test_a_value_that_stands_alone_is_marked_and_no_more_exact_than_its_indicator() -> None:
    """In a column of 99.0 and 98.6 stood 98.875, a rate of two counts, and no 約 where it was about."""
    rate = Definition("x", "ratio", "higher", "x", "x", "%", "%", decimals=1)
    counts = Figure("2023-06", None, numerator=791.0, denominator=800.0)
    published = Figure("2023-06", 98.875, is_approximate=True)
    for bare, unit in ((rate, "%"), (rate.without_unit(), "")):
        assert number_text(bare, counts, 98.875, "ja") == f"98.9{unit}"
        assert number_text(bare, published, 98.875, "ja") == f"約98.875{unit}"
        assert number_text(bare, counts, 98.875, "ja", apart_from=[98.9]) == f"98.88{unit}", "never onto its target"
