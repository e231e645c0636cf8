"""The log of a process: one line per event on standard error, as JSON for programs or as text for a terminal.

Messages of libraries (server, pages, migrations, warnings of Python, uncaught errors) pass through the same formatter. Text written by
people stays text, and confidential data is removed: secrets of the settings, passwords in addresses, e-mail addresses, sign-in tokens.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import orjson
import structlog
from structlog.typing import EventDict, Processor

from kpis.as_text import clean, line
from kpis.errors import MierukaError
from kpis.seen import counts, doing
from kpis.seen.once import Key, Once
from kpis.settings import settings

LONGEST = 20_000  # maximum characters of one line; a traceback has some thousands
HIDDEN = "[…]"
_SECRET_LENGTH = 6  # minimum length of a secret to search for: a shorter word may occur by chance
_TAKEN_OUT = (
    (re.compile(r"(?P<kept>\b[a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/@]+@"), rf"\g<kept>:{HIDDEN}@"),
    (re.compile(r"(?im)(?P<kept>\b(?:set-)?cookie[\"']?\s*[=:]|\bauthorization[\"']?\s*[=:]|\b_streamlit_\w+=|\bbearer\s).*$"), rf"\g<kept> {HIDDEN}"),
    (
        re.compile(r"(?i)(?P<kept>\b(?:password|passwd|pwd|\w*secret|\w*token)\b[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s;,&\"'}]+)"),
        rf"\g<kept>{HIDDEN}",
    ),
    (re.compile(r"(?P<kept>[?&](?:code|state|nonce|session_state)=)[^\s&\"']+"), rf"\g<kept>{HIDDEN}"),
    (re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "[@]"),
)  # fmt: skip
_ADDRESS = re.compile(r"(/media/|/_stcore/upload_file/)[^\s?\"']+")  # whoever knows the rest may request the file
_NETWORK = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])")
_PLAIN = re.compile(r"[A-Za-z0-9_/. -]{0,80}")  # text without active characters, the usual case
_OWN = frozenset({"time", "level", "logger", "id"})
_log = logging.getLogger("mieruka")


def begin(*, serves: bool = False) -> None:
    """Configure the log of this process from the settings; safe to repeat.

    Args:
        serves: it is a server; a command logs only problems, since it prints the rest to a person.
    """
    chosen = settings()
    is_terminal = sys.stderr.isatty()
    form = chosen.log_format or ("text" if is_terminal else "json")
    quiet = not serves or (chosen.mode == "local" and is_terminal)
    level = (chosen.log_level or ("warning" if quiet else "info")).upper()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    once = Once(_tell_count)
    handler.addFilter(once)
    logging.raiseExceptions = False  # a failing log ends nothing, and is not reported, since the report would go to the log
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("alembic", "uvicorn", "uvicorn.error", "asyncio", "websockets"):
        own = logging.getLogger(name)
        own.handlers[:], own.propagate, own.disabled = [], True, False
    for name in ("alembic.runtime.plugins", "alembic.ddl", "httpx", "httpx2", "httpcore", "PIL", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda hook: _uncaught(hook.exc_type, hook.exc_value, hook.exc_traceback)
    atexit.register(end)


def end() -> None:
    """Log the pending counts when the process ends."""
    for handler in logging.getLogger().handlers:
        for log_filter in handler.filters:
            if isinstance(log_filter, Once):
                log_filter.tell_counted()


def write(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Write a line to the log.

    Args:
        error: the exception; its traceback is written too.
        fields: further fields; text from people is written as text.
    """
    if _log.isEnabledFor(level):
        _put(_log, level, {"event": event, **fields}, error)


def ended(event: str, noted: doing.Doing, *, slow: float, **fields: Any) -> None:
    """Log a finished request or run, with its statistics where it took longer than ``SLOW_SECONDS``.

    Args:
        event: ``request`` or ``page run``.
        slow: the seconds compared, without the time in which a client reads a file slowly.
    """
    counts.HITS.inc(noted.hits)
    write(event, id=noted.number, **fields, **noted.summary())
    if slow > settings().slow_seconds:
        write(f"slow {event}", level=logging.WARNING, id=noted.number, what=noted.what, **noted.summary(), **noted.slowest())


def person_id(email: str) -> str:
    """Return the log id of a person, which only ``user list`` resolves; blank where people do not sign in."""
    secret = settings().cookie_secret.get_secret_value()
    if settings().mode != "office" or not secret or not email:
        return ""
    return hmac.new(secret.encode(), b"person " + email.encode(), hashlib.sha256).hexdigest()[:12]


def formatter(form: str) -> logging.Formatter:
    """Return the formatter of log lines: ``json`` or ``text``."""
    last: Processor = _as_json if form == "json" else _as_text()
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            _with_record, structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info,
            _kept_clean, last,
        ],
    )  # fmt: skip


def kept_clean(text: str) -> str:
    """Return a text for the log: without control characters and confidential data."""
    for secret in _secrets():
        if secret in text:
            text = text.replace(secret, HIDDEN)
    if _PLAIN.fullmatch(text) and "/media/" not in text and "/upload_file/" not in text:
        return text
    for pattern, instead in _TAKEN_OUT:
        text = pattern.sub(instead, text)
    text = _ADDRESS.sub(rf"\1{HIDDEN}", text)
    if settings().mode == "public" and not settings().log_addresses:
        text = _NETWORK.sub(HIDDEN, text)  # visitors of the public instance stay anonymous
    return clean(text)[:LONGEST]


@lru_cache(maxsize=4)
def _secrets_of(given: tuple[str, ...], *databases: str) -> tuple[str, ...]:
    passwords = [urlsplit(address).password or "" for address in databases]
    every = {*given, *passwords, *map(unquote, passwords), *(quote(unquote(password), safe="") for password in passwords)}
    return tuple(sorted((secret for secret in every if len(secret) >= _SECRET_LENGTH), key=len, reverse=True))


def _secrets() -> tuple[str, ...]:
    """Return the secrets of the settings, in the forms in which they may occur in a text."""
    try:
        chosen = settings()
    except MierukaError:
        return ()
    given = (chosen.cookie_secret, chosen.oidc_client_secret, chosen.smtp_password)
    return _secrets_of(tuple(secret.get_secret_value() for secret in given), chosen.database_url, chosen.voices_url)


def _with_record(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Add time, level, person, and request or run to the event."""
    record: logging.LogRecord = event["_record"]
    stamp = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    number = event.pop("id", "") or doing.number()
    first = {"time": stamp, "level": record.levelname.lower(), "logger": record.name, "process": record.process}
    return {**first, **({"id": number} if number else {}), **event}


def _kept_clean(_logger: object, _name: str, event: EventDict) -> EventDict:
    return {name: value if name in _OWN else _value(name, value) for name, value in event.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return kept_clean(value) if name == "exception" else line(kept_clean(value))
    if isinstance(value, (list, tuple)):
        return [_value(name, item) for item in value]
    if isinstance(value, dict):
        return {str(key): _value(str(key), item) for key, item in value.items()}
    return value if isinstance(value, (int, float, bool)) or value is None else line(kept_clean(str(value)))


def _as_json(_logger: object, _name: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _as_text() -> Processor:
    """Return the formatter of text lines: time, level, event, and the rest by name."""
    console = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback, sort_keys=False, pad_event_to=0
    )

    def text(logger: Any, name: str, event: EventDict) -> str:
        kept = {key: value for key, value in event.items() if key not in ("time", "process")}
        return console(logger, name, {"timestamp": event["time"], **kept})

    return text


def _tell_count(level: int, key: Key, count: int) -> None:
    """Log how often a fault recurred."""
    name, words, error, _ = key
    event = {"event": "repeated", "of": words.strip(), "error": error, "count": count}
    _put(logging.getLogger(name), level, event, None, is_count=True)


def _uncaught(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    """Log an uncaught exception, except an interrupt by the user."""
    if not issubclass(kind, KeyboardInterrupt):
        _put(_log, logging.ERROR, {"event": "uncaught"}, (error or kind()).with_traceback(at))


def _put(log: logging.Logger, level: int, event: dict[str, Any], error: BaseException | None, **more: Any) -> None:
    """Pass a line to ``logging`` like structlog: the formatter finds its fields side by side."""
    if error is not None:
        event["exc_info"] = error
    given: Any = event
    log.log(level, given, exc_info=error, extra={"_logger": log, "_name": logging.getLevelName(level).lower(), **more})
