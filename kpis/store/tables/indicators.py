"""Indicators, baselines, targets, and figures: observations are append-only vintages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field as Bounds
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from kpis import kinds
from kpis import reporting_vocabulary as reporting_words
from kpis import vocabulary as words
from kpis.as_text import LONGEST_NAME
from kpis.declared import ALWAYS, NAME, NOTE, ByDecision, Code, Fields, Flag, PrecisionOf, Said, Translated
from kpis.government import CorrectionReason, Theme
from kpis.store import fields
from kpis.store.fields import KEY, Instant, MaybeInstant, NoteEn, NoteJa, Precision, SourceCode, one_of, refers
from kpis.vocabulary import OpenPart


class IndicatorFields(Fields):
    """One row per indicator; the definition everybody reads and the engine judges by."""

    indicator_code: Annotated[Code, Said("指標のコード", "code of the indicator"), KEY]
    project_code: fields.MaybeProjectCode = None
    theme: Annotated[Theme, Said("分野", "theme")]
    kind: Annotated[fields.IndicatorKind, Said("種類", "kind")]
    direction: Annotated[
        fields.Direction, Said("望ましい向き(higher、lower、keep、none)", "which way is better: higher, lower, keep or none")
    ]
    unit: ClassVar[Translated] = Translated("単位({})", "unit, in {}", needs=ALWAYS, most=LONGEST_NAME)
    decimals: Annotated[int, Bounds(ge=0, le=4), Said("表示する小数の桁数(桁)", "decimals shown")] = 0
    name: ClassVar[Translated] = NAME
    definition: ClassVar[Translated] = Translated("指標の定義({})", "definition of the indicator, in {}", needs=ALWAYS)
    frequency: Annotated[fields.Frequency, Said("公表の頻度(month、quarter、year、irregular)", "how often it is published")]
    scope_code: Annotated[Code, Said("対象組織のコード", "code of the unit it covers"), refers("bureau.bureau_code")]
    is_headline: Annotated[Flag, Said("主要指標か", "whether it is a headline indicator")] = False
    is_reported_by_bureaus: Annotated[Flag, Said("各局が報告する指標か", "whether bureaus report it")] = False
    base: ClassVar[Translated] = Translated("基準の説明({})", "what the base is, in {}")
    exclusions: ClassVar[Translated] = Translated("除外したもの({})", "what is left out, in {}")
    threshold_on_track: Annotated[float, Bounds(gt=0, le=1.5), Said("この比以上は「順調」(割合)", "from this ratio: on track")] = (
        0.95
    )
    threshold_behind: Annotated[float, Bounds(ge=0, le=1), Said("この比未満は「遅れ」(割合)", "below this ratio: behind")] = 0.60
    tolerance: Annotated[fields.Count, Said("許容差(指標の単位)", "tolerance, in the indicator's unit")] = 0.0
    stale_after_days: Annotated[
        fields.Days, Bounds(gt=0), Said("古いとみなす日数(日)", "days after which a figure counts as old")
    ] = 200
    publication_lag_days: Annotated[
        fields.Days, Said("結果の公表を待つ日数(日)", "days after a target's day before its result counts as unreported")
    ] = 92
    minimum_value: Annotated[fields.Number | None, Said("取りうる最小の値", "the least a figure can be")] = None
    maximum_value: Annotated[fields.Number | None, Said("取りうる最大の値", "the most a figure can be")] = None
    sibling_code: Annotated[Code | None, Said("同じ事柄を別の単位で表す指標のコード", "code of the same fact in another unit")] = (
        None
    )
    replaced_by_code: Annotated[
        Code | None, Said("後継の指標のコード", "code of the indicator that replaced it"), refers("indicator.indicator_code")
    ] = None
    paired_with_code: Annotated[
        Code | None, Said("対になる指標のコード", "code of the indicator it is paired with"), refers("indicator.indicator_code")
    ] = None
    source_code: SourceCode
    note: ClassVar[Translated] = NOTE


class Indicator(IndicatorFields, fields.TableRow, table=True):
    """The definition of an indicator, with the thresholds of its judgement; one row per indicator."""

    __table_args__ = (
        one_of("kind", kinds.IndicatorKind),
        one_of("direction", words.Direction),
        CheckConstraint("threshold_behind <= threshold_on_track", name="thresholds_in_order"),
    )
    sort_order: int = 0


class BaselineFields(Fields):
    """The starting point that progress is measured from; at most one per indicator and unit."""

    indicator_code: Annotated[Code, Said("指標のコード", "code of the indicator"), refers("indicator.indicator_code", key=True)]
    bureau_code: Annotated[Code, Said("組織のコード", "code of the organisation unit"), refers("bureau.bureau_code", key=True)]
    period_code: fields.PeriodCode
    value: fields.Value
    is_approximate: fields.IsApproximate = False
    is_estimated: Annotated[Flag, Said("推計か", "whether it is an estimate")] = False
    source_code: SourceCode
    note: str = ""


class Baseline(BaselineFields, fields.TableRow, table=True):
    """The baseline from which progress is measured; one row per indicator and unit."""


class TargetFields(Fields):
    """One row per target and the day it was set; a raised target is a new row, never an overwrite."""

    indicator_code: fields.IndicatorCode
    bureau_code: fields.BureauCode
    period_code: fields.ReportingPeriodCode
    value: fields.Value
    numerator: fields.Numerator = None
    denominator: fields.Denominator = None
    is_approximate: fields.IsApproximate = False
    set_on: Annotated[date | None, Said("目標を定めた日", "day the target was set")] = None
    set_on_precision: Annotated[Precision, PrecisionOf("目標を定めた日", "set_on")] = "unknown"
    set_order: Annotated[
        int, Bounds(ge=1, le=fields.LAST_ORDER), Said("目標を定めた順(番目)", "order in which targets were set")
    ] = 1
    strategy_version: Annotated[Code | None, Said("戦略の版", "version of the strategy")] = None
    withdrawn_on: Annotated[date | None, Said("目標を取り下げた日", "day the target was withdrawn")] = None
    withdrawn_reason: Annotated[str, Said("目標を取り下げた理由", "why the target was withdrawn")] = ""
    source_code: SourceCode
    verified: fields.Verified = False
    note: ClassVar[Translated] = NOTE


class Target(TargetFields, fields.TableRow, table=True):
    """A target as it was set; one row per indicator, unit, period and order in which it was set."""

    __table_args__ = (
        UniqueConstraint("indicator_code", "bureau_code", "period_code", "set_order"),
        Index("ix_target_indicator_code", "indicator_code"),
        one_of("set_on_precision", words.Precision),
    )
    id: Annotated[int | None, KEY] = None


class ReportingPeriod(fields.TableRow, table=True):
    """A period of figures or targets, with the days on which reporting opens, is due and locks, and its figures are published."""

    __table_args__ = (CheckConstraint("end_date >= start_date", name="period_runs_forward"),)
    period_code: Annotated[
        str, Said("期間(FY2022、FY2022-Q3、2022-12、CY2030)", "period: FY2022, FY2022-Q3, 2022-12 or CY2030"), KEY
    ]
    kind: Annotated[str, Said("種類(month、quarter、year、calendar_year)", "kind: month, quarter, year (fiscal) or calendar_year")]
    start_date: Annotated[date, Said("期間の最初の日", "first day of the period")]
    end_date: Annotated[date, Said("期間の最後の日", "last day of the period"), Field(index=True)]
    opens_on: date | None = None
    due_on: date | None = None
    locks_on: date | None = None
    publishes_on: Annotated[
        date | None, Said("この期間の数値を公表する予定の日", "day on which the figures of the period are to be published")
    ] = None


class FigureFields(Fields):
    """The content of a figure: two vintages that agree in all of it are the same."""

    value: fields.MaybeValue = None
    numerator: fields.Numerator = None
    denominator: fields.Denominator = None
    base_value: Annotated[
        fields.Number | None,
        Said("比較の基準となる同期の値(指標の単位)", "value of the same period of the base year, in the indicator's unit"),
    ] = None
    text_ja: fields.TextJa = ""
    text_en: Annotated[str, Said("文章で公表された内容(英語)", "what was published in words, in English")] = ""
    is_approximate: fields.IsApproximate = False
    is_lower_bound: Annotated[Flag, Said("「〜超」と公表された下限値か", "whether it was published as a lower bound")] = False
    is_year_to_date: Annotated[Flag, Said("年度累計か", "whether it is a sum since the start of the fiscal year")] = False
    is_base_estimated: Annotated[Flag, Said("基準が推計か", "whether the base is an estimate")] = False
    sample_size: Annotated[fields.Number | None, Said("標本の大きさ(人など)", "sample size")] = None
    is_preliminary: Annotated[Flag, Said("速報値か(確報が後に続く)", "whether it is preliminary: its final value follows")] = False


class ObservationFields(FigureFields):
    """One row per indicator, unit and period as first published by the best source.

    A correction repeats the key with a ``reason_class`` and ``reason_text`` and becomes a new vintage. So does a row that
    ``is_withdrawn``: the figure that counted so far was never true, and the one before it counts again, or none.
    """

    indicator_code: fields.IndicatorCode
    bureau_code: fields.BureauCode
    period_code: fields.ReportingPeriodCode
    published_on: fields.PublishedOn = None
    source_code: SourceCode
    verified: fields.Verified = False
    reason_class: Annotated[
        CorrectionReason | None,
        Said("訂正の理由の区分(error、late_data、definition_change、scope_change)", "class of the reason for a correction"),
    ] = None
    reason_text: Annotated[str, Said("訂正の理由", "reason for a correction")] = ""
    note_ja: Annotated[str, Said("注記(日本語)", "note, in Japanese"), ByDecision(OpenPart.NOTE)] = ""
    note_en: Annotated[str, Said("注記(英語)", "note, in English"), ByDecision(OpenPart.NOTE)] = ""


class Observation(ObservationFields, fields.TableRow, table=True):
    """One reported value: indicator × unit × period × vintage. Append-only; a correction is a new vintage.

    A withdrawal is a vintage as well: it names the withdrawn one in ``withdraws_vintage`` and has no content of its own.
    """

    __table_args__ = (
        UniqueConstraint("indicator_code", "bureau_code", "period_code", "vintage"),
        CheckConstraint("vintage >= 1", name="vintage_counts_from_one"),
        CheckConstraint(
            "vintage = 1 OR finalises_vintage IS NOT NULL OR (reason_class IS NOT NULL AND reason_text <> '')",
            name="a_correction_has_a_reason",
        ),
        CheckConstraint(
            "finalises_vintage IS NULL OR (finalises_vintage < vintage AND withdraws_vintage IS NULL)", name="a_final_value_follows"
        ),
        CheckConstraint(
            "withdraws_vintage IS NOT NULL OR value IS NOT NULL OR numerator IS NOT NULL OR text_ja <> ''", name="says_something"
        ),
        CheckConstraint(
            "withdraws_vintage IS NULL OR (withdraws_vintage < vintage AND value IS NULL AND numerator IS NULL AND text_ja = '')",
            name="a_withdrawal_says_nothing_else",
        ),
        UniqueConstraint("indicator_code", "bureau_code", "period_code", "withdraws_vintage", name="withdrawn_once"),
        Index("observation_by_indicator", "indicator_code", "bureau_code", "known_at"),
    )
    id: Annotated[int | None, KEY] = None
    vintage: fields.Vintage = 1
    is_sample: bool = False
    known_at: fields.KnownAt
    recorded_at: Instant
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    file_sha256: Annotated[str | None, refers("original_file.sha256")] = None
    withdraws_vintage: fields.WithdrawsVintage = None
    finalises_vintage: Annotated[
        int | None,
        Said(
            "この版が確報となった速報の版の番号(訂正ではない)", "preliminary vintage whose final value this row is: no correction"
        ),
    ] = None


class ReadingFields(Fields):
    """The same fact read elsewhere (corroboration or disagreement), or a figure without a date."""

    indicator_code: fields.IndicatorCode
    bureau_code: fields.BureauCode
    period_code: fields.MaybePeriodCode = None
    value: fields.MaybeValue = None
    text_ja: fields.TextJa = ""
    is_target: Annotated[Flag, Said("目標としての値か", "whether it is a target")] = False
    is_approximate: fields.IsApproximate = False
    agrees: Annotated[
        Flag,
        Said(
            "採用した値と一致するか(期間のない行では意味を持たない)",
            "whether it agrees with the figure used; says nothing of a row without a period",
        ),
    ]
    source_code: SourceCode
    note_ja: NoteJa = ""
    note_en: NoteEn = ""


class Reading(ReadingFields, fields.TableRow, table=True):
    """The same fact in another source, agreeing or not; or a figure without a date. Never judged."""

    __table_args__ = (Index("ix_reading_indicator_code", "indicator_code"),)
    id: Annotated[int | None, KEY] = None


class Withdrawal(fields.NumberedRow, table=True):
    """A request to withdraw a figure, made by one person and decided by another; approved, it becomes a vintage."""

    __table_args__ = (
        one_of("state", reporting_words.WithdrawalState),
        CheckConstraint("reason_text <> ''", name="a_withdrawal_has_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="four_eyes"),
        Index(
            "withdrawal_asked_once", "indicator_code", "bureau_code", "period_code", "vintage", unique=True,
            sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'"),
        ),
    )  # fmt: skip
    indicator_code: Annotated[str, refers("indicator.indicator_code")]
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: Annotated[str, refers("reporting_period.period_code")]
    vintage: int
    reason_class: str
    reason_text: str
    state: str = "asked"
    asked_by: Annotated[str, refers("user_account.email")]
    asked_at: Instant
    decided_by: Annotated[str | None, refers("user_account.email")] = None
    decided_at: MaybeInstant = None
    decision_text: str = ""
