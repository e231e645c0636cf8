"""The store: migrations, constraints and vintages in each kind of database, and killed loads."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import IntegrityError

from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.upgrade import differing
from loaders.catalogue import load_folder
from loaders.load import load_file
from tests.conftest import ENGINES, POSTGRES
from tests.killed import killed, lasting
from tests.shared import copied, load_shipped, postgresql, shipped
from tests.small_government import write_small_government

OBSERVATIONS = (ROOT / "data" / "official" / "observations.csv").read_text(encoding="utf-8").splitlines()


def correction(**overrides: str) -> bytes:
    """One observation of the paper reduction rate for FY2022, with overrides."""
    row = next(
        r for r in csv.DictReader(OBSERVATIONS) if r["indicator_code"] == "paper_reduction_rate" and r["period_code"] == "FY2022"
    )
    row.update(overrides)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue().encode()


@pytest.fixture(params=ENGINES)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The shipped catalogue and figures in a database of its own, of each kind."""
    if request.param == "sqlite":
        yield copied(shipped(), tmp_path / "copy.db")
        return
    with postgresql(POSTGRES, "shipped", load_shipped) as store:
        yield store


@pytest.mark.edition
def test_the_migrations_make_exactly_the_tables_of_the_models(made: Store) -> None:
    with made.engine.connect() as connection:
        assert differing(connection) == []
        if connection.dialect.name == "sqlite":  # PostgreSQL does without an index that is SQLite's alone
            assert compare_metadata(MigrationContext.configure(connection), tables.SQLModel.metadata) == []


def test_every_check_of_the_models_stands_in_the_database(made: Store) -> None:
    """Migrations that rebuild a table must not lose its CHECK constraints; PostgreSQL writes them in words of its own."""
    checks = [
        (table.name, constraint)
        for table in tables.SQLModel.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    with made.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            held = {name: sql for name, sql in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))}
            for table, check in checks:
                assert f"CONSTRAINT {check.name} CHECK ({check.sqltext})" in held[table]
        else:
            asked = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c'"
            assert {(table, check.name) for table, check in checks} <= {tuple(row) for row in connection.execute(text(asked))}
    assert len(checks) > 40


def test_sqlite_keeps_what_was_confirmed_and_what_refers_to_what(store: Store) -> None:
    """Each connection waits for the disk (2 is FULL), holds foreign keys, and lets readers read while one writes."""
    with store.engine.connect() as connection:
        held = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("synchronous", "foreign_keys", "journal_mode")
        }
    assert held == {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}


def register_file(kind: str, **overrides: str) -> bytes:
    """An official register with overrides in its first row; the others stay, since a row that is gone must be decided."""
    with (ROOT / "data" / "official" / kind).open(encoding="utf-8", newline="") as file:
        first, *others = csv.DictReader(file)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(first), lineterminator="\n")
    writer.writeheader()
    writer.writerows([{**first, **overrides}, *others])
    return out.getvalue().encode()


def test_a_changed_row_of_a_register_keeps_what_it_said_before(made: Store) -> None:
    assert made.count(tables.RegisterChange) == 0
    for channel in ("LoGoフォーム", "jGrants"):
        report = load_file(made, register_file("procedures.csv", online_channel=channel), name="procedures.csv")
        assert (report.problems, report.accepted) == ([], 1)
    changes = made.all_of(tables.RegisterChange)
    assert [(c["row_code"], c["vintage"], c["before_json"], c["after_json"]) for c in changes] == [
        ("P001", 2, '{"online_channel": ""}', '{"online_channel": "LoGoフォーム"}'),
        ("P001", 3, '{"online_channel": "LoGoフォーム"}', '{"online_channel": "jGrants"}'),
    ]
    assert made.one_of(tables.Procedure, "P001")["vintage"] == 3
    assert made.count(tables.Procedure) == 69


@pytest.mark.edition
def test_a_milestone_replanned_twice_keeps_every_day_it_was_given(made: Store) -> None:
    code = "PROG-M001"
    load_file(made, register_file("milestones.csv", planned_end="2020-06-30", planned_end_precision="day"), name="milestones.csv")
    for day in ("2020-07-31", "2020-08-15"):
        content = register_file(
            "milestones.csv",
            planned_end="2020-06-30",
            planned_end_precision="day",
            replanned_end=day,
            replanned_end_precision="day",
        )
        assert load_file(made, content, name="milestones.csv").accepted == 1
    dates = made.all_of(tables.MilestoneDate, milestone_code=code)
    assert [(d["date_kind"], d["vintage"], str(d["day"])) for d in dates] == [
        ("actual", 1, "2020-08-28"),
        ("planned", 1, "2020-06-30"),
        ("replanned", 1, "2020-07-31"),
        ("replanned", 2, "2020-08-15"),
    ]


@pytest.mark.edition
def test_a_database_of_the_first_version_is_brought_up_with_its_rows(bare: Store) -> None:
    made = bare
    made.migrate(to="0001")
    with made.engine.begin() as connection:
        connection.execute(text("INSERT INTO source VALUES ('S1', 'https://example.org', 'page', NULL, 'primary', '')"))
        columns = "procedure_code, name_ja, organisation_ja, category_en, is_priority, digital_status, digitised_precision,"
        columns += "online_channel, smartphone_ready, is_sample, source_code, verified, note"
        values = "'P1', '申請', '', '', true, 'done', 'day', '', 'unknown', false, 'S1', false, ''"
        connection.execute(text(f"INSERT INTO procedure ({columns}) VALUES ({values})"))
    made.migrate()
    row = made.one_of(tables.Procedure, "P1")
    assert (row["digital_status"], row["counted_as"], row["fee_step"], row["vintage"]) == ("done", "procedure", "unknown", 1)


@pytest.mark.edition
def test_the_same_figures_twice_are_a_no_op(made: Store) -> None:
    before = made.revision(), made.count(tables.Observation), made.count(tables.OriginalFile)
    again = load_folder(made, ROOT / "data" / "catalogue", official=ROOT / "data" / "official")
    assert all(report.is_repeat for report in again)
    assert (made.revision(), made.count(tables.Observation), made.count(tables.OriginalFile)) == before


def test_a_change_without_a_reason_is_refused_and_nothing_is_stored(made: Store) -> None:
    before = made.revision(), made.count(tables.Observation), made.count(tables.OriginalFile)
    report = load_file(made, correction(value="71.0"), name="correction.csv", kind="observations.csv")
    assert [p.kind for p in report.problems] == ["rule"] and report.accepted == 0
    assert (made.revision(), made.count(tables.Observation), made.count(tables.OriginalFile)) == before


def test_a_correction_with_a_reason_becomes_a_new_vintage(made: Store) -> None:
    report = load_file(
        made,
        correction(value="71.0", reason_class="error", reason_text="転記の誤り"),
        name="correction.csv",
        kind="observations.csv",
    )
    assert (report.problems, report.accepted) == ([], 1)
    rows = made.all_of(tables.Observation, indicator_code="paper_reduction_rate", period_code="FY2022")
    assert [(r["vintage"], r["value"]) for r in rows] == [(1, 72.0), (2, 71.0)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE indicator SET kind = 'guess'",
        "UPDATE observation SET vintage = 2",
        "UPDATE observation SET indicator_code = 'nowhere'",
        "UPDATE observation SET value = NULL, numerator = NULL, text_ja = ''",
        "UPDATE facility SET longitude = NULL WHERE latitude IS NOT NULL",
        "DELETE FROM source",
    ],
)
def test_the_database_itself_refuses_what_the_model_forbids(made: Store, statement: str) -> None:
    with pytest.raises(IntegrityError), made.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.edition
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork: POSIX only")
def test_a_load_killed_at_any_moment_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    """Loads are killed after a random time; each leaves all rows or none, and a sound file (``make faults`` kills more, on both engines)."""
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    empty.migrate()
    empty.engine.dispose()
    catalogue, official = write_small_government(tmp_path / "data")

    def load(path: Path) -> Store:
        made = Store(f"sqlite:///{path}")
        assert not [p for r in load_folder(made, catalogue, official=official) for p in r.problems]
        return made

    shutil.copy(tmp_path / "empty.db", tmp_path / "whole.db")
    usual = lasting(partial(load, tmp_path / "whole.db"))
    whole = Store(f"sqlite:///{tmp_path / 'whole.db'}")
    counted = (tables.Source, tables.Indicator, tables.Observation, tables.Milestone, tables.Facility)
    new = tuple(whole.count(t) for t in counted)
    assert all(new)
    whole.engine.dispose()
    chance = random.Random(20261124)
    seen: Counter[tuple[int, ...]] = Counter()
    for turn in range(20):
        path = tmp_path / f"kill{turn}.db"
        shutil.copy(tmp_path / "empty.db", path)
        killed(partial(load, path), after=chance.uniform(0, 1.5 * usual))
        left = Store(f"sqlite:///{path}")
        state = tuple(left.count(t) for t in counted)
        assert state in ((0,) * len(counted), new)
        with left.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        seen[state] += 1
        usual *= 1.15 if state != new else 0.87  # a machine that is busier now than it was is waited for longer
        left.engine.dispose()
    assert len(seen) == 2 and min(seen.values()) > 2, f"the kills fell all on one side of the commit: {seen}"


def test_every_shipped_figure_is_there(made: Store) -> None:
    assert made.count(tables.Observation) == len(OBSERVATIONS) - 1
