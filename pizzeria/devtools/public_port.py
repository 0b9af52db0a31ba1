"""The port of the address that people type: which one is requested, and whether it is free."""

import os
import socket

DEFAULT = 8000
PORTS = range(1, 65536)


class PortUnavailable(Exception):
    """The port cannot be used; the message says why and which one can."""


def requested_port(default: int = DEFAULT) -> int:
    """
    Return the port to serve at: ``PORT`` in the environment, or ``default``.

    :raises PortUnavailable: the value is not a port number
    """
    value = os.environ.get("PORT") or str(default)
    if not (value.isascii() and value.isdigit() and int(value) in PORTS):
        raise PortUnavailable(f"PORT={value} is not a port number. Try PORT={default}.")
    return int(value)


def refuse_taken(port: int) -> None:
    """
    Refuse a port that is in use.

    :raises PortUnavailable: the port is in use, or this user may not bind it
    """
    if not is_free(port):
        proposal = next((other for other in PORTS[port:] if is_free(other)), DEFAULT)
        raise PortUnavailable(f"Port {port} is in use, or not ours to use. Try `make demo PORT={proposal}`.")


def is_free(number: int) -> bool:
    """Return whether the port is free on both addresses that "localhost" may resolve to."""
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    try:
        with socket.create_connection(("::1", number), timeout=1):
            return False  # a browser would connect to this server first
    except OSError:
        return True
