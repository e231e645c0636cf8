"""The instance's own data: original files, editions, the audit trail and the data revision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field

from kpis.store.fields import KEY, Instant, MaybeInstant, NumberedRow, TableRow, refers


class OriginalFile(TableRow, table=True):
    """The bytes of every loaded file; one row per SHA-256."""

    sha256: Annotated[str, KEY]
    name: str
    kind: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    bytes_count: int
    rows_count: int | None = None
    received_at: Instant


class Publication(TableRow, table=True):
    """A numbered, immutable public edition, chained to the one before by checksum; only intended until it was first shown."""

    edition: Annotated[int, KEY]
    published_at: Instant
    as_of: date
    known_at: datetime
    note: str
    rule_version: str
    sha256: str
    previous_sha256: str | None = None
    published_by: Annotated[str | None, refers("user_account.email")] = None
    signature: str = ""  # of the manifest; blank in editions from before signing keys
    first_shown_at: MaybeInstant = None


class EditionPointer(TableRow, table=True):
    """The edition shown to the public: one row per move of the pointer, with the signed document as on disk; append-only."""

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    edition: Annotated[int, Field(foreign_key="publication.edition")]
    document: str
    moved_at: Instant
    moved_by: str


class SigningKey(TableRow, table=True):
    """A public key of the signatures of editions, as published beside them; the last one is in force."""

    key_id: Annotated[str, KEY]
    public_key: str
    first_edition: int
    first_pointer: int = Field(unique=True)
    introduced_at: str
    follows: str
    signature: str
    signature_before: str


class AuditEvent(NumberedRow, table=True):
    """One act: person, action, time, and file and cell; append-only, each line with the checksum of itself and the previous one."""

    occurred_at: Instant
    actor: str
    action: str
    subject: str = Field(index=True)
    file_sha256: str | None = None
    cell: str = ""
    detail: str = ""
    sha256: str = ""


class DataRevision(TableRow, table=True):
    """One row: the number raised by every committed change, a mark unique to each state, and whether the instance is a sample.

    A number can recur after a backup was restored: cache keys use number and mark, those of figures
    ``figures_mark``, the mark of the latest change of figures (``kpis.store.changed``).
    """

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: int = Field(default=1, primary_key=True)
    revision: int = 0
    mark: str = Field(default="", sa_column_kwargs={"server_default": ""})
    figures_mark: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # The mark at which ``figures_mark`` was written.
    figures_right_at: str = Field(default="", sa_column_kwargs={"server_default": ""})
    is_sample: bool = False
    stamped_at: MaybeInstant = None  # of the latest write: later timestamps are never before it


class EndedSignIn(TableRow, table=True):
    """One sign-in ended by signing out; kept until its cookie would have expired."""

    sign_in_id: Annotated[str, KEY]
    email: str
    ended_at: Instant
