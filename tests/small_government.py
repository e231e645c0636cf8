"""A government small enough to see whole: two bureaus, four indicators, a few register rows. Files like those of data/."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from kpis.government import FILES, SECTIONS, STEPS, settled
from kpis.reporting import people, reports, saying
from kpis.reporting.comparison import OBSERVATIONS, ReportedRow, Value
from kpis.settings import ROOT
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES
from tests.shared import filled_once

PERIOD = "FY2022-Q3"
ANNA, AYA = "anna@general.example.jp", "aya@general.example.jp"  # managers of GENERAL
DAI = "dai@digital.example.jp"  # manager of DIGITAL
OFFICE, SECOND = "office@reform.example.jp", "second@reform.example.jp"
ADMIN = "admin@reform.example.jp"
STRANGER = "stranger@elsewhere.example.com"
CLERK, CHIEF = (
    "clerk@general.example.jp",
    "chief@general.example.jp",
)  # of DOCUMENTS, and the approver of GENERAL: ``add_clerk_and_chief``
DIRECTOR, VICE = "director@reform.example.jp", "vice@digital.example.jp"  # no account but what a test gives them
ALWAYS_OPEN = [{"period_code": PERIOD, "opens_on": "2023-01-01", "due_on": "2099-01-31", "locks_on": "2099-03-31"}]  # a calendar
IN_TIME = date(2023, 1, 20)

_FILES: dict[str, list[dict[str, str]]] = {
    "sources.csv": [{"source_code": "PLAN", "url": "https://example.jp/plan", "title": "計画 Plan", "grade": "primary"}],
    "bureaus.csv": [
        {"bureau_code": "TMG", "name_ja": "見本都", "name_en": "Sample Government", "kind": "whole", "is_current": "1"},
        {"bureau_code": "GENERAL", "name_ja": "総務局", "name_en": "General Affairs", "kind": "governor_bureau",
         "parent_code": "TMG", "is_current": "1"},
        {"bureau_code": "DIGITAL", "name_ja": "デジタルサービス局", "name_en": "Digital Services", "kind": "governor_bureau",
         "parent_code": "TMG", "is_current": "1"},
    ],
    "successions.csv": [],
    "projects.csv": [
        {"project_code": "CP2", "kind": "core", "name_ja": "5つのレス", "name_en": "Five lesses", "source_code": "PLAN"},
        {"project_code": "CP9", "kind": "core", "name_ja": "別の計画", "name_en": "Another project", "source_code": "PLAN"},
    ],
    "strategy_versions.csv": [],
    "project_versions.csv": [],
    "project_bureaus.csv": [{"project_code": "CP2", "bureau_code": "GENERAL", "role": "lead"}],
    "indicators.csv": [
        {"indicator_code": "electronic_decision_rate", "theme": "sealless", "kind": "ratio", "direction": "higher", "unit_ja": "%",
         "unit_en": "%", "decimals": "1", "name_ja": "電子決定率", "name_en": "Electronic decision rate", "is_headline": "1"},
        {"indicator_code": "paper_sheets", "theme": "paperless", "kind": "ceiling", "direction": "lower", "unit_ja": "枚",
         "unit_en": "sheets", "name_ja": "コピー用紙調達量", "name_en": "Copy paper procured"},
        {"indicator_code": "seal_abolished_procedures", "theme": "sealless", "kind": "stock", "direction": "higher",
         "unit_ja": "件", "unit_en": "procedures", "name_ja": "押印廃止済手続", "name_en": "Procedures without seal"},
        {"indicator_code": "touchless_services", "theme": "touchless", "kind": "qualitative", "direction": "none",
         "unit_ja": "―", "unit_en": "―", "name_ja": "タッチレス", "name_en": "Touchless"},
    ],
    "baselines.csv": [
        {"indicator_code": "electronic_decision_rate", "bureau_code": unit, "period_code": "FY2020", "value": "20",
         "source_code": "PLAN"} for unit in ("TMG", "GENERAL")
    ],
    "targets.csv": [
        {"indicator_code": "electronic_decision_rate", "bureau_code": unit, "period_code": "FY2023", "value": "100",
         "set_on": "2021-03-30", "source_code": "PLAN"} for unit in ("TMG", "GENERAL")
    ],
    "calendar.csv": [
        {"period_code": "FY2022-Q3", "opens_on": "2023-01-01", "due_on": "2023-01-31", "locks_on": "2023-03-31"},
        {"period_code": "FY2022-Q4", "opens_on": "2023-04-01", "due_on": "2023-04-30", "locks_on": "2023-06-30"},
    ],
    "observations.csv": [
        {"indicator_code": "electronic_decision_rate", "bureau_code": "GENERAL", "period_code": "FY2022-Q2", "numerator": "500",
         "denominator": "1000", "source_code": "PLAN"},
        {"indicator_code": "seal_abolished_procedures", "bureau_code": "GENERAL", "period_code": "FY2022-Q2", "value": "120",
         "denominator": "300", "source_code": "PLAN"},
    ],
    "readings.csv": [],
    "milestones.csv": [
        {"milestone_code": "M1", "project_code": "CP2", "name_ja": "様式の公開", "name_en": "Forms published",
         "planned_end": "2022-12-31", "planned_end_precision": "day", "source_code": "PLAN"},
        {"milestone_code": "M9", "project_code": "CP9", "name_ja": "別の節目", "name_en": "Another", "source_code": "PLAN"},
    ],
    "procedures.csv": [
        {"procedure_code": "P1", "name_ja": "営業の届出", "bureau_code": "GENERAL", "digital_status": "planned",
         "source_code": "PLAN"},
        {"procedure_code": "P2", "name_ja": "施設の使用許可", "bureau_code": "GENERAL", "digital_status": "done",
         "digitised_date": "2022-06-01", "digitised_precision": "day", "source_code": "PLAN"},
        {"procedure_code": "D1", "name_ja": "他局の手続", "bureau_code": "DIGITAL", "digital_status": "planned",
         "source_code": "PLAN"},
    ],
    "facilities.csv": [
        {"facility_code": "F1", "name_ja": "中央会館", "kind": "hall", "bureau_code": "GENERAL", "cashless_status": "announced",
         "source_code": "PLAN"},
    ],
}  # fmt: skip
_SAME = {
    "indicators.csv": {
        "project_code": "CP2", "frequency": "quarter", "scope_code": "TMG", "is_reported_by_bureaus": "1", "source_code": "PLAN",
        "definition_ja": "定義", "definition_en": "definition", "threshold_on_track": "0.95", "threshold_behind": "0.6",
        "tolerance": "0", "stale_after_days": "200",
    },
    "targets.csv": {"set_order": "1"},
}  # fmt: skip


def write_small_government(folder: Path, *, calendar: list[dict[str, str]] | None = None) -> tuple[Path, Path]:
    """Write the files; return the folders of the catalogue and of the official figures."""
    for name, model in {**CATALOGUE_FILES, **OFFICIAL_FILES}.items():
        own = folder / ("catalogue" if name in CATALOGUE_FILES else "official")
        own.mkdir(parents=True, exist_ok=True)
        rows = calendar if name == "calendar.csv" and calendar is not None else _FILES.get(name, [])
        defaults = {
            n: ""
            if f.is_required() or f.default in (None, "")
            else str(int(f.default) if isinstance(f.default, bool) else f.default)
            for n, f in model.model_fields.items()
        }
        with (own / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(model.model_fields), lineterminator="\n")
            writer.writeheader()
            writer.writerows({**defaults, **_SAME.get(name, {}), **row} for row in rows)
    for name in FILES:  # its own facts are those of the shipped government
        shutil.copy(ROOT / "data" / "catalogue" / name, folder / "catalogue" / name)
    return folder / "catalogue", folder / "official"


SECTIONS_OF_GENERAL = [
    {"section_code": "DOCUMENTS", "bureau_code": "GENERAL", "name_ja": "文書課", "name_en": "Documents", "indicators": "electronic_decision_rate; paper_sheets",
     "projects": "CP2", "registers": ""},
    {"section_code": "COUNTERS", "bureau_code": "GENERAL", "name_ja": "窓口課", "name_en": "Counters", "indicators": "seal_abolished_procedures", "projects": "",
     "registers": "procedures;F1"},
]  # fmt: skip


def write_sections(folder: Path, *, steps: Sequence[str] = ()) -> Path:
    """Write the sections of GENERAL into a catalogue, and the steps in which it checks its report; return the folder."""
    with (folder / SECTIONS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(SECTIONS_OF_GENERAL[0]))
        writer.writeheader()
        writer.writerows(SECTIONS_OF_GENERAL)
    if steps:
        lines = ["bureau_code,step_code,name_ja,name_en", *(f"GENERAL,{step},{step}の確認,Check by {step}" for step in steps)]
        (folder / STEPS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def add_clerk_and_chief(store: Store, catalogue: Path) -> None:
    """Give roles to a person of the section DOCUMENTS, which is written into the catalogue, and to the approver of GENERAL."""
    with settled(write_sections(catalogue)):
        people.add_person(store, actor=people.COMMAND_LINE, email=CLERK, role="section", section_code="DOCUMENTS")
    people.add_person(store, actor=people.COMMAND_LINE, email=CHIEF, role="bureau_approver", bureau_code="GENERAL")


def settle(store: Store, folder: Path, *, calendar: list[dict[str, str]] | None = None) -> Store:
    """Bring the small government with its people into a new SQLite store, a copy of one; its files are written into a folder."""
    write_small_government(folder, calendar=calendar)
    shutil.copy(
        filled_once(f"small government {calendar}", partial(begin, calendar=calendar)), store.url.removeprefix("sqlite:///")
    )
    return store


def begin(store: Store, *, calendar: list[dict[str, str]] | None = None) -> None:
    """Load the small government into an empty database of any kind, and register its people."""
    store.migrate()
    with tempfile.TemporaryDirectory() as folder:
        catalogue, official = write_small_government(Path(folder), calendar=calendar)
        reports = load_folder(store, catalogue, official=official)
    assert not [p for r in reports for p in r.problems]
    for email, role, bureau in (
        (ANNA, "bureau_manager", "GENERAL"), (AYA, "bureau_manager", "GENERAL"), (DAI, "bureau_manager", "DIGITAL"),
        (OFFICE, "reform_office", None), (SECOND, "reform_office", None), (ADMIN, "administrator", None),
    ):  # fmt: skip
        people.add_person(store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau)


def figure(indicator: str = "electronic_decision_rate", **overrides: object) -> ReportedRow:
    """One reported figure of GENERAL, with overrides of its fields or of the row itself."""
    own = {"bureau": "GENERAL", "period": PERIOD, "issued_vintage": 0, "row": 5, "reason_class": None, "reason_text": ""}
    given = {k: overrides.pop(k, v) for k, v in own.items()}
    fields: dict[str, Value] = {"value": None, "numerator": None, "denominator": None, "text_ja": "", **overrides}  # type: ignore[dict-item]
    columns = {name: chr(70 + i) for i, name in enumerate(fields)}
    return ReportedRow(
        kind=OBSERVATIONS, key=(indicator, str(given["bureau"]), str(given["period"])), fields=fields, issued_vintage=int(given["issued_vintage"]),  # type: ignore[call-overload]
        sheet="5つのレス", row=int(given["row"]), columns=columns, reason_class=given["reason_class"], reason_text=str(given["reason_text"]),  # type: ignore[call-overload, arg-type]
    )  # fmt: skip


def register_row(kind: str, code: str, *, issued_vintage: int = 1, row: int = 5, **fields: Value) -> ReportedRow:
    """One reported row of a register."""
    columns = {name: chr(70 + i) for i, name in enumerate(fields)}
    return ReportedRow(
        kind=kind,
        key=(code,),
        fields=fields,
        issued_vintage=issued_vintage,
        sheet=kind.removesuffix(".csv"),
        row=row,
        columns=columns,
    )


def say_causes(store: Store, number: int, *, actor: str, revision: int, as_of: date) -> None:
    """Say why each figure of a report that must say so stands as it does."""
    unspoken = reports.opened(store, number, viewer=actor, as_of=as_of).unspoken
    if unspoken:
        said = {item.code: {"cause_ja": "試験の要因"} for item in unspoken}
        saying.say_why(store, number, actor=actor, revision=revision, causes=said)
