"""Schemas of the files of a government: one class for each table of government.toml and each list, with types, bounds and meaning."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic import Field as Bounds

from kpis.declared import NAME, NOTE, Code, Fields, Filled, Flag, Named, NameEn, NameJa, Said, Translated
from kpis.errors import ValueRefused
from kpis.faults import in_form
from kpis.vocabulary import OneOf, OpenPart


class PublisherFields(Fields):
    """``[publisher]`` of government.toml: who publishes, as the open data name it."""

    code: Annotated[
        str, Said("全国地方公共団体コード(なければ空欄)", "code of the government, as its country has one; or blank")
    ] = ""
    name_ja: NameJa
    name_en: NameEn
    prefecture_ja: Annotated[str, Said("都道府県(日本の団体の場合)", "prefecture, of a government in Japan; or blank")] = ""
    identifier: Annotated[Code, Said("オープンデータの識別子", "identifier of the open data")]
    keywords_ja: Annotated[tuple[str, ...], Said("キーワード(日本語)", "key words, in Japanese")] = ()
    keywords_en: Annotated[tuple[str, ...], Said("キーワード(英語)", "key words, in English")] = ()


# A name that stands within texts of the program, which are templates and in part Markdown: none of the signs that act there.
Plain = Annotated[Filled, Named, Bounds(pattern=in_form("form_plain_name", r"^[^{}<>\[\]`*_\\|$~]+$"))]


class OfficeFields(Fields):
    """``[office]`` of government.toml: who looks after the figures."""

    name_ja: Annotated[Plain, Said("改革の担当室の名称(日本語)", "name of the reform office, in Japanese")]
    name_en: Annotated[
        Plain, Said("文中での担当室の呼び方(英語)", "what the reform office is called within a sentence, in English")
    ]


_CLOSED = re.compile(r"(\d{4}-)?\d\d-\d\d", re.ASCII)
_OF_THE_MACHINE = ("localtime", "posixrules", "Factory")  # another clock on each machine that reads an edition


def _zone(name: str) -> str:
    if name in _OF_THE_MACHINE:
        raise ValueRefused("time_zone_known")
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueRefused("time_zone_known") from error
    return name


def _closed(text: str) -> str:
    """Check a closed day: of every year, as 02-29, or of one."""
    try:
        if _CLOSED.fullmatch(text):
            date.fromisoformat(text if len(text) == 10 else f"2000-{text}")
            return text
    except ValueError:
        pass
    raise ValueRefused("closed_day", day=text)


def _first_day(day: date) -> date:
    if not 1900 <= day.year <= 2199:
        raise ValueRefused("first_day_of_years")
    return day


class CalendarFields(Fields):
    """``[calendar]`` of government.toml: its fiscal year, its clock, the first day that may be asked for, and the days on which it is closed."""

    first_month: Annotated[
        int,
        Bounds(ge=1, le=12, strict=True),
        Said("会計年度の最初の月(1から12)", "first month of the fiscal year, 1 to 12; it is named by the year it begins in"),
    ]
    time_zone: Annotated[str, AfterValidator(_zone), Said("時間帯(Europe/Paris など)", "time zone, as Europe/Paris")]
    first_day: Annotated[
        date, AfterValidator(_first_day), Said("時点として選べる最初の日", "first day that may be chosen as the day of a view")
    ]
    holidays: Annotated[
        Literal["", "JP"], Said("祝日の国(JP、なければ空欄)", "country of its public holidays: JP, or a blank where none are kept")
    ] = ""
    closed: Annotated[
        tuple[Annotated[str, AfterValidator(_closed)], ...],
        Said(
            "休みの日:毎年の日(12-29 など)か、ある年の日(2027-03-26 など)",
            "days on which it is closed: of every year, as 12-29, or of one, as 2027-03-26",
        ),
    ] = ()


class AreaFields(Fields):
    """``[area]`` of government.toml: its land in decimal degrees; a facility outside it is doubted. May be left out."""

    south: Annotated[float, Bounds(ge=-90, le=90), Said("南端の緯度", "southern latitude")]
    north: Annotated[float, Bounds(ge=-90, le=90), Said("北端の緯度", "northern latitude")]
    west: Annotated[float, Bounds(ge=-180, le=180), Said("西端の経度", "western longitude")]
    east: Annotated[float, Bounds(ge=-180, le=180), Said("東端の経度", "eastern longitude")]

    @model_validator(mode="after")
    def _in_order(self) -> AreaFields:
        for first, second in (("south", "north"), ("west", "east")):
            if getattr(self, first) >= getattr(self, second):
                raise ValueRefused("first_less_than_second", first=first, second=second)
        return self


class PageFields(Fields):
    """``[themes]`` of government.toml: the page on which the themes are told."""

    address: Annotated[
        str,
        Bounds(pattern=in_form("form_page", r"^[a-z][a-z0-9_]*$")),
        Said("ページのアドレス", "address of the page, as themes; it names its files too"),
    ] = "themes"
    icon: Annotated[
        str,
        Bounds(pattern=in_form("form_icon", r"^[a-z0-9_]+$")),
        Said("アイコン(今は示さない)", "icon; no longer shown, read so that catalogues and editions from before stay readable"),
    ] = "category"


class OpenFields(Fields):
    """``[open]`` of government.toml: what of that which bureaus and the office write about figures is public. Left out, all of it is internal."""

    parts: Annotated[
        tuple[Annotated[str, OneOf(OpenPart)], ...],
        Said(
            "公表する項目(cause 要因、obstacle 課題、response 対応、measure 取組、section 担当課、role 担当の職、due 期限、"
            "effect 見込む効果、state 状態、reason 変更・中止の理由、note 備考、assessment 担当室の見立て)。ここにない項目は内部限り",
            "what is public: cause, obstacle, response, measure, section, role, due, effect, state, reason, note, assessment (of the office); the rest is internal",
        ),
    ] = ()


class FactsFields(Fields):
    """government.toml: one table for each kind of facts."""

    publisher: PublisherFields
    office: OfficeFields
    calendar: CalendarFields
    area: AreaFields | None = None
    themes: PageFields = PageFields()
    open: OpenFields = OpenFields()


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes of a cell, separated by ;."""
    return tuple(code for part in text.split(";") if (code := part.strip()))


PLURAL = Translated("名称の複数形({})", "plural of the name, in {}")
HEADING = Translated("一覧の見出し({})", "heading of their list, in {}")
GROUP = Translated("一緒に並べる見出し({})", "heading under which they are listed together, in {}")


class ThemeFields(Fields):
    """One row per theme that indicators are about, in the order in which they are shown."""

    theme_code: Annotated[Code, Said("分野のコード", "code of the theme")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn
    shown_as: Annotated[
        Literal["card", "chart", ""],
        Said(
            "概要での示し方(card 分野のページと概要のカード、chart 概要の図、空欄 示さない)",
            "how it is shown: card (on the page of themes and on the overview), chart (the chart of the overview) or blank",
        ),
    ] = ""
    of_register: Annotated[
        Literal["procedures", "facilities", ""],
        Said(
            "この分野の公表値を示す一覧(procedures 行政手続、facilities 施設、または空欄)",
            "register whose page shows the published figures of the theme: procedures, facilities, or blank",
        ),
    ] = ""
    about_totals: Annotated[
        str,
        Said(
            "公表された総数が概数である指標のコード(;で区切る)",
            "codes of the indicators whose published total is approximate, separated by ;",
        ),
    ] = ""
    note: ClassVar[Translated] = NOTE
    note_ja: Annotated[str, Said("分野のページに添える注(日本語)", "note on the page of themes, in Japanese")] = ""
    note_en: Annotated[str, Said("分野のページに添える注(英語)", "note on the page of themes, in English")] = ""


class ProjectKindFields(Fields):
    """One row per kind of project, in the order in which they are listed."""

    kind_code: Annotated[Code, Said("種類のコード", "code of the kind")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: Annotated[Filled, Said("文中での名称(英語)", "name within a sentence, in English")]
    plural: ClassVar[Translated] = PLURAL
    plural_en: Annotated[Filled, Said("名称の複数形(英語)", "plural of the name, in English")]
    heading: ClassVar[Translated] = HEADING
    heading_ja: Annotated[
        str,
        Said(
            "一覧の見出し(日本語。cards では名称と件数から作る)",
            "heading of their list, in Japanese; of cards it is made of name and number",
        ),
    ] = ""
    heading_en: Annotated[str, Said("一覧の見出し(英語)", "heading of their list, in English")] = ""
    shown_as: Annotated[
        Literal["cards", "categories", "lines"],
        Said(
            "一覧での示し方(cards 番号のあるカード、categories 区分ごと、lines そのまま)",
            "how they are listed: cards (numbered, by version of the strategy), categories (by category) or lines",
        ),
    ] = "lines"
    is_programme: Annotated[
        Flag, Said("個々のプロジェクトではなく改革全体か", "whether it is the programme as a whole, no project")
    ] = False
    is_whole_government: Annotated[
        Flag, Said("全庁の取組か(担当局がなくてよい)", "whether they are of the whole government, so that no bureau need be named")
    ] = False
    counted_by: Annotated[
        str, Said("全部で何件かを示す指標のコード", "code of the indicator that says how many there are in all")
    ] = ""


class UnitKindFields(Fields):
    """One row per kind of organisation unit, besides whole, scope, comparison and other, which every government has."""

    kind_code: Annotated[Code, Said("種類のコード", "code of the kind")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn
    is_bureau: Annotated[Flag, Said("自ら報告する局か", "whether such units report for themselves")] = False
    group: ClassVar[Translated] = GROUP
    group_ja: Annotated[
        str,
        Said(
            "一緒に並べる見出し(日本語。空欄は種類の名称)",
            "heading under which they are listed, with other kinds of the same heading, in Japanese; blank: the name of the kind",
        ),
    ] = ""
    group_en: Annotated[str, Said("一緒に並べる見出し(英語)", "heading under which they are listed, in English")] = ""


class PlaceFields(Fields):
    """One row per municipality on the map of tiles, and where its tile stands; the file may be missing, then there is no map."""

    municipality_code: Annotated[str, Said("市区町村のコード(日本では5桁)", "code of the municipality; in Japan five digits")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn
    column: Annotated[int, Bounds(ge=0, le=99), Said("左からの位置", "place from the left")]
    row: Annotated[int, Bounds(ge=0, le=99), Said("上からの位置", "place from the top")]


def _ring(text: str) -> tuple[tuple[float, float], ...]:
    """Parse a ring of points ``longitude,latitude`` separated by blanks."""
    points = []
    for point in text.split():
        try:
            longitude, latitude = map(float, point.split(","))
        except ValueError as error:
            raise ValueRefused("outline_point", point=point) from error
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueRefused("outline_point", point=point)
        points.append((longitude, latitude))
    if len(points) < 3:
        raise ValueRefused("outline_three")
    return tuple(points)


class OutlineFields(Fields):
    """One ring of the outline of a municipality, on land; the file may be missing, then the map is one of tiles alone."""

    municipality_code: Annotated[str, Said("市区町村のコード(日本では5桁)", "code of the municipality; in Japan five digits")]
    ring: Annotated[
        tuple[tuple[float, float], ...], BeforeValidator(_ring),
        Said("輪郭の点(経度,緯度を空白で区切る。度、世界測地系)", "points of the outline: longitude,latitude with blanks between, in degrees"),
    ]  # fmt: skip


class SameWordFields(Fields):
    """One row per word of the government's own names that people call otherwise, for the search; besides those of the program. The file may be missing."""

    word: Annotated[Filled, Said("名称に含まれる語", "word that names hold")]
    also: Annotated[Filled, Said("同じものを指すほかの語(空白で区切る)", "other words for the same, with blanks between")]


class SectionFields(Fields):
    """One row per section of a bureau that fills in a part of its report; what no section has is the coordinator's. The file may be missing."""

    section_code: Annotated[Code, Said("課のコード", "code of the section")]
    bureau_code: Annotated[Code, Said("局のコード", "code of its bureau")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn
    indicators: Annotated[str, Said("受け持つ指標のコード(;で区切る)", "codes of the indicators it reports, separated by ;")] = ""
    projects: Annotated[
        str, Said("受け持つプロジェクトのコード(;で区切る)", "codes of the projects whose rows it reports, separated by ;")
    ] = ""
    registers: Annotated[
        str,
        Said(
            "受け持つ一覧の名前(procedures など)か行のコード(;で区切る)",
            "registers it reports as a whole (procedures), or codes of single rows, separated by ;",
        ),
    ] = ""

    def holds(self, *, sheet: str, code: str, indicator: str = "", project: str = "") -> bool:
        """Return whether a row belongs to the section.

        Args:
            sheet: ``observations``, or the register's name.
            code: of the row; for a figure that of its indicator.
            indicator: of a register row, where it has one.
            project: of a register row, where it has one.
        """
        own = codes_in(self.indicators)
        if sheet == "observations":
            return code in own
        listed = codes_in(self.registers)
        return sheet in listed or code in listed or (indicator != "" and indicator in own) or project in codes_in(self.projects)


class StepFields(Fields):
    """One row per step in which a bureau checks its own report before it goes out, in their order; none by default. The file may be missing."""

    bureau_code: Annotated[Code, Said("局のコード", "code of the bureau")]
    step_code: Annotated[Code, Said("段階のコード", "code of the step")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn


class ReasonFields(Fields):
    """One row per reason for saying anew what was said before, in the order in which they are offered."""

    reason_code: Annotated[Code, Said("理由のコード", "code of the reason")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn
    is_error: Annotated[Flag, Said("前の内容が誤りだったことを表すか", "whether what was said before was never true")] = False
