"""The government's own facts: what it chooses for itself, read from the files of its catalogue and asked nowhere else.

A process works for one government: that of ``CATALOGUE_DIR``, or in a public process that of the edition shown, which carries a
copy of these files (``settle``). What is read is kept by folder, so that one process can turn to another government.
"""

from __future__ import annotations

import csv
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ValidationError
from pydantic import Field as Bounds
from pydantic_core import PydanticCustomError

from kpis.declared import NAME, NOTE, Code, Fields, Filled, Flag, NameEn, NameJa, Said, Translated, in_languages
from kpis.errors import GovernmentUnreadable, ValueRefused
from kpis.faults import placed
from kpis.languages import SHELVES, OwnWords
from kpis.message import Message
from kpis.settings import Settings, settings
from kpis.vocabulary import OneOf, OpenPart

FACTS, THEMES, PROJECT_KINDS, UNIT_KINDS, REASONS = (
    "government.toml", "themes.csv", "project_kinds.csv", "unit_kinds.csv", "correction_reasons.csv",
)  # fmt: skip
FILES = (FACTS, THEMES, PROJECT_KINDS, UNIT_KINDS, REASONS)
PLACES = "municipalities.csv"  # may be missing
# How bureaus work within themselves: may be missing, and never leaves the house with an edition.
SECTIONS, STEPS = "sections.csv", "approval_steps.csv"
TEXT = "text"  # the folder with words of the government's own


# What a file may say ---------------------------------------------------------------------------------------------------


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


class OfficeFields(Fields):
    """``[office]`` of government.toml: who looks after the figures."""

    name_ja: Annotated[Filled, Said("改革の担当室の名称(日本語)", "name of the reform office, in Japanese")]
    name_en: Annotated[
        Filled, Said("文中での担当室の呼び方(英語)", "what the reform office is called within a sentence, in English")
    ]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueRefused("time_zone_known") from error
    return name


class CalendarFields(Fields):
    """``[calendar]`` of government.toml: its fiscal year, its clock, and the first day that may be asked for."""

    first_month: Annotated[
        int,
        Bounds(ge=1, le=12),
        Said("会計年度の最初の月(1から12)", "first month of the fiscal year, 1 to 12; it is named by the year it begins in"),
    ]
    time_zone: Annotated[str, AfterValidator(_zone), Said("時間帯(Asia/Tokyo など)", "time zone, as Asia/Tokyo")]
    first_day: Annotated[date, Said("時点として選べる最初の日", "first day that may be chosen as the day of a view")]


class AreaFields(Fields):
    """``[area]`` of government.toml: its land in decimal degrees; a facility outside it is doubted. May be left out."""

    south: Annotated[float, Bounds(ge=-90, le=90), Said("南端の緯度", "southern latitude")]
    north: Annotated[float, Bounds(ge=-90, le=90), Said("北端の緯度", "northern latitude")]
    west: Annotated[float, Bounds(ge=-180, le=180), Said("西端の経度", "western longitude")]
    east: Annotated[float, Bounds(ge=-180, le=180), Said("東端の経度", "eastern longitude")]


class PageFields(Fields):
    """``[themes]`` of government.toml: the page on which the themes are told."""

    address: Annotated[
        str,
        Bounds(pattern=r"^[a-z][a-z0-9_]*$"),
        Said("ページのアドレス", "address of the page, as themes; it names its files too"),
    ] = "themes"
    icon: Annotated[
        str, Bounds(pattern=r"^[a-z0-9_]+$"), Said("アイコン(Material Symbols の名)", "icon, a name of Material Symbols")
    ] = "category"


class OpenFields(Fields):
    """``[open]`` of government.toml: what of that which bureaus write about their figures is public. Left out, all of it is internal."""

    parts: Annotated[
        tuple[Annotated[str, OneOf(OpenPart)], ...],
        Said(
            "公表する項目(cause 要因、obstacle 課題、response 対応、measure 取組、section 担当課、role 担当の職、due 期限、"
            "effect 見込む効果、state 状態、reason 変更・中止の理由、note 備考)。ここにない項目は内部限り",
            "what is public: cause, obstacle, response, measure, section, role, due, effect, state, reason, note; the rest is internal",
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


PLURAL = Translated("名称の複数形({})", "plural of the name, in {}")
HEADING = Translated("一覧の見出し({})", "heading of their list, in {}")


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


class PlaceFields(Fields):
    """One row per municipality on the map of tiles, and where its tile stands; the file may be missing, then there is no map."""

    municipality_code: Annotated[str, Said("区市町村のコード(5桁)", "code of the municipality")]
    name: ClassVar[Translated] = NAME
    name_ja: NameJa
    name_en: NameEn
    column: Annotated[int, Said("左からの位置", "place from the left")]
    row: Annotated[int, Said("上からの位置", "place from the top")]


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for part in text.split(";") if (code := part.strip()))


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
        """Say whether a row is the section's.

        Args:
            sheet: ``observations``, or the register's name.
            code: of the row: the indicator's of a figure.
            indicator: that a row of a register is about.
            project: that a row of a register is about.
        """
        own = _codes(self.indicators)
        if sheet == "observations":
            return code in own
        listed = _codes(self.registers)
        return sheet in listed or code in listed or (indicator != "" and indicator in own) or project in _codes(self.projects)


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


# What is read -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Government:
    """A government as its catalogue describes it; lists by code, in the order of their files."""

    folder: Path
    publisher: PublisherFields
    office: OfficeFields
    area: AreaFields | None
    page: PageFields
    first_month: int
    zone: ZoneInfo
    first_day: date
    themes: Mapping[str, ThemeFields]
    project_kinds: Mapping[str, ProjectKindFields]
    unit_kinds: Mapping[str, UnitKindFields]
    reasons: Mapping[str, ReasonFields]
    places: tuple[PlaceFields, ...]
    sections: Mapping[str, SectionFields]
    steps: tuple[StepFields, ...]
    open_parts: frozenset[str] = frozenset()

    def sections_of(self, bureau_code: str) -> dict[str, SectionFields]:
        """Return the sections of a bureau by code, in their order."""
        return {code: section for code, section in self.sections.items() if section.bureau_code == bureau_code}

    def steps_of(self, bureau_code: str) -> tuple[StepFields, ...]:
        """Return the steps in which a bureau checks its own report, in their order; none where it has none."""
        return tuple(step for step in self.steps if step.bureau_code == bureau_code)

    @cached_property
    def words(self) -> OwnWords:
        """Return what the government calls things."""
        return OwnWords(self.folder / TEXT, self.office.name_ja, self.office.name_en)

    @cached_property
    def bureau_kinds(self) -> frozenset[str]:
        """Return the kinds of units that report for themselves; the others are wholes, scopes, and bodies to compare with."""
        return frozenset(code for code, kind in self.unit_kinds.items() if kind.is_bureau)

    def project_kind(self, code: str) -> ProjectKindFields:
        """Return the kind of a project; one that is no longer listed is told by its code."""
        plain = ProjectKindFields(kind_code=code, name_ja=code, name_en=code, plural_en=code, heading_ja=code, heading_en=code)
        return self.project_kinds.get(code, plain)

    @property
    def cards(self) -> tuple[str, ...]:
        """Return the themes that have a card on the overview and stand on the page of themes."""
        return tuple(code for code, theme in self.themes.items() if theme.shown_as == "card")

    @property
    def chart(self) -> str:
        """Return the theme whose first headline indicator is drawn on the overview; blank where none is."""
        return next((code for code, theme in self.themes.items() if theme.shown_as == "chart"), "")

    def theme_of(self, register: str) -> str:
        """Return the theme whose published figures stand on the page of a register; blank where none does."""
        return next((code for code, theme in self.themes.items() if theme.of_register == register), "")

    @property
    def error(self) -> str:
        """Return the first reason which says that what was said before was never true."""
        return next(code for code, reason in self.reasons.items() if reason.is_error)


_settled: ContextVar[Path | None] = ContextVar("government", default=None)
_held: dict[int, tuple[Settings, Government]] = {}


def government() -> Government:
    """Return the government this process works for.

    Raises:
        GovernmentUnreadable: a file of its catalogue is missing or cannot be read; the message names it and what to do.
    """
    folder = _settled.get()
    if folder is not None:
        return read(folder)
    chosen = settings()  # by identity: a period is read some 10,000 times while the figures of a day are judged
    held = _held.get(id(chosen))
    if held is None:
        held = _held[id(chosen)] = chosen, read(chosen.catalogue_dir)
    return held[1]


SHELVES.own = lambda: government().words


def settle(folder: Path | None) -> None:
    """Settle whose figures this run shows: a folder that holds the files; ``None``: as the settings say."""
    _settled.set(folder)


@contextmanager
def settled(folder: Path) -> Iterator[Government]:
    """Work for another government while a block runs."""
    token = _settled.set(folder)
    try:
        yield read(folder)
    finally:
        _settled.reset(token)


@lru_cache(maxsize=16)
def read(folder: Path) -> Government:
    """Read the files of a government.

    Raises:
        GovernmentUnreadable: a file is missing or cannot be read; the message names it and what to do.
    """
    facts = _facts(folder / FACTS)
    themes = {row.theme_code: row for row in _rows(folder / THEMES, ThemeFields)}
    reasons = {row.reason_code: row for row in _rows(folder / REASONS, ReasonFields)}
    if not any(reason.is_error for reason in reasons.values()):
        raise GovernmentUnreadable("government_without_error", path=folder / REASONS)
    return Government(
        folder=folder, publisher=facts.publisher, office=facts.office, area=facts.area, page=facts.themes,
        first_month=facts.calendar.first_month, zone=ZoneInfo(facts.calendar.time_zone), first_day=facts.calendar.first_day,
        themes=themes, reasons=reasons, open_parts=frozenset(facts.open.parts),
        project_kinds={row.kind_code: row for row in _rows(folder / PROJECT_KINDS, ProjectKindFields)},
        places=tuple(_optional(folder / PLACES, PlaceFields)),
        sections={row.section_code: row for row in _optional(folder / SECTIONS, SectionFields)},
        steps=tuple(_optional(folder / STEPS, StepFields)),
        unit_kinds={row.kind_code: row for row in _rows(folder / UNIT_KINDS, UnitKindFields)},
    )  # fmt: skip


LISTED: Mapping[str, type[Fields]] = {
    THEMES: ThemeFields, PROJECT_KINDS: ProjectKindFields, UNIT_KINDS: UnitKindFields, REASONS: ReasonFields, PLACES: PlaceFields,
    SECTIONS: SectionFields, STEPS: StepFields,
}  # fmt: skip


def faults(folder: Path) -> Iterator[tuple[str, GovernmentUnreadable]]:
    """Yield what keeps the files of a government from being read, each value of its own: the file, and what to do."""
    is_readable = True
    for name in (*FILES, *(each for each in (SECTIONS, STEPS) if (folder / each).is_file())):
        try:
            _facts(folder / name) if name == FACTS else _rows(folder / name, LISTED[name])
        except GovernmentUnreadable as refused:
            is_readable, cause = False, refused.__cause__
            alone = [[e] for e in cause.errors()] if isinstance(cause, ValidationError) else []
            yield from ((name, _unreadable(folder / name, "", map(placed, each))) for each in alone)
            if not alone:
                yield name, refused
    if is_readable:
        try:
            read.__wrapped__(folder)  # anew: the files may have been changed since they were read
        except GovernmentUnreadable as refused:
            yield REASONS, refused


def keep_copy(folder: Path) -> None:
    """Copy the files of the government into a folder that does not exist yet, so that it can be read from there."""
    own = government().folder
    folder.mkdir()
    for name in (*FILES, *(name for name in (PLACES,) if (own / name).is_file())):
        shutil.copyfile(own / name, folder / name)
    if (own / TEXT).is_dir():
        shutil.copytree(own / TEXT, folder / TEXT)


def _missing(path: Path) -> GovernmentUnreadable:
    return GovernmentUnreadable("government_file_missing", path=path, name=path.name)


def _facts(path: Path) -> FactsFields:
    if not path.is_file():
        raise _missing(path)
    try:
        return FactsFields.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise _unreadable(path, "", map(placed, error.errors())) from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, "", [Message("as_told", text=error)]) from error


_Row = TypeVar("_Row", bound=Fields)


def _rows(path: Path, model: type[_Row]) -> list[_Row]:
    if not path.is_file():
        raise _missing(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows, given_rows = [], csv.DictReader(file)
        own = in_languages(model, given_rows.fieldnames or ())
        for number, given in enumerate(given_rows, start=2):
            kept = {name: cell for name, cell in given.items() if cell or name not in own.model_fields}
            try:
                rows.append(own.model_validate(kept))
            except ValidationError as error:
                raise _unreadable(path, str(number), map(placed, error.errors())) from error
    return rows


def _optional(path: Path, model: type[_Row]) -> list[_Row]:
    return _rows(path, model) if path.is_file() else []


def _unreadable(path: Path, row: str, expected: Iterable[Message]) -> GovernmentUnreadable:
    if row:
        return GovernmentUnreadable("government_row_unreadable", path=path, row=row, fault=tuple(expected))
    return GovernmentUnreadable("government_file_unreadable", path=path, fault=tuple(expected))


# Words that a government chooses ----------------------------------------------------------------------------------------

EVERY_UNIT_KIND = ("whole", "scope", "comparison", "other")  # what code itself knows of units


def _word_of(file: str) -> AfterValidator:
    """Check that a text is a word that the government's own file lists; the files are read when the text is."""

    def check(word: str) -> str:
        known = own_words(file)
        if word not in known:
            expected = ", ".join(f"'{each}'" for each in known)
            raise PydanticCustomError("literal_error", "{expected} ({file})", {"expected": expected, "file": file})
        return word

    return AfterValidator(check)


def own_words(file: str) -> tuple[str, ...]:
    """Return the words that a file of the government lists."""
    own = government()
    if file == UNIT_KINDS:
        return (*EVERY_UNIT_KIND, *own.unit_kinds)
    return tuple({THEMES: own.themes, PROJECT_KINDS: own.project_kinds, REASONS: own.reasons}[file])


Theme = Annotated[str, _word_of(THEMES)]
ProjectKind = Annotated[str, _word_of(PROJECT_KINDS)]
UnitKind = Annotated[str, _word_of(UNIT_KINDS)]
CorrectionReason = Annotated[str, _word_of(REASONS)]
