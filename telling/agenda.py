"""The agenda of the office's quarterly meeting: items off track, earlier decisions and their state, decisions of this meeting.

Everything is as of the meeting: as known when its minutes were closed, or as known now while they are open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from kpis.figures.assessed import contradicts, history
from kpis.figures.commented import is_late, is_living
from kpis.figures.projects import ProjectReport
from kpis.figures.scorecard import Scored, needed_of
from kpis.periods import parse_period
from kpis.reporting.deadlines import coverage, window
from kpis.store import tables
from kpis.text import known_day
from telling import assessed, attention
from telling import commentary as told_commentary
from telling.attention import OffTrackRow
from telling.blocks import Block, Telling
from telling.meeting import Drawn, QuarterReport, drawn_of
from telling.needed import sentences as needed_sentences
from telling.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision, formatted for display."""

    number: int
    decided: str
    about: str  # its subject; blank where it concerns nothing on the list
    who: str  # bureau, section and role; the reform office where it belongs to no bureau
    due: date | None
    state: str
    is_open: bool  # it is still to be carried out
    is_late: bool
    quarter: str
    is_a_bureaus: bool  # a bureau answers it


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The subject of an item; fields that do not apply are blank."""

    indicator_code: str = ""
    project_code: str = ""
    milestone_code: str = ""

    @property
    def code(self) -> str:
        """Return the code that identifies an item."""
        return self.indicator_code or self.milestone_code or self.project_code


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One item of the agenda."""

    subject: Subject
    name: str
    row: OffTrackRow | None  # its row of what needs attention; ``None``: it is listed only because of earlier decisions
    bureau_code: str  # the bureau responsible; blank where there are several
    sentences: tuple[str, ...]  # its status and what the target requires
    scored: Scored | None
    drawn: Drawn | None  # its history, where there is any
    causes: Block
    actions: Block
    assessment: str  # the office's own, in words; blank where it has none
    is_contradicted: bool  # the office's assessment and the computed status contradict each other
    before: tuple[Decided, ...]  # decisions of earlier meetings about it
    now: tuple[Decided, ...]  # decisions of this meeting about it


def late_reports(telling: Telling, period_code: str, *, viewer: str, known_at: datetime | None = None) -> tuple[OffTrackRow, ...]:
    """Return a row for each bureau's overdue report of a quarter, limited to the bureaus that the viewer may follow up."""
    store, label = telling.moment.state.store, parse_period(period_code).label(telling.words.language)
    due = window(store, "", period_code, known_at=known_at).due_on
    if due is None:
        return ()
    standings = coverage(store, [period_code], viewer=viewer, today=telling.as_of, known_at=known_at)
    return tuple(attention.overdue_report(telling, s.bureau_code, s.period_code, label, due) for s in standings if s.is_late)


@dataclass(frozen=True)
class Agenda:
    """The agenda of one meeting."""

    report: QuarterReport
    day: date  # date of the meeting; actions are late relative to it
    late: tuple[OffTrackRow, ...] = ()  # overdue reports of the quarter
    minutes: tables.Meeting | None = None  # as closed; ``None`` while they are open

    @property
    def words(self) -> Words:
        """Return the words of the language."""
        return self.report.words

    @property
    def known_at(self) -> datetime | None:
        """Return the instant of the state of knowledge; ``None``: now."""
        return self.report.moment.known_at

    @cached_property
    def telling(self) -> Telling:
        """Return the context as of the quarter's last day."""
        return Telling(self.words, self.report.moment)

    @cached_property
    def rows(self) -> list[OffTrackRow]:
        """Return what needs attention, including overdue reports of the quarter, worst first; actions are late as of the meeting."""
        rows = (replace(row, answer=row.answer.on(self.day)) for row in attention.rows(self.telling))
        return attention.in_order_of_weight(list(rows), self.late)

    @cached_property
    def decisions(self) -> list[tables.Decision]:
        """Return every known decision, oldest first, without those withdrawn by then."""
        known_at, rows = self.known_at, self.report.moment.rows(tables.Decision)
        rows_known = [row for row in rows if known_at is None or row.written_at <= known_at]
        return [row for row in rows_known if _closed(row, known_at) != "taken_back"]

    @cached_property
    def taken(self) -> list[Decided]:
        """Return the decisions of this meeting."""
        return [self.decided(row) for row in self.decisions if row.period_code == self.report.period.code]

    @cached_property
    def carried(self) -> list[Decided]:
        """Return the decisions of the last meeting, and open ones of earlier meetings."""
        end = self.report.period.end
        earlier = [row for row in self.decisions if parse_period(row.period_code).end < end]
        last = max((parse_period(row.period_code).end for row in earlier), default=None)
        items = [(row, self.decided(row)) for row in earlier]
        return [item for row, item in items if item.is_open or parse_period(row.period_code).end == last]

    @cached_property
    def listed(self) -> list[tuple[Subject, OffTrackRow | None]]:
        """Return the subjects of the items: those off track first, with their rows, then those with decisions only."""
        listed: dict[str, tuple[Subject, OffTrackRow | None]] = {}
        for row in self.rows:
            if row.kind != "report":
                is_one = row.kind == "indicator"
                subject = Subject(indicator_code=row.code) if is_one else Subject(project_code=row.code, milestone_code=row.key)
                listed[subject.code] = subject, row
        shown = {shown_decision.number for shown_decision in (*self.carried, *self.taken)}
        for decision in self.decisions:
            subject = _subject(decision)
            if decision.id in shown and subject.code:
                listed.setdefault(subject.code, (subject, None))
        return list(listed.values())

    @cached_property
    def items(self) -> list[Item]:
        """Return the items, in the order of ``listed``."""
        return [self.item(subject, row) for subject, row in self.listed]

    def decided(self, row: tables.Decision) -> Decided:
        """Return a decision with its state, formatted for display."""
        w, actions = self.words, self._actions
        action, closed = actions.get(row.action_code or ""), _closed(row, self.known_at)
        state, living, late = w("decision_open"), True, row.due_on is not None and row.due_on < self.day
        if action is not None:
            meant = Telling(w, self.report.moment.on(self.day))
            living, late = is_living(action), is_late(action, self.day)
            state = " ".join(filter(None, (told_commentary.state_word(meant, action), w.half(action.state_reason_ja))))
        elif closed:
            state, living, late = f"{w(f'decision_{closed}')}{w('in_brackets', text=w.half(row.closed_reason))}", False, False
        elif late:
            state += w("in_brackets", text=w("action_late"))
        bureau = self.telling.bureau(row.bureau_code) if row.bureau_code else w("the_office")
        assert row.id is not None
        return Decided(
            number=row.id, decided=row.decided, about=self.name(_subject(row)), who=" ".join(filter(None, (bureau, row.section, row.role))),
            due=row.due_on, state=state, is_open=living, is_late=living and late,
            quarter=parse_period(row.period_code).label(w.language), is_a_bureaus=row.bureau_code is not None,
        )  # fmt: skip

    @cached_property
    def _actions(self) -> dict[str, tables.Action]:
        return {row.action_code: row for row in self.report.moment.register(tables.Action)}

    @cached_property
    def _scored(self) -> dict[str, Scored]:
        return {item.entry.definition.code: item for item in self.report.scored}

    @cached_property
    def _projects(self) -> dict[str, ProjectReport]:
        return {report.code: report for report in self.report.moment.projects}

    def name(self, subject: Subject) -> str:
        """Return the name of a subject."""
        w, project = self.words, self._projects.get(subject.project_code)
        if subject.indicator_code in self._scored:
            return w.named(self._scored[subject.indicator_code].entry.definition)
        milestone = next((m for m in (project.milestones if project else ()) if m.code == subject.milestone_code), None)
        if milestone is not None:
            return w.named(milestone)
        return w.named(project.row) if project is not None else subject.code

    def item(self, subject: Subject, row: OffTrackRow | None) -> Item:
        """Return one item."""
        w, item = self.words, self._scored.get(subject.indicator_code)
        subject_code = subject.indicator_code or subject.project_code
        commented = told_commentary.of_subject(self.telling, subject_code)
        meant = Telling(w, self.report.moment.on(self.day))
        sentences = [] if item is None else [item.sentence(w.language)]
        if item is not None and (needed := needed_of(item, as_of=item.as_of)) is not None:
            sentences += needed_sentences(item.entry.definition, needed, w)
        assessed = self._assessed(subject)
        return Item(
            subject=subject, name=self.name(subject), row=row, bureau_code=self._bureau_code(item, subject), sentences=tuple(sentences),
            scored=item, drawn=None if item is None else drawn_of(item, as_of=self.report.as_of),
            causes=told_commentary.commentaries(self.telling, commented),
            actions=told_commentary.actions(meant, commented, judged=self.report.moment.scored),
            assessment=assessed[0], is_contradicted=assessed[1],
            before=self._about(subject, self.carried), now=self._about(subject, self.taken),
        )  # fmt: skip

    def _about(self, subject: Subject, decisions: Iterable[Decided]) -> tuple[Decided, ...]:
        numbers = {row.id for row in self.decisions if _subject(row).code == subject.code}
        return tuple(decision for decision in decisions if decision.number in numbers)

    def _bureau_code(self, item: Scored | None, subject: Subject) -> str:
        if item is not None:
            return attention.bureau_of(self.telling, item)[0]
        return attention.leads(self.telling, subject.project_code)[0]

    def is_contradicted(self, project_code: str) -> bool:
        """Return whether the office's last assessment of a project and its computed status contradict each other."""
        return self._assessed(Subject(project_code=project_code))[1]

    def _assessed(self, subject: Subject) -> tuple[str, bool]:
        """Return the office's last known assessment of the subject, or its project, and whether it contradicts the status."""
        w, item = self.words, self._scored.get(subject.indicator_code)
        own = self._assessments.get(subject.indicator_code, ())
        if item is not None and own:
            return assessed.in_short(own[-1], w), contradicts(own[-1].confidence, item.judgement.status)
        project = self._projects.get(subject.project_code or (item.entry.project_code if item else ""))
        assessments = self._assessments.get(project.code, ()) if project is not None else ()
        if project is None or not assessments:
            return "", False
        assessment = w("assessment_of", project=w.named(project.row), text=assessed.in_short(assessments[-1], w))
        return assessment, contradicts(assessments[-1].confidence, project.status)

    @cached_property
    def _assessments(self) -> dict[str, tuple[tables.Assessment, ...]]:
        """Return the known assessments of the office, of any day: the meeting is after the quarter."""
        return history(self.report.moment.rows(tables.Assessment), known_at=self.known_at)

    def to_decide(self) -> list[str]:
        """Return what is to be decided: late decisions, and subjects off track without an action; worst first."""
        w = self.words
        late = [
            w("decide_late", decided=decision.decided, who=decision.who, state=decision.state)
            for decision in self.carried
            if decision.is_late
        ]
        bare = [
            w("decide_bare", name=row.name, bureau=row.bureau or w("att_undecided"), word=row.word)
            for row in self.rows
            if row.kind != "report" and row.is_current and not row.answer.action
        ]
        reports = [w("decide_reports", count=len(self.late), bureaus=w("list_comma").join(row.bureau for row in self.late))]
        return [*late, *bare, *(reports if self.late else ())]

    def block(self, decisions: Sequence[Decided], key: str) -> Block:
        """Return decisions as a table."""
        w = self.words
        heads = ("decision_quarter", "decision_about", "decision_what", "decision_who", "att_due", "decision_state")
        rows = tuple(
            (d.quarter, d.about, d.decided, d.who, known_day(d.due, "day", w.language) if d.due else "", d.state) for d in decisions
        )
        return Block(
            key=key, title=w(f"decisions_{key}"), columns=tuple(map(w, heads)), rows=rows, why_empty=w(f"decisions_{key}_none")
        )


def _subject(row: tables.Decision) -> Subject:
    return Subject(
        indicator_code=row.indicator_code or "", project_code=row.project_code or "", milestone_code=row.milestone_code or ""
    )


def _closed(row: tables.Decision, known_at: datetime | None) -> str:
    """Return how a decision had ended by an instant; blank if it was still open."""
    if row.closed_at is None or (known_at is not None and row.closed_at > known_at):
        return ""
    return row.closed_as or ""
