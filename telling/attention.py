"""What needs attention: status, since when, owner, cause, action and due date; for pages, static edition and machines.

Nothing is guessed: where cause, action or due date is missing, the row says so, since a missing answer is itself a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from charts.shapes import Strip
from kpis.figures.attention import OFF, OffTrack, Since, Stood, in_order
from kpis.figures.bureaus import leads_of
from kpis.figures.commented import due_of, is_late
from kpis.figures.records import JUDGED, STATUSES, Judgement
from kpis.figures.scorecard import Scored, shown_figure
from kpis.figures.sentences import about, goal_text, numbers_of, planned_text, standing_word, target_text
from kpis.government import government
from kpis.grouped import grouped
from kpis.kinds import KINDS
from kpis.periods import parse_period
from kpis.text import Apart, format_date, named, status_word
from telling import assessed
from telling.blocks import Block, Flat, Number, Telling
from telling.projects import slip_text
from telling.quarters import figures_then
from telling.words import Words

SHOWN_FIRST = 5  # rows; the rest are folded under one line
FILE = "attention"
UNSAID = "—"  # in a row, of an answer that was not given; how many were not is said once above the rows


@dataclass(frozen=True, slots=True)
class Answer:
    """The explanation of something off track: cause, next action, owner and due date; blank or ``None`` where not given."""

    cause: str = ""
    action: str = ""
    owner: str = ""  # a section or a role, never a person's name
    due: date | None = None
    is_late: bool = False  # the action's due date has passed
    office: str = ""  # the reform office's own assessment

    def on(self, day: date) -> Answer:
        """Return the same answer as of another day: the action is late if its due date has passed by then."""
        return replace(self, is_late=self.due is not None and self.due < day)

    def due_said(self, words: Words) -> str:
        """Return the due date, with a mark if it has passed; blank if there is none."""
        if self.due is None:
            return ""
        day = format_date(self.due, words.language)
        return day + words("in_brackets", text=words("action_late")) if self.is_late else day


def answer_for(telling: Telling, subject_code: str, bureau_code: str) -> Answer:
    """Return the cause, next open action and office assessment of an indicator or project; an empty answer where there is none.

    The responsible bureau's commentary comes first. If all bureaus are responsible, or it has none, the cause is that of the newest
    period by the first bureau in catalogue order, with its name and the number of others; the action is the one due next.

    Args:
        subject_code: of the indicator or project.
        bureau_code: the bureau responsible; blank: every bureau.
    """
    w, order = telling.words, {code: place for place, code in enumerate(telling.bureaus)}
    every = telling.moment.commented.items()
    anybodys = [(whose, answer) for (subject, whose), answer in every if subject == subject_code]
    answers = [pair for pair in anybodys if pair[0] == bureau_code] or anybodys
    given = [(whose, row) for whose, answer in answers for row in answer.commentaries[:1] if named(row, "cause", w.language)]
    given.sort(key=lambda pair: (-parse_period(pair[1].period_code).end.toordinal(), order.get(pair[0], len(order))))
    cause = named(given[0][1], "cause", w.language) if given else ""
    if given and given[0][0] != bureau_code:
        cause = w("att_cause_of", bureau=telling.bureau(given[0][0]), cause=cause)
        cause += w("att_other_causes", count=len(given) - 1) if len(given) > 1 else ""
    living = [
        (due_of(action) or date.max, order.get(whose, len(order)), action)
        for whose, answer in answers
        for action in answer.living[:1]
    ]
    office = assessed.in_short(assessed.last(telling, subject_code), w)
    if not living:
        return Answer(cause, office=office)
    due, _, action = min(living, key=lambda pair: pair[:2])
    measure, due_on = named(action, "measure", w.language), None if due == date.max else due
    return Answer(cause, measure, w.half(action.section_ja), due_on, is_late(action, telling.as_of), office)


@dataclass(frozen=True, kw_only=True, slots=True)
class OffTrackRow:
    """One row of what is off track, formatted for display."""

    kind: str  # ``indicator``, ``milestone`` or ``report``
    code: str  # of the page the row links to: the indicator, the milestone's project, the bureau of the report
    key: str  # of the thing itself
    status: str  # as ``OffTrack.status``; ``overdue`` for a report
    word: str  # the status in words, with its date where the figure is old
    is_current: bool  # the status is known to hold now; otherwise its mark is grey
    name: str
    about: str  # value with plan or target, or whatever is known
    gap: Number  # distance from plan or target; a dash where unknown
    strip: Strip | None  # status at the end of the last quarters
    since: str  # since when, in words
    bureau: str  # the bureau responsible
    answer: Answer
    period: str = ""  # of a report


def strip(stood: Sequence[Stood], words: Words, *, name: str = "") -> Strip | None:
    """Return the strip of statuses at the end of each quarter; ``None`` if none is known.

    Args:
        stood: oldest first.
        name: its subject, for the text alternative.
    """
    if not stood:
        return None
    cells = tuple((s.quarter.label(words.language), s.status, status_word(s.status, words.language)) for s in stood)
    text = words("att_comma").join(
        words("att_cells", first=run[0][0], last=run[-1][0], word=run[0][2]) if len(run) > 1
        else words("att_cell", quarter=run[0][0], word=run[0][2])
        for run in (list(alike) for _, alike in groupby(cells, key=lambda cell: cell[2]))
    )  # fmt: skip
    return Strip(cells=cells, alt=words("att_strip", name=name, cells=text) if name else text)


def since_words(since: Since | None, words: Words) -> str:
    """Return since which quarter something is off track, for how many, and how it began if otherwise; blank if it is on track."""
    if since is None:
        return ""
    facts = {"quarter": since.quarter.label(words.language), "count": since.count}
    if since.is_longer:
        return words("att_since_longer", **facts)
    if since.first_status == since.last_status:
        return words("att_since", **facts)
    return words("att_since_at_first", **facts, word=status_word(since.first_status, words.language))


def _against(item: Scored, words: Words) -> tuple[Apart | None, bool, str]:
    """Return an indicator's gap to plan or target, whether that is approximate, and the value with plan or target as text."""
    definition, judged, language = item.entry.definition, item.judgement, words.language
    numbers = numbers_of(definition, judged, language)
    is_of_plan = judged.status in ("behind", "slightly_behind", "moving_away") and numbers.plan_gap is not None
    cap_is_over = KINDS[definition.kind].is_cap and numbers.goal_gap is not None and numbers.goal_gap.side * definition.sign < 0
    is_of_plan = is_of_plan and not cap_is_over
    gap = numbers.plan_gap if is_of_plan else numbers.goal_gap
    other = planned_text(definition, judged, language) if is_of_plan else target_text(definition, judged, language)
    ends = (judged.figure, judged.goal, judged.baseline if is_of_plan else None)
    rough = any(end is not None and end.is_approximate for end in ends)
    value, due = shown_figure(item, judged.figure, language), judged.goal.period.label(language) if judged.goal else ""
    if is_of_plan:
        return gap, rough, words("att_of_plan", value=value, other=other)
    return gap, rough, words("att_of_target", value=value, other=other, due=due)


def _indicator(off_track: OffTrack, telling: Telling) -> OffTrackRow:
    w, item = telling.words, off_track.scored
    assert item is not None
    definition, judged = item.entry.definition, item.judgement
    bureau = bureau_of(telling, item)
    if judged.status == "unreported":
        gap, unreported = Number(None, "―"), _unreported(item, judged, w)
    else:
        apart, rough, unreported = _against(item, w)
        written = "―" if apart is None else about(apart.signed_gap, w.language) if rough else apart.signed_gap
        off = judged.variance if judged.status in ("behind", "slightly_behind", "moving_away") else None
        gap = Number(off, written)
    name = w.named(definition)
    word = status_word(judged.status, w.language) if judged.status == "unreported" else standing_word(judged, w.language)
    return OffTrackRow(
        kind="indicator", code=definition.code, key=definition.code, status=judged.status, word=word,
        is_current=off_track.is_known or judged.status == "unreported", name=name, about=unreported, gap=gap,
        strip=strip(off_track.stood, w, name=name),
        since=since_words(off_track.since, w), bureau=bureau[1], answer=answer_for(telling, definition.code, bureau[0]),
    )  # fmt: skip


def _unreported(item: Scored, judged: Judgement, words: Words) -> str:
    definition, goal = item.entry.definition, judged.unreported_goals[0]
    facts = {"target": goal_text(definition, goal, words.language), "due": goal.period.label(words.language)}
    if judged.figure is None:
        return words("att_never", **facts)
    last = shown_figure(item, judged.figure, words.language)
    return words("att_last", value=last, period=judged.figure.period.label(words.language), **facts)


def bureau_of(telling: Telling, item: Scored) -> tuple[str, str]:
    """Return code and name of an indicator's bureau: its own, else those that lead its project; blank where none is named."""
    unit = item.entry.unit_code
    if unit in telling.moment.reporting_units:
        return unit, telling.bureau(unit)
    if item.entry.is_reported_by_bureaus and not item.entry.project_code:
        return "", telling.words("att_every_bureau")
    return leads(telling, item.entry.project_code)


def leads(telling: Telling, project_code: str) -> tuple[str, str]:
    """Return the code of the first bureau that leads a project, and the names of all that do; blank where none does."""
    organisation = telling.moment.organisation
    report = next((r for r in telling.moment.projects if r.code == project_code), None)
    if report is None:
        return "", ""
    codes = sorted(leads_of(report, organisation, telling.as_of), key=lambda code: organisation.order.get(code, -1))
    if not codes:
        kind = government().project_kind(report.row.kind)
        return "", telling.words("att_every_bureau") if kind.is_whole_government else ""
    first = telling.bureau(codes[0])
    more = len(codes) - 1
    return codes[0], telling.words("att_and_more", name=first, count=more) if more else first


def subjects_of_bureau(telling: Telling, code: str) -> list[str]:
    """Return the indicators and projects that a bureau is responsible for, in catalogue order."""
    moment = telling.moment

    def make() -> dict[str, list[str]]:
        reported = ((bureau_of(telling, item)[0], item.entry.definition.code) for item in moment.own)
        return grouped((*reported, *((leads(telling, report.code)[0], report.code) for report in moment.projects)))

    return moment.kept("judged", ("subjects of bureaus", moment.reporting_units), make).get(code, [])


def _milestone(off_track: OffTrack, telling: Telling) -> OffTrackRow:
    w, milestone = telling.words, off_track.milestone
    assert milestone is not None
    due, project = milestone.due, next((r for r in telling.moment.projects if r.code == off_track.project_code), None)
    bureau = leads(telling, off_track.project_code)
    late = (telling.as_of - due.day).days if due else None
    if off_track.status == "slipped":
        gap = Number(milestone.slip_days, w("att_days", days=slip_text(milestone, w)))
    elif late is not None and due is not None and due.precision == "day":
        gap = Number(late, w("att_days", days=w.number(late, "+,")))
    else:
        gap = Number(None, "―")
    return OffTrackRow(
        kind="milestone", code=off_track.project_code, key=off_track.code, status=off_track.status,
        word=w(f"att_milestone_{off_track.status}"), is_current=True, name=w.named(milestone),
        about=w("att_milestone_of", project=w.named(project.row) if project else off_track.project_code), gap=gap, strip=None,
        since=w("att_due_on", day=due.label(w.language)) if due else "", bureau=bureau[1],
        answer=answer_for(telling, off_track.project_code, bureau[0]),
    )  # fmt: skip


def overdue_report(telling: Telling, bureau_code: str, period_code: str, period: str, due_on: date) -> OffTrackRow:
    """Return the row of a bureau's overdue report: only for viewers who may see the state of reports, never for the public.

    Args:
        bureau_code: of the bureau that owes it.
        period: its formatted name.
    """
    w, name = telling.words, telling.bureau(bureau_code)
    late = (telling.as_of - due_on).days
    return OffTrackRow(
        kind="report", code=bureau_code, key=f"{bureau_code} {period_code}", status="overdue", word=w("att_report_overdue"), is_current=True,
        name=w("att_report_of", bureau=name, period=period), about="", gap=Number(late, w("att_days", days=w.number(late, "+,"))),
        strip=None, since=w("att_due_on", day=format_date(due_on, w.language)), bureau=name, answer=Answer(), period=period_code,
    )  # fmt: skip


def rows(telling: Telling) -> list[OffTrackRow]:
    """Return a row for each indicator and milestone that is off track, most important first."""
    return [
        _indicator(item, telling) if item.scored is not None else _milestone(item, telling) for item in telling.moment.off_track
    ]


def rows_of(telling: Telling, items: Iterable[Scored]) -> list[OffTrackRow]:
    """Return a row for each of a bureau's own figures that is off track, most important first."""
    moment = telling.moment
    own = [
        OffTrack(
            kind="indicator", code=item.entry.definition.code, status=item.judgement.status, project_code=item.entry.project_code,
            scored=item, stood=moment.stood(item), since=moment.off_since(item),
        )
        for item in items
        if item.judgement.status in OFF
    ]  # fmt: skip
    return [_indicator(off_track, telling) for off_track in in_order(own)]


def in_order_of_weight(listed: Sequence[OffTrackRow], late: Sequence[OffTrackRow]) -> list[OffTrackRow]:
    """Insert overdue reports at their place: after what is known to be off track, before unreported results."""
    current_count = sum(1 for row in listed if row.is_current and row.status not in ("unreported", "slipped"))
    return [*listed[:current_count], *late, *listed[current_count:]]


def heading(listed: Sequence[OffTrackRow], words: Words) -> str:
    """Return the heading of the list with its row count."""
    return words("att_heading", count=len(listed)) if listed else words("att_none_heading")


def sentence(listed: Iterable[OffTrackRow], words: Words) -> str:
    """Return the number of rows of each kind that occurs, so that they add up, and how many lack an answer."""
    counts, rows_listed = dict[str, int](), list(listed)
    for row in rows_listed:
        sort = (
            row.kind if row.kind == "report" else f"milestone_{'slipped' if row.status == 'slipped' else 'past'}" if row.kind == "milestone"
            else "unreported" if row.status == "unreported" else "now" if row.is_current else "old"
        )  # fmt: skip
        counts[sort] = counts.get(sort, 0) + 1
    order = ("now", "report", "milestone_past", "unreported", "old", "milestone_slipped")
    parts = [words(f"att_count_{sort}", count=counts[sort]) for sort in order if sort in counts]
    if not parts:
        return words("att_nothing")
    return words.together(filter(None, (words("att_sentence", parts=words("comma").join(parts)), silent(rows_listed, words))))


def silent(listed: Iterable[OffTrackRow], words: Words) -> str:
    """Return how many rows have no cause, no action or no day yet, said once rather than in each; blank where none lacks any.

    Of a report nobody is asked why it is late, nor what is done.
    """
    answers = [row.answer for row in listed if row.kind != "report"]
    counts = {
        "att_why": sum(not answer.cause for answer in answers),
        "att_action": sum(not answer.action for answer in answers),
        "att_due": sum(answer.due is None for answer in answers),
    }
    parts = [words("att_silent_part", head=words(head), count=count) for head, count in counts.items() if count]
    return words("att_silent", parts=words("comma").join(parts), count=len(answers)) if parts else ""


def folded(listed: Sequence[OffTrackRow], words: Words) -> str:
    """Return the remark on how many rows follow the first ones."""
    return words("att_more", count=len(listed) - SHOWN_FIRST)


def block(telling: Telling) -> Block:
    """Return the list as a table and as flat rows: one row per indicator or milestone off track, in list order."""
    w, listed, off = telling.words, rows(telling), telling.moment.off_track
    heads = ("status", "att_what", "att_gap", "att_since_head", "att_why", "att_action", "att_bureau", "att_due")
    table = tuple(
        (r.word, r.name, r.gap, r.since, r.answer.cause or UNSAID, r.answer.action or UNSAID, r.bureau or w("att_undecided"), r.answer.due_said(w) or UNSAID)
        for r in listed
    )  # fmt: skip
    return Block(
        key="attention", title=heading(listed, w), sentence=sentence(listed, w), columns=tuple(map(w, heads)), rows=table,
        flat=tuple(_flat(place, item, row, telling) for place, (item, row) in enumerate(zip(off, listed, strict=True), start=1)),
        is_table_open=True, file=FILE,
    )  # fmt: skip


def _flat(place: int, off_track: OffTrack, row: OffTrackRow, telling: Telling) -> Flat:
    judged, milestone = off_track.scored.judgement if off_track.scored else None, off_track.milestone
    is_planned = off_track.status in ("behind", "slightly_behind", "moving_away")
    gap = None
    if judged is not None and judged.status != "unreported":
        value, goal = judged.figure.value if judged.figure else None, judged.goal
        gap = judged.variance if is_planned else value - goal.value if value is not None and goal is not None else None
    bureau = bureau_of(telling, off_track.scored)[0] if off_track.scored else leads(telling, off_track.project_code)[0]
    return {
        "place": place, "subject": off_track.kind, "subject_code": off_track.code, "project_code": off_track.project_code or None,
        "status": off_track.status,
        "standing": judged.standing if judged else None, "gap": gap,
        "due_date": milestone.due.day if milestone and milestone.due else judged.goal.period.end if judged and judged.goal else None,
        "slip_days": milestone.slip_days if milestone else None,
        "since_period": off_track.since.quarter.code if off_track.since else None,
        "quarters_count": off_track.since.count if off_track.since else None,
        "is_longer": off_track.since.is_longer if off_track.since else None,
        "first_status": off_track.since.first_status if off_track.since else None, "bureau_code": bureau or None,
        "cause": row.answer.cause or None, "action": row.answer.action or None, "owner": row.answer.owner or None,
        "action_due_on": row.answer.due,
    }  # fmt: skip


def strips(telling: Telling) -> Block:
    """Return as flat rows the status of every indicator with a target at the end of the last quarters, one row per quarter."""
    moment = telling.moment
    flat: list[Flat] = []
    for item in moment.scored:
        if (item.entry.goals or item.entry.goals_of) and (telling.view == "then" or not item.entry.is_own_scope):
            code = {"indicator_code": item.entry.definition.code, "bureau_code": item.entry.unit_code}
            flat += [
                {"organisation": telling.view, **code, "period_code": s.quarter.code, "status": s.status, **figures_then(s)}
                for s in moment.stood(item)
            ]
    return Block(key="strips", columns=(), rows=(), flat=tuple(flat), file="strips")


def project_strips(telling: Telling) -> Block:
    """Return as flat rows the status of every project at the end of the last quarters, one row per quarter."""
    flat = tuple(
        {"project_code": report.code, "period_code": s.quarter.code, "status": s.status}
        for report in telling.moment.projects
        for s in telling.moment.project_stood(report)
    )
    return Block(key="project_strips", columns=(), rows=(), flat=flat, file="project_strips")


def lists() -> Iterator[tuple[str, str]]:
    """Yield each list behind the counts of a tally: (group, status)."""
    for group in ("current", "last_known"):
        yield from ((group, status) for status in STATUSES if status in JUDGED)
    yield "unreported", "unreported"
    yield from (("unjudged", status) for status in STATUSES if status not in JUDGED and status not in ("unreported", "no_current"))


def list_word(group: str, status: str, words: Words) -> str:
    """Return the name of a list: of a group of a tally, or of milestones in a state."""
    if group == "milestone":
        return words("standing_milestones", state=words("state_" + status))
    word = status_word(status, words.language)
    return word if group in ("unreported", "unjudged") else words("standing_of", word=word, group=words("group_" + group))
