"""What an instance keeps of itself: original files, editions, the audit trail and the revision of its data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from kpis.store.fields import KEY, Instant, refers


class OriginalFile(SQLModel, table=True):
    """The bytes of every file that was loaded, by their SHA-256."""

    __tablename__ = "original_file"
    sha256: Annotated[str, KEY]
    name: str
    kind: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    bytes_count: int
    rows_count: int | None = None
    received_at: Instant


class Publication(SQLModel, table=True):
    """A numbered, immutable edition for the public, chained to the one before by checksum."""

    edition: Annotated[int, KEY]
    published_at: Instant
    as_of: date
    known_at: datetime
    note: str
    rule_version: str
    sha256: str
    previous_sha256: str | None = None
    published_by: Annotated[
        str | None,
        refers("user_account.email"),
    ] = None


class AuditEvent(SQLModel, table=True):
    """Who did what, when, from which file and cell; append-only."""

    __tablename__ = "audit_event"
    id: Annotated[int | None, KEY] = None
    occurred_at: Instant
    actor: str
    action: str
    subject: str
    file_sha256: str | None = None
    cell: str = ""
    detail: str = ""


class DataRevision(SQLModel, table=True):
    """One row: the number that rises with every committed change, the key of every cache; and whether all is a sample."""

    __tablename__ = "data_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: int = Field(default=1, primary_key=True)
    revision: int = 0
    is_sample: bool = False


class EndedSignIn(SQLModel, table=True):
    """One sign-in that was ended by signing out; kept until its cookie would have ended by itself."""

    __tablename__ = "ended_sign_in"
    sign_in_id: Annotated[str, KEY]
    email: str
    ended_at: Instant
