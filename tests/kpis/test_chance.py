"""The chance of a target against series that were never used to set the rule: a small share of what ``make bench`` prints."""

from __future__ import annotations

import random

import pytest

from tests.bench.chance import made, tries


@pytest.mark.edition
def test_what_was_said_to_be_likely_came_about_as_often() -> None:
    draw = random.Random(7)
    every = [each for number in range(40) for each in tries(*made(number), draw)]
    assert len(every) > 400
    for low, high in ((0.0, 0.35), (0.35, 0.65), (0.65, 1.0)):
        band = [(said, came) for said, came, _ in every if low <= said < high]
        said, came = (sum(pair[n] for pair in band) / len(band) for n in (0, 1))
        assert abs(said - came) < 0.12, (low, said, came, len(band))
    assert sum(held for _, _, held in every) / len(every) >= 0.8
