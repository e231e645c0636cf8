"""Pull every source of a list: files, folders and http(s) addresses, through the same entry point as uploads.

Conditional requests, limits of time and size, and an allow-list of hosts that also applies to redirects. Safe to run from
a timer: a lock allows one run at a time, and bytes already loaded are a no-op.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
from pydantic import ValidationError

from kpis.as_text import line
from kpis.declared import Fields
from kpis.errors import SourceUnreachable
from kpis.faults import placed
from kpis.languages import both
from kpis.message import Message
from kpis.outgoing import NotReached, address_of, as_told, client
from kpis.settings import ROOT
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.files.apart import Stopped, apart, limits_of
from loaders.files.delimited import csv_of_json
from loaders.load import load_file
from loaders.missing import decision_of
from loaders.report import LoadReport

MAX_REDIRECTS = 3


class AnswerLimits(Fields, extra="ignore"):
    """Limits of an HTTP response: time, size and allowed hosts."""

    hosts: tuple[str, ...] = ()
    timeout_seconds: float = 30
    max_bytes: int = 20_000_000


class PulledSource(Fields, extra="ignore"):
    """A source of the list; ``missing`` and ``reason`` decide about rows that it no longer contains (``loaders.missing``)."""

    name: str
    location: str
    official: str = ""
    kind: str | None = None
    missing: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The outcome of one source; ``detail`` is the reason of a failure, or the number of new rows."""

    name: str
    outcome: Literal["loaded", "unchanged", "failed"]
    detail: str = ""
    reports: tuple[LoadReport, ...] = ()


def pull_all(store: Store, sources: Path, *, state_dir: Path) -> list[Pulled]:
    """Pull every source of a list; a failing source does not stop the others.

    Args:
        sources: a TOML file with ``[limits]`` (``hosts``, ``timeout_seconds``, ``max_bytes``) and ``[[source]]`` tables
            (``name``, ``location``, optional ``official``, ``kind``, and ``missing`` with ``reason``: see ``loaders.missing``).
        state_dir: folder of the lock and of validators for conditional requests.

    Raises:
        SourceUnreachable: another run holds the lock.
    """
    limits, wanted = _listed(sources)
    state_dir.mkdir(parents=True, exist_ok=True)
    remembered = state_dir / "pull.json"
    with _lock(state_dir / "pull.lock"):
        state = _validators(remembered)
        results = []
        for source in wanted:
            try:
                results.append(_pull_one(store, source, limits=limits, state=state))
            except SourceUnreachable as error:
                results.append(Pulled(source.name, "failed", str(error)))
        fresh = remembered.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(state, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(remembered)
    return results


def _validators(remembered: Path) -> dict[str, dict[str, str]]:
    """Return the validators of the last answers by address; none of what a full disk cut or anybody changed: such sources are asked anew."""
    try:
        state = json.loads(remembered.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return {
        address: known
        for address, known in (state.items() if isinstance(state, dict) else ())
        if isinstance(known, dict) and all(isinstance(value, str) and value.isprintable() for value in known.values())
    }


def _listed(sources: Path) -> tuple[AnswerLimits, list[PulledSource]]:
    """Read the list of sources.

    Raises:
        SourceUnreachable: it cannot be read, or a source is malformed.
    """
    try:
        listed = tomllib.loads(sources.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceUnreachable("sources_unreadable", file=sources, fault=error) from error
    at = "limits"
    try:
        limits, wanted = AnswerLimits(**_table(listed.get(at, {}))), []
        rows = listed.get("source", [])
        for n, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
            at = f"source {n}"
            wanted.append(PulledSource(**_table(row)))
    except ValidationError as error:
        raise SourceUnreachable("sources_wrong", file=sources, at=at, faults=tuple(map(placed, error.errors()))) from error
    return limits, wanted


def _table(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _pull_one(store: Store, source: PulledSource, *, limits: AnswerLimits, state: dict[str, dict[str, str]]) -> Pulled:
    location = source.location
    missing = decision_of(source.missing, source.reason) if source.missing else None
    if not location.startswith(("http://", "https://")):
        path = ROOT / location
        if path.is_dir():
            official = ROOT / source.official if source.official else None
            return _outcome(source.name, load_folder(store, path, official=official, missing=missing))
        if not path.is_file():
            raise SourceUnreachable("source_not_there", location=location)
        return _outcome(source.name, [load_file(store, path, kind=source.kind, missing=missing)])
    known = state.get(location, {})
    # Another database, or one put back from a backup, has not what the validators stand for.
    is_here = store.has_loaded(known.get("sha256", ""))
    answer = _fetch(location, limits=limits, headers_known=known if is_here else {})
    if answer is None:
        return Pulled(source.name, "unchanged", "304")
    content, validators = answer
    name = Path(urlsplit(location).path).name or source.name
    if content.lstrip()[:1] == b"[":
        content = _csv_of_json(content, location, most=limits.max_bytes)
    result = _outcome(source.name, [load_file(store, content, name=name, kind=source.kind, missing=missing)])
    if result.outcome != "failed":
        state[location] = {
            **validators,
            "sha256": hashlib.sha256(content).hexdigest(),
        }  # a refused file is requested again next time
    return result


def _outcome(name: str, reports: list[LoadReport]) -> Pulled:
    errors = [p for report in reports for p in report.problems if p.grade == "error"]
    problems = len(errors)
    if problems:
        first = errors[0]
        return Pulled(
            name,
            "failed",
            f"{problems} problems; {first.cell} {both(first.found)}: {both(first.expected)}. {both(first.remedy)}",
            tuple(reports),
        )
    if all(report.is_repeat for report in reports):
        return Pulled(name, "unchanged", "", tuple(reports))
    return Pulled(name, "loaded", f"{sum(report.accepted for report in reports)} rows", tuple(reports))


def _fetch(url: str, *, limits: AnswerLimits, headers_known: dict[str, str]) -> tuple[bytes, dict[str, str]] | None:
    ask = {
        header: headers_known[key]
        for key, header in (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since"))
        if headers_known.get(key)
    }
    try:
        with client(limits.timeout_seconds) as opened:
            first = there = address_of(url)
            for _ in range(MAX_REDIRECTS + 1):
                _allow(there, first, limits.hosts)
                with opened.stream("GET", there, headers=ask) as response:
                    if response.status_code == 304:
                        return None
                    if response.has_redirect_location:
                        there = address_of(str(there), response.headers["location"])
                        continue
                    if response.status_code != 200:
                        raise _unreachable(str(there), f"HTTP {response.status_code}")
                    if "content-length" not in response.headers and "transfer-encoding" not in response.headers:
                        raise _unreachable(str(there), Message("answer_without_end"))
                    content = bytearray()
                    for chunk in response.iter_bytes():
                        content += chunk
                        if len(content) > limits.max_bytes:
                            raise _unreachable(str(there), f"> {limits.max_bytes:,} bytes")
                    length = response.headers.get("content-length")
                    if length and not response.headers.get("content-encoding") and int(length) != len(content):
                        raise _unreachable(str(there), "truncated")
                    validators = {
                        "etag": response.headers.get("etag", ""),
                        "last_modified": response.headers.get("last-modified", ""),
                    }
                    return bytes(content), validators
    except NotReached as error:
        raise _unreachable(url, line(str(error))) from error
    raise _unreachable(url, f"> {MAX_REDIRECTS} redirects")


def _allow(there: httpx2.URL, first: httpx2.URL, hosts: Collection[str]) -> None:
    """Refuse an address whose host is not listed, and a redirect to another service of it, or from https to http."""
    if there.scheme not in ("http", "https") or there.host not in hosts:
        raise SourceUnreachable("source_host_not_allowed", host=line(f"{there.host or there}")[:200])
    is_usual = there.port is None or (there.scheme, there.host, there.port) == (first.scheme, first.host, first.port)
    if not is_usual or (first.scheme == "https" and there.scheme != "https"):
        raise _unreachable(str(first), f"→ {there.scheme}://{there.netloc.decode('ascii', 'replace')}")


def _unreachable(url: str, why: str | Message) -> SourceUnreachable:
    return SourceUnreachable("source_unreachable", url=as_told(url), reason=why)


def _csv_of_json(content: bytes, url: str, *, most: int) -> bytes:
    try:
        text: bytes | Message = apart(csv_of_json, content, max_bytes=most, limits=limits_of(len(content)))
    except Stopped as stopped:
        raise _unreachable(url, f"JSON: {both(stopped.problem.found)}") from stopped
    if isinstance(text, Message):
        raise _unreachable(url, f"JSON: {both(text)}")
    return text


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock that the system releases when this process ends in any way; the lock file remains and has no content."""
    with path.open("a", encoding="ascii") as file:
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415  # Windows only

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415  # not on Windows

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SourceUnreachable("pull_running") from error
        yield
