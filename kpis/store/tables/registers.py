"""The registers of procedures and facilities, the changes of every register, and the decisions on lists."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import Field as Bounds
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from kpis import vocabulary as words
from kpis.declared import Code, Fields, Flag, NameJa, PrecisionOf, Said
from kpis.store import fields
from kpis.store.fields import KEY, Authority, Instant, OfRegister, Precision, SourceCode, StepForm, YesNo, one_of, refers

# Columns whose cells hold several values, and the separators.
SEVERAL = {"online_channel": ";；、", "payment_methods": ";", "municipality_ja": "・;、"}


def values_in(column: str, cell: str) -> tuple[str, ...]:
    """Return the values of a cell of such a column, each once; of a place "and others" (ほか) is left out."""
    parts = (part.strip().removesuffix("ほか").strip() for part in re.split(f"[{SEVERAL[column]}]", cell))
    return tuple(dict.fromkeys(filter(None, parts)))


class ProcedureFields(Fields):
    """One row per named procedure, or per process of one where ``counted_as`` says so."""

    procedure_code: Annotated[Code, Said("手続のコード", "code of the procedure"), KEY]
    name_ja: NameJa
    name_en: fields.MaybeNameEn = ""
    bureau_code: fields.MaybeBureauCode = None
    organisation_ja: fields.OrganisationJa = ""
    category_en: fields.CategoryEn = ""
    counted_as: Annotated[fields.CountedAs, Said("数え方(procedure、process)", "counted as procedure or process")] = "procedure"
    process_type: Annotated[fields.ProcessType, Said("手続の類型", "type of process")] = "unknown"
    applicant: Annotated[fields.Party, Said("申請者", "who applies")] = "unknown"
    recipient: Annotated[fields.Party, Said("受け手", "who receives it")] = "unknown"
    authority: Annotated[Authority, Said("権限(own、delegated、national、other、unknown)", "whose authority it is")] = "unknown"
    law_name: Annotated[str, Said("根拠法令", "law it rests on")] = ""
    law_article: Annotated[str, Said("根拠条項", "article of the law it rests on")] = ""
    is_priority: Annotated[Flag, Said("主要手続か", "whether it is a priority procedure")] = False
    digital_status: Annotated[
        fields.DigitalStatus,
        Said("デジタル化の状況(done、partly_done、not_done、exempt、planned、unknown)", "state of digitisation"),
    ]
    not_done_reason: Annotated[str, Said("デジタル化していない理由", "why it is not digitised")] = ""
    digitised_date: Annotated[date | None, Said("デジタル化した日", "day it was digitised")] = None
    digitised_precision: Annotated[Precision, PrecisionOf("デジタル化した日", "digitised_date")] = "unknown"
    planned_for: fields.PlannedFor = None
    planned_for_precision: Annotated[fields.PlanPrecision, PrecisionOf("導入予定日", "planned_for")] = "unknown"
    online_channel: Annotated[str, Said("オンラインの窓口", "online channel")] = ""
    identity_step: Annotated[
        StepForm, Said("本人確認の方法(online、paper、either、none、unknown)", "how identity is confirmed")
    ] = "unknown"
    fee_step: Annotated[StepForm, Said("手数料の支払方法(online、paper、either、none、unknown)", "how the fee is paid")] = "unknown"
    attachment_step: Annotated[
        StepForm, Said("添付書類の方法(online、paper、either、none、unknown)", "how attachments are handed in")
    ] = "unknown"
    result_step: Annotated[
        StepForm, Said("結果通知の方法(online、paper、either、none、unknown)", "how the result is delivered")
    ] = "unknown"
    smartphone_ready: Annotated[YesNo, Said("スマートフォン対応(yes、no、unknown)", "whether it works on a smartphone")] = "unknown"
    applications_count: Annotated[fields.Count | None, Said("年間の申請件数(件)", "applications per year")] = None
    online_count: Annotated[fields.Count | None, Said("年間のオンライン申請件数(件)", "online applications per year")] = None
    is_count_estimated: Annotated[Flag, Said("件数が推計か", "whether the counts are estimates")] = False
    details_json: str = ""
    ended_on: fields.EndedOn = None
    ended_on_precision: fields.EndedOnPrecision = "unknown"
    ended_reason: fields.WhyEnded = None  # ``mistake``: the row was never valid, on any day
    successor_code: fields.SuccessorCode = None
    source_code: SourceCode
    verified: fields.Verified = False
    note_ja: fields.NoteJa = ""
    note_en: fields.NoteEn = ""


class Procedure(OfRegister, ProcedureFields, fields.TableRow, table=True):
    """A named administrative procedure (or, where ``counted_as`` says so, one process of it), as last reported.

    Counts are applications a year; ``details_json`` keeps further columns of the source's own layout.
    """

    __table_args__ = (
        one_of("counted_as", words.CountedAs),
        one_of("process_type", words.ProcessType),
        one_of("applicant", words.Party),
        one_of("recipient", words.Party),
        one_of("authority", words.Authority),
        one_of("digital_status", words.DigitalStatus),
        one_of("ended_reason", words.EndedReason, optional=True),
        one_of("smartphone_ready", words.YesNo),
        *(one_of(f"{step}_step", words.StepForm) for step in ("identity", "fee", "attachment", "result")),
        CheckConstraint("applications_count IS NULL OR applications_count >= 0", name="applications_not_negative"),
        CheckConstraint("online_count IS NULL OR online_count >= 0", name="online_not_negative"),
        Index("procedure_by_bureau", "bureau_code", "digital_status"),
        Index("procedure_first_known", "first_known_at"),
        # Narrow enough for a full scan; PostgreSQL limits the width of an entry, and scans the table instead (migration 0004).
        Index(
            "procedure_listed",
            "procedure_code",
            "bureau_code",
            "digital_status",
            "digitised_date",
            "planned_for",
            "planned_for_precision",
            "process_type",
            "applicant",
            "authority",
            "is_priority",
            "online_channel",
            "ended_on",
            "ended_reason",
            info={"only": "sqlite"},
        ).ddl_if(dialect="sqlite"),
    )


class FacilityFields(Fields):
    """One row per named facility or, where ``is_class``, per class of facilities."""

    facility_code: Annotated[Code, Said("施設のコード", "code of the facility"), KEY]
    name_ja: NameJa
    kind: Annotated[Code, Said("種類", "kind")]
    is_class: Annotated[Flag, Said("個々の施設ではなく施設の種別か", "whether it is a class of facilities")] = False
    bureau_code: fields.MaybeBureauCode = None
    organisation_ja: fields.OrganisationJa = ""
    municipality_ja: Annotated[str, Said("所在の区市町村(日本語)", "municipality, in Japanese")] = ""
    latitude: Annotated[Annotated[float, Bounds(ge=-90, le=90)] | None, Said("緯度(度)", "latitude, in degrees")] = None
    longitude: Annotated[Annotated[float, Bounds(ge=-180, le=180)] | None, Said("経度(度)", "longitude, in degrees")] = None
    payment_methods: str = ""
    cashless_since: Annotated[date | None, Said("キャッシュレス決済を導入した日", "day cashless payment was introduced")] = None
    cashless_since_precision: Annotated[Precision, PrecisionOf("導入日", "cashless_since")] = "unknown"
    planned_for: fields.PlannedFor = None
    planned_for_precision: Annotated[Precision, PrecisionOf("導入予定日", "planned_for")] = "unknown"
    cashless_status: Annotated[
        fields.CashlessStatus,
        Said("導入状況(introduced、announced、class_level_only、unknown、not_cashless)", "state of cashless payment"),
    ]
    ended_on: fields.EndedOn = None
    ended_on_precision: fields.EndedOnPrecision = "unknown"
    ended_reason: fields.WhyEnded = None  # ``mistake``: the row was never valid, on any day
    successor_code: fields.SuccessorCode = None
    source_code: SourceCode
    verified: fields.Verified = False
    note_ja: fields.NoteJa = ""
    note_en: fields.NoteEn = ""


class Facility(OfRegister, FacilityFields, fields.TableRow, table=True):
    """A facility that takes fees, or a class of them; counts of the list are never a published numerator."""

    __table_args__ = (
        one_of("cashless_status", words.CashlessStatus),
        one_of("ended_reason", words.EndedReason, optional=True),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="a_point_has_both"),
        Index("ix_facility_bureau_code", "bureau_code"),
    )


class RegisterChange(fields.NumberedRow, table=True):
    """One change of one row of a register (``RegisterName``); append-only, so that no state is lost.

    ``vintage`` is the row's after the change; ``before_json`` and ``after_json`` hold the fields that changed. A row that
    was never changed has no entry here; ``first_known_at`` of the row itself is the instant it became known (``None``: not
    recorded at the time). ``kpis.store.register_history`` computes the row as of any day.
    """

    __table_args__ = (
        one_of("register_name", words.RegisterName),
        CheckConstraint("reason_class IS NULL OR reason_text <> ''", name="a_correction_has_a_reason"),
        UniqueConstraint("register_name", "row_code", "vintage"),
        Index("register_change_by_instant", "register_name", "known_at"),
    )
    register_name: str
    row_code: str
    vintage: int
    before_json: str
    after_json: str
    known_at: Instant
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    file_sha256: Annotated[str | None, refers("original_file.sha256")] = None
    reason_class: str | None = None
    reason_text: str = ""


class DefinitionChange(fields.NumberedRow, table=True):
    """What one row of a definition with days was until a list changed it; append-only, one row per change.

    ``before_json`` holds the columns that changed. ``kpis.store.definition_history`` says what stood at an instant.
    """

    __table_args__ = (one_of("table_name", words.DatedDefinition), Index("definition_change_by_instant", "table_name", "known_at"))
    table_name: str
    row_code: str
    before_json: str
    known_at: Instant
    file_sha256: Annotated[str | None, refers("original_file.sha256")] = None


class ListDecision(fields.NumberedRow, table=True):
    """A decision on a row missing from its reloaded list; append-only, the last one counts."""

    __table_args__ = (
        one_of("decision", words.ListDecision),
        Index("list_decision_by_list", "list_kind", "list_name"),
    )  # fmt: skip
    list_kind: str
    list_name: str
    row_key: str
    decision: str
    ended_on: date | None = None
    reason: str = ""
    decided_at: Instant
