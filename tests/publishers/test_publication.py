"""Editions: what is in them, what a reader is told of changes, and that nothing can be changed unnoticed."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from kpis.declared import translated
from kpis.errors import FigureRefused, NotAllowed
from kpis.figures.scorecard import score_all
from kpis.moment import Moment
from kpis.state import State
from kpis.store import tables, translations, vintages
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.store.vintages import Origin
from publishers.editions import on_disk, publication
from publishers.editions.public_tables import PRIVATE, PUBLIC, columns_of
from publishers.editions.record import recorded
from publishers.editions.record import settle as settle_disk
from publishers.editions.verify import verify
from publishers.opendata import package
from tests.killed import killed, lasting
from tests.publishers.house import House, published_first, small

pytestmark = pytest.mark.edition
KILLS = int(os.environ.get("KILLS", "15"))  # `make faults` asks for fifty


def test_every_column_of_a_public_table_is_either_public_or_kept_inside_on_purpose() -> None:
    for model in PUBLIC:
        public = set(PUBLIC[model].split())
        undecided = {*table_of(model).c.keys(), *translated(model)} - public - PRIVATE
        assert not undecided, (
            f"{model.__tablename__}: put {undecided} into PUBLIC or PRIVATE of publishers/editions/public_tables.py"
        )  # type: ignore[attr-defined]


def test_nobody_and_nothing_internal_is_a_public_table() -> None:
    inside = {
        tables.UserAccount, tables.UserRole, tables.Submission, tables.SubmissionRow, tables.OriginalFile, tables.AuditEvent,
        tables.RegisterChange, tables.Publication,
    }  # fmt: skip
    assert not inside & set(PUBLIC)


def test_an_edition_holds_the_public_tables_and_columns_and_nothing_else(published: House) -> None:
    held = on_disk.current(published.folder)
    assert held is not None
    connection = sqlite3.connect(held.folder / "edition.db")
    kept = {n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert kept == {m.__tablename__ for m in PUBLIC} | {"data_revision", "edition"}  # type: ignore[attr-defined]
    for model in PUBLIC:
        found = [row[1] for row in connection.execute(f"PRAGMA table_info({model.__tablename__})")]  # type: ignore[attr-defined]
        assert found == [c.name for c in columns_of(model)]
    connection.close()


def test_an_edition_judges_as_the_working_figures_do(published: House) -> None:
    held = on_disk.current(published.folder)
    assert held is not None
    frozen = Store(held.url)
    mine = score_all(published.store.book(), as_of=held.as_of)
    theirs = score_all(frozen.book(), as_of=held.as_of)
    assert len(mine) > 100
    assert [(s.entry.definition, s.judgement) for s in mine] == [(s.entry.definition, s.judgement) for s in theirs]


def test_a_correction_is_told_with_its_reason_and_size(published: House) -> None:
    (change,) = on_disk.opened(published.folder, 2).changes()
    assert (change["kind"], change["code"], change["period_code"]) == ("figure_corrected", "paper_reduction_rate", "FY2022")
    assert (change["old_ja"], change["new_ja"], change["size_ja"]) == ("72.0%", "71.0%", "−1.0ポイント")
    assert (change["difference"], change["reason_class"], change["reason_text"]) == (-1.0, "error", "転記の誤り")
    assert on_disk.opened(published.folder, 1).changes() == [{"kind": "first_edition"}]


def test_the_instant_of_an_edition_gives_back_the_registers_that_went_into_it(published: House, tmp_path: Path) -> None:
    """Afterwards a row of each register changes and another comes; as known to the edition, nothing of it is seen."""
    published.store.engine.dispose()
    shutil.copy(published.store.url.removeprefix("sqlite:///"), tmp_path / "later.db")
    later = Store(f"sqlite:///{tmp_path / 'later.db'}")
    kinds = {tables.Procedure: "procedure", tables.Facility: "facility", tables.Milestone: "milestone"}
    for model, kind in kinds.items():
        first, (key,) = later.all_of(model)[0], table_of(model).primary_key.columns
        with later.writing() as session:
            rows = [{**first, "name_ja": "改めた名"}, {**first, key.name: "NEW"}]
            vintages.apply_report(session, kind, rows, origin=Origin(published.at + timedelta(days=9)))
    for number in (1, 2):
        edition = on_disk.opened(published.folder, number)
        for model in kinds:
            public = translations.between(later.text_columns(model), PUBLIC[model].split())
            then = [{n: row[n] for n in public} for row in later.known(model, known_at=edition.published_at)]
            assert then == [{n: row[n] for n in public} for row in Store(edition.url).all_of(model)]
            assert len(then) == later.count(model) - 1


def test_figures_statuses_targets_definitions_and_registers_that_change_are_all_named(tokyo: Store, tmp_path: Path) -> None:
    house = published_first(tokyo, tmp_path)
    house.correct("paper_reduction_rate", "FY2022", value="60")
    with house.store.writing() as session:
        translations.put(session, tables.Indicator, [{"indicator_code": "fax_reduction_rate", "definition_ja": "新しい定義"}])
        session.execute(
            update(tables.Target)
            .where(tables.Target.indicator_code == "fax_reduction_rate", tables.Target.period_code == "FY2021")
            .values(value=97)  # type: ignore[arg-type]
        )
        session.execute(update(tables.Facility).where(tables.Facility.facility_code == "F001").values(cashless_status="announced"))  # type: ignore[arg-type]
    found = {(c.kind, c.code, c.field or c.period_code): c for c in house.preview().changes}
    assert set(found) == {
        ("figure_corrected", "paper_reduction_rate", "FY2022"), ("status", "paper_reduction_rate", ""),
        ("target", "fax_reduction_rate", "FY2021"), ("definition", "fax_reduction_rate", "definition_ja"),
        ("register_changed", "F001", "facility.cashless_status"),
    }  # fmt: skip
    status = found["status", "paper_reduction_rate", ""]
    assert (status.old_ja, status.new_ja) == ("達成", "未達")
    assert found["target", "fax_reduction_rate", "FY2021"].difference == -1.0


def test_a_preview_keeps_nothing(house: House) -> None:
    found = house.preview()
    assert (found.number, found.compared_with, found.counts["indicator"]) == (1, None, 159)
    assert not house.folder.exists()


def test_a_figure_that_rests_on_a_sample_is_refused_by_name(house: House) -> None:
    house.add(
        tables.Observation, indicator_code="paper_reduction_rate", bureau_code="HQ", period_code="FY2022", vintage=2, value=12.5,
        is_sample=True, reason_class="error", reason_text="見本",
    )  # fmt: skip
    with pytest.raises(FigureRefused, match="paper_reduction_rate HQ FY2022"):
        house.publish()
    assert not on_disk.numbers(house.folder) and not list(house.folder.glob(".writing-*"))


def test_series_and_register_rows_that_are_samples_through_and_through_stay_out(small_house: House) -> None:
    small_house.add(
        tables.Observation,
        indicator_code="electronic_decision_rate",
        bureau_code="DIGITAL",
        period_code="FY2022-Q2",
        vintage=1,
        is_sample=True,
    )
    small_house.add(tables.Facility, facility_code="SAMPLE1", name_ja="見本の施設", is_sample=True)
    assert small_house.preview().left_out == {"observation": 1, "facility": 1}
    made = Store(small_house.publish().url)
    assert made.all_of(tables.Observation) and not made.all_of(tables.Observation, bureau_code="DIGITAL")
    assert [r["facility_code"] for r in made.all_of(tables.Facility)] == ["F1"]


def test_figures_of_a_submission_that_is_not_approved_stay_out_even_if_they_stand_in_the_table(small_house: House) -> None:
    small_house.add(tables.UserAccount, email="a@example.jp", created_at=small_house.at)
    for state, period in (("draft", "FY2022-Q3"), ("approved", "FY2022-Q4")):
        small_house.add(
            tables.Submission,
            bureau_code="DIGITAL",
            period_code=period,
            state=state,
            created_by="a@example.jp",
            created_at=small_house.at,
        )
    for submission in (1, 2):
        small_house.add(
            tables.Observation, indicator_code="seal_abolished_procedures", bureau_code="DIGITAL", period_code="FY2022-Q2" if submission == 2 else "FY2020",
            vintage=1, submission_id=submission, value=submission * 1.5,
        )  # fmt: skip
    made = Store(small_house.publish().url)
    held = made.all_of(tables.Observation, bureau_code="DIGITAL", indicator_code="seal_abolished_procedures")
    assert [r["value"] for r in held] == [3.0]


def test_a_figure_known_only_later_stays_out(small_house: House) -> None:
    small_house.add(
        tables.Observation, indicator_code="seal_abolished_procedures", bureau_code="TMG", period_code="FY2022-Q2", vintage=1, value=99.9,
        known_at=small_house.at + timedelta(days=30),
    )  # fmt: skip
    made = Store(small_house.publish().url)
    assert [r["value"] for r in made.all_of(tables.Observation, indicator_code="seal_abolished_procedures")] == [120.0]


def test_a_note_is_needed_and_what_was_looked_at_is_what_is_published(house: House) -> None:
    with pytest.raises(FigureRefused, match="--note"):
        house.publish("  ")
    seen = house.preview().figures
    house.correct("paper_reduction_rate", "FY2022", value="70.5")
    with pytest.raises(FigureRefused, match="changed after you looked"):
        publication.publish(house.store, note="x", now=house.at, figures=seen, chosen=house.chosen)


def test_an_edition_cannot_be_written_to_through_the_store(published: House) -> None:
    held = Store(on_disk.opened(published.folder, 1).url)
    with pytest.raises(NotAllowed), held.writing():
        pass
    with pytest.raises(NotAllowed):
        held.migrate()
    with pytest.raises(Exception, match=r"readonly|view"), held.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE observation SET value = 1")
    assert held.all_of(tables.UserAccount) == [] and held.count(tables.AuditEvent) == 0


# Unchanged, complete, chained ---------------------------------------------------------------------------------------


@pytest.fixture
def tampered(published: House, tmp_path: Path) -> Path:
    """A copy of two editions that may be written to."""
    folder = tmp_path / "editions"
    shutil.copytree(published.folder, folder, symlinks=True)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def named(folder: Path, **rest: object) -> set[tuple[int, str]]:
    return {(f.edition, f.file) for f in verify(folder, **rest)}  # type: ignore[arg-type]


def test_untouched_editions_are_unchanged_and_form_a_chain(published: House) -> None:
    assert verify(published.folder, recorded=recorded(published.store)) == []
    first, second = on_disk.opened(published.folder, 1), on_disk.opened(published.folder, 2)
    assert (first.manifest["previous_sha256"], second.manifest["previous_sha256"]) == (None, first.sha256)
    rows = published.store.all_of(tables.Publication)
    assert [(r["edition"], r["sha256"], r["previous_sha256"]) for r in rows] == [
        (1, first.sha256, None),
        (2, second.sha256, first.sha256),
    ]


def test_one_digit_changed_with_a_database_tool_is_named_with_its_table(tampered: Path) -> None:
    connection = sqlite3.connect(tampered / "0002" / "edition.db")
    connection.execute("UPDATE observation SET value = 99.9 WHERE indicator_code = 'paper_reduction_rate' AND vintage = 2")
    connection.commit()
    connection.close()
    assert named(tampered) == {(2, "edition.db"), (2, "edition.db: observation")}
    assert named(tampered, number=1) == set()


def test_a_file_changed_added_or_taken_away_is_named(tampered: Path) -> None:
    page = tampered / "0001" / "site" / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("72.0", "82.0"), encoding="utf-8")
    (tampered / "0001" / "site" / "data" / "status.csv").unlink()
    (tampered / "0001" / "extra.db").write_bytes(b"x")
    assert named(tampered) == {(1, "site/index.html"), (1, "site/data/status.csv"), (1, "extra.db")}


def test_an_edition_forged_together_with_its_manifest_breaks_the_chain(tampered: Path, published: House) -> None:
    manifest = tampered / "0001" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("最初の公表", "別の説明"), encoding="utf-8")
    assert named(tampered) == {(1, "manifest.json"), (1, "manifest.sig")}
    newest = tampered / "0002" / "manifest.json"
    newest.write_text(newest.read_text(encoding="utf-8").replace("用紙の削減率を訂正", "別の説明"), encoding="utf-8")
    assert (2, "manifest.json") in named(tampered, recorded=recorded(published.store))


def test_a_missing_edition_is_named(tampered: Path, published: House) -> None:
    shutil.rmtree(tampered / "0001")
    assert (1, "0001") in named(tampered)
    shutil.rmtree(tampered / "0002")
    assert {(1, "0001"), (2, "0002"), (2, "current.json")} <= named(tampered, recorded=recorded(published.store))


# Going back ---------------------------------------------------------------------------------------------------------


def test_an_earlier_edition_can_be_shown_again_and_the_reason_is_public(small_house: House) -> None:
    small_house.publish("一")
    small_house.correct("electronic_decision_rate", "FY2022-Q2", numerator="510")
    small_house.publish("二")
    publication.rollback(small_house.store, 1, reason="訂正が誤り", now=small_house.at, chosen=small_house.chosen)
    held = on_disk.current(small_house.folder)
    assert held is not None and held.number == 1
    assert [e.number for e in on_disk.shown(small_house.folder)] == [1]
    third = small_house.publish("三")
    assert third.number == 3 and third.manifest["previous_sha256"] == on_disk.opened(small_house.folder, 2).sha256
    assert third.manifest["compared_with"] == 1 and [c["kind"] for c in third.changes()] == ["figure_corrected"]
    assert [e.number for e in on_disk.shown(small_house.folder)] == [3, 1]
    pointer = on_disk.pointer(small_house.folder)
    assert pointer is not None and pointer.withdrawn[2]["reason"] == "訂正が誤り"
    publication.rollback(small_house.store, 2, reason="やはり正しい", now=small_house.at, chosen=small_house.chosen)
    assert [e.number for e in on_disk.shown(small_house.folder)] == [2, 1]


def test_a_changed_edition_is_never_shown_again(small_house: House) -> None:
    small_house.publish()
    small_house.publish()
    page = small_house.folder / "0001" / "site" / "index.html"
    page.chmod(0o644)
    page.write_text("forged", encoding="utf-8")
    with pytest.raises(FigureRefused, match=r"index\.html"):
        publication.rollback(small_house.store, 1, reason="x", now=small_house.at, chosen=small_house.chosen)


# Dying and racing ---------------------------------------------------------------------------------------------------


def test_somebody_else_who_was_quicker_is_noticed_and_nothing_is_left_lying_about(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_house.publish()
    write = publication._write

    def slow(beside: Path, *rest: object) -> dict[str, object]:
        row = write(beside, *rest)  # type: ignore[arg-type]
        shutil.copytree(small_house.folder / "0001", small_house.folder / "0002")
        return row

    monkeypatch.setattr(publication, "_write", slow)
    with pytest.raises(FigureRefused, match="somebody else"):
        small_house.publish()
    assert sorted(p.name for p in small_house.folder.iterdir()) == ["0001", "0002", "current.json", "keys.json", "served"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork: POSIX only")
def test_a_publication_killed_at_any_moment_leaves_a_valid_edition_shown(tmp_path: Path) -> None:
    """Publications are killed with SIGKILL at a random moment; each leaves the old edition or the whole new one."""
    house = small(tmp_path)
    house.publish("前")
    chance = random.Random(20261124)
    seen = {"old": 0, "new": 0}

    figures = house.preview().figures

    def publish() -> None:
        House(Store(house.store.url), house.folder, house.at).publish("途中で止まるかもしれない", figures=figures)

    house.store.engine.dispose()
    usual = lasting(publish)
    settle_disk(house.store, house.folder)
    for turn in range(3 * KILLS):
        if turn >= KILLS and all(seen.values()):
            break  # how long a publication takes differs: killed on, until some fell before the pointer and some after it
        before = on_disk.current(house.folder)
        assert before is not None
        house.store.engine.dispose()
        killed(publish, after=chance.uniform(0, 1.5 * usual))
        settle_disk(house.store, house.folder)  # the next start of any command
        after = on_disk.current(house.folder)
        assert after is not None and after.number >= before.number
        assert verify(house.folder, after.number, recorded=recorded(house.store)) == []
        assert Store(after.url).book().entries
        seen["old" if after.number == before.number else "new"] += 1
    assert all(seen.values()), f"the kills fell all on one side of the pointer: {seen}"
    last = house.publish("最後まで", figures=figures)
    assert verify(house.folder, recorded=recorded(house.store)) == []
    assert set(recorded(house.store).editions) == set(range(1, last.number + 1))


def test_every_public_table_and_column_is_described_in_both_languages(published: House) -> None:
    frozen = Store(on_disk.opened(published.folder, 2).url)
    made = package.resources(Moment(state=State(frozen), as_of=published.at.date()))
    for resource in made:
        assert package.title(resource.name) != package.title(resource.name, "en")
        for field in resource.fields:
            assert resource.describe(field) and resource.describe(field, "en")
