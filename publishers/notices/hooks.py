"""Messages to channels of Teams, Slack and Mattermost through Apprise. Channel addresses are secrets, never shown or logged."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kpis.errors import FigureRefused
from kpis.reporting_vocabulary import WebhookKind
from kpis.settings import LOOPBACK, ROOT
from publishers.notices.smtp import NotTaken

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

SECONDS = (10, 30)  # seconds to connect, and to wait for the next piece of the answer
MOST_SECONDS, MOST_BYTES = 60.0, 1_000_000_000  # for one message, and of memory: Apprise and its libraries map a third of it
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from publishers.notices import hooks; hooks.send_one()"
# By class name in Apprise: the required target of an address of each kind.
_CLASSES = {
    WebhookKind.TEAMS: ("NotifyWorkflows",), WebhookKind.SLACK: ("NotifySlack",), WebhookKind.MATTERMOST: ("NotifyMattermost",),
}  # fmt: skip
_MATTERMOST = re.compile(r"(?P<fore>/(?:[\w.-]+/)*)hooks/(?P<key>[A-Za-z0-9]{1,64})/?")
_STATUS = re.compile(r"\berror=(\d{3})\b")
# Errors of ``requests`` raised before any part of a message was sent.
_NOT_REACHED = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "SSLCertVerificationError", "ProxyError")


def looked_over(kind: str, address: str) -> str:
    """Return a channel address after checking that it belongs to the named service.

    Raises:
        FigureRefused: it does not, or messages would be sent unencrypted.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        is_near = parts.hostname in LOOPBACK
    except ValueError as error:  # a host with half a bracket
        raise FigureRefused("channel_address_unknown") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
        raise FigureRefused("channel_address_https")
    with _listening():
        is_known = kind in WebhookKind.values() and _made(kind, address) is not None
    if not is_known:
        raise FigureRefused("channel_address_unknown")
    return address


def _made(kind: str, address: str) -> NotifyBase | None:
    """Return Apprise's sender for an address; ``None`` for an address of another or unknown service."""
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415  # a quarter of a second that no other command needs
    from apprise.plugins.base import NotifyBase  # noqa: PLC0415

    parts = urlsplit(address)
    if kind == WebhookKind.MATTERMOST:  # for which Apprise accepts only its own address format
        way = _MATTERMOST.fullmatch(parts.path)
        if way is None or not parts.hostname or parts.username or parts.password:
            return None
        address = f"{'mmosts' if parts.scheme == 'https' else 'mmost'}://{parts.netloc}{way['fore']}{way['key']}"
    asset = AppriseAsset(
        app_id="Mieruka", app_desc="", app_url="", async_mode=False, http_redirects=False, image_url_mask="", image_url_logo=""
    )
    made = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if not isinstance(made, NotifyBase) or type(made).__name__ not in _CLASSES[WebhookKind(kind)]:
        return None
    made.socket_connect_timeout, made.socket_read_timeout = SECONDS
    made.retry = 0  # the outbox retries, and counts the attempts
    return made


class _Heard(logging.Handler):
    """A log handler that stores messages."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Capture the log of Apprise and its HTTP client, and keep it from other logs: it contains the address."""
    heard = _Heard()
    logs = [logging.getLogger(name) for name in ("apprise", "urllib3", "requests")]
    before = [(log.level, log.propagate, list(log.handlers)) for log in logs]
    for log in logs:
        log.handlers[:], log.propagate = [heard], False
        log.setLevel(logging.DEBUG)
    try:
        yield heard.messages
    finally:
        for log, (level, propagates, handlers) in zip(logs, before, strict=True):
            log.setLevel(level)
            log.propagate, log.handlers[:] = propagates, handlers


def hand_over(kind: str, address: str, subject: str, text: str) -> None:
    """Send a message to a channel, from a process of its own with limits of time and memory.

    A service, or whoever answers in its place, may send without end or drop by drop; the HTTP client of Apprise waits for all of it.

    Raises:
        NotTaken: the service rejected it, or did not confirm.
    """
    job = json.dumps({"kind": kind, "address": address, "subject": subject, "text": text}).encode()
    command = [sys.executable, "-P", "-c", _CHILD, str(ROOT), str(MOST_BYTES)]
    try:
        done = subprocess.run(command, input=job, capture_output=True, timeout=MOST_SECONDS, check=False)  # noqa: S603  # this very program
        outcome = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:  # out of time, or out of memory and without an answer
        raise NotTaken("TimeoutExpired" if isinstance(error, subprocess.TimeoutExpired) else "no answer", is_unknown=True) from None
    if outcome:
        raise NotTaken(outcome["why"], is_final=outcome["is_final"], is_unknown=outcome["is_unknown"])


def send_one() -> None:
    """Send the message on standard input, and write how it ended: the body of the process of ``hand_over``."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
    outcome: dict[str, Any] = {}
    try:
        _send(**json.load(sys.stdin))
    except NotTaken as why:
        outcome = {"why": str(why), "is_final": why.is_final, "is_unknown": why.is_unknown}
    json.dump(outcome, sys.stdout)


def _send(kind: str, address: str, subject: str, text: str) -> None:
    with _listening() as messages:
        made = _made(kind, address)
        if made is None:
            raise NotTaken("address", is_final=True)
        try:
            is_taken = bool(made.notify(body=text, title=subject, body_format="text"))
        except Exception as error:  # noqa: BLE001  # whatever the library raises, the message may have been accepted
            raise NotTaken(type(error).__name__, is_unknown=True) from None
    if is_taken:
        return
    message = "\n".join(messages)
    status = _STATUS.search(message)
    if status is not None:  # the service answered that it rejected the message
        code = int(status[1])
        raise NotTaken(f"HTTP {code}", is_final=400 <= code < 500 and code not in (408, 425, 429))
    reason = next((word for word in _NOT_REACHED if word in message), "")
    raise NotTaken(reason or "no answer", is_unknown=not reason)
