"""A workbook that is refused at the door is had back by who sent it and seen by the office, with what was wrong; bounded, aged out, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from kpis.errors import NotFound
from kpis.reporting import refused
from kpis.reporting.refused import DAYS, Found, keep_refused, refused_content, refused_files
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.store.tables import table_of
from loaders.workbook.submit import receive, take_template
from tests.loaders.test_parts import RATE, SEALS, F, filled
from tests.small_government import ADMIN, ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD

WRONG = {(F, RATE, "分子(実績の数)"): 5000, (F, SEALS, "値"): -1}


def sent(store: Store, content: bytes, **more: object) -> None:
    done = receive(store, content, actor=ANNA, name="../局の報告.xlsx", today=IN_TIME, **more)  # type: ignore[arg-type]
    assert done.uploaded is None


@pytest.mark.edition
def test_a_refused_workbook_is_had_back_with_what_was_wrong(reporting: Store) -> None:
    content = filled(take_template(reporting, "GENERAL", PERIOD, actor=ANNA), WRONG)
    figures = reporting.state().figures
    sent(reporting, content)
    (own,) = refused_files(reporting, viewer=ANNA)
    assert (
        refused_files(reporting, viewer=OFFICE) == [own]
        and own.name == ".._局の報告.xlsx"
        and own.problems_count == len(own.problems)
    )
    assert ("error", F) in {(each.grade, each.sheet) for each in own.problems}
    assert all(p.cell and p.remedy_ja and p.remedy_en for p in own.problems)
    for who in (ANNA, OFFICE):
        assert refused_content(reporting, own.id, viewer=who) == content
    for who in (AYA, DAI, ADMIN, "nobody@example.jp", ""):
        assert refused_files(reporting, viewer=who) == []
        with pytest.raises(NotFound):
            refused_content(reporting, own.id, viewer=who)
    events = [(e["action"], e["actor"]) for e in reporting.all_of(tables.AuditEvent) if e["subject"] == "refused file 1"]
    assert events[:3] == [("file_refused", ANNA), ("original_read", ANNA), ("original_read", OFFICE)]
    assert reporting.count(tables.Submission) == 0 and reporting.state().figures == figures, "nothing of it counts"


@pytest.mark.edition
def test_what_is_no_workbook_is_on_record_and_is_not_handed_back(reporting: Store) -> None:
    sent(reporting, b"no workbook", bureau_code="GENERAL", period_code=PERIOD)
    sent(reporting, b"of nobody knows which bureau")
    (own,) = refused_files(reporting, viewer=ANNA)
    assert not own.is_kept and own.problems
    with pytest.raises(NotFound):
        refused_content(reporting, own.id, viewer=ANNA)


def test_refused_files_are_few_small_and_go_with_age(reporting: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(content: bytes, **more: object) -> None:
        told = {"actor": ANNA, "bureau_code": "GENERAL", "period_code": PERIOD, "name": "a.xlsx", "is_safe": True, **more}
        problem = Found(grade="error", found="x", expected_ja="", expected_en="", sheet=F, cell="A1")
        keep_refused(reporting, content, problems=[problem], **told)  # type: ignore[arg-type]

    monkeypatch.setattr(refused, "MOST_FILES", 3)
    refuse(b"other", actor=DAI, bureau_code="DIGITAL")
    for number in range(5):
        refuse(f"file {number}".encode())
    held = [f.id for f in refused_files(reporting, viewer=OFFICE)]
    assert held == [6, 5, 4, 1], "the oldest of a bureau go first, and no other's"
    monkeypatch.setattr(refused, "MOST_UPLOADS", 0)
    refuse(b"too much of it all")
    assert [f.id for f in refused_files(reporting, viewer=OFFICE)] == [1]
    table = table_of(tables.RefusedFile)
    with reporting.writing() as session:
        session.execute(update(table).values(refused_at=utc_now() - timedelta(days=DAYS + 1)))
    assert refused_files(reporting, viewer=OFFICE) == []
    with pytest.raises(NotFound):
        refused_content(reporting, 1, viewer=DAI)
    with reporting.writing(is_figures=False) as session:
        refused.age_out(session)
    assert reporting.count(tables.RefusedFile) == 0
