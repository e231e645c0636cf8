"""One settings object, validated at start, refusing unsafe defaults outside local use."""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from stat import S_ISDIR
from typing import Annotated, Any, Literal
from unicodedata import category
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kpis.errors import SettingsRefused
from kpis.faults import in_form, placed
from kpis.languages import SHELVES, SHIPPED
from kpis.secrecy import bits, is_example

ROOT = Path(__file__).resolve().parent.parent  # of the program: the repository, or the folder of the installed package
PROJECT = ROOT / "pyproject.toml"  # not in an installed package
# Data of an instance is inside the repository; an installed program writes to its working directory, never beside itself.
HOME = ROOT if PROJECT.is_file() else Path.cwd()
LOCAL = HOME / "data" / "local"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
RATE = in_form("form_rate", r"^[1-9][0-9]{0,6} per ([1-9][0-9]{0,3} )?(second|minute|hour|day)$")
MAIL_FROM = in_form(
    "form_sender", r"^(([^<>@\r\n]* )?<?[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,250}>?)?$"
)  # an address, or a name and <an address>
_DAY, _CLOCK = "(mon|tue|wed|thu|fri|sat|sun)", "([01][0-9]|2[0-3]):[0-5][0-9]"
HOURS = in_form("form_hours", rf"^({_DAY}(-{_DAY})? )?{_CLOCK}-{_CLOCK}$")
HOST = in_form(
    "form_host", r"^[A-Za-z0-9][A-Za-z0-9.-]*$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$"
)  # address to listen on: a name or an address, never blank
DATABASE = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
COOKIE_SECRET_LENGTH, COOKIE_SECRET_BITS, CLIENT_SECRET_BITS = 32, 72, 36


class Settings(BaseSettings):
    """All settings of an instance, from the environment or a ``.env`` file in ``HOME``; empty values count as not set.

    A setting is called as its field, in capitals.
    """

    model_config = SettingsConfigDict(
        env_file=HOME / ".env", env_ignore_empty=True, alias_generator=str.upper, extra="ignore", frozen=True
    )

    mode: Literal["local", "office", "public"] = Field("local", validation_alias="MIERUKA_MODE")
    database_url: str = f"sqlite:///{LOCAL / 'mieruka.db'}"
    # Seconds that a writer waits for another; a large load on a slow disk may need more.
    database_wait_seconds: int = Field(30, ge=1, le=600)
    catalogue_dir: Path = ROOT / "data" / "catalogue"
    official_dir: Path = ROOT / "data" / "official"
    layouts_dir: Path = ROOT / "data" / "layouts"
    text_dir: Path = SHIPPED
    address: str = Field("127.0.0.1", pattern=HOST)
    port: int = Field(8501, ge=1, le=65535)
    # Uploads from the web, and files loaded by the operator with `manage.py load`: a national census is larger.
    max_upload_bytes: int = Field(20_000_000, gt=0)
    # Files waiting for inspection: of one open page, of one person, and in total.
    uploads_per_session: int = Field(4, gt=0)
    uploads_per_person: int = Field(10, gt=0)
    uploads_bytes: int = Field(400_000_000, gt=0)
    # Rate limits per address, as "20 per minute": failed sign-ins, uploads, searches and other requests of the open API, pages opened.
    rate_sign_in: str = Field("20 per minute", pattern=RATE)
    rate_upload: str = Field("30 per minute", pattern=RATE)
    rate_search: str = Field("120 per minute", pattern=RATE)
    rate_api: str = Field("600 per minute", pattern=RATE)
    rate_page: str = Field("600 per minute", pattern=RATE)
    rate_word: str = Field("300 per minute", pattern=RATE)  # per open page: choices, searches
    rate_voice: str = Field("10 per hour", pattern=RATE)  # per address, which is not stored
    pages_at_once: int = Field(2000, gt=0)
    pages_per_address: int = Field(500, gt=0)
    max_load_bytes: int = Field(200_000_000, gt=0)
    editions_dir: Path = LOCAL / "editions"
    # The private key that signs editions, made at first publication; and a public key to which editions must lead, as text or file.
    signing_key_file: Path = LOCAL / "signing.key"
    editions_key: str = ""
    public_url: str = Field("http://127.0.0.1:8501", pattern=in_form("form_address", r"^https?://[^\s/]+(/[^\s]*)?$"))
    # The public address of editions, if different: used in citations, feeds and the sitemap of an edition.
    editions_url: str = Field("", pattern=in_form("form_address", r"^(https?://[^\s/]+(/[^\s]*)?)?$"))
    # The path of the pages on that host, as seen by browsers (``/app``); blank is its root. Editions keep theirs.
    base_path: str = Field("", pattern=in_form("form_path", r"^((/[a-z0-9][a-z0-9_-]*)+)?$"))
    licence_name: str = Field("CC BY 4.0", min_length=1)
    licence_url: str = Field("https://creativecommons.org/licenses/by/4.0/", pattern=in_form("form_address", r"^https?://"))

    oidc_metadata_url: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    cookie_secret: SecretStr = SecretStr("")
    session_hours: int = Field(12, ge=1, le=720)
    # Addresses or networks of trusted reverse proxies (X-Forwarded-For); the header is ignored from any other.
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    # The umask of files made by this instance, in octal digits: 077 gives access to its own user only, with all permissions.
    umask: str = Field("077", pattern=in_form("form_umask", r"^0?0[0-7]{2}$"))

    # Monitoring (docs/operations.md): the log, the threshold of slow, and metrics at an address of their own (none without a port).
    log_format: Literal["", "json", "text"] = ""
    log_level: Literal["", "debug", "info", "warning", "error"] = ""
    log_addresses: bool = False
    slow_seconds: float = Field(2.0, gt=0, allow_inf_nan=False)
    metrics_port: int | None = Field(None, ge=1, le=65535)
    metrics_address: str = Field("127.0.0.1", pattern=HOST)
    # The folder of backups, each a folder, and the maximum age of the newest in hours.
    backup_dir: Path | None = None
    backup_hours: int = Field(30, ge=1)

    # The database of readers' voices (docs/voices.md), shared by public instance and office; no voices without it.
    voices_url: str = Field("", pattern=in_form("form_voices", r"^((sqlite|postgresql)://[^\s]*)?$"))
    # The path to which the form of a static edition posts, on the edition's own host (``/api/v1/voices``); no form without it.
    voices_address: str = Field("", pattern=in_form("form_place", r"^((/[A-Za-z0-9._-]+)+)?$"))

    # Fonts besides those of the system; the PDF of a meeting needs one with Japanese characters.
    fonts_dir: Path | None = None
    # Notices (docs/notices.md): the mail server of the office, the sender, and the office hours.
    smtp_host: str = Field("", pattern=in_form("form_mail_server", r"^[^\s/@]*$"))
    smtp_port: int | None = Field(None, ge=1, le=65535)  # default: the usual port for its security
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = Field("", pattern=MAIL_FROM)
    notice_hours: str = Field("mon-fri 09:00-18:00", pattern=HOURS)
    notices_by_server: bool = False  # default: by `notify`, from a timer

    def keep_files_own(self) -> None:
        """Set the umask of this process: files and folders for its own user alone, or as ``UMASK`` says."""
        os.umask(int(self.umask, 8))

    @property
    def file_mode(self) -> int:
        """Return the permissions of files made by this instance, as ``0o600``."""
        return 0o666 & ~int(self.umask, 8)

    @property
    def folder_mode(self) -> int:
        """Return the permissions of folders made by this instance, as ``0o700``."""
        return 0o777 & ~int(self.umask, 8)

    @property
    def public_address(self) -> str:
        """Return the public URL, without a trailing slash; blank where only this machine can reach it."""
        address = self.editions_url or self.public_url
        host = urlsplit(address).hostname or ""
        return "" if host in {*LOOPBACK, "0.0.0.0"} or host.startswith("127.") else address.rstrip("/")  # noqa: S104  # compared

    @property
    def sign_in(self) -> dict[str, Any]:
        """Return the ``[auth]`` section for Streamlit's sign-in; empty outside office mode."""
        if self.mode != "office":
            return {}
        parts = urlsplit(self.public_url)
        pages = f"{parts.scheme}://{parts.netloc}{self.base_path}" if self.base_path else self.public_url.rstrip("/")
        return {
            "redirect_uri": f"{pages}/oauth2callback",
            "cookie_secret": self.cookie_secret.get_secret_value(),
            "client_id": self.oidc_client_id,
            "client_secret": self.oidc_client_secret.get_secret_value(),
            "server_metadata_url": self.oidc_metadata_url,
        }

    def _refuse_unsafe_office(self) -> None:
        """Refuse an office instance whose sign-in could be forged, intercepted, or redirected."""
        given = {
            "OIDC_METADATA_URL": self.oidc_metadata_url, "OIDC_CLIENT_ID": self.oidc_client_id,
            "OIDC_CLIENT_SECRET": self.oidc_client_secret.get_secret_value(), "COOKIE_SECRET": self.cookie_secret.get_secret_value(),
        }  # fmt: skip
        if missing := [name for name, value in given.items() if not value.strip()]:
            raise SettingsRefused("office_needs_settings", names=", ".join(missing))
        cookie, client = given["COOKIE_SECRET"], given["OIDC_CLIENT_SECRET"]
        if len(cookie) < COOKIE_SECRET_LENGTH or is_example(cookie) or bits(cookie) < COOKIE_SECRET_BITS:
            raise SettingsRefused("cookie_secret_weak", length=COOKIE_SECRET_LENGTH)
        if is_example(client) or bits(client) < CLIENT_SECRET_BITS:
            raise SettingsRefused("client_secret_weak")
        for name, database in (("DATABASE_URL", self.database_url), ("VOICES_URL", self.voices_url)):
            if _is_guessed(database):
                raise SettingsRefused("database_password_weak", name=name)
        for name, address in (("PUBLIC_URL", self.public_url), ("OIDC_METADATA_URL", self.oidc_metadata_url)):
            parts = urlsplit(address)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise SettingsRefused("https_expected", name=name, address=address)

    def _refuse_missing(self) -> None:
        """Refuse missing folders, and files in place of folders or the reverse, which would otherwise read as empty."""
        own = () if self.mode == "public" else (("OFFICIAL_DIR", self.official_dir), ("LAYOUTS_DIR", self.layouts_dir))
        for name, folder in (*own, ("TEXT_DIR", self.text_dir), ("FONTS_DIR", self.fonts_dir)):
            if folder is not None and _is_folder(folder) is not True:
                raise SettingsRefused("folder_missing", name=name, folder=folder)
        for name, folder in (("EDITIONS_DIR", self.editions_dir), ("BACKUP_DIR", self.backup_dir)):
            if folder is not None and _is_folder(folder) is False:
                raise SettingsRefused("folder_expected", name=name, folder=folder)
        if _is_folder(self.signing_key_file):
            raise SettingsRefused("file_expected", name="SIGNING_KEY_FILE", folder=self.signing_key_file)

    def _refuse_mail(self) -> None:
        """Refuse mail without a sender, with a password sent unencrypted, or with no hour to send."""
        if self.smtp_host and not self.mail_from:
            raise SettingsRefused("mail_without_sender")
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            raise SettingsRefused("smtp_user_with_password")
        if self.smtp_user and self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            raise SettingsRefused("smtp_password_in_sight")
        begins, _, ends = self.notice_hours.rpartition(" ")[2].partition("-")
        if begins >= ends:
            raise SettingsRefused("notice_hours_empty", hours=self.notice_hours)

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Strip blanks around values and drop empty ones; refuse values that no setting can hold."""
        given_values = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        for name, value in given_values.items():
            if isinstance(value, str) and any(category(letter).startswith("C") for letter in value):
                raise SettingsRefused("setting_not_text", name=name)
        return {name: value for name, value in given_values.items() if value != ""}

    @field_validator("database_url", "voices_url")
    @classmethod
    def _database(cls, url: str) -> str:
        """Refuse an address that is not that of a persistent database; a file without a root stands in ``HOME``, as any other path."""
        if not url:
            return url
        scheme, root, file = keeping(url).partition(":///")
        return f"{scheme}{root}{HOME / file}" if root and scheme.startswith("sqlite") else url

    @field_validator(
        "catalogue_dir", "official_dir", "layouts_dir", "text_dir", "editions_dir", "signing_key_file", "backup_dir", "fonts_dir"
    )
    @classmethod
    def _place(cls, path: Path | None) -> Path | None:
        """Take a path without a root from ``HOME``: a timer and a server begun elsewhere mean the same by it."""
        return HOME / path if path is not None else None

    @field_validator("editions_key")
    @classmethod
    def _key(cls, key: str) -> str:
        with suppress(OSError):  # of a text that is too long for a name
            if key and (HOME / key).is_file():
                return str(HOME / key)
        return key

    @field_validator("public_url", "editions_url", "oidc_metadata_url", "licence_url")
    @classmethod
    def _address(cls, address: str) -> str:
        """Refuse an address that cannot be opened, and one that would reveal a password to its readers."""
        if address and (not _is_address(address) or "@" in urlsplit(address).netloc):
            raise SettingsRefused("address_unreadable")
        return address

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        listed = tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given
        for host in listed if isinstance(listed, tuple) else ():
            try:
                ip_network(host)
            except ValueError as error:
                raise SettingsRefused("proxy_unreadable", address=host) from error
        return listed

    @model_validator(mode="after")
    def refuse_unsafe(self) -> Settings:
        """Refuse a local instance that would listen beyond this machine, and an office one with an unsafe sign-in."""
        if self.signing_key_file.resolve().is_relative_to(self.editions_dir.resolve()):
            raise SettingsRefused("signing_key_among_editions", path=self.signing_key_file)
        if self.mode == "local" and self.address not in LOOPBACK:
            raise SettingsRefused("local_beyond_machine", address=self.address)
        if self.mode == "office":
            self._refuse_unsafe_office()
        self._refuse_mail()
        self._refuse_missing()
        if self.mode == "public":
            if not self.editions_dir.is_dir():
                raise SettingsRefused("editions_dir_missing", folder=self.editions_dir)
            return self  # a public process reads editions only, without catalogue or database
        if not self.catalogue_dir.is_dir():
            raise SettingsRefused("catalogue_dir_missing", folder=self.catalogue_dir)
        return self


def _is_folder(path: Path) -> bool | None:
    """Return whether a path is a folder; ``None`` where it does not exist or this user may not look at it (as a public process the key)."""
    try:
        return S_ISDIR(path.stat().st_mode)
    except OSError:
        return None


def _is_guessed(database: str) -> bool:
    """Return whether the password in the address of a database on another machine is an example, or short in entropy."""
    parts = urlsplit(database)
    password = unquote(parts.password or "")
    if not password or parts.hostname in LOOPBACK:
        return False
    return is_example(password) or password.casefold() in (parts.username, "postgres") or bits(password) < CLIENT_SECRET_BITS


def keeping(url: str) -> str:
    """Return the address of a persistent database.

    Raises:
        SettingsRefused: the address is not one.
    """
    if not _is_address(url) or (parts := urlsplit(url)).scheme not in DATABASE:
        raise SettingsRefused("database_address")
    if parts.scheme.startswith("sqlite") and parts.path.removeprefix("/") in ("", ":memory:"):
        raise SettingsRefused("database_without_file")
    if parts.scheme.startswith("sqlite") and parts.query:  # the driver would pass it over: mode=ro would write
        raise SettingsRefused("database_with_query", query=parts.query)
    if any("password" in name.casefold() for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise SettingsRefused("database_password_in_query")  # it would be shown wherever the address is
    return url


def _is_address(address: str) -> bool:
    """Return whether an address can be parsed, including host and port."""
    try:
        return urlsplit(address).port is None or bool(urlsplit(address).port)
    except ValueError:
        return False


@lru_cache(maxsize=1)
def software_version() -> str:
    """Return the version of the program, as ``2026.11.0``: from ``pyproject.toml``, or from an installed package's metadata."""
    if not PROJECT.is_file():
        return version("mieruka")
    declared: str = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return declared


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsRefused: a value is missing, unsafe or contradictory; the message names it.
    """
    try:
        return Settings()
    except UnicodeDecodeError as error:
        raise SettingsRefused("env_unreadable", path=HOME / ".env") from error
    except ValidationError as error:
        faults = tuple(map(placed, error.errors()))
        raise SettingsRefused("settings_to_correct", faults=faults) from error


SHELVES.text = lambda: settings().text_dir
