"""Checks of the configuration: settings, addresses, editions and signing key, packages, and limits set by the system."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, requires, version
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from packaging.requirements import Requirement

from kpis.errors import SettingsRefused
from kpis.memory import BESIDE_PAGES
from kpis.settings import HOME, LOOPBACK, ROOT, Settings, settings
from kpis.store.engine import file_of, open_engine, shown_url
from kpis.store.store import Store
from kpis.store.upgrade import newest_version, version_of
from kpis.voices.store import VERSION, Voices
from publishers.doctor.database import database
from publishers.doctor.files import backups, folders, room
from publishers.doctor.findings import Finding, doubt, looked, ok, wrong
from publishers.editions import on_disk, record
from publishers.editions.keys import Key, key_fault, pinned_key, waiting_key
from publishers.editions.verify import EditionFault, verify
from publishers.fonts import FONTS, japanese

# The widest network whose machines can all be reverse proxies: that of the pods of a cluster. A wider one, or a whole private network,
# is that of an office: anybody in it could say to ask for any other address.
_WIDEST = {4: 16, 6: 56}
_WHOLE = ip_network("192.168.0.0/16")  # the others of RFC 1918 are wider


def examined(*, now: datetime) -> Iterator[Finding]:
    """Run all checks, read-only."""
    yield from looked("packages", packages)
    chosen = None
    for finding in looked("settings", lambda: [ok("settings", "doctor_settings_there", mode=settings().mode)]):
        yield finding
        chosen = settings() if finding.grade == "ok" else None
    if chosen is None:
        return  # without settings no locations are known
    yield from looked("settings", unknown)
    yield from looked("files_open", lambda: open_files(chosen))
    yield from looked("addresses", lambda: addresses(chosen))
    yield from looked("disk", lambda: folders(chosen))
    if chosen.mode != "public":
        yield from looked("database", lambda: database(chosen, now=now))
    yield from looked("fonts", fonts)
    yield from looked("edition", lambda: editions(chosen))
    yield from looked("voices", lambda: kept_voices(chosen))
    yield from looked("backup", lambda: backups(chosen, now=now))


def fonts() -> Iterator[Finding]:
    """Check for a font with Japanese glyphs: without one, neither the meeting pack as PDF nor charts as PNG can be made."""
    _, family = japanese()
    yield (
        ok("fonts", "doctor_font_there", family=family)
        if family
        else doubt("fonts", "doctor_font_none", fonts=", ".join(FONTS[:4]))
    )


def unknown() -> Iterator[Finding]:
    """Check ``.env`` for unknown settings and malformed lines, both of which are silently ignored."""
    names_known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    text = (HOME / ".env").read_text(encoding="utf-8") if (HOME / ".env").is_file() else ""
    lines = list(parse_stream(StringIO(text)))
    named = [line.key for line in lines if line.key]
    for line in lines:
        if line.error or (line.key and line.value is None):
            yield wrong("settings", "doctor_line_unreadable", line=line.original.line)
    if strange := [name for name in named if name.upper() not in names_known]:
        yield doubt("settings", "doctor_setting_unknown", names=", ".join(strange))


def addresses(chosen: Settings) -> Iterator[Finding]:
    """Check the public address, the trusted proxies and the metrics address."""
    public = urlsplit(chosen.public_url)
    if chosen.mode != "local":
        if not chosen.public_address:
            yield doubt("addresses", "doctor_address_here", address=chosen.public_url)
        elif public.scheme != "https":
            yield wrong("addresses", "doctor_address_open", address=chosen.public_url)
        elif not chosen.trusted_proxies:
            yield doubt("addresses", "doctor_no_proxies")
        else:
            yield ok("addresses", "doctor_address_there", address=chosen.public_url)
    for proxy in chosen.trusted_proxies:
        network = ip_network(proxy, strict=False)
        if network.prefixlen < _WIDEST[network.version] or network == _WHOLE:
            yield wrong("addresses", "doctor_proxies_wide", network=proxy)
    if chosen.metrics_port and chosen.metrics_address not in LOOPBACK:
        yield doubt("addresses", "doctor_metrics_open", address=chosen.metrics_address, port=chosen.metrics_port)
    if chosen.metrics_port == chosen.port:
        yield wrong("addresses", "doctor_metrics_port", port=chosen.port)


def editions(chosen: Settings) -> Iterator[Finding]:
    """Check the editions and their signing key."""
    folder = chosen.editions_dir
    if chosen.mode == "public":
        key = pinned_key(chosen.editions_key) if chosen.editions_key else ""
        yield from _differences(verify(folder, key=key), folder, is_needed=True)
        if not key:
            yield doubt("edition", "doctor_key_unknown")
        return
    file = file_of(chosen.database_url)
    if (file is not None and not file.is_file()) or not _is_current(chosen):
        return  # already reported for the database
    store = Store(chosen.database_url, is_looked_at=True)
    try:
        yield from _differences(record.faults(store, folder), folder)
        yield from _key(chosen, store)
    finally:
        store.engine.dispose()


def _differences(faults: Sequence[EditionFault], folder: Path, *, is_needed: bool = False) -> Iterator[Finding]:
    for fault in faults:
        yield wrong("edition", "doctor_edition_differs", number=f"{fault.edition:04d}", file=fault.file, how=fault.message)
    if faults:
        return
    shown = on_disk.current(folder)
    if shown is None and is_needed:
        yield wrong("edition", "no_edition_in_folder", folder=folder)
    elif shown is None:
        yield ok("edition", "doctor_edition_none")
    else:
        yield ok("edition", "doctor_edition_there", number=shown.number)


def kept_voices(chosen: Settings) -> Iterator[Finding]:
    """Check the database of readers' feedback."""
    if not chosen.voices_url:
        yield ok("voices", "doctor_voices_off")
        return
    shown, file = shown_url(chosen.voices_url), file_of(chosen.voices_url)
    if file is not None:
        yield room(file.absolute().parent)
    if file is not None and not file.is_file():
        yield ok("voices", "doctor_voices_missing", address=shown)
    else:
        store = Voices(chosen.voices_url, is_looked_at=True)
        if not store.version():
            yield ok("voices", "doctor_voices_missing", address=shown)
        elif store.version() > VERSION:
            yield wrong("voices", "voices_newer", held=store.version(), newest=VERSION)
        else:
            yield ok("voices", "doctor_voices_there", address=shown, count=sum(store.counts().values()))
        store.engine.dispose()
    if chosen.mode != "public" and not chosen.voices_address:
        yield doubt("voices", "doctor_voices_no_form")


def _is_current(chosen: Settings) -> bool:
    engine = open_engine(chosen.database_url, is_looked_at=True)
    try:
        return version_of(engine) == newest_version()
    finally:
        engine.dispose()


def _key(chosen: Settings, store: Store) -> Iterator[Finding]:
    with store.reading() as session:
        keys = record.keys_in(session)
    fault = key_fault(chosen.signing_key_file, keys, place=chosen.signing_key_file)
    if fault is not None and _waits(chosen, keys):
        yield doubt("key", "doctor_key_waits", path=chosen.signing_key_file)
    elif fault is not None:
        yield Finding("key", "error", fault)
    elif keys:
        yield ok("key", "doctor_key_there", path=chosen.signing_key_file)


def _waits(chosen: Settings, keys: Sequence[Key]) -> bool:
    try:
        return waiting_key(chosen.signing_key_file, keys[-1].key_id) is not None
    except SettingsRefused:
        return False


def packages() -> Iterator[Finding]:
    """Compare the installed packages with the tested versions."""
    pins = ROOT / "requirements.txt"
    if pins.is_file():
        needed = [line.rstrip("\\ ") for line in pins.read_text(encoding="utf-8").splitlines() if re.match(r"[a-z0-9]", line)]
    else:
        needed = [text for text in requires("mieruka") or [] if "extra ==" not in text]
    fits = 0
    for requirement in map(Requirement, needed):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            there = version(requirement.name)
        except PackageNotFoundError:
            yield wrong("packages", "doctor_package_missing", name=requirement.name, expected=str(requirement.specifier))
            continue
        if requirement.specifier.contains(there, prereleases=True):
            fits += 1
        else:
            yield doubt("packages", "doctor_package_other", name=requirement.name, found=there, expected=str(requirement.specifier))
    yield ok("packages", "doctor_packages_there", count=fits)


def open_files(chosen: Settings) -> Iterator[Finding]:
    """Check how many files a server may open, which raises its own limit as far as the system lets it."""
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return
    most, least = resource.getrlimit(resource.RLIMIT_NOFILE)[1], chosen.pages_at_once + BESIDE_PAGES
    if most != resource.RLIM_INFINITY and most < least:
        yield doubt("files_open", "doctor_files_few", most=most, least=least)
    else:
        yield ok("files_open", "doctor_files_enough", most=most)
