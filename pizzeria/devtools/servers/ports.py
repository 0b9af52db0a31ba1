"""
Free ports for the servers that this project starts, each returned to one process only.

A port that is free now may be in use a moment later: by an outgoing connection, if it is in the kernel's ephemeral
range, or by another process of this project that got the same port. So the ports come from outside that range, and each
is reserved by a lock on one byte of a file that all our processes share; the kernel releases the lock when the process
that holds it ends.
"""

import errno
import fcntl
import functools
import os
import random
import socket
from contextlib import suppress
from pathlib import Path

from pizzeria.devtools.servers.exceptions import ServerUnavailable

POSSIBLE = range(10_000, 65_536)
EPHEMERAL_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
DEFAULT_EPHEMERAL_RANGE = range(32_768, 65_536)  # covers the ranges of macOS and the BSDs
SHARED = Path("/tmp")  # noqa: S108 - not TMPDIR, which differs for each run of the tests
ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))  # what "localhost" may resolve to


def free_port() -> int:
    """
    Return an unused port, reserved for this process until it ends.

    :raises ServerUnavailable: no port is left
    """
    untried = _untried()
    while untried:
        port = untried.pop()
        if _reserve(port) and _is_unused(port):
            return port
    raise ServerUnavailable("Every port of this machine is in use, or reserved by a process of ours.")


@functools.cache
def _untried() -> list[int]:
    ephemeral = _ephemeral_range()
    ports = [port for port in POSSIBLE if port not in ephemeral] or list(POSSIBLE)
    random.SystemRandom().shuffle(ports)
    return ports


def _ephemeral_range() -> range:
    with suppress(FileNotFoundError):
        first, last = EPHEMERAL_RANGE_FILE.read_text().split()
        return range(int(first), int(last) + 1)
    return DEFAULT_EPHEMERAL_RANGE


@functools.cache
def _reservations() -> int:
    # One file for each user, so that no other user can hold its locks. Never closed: closing releases all our locks.
    file = SHARED / f"pizzeria-ports-{os.geteuid()}"
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _reserve(port: int) -> bool:
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):  # which of the two depends on the operating system
        return False
    return True


def _is_unused(port: int) -> bool:
    # Without SO_REUSEADDR, bind also fails for a remaining connection of a server that has just ended.
    for family, address in ADDRESSES:
        try:
            with socket.socket(family) as probe:
                probe.bind((address, port))
        except OSError as problem:
            if problem.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
    return True
