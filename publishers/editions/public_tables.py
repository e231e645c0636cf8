"""The allow-list of public tables and columns, and the code that collects them and writes them into an edition.

Only what is listed is published: no draft, user, e-mail, internal comment (``note``, in registers ``note_ja`` and ``note_en``),
original file, audit record or sample. A new public table, column or text is one entry of ``PUBLIC`` (a text in every language);
``PRIVATE`` lists what is kept inside on purpose, and a test requires a decision about every column of the model.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, and_, or_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable
from sqlmodel import Session, SQLModel

from kpis.declared import Row, part_of, translated
from kpis.errors import FigureRefused
from kpis.figures.records import counting_vintage
from kpis.government import government
from kpis.message import few
from kpis.registers import REGISTERS
from kpis.store import tables
from kpis.store.store import BATCH, Store, state_in
from kpis.store.tables import table_of
from kpis.store.vintages import by_figure

PUBLIC: dict[type[SQLModel], str] = {
    tables.Bureau: "bureau_code name is_name_en_official kind parent_code valid_from valid_from_precision valid_to "
    "valid_to_precision is_current sort_order source_code",
    tables.Succession: "id predecessor_code successor_code relation effective_date date_precision share source_code",
    tables.Project: "project_code kind category name is_name_official goal goal_source_code successor_code sort_order source_code",
    tables.StrategyVersion: "version_code name adopted_on adopted_precision published_by horizon_year first_year last_year "
    "keywords concept is_renumbered sort_order source_code",
    tables.ProjectVersion: "project_code strategy_version name source_code",
    tables.ProjectBureau: "id project_code bureau_code role valid_from valid_from_precision valid_to valid_to_precision source_code",
    tables.Indicator: "indicator_code project_code theme kind direction unit decimals name definition "
    "frequency scope_code is_headline is_reported_by_bureaus base exclusions threshold_on_track "
    "threshold_behind tolerance stale_after_days publication_lag_days "
    "minimum_value maximum_value sibling_code replaced_by_code paired_with_code sort_order source_code note",
    tables.Baseline: "indicator_code bureau_code period_code value is_approximate is_estimated source_code",
    tables.Target: "id indicator_code bureau_code period_code value numerator denominator is_approximate set_on set_on_precision "
    "set_order "
    "strategy_version withdrawn_on withdrawn_reason source_code verified note",
    tables.Observation: "id indicator_code bureau_code period_code vintage value numerator denominator base_value text_ja text_en "
    "is_approximate is_lower_bound is_year_to_date is_base_estimated sample_size published_on known_at source_code verified "
    "is_preliminary reason_class reason_text withdraws_vintage finalises_vintage note_ja note_en",
    tables.Reading: "id indicator_code bureau_code period_code value text_ja is_target is_approximate agrees source_code note_ja "
    "note_en",
    tables.Milestone: "milestone_code project_code name planned_start planned_start_precision planned_end "
    "planned_end_precision replanned_end replanned_end_precision actual_end actual_end_precision stage_ja is_missed reported_period "
    "ended_on ended_on_precision ended_reason successor_code vintage supersedes_code source_code verified",
    tables.MilestoneDate: "id milestone_code date_kind vintage day precision withdraws_vintage known_at submission_id source_code",
    tables.Procedure: "procedure_code name_ja name_en bureau_code organisation_ja category_en counted_as process_type applicant "
    "recipient authority law_name law_article is_priority digital_status not_done_reason digitised_date digitised_precision "
    "planned_for planned_for_precision online_channel identity_step fee_step attachment_step result_step smartphone_ready "
    "applications_count online_count is_count_estimated ended_on ended_on_precision ended_reason successor_code vintage "
    "source_code verified",
    tables.Facility: "facility_code name_ja kind is_class bureau_code organisation_ja municipality_ja latitude longitude "
    "payment_methods cashless_since cashless_since_precision planned_for planned_for_precision cashless_status "
    "ended_on ended_on_precision ended_reason successor_code "
    "vintage source_code verified",
    tables.Commentary: "commentary_code bureau_code indicator_code project_code period_code cause_ja cause_en obstacle_ja obstacle_en "
    "response_ja response_en ended_on ended_on_precision ended_reason successor_code vintage source_code verified",
    tables.Action: "action_code bureau_code indicator_code project_code period_code measure_ja measure_en section_ja role_ja due_on due_on_precision "
    "new_due_on new_due_on_precision effect_value effect_ja action_state state_reason_ja done_on done_on_precision ended_on "
    "ended_on_precision ended_reason successor_code vintage source_code verified",
    tables.Assessment: "id indicator_code project_code period_code confidence reason_ja reason_en reviewed_on",
    tables.ReportingPeriod: "period_code kind start_date end_date publishes_on",
    tables.Translation: "table_name row_key field language text",
    tables.Source: "source_code url title published_on published_by published_basis grade",
}
PRIVATE = {
    "note", "note_ja", "note_en", "is_sample", "submission_id", "file_sha256", "recorded_at", "opens_on", "due_on", "locks_on", "details_json",
    "first_known_at", "listed_in", "person", "reviewer", "confirmed_by", "confirmed_at",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """The content of a future edition: a file of the public tables, row count per table, and number of sample rows left out."""

    path: Path
    rows: Mapping[str, int]
    left_out: Mapping[str, int]
    figures: str  # the mark of their last change (``StateOf``)
    reasons: Mapping[tuple[str, str], tuple[str, str]]  # (register, row code) → class and text of the last change


def public_names(model: type[SQLModel]) -> list[str]:
    """Return the columns and texts of a table that may become public, without those the government keeps inside."""
    open_parts = government().open_parts
    return [name for name in PUBLIC[model].split() if (part := part_of(model, name)) in open_parts or not part]


def columns_of(model: type[SQLModel]) -> list[Column[Any]]:
    """Return the public columns of a table, in list order; its texts are stored in a separate table."""
    table = table_of(model)
    return [table.c[name] for name in public_names(model) if name in table.c]


def _is_inside(model: type[SQLModel]) -> bool:
    """Return whether the government keeps all fields of such rows inside: then the rows are not published either."""
    decided = [part_of(model, name) for name in PUBLIC[model].split()]
    return (
        (model is tables.Assessment or any(register.table is model for register in REGISTERS.values()))
        and any(decided)
        and government().open_parts.isdisjoint(decided)
    )


def gather(store: Store, into: Path, *, known_at: datetime) -> Gathered:
    """Read all public rows as known at ``known_at``, and write them row by row into a new file.

    Rows of registers of tens of thousands are streamed: no whole table is held in memory.

    Raises:
        FigureRefused: a figure to be published depends on a sample; the message names every such series.
    """
    if store.is_sample():
        raise FigureRefused("sample_not_published")
    with store.reading() as session, _staged(into) as staged:
        if store.engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        figures = state_in(session).figures
        counts: dict[str, int] = {}
        left_out: dict[str, int] = {}
        named_rows = _Seen()
        for model in PUBLIC:
            name = table_of(model).name
            read = _Rows(session, model, known_at)
            counts[name] = staged.put(name, columns_of(model), () if _is_inside(model) else named_rows.kept(model, read))
            if read.samples:
                left_out[name] = read.samples
            if model is tables.Observation and read.samples:
                _refuse_contaminated(session, named_rows.series)
        changed = table_of(tables.RegisterChange)
        query = select(changed.c.register_name, changed.c.row_code, changed.c.reason_class, changed.c.reason_text)
        query = query.where(changed.c.known_at <= known_at, changed.c.reason_class.is_not(None)).order_by(changed.c.vintage)
        query = query.where(changed.c.register_name.not_in([kind for kind, r in REGISTERS.items() if _is_inside(r.table)]))
        reasons = {(register, code): (why, words) for register, code, why, words in session.execute(query)}
    return Gathered(path=into, rows=counts, left_out=left_out, figures=figures, reasons=reasons)


class _Seen:
    """The keys referenced by rows of earlier tables: only those sources and periods, and dates of those milestones, are kept."""

    def __init__(self) -> None:
        self._named: dict[str, set[str]] = {"source_code": set(), "period_code": set(), "milestone_code": set()}
        self.series: set[tuple[str, str]] = set()

    def kept(self, model: type[SQLModel], rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows of a table to keep; the tables that reference them come before them in ``PUBLIC``."""
        key = {tables.Source: "source_code", tables.ReportingPeriod: "period_code", tables.MilestoneDate: "milestone_code"}.get(
            model
        )
        has_number = columns_of(model)[0].name == "id"
        number = 0
        for row in rows:
            # Announced dates are public before they are reached.
            if key and row[key] not in self._named[key] and not row.get("publishes_on"):
                continue
            for name, named in self._named.items():
                if name != key and row.get(name):
                    named.add(row[name])
            if model is tables.Observation:
                self.series.add((row["indicator_code"], row["bureau_code"]))
            if model is tables.MilestoneDate:
                # That a bureau reported the date is public (the state follows from it), the report itself is not.
                row["submission_id"] = None if row["submission_id"] is None else 0
            number += 1
            if has_number:  # renumbered: the numbers of the working database would reveal how many rows are unpublished
                row["id"] = number
            yield row


class _Rows:
    """An iterator over the public rows of a table that counts the sample rows left out."""

    def __init__(self, session: Session, model: type[SQLModel], known_at: datetime) -> None:
        table = table_of(model)
        query = select(*columns_of(model)).order_by(*table.primary_key.columns)
        if "is_sample" in table.c:
            query = query.add_columns(table.c.is_sample)
        if "known_at" in table.c:
            query = query.where(table.c.known_at <= known_at)
        if "submission_id" in table.c:
            submissions = table_of(tables.Submission)
            approved = select(submissions.c.id).where(submissions.c.state == "approved")
            query = query.where(table.c.submission_id.is_(None) | table.c.submission_id.in_(approved))
        if "confirmed_at" in table.c:  # an assessment is public once a second person has confirmed it
            query = query.where(table.c.confirmed_at <= known_at)
        if model is tables.Translation:
            query = query.where(or_(*(_is_text_of(public_table) for public_table in PUBLIC)))
        self._session, self._query = session, query
        self.samples = 0

    def __iter__(self) -> Iterator[Row]:
        for record in self._session.execute(self._query.execution_options(yield_per=BATCH)):
            row = dict(record._mapping)
            if row.pop("is_sample", False):
                self.samples += 1
            else:
                yield row


def _is_text_of(model: type[SQLModel]) -> ColumnElement[bool]:
    texts, public = table_of(tables.Translation), translated(model).keys() & public_names(model)
    return and_(texts.c.table_name == table_of(model).name, texts.c.field.in_(sorted(public)))


def _refuse_contaminated(session: Session, series: set[tuple[str, str]]) -> None:
    """Refuse real series in which the valid vintage of a period is a sample: the public figure would differ from the one shown."""
    vintages = by_figure(session, names=("vintage", "withdraws_vintage", "is_sample"))
    counting = {place: counting_vintage(rows) for place, rows in vintages.items() if place[:2] in series}
    wrong = sorted(place for place, row in counting.items() if row is not None and row["is_sample"])
    if wrong:
        raise FigureRefused("sample_among_figures", places=few([" ".join(place) for place in wrong], 10))


class _Staged:
    """A database under construction, written table by table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, name: str, columns: Sequence[Column[Any]], rows: Iterable[Mapping[str, Any]]) -> int:
        """Write a table with its rows; return the row count."""
        dialect = sqlite.dialect()
        fields = [Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in columns]
        self._connection.execute(str(CreateTable(Table(name, MetaData(), *fields)).compile(dialect=dialect)))
        stored = [(c.name, c.type.bind_processor(dialect)) for c in columns]
        marks = ",".join("?" * len(columns))
        values = (tuple(p(row[n]) if p and row[n] is not None else row[n] for n, p in stored) for row in rows)
        self._connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)
        return int(self._connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])


@contextmanager
def _staged(path: Path) -> Iterator[_Staged]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("BEGIN")
        yield _Staged(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def finish(gathered: Gathered, about: Mapping[str, Any]) -> None:
    """Turn the gathered file into an edition's database, with its number as data revision and one row about itself.

    Args:
        about: column → value of the single row of table ``edition``.
    """
    with _staged(gathered.path) as staged:
        connection = staged._connection
        connection.execute("CREATE TABLE data_revision (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL)")
        connection.execute("INSERT INTO data_revision VALUES (1, ?)", (about["edition"],))
        connection.execute(f"CREATE TABLE edition ({', '.join(about)})")
        connection.execute(f"INSERT INTO edition VALUES ({','.join('?' * len(about))})", tuple(about.values()))
    with closing(sqlite3.connect(gathered.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("VACUUM")
