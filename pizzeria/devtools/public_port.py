"""The one port that people type."""

import os
import socket

DEFAULT = 8000
PORTS = range(1, 65536)


class PortUnavailable(Exception):
    """The port cannot be used; the message says why and which one can."""


def requested_port(default: int = DEFAULT) -> int:
    """
    The port to serve at: ``PORT`` in the environment, or ``default``.

    :raises BadPort: it is no port
    """
    asked = os.environ.get("PORT") or str(default)
    if not (asked.isascii() and asked.isdigit() and int(asked) in PORTS):
        raise PortUnavailable(f"PORT={asked} is no port. Try PORT={default}.")
    return int(asked)


def refuse_taken(port: int) -> None:
    """
    Refuse a port that is taken.

    :raises BadPort: it is
    """
    if not is_free(port):
        proposal = next((other for other in PORTS[port:] if is_free(other)), DEFAULT)
        raise PortUnavailable(f"Port {port} is in use, or not ours to use. Try `make demo PORT={proposal}`.")


def is_free(number: int) -> bool:
    """Whether both addresses that "localhost" may mean are free there."""
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server will
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    try:
        with socket.create_connection(("::1", number), timeout=1):
            return False  # a browser would reach this one first
    except OSError:
        return True
