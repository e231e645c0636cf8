"""Many rows put into a table at once are what SQLAlchemy stores of them; a column that no row says anything in is blank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from kpis.store import tables
from kpis.store.many import insert_many
from kpis.store.store import Store
from kpis.store.tables import table_of

OBSERVATION = table_of(tables.Observation)


def rows(**more: Any) -> list[dict[str, Any]]:
    """Return two figures as they are stored: with flags, days, instants, numbers, texts and blanks."""
    said = {
        "indicator_code": "electronic_decision_rate", "bureau_code": "GENERAL", "period_code": "FY2022-Q2", "value": 61.5, "numerator": None,
        "denominator": None, "base_value": None, "text_ja": "", "text_en": "", "is_approximate": True, "is_lower_bound": False,
        "is_year_to_date": False, "is_base_estimated": False, "is_sample": False, "sample_size": None, "is_preliminary": False, "published_on": None,
        "known_at": datetime(2022, 7, 1, 9, 30), "recorded_at": datetime(2022, 7, 1, 9, 30, 0, 5), "source_code": "PLAN", "submission_id": None,
        "file_sha256": None, "verified": True, "reason_class": "error", "reason_text": "転記", "note_ja": "「注」 'x' :y ?", "note_en": "",
        "withdraws_vintage": None, "finalises_vintage": None,
    }  # fmt: skip
    corrected = {"value": None, "numerator": 3, "published_on": date(2022, 7, 2)}
    return [{**said, "vintage": 91, **more}, {**said, "vintage": 92, **corrected, **more}]


def stored(session: Session) -> Sequence[Any]:
    """Return the two as the database itself holds them."""
    names = ", ".join(c.name for c in OBSERVATION.c if c.name != "id")
    return session.execute(text(f"SELECT {names} FROM observation WHERE vintage > 90 ORDER BY vintage")).all()


def test_what_is_stored_is_what_sqlalchemy_stores(reporting: Store) -> None:
    with reporting.writing() as session:
        session.execute(insert(OBSERVATION), rows())
        one_by_one = stored(session)
        session.execute(delete(OBSERVATION).where(OBSERVATION.c.vintage > 90))
        insert_many(session, OBSERVATION, rows())
        assert stored(session) == one_by_one and len(one_by_one) == 2


def test_no_row_is_stored_where_one_breaks_a_rule_of_the_table(reporting: Store) -> None:
    for wrong in ({"bureau_code": "NOBODY"}, {"reason_class": None}, {"known_at": None}):
        with pytest.raises(IntegrityError), reporting.writing() as session:
            insert_many(session, OBSERVATION, rows(**wrong))
        with reporting.reading() as session:
            assert not stored(session), wrong


def test_nothing_is_asked_of_the_database_where_there_is_no_row(reporting: Store) -> None:
    with reporting.writing() as session:
        insert_many(session, OBSERVATION, [])
        assert not stored(session)
