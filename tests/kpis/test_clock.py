"""A clock that goes back, or far ahead: nothing is stamped or published before what is there, and both times are said."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kpis.errors import ClockAhead, ClockBehind
from kpis.reporting import people, submissions
from kpis.store import store as clock
from kpis.store import tables
from kpis.store.store import FAR, SKEW, Store, instant, utc_now
from loaders.load import load_file
from publishers.editions import on_disk, publication
from tests.command import command
from tests.publishers.house import House
from tests.small_government import ANNA, OFFICE, PERIOD, figure, write_small_government

pytestmark = pytest.mark.edition
FIGURE = b"""indicator_code,bureau_code,period_code,numerator,denominator,source_code
electronic_decision_rate,GENERAL,FY2022-Q3,400,1000,PLAN
"""


def shows(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Set the clock by which the store stamps."""
    monkeypatch.setattr(clock, "utc_now", lambda: at)


def send(store: Store) -> None:
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[figure(numerator=1.0, denominator=2.0)], content=b"1", name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )


def test_a_clock_that_went_back_is_refused_at_every_write_with_both_times(
    reporting: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = reporting.all_of(tables.DataRevision)[0]["stamped_at"]  # the store may be a copy of one made a while ago
    behind = newest - timedelta(days=2)
    shows(monkeypatch, behind)
    lines, revision = reporting.count(tables.AuditEvent), reporting.revision()
    for act in (
        lambda: send(reporting),
        lambda: people.add_person(reporting, actor=people.COMMAND_LINE, email="x@example.jp", role="administrator"),
        lambda: load_file(reporting, FIGURE, name="later.csv", kind="observations.csv"),
    ):
        with pytest.raises(ClockBehind) as refused:
            act()
        for time in (behind, newest):
            assert f"{time:%Y-%m-%d %H:%M}" in str(refused.value)
    assert (reporting.count(tables.AuditEvent), reporting.revision()) == (lines, revision)
    people.signed_in(reporting, ANNA, signed_in_at=1, is_let_in=True)  # what lets in, ends or refuses does not wait for the clock
    (line,) = reporting.all_of(tables.AuditEvent, action="signed_in")
    assert line["occurred_at"] > behind + timedelta(days=1)


def test_what_is_stamped_never_goes_back_though_the_clocks_of_two_machines_differ(
    reporting: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now() + timedelta(seconds=1)
    for shown in (now, now - SKEW + timedelta(seconds=1), now + timedelta(seconds=1)):
        shows(monkeypatch, shown)
        with reporting.writing() as session:
            assert instant(session) == max(shown, now)
            people.record(session, OFFICE, "confidence", "x")
    stamped = [row["occurred_at"] for row in reporting.all_of(tables.AuditEvent)]
    assert stamped == sorted(stamped)


def test_a_clock_far_ahead_stamps_nothing_or_the_instance_would_stand_still_until_then(
    reporting: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that begins with a wrong clock, as of 2038, before it asks what time it is."""
    newest = reporting.all_of(tables.DataRevision)[0]["stamped_at"]
    for ahead in (newest + FAR + timedelta(days=1), datetime(2038, 1, 20), datetime(9999, 12, 31)):
        shows(monkeypatch, ahead)
        with pytest.raises(ClockAhead) as refused:
            send(reporting)
        for part in (f"{ahead:%Y-%m-%d}", f"{newest:%Y-%m-%d %H:%M:%S}", "--clock-is-right"):
            assert part in str(refused.value)
        people.signed_in(reporting, ANNA, signed_in_at=ahead.year, is_let_in=True)  # does not wait, and does not stamp
    assert {line["occurred_at"] for line in reporting.all_of(tables.AuditEvent, action="signed_in")} == {newest}
    shows(monkeypatch, newest + timedelta(days=1))
    send(reporting)
    shows(monkeypatch, newest + FAR)
    with reporting.writing():
        pass  # an office that was silent for a year less a day


def test_an_operator_says_that_a_clock_is_right_though_nothing_was_written_for_long(reporting: Store, tmp_path: Path) -> None:
    store = reporting
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE data_revision SET stamped_at = '2020-01-01 00:00:00.000000'")
    around = {"DATABASE_URL": store.url, "EDITIONS_DIR": str(tmp_path / "editions")}
    add = ("user", "add", "x@example.jp", "--role", "administrator")
    refused = command(*add, **around)
    assert refused.returncode == 2 and "--clock-is-right" in refused.stderr and "2020-01-01" in refused.stderr
    assert command("init", "--clock-is-right", **around).returncode == 0
    assert command(*add, **around).returncode == 0


@pytest.fixture
def house(reporting: Store, tmp_path: Path) -> House:
    """The small government with one edition, in each kind of database."""
    write_small_government(tmp_path / "data")
    house = House(reporting, tmp_path / "editions", utc_now(), tmp_path / "data" / "official")
    publication.publish(house.store, note="前", now=utc_now(), chosen=house.chosen)
    return house


def test_nothing_is_published_by_a_clock_behind_what_is_there_and_one_far_ahead_is_doubted(house: House) -> None:
    behind = utc_now() - timedelta(days=2)
    for act in (
        lambda: publication.preview(house.store, now=behind, folder=house.folder),
        lambda: publication.publish(house.store, note="x", now=behind, chosen=house.chosen),
        lambda: publication.rollback(house.store, 1, reason="x", now=behind, chosen=house.chosen),
    ):
        with pytest.raises(ClockBehind):
            act()
    assert on_disk.numbers(house.folder) == [1] and not house.store.all_of(tables.AuditEvent, action="rollback")
    ahead = publication.preview(house.store, now=utc_now() + timedelta(days=730), folder=house.folder)
    assert [doubt.key for doubt in ahead.doubts] == ["clock_far_ahead"]
    assert publication.preview(house.store, now=utc_now(), folder=house.folder).doubts == ()


def test_the_command_asks_before_figures_disappear(house: House, tmp_path: Path) -> None:
    """A figure is withdrawn and a row of a register is taken out behind the back of the product."""
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM translation WHERE row_key = 'M9'")
        connection.exec_driver_sql("DELETE FROM milestone_date WHERE milestone_code = 'M9'")
        connection.exec_driver_sql("DELETE FROM milestone WHERE milestone_code = 'M9'")
    around = {
        "DATABASE_URL": house.store.url, "EDITIONS_DIR": str(house.folder), "PUBLIC_URL": "https://reform.example.jp",
        "CATALOGUE_DIR": str(tmp_path / "data" / "catalogue"), "OFFICIAL_DIR": str(tmp_path / "data" / "official"),
    }  # fmt: skip
    refused = command("publish", "--note", "x", **around)
    assert refused.returncode == 2 and "--yes" in refused.stderr and on_disk.numbers(house.folder) == [1]
    assert "milestone: 2 rows become 1" in " ".join(refused.stderr.split())
    done = command("publish", "--note", "x", "--yes", **around)
    assert done.returncode == 0, done.stderr
    assert on_disk.numbers(house.folder) == [1, 2]
