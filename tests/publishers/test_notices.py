"""Who is told: each occasion to whom it concerns, once, at the hours of the office, in the reader's language; never to one who may not."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from kpis.errors import FigureRefused, NotAllowed
from kpis.reporting import choices, outbox, people, questions, submissions
from kpis.reporting.asking import AskedColumn
from kpis.reporting.hours import hours_of
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from loaders.load import load_file
from publishers.notices import hooks, rounds
from tests.posting import Took, receiver, text_of
from tests.publishers.telling import MANAGERS, OFFICERS, Clock, at_once, chosen, go, states, to, upload
from tests.small_government import ADMIN, ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD, SECOND, figure

pytestmark = pytest.mark.edition


def test_each_step_of_a_report_is_told_to_whom_it_concerns_once_and_opens_what_it_speaks_of(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    number = upload(reporting)
    go(reporting, mails, clock)
    before = len(mails.mails())  # that a report is due soon
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    go(reporting, mails, clock)
    go(reporting, mails, clock)
    told = mails.mails()[before:]
    assert {str(m["To"]) for m in told} == OFFICERS and len(told) == len(OFFICERS)
    assert "総務局" in str(told[0]["Subject"]) and "提出" in str(told[0]["Subject"])
    assert f"https://office.kpi.example.jp/review?part=queue&period={PERIOD}&report={number}&lang=ja" in text_of(told[0])
    assert told[0]["From"] == "見える化 <kpi@example.jp>" and told[0]["Auto-Submitted"] == "auto-generated"
    submissions.give_back(reporting, number, actor=OFFICE, revision=1, reason="秘密の理由")
    choices.choose(reporting, actor=AYA, language="en", how_often={})
    go(reporting, mails, clock)
    told = mails.mails()[before + 2 :]
    assert {str(m["To"]) for m in told} == MANAGERS and "秘密" not in "".join(map(text_of, told))
    english = next(m for m in told if m["To"] == AYA)
    assert "Report returned: General Affairs" in str(english["Subject"]) and english["Content-Language"] == "en"
    assert f"https://office.kpi.example.jp/submit?bureau=GENERAL&period={PERIOD}&lang=en" in text_of(english)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)  # the same report, submitted again, is told again
    go(reporting, mails, clock)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    go(reporting, mails, clock)
    assert Counter(to(mails, "提出されました")) == Counter([*OFFICERS, *OFFICERS])
    assert to(mails, "承認") == [ANNA] and to(mails, "approved") == [AYA]
    assert set(states(reporting)) <= {"sent", "waiting"}


def test_nobody_is_asked_late_for_what_is_done_by_then(reporting: Store, mails: Took, clock: Clock) -> None:
    """A server that was down, or a digest of the next morning: what waits would send its readers to a report that is settled."""
    number = upload(reporting)
    clock.now = datetime(2023, 1, 29, 20, 0)  # before the hours of the office
    go(reporting, mails, clock)
    assert {row.occasion for row in waiting(reporting) if row.bureau_code == "GENERAL"} == {"due_in_3"}
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    assert {row.occasion for row in waiting(reporting) if row.bureau_code == "GENERAL"} == {"submitted"}
    submissions.give_back(reporting, number, actor=OFFICE, revision=1, reason="x")
    assert {row.occasion for row in waiting(reporting) if row.bureau_code == "GENERAL"} == {"returned"}
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    submissions.withdraw(reporting, number, actor=ANNA, revision=1)
    assert not [row for row in waiting(reporting) if row.bureau_code == "GENERAL"]
    number = upload(reporting, content=b"2")
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(reporting, number, actor=OFFICE, revision=1)
    assert {row.occasion for row in waiting(reporting) if row.bureau_code == "GENERAL"} == {"approved"}
    assert {row.occasion for row in waiting(reporting) if row.bureau_code == "DIGITAL"} == {"due_in_3"}, (
        "of another bureau's nothing changes"
    )
    clock.now = datetime(2023, 1, 30, 1, 0)
    go(reporting, mails, clock)
    assert {str(m["To"]) for m in mails.mails() if "総務局" in str(m["Subject"])} == MANAGERS


def waiting(store: Store) -> list[outbox.OutboxLine]:
    """Return the messages that wait to be sent."""
    return outbox.lines(store, viewer=OFFICE, states=["waiting"])


def test_a_step_that_is_undone_tells_nobody(reporting: Store, clock: Clock) -> None:
    number = upload(reporting)
    with suppress(KeyError), reporting.writing() as session:
        people.record(session, ANNA, "submitted", f"submission {number}")
        assert session.execute(select(func.count()).select_from(tables.Notice)).scalar() == len(OFFICERS)
        raise KeyError
    assert reporting.count(tables.Notice) == 0


def test_due_days_are_told_two_weeks_and_three_days_before_and_when_they_passed_each_once(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    clock.now = datetime(2023, 1, 15, 1, 0)
    at_once(reporting, OFFICE, SECOND)
    subjects = {
        date(2023, 1, 16): [], date(2023, 1, 17): ["2週間以内"], date(2023, 1, 20): [], date(2023, 1, 30): ["3日以内"], date(2023, 1, 31): [],
        date(2023, 2, 1): ["過ぎました"], date(2023, 2, 20): [],
    }  # fmt: skip
    for day, words in subjects.items():
        before = len(mails.mails())
        clock.now = datetime(day.year, day.month, day.day, 1, 0)
        for _ in range(2):
            go(reporting, mails, clock)
        told = mails.mails()[before:]
        readers = {ANNA, AYA, DAI} | (OFFICERS if words == ["過ぎました"] else set())
        assert {str(m["To"]) for m in told} == (readers if words else set()), day
        assert all(words[0] in str(m["Subject"]) for m in told), day
        of_others = [m for m in told if m["To"] == DAI and "総務局" in str(m["Subject"])]
        assert not of_others, "of one's own bureau only"


def test_what_is_reported_is_not_asked_for_and_leave_moves_the_day(reporting: Store, mails: Took, clock: Clock) -> None:
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    clock.now = datetime(2023, 1, 30, 1, 0)
    submissions.grant_exception(
        reporting, actor=OFFICE, bureau_code="DIGITAL", period_code=PERIOD, until=date(2023, 2, 20), reason="x"
    )
    go(reporting, mails, clock)
    assert to(mails, "以内") == []
    clock.now = datetime(2023, 2, 20, 1, 0)
    go(reporting, mails, clock)
    assert to(mails, "3日以内") == [DAI]
    assert to(mails, "過ぎました") == []


def test_nothing_leaves_outside_the_hours_of_the_office_and_a_digest_comes_the_next_morning(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    choices.choose(reporting, actor=OFFICE, language="ja", how_often={"submitted": "daily"})
    choices.choose(reporting, actor=SECOND, language="ja", how_often={"submitted": "none"})
    for bureau, who in (("GENERAL", ANNA), ("DIGITAL", DAI)):
        rows = [figure(numerator=7.0, denominator=10.0, bureau=bureau)]
        done = submissions.upload(
            reporting,
            submissions.FilledWorkbook(rows=rows, content=bureau.encode(), name="a.xlsx"),
            actor=who,
            bureau_code=bureau,
            period_code=PERIOD,
        )
        submissions.submit(reporting, done.report_id, actor=who, revision=1, today=IN_TIME)
    for at in (
        datetime(2023, 1, 20, 1, 0),
        datetime(2023, 1, 20, 10, 0),
        datetime(2023, 1, 21, 1, 0),
        datetime(2023, 1, 22, 23, 30),
    ):
        clock.now = at
        go(reporting, mails, clock)
        assert to(mails, "お知らせ") == [], at
    clock.now = datetime(2023, 1, 23, 0, 1)  # Monday, nine o'clock
    go(reporting, mails, clock)
    go(reporting, mails, clock)
    assert to(mails, "お知らせ 2件") == [OFFICE] and SECOND not in to(mails)
    (digest,) = [m for m in mails.mails() if m["To"] == OFFICE]
    assert all(name in text_of(digest) for name in ("総務局", "デジタルサービス局", "report=1", "report=2"))
    assert states(reporting)["unwanted"] == 2


def test_nobody_is_told_of_what_they_may_no_longer_see(reporting: Store, mails: Took, clock: Clock) -> None:
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    people.remove_person(reporting, actor=ADMIN, email=SECOND)
    go(reporting, mails, clock)
    assert to(mails, "提出") == [OFFICE] and states(reporting)["withheld"] == 1
    claims = []
    submissions.give_back(reporting, number, actor=OFFICE, revision=1, reason="x")
    claims = outbox.claim(reporting, hours_of("09:00-18:00"), now=clock())
    people.remove_person(reporting, actor=ADMIN, email=AYA)
    begun = {each.address: outbox.begin(reporting, each, message_id="x", now=clock()) for each in claims}
    assert begun == {ANNA: True, AYA: False}, "also between claim and sending"


def test_an_edition_is_told_to_everybody_and_a_turned_status_to_whom_it_concerns(
    reporting: Store, mails: Took, clock: Clock, tmp_path: Path
) -> None:
    from publishers.editions import publication

    everybody = [ANNA, AYA, DAI, OFFICE, SECOND, ADMIN]
    at_once(reporting, *everybody)
    clock.now = datetime(2023, 5, 1, 1, 0)
    go(reporting, mails, clock)
    before = len(mails.mails())
    content = b"indicator_code,bureau_code,period_code,value,source_code\nelectronic_decision_rate,GENERAL,FY2022-Q4,95,PLAN\n"
    assert not load_file(reporting, content, name="later.csv", kind="observations.csv").problems
    go(reporting, mails, clock)
    go(reporting, mails, clock)
    turned = mails.mails()[before:]
    assert {str(m["To"]) for m in turned} == {ANNA, AYA, OFFICE, SECOND} and len(turned) == 4, [str(m["Subject"]) for m in turned]
    assert "→" in str(turned[0]["Subject"]) and "電子決定率" in str(turned[0]["Subject"])
    own = chosen(
        mails, EDITIONS_DIR=tmp_path / "editions", SIGNING_KEY_FILE=tmp_path / "key", EDITIONS_URL="https://kpi.example.jp"
    )
    clock.now = (datetime.now(UTC) + timedelta(days=1)).replace(hour=1, minute=0, tzinfo=None)  # after what the lists stamped
    with reporting.writing(is_figures=False, is_clock_right=True):
        pass
    publication.publish(reporting, note="公表", now=clock(), viewer=OFFICE, chosen=own)
    rounds.go(reporting, own, clock=clock)
    assert to(mails, "第1号") == sorted(everybody)
    assert "https://kpi.example.jp/editions/0001/" in text_of(next(m for m in mails.mails() if "第1号" in str(m["Subject"])))


def test_a_channel_is_told_what_is_public_and_only_where_the_office_says_so_what_is_not(
    reporting: Store, clock: Clock, tmp_path: Path
) -> None:
    with receiver(tmp_path) as took:
        address = f"http://127.0.0.1:{took.port}/hooks"
        for name, bureau, is_internal in (("public", None, False), ("inside", None, True), ("digital", "DIGITAL", True)):
            channel = choices.NewChannel(
                kind="mattermost", name=name, address=hooks.looked_over("mattermost", f"{address}/{name}"), language="en",
                bureau_code=bureau, is_internal=is_internal,
            )  # fmt: skip
            choices.add_channel(reporting, channel, actor=OFFICE)
        number = upload(reporting)
        submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
        with reporting.writing() as session:
            session.add(
                tables.Publication(
                    edition=1,
                    published_at=clock(),
                    as_of=date(2023, 1, 20),
                    known_at=clock().replace(tzinfo=UTC),
                    note="",
                    rule_version="1",
                    sha256="x",
                )
            )
            session.flush()
            people.record(session, OFFICE, "publish", "edition 1")
        go(reporting, None, clock)
        got = Counter(each["path"].rpartition("/")[2] for each in took.raw() if "Edition 1" in each["content"])
        assert got == {"public": 1, "inside": 1, "digital": 1}
        submitted = [
            each["path"].rpartition("/")[2] for each in took.raw() if "Report submitted" in json.loads(each["content"])["text"]
        ]
        assert submitted == ["inside"]
    held = json.dumps([str(row) for row in reporting.all_of(tables.AuditEvent)])
    assert "/hooks/" not in held and "127.0.0.1" not in held, "no address on record"
    assert not hasattr(choices.channels(reporting, viewer=OFFICE)[0], "address")
    choices.end_channel(reporting, 1, actor=OFFICE)
    assert reporting.all_of(tables.Webhook)[0]["address"] == "-"
    for who in (ANNA, DAI, "nobody@example.jp"):
        with pytest.raises(NotAllowed):
            choices.channels(reporting, viewer=who)
        with pytest.raises(NotAllowed):
            outbox.lines(reporting, viewer=who)


def test_a_question_is_told_to_whoever_must_answer_and_its_answer_to_the_office(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    at_once(reporting, OFFICE, SECOND)
    words = {"title_ja": "秘密の題", "title_en": "A secret title"}
    columns = [AskedColumn(heading_ja="回答", heading_en="Answer")]
    draft = questions.QuestionDraft(words=words, columns=columns, due_on=date(2023, 2, 10), bureaus=["GENERAL"])
    code = questions.write(reporting, draft, actor=OFFICE)
    go(reporting, mails, clock)
    before = len(mails.mails())  # of a draft nobody is told
    assert to(mails, code) == []
    questions.open_to_bureaus(reporting, code, actor=OFFICE, today=IN_TIME)
    go(reporting, mails, clock)
    told = mails.mails()[before:]
    assert {str(m["To"]) for m in told} == MANAGERS and len(told) == 2, "those of the bureau asked"
    assert f"照会が届きました: 総務局 {code}(期限 2023年2月10日)" in str(told[0]["Subject"])
    assert f"https://office.kpi.example.jp/questions?question={code}&lang=ja" in text_of(told[0]) and "秘密" not in text_of(told[0])
    with reporting.writing() as session:
        people.record(session, ANNA, "answer_submitted", f"answer {code} GENERAL")
    go(reporting, mails, clock)
    assert set(to(mails, "照会への回答が提出")) == OFFICERS
    with reporting.writing() as session:
        people.record(session, ANNA, "answer_submitted", f"answer {code} GENERAL")
        people.record(session, OFFICE, "answer_returned", f"answer {code} GENERAL")
    assert {row.occasion for row in waiting(reporting) if code in row.subject} == {"answer_returned"}
    go(reporting, mails, clock)
    go(reporting, mails, clock)
    assert to(mails, "照会への回答が差し戻され") == sorted(MANAGERS)
    with reporting.writing() as session:
        people.record(session, OFFICE, "answer_returned", f"answer {code} GENERAL")
    assert {row.occasion for row in waiting(reporting) if code in row.subject} == {"answer_returned"}
    questions.close(reporting, code, actor=OFFICE)
    assert not [row for row in waiting(reporting) if code in row.subject], "nobody is asked to answer what is closed"


def test_nobody_is_told_on_a_public_holiday_nor_when_the_office_is_closed() -> None:
    hours = hours_of("mon-fri 09:00-18:00")
    at_ten = {day: hours.holds(datetime(*day, 1, 0)) for day in ((2023, 1, 6), (2023, 1, 9), (2023, 1, 10), (2022, 12, 29))}
    assert at_ten == {(2023, 1, 6): True, (2023, 1, 9): False, (2023, 1, 10): True, (2022, 12, 29): False}, "成人の日, 年末"
    assert hours.opening(datetime(2022, 12, 28, 10, 0)) == datetime(2023, 1, 4, 0, 0), "over the New Year"
    assert hours.opening(datetime(2023, 1, 6, 10, 0)) == datetime(2023, 1, 10, 0, 0)


def test_a_choice_is_on_record_and_only_of_what_can_concern_one(reporting: Store) -> None:
    choices.choose(reporting, actor=ANNA, language="en", how_often={"returned": "daily"})
    held = choices.chosen_by(reporting, ANNA)
    assert held.language == "en" and held.how_often["returned"] == "daily" and held.how_often["approved"] == "at_once"
    assert "submitted" not in held.how_often
    for language, how in (("xx", {}), ("ja", {"submitted": "daily"}), ("ja", {"returned": "hourly"}), ("ja", {"nothing": "daily"})):
        with pytest.raises((FigureRefused, ValueError)):
            choices.choose(reporting, actor=ANNA, language=language, how_often=how)
    with pytest.raises(NotAllowed):
        choices.choose(reporting, actor="nobody@example.jp", language="ja", how_often={})
    lines = reporting.all_of(tables.AuditEvent, action="notices_chosen")
    assert [(row["actor"], row["detail"]) for row in lines] == [(ANNA, "en; returned daily")]


def test_that_one_is_told_once_is_a_rule_of_the_database(reporting: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    first, second = reporting.all_of(tables.Notice)
    table = table_of(tables.Notice)
    with pytest.raises(IntegrityError), reporting.writing() as session:
        session.execute(update(table).where(table.c.id == second["id"]).values(reader=first["reader"]))


def test_an_action_is_told_before_its_day_to_its_bureau_and_the_office_and_again_only_where_the_day_moves(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    at_once(reporting, OFFICE, SECOND)
    with reporting.writing() as session:
        for code, state, day in (("A1", "open", 23), ("A2", "done", 23), ("A3", "open", 30)):
            session.add(
                tables.Action(
                    action_code=code, bureau_code="GENERAL", indicator_code="paper_sheets", period_code="FY2022-Q2", measure_ja="秘密の取組",
                    due_on=date(2023, 1, day), due_on_precision="day", action_state=state, source_code="PLAN",
                )
            )  # fmt: skip
    for _ in range(2):
        go(reporting, mails, clock)
    assert to(mails, "対応の期限") == sorted([*MANAGERS, *OFFICERS])
    assert "秘密" not in "".join(map(text_of, mails.mails())) and "bureau?code=GENERAL" in text_of(mails.mails()[-1])
    with reporting.writing() as session:
        session.execute(update(table_of(tables.Action)).values(new_due_on=date(2023, 1, 22), action_state="continued"))
    go(reporting, mails, clock)
    assert len(to(mails, "対応の期限")) == 4 * len([*MANAGERS, *OFFICERS]), "each of the three has a new day"
