"""Projects, strategy versions, and milestones with every recorded date."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from kpis import vocabulary as words
from kpis.declared import NAME, Code, Fields, Flag, PrecisionOf, Said, Translated
from kpis.government import ProjectKind
from kpis.store import fields
from kpis.store.fields import KEY, NoteEn, NoteJa, OfRegister, Precision, SourceCode, one_of, refers, table_of


class ProjectFields(Fields):
    """One row per project code."""

    project_code: Annotated[Code, Said("プロジェクトのコード", "code of the project"), KEY]
    kind: Annotated[ProjectKind, Said("種類", "kind")]
    category: ClassVar[Translated] = Translated("区分({})", "category, in {}")
    name: ClassVar[Translated] = NAME
    is_name_official: Annotated[Flag, Said("名称が公式か", "whether the name is official")] = True
    goal: ClassVar[Translated] = Translated("到達目標({})", "goal, in {}")
    goal_source_code: Annotated[
        Code | None,
        Said(
            "到達目標の出典のコード(空欄はプロジェクトの出典と同じ)",
            "code of the source of the goal; blank where it is that of the project",
        ),
    ] = None
    successor_code: Annotated[Code | None, Said("後継のコード", "code of the successor"), refers("project.project_code")] = None
    source_code: SourceCode
    note: str = ""


class Project(ProjectFields, fields.TableRow, table=True):
    """A project of any kind, or the programme itself; one row per project code."""

    sort_order: int = 0


class StrategyVersionFields(Fields):
    """One row per version of the strategy, in the order in which they followed each other."""

    version_code: Annotated[Code, Said("戦略の版のコード", "code of the version of the strategy"), KEY]
    name: ClassVar[Translated] = NAME
    adopted_on: Annotated[date | None, Said("策定日", "day of adoption")] = None
    adopted_precision: Annotated[Precision, PrecisionOf("策定日", "adopted_on")] = "unknown"
    published_by: fields.PublishedBy = None
    horizon_year: Annotated[fields.Year | None, Said("目標年(度)", "year the version looks to")] = None
    first_year: Annotated[fields.Year | None, Said("集中して取り組む最初の年度", "first fiscal year of action")] = None
    last_year: Annotated[fields.Year | None, Said("集中して取り組む最後の年度", "last fiscal year of action")] = None
    keywords: ClassVar[Translated] = Translated("キーワード({})", "key words in {}")
    concept: ClassVar[Translated] = Translated("ねらい({})", "idea in {}")
    is_renumbered: Annotated[
        Flag, Said("この版でプロジェクトの番号が振り直されたか", "whether projects were numbered anew in this version")
    ] = False
    source_code: SourceCode
    note: str = ""


class StrategyVersion(StrategyVersionFields, fields.TableRow, table=True):
    """A strategy version, in chronological order; one row per version."""

    __table_args__ = (one_of("adopted_precision", words.Precision),)
    sort_order: int = 0


class ProjectVersionFields(Fields):
    """One row per project and strategy version, with the name in that version."""

    project_code: Annotated[Code, Said("プロジェクトのコード", "code of the project"), refers("project.project_code", key=True)]
    strategy_version: Annotated[Code, Said("戦略の版", "version of the strategy"), KEY]
    name: ClassVar[Translated] = NAME
    source_code: SourceCode
    note: str = ""


class ProjectVersion(ProjectVersionFields, fields.TableRow, table=True):
    """The name of a project in one version of the strategy."""


class ProjectBureauFields(Fields):
    """Who leads or takes part in a project, and when."""

    project_code: fields.ProjectCode
    bureau_code: fields.BureauCode
    role: Annotated[fields.Part, Said("役割(lead、member)", "role: lead or member")]
    valid_from: fields.ValidFrom = None
    valid_from_precision: fields.ValidFromPrecision = "unknown"
    valid_to: fields.ValidTo = None
    valid_to_precision: fields.ValidToPrecision = "unknown"
    source_code: fields.MaybeSourceCode = None
    note: str = ""


class ProjectBureau(ProjectBureauFields, fields.TableRow, table=True):
    """A bureau that leads or takes part in a project, with dates."""

    __table_args__ = (
        one_of("role", words.Part),
        one_of("valid_from_precision", words.Precision),
        one_of("valid_to_precision", words.Precision),
        UniqueConstraint("project_code", "bureau_code", "role"),
    )
    id: Annotated[int | None, KEY] = None


# A key of its own name, as migration 0010 made it: a later migration may change it by that name on old and new databases alike.
(_source_of_a_part,) = (key for key in table_of(ProjectBureau).foreign_key_constraints if key.column_keys == ["source_code"])
_source_of_a_part.name = "project_bureau_source"


class MilestoneFields(Fields):
    """One row per milestone as published; blank date = not stated, never late by itself."""

    milestone_code: Annotated[Code, Said("マイルストーンのコード", "code of the milestone"), KEY]
    project_code: fields.ProjectCode
    name: ClassVar[Translated] = NAME
    planned_start: Annotated[date | None, Said("計画した開始日", "planned day of start")] = None
    planned_start_precision: Annotated[Precision, PrecisionOf("計画した開始日", "planned_start")] = "unknown"
    planned_end: Annotated[date | None, Said("計画した完了日", "planned day of completion")] = None
    planned_end_precision: Annotated[Precision, PrecisionOf("計画した完了日", "planned_end")] = "unknown"
    replanned_end: Annotated[date | None, Said("見直した完了日", "re-planned day of completion")] = None
    replanned_end_precision: Annotated[Precision, PrecisionOf("見直した完了日", "replanned_end")] = "unknown"
    actual_end: Annotated[date | None, Said("実際の完了日", "day it was actually finished")] = None
    actual_end_precision: Annotated[Precision, PrecisionOf("実際の完了日", "actual_end")] = "unknown"
    stage_ja: Annotated[str, Said("公表資料での段階(日本語)", "stage as published, in Japanese")] = ""
    is_missed: Annotated[Flag, Said("結果が公表され、届かなかったマイルストーンか", "whether the published result fell short")] = (
        False
    )
    reported_period: Annotated[str | None, Said("報告された期間", "period in which it was reported")] = None
    supersedes_code: Annotated[
        Code | None, Said("置き換えたもののコード", "code of what it supersedes"), refers("milestone.milestone_code")
    ] = None
    ended_on: fields.EndedOn = None
    ended_on_precision: fields.EndedOnPrecision = "unknown"
    ended_reason: fields.WhyEnded = None  # ``mistake``: the row was never valid, on any day
    successor_code: fields.SuccessorCode = None
    source_code: SourceCode
    verified: fields.Verified = False
    note_ja: NoteJa = ""
    note_en: NoteEn = ""


class Milestone(OfRegister, MilestoneFields, fields.TableRow, table=True):
    """A milestone of a project with planned, re-planned and actual days side by side."""

    __table_args__ = (one_of("ended_reason", words.EndedReason, optional=True), Index("ix_milestone_project_code", "project_code"))


class MilestoneDate(fields.NumberedRow, table=True):
    """Every recorded date of a milestone; append-only, so that re-planning twice keeps all three.

    A day given by mistake is withdrawn by a row of its own, which repeats it and names its vintage.
    """

    __table_args__ = (one_of("date_kind", words.DateKind), UniqueConstraint("milestone_code", "date_kind", "vintage"))
    milestone_code: Annotated[
        str, Said("マイルストーンのコード", "code of the milestone"), refers("milestone.milestone_code", index=True)
    ]
    date_kind: Annotated[str, Said("日付の種類(planned、replanned、actual)", "kind of date: planned, replanned or actual")]
    vintage: fields.Vintage = 1
    day: Annotated[date, Said("日付", "the day")]
    precision: Annotated[str, Said("日付の精度(day、month、quarter、year、unknown)", "precision of the day")] = "day"
    withdraws_vintage: fields.WithdrawsVintage = None
    known_at: fields.KnownAt
    source_code: Annotated[str, Said("出典のコード", "code of the source"), refers("source.source_code")]
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
