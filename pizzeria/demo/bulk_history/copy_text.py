"""Values and times as the text format of COPY has them, and identifiers made of random numbers."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

NULL = r"\N"
SECONDS_A_DAY = 86_400
_RAND_B = (1 << 62) - 1
_TIMES = [f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z" for second in range(SECONDS_A_DAY)]


@cache
def _date_text(day: int) -> str:
    return f"{datetime.fromtimestamp(day * SECONDS_A_DAY, UTC):%Y-%m-%d}"


def moment_text(at: int) -> str:
    """Return a moment, in seconds since the epoch, as both COPY and the JSON of events have it."""
    day, second = divmod(at, SECONDS_A_DAY)
    return _date_text(day) + _TIMES[second]


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def text(value: str) -> str:
    """Return a text, escaped for COPY."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def json_text(value: Any) -> str:
    """Return JSON, escaped for COPY: a value, as pydantic dumps it in JSON mode."""
    return text(json.dumps(value, ensure_ascii=False))


def value_text(value: Any) -> str:
    """Return the value of a column as COPY has it."""
    match value:
        case None:
            return NULL
        case bool():
            return "t" if value else "f"
        case int() | Decimal():
            return str(value)
        case str():
            return text(value)
        case list() | dict():
            return json_text(value)
    raise TypeError(f"no text for {type(value).__name__}")


def ref_at(at: int, rng: Random) -> str:
    """Return a UUID of version 7 (see `foundation.ids`) of a moment, with random bits of a seeded generator."""
    drawn = rng.getrandbits(74)
    bits = f"{at * 1000 << 80 | 0x7 << 76 | drawn >> 62 << 64 | 0b10 << 62 | drawn & _RAND_B:032x}"
    return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"


def guest_token(rng: Random) -> str:
    """Return a guest's token, as `new_guest_token` does; of a seeded generator, so for a demo only."""
    return urlsafe_b64encode(rng.randbytes(32)).decode().rstrip("=")
