"""Registers as they were known: whatever came in and in whatever order, every moment can be rebuilt as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from kpis.figures import registers
from kpis.figures.folding import folded
from kpis.moment import Moment
from kpis.state import State
from kpis.store import queries, register_history, tables, vintages
from kpis.store.queries import Filter
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.store.vintages import Origin
from publishers.opendata.registers_csv import written
from tests import shared

pytestmark = pytest.mark.edition

BEGIN, TODAY = datetime(2026, 4, 1, 9), date(2026, 1, 1)
ENDS = {
    "ended_on": (None, date(2024, 6, 30), date(2026, 1, 1), date(2026, 1, 2)), "ended_reason": (None, "closed", "merged", "mistake"),
    "successor_code": (None, "x"),
}  # fmt: skip
DAYS = (None, date(2024, 3, 31), date(2025, 3, 31), date(2027, 3, 31))
COLUMNS: Mapping[type, Mapping[str, tuple[Any, ...]]] = {
    tables.Procedure: {
        "name_ja": ("許可の申請", "ＡＢＣの届出", "認定"), "law_name": ("", "条例"), "bureau_code": (None, "A", "B"),
        "digital_status": ("done", "planned", "not_done", "partly_done"), "digitised_date": DAYS, "planned_for": DAYS,
        "planned_for_precision": ("day", "or_later"), "is_priority": (True, False), "applications_count": (None, 0.0, 120.5),
        "online_count": (None, 0.0, 7.0), "online_channel": ("", "窓口; 電子"), "fee_step": ("paper", "online", "unknown"),
        "verified": (True, False), **ENDS,
    },
    tables.Facility: {
        "name_ja": ("園", "館"), "bureau_code": (None, "A", "B"), "cashless_status": ("introduced", "announced", "not_cashless"),
        "cashless_since": DAYS, "payment_methods": ("", "credit_card;qr_code"), "is_class": (True, False),
        "municipality_ja": ("", "港区"), **ENDS,
    },
    tables.Milestone: {
        "name_ja": ("開始", "終了"), "stage_ja": ("", "予定"), "planned_end": DAYS, "planned_end_precision": ("day", "month"),
        "reported_period": (None, "FY2025-Q1"), **ENDS,
    },
}  # fmt: skip
ALWAYS: Mapping[type, Mapping[str, Any]] = {
    tables.Procedure: {"source_code": "S"},
    tables.Facility: {"source_code": "S", "kind": "park"},
    tables.Milestone: {"source_code": "S", "project_code": "P", "name_en": "step"},
}
KINDS = {tables.Procedure: "procedure", tables.Facility: "facility", tables.Milestone: "milestone"}

FOUND_BY = ("name_ja", "name_en", "law_name", "law_article", "organisation_ja")  # words of a procedure, besides its code


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with a source, two bureaus and a project, emptied of its registers before each example."""
    made = shared.copied(shared.empty(), tmp_path_factory.mktemp("past") / "past.db")
    furnish(made)
    return made


def furnish(store: Store) -> None:
    store.migrate()
    with store.writing() as session:
        session.add(tables.Source(source_code="S", url="https://example.org", title="s", grade="primary"))
        session.flush()
        for code in ("A", "B"):
            session.add(tables.Bureau(bureau_code=code, kind="bureau"))
        session.add(tables.Project(project_code="P", kind="core", source_code="S"))


def emptied(store: Store) -> None:
    with store.writing() as session:
        for model in (tables.RegisterChange, tables.MilestoneDate, tables.Translation, *KINDS):
            session.execute(delete(table_of(model)))


def changes(model: type) -> st.SearchStrategy[list[tuple[int, list[dict[str, Any]]]]]:
    """Some steps: seconds since the one before (several may fall on one instant), and rows with some of their columns changed."""
    row = st.fixed_dictionaries(
        {"code": st.sampled_from("abcd")}, optional={n: st.sampled_from(v) for n, v in COLUMNS[model].items()}
    )
    return st.lists(st.tuples(st.integers(0, 2), st.lists(row, min_size=1, max_size=3, unique_by=lambda r: r["code"])), max_size=6)


def take_in(
    store: Store, model: type, steps: list[tuple[int, list[dict[str, Any]]]]
) -> list[tuple[datetime, dict[str, dict[str, Any]]]]:
    """Bring in the steps, alternately as a file and as a report; return what a naive replay holds after each of them."""
    (key,) = table_of(model).primary_key.columns
    start = {name: choices[0] for name, choices in COLUMNS[model].items()}
    at, held, replay = BEGIN, {}, []
    for turn, (seconds, rows) in enumerate(steps):
        at += timedelta(seconds=seconds)
        given_rows = []
        for row in rows:
            code = row["code"]
            own = {name: value for name, value in row.items() if name != "code"}
            values = {**ALWAYS[model], **held.get(code, start), **own, key.name: code}
            held = {**held, code: {name: values[name] for name in COLUMNS[model]}}
            given_rows.append({**{n: f.default for n, f in model.model_fields.items() if not f.is_required()}, **values})
        with store.writing() as session:
            for row in given_rows:
                for name in ("vintage", "id"):
                    row.pop(name, None)
            if turn % 2:
                vintages.apply_report(session, KINDS[model], given_rows, origin=Origin(at))
            else:
                plain = [SimpleNamespace(**row) for row in given_rows]
                vintages.apply_rows(session, KINDS[model], plain, sha256=None, loaded_at=at)  # type: ignore[arg-type]
        replay.append((at, held))
    return replay


def known_then(replay: list[tuple[datetime, dict[str, dict[str, Any]]]], moment: datetime) -> dict[str, dict[str, Any]]:
    return next((held for at, held in reversed(replay) if at <= moment), {})


@pytest.mark.edition
@pytest.mark.parametrize("model", list(KINDS))
@settings(max_examples=15)
@given(data=st.data())
def test_every_moment_of_a_register_can_be_rebuilt(empty: Store, model: type, data: st.DataObject) -> None:
    """Random changes through the real way in; at every instant the register is what a naive replay says."""
    emptied(empty)
    replay = take_in(empty, model, data.draw(changes(model)))
    (key,) = table_of(model).primary_key.columns
    moments = {at + timedelta(seconds=s) for at, _ in [*replay, (BEGIN, {})] for s in (-1, 0, 1)}
    for moment in sorted(moments):
        then = known_then(replay, moment)
        rows = empty.known(model, known_at=moment)
        assert {r[key.name]: {n: r[n] for n in COLUMNS[model]} for r in rows} == then
        assert [r[key.name] for r in rows] == sorted(then)
        for row in rows:
            earlier = [held for at, held in replay if at <= moment]
            seen = [held[row[key.name]] for held in earlier if row[key.name] in held]
            assert row["vintage"] == 1 + sum(a != b for a, b in pairwise(seen))
            assert row["first_known_at"] == next(at for at, held in replay if row[key.name] in held)
    assert empty.known(model, known_at=None) == empty.all_of(model)


def stands(row: Mapping[str, Any], day: date = TODAY) -> bool:
    """Say on paper whether a row still stands on a day."""
    return row["ended_reason"] != "mistake" and (row["ended_on"] is None or day < row["ended_on"])


def counted_naively(rows: Mapping[str, dict[str, Any]]) -> dict[str, tuple[int, int, float]]:
    """Count procedures by bureau: how many, how many done by the day, and their applications."""
    found: dict[str, tuple[int, int, float]] = {}
    for row in filter(stands, rows.values()):
        done = row["digital_status"] == "done" and (row["digitised_date"] is None or row["digitised_date"] <= TODAY)
        n, d, a = found.get(row["bureau_code"] or "", (0, 0, 0.0))
        found[row["bureau_code"] or ""] = (n + 1, d + done, a + (row["applications_count"] or 0.0))
    return found


@pytest.mark.edition
@settings(max_examples=10)
@given(data=st.data())
def test_counts_searches_and_files_are_those_of_the_moment(empty: Store, data: st.DataObject) -> None:
    """What the database counts, finds and writes for an instant is what the naive replay holds."""
    emptied(empty)
    replay = take_in(empty, tables.Procedure, data.draw(changes(tables.Procedure)))
    for moment in sorted({at for at, _ in replay} | {BEGIN - timedelta(days=1)}):
        then = known_then(replay, moment)
        total = registers.tally_by(queries.groups(empty, as_of=TODAY, known_at=moment), "bureau")
        assert {b: (t.procedures, t.done, t.applications) for b, t in total.items()} == counted_naively(then)
        assert sum(count for *_, count in queries.by_bureau(empty, as_of=TODAY, known_at=moment)) == sum(map(stands, then.values()))
        whole = registers.tally(queries.groups(empty, as_of=TODAY, known_at=moment))
        assert (whole.procedures, whole.ended) == (sum(map(stands, then.values())), sum(not stands(r) for r in then.values()))
        gone = queries.dated(empty, "planned_for", as_of=TODAY, known_at=moment)
        real = [r for r in then.values() if r["ended_reason"] != "mistake"]
        assert sum(d.count for d in gone) == sum(r["planned_for"] is not None for r in real)
        assert sum(d.count for d in gone if d.ended is None) == sum(r["planned_for"] is not None for r in real if stands(r))
        online = queries.dated(empty, "digitised_date", as_of=TODAY, known_at=moment)
        for day, _, so_far in registers.cumulated(online):
            assert so_far == sum(
                r["digital_status"] in ("done", "partly_done") and r["digitised_date"] is not None and r["digitised_date"] <= day
                and (r["digitised_date"] <= TODAY) and stands(r, day)
                for r in real
            ), day  # fmt: skip
        channels = registers.channels(queries.channel_counts(empty, as_of=TODAY, known_at=moment))
        assert sum(channels.get("電子", {}).values()) == sum(r["online_channel"] != "" for r in then.values() if stands(r))
        for words in ("abc", "許可", "条例", ""):
            expected = sorted(
                c for c, r in then.items() if folded(words) in folded(" ".join([c, *(str(r[n]) for n in FOUND_BY if r.get(n))]))
            )
            found, rows = Moment(state=State(empty), as_of=TODAY, known_at=moment).search(Filter(q=words))
            assert (found, [r.procedure_code for r in rows]) == (len(expected), expected), words
            file = list(
                csv.DictReader(
                    io.StringIO(
                        written(Moment(state=State(empty), as_of=TODAY, known_at=moment), Filter(q=words)).decode("utf-8-sig")
                    )
                )
            )
            assert [r["procedure_code"] for r in file] == expected
            assert {r.procedure_code for r in rows if r.status == "ended"} == {c for c in expected if not stands(then[c])}
            assert all(r["name_ja"] == then[r["procedure_code"]]["name_ja"] for r in file)


def test_each_kind_of_database_rebuilds_the_same(reporting: Store) -> None:
    """Booleans, numbers, days and blanks come back as they were, from SQLite and from PostgreSQL."""
    furnish(reporting)
    emptied(reporting)
    steps = [
        (0, [{"code": "a", "planned_for": DAYS[1], "applications_count": 120.5, "is_priority": True, "bureau_code": "A"}, {"code": "b"}]),
        (60, [{"code": "a", "planned_for": None, "applications_count": None, "is_priority": False, "bureau_code": None},
              {"code": "c", "name_ja": "認定"}]),
        (60, [{"code": "a", "planned_for": DAYS[2], "applications_count": 0.0, "name_ja": "ＡＢＣの届出"}]),
    ]  # fmt: skip
    replay = take_in(reporting, tables.Procedure, steps)
    for at, then in replay:
        rows = {r["procedure_code"]: r for r in reporting.known(tables.Procedure, known_at=at)}
        assert {code: {n: r[n] for n in COLUMNS[tables.Procedure]} for code, r in rows.items()} == then
        total = registers.tally_by(queries.groups(reporting, as_of=TODAY, known_at=at), "bureau")
        assert {b: (t.procedures, t.done, t.applications) for b, t in total.items()} == counted_naively(then)
        found = Moment(state=State(reporting), as_of=TODAY, known_at=at).search(Filter(q="許可"))[1]
        assert [r.procedure_code for r in found] == sorted(c for c, r in then.items() if r["name_ja"] == "許可の申請")


def test_a_register_from_before_its_rows_had_an_instant_is_known_since_its_first_file(tmp_path: Path) -> None:
    """The step to 0006 dates rows by the first file of their kind, and notes what a renamed procedure was searched by."""
    made = Store(f"sqlite:///{tmp_path / 'old.db'}")
    made.migrate(to="0005")
    with made.engine.begin() as connection:
        said = "INSERT INTO source VALUES ('S', 'https://example.org', 's', NULL, 'primary', '')"
        connection.exec_driver_sql(said)
        connection.exec_driver_sql(
            "INSERT INTO original_file (sha256, name, kind, content, bytes_count, received_at) "
            "VALUES ('x', 'procedures.csv', 'procedures.csv', '', 0, '2026-04-01 09:00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO procedure (procedure_code, name_ja, organisation_ja, category_en, is_priority, digital_status, "
            "digitised_precision, online_channel, smartphone_ready, is_sample, source_code, verified, note, search_text, vintage) "
            "VALUES ('P1', '新しい名', '', '', 1, 'done', 'day', '', 'unknown', 0, 'S', 0, '', 'p1 新しい名', 2)"
        )
        connection.exec_driver_sql(
            "INSERT INTO register_change (register_name, row_code, vintage, before_json, after_json, known_at, reason_text) "
            "VALUES ('procedure', 'P1', 2, '{\"name_ja\": \"ＯＬＤ\"}', '{\"name_ja\": \"新しい名\"}', '2026-05-01 00:00:00', '')"
        )
    made.migrate()
    before, between = datetime(2026, 3, 31), datetime(2026, 4, 30)
    assert made.known(tables.Procedure, known_at=before) == []
    assert [r["name_ja"] for r in made.known(tables.Procedure, known_at=between)] == ["ＯＬＤ"]
    for words, count in (("old", 1), ("新しい", 0)):
        assert Moment(state=State(made), as_of=TODAY, known_at=between).search(Filter(q=words))[0] == count, words
    with made.reading() as session:
        assert register_history.first_known(session, tables.Procedure) == datetime(2026, 4, 1, 9)
