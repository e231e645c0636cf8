"""requirements.txt and requirements-dev.txt follow pyproject.toml: every package that is needed, exactly, with its checksums."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kpis.settings import ROOT

DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = DECLARED["project"]
RUN = PROJECT["dependencies"]
FILES = {
    "requirements.txt": RUN,
    "requirements-dev.txt": [*RUN, *(r for group in PROJECT["optional-dependencies"].values() for r in group)],
    "deploy/requirements-build.txt": DECLARED["build-system"]["requires"],
}


def pinned(text: str) -> dict[str, tuple[str, bool]]:
    """Return name → version and whether it is for some machines only; each must have a checksum.

    Raises:
        ValueError: a line names no exact version or has no checksum.
    """
    found = {}
    for block in re.split(r"\n(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.M).strip()):
        line = re.fullmatch(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)( ; .+?)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+", block)
        if line is None:
            raise ValueError(block)
        found[canonicalize_name(line[1])] = line[2], line[3] is not None
    return found


def needed(required: Iterable[str]) -> set[str]:
    """Return the names of all packages that requirements lead to on this machine, read from what is installed."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in required]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if (name, frozenset(one.extras)) in seen:
            continue
        seen.add((name, frozenset(one.extras)))
        found.add(name)
        for text in distribution(name).requires or []:
            further = Requirement(text)
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
                waiting.append(further)
    return found


def drift(required: Iterable[str], there: Mapping[str, tuple[str, bool]], reached: Iterable[str]) -> list[str]:
    """Return what a file of requirements lacks, has too much, or has in a version that pyproject.toml excludes."""
    wrong = [f"{name} is missing" for name in sorted(set(reached) - there.keys())]
    wrong += [f"{name}: nothing needs it" for name, (_, for_some) in there.items() if name not in reached and not for_some]
    for one in map(Requirement, required):
        version = there.get(canonicalize_name(one.name), ("", False))[0]
        if version and version not in one.specifier:
            wrong.append(f"{one.name}=={version} is not {one.specifier}")
    return wrong


@pytest.mark.parametrize("name", FILES)
def test_requirements_hold_what_pyproject_leads_to(name: str) -> None:
    """If this fails, make the files anew: CONTRIBUTING.md, "What it runs on"."""
    assert drift(FILES[name], pinned((ROOT / name).read_text(encoding="utf-8")), needed(FILES[name])) == []


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    run, dev, build = (pinned((ROOT / name).read_text(encoding="utf-8")) for name in FILES)
    assert run.items() <= dev.items() and build.items() <= dev.items()


def test_a_drift_is_found() -> None:
    there = {"plotly": ("7.1.0", False), "old": ("1.0", False), "colorama": ("0.4.6", True)}
    assert drift(["plotly~=7.2.0", "rich"], there, {"plotly", "rich"}) == [
        "rich is missing", "old: nothing needs it", "plotly==7.1.0 is not ~=7.2.0",
    ]  # fmt: skip
    for faulty in ("rich>=15", "rich==15.0.0"):
        with pytest.raises(ValueError, match="rich"):
            pinned(faulty)
