"""
The `Idempotency-Key` header: a POST that is sent again with the same key takes effect once.

Keys belong to the principal, and are kept 24 hours. The same key with another request is invalid (422).
"""

import hashlib
import json
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Header

from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.idempotency.keys import IdempotentRequest, is_claimed

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]*$",
        description="Any text of 1 to 255 visible characters, a new one for each new request",
    ),
]


def idempotent_request(request: HttpRequest, key: str | None) -> IdempotentRequest | None:
    """
    Return the identity of a request; None if it has no key.

    :param key: as sent
    """
    if key is None:
        return None
    return IdempotentRequest.of(
        principal=_principal(request),
        key=_key(key),
        data={
            "method": request.method,
            "path": request.path,
            "query": request.META["QUERY_STRING"],
            "body": _parsed(request.body),
        },
    )


def is_repeated(request: HttpRequest) -> bool:
    """Return whether a request with this one's key has taken effect already. One query if it has a key."""
    key = request.headers.get("Idempotency-Key")
    return key is not None and is_claimed(principal=_principal(request), key=_key(key))


def _principal(request: HttpRequest) -> str:
    return f"api:{actor_of(request)}"


def _key(sent: str) -> UUID:
    return UUID(bytes=hashlib.sha256(sent.encode()).digest()[:16])


def _parsed(body: bytes) -> object:
    """Return a body as it was parsed; as its hash if the endpoint takes none, and it is anything."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return hashlib.sha256(body).hexdigest()
