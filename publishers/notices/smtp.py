"""Mail over SMTP: a mail that was certainly rejected is retried, one that may have been accepted is not."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from kpis.as_text import line
from kpis.settings import Settings

SECONDS = 30  # seconds for one SMTP step
MOST_LINES = 200  # of one reply: what a server can do takes some twenty
LONGEST_LINE = 998  # characters of a line that a mail server must take (RFC 5322, 2.1.1)
PORTS = {"starttls": 587, "tls": 465, "none": 25}


class NotTaken(Exception):
    """The server did not accept a mail. ``is_final``: it never will; ``is_unknown``: it may have accepted it without confirming."""

    def __init__(self, why: str, *, is_final: bool = False, is_unknown: bool = False) -> None:
        super().__init__(why)
        self.is_final, self.is_unknown = is_final, is_unknown


def message_id(numbers: Sequence[int], chosen: Settings) -> str:
    """Return the Message-ID of a mail for these outbox messages: the same at each try, so that duplicates can be recognised."""
    host = urlsplit(chosen.public_url).hostname or "localhost"
    named = hashlib.sha256(f"{chosen.public_url} {sorted(numbers)}".encode()).hexdigest()[:32]
    return f"<notice.{named}@{host}>"


def mail(to: str, subject: str, text: str, *, chosen: Settings, name: str, language: str, now: datetime) -> EmailMessage:
    """Return a plain text mail."""
    made = EmailMessage(policy=SMTP)
    sender, address = parseaddr(chosen.mail_from)
    made["From"] = Address(line(sender), addr_spec=address)
    made["To"] = to
    made["Subject"] = _headed(subject)
    made["Date"] = format_datetime(now.replace(tzinfo=UTC))
    made["Message-ID"] = name
    made["Auto-Submitted"] = "auto-generated"  # prevents automatic replies (RFC 3834)
    is_plain = text.isascii() and max(map(len, text.splitlines()), default=0) <= LONGEST_LINE
    made.set_content(text, cte="7bit" if is_plain else "base64")
    made["Content-Language"] = language
    return made


def _headed(text: str) -> str:
    """Return a text for a header. Python would decode what looks encoded (RFC 2047) and write the line breaks in it, each followed by a header."""
    return line(text).replace("=?", "= ?")


class _Replies:
    """The replies of a mail server, read line by line: few, and each whole in time; a server may not be waited for line after line."""

    def __init__(self, session: smtplib.SMTP) -> None:
        self._session, self._kept, self._lines, self._until = session, b"", 0, 0.0

    def begin(self) -> None:
        """Expect the next reply."""
        self._lines, self._until = MOST_LINES, time.monotonic() + SECONDS

    def readline(self, most: int) -> bytes:
        """Return the next line, as far as ``smtplib`` reads it."""
        self._lines -= 1
        if self._lines < 0:
            raise OSError(f"> {MOST_LINES}")
        while b"\n" not in self._kept and len(self._kept) < most:
            left = self._until - time.monotonic()
            if left <= 0 or self._session.sock is None:
                raise TimeoutError
            self._session.sock.settimeout(left)
            piece = self._session.sock.recv(8192)
            if not piece:
                break
            self._kept += piece
        end = min(self._kept.find(b"\n") + 1 or len(self._kept), most)
        read, self._kept = self._kept[:end], self._kept[end:]
        return read

    def close(self) -> None:
        """Do nothing: the connection is closed by its session."""


class _Bounded:
    """A session of ``smtplib`` that reads its replies so."""

    file: Any
    sock: Any

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:  # at first, and when TLS has begun
            self.file = _Replies(self)  # type: ignore[arg-type]
        self.file.begin()
        try:
            return super().getreply()  # type: ignore[misc,no-any-return]
        finally:
            if self.sock is not None:
                self.sock.settimeout(SECONDS)


class _Plain(_Bounded, smtplib.SMTP):
    pass


class _Secure(_Bounded, smtplib.SMTP_SSL):
    pass


class Post:
    """An SMTP session, opened when the first mail is sent."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        self._line: smtplib.SMTP | None = None
        self._down = ""  # why the server is unreachable: the rest of the round does not try again

    def hand_over(self, to: str, made: EmailMessage) -> None:
        """Send a mail.

        Raises:
            NotTaken: the server rejected it, or did not confirm.
        """
        try:
            self._take(to, made)
        except NotTaken:
            self.close()
            raise
        except smtplib.SMTPResponseException as response:
            self.close()
            raise NotTaken(_said(response.smtp_code, response.smtp_error)) from response
        except (OSError, smtplib.SMTPException, ValueError) as error:  # before any part of the mail was sent
            self.close()
            raise NotTaken(type(error).__name__) from error

    def _take(self, to: str, made: EmailMessage) -> None:
        session = self._open()
        _, sender = parseaddr(self._chosen.mail_from)
        for code, response in (session.mail(sender), session.rcpt(to)):
            if code not in (250, 251):
                raise NotTaken(_said(code, response), is_final=code >= 500)
        code, response = session.docmd("DATA")
        if code != 354:
            raise NotTaken(_said(code, response), is_final=code >= 500)
        content = re.sub(rb"(?m)^\.", b"..", made.as_bytes())  # a line with a single dot ends a mail (RFC 5321, 4.5.2)
        session.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        try:  # from here on the server has the whole mail, and only its answer tells whether it was accepted
            session.send(b".\r\n")
            code, response = session.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(type(error).__name__, is_unknown=True) from error
        if code != 250:
            raise NotTaken(_said(code, response), is_final=code >= 500)

    def _open(self) -> smtplib.SMTP:
        if self._line is not None:
            return self._line
        if self._down:
            raise NotTaken(self._down)
        try:
            return self._opened()
        except smtplib.SMTPResponseException as response:
            self._down = _said(response.smtp_code, response.smtp_error)
            raise
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._down = type(error).__name__
            raise

    def _opened(self) -> smtplib.SMTP:
        chosen, context = self._chosen, ssl.create_default_context()
        port = chosen.smtp_port or PORTS[chosen.smtp_security]
        if chosen.smtp_security == "tls":
            opened: smtplib.SMTP = _Secure(chosen.smtp_host, port, timeout=SECONDS, context=context)
        else:
            opened = _Plain(chosen.smtp_host, port, timeout=SECONDS)
        self._line = opened
        opened.ehlo_or_helo_if_needed()
        if chosen.smtp_security == "starttls":
            opened.starttls(context=context)
            opened.ehlo()
        if chosen.smtp_user:
            opened.login(chosen.smtp_user, chosen.smtp_password.get_secret_value())
        return opened

    def close(self) -> None:
        """Close the session."""
        if self._line is not None:
            self._line.close()
            self._line = None


@contextmanager
def post(chosen: Settings) -> Iterator[Post]:
    """Open an SMTP session for the duration of the block."""
    made = Post(chosen)
    try:
        yield made
    finally:
        made.close()


def _said(code: int, text: bytes | str) -> str:
    """Return the server's reply in one line, without personal addresses."""
    answer = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    words = " ".join("…" if "@" in word else word for word in line(answer).split())
    return f"SMTP {code} {words}"[:200]
