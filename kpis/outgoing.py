"""HTTP requests to other machines: one time limit from the first to the last byte, and no internal address behind a foreign name.

The limits of an HTTP client hold for each piece it reads, so a server that sends a header line, or an informational response, every
few seconds is waited for without end.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import httpcore2
import httpx2

from kpis.networks import plain

# Errors of a client; the last one is of a name with an empty or too long part.
FAULTS = (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError)


# Clouds answer here about the machine that asks, with its keys; the usual one is link-local.
_METADATA = {ip_address("fd00:ec2::254"), ip_address("100.100.100.200"), ip_address("192.0.0.192"), ip_address("168.63.129.16")}


_SECRETS = re.compile(r"(?<=//)[^/?#]*@|[?#].*", re.DOTALL)


class NotReached(Exception):
    """A request that brought no usable answer, or an address that is none; the text gives the reason."""


@contextmanager
def client(seconds: float, *, step_seconds: float | None = None, is_own_name: bool = False) -> Iterator[httpx2.Client]:
    """Give a client whose requests all end within a time; redirects and proxies of the environment are not followed.

    Args:
        seconds: for everything together.
        step_seconds: for the next piece of an answer; as long as there is, if left out.
        is_own_name: a name may lead to this machine's address on the network, as its own public name does.

    Raises:
        NotReached: a request failed, or the time is over.
    """
    until = time.monotonic() + seconds
    transport = _Bounded(httpx2.create_ssl_context(trust_env=False), _Lines(until, is_own_name))
    try:
        with httpx2.Client(transport=transport, follow_redirects=False, timeout=step_seconds or seconds, trust_env=False) as made:
            yield made
    except FAULTS as error:
        is_late = isinstance(error, httpx2.TimeoutException) and time.monotonic() >= until
        raise NotReached(f"> {seconds:g} s" if is_late else f"{type(error).__name__} {error}"[:300]) from error


def address_of(base: str, target: str = "") -> httpx2.URL:
    """Return an address, or where a redirect from it leads, as the client itself understands it.

    Raises:
        NotReached: it is none.
    """
    try:
        return httpx2.URL(base).join(target)
    except (httpx2.InvalidURL, ValueError) as error:
        raise NotReached(f"{as_told(target or base)[:100]}: {error}"[:300]) from error


def as_told(address: str) -> str:
    """Return an address, of any form, without user, password, query and fragment: what a message tells, logs keep."""
    return _SECRETS.sub("", address)


def is_meant(host: str, address: str, *, own: str = "") -> bool:
    """Return whether a machine may be asked under a name: this machine and its neighbours on the line only by their own address.

    A name of somebody else that leads there (DNS rebinding) would read what only this machine may read, such as its cloud's metadata.

    Args:
        own: the address from which it is asked: this machine reaches each of its own addresses from the same one.
    """
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        reached = plain(ip_address(address))
        is_inside = (
            reached.is_loopback or reached.is_link_local or reached.is_unspecified or reached.is_multicast or reached in _METADATA
        )
        return host == "localhost" or not (is_inside or address == own)
    return True


class _Bounded(httpx2.HTTPTransport):
    """A transport whose connections know when the time is over."""

    def __init__(self, context: ssl.SSLContext, lines: _Lines) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.ConnectionPool(ssl_context=context, network_backend=lines)


class _Lines(httpcore2.SyncBackend):
    """Opens connections to addresses that are meant."""

    def __init__(self, until: float, is_own_name: bool) -> None:
        self.until, self.is_own_name = until, is_own_name

    def left(self, timeout: float | None) -> float:
        """Return the seconds left for a step."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return min(left, timeout or left)

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:  # fmt: skip
        stream = super().connect_tcp(host, port, self.left(timeout), local_address, socket_options)
        address, own = (stream.get_extra_info(name)[0] for name in ("server_addr", "client_addr"))
        if not is_meant(host, address, own="" if self.is_own_name else own):
            stream.close()
            raise httpcore2.ConnectError(f"{host}: {address}")
        return _Line(stream, self)


class _Line(httpcore2.NetworkStream):
    """A connection each of whose steps has no more time than there is."""

    def __init__(self, stream: httpcore2.NetworkStream, lines: _Lines) -> None:
        self._stream, self._lines = stream, lines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._lines.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._lines.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Line(self._stream.start_tls(ssl_context, server_hostname, self._lines.left(timeout)), self._lines)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
