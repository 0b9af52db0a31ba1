"""
Destinations of requests: which URLs, and which addresses of their hosts, the shop calls.

Every address of a host has to be one of the public internet. `WEBHOOK_EXTRA_NETWORKS` names networks that are allowed
beside it; in these, plain http is allowed too.
"""

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from pizzeria.foundation.outbound_http import deadline
from pizzeria.foundation.outbound_http.deadline import Deadline, RequestFailed

type Address = IPv4Address | IPv6Address

PORTS = {"https": 443, "http": 80}
GLOBAL_UNICAST = IPv6Network("2000::/3")  # everything else is reserved, local or multicast, or embeds an IPv4 address
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
# Refused beside what Python knows as not global.
REFUSED: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocols of the IETF (RFC 6890), whole: Python excepts some of its addresses
    IPv4Network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526: withdrawn)
    IPv4Network("192.175.48.0/24"),  # AS112 (RFC 7535), answered by a server nearby, perhaps of the own network
    IPv4Network("168.63.129.16/32"),  # the host of a virtual machine in Azure
    IPv6Network("2001::/23"),  # protocols of the IETF (RFC 2928), whole: Teredo, ORCHID, AS112 and others
    IPv6Network("2620:4f:8000::/48"),  # AS112 (RFC 7535)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637), which older versions of Python do not know
)
ISATAP = 0x5EFE  # RFC 5214: an interface identifier of 0000:5efe or 0200:5efe, before an IPv4 address

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_AUTHORITY = re.compile(r"\[[^\[\]]*:[^\[\]]*\](:\d+)?|[^\[\]]*")  # brackets hold an IPv6 address, with a port after it
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")  # a last label like this makes a host an IPv4 address, in some notation


class DestinationRefused(RequestFailed):
    """The shop does not call this URL."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    A parsed URL.

    :param host: a name in lower case, or an address without brackets
    :param target: path and query, as they are requested
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Return the value of `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(url: str) -> None:
    """
    Check that the shop calls a URL: its form, and the addresses that its host has now.

    Not inside a transaction: it asks the resolver, for up to five seconds.

    :raises DestinationRefused: the shop does not call it
    :raises RequestFailed: its host has no address, or the resolver does not answer
    """
    resolve(parse_url(url), Deadline(deadline.TIME_LIMIT))


def parse_url(url: str) -> Endpoint:
    """
    Parse a URL.

    :raises DestinationRefused: it is not an http(s) URL of a host in its usual notation, or has a user or a fragment
    """
    if not url:
        raise DestinationRefused("The URL is missing.")
    if not _VISIBLE_ASCII.fullmatch(url) or "\\" in url:
        raise DestinationRefused("The URL has characters that must be encoded.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DestinationRefused("The URL cannot be read.") from None
    if parts.scheme not in PORTS:
        raise DestinationRefused("The URL must begin with https://.")
    if "@" in parts.netloc or "#" in url:
        raise DestinationRefused("The URL must have neither a user nor a fragment.")
    if port == 0:
        raise DestinationRefused("The URL has no valid port.")
    if not _AUTHORITY.fullmatch(parts.netloc):
        raise DestinationRefused("The URL has no valid host.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme, _parse_host(parts.hostname or ""), port or PORTS[parts.scheme], target)


def resolve(endpoint: Endpoint, deadline: Deadline) -> list[Address]:
    """
    Return the addresses of a host, all of which the shop may call.

    :raises DestinationRefused: it may not call one of them
    :raises RequestFailed: the host has none, or the resolver does not answer in time
    """
    addresses = _addresses_of(endpoint, deadline)
    if not addresses:
        raise RequestFailed("The host of the URL cannot be found.")
    extra = [address for address in addresses if _is_extra(address)]
    if not all(address in extra or is_public(address) for address in addresses):
        raise DestinationRefused("The host of the URL is not on the public internet.")
    if endpoint.scheme != "https" and extra != addresses:
        raise DestinationRefused("The URL must begin with https://.")
    return addresses


def is_public(address: Address) -> bool:
    """Return whether an address, or the IPv4 address that is embedded in it, is one of the public internet."""
    if any(address in network for network in REFUSED):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address.scope_id is not None:
        return False
    embedded = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)
    if embedded:
        return is_public(embedded)
    # 6to4 and ISATAP lead to the IPv4 address that they embed.
    is_tunnel = address.sixtofour is not None or int(address) >> 32 & 0xFDFFFFFF == ISATAP
    return address.is_global and address in GLOBAL_UNICAST and not is_tunnel


def _is_extra(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in settings.WEBHOOK_EXTRA_NETWORKS)


def _parse_host(host: str) -> str:
    """Return the host of a URL; an address only in its usual notation, as another one could be read differently."""
    with suppress(ValueError):
        address = ip_address(host)
        if "%" not in host:
            return str(address)
    if not _HOST_NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise DestinationRefused("The URL has no valid host.")
    return host


def _addresses_of(endpoint: Endpoint, deadline: Deadline) -> list[Address]:
    with suppress(ValueError):
        return [ip_address(endpoint.host)]
    answers: SimpleQueue[list[Any]] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=ask, name="resolver", daemon=True).start()  # the resolver takes no time limit
    try:
        found = answers.get(timeout=deadline.remaining())
    except Empty:
        raise RequestFailed("The host of the URL was not found in time.") from None
    return [ip_address(address[0]) for *_kind, address in found]
