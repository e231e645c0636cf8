"""Addresses of machines as they are compared: an IPv4 address may be written as one of IPv6 in several ways."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

_TRANSLATED, _COMPATIBLE = IPv6Network("64:ff9b::/96"), IPv6Network("::/96")  # RFC 6052, RFC 4291


def plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for (mapped, translated by NAT64, by 6to4, compatible), or the address itself."""
    if not isinstance(address, IPv6Address):
        return address
    if address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
