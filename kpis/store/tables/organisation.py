"""The organisation: sources, units and successions."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field as Bounds
from sqlalchemy import CheckConstraint, UniqueConstraint

from kpis import vocabulary as words
from kpis.as_text import LONGEST_NAME
from kpis.declared import Code, Fields, Filled, Flag, PrecisionOf, Said, Translated
from kpis.faults import in_form
from kpis.government import UnitKind
from kpis.store import fields
from kpis.store.fields import KEY, Precision, one_of, refers


class SourceFields(Fields):
    """One row per page or file that a figure was read from."""

    source_code: Annotated[Code, Said("出典のコード", "code of the source"), KEY]
    url: Annotated[
        str,
        Bounds(pattern=in_form("form_address", r"^https?://[^\s\"<>\\^`{|}]+$")),
        Said("資料のアドレス", "address of the source"),
    ]
    title: Annotated[Filled, Said("資料の題名", "title of the source")]
    published_on: fields.PublishedOn = None
    published_by: fields.PublishedBy = None
    published_basis: Annotated[
        fields.PublishedBasis | None,
        Said(
            "published_by の根拠(page ページ自身、source 別の資料、quarter 報告する四半期)",
            "what shows published_by: the page itself, another source, or the quarter it reports",
        ),
    ] = None
    grade: Annotated[
        fields.Grade, Said("資料の区分(primary、secondary)", "primary: the government's own page; secondary: another's")
    ]
    note: str = ""


class Source(SourceFields, fields.TableRow, table=True):
    """A page or file that figures were read from; one row per source.

    ``published_by`` is the last day by which it was public, ``published_basis`` the evidence (``page``, ``source``, ``quarter``).
    """

    __table_args__ = (one_of("grade", words.Grade),)


class BureauFields(Fields):
    """One row per organisation unit and life of its name, in catalogue order."""

    bureau_code: Annotated[Code, Said("組織のコード", "code of the organisation unit"), KEY]
    name: ClassVar[Translated] = Translated("名称({})", "name, in {}", needs=("ja",), most=LONGEST_NAME)
    is_name_en_official: Annotated[Flag, Said("英語名が公式か", "whether the English name is official")] = False
    kind: Annotated[UnitKind, Said("種類", "kind")]
    parent_code: Annotated[Code | None, Said("上位の組織のコード", "code of the unit above"), refers("bureau.bureau_code")] = None
    valid_from: fields.ValidFrom = None
    valid_from_precision: fields.ValidFromPrecision = "unknown"
    valid_to: fields.ValidTo = None
    valid_to_precision: fields.ValidToPrecision = "unknown"
    is_current: Annotated[Flag, Said("現在の組織か", "whether the unit exists today")] = True
    source_code: fields.MaybeSourceCode = None
    note: str = ""


class Bureau(BureauFields, fields.TableRow, table=True):
    """An organisation unit and one life of its name; one row per unit and life."""

    __table_args__ = (
        one_of("valid_from_precision", words.Precision),
        one_of("valid_to_precision", words.Precision),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="life_runs_forward"),
    )
    sort_order: int = 0


class SuccessionFields(Fields):
    """One row per predecessor and successor of a reorganisation; blank share = not known."""

    predecessor_code: Annotated[Code, Said("改組前の組織のコード", "code of the unit before"), refers("bureau.bureau_code")]
    successor_code: Annotated[Code, Said("後継のコード", "code of the successor"), refers("bureau.bureau_code")]
    relation: Annotated[fields.Relation, Said("改組の種類(rename、split、merge、transfer、unknown)", "kind of reorganisation")]
    effective_date: Annotated[date | None, Said("改組の日", "day the reorganisation took effect")] = None
    date_precision: Annotated[Precision, PrecisionOf("改組の日", "effective_date")] = "unknown"
    share: Annotated[Annotated[float, Bounds(ge=0, le=1)] | None, Said("引き継いだ割合(0から1)", "share taken over, 0 to 1")] = None
    source_code: fields.MaybeSourceCode = None
    note: str = ""


class Succession(SuccessionFields, fields.TableRow, table=True):
    """A reorganisation; one row per predecessor, successor and relation. A blank share is not known."""

    __table_args__ = (
        UniqueConstraint("predecessor_code", "successor_code", "relation"),
        one_of("relation", words.Relation),
        CheckConstraint("share IS NULL OR (share >= 0 AND share <= 1)", name="share_is_a_share"),
    )
    id: Annotated[int | None, KEY] = None
