"""What is kept of figures outlives drafts, people and submissions, and nothing else; in each engine, whoever wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text

from kpis import state as asked
from kpis.errors import NotAllowed
from kpis.moment import Moment
from kpis.reporting import people, submissions
from kpis.state import LIMITS, State, state_and_step_of, state_of
from kpis.store import tables
from kpis.store.changed import BESIDE
from kpis.store.store import Store
from kpis.store.tables import table_of
from publishers.editions.public_tables import PUBLIC
from tests.kpis.test_submissions import approved, submitted, uploaded
from tests.small_government import ANNA, OFFICE

DAY = date(2023, 3, 31)


@contextmanager
def figures_stay(store: Store) -> Iterator[None]:
    """Hold that what the block does leaves what is kept of figures, and yet is a change that a later step would notice."""
    before, revision = store.state().figures, store.revision()
    yield
    assert store.state().figures == before and store.revision() > revision


@contextmanager
def figures_go(store: Store) -> Iterator[None]:
    before = store.state().figures
    yield
    assert store.state().figures != before


def test_a_draft_a_submission_and_a_person_leave_what_is_kept_of_figures(reporting: Store) -> None:
    with figures_stay(reporting):
        draft = uploaded(reporting)
    with figures_stay(reporting):
        submissions.withdraw(reporting, draft.report_id, actor=ANNA, revision=draft.revision)
    with figures_stay(reporting):
        sent = submitted(reporting)
    with figures_stay(reporting):
        people.add_person(reporting, actor=people.COMMAND_LINE, email="new@example.jp", role="reform_office")
    with figures_stay(reporting):
        submissions.give_back(reporting, sent.report_id, actor=OFFICE, revision=sent.revision, reason="again")


def test_whatever_else_is_written_makes_what_is_kept_of_figures_anew(reporting: Store) -> None:
    with figures_go(reporting):
        approved(reporting)
    for statement in (
        "UPDATE observation SET value = value", 'DELETE FROM "translation" WHERE field = \'x\'',
        "WITH a AS (SELECT 1) UPDATE indicator SET sort_order = sort_order", "UPDATE a_table_of_later SET a = 1",
    ):  # fmt: skip
        with figures_go(reporting), reporting.writing() as session:
            if "later" in statement:
                session.execute(text("CREATE TABLE a_table_of_later (a INTEGER)"))
            session.execute(text(statement))
    with figures_go(reporting), reporting.writing() as session:  # what is sent at the very end only
        session.add(tables.Source(source_code="late", url="", title="", grade="primary"))
    with figures_go(reporting):
        reporting.become_sample()


def test_a_program_that_does_not_know_of_it_is_not_overlooked(reporting: Store) -> None:
    """While versions change, one of before may still write: it raises number and mark, and no more."""

    def older(mark: str) -> None:
        with reporting.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text("UPDATE data_revision SET revision = revision + 1, mark = :mark"), {"mark": mark})

    before = reporting.state().figures
    older("a" * 16)
    between = reporting.state().figures
    with figures_stay(reporting):  # the next of ours takes it for a change of figures, and for one only
        uploaded(reporting)
    assert before != between == reporting.state().figures
    older("b" * 16)
    assert reporting.state().figures not in (before, between)


def test_a_write_that_fails_leaves_everything_as_it_was(reporting: Store) -> None:
    before = reporting.state()

    def fail() -> None:
        with reporting.writing() as session:
            session.execute(text("UPDATE indicator SET sort_order = sort_order"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert reporting.state() == before


def test_a_step_that_raises_no_revision_is_seen_in_the_state_that_a_run_begins_with(reporting: Store) -> None:
    state, step = state_and_step_of(reporting.url)
    people.record_refusal(reporting, ANNA, "open_page", "review", NotAllowed("role_not_permitted"))
    after, newest = state_and_step_of(reporting.url)
    assert after is state and reporting.state_and_step() == (state.is_of, newest) and newest != step


def test_whoever_read_the_state_later_is_not_given_what_another_read_before(
    reporting: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow run would have shown a person the page as it was before their own step."""
    read, seen = Store.state_and_step, list[str]()

    def slow(store: Store) -> Any:
        result = read(store)
        if not seen:  # meanwhile somebody acts, and looks
            seen.append("")
            people.record_refusal(reporting, ANNA, "open_page", "review", NotAllowed("role_not_permitted"))
            seen[0] = state_and_step_of(reporting.url)[1]
        return result

    monkeypatch.setattr(Store, "state_and_step", slow)
    _, before = state_and_step_of(reporting.url)
    assert seen == [read(reporting)[1]] and before != seen[0]


def test_what_was_made_of_figures_is_handed_on_and_reports_are_read_anew(reporting: Store) -> None:
    first = Moment(state=state_of(reporting.url), as_of=DAY)
    book, whole, bureaus = first.book, first.whole, first.bureaus
    assert first.reports("GENERAL") == ()
    draft = submitted(reporting)
    second = Moment(state=state_of(reporting.url), as_of=DAY)
    assert second.state is not first.state and second.state.revision > first.state.revision
    assert (
        (second.book, second.whole, second.bureaus) == (book, whole, bureaus) and second.book is book and second.bureaus is bureaus
    )
    assert [(r.id, r.state) for r in second.reports("GENERAL")] == [(draft.report_id, "submitted")]
    submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=draft.revision)
    third = Moment(state=state_of(reporting.url), as_of=DAY)
    assert third.book is not book and third.whole != whole
    assert [r.state for r in third.reports("GENERAL")] == ["approved"]


@pytest.mark.edition
def test_nothing_that_is_kept_of_figures_reads_reports_or_people(tokyo: Store) -> None:
    """What a moment answers, one property after the other, as each page asks for it."""
    sent: list[str] = []

    def notice(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    moment = Moment(state=State(tokyo), as_of=DAY)
    event.listen(tokyo.engine, "before_cursor_execute", notice)
    try:
        for name in [name for name, value in vars(Moment).items() if isinstance(value, property)]:
            getattr(moment, name)
            getattr(moment.in_view("now"), name)
        for model in (model for model in PUBLIC if table_of(model).name not in BESIDE):
            moment.rows(model)
        moment.state.is_sample()
        read = " ".join(sent)
        assert sent and not [name for name in BESIDE if f" {name} " in read.replace("\n", " ") + " "]
        moment.reports("GENERAL")
        assert " submission" in sent[-1]
    finally:
        event.remove(tokyo.engine, "before_cursor_execute", notice)
    assert sum(moment.state.figures.count(sort) for sort in LIMITS) and moment.state.reports.count(asked.REPORTED)


def test_nothing_public_stands_beside_the_figures() -> None:
    assert not BESIDE & {table_of(model).name for model in PUBLIC}
