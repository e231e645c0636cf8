"""Texts of projects and of the versions of the strategy, shared by the dashboard and the static edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce

from charts.shapes import Timeline
from kpis.errors import PeriodUnreadable
from kpis.figures.projects import MILESTONE_STATES, GivenDay, Milestone, ProjectReport, in_order
from kpis.figures.scorecard import Scored
from kpis.government import government
from kpis.government_files import ProjectKindFields
from kpis.grouped import grouped
from kpis.periods import parse_period
from kpis.store import tables
from kpis.text import format_date, known_day, text_of
from telling.blocks import Block, Cell, Flat, Number, Telling
from telling.words import Words


def project_name(row: tables.Project, words: Words) -> str:
    """Return the name of a project, marked if its title could not be verified."""
    name = words.named(row)
    if row.is_name_official:
        return name
    return name + words("in_brackets", text=words("name_not_official"))


def names_by_version(report: ProjectReport, words: Words) -> str:
    """Return the differing names of a project in versions of the strategy; blank if there are none."""
    versions_of = grouped((words.named(called.row), called.version_name(words.language)) for called in report.names)
    versions_of.pop(words.named(report.row), None)
    return words("list_comma").join(
        words("called_in", versions=words("comma").join(v), name=name) for name, v in versions_of.items()
    )


def called(report: ProjectReport, words: Words) -> str:
    """Return the name of a project in a list: with a sign if its title could not be verified, and its names in later versions."""
    name, others = words.named(report.row), names_by_version(report, words)
    if not report.row.is_name_official:
        name += words("name_not_official_sign")
    return name + words("in_brackets", text=others) if others else name


def names_note(reports: Iterable[ProjectReport], words: Words) -> str:
    """Return the remark on the sign behind names in a list, said once for all; blank if no name bears it."""
    return "" if all(r.row.is_name_official for r in reports) else words("name_not_official_note")


def kind_name(kind: ProjectKindFields | None, count: int | None, words: Words) -> str:
    """Return the name of a kind of project within a sentence, for a count (``None``: in general); without a kind, any project."""
    if kind is None:
        return words("any_project" if count == 1 else "any_projects")
    plural = "" if count == 1 else getattr(kind, f"plural_{words.language}", "")
    return plural or words.named(kind)


def listed_as(*shown_as: str) -> list[ProjectKindFields]:
    """Return the kinds of projects listed in a given way, in order."""
    return [kind for kind in government().project_kinds.values() if kind.shown_as in shown_as]


def no_bureau(report: ProjectReport, words: Words) -> str:
    """Return the remark that no bureau is named, in the wording of the project's kind."""
    kind = government().project_kind(report.row.kind)
    return words("bureau_unknown_whole", kind=kind_name(kind, None, words)) if kind.is_whole_government else words("bureau_unknown")


def without_bureau(named: Sequence[tuple[ProjectReport, str]], words: Words) -> list[str]:
    """Return the remarks above a list that projects of it name no bureau, each once; with how many where others name one.

    Args:
        named: each project of the list with the names of its bureaus.
    """
    counts = Counter(no_bureau(report, words) for report, names in named if not names)
    if sum(counts.values()) == len(named):
        return list(counts)
    return [words("bureau_unknown_of", remark=remark, count=count, all=len(named)) for remark, count in counts.items()]


def core_heading(
    kind: ProjectKindFields | None, versions: Sequence[tables.StrategyVersion], count: int, words: Words, *, is_all: bool
) -> str:
    """Return the number of projects of a kind, and the versions of the strategy that list them.

    Args:
        kind: of the projects; ``None``: of any kind.
        versions: of the list; empty where the strategy has no versions.
        count: of the projects on the list.
        is_all: the list is known to be complete; else it holds those that could be identified.
    """
    facts = {"count": count, "kind": kind_name(kind, count, words)}
    if not versions:
        return words("core_heading", **facts)
    key = "core_of_versions" if is_all else "core_seen_of_versions"
    return words(key, versions=words("comma").join(words.named(v) for v in versions), **facts)


def core_with_goals(reports: Iterable[ProjectReport]) -> list[ProjectReport]:
    """Return the projects shown as cards with a stated goal: those listed on the overview."""
    kinds = {kind.kind_code for kind in listed_as("cards")}
    return [r for r in reports if r.row.kind in kinds and text_of(r.row, "goal", "ja")]


def overview_heading(reports: Sequence[ProjectReport], versions: Iterable[tables.StrategyVersion], words: Words) -> str:
    """Return the heading of projects on the overview: their number, and the versions of the strategy."""
    kind = next(iter(listed_as("cards")), None)
    codes = {name.version_code for report in reports for name in report.names}
    return core_heading(kind, [v for v in in_order(versions) if v.version_code in codes], len(reports), words, is_all=True)


def milestone_groups(milestones: Iterable[Milestone], words: Words) -> str:
    """Return the number of milestones in each state that occurs, so that none is omitted."""
    ordered = list(milestones)
    counts = {state: sum(m.state == state for m in ordered) for state in MILESTONE_STATES}
    return words("comma").join(words(f"group_{state}", count=n) for state, n in counts.items() if n)


def slip_text(milestone: Milestone, words: Words) -> str:
    """Format the slip in days: exact, approximate, or within the planned period; blank if unknown."""
    if milestone.slip_days is None:
        return ""
    if milestone.is_slip_exact:
        return words.number(milestone.slip_days, "+,") if milestone.slip_days else "0"
    return words("slip_about", days=words.number(milestone.slip_days, "+,")) if milestone.slip_days else words("within_period")


def milestones(
    telling: Telling,
    milestones: Sequence[Milestone],
    *,
    project_names: Mapping[str, str] | None = None,
    without: Container[str] = (),
) -> Block:
    """Return milestones: planned, re-planned and actual dates, slip, state, stage and quarter of report; one row per milestone.

    Args:
        milestones: in row order.
        project_names: by code; the code itself if left out.
        without: headings of columns to omit.
    """
    w = telling.words

    def days(given: Iterable[GivenDay | None]) -> str:
        return " → ".join(g.label(w.language) for g in given if g) or "―"

    cells: list[dict[str, Cell]] = [
        {
            "project_code" if project_names is None else "project": project_names[m.project_code] if project_names else m.project_code,
            "milestones": w.named(m), "planned_day": days(m.planned), "replanned_day": days(m.replanned), "actual_day": days([m.actual]),
            "slip_days": Number(m.slip_days, slip_text(m, w) or "―"), "milestone_state": w("state_" + m.state),
            "milestone_stage": stage_word(m.stage_ja, w), "reported_in": quarter_label(m.reported_period, w),
            "source": telling.source(m.source_code), "report_is_sample": m.is_sample,
        }
        for m in milestones
    ]  # fmt: skip
    heads = [head for head in (cells[0] if cells else ()) if head not in without]
    rows = tuple(tuple(row[head] for head in heads) for row in cells)
    flat = tuple(row for m in milestones for row in _days_flat(m))
    return Block(key="milestones", sentence=milestones_line(milestones, w), columns=tuple(map(w, heads)), rows=rows, flat=flat)


def timeline(
    telling: Telling, shown_milestones: Sequence[Milestone], *, chart: str, project_names: Mapping[str, str] | None = None,
    without: Container[str] = ()
) -> Block:  # fmt: skip
    """Return milestones on a timeline, the earliest end on top.

    Args:
        chart: ``projects`` or ``bureaus`` and the code, as name of the download.
        project_names: as in ``milestones``.
        without: as in ``milestones``.
    """
    w, (sort, _, code) = telling.words, chart.partition("/")
    ordered = sorted(shown_milestones, key=lambda m: (m.last_day or date.max, m.code))
    block = milestones(telling, ordered, project_names=project_names, without=without)
    if not ordered:
        return replace(block, sentence="", why_empty=w("timeline_none"))
    slips = [m.slip_days for m in ordered if m.state == "done" and m.slip_days is not None]
    slipped = sum(days > 0 for days in slips)
    late = w("milestones_slipped", count=slipped) if slipped else w("milestones_none_slipped") if slips else ""
    rows = tuple((w.named(m) + w("in_brackets", text=w(f"state_{m.state}")), tuple(_given(m, w))) for m in ordered)
    shown_rows = tuple(row for row in rows if row[1])
    name = telling.bureau(code) if sort == "bureaus" else w.named(telling.moment.by_code(tables.Project)[code])
    return replace(
        block, sentence=w.together(filter(None, (block.sentence, late))), why_empty=w("timeline_none"),
        shape=Timeline(shown_rows, telling.as_of, w("today_mark", day=format_date(telling.as_of, w.language))) if shown_rows else None,
        notes=(w("timeline_legend"),),
        chart=f"milestones/{chart}", called=w("taken_called", of=name, what=w("milestones")),
        sources=telling.sources(m.source_code for m in shown_milestones),
    )  # fmt: skip


def _given(m: Milestone, words: Words) -> Iterator[tuple[str, date, str]]:
    """Yield every date given for a milestone, with kind and description."""
    if m.planned_start is not None:
        yield "start", m.planned_start, f"{words('start_day')} {format_date(m.planned_start, words.language)}"
    for kind, given in (("planned", m.planned), ("replanned", m.replanned), ("actual", (m.actual,) if m.actual else ())):
        for day in given:
            yield kind, day.day, f"{words.named(m)}: {words(kind + '_day')} {day.label(words.language)}"


def _days_flat(m: Milestone) -> Iterator[Flat]:
    """Yield one row per date given for a milestone, or one row without a date."""
    given: list[tuple[str, GivenDay | None]] = [*(("planned", g) for g in m.planned), *(("replanned", g) for g in m.replanned)]
    given += [("actual", m.actual)] if m.actual else []
    for kind, day in given or [("", None)]:
        yield {
            "milestone_code": m.code, "project_code": m.project_code, "name_ja": m.name_ja, "name_en": m.name_en, "date_kind": kind,
            "day": day.day if day else None, "precision": day.precision if day else "unknown", "state": m.state,
            "slip_days": m.slip_days, "is_slip_exact": m.is_slip_exact, "reported_period": m.reported_period,
            "source_code": m.source_code, "is_sample": m.is_sample,
        }  # fmt: skip


def quarter_label(code: str, words: Words) -> str:
    """Return the display name of a period code; any other text stays unchanged."""
    try:
        return parse_period(code).label(words.language)
    except PeriodUnreadable:
        return code


def stage_word(stage: str, words: Words) -> str:
    """Return the word of the published page; without a translation the word itself."""
    return words(f"stage {stage}") if words.has(f"stage {stage}") else stage


def milestones_line(milestones: Sequence[Milestone], words: Words) -> str:
    """Return the number of milestones, and their states."""
    if not milestones:
        return words("milestones_none")
    return words("milestones_line", total=len(milestones), groups=milestone_groups(milestones, words))


def goal_heading(report: ProjectReport, words: Words) -> str:
    """Return the heading of a goal: version of the strategy, and target year."""
    version = report.version
    if version is None:
        return words("project_goal")
    name, year = words.named(version), version.horizon_year
    return words("project_goal_by", version=name, year=year) if year else words("project_goal_of", version=name)


def goal_source(row: tables.Project) -> str:
    """Return the source code of a project's goal: its own, else that of the project."""
    return row.goal_source_code or row.source_code


def times(member: tables.ProjectBureau, ended_on: date | None, words: Words) -> str:
    """Return from when to when a bureau led or took part, as far as known; blank if unknown.

    Args:
        member: of the table ``project_bureau``.
        ended_on: the last day of the bureau itself, if it has ended.
    """
    first = known_day(member.valid_from, member.valid_from_precision, words.language)
    last = known_day(member.valid_to, member.valid_to_precision, words.language) or known_day(ended_on, "day", words.language)
    periods = [words("seen_from", day=first)] if first else []
    periods += [words("ended_on", day=last)] if last else []
    return words("comma").join(periods)


def bureaus_line(report: ProjectReport, names: Mapping[str, str], words: Words) -> str:
    """Return the bureaus of a project, leading ones and then participants; blank where none is named.

    Those of one time stand side by side; whoever came before them follows in brackets.
    """
    leads, members = (_in_turn([b for b in report.bureaus if b.role == role], names, words) for role in ("lead", "member"))
    return " ・ ".join(filter(None, (leads, words("with_members", names=members) if members else "")))


def _in_turn(members: Sequence[tables.ProjectBureau], names: Mapping[str, str], words: Words) -> str:
    turns: dict[int, dict[str, None]] = {}
    for member in members:
        turns.setdefault(_turns_after(member, members), {})[names[member.bureau_code]] = None
    now, *before = (words("list_comma").join(turns[turn]) for turn in sorted(turns)) if turns else ("",)
    if not before:
        return now
    earlier = reduce(lambda nearer, further: words("turn_before_that", before=nearer, earlier=further), before)
    return words("turn_before", now=now, before=earlier)


def _turns_after(member: tables.ProjectBureau, members: Sequence[tables.ProjectBureau]) -> int:
    """Return how many others came one after the other after one: each began later, and was there longer."""
    followers = [
        other for other in members
        if member.valid_to is not None and other.valid_from is not None
        and (member.valid_from is None or member.valid_from < other.valid_from) and (other.valid_to is None or member.valid_to < other.valid_to)
    ]  # fmt: skip
    return max((1 + _turns_after(follower, members) for follower in followers), default=0)


def adopted(version: tables.StrategyVersion, words: Words) -> str:
    """Format the adoption date of a version of the strategy, with its known precision."""
    return known_day(version.adopted_on, version.adopted_precision, words.language) or words("unknown_day")


def version_line(version: tables.StrategyVersion, words: Words) -> str:
    """Return the aim, key words and years of a version of the strategy in one line, as far as known."""
    sentences = [words.named(version, "concept")]
    if version.horizon_year:
        sentences.append(words("version_horizon", year=version.horizon_year))
    if version.first_year:
        sentences.append(words("version_years", first=version.first_year, last=version.last_year))
    if keywords := words.named(version, "keywords"):
        sentences.append(words("version_keywords", keywords=keywords))
    head = words("version_head", name=words.named(version), day=adopted(version, words))
    return f"{head} {' '.join(filter(None, sentences)) or words('version_unsummed')}"


def unidentified(
    kind: ProjectKindFields,
    reports: Sequence[ProjectReport],
    scored: Iterable[Scored],
    versions: Sequence[tables.StrategyVersion],
    words: Words,
) -> str:
    """Return how many projects of a kind are listed, and how many of the first version's count are not identified.

    Args:
        kind: names the indicator that counts them.
    """
    figure = next((s.judgement.figure for s in scored if s.entry.definition.code == kind.counted_by), None)
    stated = figure.value if figure is not None else None
    if stated is None or not versions:
        return words("leading_note_plain", known=len(reports))
    oldest = in_order(versions)[0]
    in_first = sum(r.first_version == oldest.version_code for r in reports)
    return words(
        "leading_note", stated=words.number(stated, ",.0f"), known=len(reports), first=in_first, missing=max(int(stated) - in_first, 0),
        version=words.named(oldest), day=adopted(oldest, words), kind=kind_name(kind, None, words),
    )  # fmt: skip
