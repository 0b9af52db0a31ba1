"""Refs: the public identifiers of aggregates. They identify and grant nothing."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """
    Return a new UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits.

    Implemented here because Python has it only from 3.14, and PostgreSQL only from 18.
    """
    milliseconds = time.time_ns() // 1_000_000
    rand_a, rand_b = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
