"""How often a target was reached that was said to be so likely, and how often intervals held: back-tests of series never used to set the rule.

Series are made up with fixed seeds (rises that slow down, walks, noise about a line, seasons, counts since April), each cut at every
figure; at each cut the rule sees what came before alone, and a target is set so many steps ahead, at, below or above what is expected.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from math import exp, sin

from kpis.figures.forecast import forecast
from kpis.figures.needed import chance
from kpis.figures.records import Definition, Figure, Goal, value_of
from kpis.figures.targets import meets
from kpis.periods import month_code, month_end
from tests.bench.measured import Measured, sizes, tell

SERIES = sizes("BENCH_SERIES", "400")[0]
BANDS = 5
FEWEST = 200  # tries of a band, before it is held against its goal
OFF = 0.1  # what a band may be off: few errors are a coarse measure
STATED = 80.0


def made(number: int) -> tuple[Definition, list[Figure]]:
    """Return a made-up series of one of five shapes."""
    draw = random.Random(number)
    shape, noise, length = number % 5, draw.uniform(0.3, 4), draw.randint(24, 60)
    definition = Definition(f"made_{number}", "level", draw.choice(["higher", "lower"]), "例", "Case", "点", "points", decimals=1)
    value, slope, values = draw.uniform(20, 60), draw.uniform(-0.8, 1.2), []
    for n in range(length):
        if shape == 0:
            value = 90 - 60 * exp(-n / draw.uniform(18, 22)) + draw.gauss(0, noise)
        elif shape == 1:
            value += draw.gauss(slope, noise)
        elif shape == 2:
            value = 40 + slope * n + draw.gauss(0, noise)
        elif shape == 3:
            value = 50 + slope * n + 5 * sin(n / 6 * 3.14159) + draw.gauss(0, noise)
        else:  # since April, with a busy and a quiet half of the year
            value = (0 if n % 12 == 0 else value) + max(draw.gauss(10 + (5 if n % 12 < 6 else 0), noise * 2), 0)
        values.append(round(value, 1))
    months = [(2015 + (3 + n) // 12, (3 + n) % 12 + 1) for n in range(length)]
    figures = [
        Figure(month_code(month_end(*month)), v, is_year_to_date=shape == 4) for month, v in zip(months, values, strict=True)
    ]
    return definition, figures


def tries(definition: Definition, figures: list[Figure], draw: random.Random) -> Iterator[tuple[float, bool, bool]]:
    """Yield the chance said of a target, whether it was reached, and whether the figure lay within its interval."""
    for cut in range(15, len(figures)):
        known, day = figures[:cut], figures[cut - 1].period.end
        until = figures[min(cut + 5, len(figures) - 1)].period.end
        ahead = forecast(definition, known, until=until, as_of=day)
        if ahead is None:
            continue
        came = {f.period.end: value_of(definition, f) for f in figures[cut:]}
        at = draw.randrange(len(ahead.points))
        (due, expected), (_, low, high), steps = ahead.points[at], ahead.band[at], ahead.steps[at]
        actual = came.get(due)
        if actual is None:
            continue
        goal = Goal(month_code(due), expected + draw.uniform(-1, 1) * (high - low))
        said = chance(definition, goal, expected, ahead.errors, steps=steps)
        yield said, meets(definition, actual, goal), low - 1e-9 <= actual <= high + 1e-9


def main() -> None:
    """Print band by band what was said and what came."""
    bands: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    held: list[bool] = []
    draw = random.Random(20261127)
    for number in range(SERIES):
        for said, is_met, is_within in tries(*made(number), draw):
            bands[min(int(said * BANDS), BANDS - 1)].append((said, is_met))
            held.append(is_within)
    every = [pair for band in bands.values() for pair in band]
    brier = sum((said - is_met) ** 2 for said, is_met in every) / len(every)
    share = sum(is_met for _, is_met in every) / len(every)
    for band in sorted(bands):
        pairs = bands[band]
        said, came = sum(s for s, _ in pairs) / len(pairs), sum(m for _, m in pairs) / len(pairs)
        print(f"   said {said:.2f}, reached {came:.2f} of {len(pairs)}")
        if len(pairs) >= FEWEST:
            tell(
                [
                    Measured(
                        f"chance of a target, said {said:.2f}: off by",
                        abs(said - came),
                        OFF,
                        said=f"reached {came:.2f} of {len(pairs)}",
                    )
                ]
            )
    coverage = 100 * sum(held) / len(held)
    tell(
        [
            Measured("forecast: intervals that missed, %", 100 - coverage, 100 - STATED, said=f"held {coverage:.1f}% of {len(held)}"),
            Measured("chance of a target: Brier score", brier, share * (1 - share), said=f"saying {share:.2f} each time: {share * (1 - share):.3f}"),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
