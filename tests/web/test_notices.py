"""The page of notices and the calendar at a served office: each sees what is theirs, and each link opens what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar

from kpis.languages import say
from kpis.moment import Moment
from kpis.reporting import choices, outbox, people, submissions
from kpis.reporting.hours import hours_of
from kpis.settings import Settings
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store, utc_now
from publishers.notices import hooks
from publishers.notices.wording import mail_of, worded
from tests.small_government import ANNA, DAI, OFFICE, PERIOD, SECOND, figure
from tests.web.conftest import Office, new_office
from tests.web.served import Answer, Instance

pytestmark = pytest.mark.server
KEY = "hooks/3ccdd113474722377935511fc85d3dd4"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Return an office where nobody else brings messages."""
    with new_office(tmp_path_factory.mktemp("notices")) as made:
        yield made


@pytest.fixture(scope="module")
def told(office: Office) -> Store:
    """DIGITAL has reported, and a channel was set; two messages wait more."""
    done = submissions.upload(
        office.store,
        submissions.FilledWorkbook(
            rows=[figure(numerator=1.0, denominator=2.0, bureau="DIGITAL")], content=b"of DIGITAL", name="d.xlsx"
        ),
        actor=DAI,
        bureau_code="DIGITAL",
        period_code=PERIOD,
    )
    submissions.submit(office.store, done.report_id, actor=DAI, revision=1, today=date(2026, 11, 27))
    address = hooks.looked_over("mattermost", f"https://mattermost.example.jp/{KEY}")
    channel = choices.NewChannel(kind="mattermost", name="広報の部屋", address=address, language="ja")
    choices.add_channel(office.store, channel, actor=OFFICE)
    return office.store


def entries(answer: Answer) -> dict[str, date]:
    """Return the days of a calendar by their titles."""
    assert answer.status == 200 and answer.one("content-type").startswith("text/calendar")
    return {str(event["summary"]): event.decoded("dtstart") for event in Calendar.from_ical(answer.body).walk("VEVENT")}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_office_sees_every_message_and_no_address_of_a_channel(office: Office, told: Store, language: str) -> None:
    tab = office.visitor("office").tab()
    seen = tab.run("notices", f"part=outbox&lang={language}")
    assert say("outbox_title", language, not_sent=0, waiting=2, sent=0) in seen and OFFICE in seen and SECOND in seen
    assert (
        say("notice_submitted_subject", language, bureau=say_bureau(told, language), period=say_period(language), report=2) in seen
    )
    seen = tab.run("notices", f"part=channels&lang={language}")
    assert "広報の部屋" in seen and KEY not in seen and "mattermost.example.jp" not in seen
    tab.close()


def say_bureau(store: Store, language: str) -> str:
    row = next(row for row in store.all_of(tables.Bureau) if row["bureau_code"] == "DIGITAL")
    return str(row[f"name_{language}"])


def say_period(language: str) -> str:
    from kpis.periods import parse_period

    return parse_period(PERIOD).label(language)


def test_a_manager_sees_own_choices_alone_and_a_stranger_nothing(office: Office, told: Store) -> None:
    tab = office.visitor("anna").tab()
    for part in ("mine", "outbox", "channels"):
        seen = tab.run("notices", f"part={part}&lang=en")
        assert say("notices_mine_title", "en") in seen and ANNA.replace("@", "") not in seen
        assert "広報の部屋" not in seen and SECOND not in seen
    assert say("occasion_returned", "en") in seen and say("occasion_submitted", "en") not in seen
    tab.close()
    tab = office.visitor("stranger").tab()
    assert say("notices_mine_title", "ja") not in tab.run("notices")
    tab.close()


def test_each_link_opens_what_it_speaks_of(office: Office, told: Store) -> None:
    """Followed as the person who is told, in the language of the message."""
    chosen = Settings(PUBLIC_URL=office.instance.origin)  # type: ignore[call-arg]
    moment = Moment(state=State(told), as_of=date(2026, 11, 27))
    claims = [c for c in outbox.claim(told, hours_of("00:00-23:59"), now=utc_now()) if c.reader.endswith(OFFICE)]
    link = worded(claims[0].notices[0], "en", moment, chosen, is_office=True).link
    outbox.given_back(told, claims, now=utc_now())
    assert link in mail_of(claims[0], moment, chosen)[1].replace("lang=ja", "lang=en")
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == office.instance.origin and parse_qs(parts.query)["report"] == ["2"]
    tab = office.visitor("office").tab()
    seen = tab.run(parts.path.strip("/"), parts.query)
    assert say("decide", "en") in seen and "d.xlsx" in seen, "the very report, to be decided"
    tab.close()
    tab = office.visitor("anna").tab()
    seen = tab.run("submit", f"bureau=GENERAL&period={PERIOD}&lang=en")
    assert "General Affairs" in seen and say("step_upload", "en") in seen
    tab.close()


def test_a_calendar_opens_by_its_secret_alone_shows_ones_own_and_ends(office: Office, told: Store) -> None:
    instance = office.instance
    assert instance.ask("/calendar.ics").status == 404, "an office shows nothing to anybody"
    assert instance.ask("/calendar.ics?key=guessed").status == 404
    key = choices.new_calendar(told, actor=ANNA)
    held = [row["calendar_sha256"] for row in told.all_of(tables.NoticeReader)]
    assert key not in str(told.all_of(tables.AuditEvent)) and key not in held
    own = entries(instance.ask(f"/calendar.ics?key={key}"))
    assert own == {"報告の期限: 総務局 令和4年度第3四半期": date(2099, 1, 31)}
    every = entries(instance.ask(f"/calendar.ics?key={choices.new_calendar(told, actor=OFFICE)}"))
    assert set(every) > set(own)
    assert choices.new_calendar(told, actor=ANNA) != key and instance.ask(f"/calendar.ics?key={key}").status == 404, (
        "the one before ended"
    )
    gone = choices.new_calendar(told, actor=DAI)
    people.add_person(told, actor=people.COMMAND_LINE, email="new@example.jp", role="reform_office")
    key = choices.new_calendar(told, actor="new@example.jp")
    people.remove_person(told, actor=people.COMMAND_LINE, email="new@example.jp")
    assert instance.ask(f"/calendar.ics?key={key}").status == 404, "no role, no calendar"
    choices.no_calendar(told, actor=DAI)
    assert instance.ask(f"/calendar.ics?key={gone}").status == 404
    log = (instance.folder / "server.log").read_text()
    assert gone not in log and key not in log and KEY not in log


def test_the_public_has_the_publications_that_were_announced(public: Instance) -> None:
    answer = public.ask("/calendar.ics")
    assert answer.status == 200 and entries(answer) == {}
    assert Calendar.from_ical(answer.body)["version"] == "2.0"
