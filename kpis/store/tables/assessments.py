"""Assessments of indicators and projects by the reform office, beside the bureaus' commentaries and the computed status."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlalchemy import CheckConstraint

from kpis import vocabulary as words
from kpis.declared import ByDecision, Code, Said
from kpis.store.fields import MaybeInstant, MaybeProjectCode, NumberedRow, one_of, refers
from kpis.vocabulary import OpenPart


class Assessment(NumberedRow, table=True):
    """The confidence of a person of the office in an indicator or project for a period, with the reason; append-only."""

    __table_args__ = (
        one_of("confidence", words.Confidence),
        CheckConstraint("reason_ja <> ''", name="has_reason"),
        CheckConstraint("(indicator_code IS NULL) <> (project_code IS NULL)", name="about_one_subject"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> reviewer", name="four_eyes"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_at_an_instant"),
    )
    indicator_code: Annotated[Code | None, Said("指標のコード", "code of the indicator"), refers("indicator.indicator_code")] = None
    project_code: MaybeProjectCode = None
    # blank for assessments from before periods were recorded
    period_code: Annotated[str, Said("期間のコード", "code of the period")] = ""
    confidence: Annotated[
        str, Said("確信度(high 高、medium 中、low 低)", "confidence: high, medium or low"), ByDecision(OpenPart.ASSESSMENT)
    ]
    reason_ja: Annotated[str, Said("担当室の見立ての理由", "why, in Japanese"), ByDecision(OpenPart.ASSESSMENT)]
    reason_en: Annotated[str, Said("担当室の見立ての理由(英語)", "why, in English"), ByDecision(OpenPart.ASSESSMENT)] = ""
    reviewer: str = ""
    reviewed_on: Annotated[date, Said("見立ての日", "day of the assessment"), ByDecision(OpenPart.ASSESSMENT)]
    recorded_at: MaybeInstant = None  # blank for those from before minutes of meetings
    # a second person: without one the row is in no edition, even where the government opens assessments
    confirmed_by: str | None = None
    confirmed_at: MaybeInstant = None
    is_sample: bool = False
