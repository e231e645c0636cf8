"""A facility closes, a procedure is abolished or merged, on a day: counted before it and no longer from it, wherever it is said."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kpis.figures import facilities, registers
from kpis.figures.bureaus import RegisterRows, bureau_reports
from kpis.languages import written
from kpis.moment import Moment
from kpis.reporting import submissions
from kpis.state import State
from kpis.store import queries, tables
from kpis.store.fields import records
from kpis.store.queries import Filter
from kpis.store.store import Store, utc_now
from loaders.load import check_content, load_file
from tests.small_government import ANNA, IN_TIME, OFFICE, PERIOD, register_row

END = date(2022, 9, 30)
BEFORE = END - timedelta(days=1)
HEADS = {
    "procedures.csv": "procedure_code,name_ja,bureau_code,digital_status,digitised_date,digitised_precision,ended_on,ended_on_precision,ended_reason,successor_code,source_code",
    "facilities.csv": "facility_code,name_ja,kind,bureau_code,cashless_status,cashless_since,cashless_since_precision,ended_on,ended_on_precision,ended_reason,successor_code,source_code",
}  # fmt: skip
P1 = "P1,営業の届出,GENERAL,planned,,unknown,,unknown,,,PLAN"
P2 = "P2,施設の使用許可,GENERAL,done,2022-06-01,day,,unknown,,,PLAN"
D1 = "D1,他局の手続,DIGITAL,planned,,unknown,,unknown,,,PLAN"
MERGED = "P2,施設の使用許可,GENERAL,done,2022-06-01,day,2022-09-30,day,merged,P1,PLAN"


def listed(kind: str, *rows: str) -> bytes:
    return "\n".join([HEADS[kind], *rows, ""]).encode()


def load(store: Store, *rows: str, kind: str = "procedures.csv") -> Any:
    return load_file(store, listed(kind, *rows), name=kind)


def total(store: Store, as_of: date, **given: Any) -> tuple[int, int, int]:
    found = registers.tally(queries.groups(store, as_of=as_of, **given))
    return found.procedures, found.done, found.ended


def test_a_merged_procedure_counts_until_its_day_and_no_longer_from_it(reporting: Store) -> None:
    before = utc_now()
    assert not load(reporting, P1, MERGED, D1).problems
    assert total(reporting, BEFORE) == (3, 1, 0)
    assert total(reporting, END) == (2, 0, 1)
    assert total(reporting, END, known_at=before) == (3, 1, 0), "what was known before the end was told"
    own = {bureau: count for bureau, _, count in queries.by_bureau(reporting, as_of=END)}
    assert own == {"GENERAL": 1, "DIGITAL": 1}
    assert queries.one(reporting, "P2", as_of=BEFORE).status == "done"
    assert queries.one(reporting, "P2", as_of=END).status == "ended"
    assert queries.merged_into(reporting, "P1") == ["P2"]
    assert [r.procedure_code for r in queries.search(reporting, Filter(status="ended"), as_of=END)[1]] == ["P2"]
    line = registers.cumulated(queries.dated(reporting, "digitised_date", as_of=END))
    assert line == [(date(2022, 6, 1), 1, 1), (END, 0, 0)]
    assert registers.cumulated(queries.dated(reporting, "digitised_date", as_of=BEFORE)) == line[:1]


def test_a_row_entered_by_mistake_stood_on_no_day(reporting: Store) -> None:
    before = utc_now()
    assert not load(reporting, P1, "P2,施設の使用許可,GENERAL,done,2022-06-01,day,,unknown,mistake,,PLAN", D1).problems
    assert total(reporting, date(2020, 1, 1)) == total(reporting, END) == (2, 0, 1)
    assert total(reporting, END, known_at=before) == (3, 1, 0)


def test_a_closed_facility_leaves_every_count_and_stays_in_the_list(reporting: Store) -> None:
    closed = "F1,中央会館,hall,GENERAL,introduced,2021-04-01,day,2022-09-30,day,closed,,PLAN"
    assert not load(reporting, closed, kind="facilities.csv").problems
    rows = records(tables.Facility, reporting.all_of(tables.Facility))
    for day, count in ((BEFORE, 1), (END, 0)):
        held = facilities.standing(rows, as_of=day)
        said = facilities.summary(held)
        assert (said["facilities_count"], said["ended_count"], sum(said["statuses"].values())) == (count, 1 - count, count)
        assert sum(sum(c.values()) for c in said["by_place"].values()) == count == said["methods"]["unstated"]
        assert [f.status for f in held] == (["introduced"] if count else ["ended"])
        reports = bureau_reports(reporting.organisation(), [], [], RegisterRows(facilities=held), as_of=day)
        assert sum(sum(r.facilities.values()) for r in reports) == count
    assert facilities.over_time(facilities.standing(rows, as_of=END)) == [(date(2021, 4, 1), 1, 0), (END, 0, 0)]


IMPOSSIBLE = {
    "ended without a reason": ("P2,a,GENERAL,done,2022-06-01,day,2022-09-30,day,,,PLAN", "I"),
    "a reason without a day": ("P2,a,GENERAL,done,2022-06-01,day,,unknown,abolished,,PLAN", "G"),
    "a mistake with a day": ("P2,a,GENERAL,done,2022-06-01,day,2022-09-30,day,mistake,,PLAN", "G"),
    "ended before it was digitised": ("P2,a,GENERAL,done,2022-06-01,day,2022-05-31,day,abolished,,PLAN", "G"),
    "merged into nothing": ("P2,a,GENERAL,done,2022-06-01,day,2022-09-30,day,merged,,PLAN", "J"),
    "merged into itself": ("P2,a,GENERAL,done,2022-06-01,day,2022-09-30,day,merged,P2,PLAN", "J"),
    "merged into what is not known": ("P2,a,GENERAL,done,2022-06-01,day,2022-09-30,day,merged,P77,PLAN", "J"),
    "a successor of what goes on": ("P2,a,GENERAL,done,2022-06-01,day,,unknown,,P1,PLAN", "J"),
    "an unknown reason": ("P2,a,GENERAL,done,2022-06-01,day,2022-09-30,day,gone,,PLAN", "I"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(IMPOSSIBLE))
def test_what_cannot_be_is_refused_at_its_cell(reporting: Store, case: str) -> None:
    row, column = IMPOSSIBLE[case]
    content = listed("procedures.csv", P1, row, D1)
    for report in (check_content(content, "procedures.csv", store=reporting), load_file(reporting, content, name="procedures.csv")):
        assert [p.cell for p in report.problems] == [f"{column}3"], report.problems
        assert all(
            written(p.expected) and written(p.expected, "en") and written(p.remedy) and written(p.remedy, "en")
            for p in report.problems
        )
    assert total(reporting, END) == (3, 1, 0)


def test_a_successor_must_go_on_after_what_it_follows(reporting: Store) -> None:
    gone = "P1,営業の届出,GENERAL,planned,,unknown,2022-09-30,day,abolished,,PLAN"
    refused = load(reporting, gone, MERGED, D1).problems
    assert {p.cell for p in refused} == {"G2", "J3"}
    assert not load(reporting, P1, MERGED, D1).problems
    later = load(reporting, gone, MERGED.replace("施設の使用許可", "使用許可"), D1).problems
    assert {p.cell for p in later} == {"G2", "J3"}
    only = load_file(reporting, listed("procedures.csv", gone, P2, D1), name="procedures.csv").problems
    assert [p.cell for p in only] == ["G2"], "P2, stored, still names it"


def test_a_list_without_the_columns_says_nothing_of_what_ended(reporting: Store) -> None:
    assert not load(reporting, P1, MERGED, D1).problems
    plain = "\n".join([
        "procedure_code,name_ja,bureau_code,digital_status,digitised_date,digitised_precision,source_code",
        "P1,営業の届出,GENERAL,planned,,unknown,PLAN", "P2,使用許可,GENERAL,done,2022-06-01,day,PLAN", "D1,他局,DIGITAL,planned,,unknown,PLAN", "",
    ]).encode()  # fmt: skip
    assert not load_file(reporting, plain, name="procedures.csv").problems
    row = reporting.one_of(tables.Procedure, "P2")
    assert (row["name_ja"], row["ended_on"], row["ended_reason"], row["successor_code"]) == ("使用許可", END, "merged", "P1")


@pytest.mark.edition
def test_a_bureau_reports_an_end_and_takes_one_back_with_a_reason(reporting: Store) -> None:
    def approve(number: int, reason: tuple[str | None, str] = (None, ""), **fields: Any) -> None:
        row = register_row("procedure", "P2", issued_vintage=number, **fields)
        draft = submissions.upload(
            reporting,
            submissions.FilledWorkbook(rows=[row], content=f"{number}".encode(), name="p.xlsx"),
            actor=ANNA,
            bureau_code="GENERAL",
            period_code=PERIOD,
        )
        if reason[0]:
            submissions.explain(
                reporting, draft.report_id, actor=ANNA, revision=1, reasons={(row.kind, row.key): (reason[0], reason[1])}
            )
        submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
        submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)

    approve(1, ended_on=END, ended_reason="merged", successor_code="P1")
    assert total(reporting, END) == (2, 0, 1)
    approve(2, ("error", "統合は中止"), ended_on=None, ended_reason=None, successor_code=None)
    assert total(reporting, END) == (3, 1, 0)


@pytest.mark.edition
def test_the_file_of_all_procedures_names_what_ended(reporting: Store, tmp_path: Path) -> None:
    from publishers.opendata.registers_csv import written

    assert not load(reporting, P1, MERGED, D1).problems
    rows = list(csv.DictReader(io.StringIO(written(Moment(state=State(reporting), as_of=END), Filter()).decode("utf-8-sig"))))
    ended = {r["procedure_code"]: (r["status"], r["ended_on"], r["ended_reason"], r["successor_code"]) for r in rows}
    assert ended["P2"] == ("ended", "2022-09-30", "merged", "P1") and ended["P1"][0] == "planned"
    assert "listed_in" not in rows[0]
