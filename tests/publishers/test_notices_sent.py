"""How what is told leaves: secured and signed in, tried again with growing pauses, once, and never by a sample, a backup or a public instance."""

from __future__ import annotations

import email
import email.policy
import itertools
import resource
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kpis.errors import FigureRefused, NotAllowed
from kpis.reporting import outbox, people, submissions
from kpis.reporting.hours import hours_of
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store
from publishers.notices import hooks, rounds, smtp
from publishers.notices.smtp import PORTS
from tests.posting import Took, answering, certificate, mail_server
from tests.publishers.telling import OFFICERS, Clock, go, states, to, upload
from tests.small_government import ANNA, IN_TIME, OFFICE

pytestmark = pytest.mark.store


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("slack", "https://evil.example.jp/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"), ("slack", "mailto://a:b@example.jp"),
        ("teams", "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
        ("mattermost", "http://mattermost.example.jp/hooks/abc"), ("mattermost", "https://a:b@mattermost.example.jp/hooks/abc"),
        ("mattermost", "https://mattermost.example.jp/api/v4/users"), ("mattermost", "file:///etc/passwd"), ("other", "https://x.example.jp/hooks/a"), ("mattermost", "https://[::1/hooks/abc"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_the_service_is_refused(kind: str, address: str) -> None:
    with pytest.raises(FigureRefused):
        hooks.looked_over(kind, address)


def test_addresses_as_the_services_give_them_are_taken() -> None:
    for kind, address in (
        ("slack", "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
        ("mattermost", "https://mattermost.example.jp/chat/hooks/3ccdd113474722377935511fc85d3dd4"),
        ("teams", ("https://prod-15.japaneast.logic.azure.com:443/workflows/abcdef/triggers/manual/paths/invoke?api-version=2016-06-01"
                  "&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=iXjeMGUdCgTwVHMTt1UIdPZpKvtnB1ELRs1gEVUQgTw")),
    ):  # fmt: skip
        assert hooks.looked_over(kind, address) == address


@pytest.mark.edition
def test_what_is_not_taken_is_tried_again_with_growing_pauses_and_then_shown_until_somebody_sends_it_again(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    number = upload(reporting)
    go(reporting, mails, clock)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    waits = []
    nowhere = {"SMTP_PORT": 9, "NOTICE_HOURS": "00:00-23:59"}
    for _ in range(len(outbox.PAUSES) + 1):
        at = clock.now
        assert go(reporting, mails, clock, **nowhere).sent == 0
        nexts = {row["next_try_at"] for row in reporting.all_of(tables.Notice, occasion="submitted", state="waiting")}
        if nexts:
            (clock.now,) = nexts
            waits.append(clock.now - at)
            assert go(reporting, mails, Clock(clock.now - timedelta(seconds=1)), **nowhere) == rounds.Round(), "not sooner"
    assert waits == list(outbox.PAUSES) and waits == sorted(waits)
    failed = outbox.lines(reporting, viewer=OFFICE, states=["failed"])
    assert len(failed) == len(OFFICERS) and {f.last_error for f in failed} == {"ConnectionRefusedError"} and failed[0].attempts == 7
    outbox.send_again(reporting, failed[0].id, actor=OFFICE)
    go(reporting, mails, clock, NOTICE_HOURS="00:00-23:59")
    assert to(mails, "提出") == [failed[0].reader.removeprefix("person ")]
    assert [row["action"] for row in reporting.all_of(tables.AuditEvent)][-1] == "notice_sent_again"


@pytest.mark.edition
def test_news_that_could_not_leave_for_a_week_does_not_leave_at_all(reporting: Store, mails: Took, clock: Clock) -> None:
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    go(reporting, None, clock)
    assert states(reporting)["waiting"] > 0, "without a mail server mail waits"
    clock.now += timedelta(days=8, hours=1)
    clock.now = clock.now.replace(hour=1)
    go(reporting, mails, Clock(datetime(2023, 1, 30, 1, 0)))
    assert to(mails, "提出") == [] and states(reporting)["expired"] >= 2


def test_a_sender_that_ended_before_it_sent_is_followed_by_another_and_one_that_ended_after_is_shown(
    reporting: Store, mails: Took, clock: Clock
) -> None:
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    hours = hours_of("mon-fri 09:00-18:00")
    one, two = outbox.claim(reporting, hours, now=clock())
    assert outbox.claim(reporting, hours, now=clock()) == [], "claimed by another"
    assert outbox.begin(reporting, one, message_id="<a@b>", now=clock())
    later = Clock(clock.now + outbox.LEASE + timedelta(seconds=1))
    (again,) = outbox.claim(reporting, hours, now=later())
    assert again.reader == two.reader, "what was not begun waits again"
    assert not outbox.begin(reporting, two, message_id="<a@b>", now=later()), "the first sender wakes up, and no longer has it"
    (lost,) = outbox.lines(reporting, viewer=OFFICE, states=["unknown"])
    assert lost.reader == one.reader and lost.last_error == "sender_ended"
    assert outbox.begin(reporting, again, message_id="<a@b>", now=later())
    outbox.sent(reporting, again, now=later())
    outbox.sent(reporting, one, now=later())  # it was only slow
    assert states(reporting) == {"sent": 2}


def test_after_a_backup_was_put_back_nothing_that_waited_is_sent(reporting: Store, mails: Took, clock: Clock) -> None:
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    assert outbox.put_aside(reporting, actor=people.COMMAND_LINE) == len(OFFICERS)
    go(reporting, mails, clock)
    assert to(mails, "提出") == [] and states(reporting)["unknown"] == len(OFFICERS)


def test_a_sample_tells_nobody(reporting: Store, mails: Took, clock: Clock) -> None:
    reporting.become_sample()
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    go(reporting, mails, clock)
    assert reporting.count(tables.Notice) == 0 and mails.mails() == []


def test_a_public_instance_tells_nobody(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        rounds.go(store, Settings(MIERUKA_MODE="public", EDITIONS_DIR=tmp_path), clock=Clock())  # type: ignore[call-arg]


def test_no_line_of_a_mail_is_longer_than_servers_take() -> None:
    own = Settings(MAIL_FROM="a@example.jp")  # type: ignore[call-arg]
    for words in ("a" * 5000, "あ" * 5000, "a\r\nBcc: x@example.jp", "short"):
        made = smtp.mail(ANNA, words, words, chosen=own, name="<a@b>", language="en", now=datetime(2023, 1, 1))
        lines = made.as_bytes().split(b"\r\n")
        assert max(map(len, lines)) <= 998 and not any(b"\n" in line for line in lines) and "Bcc" not in made
        assert "".join(str(made.get_content()).split()) == "".join(words.split())


@pytest.mark.parametrize("words", ["=?utf-8?q?=0d=0aBcc:_x@example.jp?=", "=?utf-8?b?YQ0KQmNjOiB4QGV4YW1wbGUuanA=?="])
def test_a_subject_that_looks_encoded_makes_no_further_header(words: str) -> None:
    own = Settings(MAIL_FROM="a@example.jp")  # type: ignore[call-arg]
    made = smtp.mail(ANNA, words, "x", chosen=own, name="<a@b>", language="en", now=datetime(2023, 1, 1))
    arrived = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
    assert arrived["Bcc"] is None and arrived["To"] == ANNA
    assert sorted(arrived.keys()) == sorted(set(made.keys()))
    assert str(arrived["Subject"]) == words.replace("=?", "= ?"), "shown as it was written"


@pytest.mark.edition
@pytest.mark.parametrize("said", ["endless", "drop by drop"])
def test_a_mail_server_whose_reply_has_no_end_is_left_in_time(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 1)
    pieces = itertools.repeat(b"250-and so on\r\n" * 5000 if said == "endless" else b"2", 40)
    with answering(pieces, pause=0.0 if said == "endless" else 0.2) as port:
        own = Settings(SMTP_HOST="127.0.0.1", SMTP_PORT=port, SMTP_SECURITY="none", MAIL_FROM="a@example.jp")  # type: ignore[call-arg]
        made = smtp.mail(ANNA, "s", "t", chosen=own, name="<a@b>", language="ja", now=datetime(2023, 1, 1))
        began = time.monotonic()
        with smtp.post(own) as post, pytest.raises(smtp.NotTaken, match="SMTPServerDisconnected"):
            post.hand_over(ANNA, made)
        assert time.monotonic() - began < 3


@pytest.mark.edition
@pytest.mark.parametrize(
    ("pieces", "pause", "why"),
    [([b"HTTP/1.1 200 OK\r\n\r\n", *itertools.repeat(b"a" * 10_000_000, 200)], 0.0, "MemoryError"),
     ([b"HTTP/1.1 200 OK\r\n", *itertools.repeat(b"X-More: x\r\n", 60)], 0.2, "TimeoutExpired")],
)  # fmt: skip
def test_a_channel_whose_answer_has_no_end_holds_neither_memory_nor_the_round(
    pieces: list[bytes], pause: float, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "TimeoutExpired":
        monkeypatch.setattr(hooks, "MOST_SECONDS", 3.0)
    with answering(pieces, pause=pause) as port:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(smtp.NotTaken, match=why) as raised:
            hooks.hand_over("mattermost", f"http://127.0.0.1:{port}/hooks/abc", "s", "t")
        assert raised.value.is_unknown and (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 100_000


@pytest.mark.edition
def test_mail_is_secured_and_signed_in_as_the_settings_say(
    reporting: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = certificate(tmp_path)
    number = upload(reporting)
    submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
    secured = {"SMTP_HOST": "localhost", "SMTP_SECURITY": "starttls", "SMTP_USER": "mieruka", "SMTP_PASSWORD": "kV7w-Hq2z-Rt9m"}
    with mail_server(tmp_path, tls=paths, password="kV7w-Hq2z-Rt9m") as took:
        go(reporting, took, clock, **secured)
        assert took.mails() == [], "a certificate that nobody vouches for"
        assert {r["last_error"] for r in reporting.all_of(tables.Notice) if r["attempts"]} == {"SSLCertVerificationError"}
        monkeypatch.setenv("SSL_CERT_FILE", str(paths[0]))
        clock.now += outbox.PAUSES[0]
        go(reporting, took, clock, **{**secured, "SMTP_PASSWORD": "wrong"})
        assert took.mails() == []
        clock.now += outbox.PAUSES[1]
        go(reporting, took, clock, **secured)
        assert set(to(took, "提出")) == OFFICERS
    assert PORTS == {"starttls": 587, "tls": 465, "none": 25}
