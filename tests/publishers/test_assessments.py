"""What the office thinks is public by the government's decision alone, and then what a second person has confirmed, without who wrote it."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from kpis.government import government, settled
from kpis.periods import local_day
from kpis.reporting.confidence import confirm_assessment, record_confidence
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.store import tables
from publishers.editions import on_disk
from tests.publishers.house import small
from tests.publishers.test_leak import readings
from tests.small_government import OFFICE, SECOND

pytestmark = pytest.mark.edition
RATE = "electronic_decision_rate"


def test_an_assessment_is_public_where_it_is_opened_and_confirmed_and_nowhere_else(tmp_path: Path) -> None:
    own = tmp_path / "catalogue"
    shutil.copytree(government().folder, own)
    facts = (own / "government.toml").read_text(encoding="utf-8")
    (own / "government.toml").write_text(re.sub(r'"note"\]', '"note", "assessment"]', facts), encoding="utf-8")
    house = small(tmp_path)
    for email in (OFFICE, SECOND):
        add_person(house.store, actor=COMMAND_LINE, email=email, role="reform_office")
    said = {"confidence": "low", "reviewer": OFFICE, "reviewed_on": local_day(house.at)}
    record_confidence(house.store, RATE, **said, reason="公開の見立て", reason_en="Open words", period="FY2022-Q3")  # type: ignore[arg-type]
    record_confidence(house.store, RATE, **said, reason="未確認の見立て")  # type: ignore[arg-type]
    confirm_assessment(house.store, 1, actor=SECOND)
    house.at += timedelta(days=1)

    def published() -> dict[str, bytes]:
        folder = on_disk.current(house.folder).folder  # type: ignore[union-attr]
        files = (p for p in folder.rglob("*") if p.is_file())
        return {str(p.relative_to(folder)): b" ".join(readings(p.read_bytes(), p.name)) for p in files}

    house.publish("内部のまま")
    inside = published()
    assert not [name for name, content in inside.items() if "見立て".encode() in content and "公開の".encode() in content]
    with settled(own):
        house.publish("開く")
        opened = published()
    for name in ("site/data/assessments.csv", f"site/indicators/{RATE}.html", "edition.db"):
        assert "公開の見立て".encode() in opened[name], name
    assert b"Open words" in opened[f"site/en/indicators/{RATE}.html"]
    assert not [name for name, content in opened.items() if "未確認の見立て".encode() in content or OFFICE.encode() in content]
    assert house.store.count(tables.Assessment) == 2
