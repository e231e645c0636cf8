"""Declare each field once: type and bounds, vocabulary, references, and meaning.

The fields of a list are declared on a plain class (``Fields``), which validates a row of its file; the table inherits from it and
adds columns known only to the store. So one line gives the column of the file, the validation, the column of the table, that of the
open data and its line in the data dictionary. Plain, because a SQLModel class runs ``__init__`` for each row it validates, and
a load of 50,000 rows would take half as long again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator
from pydantic import Field as Bounds  # SQLModel's own would hide the reference of a field
from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Select, Table, Text, UniqueConstraint
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, Session, SQLModel

from kpis import kinds
from kpis import vocabulary as words
from kpis.declared import Code, Flag, Named, PrecisionOf, Row, Said
from kpis.periods import parse_period
from kpis.vocabulary import OneOf, Vocabulary

R = TypeVar("R")
Stored = TypeVar("Stored", bound=SQLModel)


def refers(column: str, *, key: bool = False, index: bool = False) -> Any:
    """Mark a field as the code of a row of another table, as ``bureau.bureau_code``; referenced rows are never deleted."""
    return Field(foreign_key=column, sa_type=Text, primary_key=key, index=index)


_LARGEST_KEY = 2**31 - 1  # of a whole number in a column, whatever database


def is_storable(key: object) -> bool:
    """Return whether columns can hold a key, or all parts of one: PostgreSQL refuses larger numbers, and texts with NUL."""
    if isinstance(key, (tuple, list)):
        return all(map(is_storable, key))
    if isinstance(key, int):
        return -_LARGEST_KEY <= key <= _LARGEST_KEY
    return not isinstance(key, str) or ("\0" not in key and not any("\ud800" <= c <= "\udfff" for c in key))


KEY = Field(primary_key=True)
Instant = Annotated[datetime, Field(sa_type=DateTime)]  # always UTC, stored naive
MaybeInstant = Annotated[datetime | None, Field(sa_type=DateTime)]


class TableRow(SQLModel):
    """A row of a table, which has the name of its class: ``RegisterChange`` are the rows of ``register_change``."""

    @declared_attr  # type: ignore[arg-type]
    def __tablename__(cls) -> str:  # noqa: N805
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class NumberedRow(TableRow):
    """A row of a table whose rows are counted, and have no other key."""

    id: Annotated[int | None, KEY] = None


def one_of(column: str, vocabulary: type[Vocabulary], *, optional: bool = False) -> CheckConstraint:
    """Return the CHECK that restricts a column to a vocabulary."""
    null = f"{column} IS NULL OR " if optional else ""
    return CheckConstraint(f"{null}{column} IN ({vocabulary.sql()})", name=f"{column}_known")


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a class."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def record_of(record: type[R], row: object, /, **more: object) -> R:
    """Return a record filled from the columns of a stored row with the names of its fields.

    Args:
        record: a dataclass.
        row: of a table that has a column for each field not given in ``more`` and without a default.
        more: fields without a column.
    """
    values = {f.name: getattr(row, f.name) for f in fields(record) if f.name not in more and hasattr(row, f.name)}  # type: ignore[arg-type]
    return record(**values, **more)


class Record(SimpleNamespace):
    """A stored row, its columns as attributes; shared by all callers, and so immutable."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: a stored row is not changed")


def records(model: type[Stored], rows: Iterable[Row]) -> list[Stored]:  # noqa: ARG001  # typed for mypy
    """Return rows with attribute access, so that mypy finds misspelt columns.

    They are typed as the table's class, which declares name and type of each column, but are not instances of it, which are
    read more than three times as slowly, and are mutable. Get texts by ``kpis.text.named``; ``vars`` returns the row.
    """
    return [cast(Stored, Record(**row)) for row in rows]


def of_codes(session: Session, query: Select[Any], column: ColumnElement[Any], codes: Iterable[str]) -> Iterator[Any]:
    """Yield the results of a query for these codes, in batches of 500: the number of parameters of a statement is limited."""
    wanted = sorted(codes)
    for start in range(0, len(wanted), 500):
        yield session.execute(query.where(column.in_(wanted[start : start + 500])))


@cache
def key_columns(model: type[SQLModel]) -> tuple[str, ...]:
    """Return the columns that identify a row: the primary key, or where that is a surrogate number the unnamed unique key."""
    table = table_of(model)
    own = tuple(c.name for c in table.primary_key.columns)
    if own != ("id",):
        return own
    unique = (c for c in table.constraints if isinstance(c, UniqueConstraint) and not c.name)
    return next((tuple(column.name for column in c.columns) for c in unique), ())


Vintage = Annotated[int, Said("版(訂正のたびに増える、番目)", "vintage: rises with each correction")]


class OfRegister(SQLModel):
    """The columns of a register row known only to the store, beside the fields of its list."""

    listed_in: str = ""  # the list that brought the row; blank where a report did
    vintage: Vintage = 1
    first_known_at: MaybeInstant = None
    is_sample: bool = False


# Kinds of values ------------------------------------------------------------------------------------------------------


def _readable(code: str) -> str:
    parse_period(code)
    return code


LARGEST = 1e15  # from here on a number does not keep all its digits; every input refuses it
LONG_DAYS, LAST_ORDER = 36_525, 9_999
Number = Annotated[float, Bounds(gt=-LARGEST, lt=LARGEST)]
Days = Annotated[int, Bounds(ge=0, le=LONG_DAYS)]  # a hundred years: a day plus as many is still a day
Count = Annotated[float, Bounds(ge=0, lt=LARGEST)]
Year = Annotated[int, Bounds(ge=1900, le=2200)]
_PERIOD = Said("期間(FY2022、FY2022-Q3、2022-12、CY2030)", "period: FY2022, FY2022-Q3, 2022-12 or CY2030")
PeriodCode = Annotated[str, AfterValidator(_readable), _PERIOD]
MaybePeriodCode = Annotated[Annotated[str, AfterValidator(_readable)] | None, _PERIOD]
Authority = Annotated[str, OneOf(words.Authority)]
CashlessStatus = Annotated[str, OneOf(words.CashlessStatus)]
CountedAs = Annotated[str, OneOf(words.CountedAs)]
DigitalStatus = Annotated[str, OneOf(words.DigitalStatus)]
Direction = Annotated[str, OneOf(words.Direction)]
EndedReason = Annotated[str, OneOf(words.EndedReason)]
Frequency = Annotated[str, OneOf(words.Frequency)]
Grade = Annotated[str, OneOf(words.Grade)]
IndicatorKind = Annotated[str, OneOf(kinds.IndicatorKind)]
Part = Annotated[str, OneOf(words.Part)]
Party = Annotated[str, OneOf(words.Party)]
PlanPrecision = Annotated[str, OneOf(words.PlanPrecision)]
Precision = Annotated[str, OneOf(words.Precision)]
ProcessType = Annotated[str, OneOf(words.ProcessType)]
PublishedBasis = Annotated[str, OneOf(words.PublishedBasis)]
Relation = Annotated[str, OneOf(words.Relation)]
StepForm = Annotated[str, OneOf(words.StepForm)]
YesNo = Annotated[str, OneOf(words.YesNo)]

# Fields that several lists have ----------------------------------------------------------------------------------------

BureauCode = Annotated[Code, Said("組織のコード", "code of the organisation unit"), refers("bureau.bureau_code")]
CategoryEn = Annotated[str, Said("区分(英語)", "category, in English")]
Denominator = Annotated[
    Number | None, Said("分母(件など、指標の対象の単位)", "denominator, in the unit of what the indicator counts")
]
EndedOn = Annotated[date | None, Said("終了した日(その日から数に入れない)", "day it ended; counted no longer from this day")]
EndedOnPrecision = Annotated[Precision, PrecisionOf("終了した日", "ended_on")]
IndicatorCode = Annotated[Code, Said("指標のコード", "code of the indicator"), refers("indicator.indicator_code")]
IsApproximate = Annotated[Flag, Said("概数か", "whether the value is approximate")]
KnownAt = Annotated[Instant, Said("数値が知られた日時(協定世界時)", "instant the figure became known, UTC")]
MaybeBureauCode = Annotated[Code | None, Said("組織のコード", "code of the organisation unit"), refers("bureau.bureau_code")]
MaybeNameEn = Annotated[str, Named, Said("名称(英語)", "name, in English")]
MaybeSourceCode = Annotated[Code | None, Said("出典のコード", "code of the source"), refers("source.source_code")]
MaybeValue = Annotated[Number | None, Said("値(指標の単位)", "value, in the indicator's unit")]
NoteEn = Annotated[str, Said("注記(英語)", "note, in English")]
NoteJa = Annotated[str, Said("注記(日本語)", "note, in Japanese")]
Numerator = Annotated[Number | None, Said("分子(件など、指標の対象の単位)", "numerator, in the unit of what the indicator counts")]
OrganisationJa = Annotated[str, Said("組織の名称、原文(日本語)", "organisation as the source writes it, in Japanese")]
PlannedFor = Annotated[date | None, Said("導入予定日", "day planned for")]
MaybeProjectCode = Annotated[Code | None, Said("プロジェクトのコード", "code of the project"), refers("project.project_code")]
ProjectCode = Annotated[Code, Said("プロジェクトのコード", "code of the project"), refers("project.project_code")]
PublishedBy = Annotated[
    date | None,
    Said(
        "公表日が不明のとき、遅くともその日までに公表されていたとわかる日",
        "last day by which it was public, where the day of publication is not known",
    ),
]
PublishedOn = Annotated[date | None, Said("公表日", "day of publication")]
ReportingPeriodCode = Annotated[PeriodCode, refers("reporting_period.period_code")]
SourceCode = Annotated[Code, Said("出典のコード", "code of the source"), refers("source.source_code")]
SuccessorCode = Annotated[Code | None, Said("後継のコード", "code of the successor")]
TextJa = Annotated[str, Said("文章で公表された内容(日本語)", "what was published in words, in Japanese")]
ValidFrom = Annotated[date | None, Said("この名称の始まりの日", "day the name began")]
ValidFromPrecision = Annotated[Precision, PrecisionOf("始まりの日", "valid_from")]
ValidTo = Annotated[date | None, Said("この名称の終わりの日", "day the name ended")]
ValidToPrecision = Annotated[Precision, PrecisionOf("終わりの日", "valid_to")]
Value = Annotated[Number, Said("値(指標の単位)", "value, in the indicator's unit")]
Verified = Annotated[Flag, Said("担当室が再確認したか", "whether the reform office has confirmed it")]
WithdrawsVintage = Annotated[
    int | None,
    Said(
        "取り下げた版の番号(この行は取下げで、自らの数値はない)",
        "vintage that this row withdraws; such a row says nothing of its own",
    ),
]
WhyEnded = Annotated[
    EndedReason | None,
    Said(
        "終了の理由(closed、abolished、merged、replaced、mistake=初めからなかった)",
        "why it ended: closed, abolished, merged, replaced, or mistake (it never existed)",
    ),
]
