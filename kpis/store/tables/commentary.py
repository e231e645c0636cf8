"""Commentaries and actions of bureaus, each a register with its history."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlalchemy import CheckConstraint, Index

from kpis import vocabulary as words
from kpis.declared import ByDecision, Code, Fields, PrecisionOf, Said
from kpis.store import fields
from kpis.store.fields import KEY, OfRegister, Precision, SourceCode, one_of, refers
from kpis.vocabulary import OneOf, OpenPart

MaybeIndicatorCode = Annotated[Code | None, Said("指標のコード", "code of the indicator"), refers("indicator.indicator_code")]
_ABOUT_ONE = "(indicator_code IS NULL) <> (project_code IS NULL)"


class CommentaryFields(Fields):
    """One row per indicator or project, bureau and period: why it stands as it does, what stands in the way, what is done."""

    commentary_code: Annotated[Code, Said("要因・課題・対応のコード", "code of the commentary"), KEY]
    bureau_code: fields.MaybeBureauCode = None
    indicator_code: MaybeIndicatorCode = None
    project_code: fields.MaybeProjectCode = None
    period_code: fields.ReportingPeriodCode
    cause_ja: Annotated[str, Said("要因", "cause, in Japanese"), ByDecision(OpenPart.CAUSE)] = ""
    cause_en: Annotated[str, Said("要因(英語)", "cause, in English"), ByDecision(OpenPart.CAUSE)] = ""
    obstacle_ja: Annotated[str, Said("課題", "obstacle, in Japanese"), ByDecision(OpenPart.OBSTACLE)] = ""
    obstacle_en: Annotated[str, Said("課題(英語)", "obstacle, in English"), ByDecision(OpenPart.OBSTACLE)] = ""
    response_ja: Annotated[str, Said("対応", "what is done, in Japanese"), ByDecision(OpenPart.RESPONSE)] = ""
    response_en: Annotated[str, Said("対応(英語)", "what is done, in English"), ByDecision(OpenPart.RESPONSE)] = ""
    ended_on: fields.EndedOn = None
    ended_on_precision: fields.EndedOnPrecision = "unknown"
    ended_reason: fields.WhyEnded = None
    successor_code: fields.SuccessorCode = None
    source_code: SourceCode
    verified: fields.Verified = False
    note: str = ""


class Commentary(OfRegister, CommentaryFields, fields.TableRow, table=True):
    """A bureau's, or owner's, commentary on an indicator or project in a period; one row per bureau, subject and period."""

    __table_args__ = (
        one_of("ended_reason", words.EndedReason, optional=True),
        CheckConstraint(_ABOUT_ONE, name="about_one_subject"),
        Index("commentary_by_bureau", "bureau_code", "period_code"),
    )


class ActionFields(Fields):
    """One row per action: what is done, by which section, until when, how much it is to bring, and what became of it."""

    action_code: Annotated[Code, Said("取組のコード", "code of the action"), KEY]
    bureau_code: fields.MaybeBureauCode = None
    indicator_code: MaybeIndicatorCode = None
    project_code: fields.MaybeProjectCode = None
    period_code: Annotated[
        fields.ReportingPeriodCode, Said("取組を始めた報告の期間", "period of the report in which the action began")
    ]
    measure_ja: Annotated[str, Said("取組の内容", "what is done, in Japanese"), ByDecision(OpenPart.MEASURE)] = ""
    measure_en: Annotated[str, Said("取組の内容(英語)", "what is done, in English"), ByDecision(OpenPart.MEASURE)] = ""
    section_ja: Annotated[str, Said("担当課", "section in charge"), ByDecision(OpenPart.SECTION)] = ""
    role_ja: Annotated[str, Said("担当の職", "role of the person in charge"), ByDecision(OpenPart.ROLE)] = ""
    person: str = ""  # a name: never public, whatever a government decides
    due_on: Annotated[date | None, Said("期限", "day it is due"), ByDecision(OpenPart.DUE)] = None
    due_on_precision: Annotated[Precision, PrecisionOf("期限", "due_on"), ByDecision(OpenPart.DUE)] = "unknown"
    new_due_on: Annotated[date | None, Said("変更後の期限", "new day it is due"), ByDecision(OpenPart.DUE)] = None
    new_due_on_precision: Annotated[Precision, PrecisionOf("変更後の期限", "new_due_on"), ByDecision(OpenPart.DUE)] = "unknown"
    effect_value: Annotated[
        fields.Number | None,
        Said("見込む効果(指標の単位での増減)", "change it is expected to bring, in the indicator's unit"),
        ByDecision(OpenPart.EFFECT),
    ] = None
    effect_ja: Annotated[str, Said("見込む効果(文章)", "expected effect in words"), ByDecision(OpenPart.EFFECT)] = ""
    action_state: Annotated[
        Annotated[str, OneOf(words.ActionState)],
        Said("取組の状態(open、continued、done、given_up)", "state: open, continued, done or given_up"),
        ByDecision(OpenPart.STATE),
    ] = "open"
    state_reason_ja: Annotated[
        str, Said("期限の変更・中止の理由", "why the day was moved or it was given up"), ByDecision(OpenPart.REASON)
    ] = ""
    done_on: Annotated[date | None, Said("完了した日", "day it was done"), ByDecision(OpenPart.STATE)] = None
    done_on_precision: Annotated[Precision, PrecisionOf("完了した日", "done_on"), ByDecision(OpenPart.STATE)] = "unknown"
    ended_on: fields.EndedOn = None
    ended_on_precision: fields.EndedOnPrecision = "unknown"
    ended_reason: fields.WhyEnded = None
    successor_code: fields.SuccessorCode = None
    source_code: SourceCode
    verified: fields.Verified = False
    note: str = ""


class Action(OfRegister, ActionFields, fields.TableRow, table=True):
    """An action of a bureau on an indicator or project; one row per action, changed by the answers of later quarters."""

    __table_args__ = (
        one_of("action_state", words.ActionState),
        one_of("ended_reason", words.EndedReason, optional=True),
        CheckConstraint(_ABOUT_ONE, name="about_one_subject"),
        Index("action_by_bureau", "bureau_code", "action_state"),
    )
