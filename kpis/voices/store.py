"""Readers' voices on a page, in a database of their own beside the editions, into which only public processes write voices.

No name, address or instant is stored: only grade, text, language, edition and day. The office reads from the same database and writes
its answers and decisions there; who decided is recorded in the audit trail of the reform's own database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)

from kpis.declared import Row
from kpis.errors import FigureRefused, NotFound, SchemaRefused
from kpis.reporting_vocabulary import VoiceState, VoiceSubject
from kpis.settings import Settings, settings
from kpis.store.engine import open_beside, refuse_encoding
from kpis.voices.words import GRADES, LEAST_VOICES, MOST_WORDS, is_personal, kept

VERSION = 1  # of the tables; a later one is a function of ``_STEPS`` that migrates the previous one
_STEPS: Mapping[int, Any] = {}
_LOCK = 7_615_401  # PostgreSQL lock, for two processes that start at once
METADATA = MetaData()
SCHEMA = Table("voices_schema", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))
VOICE = Table(
    "voice",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("subject_kind", String, nullable=False),
    Column("subject_code", String, nullable=False),
    Column("edition", Integer, nullable=False, index=True),
    Column("grade", Integer, nullable=False),
    Column("words", String(MOST_WORDS), nullable=False),
    Column("language", String(16), nullable=False),
    Column("said_on", Date, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("answer_ja", String, nullable=False),
    Column("answer_en", String, nullable=False),
    Column("answered_on", Date),
    CheckConstraint(f"subject_kind IN ({VoiceSubject.sql()})", name="subject_kind_known"),
    CheckConstraint(f"state IN ({VoiceState.sql()})", name="state_known"),
    CheckConstraint(f"grade BETWEEN {GRADES[0]} AND {GRADES[-1]}", name="grade_within"),
    CheckConstraint("state <> 'published' OR (answer_ja <> '' AND words <> '')", name="published_with_an_answer"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's voice, and the office's answer. ``is_held``: it seems to contain personal data."""

    id: int
    subject_kind: str
    subject_code: str
    edition: int
    grade: int
    words: str
    language: str
    said_on: date
    is_held: bool
    state: str
    answer_ja: str
    answer_en: str
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class GradeTally:
    """The number of each grade."""

    grades: Mapping[int, int]

    @property
    def count(self) -> int:
        """Return the number of grades."""
        return sum(self.grades.values())

    @property
    def mean(self) -> float | None:
        """Return the mean grade; ``None`` below the minimum number for showing one."""
        return sum(g * n for g, n in self.grades.items()) / self.count if self.count >= LEAST_VOICES else None


class Voices:
    """A database of voices."""

    def __init__(self, url: str, *, is_looked_at: bool = False) -> None:
        self.url = url
        self.engine = open_beside(url, is_looked_at=is_looked_at)
        self._ready, self._lock = is_looked_at, Lock()

    def version(self) -> int:
        """Return the schema version; 0 without tables."""
        with self.engine.connect() as connection:
            return _version(connection)

    @contextmanager
    def _begun(self, *, writes: bool = False) -> Iterator[Connection]:
        if not self._ready:
            with self._lock:
                self._make()
                self._ready = True
        with self.engine.connect().execution_options(writes=writes) as connection, connection.begin():
            yield connection

    def _make(self) -> None:
        """Create or migrate the tables, in one transaction for which others wait.

        Raises:
            SchemaRefused: they are of a later version than this program.
        """
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            version = _version(connection)
            if version > VERSION:
                raise SchemaRefused("voices_newer", held=version, newest=VERSION)
            if not version:
                refuse_encoding(connection)
                METADATA.create_all(connection)
                connection.execute(insert(SCHEMA).values(version=VERSION))
            for step in range(max(version, 1), VERSION):
                _STEPS[step](connection)
                connection.execute(update(SCHEMA).values(version=step + 1))

    def say(
        self, kind: str, code: str, *, grade: int, words: str, language: str, edition: int, said_on: date
    ) -> None:  # fmt: skip
        """Store a reader's voice.

        Args:
            code: of the indicator or project; blank for the site.
            grade: 1 to 5.
            said_on: the day of the office.

        Raises:
            FigureRefused: no such grade, or too long a text.
        """
        text = kept(words)
        if grade not in GRADES:
            raise FigureRefused("voice_without_grade")
        if len(text) > MOST_WORDS:
            raise FigureRefused("voice_too_long", most=MOST_WORDS)
        row = {
            "subject_kind": kind, "subject_code": code, "edition": edition, "grade": grade, "words": text, "language": language,
            "said_on": said_on, "is_held": is_personal(text), "state": (VoiceState.NEW if text else VoiceState.READ).value,
            "answer_ja": "", "answer_en": "",
        }  # fmt: skip
        with self._begun(writes=True) as connection:
            connection.execute(insert(VOICE).values(**row))

    def tallies(self, *, edition: int | None = None) -> dict[tuple[str, str, int], GradeTally]:
        """Return the number of each grade per kind, code and edition; every grade counts, whatever was decided on its text."""
        query = select(VOICE.c.subject_kind, VOICE.c.subject_code, VOICE.c.edition, VOICE.c.grade, func.count()).group_by(
            VOICE.c.subject_kind, VOICE.c.subject_code, VOICE.c.edition, VOICE.c.grade
        )
        if edition is not None:
            query = query.where(VOICE.c.edition == edition)
        counted: dict[tuple[str, str, int], dict[int, int]] = {}
        with self._begun() as connection:
            for kind, code, number, grade, count in connection.execute(query):
                counted.setdefault((kind, code, number), dict.fromkeys(GRADES, 0))[grade] = count
        return {key: GradeTally(grades) for key, grades in sorted(counted.items())}

    def listed(self, *, states: Sequence[str] = (), most: int = 500) -> list[Voice]:
        """Return voices with a text, newest first."""
        query = select(VOICE).where(VOICE.c.words != "").order_by(VOICE.c.id.desc()).limit(most)
        if states:
            query = query.where(VOICE.c.state.in_(states))
        with self._begun() as connection:
            return [Voice(**row._mapping) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Return the number of voices by state."""
        with self._begun() as connection:
            counts_of = {
                state: count for state, count in connection.execute(select(VOICE.c.state, func.count()).group_by(VOICE.c.state))
            }
        return {state: counts_of.get(state, 0) for state in VoiceState.values()}

    def one(self, number: int) -> Voice:
        """Return a voice.

        Raises:
            NotFound: there is none of this number.
        """
        with self._begun() as connection:
            row = connection.execute(select(VOICE).where(VOICE.c.id == number)).first()
        if row is None:
            raise NotFound("voice_unknown", number=number)
        return Voice(**row._mapping)

    def decide(self, before: Voice, **values: Any) -> bool:
        """Store a decision of the office on a voice as it was seen, and return True; False where it was decided otherwise since.

        ``kpis.reporting.voices`` checks that it is permitted.
        """
        seen = (VOICE.c[name] == getattr(before, name) for name in ("id", "state", "answer_ja", "answer_en"))
        with self._begun(writes=True) as connection:
            return connection.execute(update(VOICE).where(*seen).values(**values)).rowcount == 1

    def published(self) -> list[Voice]:
        """Return the voices that the office publishes with its answers, newest first."""
        return self.listed(states=(VoiceState.PUBLISHED.value,))

    def rows(self) -> list[Row]:
        """Return every stored voice, for a backup."""
        with self._begun() as connection:
            return [dict(row._mapping) for row in connection.execute(select(VOICE).order_by(VOICE.c.id))]

    def put_back(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Restore voices from a backup into an empty database.

        Raises:
            FigureRefused: it is not empty.
        """
        with self._begun(writes=True) as connection:
            if connection.execute(select(func.count()).select_from(VOICE)).scalar_one():
                raise FigureRefused("voices_there_already")
            if rows:
                connection.execute(insert(VOICE), [dict(row) for row in rows])
                if connection.dialect.name == "postgresql":  # its sequence does not know the numbers inserted
                    newest = select(func.max(VOICE.c.id)).scalar_subquery()
                    connection.execute(select(func.setval(func.pg_get_serial_sequence("voice", "id"), newest)))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(SCHEMA.name):
        return 0
    return connection.execute(select(SCHEMA.c.version)).scalar() or 0


@lru_cache(maxsize=4)
def _opened(url: str) -> Voices:
    return Voices(url)


def opened(chosen: Settings) -> Voices | None:
    """Return the database of voices named by settings; ``None`` where none is configured."""
    return _opened(chosen.voices_url) if chosen.voices_url else None


def voices() -> Voices | None:
    """Return the database of voices of this instance; ``None`` where none is configured."""
    return opened(settings())
