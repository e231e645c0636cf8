"""Several hands at one report: whatever the order in which parts come, nothing is lost and every clash is a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.reporting import reports, submissions, uploads
from kpis.reporting.comparison import ReportedRow, Value
from kpis.reporting.merging import Hand, KeptRow, clashes, merge, taken_out
from kpis.store.store import Store
from tests.conftest import POSTGRES
from tests.shared import postgresql
from tests.small_government import ANNA, AYA, IN_TIME, OFFICE, PERIOD, begin, figure, register_row, say_causes, settle

RowKey = tuple[str, tuple[str, ...]]
HANDS = [Hand(by=who, part=part) for who, part in ((ANNA, "A"), (ANNA, "B"), (AYA, "A"), (AYA, ""), (ANNA, ""))]
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "numerator": st.sampled_from([0.0, 1.0, 700.0]), "denominator": st.sampled_from([1.0, 1000.0]), "value": st.sampled_from([5.0, 6.0]),
    "text_ja": st.sampled_from(["予約を開始", "相談を開始"]),
}  # fmt: skip
INDICATORS = ("electronic_decision_rate", "paper_sheets", "seal_abolished_procedures", "touchless_services")
WORDS = st.sampled_from(["確認済み", "要確認"])


@dataclass(frozen=True)
class Split:
    """A filled workbook and parts of it: who brings which row with which cells, some of them with other values."""

    whole: Mapping[RowKey, ReportedRow]
    parts: tuple[tuple[Hand, tuple[ReportedRow, ...]], ...]

    @property
    def differing(self) -> set[tuple[RowKey, str]]:
        """Return the cells in which parts of different hands say different things, counted the plain way."""
        said: dict[tuple[RowKey, str], set[Value]] = {}
        for _, rows in self.parts:
            for row in rows:
                for column in row.changed:
                    said.setdefault(((row.kind, row.key), column), set()).add(row.fields[column])
        return {cell for cell, values in said.items() if len(values) > 1}


@st.composite
def splits(draw: st.DrawFn) -> Split:
    """Draw a workbook, and up to five parts that together hold all of its cells, with overlaps and other values in some of them."""
    whole: dict[RowKey, ReportedRow] = {}
    for number, code in enumerate(INDICATORS):
        if draw(st.booleans()) or number == 0:
            fields = {name: draw(values) for name, values in VALUES.items()}
            row = figure(code, row=number + 2, **fields)
            whole[row.kind, row.key] = row
    for kind, code in (("procedure", "P1"), ("procedure", "P2"), ("facility", "F1"), ("milestone", "M1")):
        if draw(st.booleans()):
            row = register_row(kind, code, row=9, note_ja=draw(WORDS), name_ja=draw(WORDS))
            whole[row.kind, row.key] = replace(row, issued={"note_ja": "", "name_ja": "前の名"})
    count = draw(st.integers(1, 5))
    cells = [(key, column) for key, row in whole.items() for column in row.changed]
    holders = {cell: draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=2)) for cell in cells}
    parts = []
    for number in range(count):
        rows = []
        for key, row in whole.items():
            own = {column for column in row.changed if number in holders[key, column]}
            if not own:
                continue
            fields = {c: v if c in own else row.issued.get(c, "" if isinstance(v, str) else None) for c, v in row.fields.items()}
            for column in sorted(own):
                if draw(st.integers(0, 9)) == 0:  # this hand saw another number
                    fields[column] = draw(VALUES.get(column, WORDS))
            rows.append(replace(row, fields=fields))
        parts.append((replace(HANDS[number], upload=number + 1), tuple(rows)))
    return Split(whole, tuple(parts))


def merged(parts: tuple[tuple[Hand, tuple[ReportedRow, ...]], ...]) -> list[KeptRow]:
    report: list[KeptRow] = []
    for hand, rows in parts:
        report = merge(report, rows, hand)
    return report


@pytest.mark.edition
@given(splits(), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_parts_in_any_order_make_the_whole_or_ask_exactly_about_the_clashes(split: Split, random: object) -> None:
    order = list(split.parts)
    random.shuffle(order)  # type: ignore[attr-defined]
    report = merged(tuple(order))
    asked = {((c.row.kind, c.row.key), c.column) for c in clashes(report)}
    assert asked == split.differing
    by_key = {each.key: each.row for each in report}
    for key, row in split.whole.items():
        for column in row.changed:
            said = {r.fields[column] for _, rows in split.parts for r in rows if (r.kind, r.key) == key and column in r.changed}
            if (key, column) not in asked and said:
                assert {by_key[key].fields[column]} == said, "what one hand wrote is there, whoever came after"
    for clash in clashes(report):
        assert {c.value for _, claims in clash.options for c in claims} == {v for v, _ in clash.options}
        assert all(claims for _, claims in clash.options), "each value says who wrote it"


ENGINES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")),
]


@pytest.mark.edition
@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_through_a_database_of_either_kind(engine: str, tmp_path: Path) -> None:
    """Each example is a report of its own in one database: parts uploaded in a random order, then opened again."""
    if engine == "sqlite":
        through(settle(Store(f"sqlite:///{tmp_path / 'merging.db'}"), tmp_path / "data"), tmp_path)
        return
    with postgresql(POSTGRES, "small government", begin) as store:
        through(store, tmp_path)


def through(store: Store, folder: Path) -> None:
    count = iter(range(10_000))

    @given(splits(), st.randoms(use_true_random=False))
    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def example(split: Split, random: object) -> None:
        order = list(split.parts)
        random.shuffle(order)  # type: ignore[attr-defined]
        number = 0
        for hand, rows in order:
            done = uploads.upload(
                store,
                uploads.FilledWorkbook(rows=rows, content=f"{next(count)}".encode(), name=f"{hand.part}.xlsx", part=hand.part),
                actor=hand.by,
                bureau_code="GENERAL",
                period_code=PERIOD,
            )
            number = done.report_id
        opened = reports.opened(store, number, viewer=ANNA, as_of=IN_TIME)
        assert {((c.row.kind, c.row.key), c.column) for c in opened.clashes} == split.differing
        assert len(opened.uploads) == len(order) and opened.obstacles >= len(split.differing)
        assert {e.key: {c: (v.holds.value, v.values) for c, v in e.cells.items()} for e in opened.rows} == {
            e.key: {c: (v.holds.value, v.values) for c, v in e.cells.items()} for e in merged(tuple(order))
        }, "what is read back is what was merged"
        submissions.withdraw(store, number, actor=AYA, revision=opened.report.revision)

    example()


def send(store: Store, who: str, rows: list[ReportedRow], *, part: str = "", content: bytes = b"") -> uploads.Uploaded:
    return uploads.upload(
        store,
        uploads.FilledWorkbook(rows=rows, content=content or f"{who} {part} {rows}".encode(), name="a.xlsx", part=part),
        actor=who,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )


RATE = figure(numerator=700.0, denominator=1000.0)
KEY: RowKey = (RATE.kind, RATE.key)


@pytest.mark.edition
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_sections_in_any_order(reporting: Store, order: tuple[int, ...]) -> None:
    parts = [
        (ANNA, "A", [RATE]),
        (AYA, "B", [figure("paper_sheets", value=5000.0, row=5)]),  # the same cell of another workbook is another row
        (ANNA, "C", [register_row("procedure", "P1", digital_status="done", row=5)]),
    ]
    for number in order:
        who, part, rows = parts[number]
        send(reporting, who, rows, part=part)
    opened = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME)
    assert (opened.rows_count, opened.obstacles - len(opened.unspoken), opened.report.revision) == (3, 0, 3)
    assert {(each.row.key[0], *((h.by, h.part) for h in each.writers)) for each in opened.rows} == {
        ("electronic_decision_rate", (ANNA, "A")), ("paper_sheets", (AYA, "B")), ("P1", (ANNA, "C")),
    }  # fmt: skip
    say_causes(reporting, 1, actor=ANNA, revision=3, as_of=IN_TIME)
    said = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).rows_count - 3
    submissions.submit(reporting, 1, actor=ANNA, revision=3, today=IN_TIME)
    assert submissions.approve(reporting, 1, actor=OFFICE, revision=3) == 3 + said


@pytest.mark.edition
def test_a_clash_is_a_question_with_both_values_that_stops_the_report_until_it_is_answered(reporting: Store) -> None:
    send(reporting, ANNA, [RATE], part="A")
    done = send(reporting, AYA, [figure(numerator=710.0, denominator=1000.0)], part="B")
    assert done.clashes == 1
    (clash,) = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).clashes
    assert [(v, [(c.hand.by, c.hand.part, c.hand.upload, c.place) for c in claims]) for v, claims in clash.options] == [
        (700.0, [(ANNA, "A", 1, "5つのレス!G5")]), (710.0, [(AYA, "B", 2, "5つのレス!G5")]),
    ]  # fmt: skip
    with pytest.raises(submissions.StepRefused, match="electronic_decision_rate"):
        submissions.submit(reporting, 1, actor=ANNA, revision=2, today=IN_TIME)
    with pytest.raises(submissions.FigureRefused):
        submissions.settle(reporting, 1, actor=ANNA, revision=2, choices={(*KEY, "numerator"): 720.0})
    submissions.settle(reporting, 1, actor=ANNA, revision=2, choices={(*KEY, "numerator"): 710.0})
    with pytest.raises(submissions.FigureRefused):
        submissions.settle(reporting, 1, actor=ANNA, revision=2, choices={(*KEY, "numerator"): 700.0})
    # The section that lost uploads again, with another row: it says nothing new of the cell, so nothing is asked.
    send(reporting, ANNA, [RATE, figure("paper_sheets", value=1.0, row=6)], part="A")
    opened = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME)
    assert opened.clashes == [] and {e.key[1][0]: e.row.fields["numerator"] for e in opened.rows if e.key == KEY} == {
        RATE.key[0]: 710.0
    }
    # A third value is asked about again.
    send(reporting, ANNA, [figure(numerator=705.0, denominator=1000.0)], part="A")
    assert [v for v, _ in reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).clashes[0].options] == [705.0, 710.0]
    told = [e.detail for e in reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).events if e.action == "clash_settled"]
    assert len(told) == 1 and ANNA in told[0] and AYA in told[0]


def test_what_the_same_hand_writes_anew_holds_and_the_same_file_again_changes_nothing(reporting: Store) -> None:
    send(reporting, ANNA, [RATE], part="A", content=b"first")
    send(reporting, ANNA, [figure(numerator=720.0, denominator=1000.0)], part="A", content=b"second")
    again = send(reporting, ANNA, [RATE], part="A", content=b"first")
    assert again.is_repeat and again.revision == 2
    (row,) = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).rows
    assert row.row.fields["numerator"] == 720.0 and not clashes([row])


def test_a_row_is_taken_out_only_by_saying_so(reporting: Store) -> None:
    send(reporting, ANNA, [RATE, figure("paper_sheets", value=5.0, row=6)], part="A")
    send(reporting, ANNA, [RATE], part="A", content=b"without paper")
    assert reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).rows_count == 2, "leaving it out takes nothing out"
    blank = figure("paper_sheets", row=6)
    out = replace(blank, cleared=frozenset(blank.fields))
    send(reporting, ANNA, [out], part="A", content=b"says so")
    assert [c.row.key[0] for c in reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME).comparison.rows] == [RATE.key[0]]
    send(reporting, AYA, [replace(figure(row=5), cleared=frozenset(RATE.fields))], part="B")
    opened = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME)
    assert {c.column for c in opened.clashes} == {"numerator", "denominator"}, "of what another wrote it is a question"
    submissions.take_out(reporting, 1, actor=ANNA, revision=4, rows=[KEY])
    opened = reports.opened(reporting, 1, viewer=ANNA, as_of=IN_TIME)
    assert opened.clashes == [] and opened.comparison.rows == ()
    assert opened.events[0].action == "row_taken_out"


def test_taking_a_row_out_leaves_what_is_stored() -> None:
    issued = {"note_ja": "前から", "digital_status": "planned"}
    row = replace(register_row("procedure", "P1", note_ja="新しい", digital_status="planned"), issued=issued)
    (kept,) = merge([], [row], Hand(by=ANNA))
    assert kept.row.changed == ("note_ja",)
    back = taken_out(kept, Hand(by=AYA)).row
    assert back.changed == () and back.fields["note_ja"] == "前から"


def test_templates_of_different_ages_merge_on_the_older_so_that_a_change_meanwhile_is_asked() -> None:
    old = replace(
        register_row("procedure", "P1", note_ja="甲", name_ja="名"), issued={"note_ja": "", "name_ja": "名"}, issued_vintage=1
    )
    new = replace(
        register_row("procedure", "P1", note_ja="乙の前", name_ja="新名"),
        issued={"note_ja": "乙の前", "name_ja": "名"},
        issued_vintage=2,
    )
    for order in ([old, new], [new, old]):
        report: list[KeptRow] = []
        for number, row in enumerate(order):
            report = merge(report, [row], Hand(by=ANNA, part=str(number), upload=number + 1))
        (each,) = report
        assert (each.row.issued_vintage, each.row.fields["note_ja"], each.row.fields["name_ja"]) == (1, "甲", "新名")
        assert set(each.row.changed) == {"note_ja", "name_ja"}
