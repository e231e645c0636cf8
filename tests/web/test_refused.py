"""The list of refused workbooks on the pages: there at once for who sent one and for the office, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from kpis.reporting.refused import DAYS
from kpis.store import tables
from kpis.store.store import utc_now
from kpis.store.tables import table_of
from loaders.workbook.submit import receive
from tests.small_government import ANNA, IN_TIME, PERIOD
from tests.web.conftest import Office

pytestmark = pytest.mark.server


def test_a_refused_workbook_is_listed_at_once_for_who_sent_it_and_for_the_office(office: Office) -> None:
    asked = {"anna": ("submit", f"bureau=GENERAL&period={PERIOD}"), "dai": ("submit", ""), "office": ("review", "")}
    pages = {name: office.visitor(name).tab() for name in asked}

    def listed(name: str) -> list[str]:
        text = pages[name].run(*asked[name])
        return [file for file in ("first", "second") if f"{file}.xlsx" in text]

    def send(name: str) -> None:
        done = receive(
            office.store, b"no workbook", actor=ANNA, name=name, today=IN_TIME, bureau_code="GENERAL", period_code=PERIOD
        )
        assert done.uploaded is None

    assert [listed(name) for name in asked] == [[], [], []]
    send("first.xlsx")
    assert [listed(name) for name in asked] == [["first"], [], ["first"]]
    send("second.xlsx")
    assert [listed(name) for name in asked] == [["first", "second"], [], ["first", "second"]]
    with office.store.writing() as session:
        table = table_of(tables.RefusedFile)
        session.execute(update(table).where(table.c.name == "first.xlsx").values(refused_at=utc_now() - timedelta(days=DAYS + 1)))
    assert [listed(name) for name in asked] == [["second"], [], ["second"]]
    for tab in pages.values():
        tab.close()
