"""The allow-list of hosts and origins: under which names an instance answers, and which origins may send requests; checked first.

A foreign page whose name resolves to this machine (DNS rebinding) sends that name as Host; one that opens a websocket or
writes sends its own Origin. Loopback names are accepted only from this machine: always in local mode; in the other
modes beside the host of ``PUBLIC_URL``, for health checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from api.layer import Layer, turn_away
from api.policy import is_published
from kpis.message import Message
from kpis.settings import Settings, settings

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\.?)(?::(?P<port>[0-9]{1,5}))?"
)
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@\\\s]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A host as compared: lower-case name without trailing dot, and port where given."""

    name: str
    port: int | None

    @property
    def is_this_machine(self) -> bool:
        """Return whether the host is this machine: localhost or a loopback address."""
        if self.name == "localhost":
            return True
        try:
            return ip_address(self.name).is_loopback
        except ValueError:
            return False

    def is_at(self, scheme: str, port: int | None) -> bool:
        """Return whether the port is the same, with the scheme's default if omitted."""
        return (self.port or _PORTS[scheme]) == (port or _PORTS[scheme])


def place(host: str) -> Place | None:
    """Parse a host with optional port; ``None`` for anything else (spaces, users, paths, zones)."""
    parts = _HOST.fullmatch(host)
    if parts is None or int(parts["port"] or 1) not in range(1, 65536):
        return None
    name = parts["name"].lower().removesuffix(".")
    if name.startswith("["):
        try:
            name = ip_address(name[1:-1]).compressed
        except ValueError:
            return None
    return Place(name, int(parts["port"]) if parts["port"] else None)


def refused(scope: Scope, chosen: Settings) -> tuple[int, Message] | None:
    """Return HTTP status and reason if a request must be refused; else ``None``.

    Args:
        chosen: mode and ``PUBLIC_URL``.
    """
    if not scope["path"].startswith("/"):
        return 400, Message("address_malformed")
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    host = place(hosts[0]) if len(hosts) == 1 else None
    if host is None:
        return 400, Message("host_malformed")
    public = urlsplit(chosen.public_url)
    own = place(public.hostname if ":" not in (public.hostname or "") else f"[{public.hostname}]") if public.hostname else None
    is_public = (
        chosen.mode != "local" and own is not None and host.name == own.name
        and (host.port is None or host.is_at(public.scheme, public.port))
    )  # fmt: skip
    if not is_public and not (host.is_this_machine and _is_from_here(scope)):
        return 421, Message("host_not_served", host=host.name)
    if not _is_origin_allowed(scope, chosen, host):
        return 403, Message("origin_not_allowed")
    return None


def _is_from_here(scope: Scope) -> bool:
    """Return whether a request comes from this machine; behind a trusted proxy, by the address that the proxy states."""
    try:
        return ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return scope.get("client") is None  # over a Unix socket


def _is_origin_allowed(scope: Scope, chosen: Settings, host: Place) -> bool:
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    if not origins or (is_published(scope, chosen) and scope["type"] == "http" and scope["method"] in ("GET", "HEAD", "OPTIONS")):
        return True
    parts = _ORIGIN.fullmatch(origins[0].lower()) if len(origins) == 1 else None
    origin = place(parts["host"]) if parts else None
    if parts is None or origin is None:
        return False  # null, or a non-web origin
    if host.is_this_machine:
        return origin.name == host.name and origin.is_at(parts["scheme"], host.port)
    public = urlsplit(chosen.public_url)
    return parts["scheme"] == public.scheme and origin.name == host.name and origin.is_at(public.scheme, public.port)


class Hosts(Layer):
    """Refuse requests not meant for this instance, or sent by a page of a foreign origin."""

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        wrong = refused(scope, settings())
        if wrong is not None:
            await turn_away(scope, receive, send, *wrong)
            return
        await self.app(_with_host_of_origin(scope) if scope["type"] == "websocket" else scope, receive, send)


def _with_host_of_origin(scope: Scope) -> Scope:
    """Set a websocket's Host to that of its page: if they differ in form, Streamlit would ask other machines for its own address."""
    origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
    if origin is None:
        return scope
    host = origin.partition(b"://")[2]
    return {**scope, "headers": [(name, host if name == b"host" else value) for name, value in scope["headers"]]}
