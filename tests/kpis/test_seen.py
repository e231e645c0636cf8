"""What a process says of itself: one form for every line, no word that acts, no secret, and a fault that comes again is counted."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kpis.moment import Moment
from kpis.periods import parse_day
from kpis.seen import doing, journal
from kpis.seen.once import MOST, SECONDS, Once
from kpis.settings import settings
from kpis.state import State
from kpis.store.store import Store
from tests.kpis.test_settings import office


class Kept(logging.Handler):
    """A place for the lines of a log, which passes the filter as a process does."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.once = Once(journal._tell_count, clock=lambda: self.time)
        self.addFilter(self.once)
        self.setFormatter(journal.formatter("json"))
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept() -> Iterator[Kept]:
    root, handler = logging.getLogger(), Kept()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def raised(words: str) -> Exception:
    try:
        raise OSError(24, words)
    except OSError as error:
        return error


def test_the_same_fault_is_said_once_and_then_counted(kept: Kept) -> None:
    for n in range(1000):
        logging.getLogger("asyncio").error("no more files\nfd=%d", n, exc_info=raised("Too many open files"))
    (line,) = kept.lines
    assert line["event"] == "no more files fd=0" and "Too many open files" in line["exception"] and line["level"] == "error"
    kept.time = SECONDS
    journal.write("request")
    assert [each["event"] for each in kept.lines[1:]] == ["repeated", "request"]
    assert (kept.lines[1]["count"], kept.lines[1]["of"], kept.lines[1]["logger"]) == (999, "no more files", "asyncio")
    logging.getLogger("asyncio").error("no more files\nfd=%d", 1, exc_info=raised("Too many open files"))
    kept.once.tell_counted()
    assert kept.lines[-1]["count"] == 1, "it goes on: counted, and said at the end of the process"
    kept.time = 3 * SECONDS
    logging.getLogger("asyncio").error("no more files\nfd=%d", 2)
    assert kept.lines[-1]["event"] == "no more files fd=2", "what was away for a minute is said whole again"


def test_faults_that_all_differ_do_not_flood_either(kept: Kept) -> None:
    words = [f"fault {chr(0x4E00 + n)}" for n in range(5 * MOST)]
    with ThreadPoolExecutor(4) as many:
        list(many.map(logging.getLogger("x").error, words))
    assert len(kept.lines) == MOST
    kept.once.tell_counted()
    assert sum(line.get("count", 1) for line in kept.lines) == 5 * MOST, "none is lost from the count"


def test_what_people_wrote_is_text_in_the_log(kept: Kept) -> None:
    journal.write("request", path='/a\r\n{"level":"error"}\x1b[31m\u202e', note=["=cmd|' /C calc'!A0\x00"])
    line = kept.lines[-1]
    assert line["level"] == "info" and line["path"] == '/a {"level":"error"}[31m' and "\x00" not in line["note"][0]
    text = journal.formatter("text").format(logging.makeLogRecord({"msg": "a\nb\x1b[31m", "levelname": "INFO", "name": "x"}))
    assert "\n" not in text and "\x1b" not in text


PLANTED = [
    "postgresql://mieruka:Zc3-vT9qLw1xKf7R@db/x", "kV7w_Hq2zRt-9mXc4LbGd8JpYs3NfAe5TuQo1WiZ6", "Zc3-vT9qLw1xKf7RbN2hYg",
    "Cookie: _streamlit_user=2|1:0|10:17|abcdef", "Authorization: Bearer eyJhbGciOi", "/oauth2callback?code=SplxlOBeZQ&state=af0ifjsldkj",
    "/media/0123456789abcdef.csv", "/_stcore/upload_file/0f0f-session/f1", "anna@example.jp", "password='correct horse'",
]  # fmt: skip
SECRETS = [
    "Zc3-vT9qLw1xKf7R", "kV7w_Hq2", "RbN2hYg", "abcdef", "eyJhbGciOi", "SplxlOBeZQ", "af0ifjsldkj", "0123456789abcdef", "0f0f-session",
    "anna", "correct", "horse",
]  # fmt: skip


def test_no_secret_comes_into_the_log_by_any_way(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in office(DATABASE_URL="postgresql://mieruka:Zc3-vT9qLw1xKf7R@db/x").items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        for n, planted in enumerate(PLANTED):
            kept.time += 2 * SECONDS
            journal.write(f"of {planted}", path=planted, more={"a": [planted]})
            logging.getLogger(f"library.{n}").warning("it said %s", planted)
            journal.write(f"failed at {planted}", level=logging.ERROR, error=raised(planted), what=planted)
        said = "\n".join(json.dumps(line, ensure_ascii=False) for line in kept.lines)
        assert len(kept.lines) == 3 * len(PLANTED)
        assert [secret for secret in SECRETS if secret in said] == []
        assert "Traceback" in said and "postgresql://mieruka:" in said, "what is no secret stays"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_the_public_is_not_followed_by_its_addresses(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("of visitors")  # none that Streamlit takes for its own once a test has read its settings
    log.warning("('192.0.2.7', 4711) - closed 2001:db8::7:8:9")
    assert "192.0.2.7" in kept.lines[-1]["event"]
    monkeypatch.setattr(journal, "settings", lambda: settings().model_copy(update={"mode": "public"}))
    log.warning("('192.0.2.7', 4712) - closed 2001:db8::7:8:9 at 12:34:56")
    assert (
        "192.0.2.7" not in kept.lines[-1]["event"]
        and "2001:db8" not in kept.lines[-1]["event"]
        and "12:34:56" in kept.lines[-1]["event"]
    )
    monkeypatch.setattr(journal, "settings", lambda: settings().model_copy(update={"mode": "public", "log_addresses": True}))
    log.warning("('192.0.2.8', 4712) - opened")
    assert "192.0.2.8" in kept.lines[-1]["event"]


def test_what_was_done_says_statements_rows_and_values(tokyo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "MOST", 100)  # which are the slowest is the machine's affair
    moment = Moment(state=State(Store(tokyo.url)), as_of=parse_day("2023-03-31"))
    first = doing.begun("once")
    moment.kept("searched", ("a person's own words " * 9, "q"), lambda: len(moment.whole))
    said, slowest = first.summary(), first.slowest()
    assert said["rows"] > 160 and said["statements"] > 5 and said["database_ms"] > 0 and said["cache_made"] >= 3
    assert any(each.startswith("SELECT observation:") for each in slowest["slowest_statements"])
    assert any(each.startswith("judged scored:") for each in slowest["slowest_made"]) and "person" not in str(slowest)
    second = doing.begun("twice")
    assert moment.whole and second.summary()["cache_made"] == 0 < second.hits
    assert second.number != first.number and doing.number() == second.number


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT a.x FROM a JOIN b ON a.id = b.id", "SELECT a b"), ("INSERT INTO audit_event (x) VALUES (?)", "INSERT audit_event"),
        ("UPDATE data_revision SET x=1", "UPDATE data_revision"), ("BEGIN IMMEDIATE", "BEGIN"), ("", "?"),
    ],
)  # fmt: skip
def test_a_statement_is_named_by_its_tables(statement: str, name: str) -> None:
    assert doing.name_of(statement) == name
