"""What is said of projects and the versions of the strategy, once for the dashboard and for the static edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kpis.projects import ProjectReport, in_order
from kpis.text import known_day
from publishers.words import Words

Row = Mapping[str, Any]


def project_name(row: Row, words: Words) -> str:
    """Return the name of a project; where its title was not seen, with the mark that says so."""
    name = words.named(row)
    if row["is_name_official"]:
        return name
    mark = words("name_not_official")
    return f"{name} ({mark})" if words.language == "en" else f"{name}({mark})"


def goal_heading(report: ProjectReport, words: Words) -> str:
    """Say whose goal it is: of which version of the strategy, and to which year that looks."""
    version = report.version
    if version is None:
        return words("project_goal")
    name, year = words.named(version), version["horizon_year"]
    return words("project_goal_by", version=name, year=year) if year else words("project_goal_of", version=name)


def goal_source(row: Row) -> str:
    """Return the code of the source of a project's goal: its own, else that of the project."""
    return str(row["goal_source_code"] or row["source_code"])


def times(member: Row, ended_on: date | None, words: Words) -> str:
    """Say from when to when a bureau led or took part, as far as it is known; blank where nothing is.

    Args:
        member: of the table ``project_bureau``.
        ended_on: the last day of the bureau itself, if it has ended.
        words: of the reader's language.
    """
    first = known_day(member["valid_from"], member["valid_from_precision"], words.language)
    last = known_day(member["valid_to"], member["valid_to_precision"], words.language) or known_day(ended_on, "day", words.language)
    said = [words("seen_from", day=first)] if first else []
    said += [words("ended_on", day=last)] if last else []
    return words("comma").join(said)


def adopted(version: Row, words: Words) -> str:
    """Write when a version of the strategy was adopted, as exactly as it is known."""
    return known_day(version["adopted_on"], version["adopted_precision"], words.language) or words("unknown_day")


def version_line(version: Row, words: Words) -> str:
    """Say in a line what a version of the strategy wants, its key words and years; as much as is known."""
    said = [words.named(version, "concept")]
    if version["horizon_year"]:
        said.append(words("version_horizon", year=version["horizon_year"]))
    if version["first_year"]:
        said.append(words("version_years", first=version["first_year"], last=version["last_year"]))
    if keywords := words.named(version, "keywords"):
        said.append(words("version_keywords", keywords=keywords))
    head = words("version_head", name=words.named(version), day=adopted(version, words))
    return f"{head} {' '.join(filter(None, said))}".strip()


def unidentified(reports: Sequence[ProjectReport], versions: Sequence[Row], stated: float | None, words: Words) -> str:
    """Say how many leading projects are listed, and how many of those the first version counts are not identified.

    Args:
        reports: of the leading projects.
        versions: of the strategy.
        stated: how many the strategy says there are, if it does.
        words: of the reader's language.
    """
    if stated is None or not versions:
        return words("leading_note_plain", known=len(reports))
    oldest = in_order(versions)[0]
    in_first = sum(r.first_version == oldest["version_code"] for r in reports)
    return words(
        "leading_note", stated=f"{stated:,.0f}", known=len(reports), first=in_first, missing=max(int(stated) - in_first, 0),
        version=words.named(oldest), day=adopted(oldest, words),
    )  # fmt: skip
