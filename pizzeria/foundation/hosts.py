"""Hosts by who can reach them: this machine alone, a private network, or everybody."""

from ipaddress import IPv4Network, IPv6Network, ip_address

PRIVATE_NETWORKS = (
    IPv4Network("10.0.0.0/8"),  # RFC 1918
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),  # RFC 4193
)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: an address of the loopback network, or `localhost` (RFC 6761)."""
    name = _normalized(host)
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return f".{name}".endswith(".localhost")


def is_private(host: str) -> bool:
    """
    Return whether a host is this machine or in a private network, by its address or its name (`.local`, RFC 6762).

    :param host: as in a URL or in `ALLOWED_HOSTS`, where a dot in front stands for every host below the name
    """
    name = _normalized(host)
    try:
        address = ip_address(name)
    except ValueError:
        return is_loopback(name) or f".{name}".endswith(".local")
    return address.is_loopback or any(address in network for network in PRIVATE_NETWORKS)


def _normalized(host: str) -> str:
    return host.lower().removesuffix(".").removeprefix("[").removesuffix("]")
