"""The store: the only module that opens sessions.

A ``Store`` reads whole books of figures and writes in single transactions.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, select, update
from sqlalchemy.engine import Connection, make_url
from sqlmodel import Session, SQLModel

from kpis.collector import collector_paused
from kpis.declared import Row, translated
from kpis.errors import ClockAhead, ClockBehind, NotAllowed, NotFound
from kpis.figures.organisation import Organisation, Succession, Unit
from kpis.figures.records import Baseline, Definition, Figure, Goal, rate_of
from kpis.figures.scorecard import Book, Entry, SourceNote
from kpis.grouped import grouped
from kpis.periods import is_period
from kpis.registers import LISTS
from kpis.seen import doing
from kpis.store import tables, translations
from kpis.store.changed import StateOf, marked, watched
from kpis.store.definition_history import as_lived, before_changes
from kpis.store.engine import make_file, open_engine
from kpis.store.fields import is_storable, key_columns, record_of
from kpis.store.register_history import as_known
from kpis.store.tables import table_of
from kpis.store.translations import further, with_texts
from kpis.store.upgrade import upgrade
from kpis.store.vintages import CARRIED, GIVEN, OTHER_FIELDS, SAID_WHY, FigureKey, by_figure, is_sample

SKEW = timedelta(seconds=60)  # tolerance between the clocks of an instance's machines
# No office is idle for a year: timestamps so far ahead are refused, as they would block the instance until then.
FAR = timedelta(days=366)

_FIGURE = (
    "period_code",
    *CARRIED,
    "vintage",
    "known_at",
    "source_code",
    "is_sample",
    *SAID_WHY,
    "note_ja",
    "note_en",
    *OTHER_FIELDS,
)
BATCH = 1_000  # rows in memory while a table is streamed
_STATE = select(*(table_of(tables.DataRevision).c[name] for name in ("revision", "mark", "figures_mark", "figures_right_at")))
_TRAIL = table_of(tables.AuditEvent).c
_STATE_AND_STEP = _STATE.add_columns(select(_TRAIL.sha256).order_by(_TRAIL.id.desc()).limit(1).scalar_subquery().label("step"))


def state_in(reading: Connection | Session) -> StateOf:
    """Return the state of the database as a connection or session reads it."""
    state = reading.execute(_STATE).first()
    return StateOf.read(state) if state else StateOf()


class _Session(Session):
    """A session in which there is no row with a key that no column can hold; a database may refuse the question."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        return super().get(entity, ident, **options) if is_storable(ident) else None


class Store:
    """The data of one instance, or of one edition (``frozen_url``), which has fewer tables and columns."""

    def __init__(self, url: str, *, is_looked_at: bool = False) -> None:
        self.url = url
        self.engine = open_engine(url, is_looked_at=is_looked_at)
        self.is_frozen = bool(make_url(url).query.get("immutable"))  # an edition, which is read-only

    def _must_be_open(self) -> None:
        if self.is_frozen:
            raise NotAllowed("edition_unchangeable")

    def migrate(self, *, to: str = "head") -> None:
        """Migrate the tables to the newest version, or to the one named; a no-op when they are. A missing file is made here alone.

        Raises:
            SchemaRefused: they are of a newer program, or differ from the result of the migrations.
        """
        self._must_be_open()
        make_file(self.url)
        upgrade(self.engine, to=to)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session with a consistent view of the data; its instant is that of opening."""
        with _Session(self.engine) as session:
            session.info["instant"] = utc_now()
            yield session

    @contextmanager
    def writing(
        self, *, is_figures: bool = True, any_clock: bool = False, is_clock_right: bool = False, is_stamped: bool = True
    ) -> Iterator[Session]:
        """Open one transaction, committed when the block ends and rolled back when it raises.

        It first updates the revision, whose row is the lock for which writers queue, also where the database has no
        ``BEGIN IMMEDIATE``. The block therefore changes the data that it has read. All its timestamps are one instant (``instant``),
        never before that of the previous write.

        Args:
            is_figures: raise the data revision, by which a step detects changes since it read; false where only an event is recorded.
                Whether cached results on figures are discarded depends on the statements (``kpis.store.changed``).
            any_clock: write even while the clock is behind or far ahead, at the instant of the previous write: endings and refusals
                do not wait.
            is_clock_right: an operator has confirmed a clock that is far ahead.
            is_stamped: use the present instant; false in a backup, which must yield the same edition whenever it is restored: there
                the instant of the latest write is used.

        Raises:
            ClockBehind: the clock is before the instant of the latest write.
            ClockAhead: it is more than a year after it.
        """
        self._must_be_open()
        with self.engine.connect().execution_options(writes=True) as connection, _Session(connection) as session:
            with session.begin():
                table = table_of(tables.DataRevision)
                now = utc_now()
                mark = secrets.token_hex(8)
                changed = marked(table, mark) if is_figures else {}
                is_doubted = table.c.stamped_at < now - FAR if not is_clock_right else false()
                latest = (
                    case((or_(table.c.stamped_at > now, is_doubted), table.c.stamped_at), else_=now)
                    if is_stamped
                    else table.c.stamped_at
                )
                raised = table.c.revision + int(is_figures)
                session.execute(update(table).values(revision=raised, stamped_at=latest, **changed))
                at = session.execute(select(table.c.stamped_at)).scalar() or now
                if not any_clock:
                    refuse_before(now, at)
                    refuse_far_after(now, at)
                session.info["instant"] = at
                watch = watched(connection)
                yield session
                session.flush()
                if watch.is_figures:
                    session.execute(update(table).values(figures_mark=mark))
            connection.commit()

    # What is known -----------------------------------------------------------------------------------------------

    def revision(self) -> int:
        """Return the number that rises with every committed change."""
        return self.state()[0]

    def state(self) -> StateOf:
        """Return the state of the database."""
        with self.engine.connect() as connection:
            return state_in(connection)

    def state_and_step(self) -> tuple[StateOf, str]:
        """Return the state of the database, and the checksum of the newest line of its audit trail; an edition has none ("").

        The checksum is another one after every step, also one that raises no revision.
        """
        if self.is_frozen:
            return self.state(), ""
        with self.engine.connect() as connection:  # called at every run of every page: one row needs no session
            state = connection.execute(_STATE_AND_STEP).first()
        return (StateOf.read(state), state.step or "") if state else (StateOf(), "")

    def is_sample(self) -> bool:
        """Return whether this instance is a sample: its reports are fictitious and nothing of it is published."""
        with self.reading() as session:
            return is_sample(session)

    def become_sample(self) -> None:
        """Mark this instance permanently as a sample: every row of later reports is marked."""
        with self.writing() as session:
            session.execute(update(table_of(tables.DataRevision)).values(is_sample=True))

    def known_codes(self, kind: str) -> set[str]:
        """Return the codes of all rows of a list, as ``bureau`` or ``project``."""
        listed = LISTS[kind]
        with self.reading() as session:
            return set(session.execute(select(table_of(listed.table).c[listed.key[0]])).scalars())

    def bureaus_by_name(self) -> dict[str, str]:
        """Return the code of each organisation unit by its Japanese name; for a reused name that of the present unit."""
        rows = sorted(self.all_of(tables.Bureau), key=lambda row: (row["is_current"], -row["sort_order"]))
        return {row["name_ja"]: row["bureau_code"] for row in rows}

    def has_loaded(self, sha256: str) -> bool:
        """Return whether a file with these bytes was loaded before."""
        with self.reading() as session:
            return session.get(tables.OriginalFile, sha256) is not None

    def book(self, indicator_codes: Sequence[str] | None = None, *, units: Sequence[str] | None = None) -> Book:
        """Read every indicator with its figures (all vintages), targets, baseline and sources.

        Args:
            indicator_codes: restrict to these; ``None`` means all.
            units: restrict figures to these; ``None`` means all. Targets are those of every unit.
        """
        with self.reading() as session:
            indicators = self._rows(session, tables.Indicator, indicator_codes, "sort_order")
            kinds = {row.indicator_code: row.kind for row in indicators}
            figures = self._figures(session, kinds, indicator_codes, units)
            goals = grouped(
                ((row.indicator_code, row.bureau_code), record_of(Goal, row))
                for row in self._rows(session, tables.Target, indicator_codes, "id")
                if _is_readable(row.period_code)
            )
            baselines = {
                (r.indicator_code, r.bureau_code): record_of(Baseline, r)
                for r in self._rows(session, tables.Baseline, indicator_codes, "indicator_code")
                if _is_readable(r.period_code)
            }
            siblings: dict[str, set[str]] = {}  # either of two indicators may name the other
            for row in self._rows(session, tables.Indicator, None, "sort_order"):
                if row.sibling_code:
                    siblings.setdefault(row.indicator_code, set()).add(row.sibling_code)
                    siblings.setdefault(row.sibling_code, set()).add(row.indicator_code)
            based = {(r.indicator_code, r.bureau_code) for r in self._rows(session, tables.Baseline, None, "indicator_code")}
            sources = {s.source_code: record_of(SourceNote, s) for s in session.execute(select(table_of(tables.Source)))}
            organisation = self.organisation_in(session)
        entries = []
        last = len(organisation.order)
        for row in indicators:
            others = {u for c, u in figures if c == row.indicator_code and u != row.scope_code} | {
                u for c, u in goals if c == row.indicator_code and u != row.scope_code
            }
            units = [row.scope_code, *sorted(others, key=lambda u: organisation.order.get(u, last))]
            for unit in units:
                key = (row.indicator_code, unit)
                has_sibling_baseline = any((s, unit) in based for s in siblings.get(row.indicator_code, ()))
                entry = Entry(
                    definition=_definition(row, has_sibling_baseline=has_sibling_baseline), unit_code=unit,
                    project_code=row.project_code or "", theme=row.theme, is_headline=row.is_headline, figures=tuple(figures.get(key, ())),
                    goals=tuple(goals.get(key, ())), baseline=baselines.get(key), scope_code=row.scope_code,
                    is_reported_by_bureaus=row.is_reported_by_bureaus,
                )  # fmt: skip
                entries.append(entry)
        return Book(tuple(entries), sources, organisation)

    @staticmethod
    def organisation_in(session: Session, known_at: datetime | None = None) -> Organisation:
        """Read every unit and succession, within a session; the lives of units as known at an instant."""
        units, successions = table_of(tables.Bureau), table_of(tables.Succession)
        in_order = select(units).order_by(units.c.sort_order, units.c.bureau_code)
        organisation = Organisation(
            tuple(_unit(row) for row in with_texts(session, tables.Bureau, session.execute(in_order))),
            tuple(record_of(Succession, s) for s in session.execute(select(successions).order_by(successions.c.id))),
        )
        return as_lived(organisation, before_changes(session, tables.Bureau, known_at))

    def before_changes(self, model: type[SQLModel], known_at: datetime | None) -> dict[str, Row]:
        """Return what rows of a definition with days, changed since an instant, were then."""
        with self.reading() as session:
            return before_changes(session, model, known_at)

    def organisation(self) -> Organisation:
        """Read every unit and succession."""
        with self.reading() as session:
            return self.organisation_in(session)

    @staticmethod
    def _figures(
        session: Session, kinds: Mapping[str, str], codes: Sequence[str] | None, units: Sequence[str] | None = None
    ) -> dict[tuple[str, str], list[Figure]]:
        """Read every vintage of every figure, in order of arrival, by indicator and unit.

        Rows are streamed, repeated texts and instants are shared, and the garbage collector, which would traverse everything
        again and again while it grows, is paused until the end: a history of 300,000 figures is read in seconds.
        """
        table = table_of(tables.Observation)
        query = select(*(table.c[name] for name in ("indicator_code", "bureau_code", *_FIGURE))).order_by(table.c.id)
        query = query.where(*_of_figures(codes, units))
        figures: dict[tuple[str, str], list[Figure]] = {}
        shared: dict[Any, Any] = {}
        with collector_paused():
            for row in doing.counted(session.execute(query.execution_options(yield_per=10_000))):
                (
                    code, unit, period, value, n, d, base, text_ja, text_en, approximate, lower, to_date, estimated, size, preliminary, vintage,
                    known_at, source, sample, reason, words, withdraws, finalises, note_ja, note_en, *others,
                ) = row  # fmt: skip
                if not is_period(period):
                    continue
                known_at = shared.setdefault(known_at, known_at)
                is_worked_out = False
                if value is None and n is not None:
                    value = rate_of(kinds[code], n, d, base)
                    is_worked_out = value is not None
                figures.setdefault((code, unit), []).append(
                    Figure(
                        period_code=shared.setdefault(period, period), value=value, numerator=n, denominator=d, base_value=base,
                        text_ja=text_ja and shared.setdefault(text_ja, text_ja), text_en=text_en,
                        is_approximate=approximate, is_lower_bound=lower, is_year_to_date=to_date, is_base_estimated=estimated,
                        sample_size=size, is_preliminary=preliminary, vintage=vintage, known_at=known_at,
                        source_code=shared.setdefault(source, source),
                        is_sample=sample,
                        is_rolled_up=False, is_recast=False, is_worked_out=is_worked_out, reason_class=reason or "",
                        reason_text=words, withdraws_vintage=withdraws, finalises_vintage=finalises, note_ja=note_ja,
                        note_en=note_en, other_fields=tuple(zip(OTHER_FIELDS, others, strict=True)),
                    )
                )  # fmt: skip
        return figures

    def vintages(self, codes: Sequence[str] | None, *, units: Sequence[str] | None = None) -> dict[FigureKey, list[Row]]:
        """Return every vintage of figures as reported, without computed values, oldest first.

        Args:
            codes: restrict to these indicators; ``None`` means all.
            units: restrict to these; ``None`` means all.

        Returns:
            (indicator, unit, period) → rows with the compared columns, the vintage and its reason.
        """
        with self.reading() as session:
            return by_figure(session, *_of_figures(codes, units), names=GIVEN)

    def _rows(self, session: Session, model: type[SQLModel], codes: Sequence[str] | None, order: str) -> list[Any]:
        table = table_of(model)
        query = select(table).order_by(table.c[order])
        if codes is not None:
            query = query.where(table.c.indicator_code.in_(codes))
        return [SimpleNamespace(**row) for row in with_texts(session, model, session.execute(query))]

    def all_of(self, model: type[SQLModel], **equal: object) -> list[Row]:
        """Return the rows of a table as plain dictionaries, in key order, where each column equals its value."""
        return list(self.each_of(model, equal=equal))

    def each_of(
        self, model: type[SQLModel], *, columns: Sequence[str] = (), by_key: bool = False, equal: Mapping[str, object] | None = None
    ) -> Iterator[Row]:
        """Yield the rows of a table like ``all_of``, one batch at a time in memory: a register may have 75,000.

        Args:
            columns: restrict to these; default all. Texts have a column per language (``text_columns``).
            by_key: order by the key alone, even where the table has an order of its own.
            equal: column → required value.
        """
        table = table_of(model)
        has_texts = bool(translated(model))
        read = dict.fromkeys((*columns, *(key_columns(model) if has_texts else ()))) if columns else table.c.keys()
        query = select(*(table.c[name] for name in read if name in table.c))
        own = [table.c.sort_order] if "sort_order" in table.c and not by_key else []
        query = query.order_by(*own, *table.primary_key.columns)
        for column, value in (equal or {}).items():
            query = query.where(table.c[column] == value)
        with self.reading() as session:
            rows = session.execute(query.execution_options(yield_per=BATCH))
            for row in with_texts(session, model, rows):
                yield {name: row[name] for name in columns} if columns and has_texts else row

    def known(self, model: type[SQLModel], *, known_at: datetime | None) -> list[Row]:
        """Return the rows of a register in key order, as known at an instant (UTC); ``None`` means as known now."""
        (key,) = table_of(model).primary_key.columns
        with self.reading() as session:
            rows = as_known(session, model, known_at)
            result = session.execute(select(rows).order_by(rows.c[key.name]))
            return list(with_texts(session, model, result, known_at=known_at))

    def one_of(self, model: type[SQLModel], key: str, *, known_at: datetime | None = None) -> Row:
        """Return the row of a table with this key; for a register, as known at an instant (UTC).

        Raises:
            NotFound: there is no such row.
        """
        (column,) = table_of(model).primary_key.columns
        with self.reading() as session:
            rows = as_known(session, model, known_at) if known_at else table_of(model)
            result = session.execute(select(rows).where(rows.c[column.name] == key))
            row = next(with_texts(session, model, result, known_at=known_at), None)
        if row is None:
            raise NotFound("code_unknown", code=key)
        return row

    def text_columns(self, model: type[SQLModel]) -> dict[str, tuple[str, ...]]:
        """Return the language columns of each translated text of a table: ``name`` → ``name_ja``, ``name_en``."""
        with self.reading() as session:
            return translations.text_columns(session, model)

    def count(self, model: type[SQLModel]) -> int:
        """Return the number of rows of a table."""
        with self.reading() as session:
            return int(session.execute(select(func.count()).select_from(table_of(model))).scalar_one())


def instant(session: Session) -> datetime:
    """Return the instant of a session, UTC, used for every timestamp of a transaction of ``Store.writing``."""
    at: datetime = session.info["instant"]
    return at


def refuse_before(now: datetime, newest: datetime | None) -> None:
    """Refuse a clock that is behind the stored data by more than the tolerance between clocks.

    Raises:
        ClockBehind: naming both times.
    """
    if newest is not None and now < newest - SKEW:
        raise ClockBehind("clock_behind", now=in_utc(now), newest=in_utc(newest))


def refuse_far_after(now: datetime, newest: datetime) -> None:
    """Refuse a clock so far ahead of the stored data that it is probably wrong: its timestamps would block later writes until then.

    Raises:
        ClockAhead: naming both times, and the way to confirm the clock.
    """
    if now - newest > FAR:
        raise ClockAhead("clock_ahead", now=in_utc(now), newest=in_utc(newest), days=(now - newest).days)


def in_utc(at: datetime) -> str:
    """Format an instant as stored, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def utc_now() -> datetime:
    """Return the present instant as naive UTC, the stored form."""
    return datetime.now(UTC).replace(tzinfo=None)


def _of_figures(codes: Sequence[str] | None, units: Sequence[str] | None) -> list[ColumnElement[bool]]:
    """Return the condition that restricts to the figures of these indicators and units; ``None`` keeps all."""
    table = table_of(tables.Observation)
    kept = ((table.c.indicator_code, codes), (table.c.bureau_code, units))
    return [column.in_(wanted) for column, wanted in kept if wanted is not None]


def _is_readable(period_code: str | None) -> bool:
    """Return whether a row counts: an earlier version stored periods of impossible years, which no list can withdraw."""
    return not period_code or is_period(period_code)


def _unit(row: Mapping[str, Any]) -> Unit:
    return record_of(Unit, SimpleNamespace(**row), code=row["bureau_code"], further=further(tables.Bureau, row))


def _definition(row: Any, *, has_sibling_baseline: bool) -> Definition:
    texts = further(tables.Indicator, vars(row))
    return record_of(Definition, row, code=row.indicator_code, has_sibling_baseline=has_sibling_baseline, further=texts)
