"""Notices: the outbox, personal choices, webhooks, and the statuses last announced."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from kpis import reporting_vocabulary as reporting_words
from kpis.store.fields import KEY, Instant, MaybeInstant, NumberedRow, TableRow, one_of, refers


class Notice(NumberedRow, table=True):
    """One message: an occasion, its subject, and one reader (``person E-MAIL`` or ``webhook NUMBER``); unique by its key."""

    __table_args__ = (
        one_of("occasion", reporting_words.Occasion),
        one_of("state", reporting_words.NoticeState),
        UniqueConstraint("occasion", "subject", "reader", name="told_once"),
        CheckConstraint("attempts >= 0", name="attempts_count_from_nought"),
        Index("notice_waiting", "state", "next_try_at"),
    )
    occasion: str
    subject: str
    reader: str
    bureau_code: str = ""  # of the bureau concerned; blank = of the whole organisation
    facts_json: str  # codes, days and numbers, never text by people: that is made when it is sent, in the reader's language
    state: str = "waiting"
    created_at: Instant
    next_try_at: Instant
    expires_at: Instant
    attempts: int = 0
    claim: str = ""  # the sender, until ``claimed_until``
    claimed_until: MaybeInstant = None
    message_id: str = ""
    settled_at: MaybeInstant = None
    last_error: str = ""


class NoticeChoice(TableRow, table=True):
    """A person's frequency for one occasion; without a row the default of the program applies."""

    __table_args__ = (one_of("occasion", reporting_words.Occasion), one_of("how_often", reporting_words.HowOften))
    email: Annotated[str, refers("user_account.email", key=True)]
    occasion: Annotated[str, KEY]
    how_often: str


class NoticeReader(TableRow, table=True):
    """A person's language of notices, and the checksum of the secret in their calendar address."""

    email: Annotated[str, refers("user_account.email", key=True)]
    language: str
    calendar_sha256: str = Field(default="", index=True)


class Webhook(NumberedRow, table=True):
    """A Teams, Slack or Mattermost channel added by the office; ``is_internal``: its readers may see non-public information."""

    __table_args__ = (
        one_of("kind", reporting_words.WebhookKind),
        CheckConstraint("address <> ''", name="a_webhook_has_an_address"),
    )
    kind: str
    name: str
    address: str  # a secret: whoever knows it can write there
    bureau_code: Annotated[str | None, refers("bureau.bureau_code")] = None
    language: str
    is_internal: bool = False
    is_active: bool = True
    set_by: Annotated[str, refers("user_account.email")]
    set_at: Instant


class ToldStatus(TableRow, table=True):
    """The last status of one indicator and unit examined for notices, and the number of changes since."""

    indicator_code: Annotated[str, KEY]
    unit_code: Annotated[str, KEY]
    status: str
    turns: int = 0
