"""What an attack has to hold, and which of it one did not: issue 15's goals, each asserted by ``test_sample``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.attack.watch import Cost

FEWEST_FILES, OWN_FILES = 10_000, 5_000
MOST_SECONDS, MOST_BYTES, MOST_RATIO = 10.0, 512_000_000, 1.5


def own_files(by_atheris: int) -> int:
    """Return how many files to make without atheris: all of them where it made none."""
    return max(OWN_FILES, FEWEST_FILES - by_atheris)


def missed(*, files: int, fewest: int, costs: Mapping[str, Cost], ratios: Mapping[str, float], crashes: Sequence[str]) -> list[str]:
    """Return the goals that were missed, in words; empty where all were held.

    A child is judged by the time that the processor gave it, since by the clock a busy machine would fail sound ones; the clock has a
    limit of its own in the product (``apart.USUAL``), which ends a child that waits.

    Args:
        files: how many were read; texts that are no files are not among them.
        fewest: how many were asked for.
        costs: part of the attack → the most that a child took.
        ratios: page → its time while hostile files are read, to before.
        crashes: what ended otherwise than in rows or named problems.
    """
    said = []
    if files < fewest:
        said.append(f"{files:,} files, of {fewest:,}")
    for part, cost in costs.items():
        if cost.processor_seconds > MOST_SECONDS:
            said.append(f"{part}: a child took {cost.processor_seconds:.1f} s of the processor, goal {MOST_SECONDS:.0f}")
        if cost.peak_bytes > MOST_BYTES:
            said.append(f"{part}: a child took {cost.peak_bytes / 1e6:.0f} MB, goal {MOST_BYTES / 1e6:.0f}")
    said += [
        f"page {page or 'overview'}: {ratio:.2f} times, goal {MOST_RATIO}" for page, ratio in ratios.items() if ratio > MOST_RATIO
    ]
    if crashes:
        said.append(f"{len(crashes)} crashes, goal 0")
    return said
