"""
The pseudonym of the connection that a request came by, with which the shop limits how much one client orders.

It is an HMAC of the network address by a key of the business day: it tells nobody without the shop's secret key who it
was, and a client has another one every day.
"""

from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.utils.crypto import salted_hmac

from pizzeria.foundation import clock

LENGTH = 32
IPV6_PREFIX = 64  # one subscriber's network: the rest of the address is theirs to choose


def client_of(address: str, *, at: datetime) -> str:
    """
    Return the client for a network address; blank if there is none.

    :param address: IPv4 or IPv6; IPv6 addresses of one /64 network are one client
    """
    try:
        subscriber = _subscriber(ip_address(address))
    except ValueError:
        return ""
    key = f"pizzeria.client.{clock.business_date(at).isoformat()}"
    return salted_hmac(key, subscriber, algorithm="sha256").hexdigest()[:LENGTH]


def _subscriber(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, IPV6_PREFIX), strict=False))
