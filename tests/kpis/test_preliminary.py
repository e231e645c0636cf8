"""A preliminary figure (速報) and its final value (確報): no correction, and how far they are apart is kept and told."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from kpis.figures.scorecard import figure_text
from kpis.figures.shifts import corrections_since
from kpis.moment import Moment
from kpis.reporting import reports, submissions
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store
from loaders.load import load_file
from telling import facts
from telling.blocks import Telling
from telling.for_machines import figure_json, status_json
from telling.words import Words
from tests.small_government import ANNA, IN_TIME, OFFICE, PERIOD, figure, say_causes

RATE, HEAD = (
    "electronic_decision_rate",
    "indicator_code,bureau_code,period_code,numerator,denominator,is_preliminary,source_code,reason_class,reason_text\n",
)
Q = "FY2022-Q1"


def listed(store: Store, name: str, *rows: tuple[str, int, int, str]) -> list[str]:
    lines = [f"{RATE},GENERAL,{period},{n},1000,{early},PLAN,{why}" for period, n, early, why in rows]
    report = load_file(store, (HEAD + "\n".join(lines) + "\n").encode(), name=name, kind="observations.csv")
    return [p.rule for p in report.problems]


def test_a_final_value_needs_no_reason_and_its_revision_is_kept_and_told(reporting: Store) -> None:
    none = ","
    assert listed(reporting, "first.csv", (Q, 400, 1, none), ("2022-07", 600, 1, none)) == []
    assert listed(reporting, "final.csv", (Q, 410, 0, none), ("2022-07", 570, 0, none)) == []
    assert listed(reporting, "other.csv", (Q, 420, 0, none)) == [
        "correction_without_reason"
    ]  # the final value was changed: a correction
    assert listed(reporting, "why.csv", (Q, 420, 0, "error,数え直し")) == []
    moment = Moment(state=State(reporting), as_of=date(2023, 1, 1))
    item = next(s for s in moment.scored if s.entry.unit_code == "GENERAL" and s.entry.definition.code == RATE)
    made = sorted((r.vintage.period_code, r.vintage.vintage, r.is_final) for r in item.revisions)
    assert made == [("2022-07", 2, True), (Q, 2, True), (Q, 3, False)]
    told = facts.revisions(Telling(Words("ja"), moment), [item])
    text = [[str(getattr(cell, "text", cell)) for cell in row] for row in told.rows]
    sizes, whys = (told.columns.index(Words("ja")(key)) for key in ("revision_size", "reason"))
    by_period = {(row[1], row[-1]): (row[sizes], row[whys]) for row in text}
    assert sorted(by_period.values()) == [
        ("", "誤り: 数え直し"),
        ("+1.0ポイント(+2.5%)", "速報→確報"),
        ("−3.0ポイント(−5.0%)", "速報→確報"),
    ], by_period
    assert "2件" in told.sentence and "2.0ポイント" in told.sentence
    usual = status_json(item, moment.book, as_of=moment.as_of)["typical_revision"]
    assert usual == {"count": 2, "median": pytest.approx(2.0)}, "the same for machines"
    vintages = {(f.period_code, f.vintage): figure_json(f, moment.book) for f in item.entry.figures}
    assert (
        vintages[Q, 1]["is_preliminary"]
        and vintages[Q, 2]["finalises_vintage"] == 1
        and vintages[Q, 3]["finalises_vintage"] is None
    )
    first = next(f for f in item.entry.figures if (f.period_code, f.vintage) == (Q, 1))
    assert figure_text(item.entry.definition, first, "ja") == "速報値40.0%"
    assert figure_text(item.entry.definition, first, "en") == "40.0% (preliminary)"
    assert len(corrections_since(item, date(2000, 1, 1))) == 3


@pytest.mark.edition
def test_a_bureau_reports_the_final_value_without_a_reason(reporting: Store) -> None:
    def reported(content: bytes, **fields: object) -> int:
        rows = [figure(denominator=1000.0, **fields)]
        done = submissions.upload(
            reporting,
            submissions.FilledWorkbook(rows=rows, content=content, name="a.xlsx"),
            actor=ANNA,
            bureau_code="GENERAL",
            period_code=PERIOD,
        )
        return done.report_id

    def approved(number: int) -> None:
        say_causes(reporting, number, actor=ANNA, revision=1, as_of=IN_TIME)
        submissions.submit(reporting, number, actor=ANNA, revision=1, today=IN_TIME)
        submissions.approve(reporting, number, actor=OFFICE, revision=1)

    first = reported(b"1", numerator=800.0, is_preliminary=True)
    approved(first)
    item = next(
        s for s in Moment(state=State(reporting), as_of=IN_TIME).scored if s.entry.unit_code == "GENERAL" and s.judgement.figure
    )
    assert item.judgement.figure.is_preliminary and "速報値80.0%" in item.sentence("ja")
    again = reported(b"2", numerator=810.0, is_preliminary=True, issued_vintage=1)
    assert [c.needs_reason for c in reports.opened(reporting, again, viewer=ANNA, as_of=IN_TIME).comparison.rows] == [True]
    submissions.withdraw(reporting, again, actor=ANNA, revision=1)
    final = reported(b"3", numerator=820.0, is_preliminary=False, issued_vintage=1)
    opened = reports.opened(reporting, final, viewer=ANNA, as_of=IN_TIME)
    assert [(c.needs_reason, {cell.nature for cell in c.cells}) for c in opened.comparison.rows] == [(False, {"final"})]
    approved(final)
    with reporting.reading() as session:
        query = select(tables.Observation).where(tables.Observation.period_code == PERIOD).order_by(tables.Observation.vintage)  # type: ignore[arg-type]
        rows = list(session.exec(query))
    assert [(r.vintage, r.is_preliminary, r.finalises_vintage, r.reason_class) for r in rows] == [
        (1, True, None, None),
        (2, False, 1, None),
    ]
    lost = tables.Observation(**{**rows[1].model_dump(exclude={"id"}), "vintage": 3, "finalises_vintage": None})
    with pytest.raises(IntegrityError):
        put(reporting, lost)


def put(store: Store, row: tables.Observation) -> None:
    with store.writing() as session:
        session.add(row)
