"""Idempotency keys: the same request gets the same answer for 24 hours."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pizzeria.devtools.stripe_server.errors import ApiError
from pizzeria.devtools.stripe_server.store import Store, StripeObject

LIFETIME = 24 * 60 * 60  # seconds
MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """
    The answer that the first request with a key got.

    :param request_id: the id of that request
    """

    request_id: str
    status: int
    body: StripeObject


@dataclass(frozen=True, slots=True)
class Reservation:
    """A key in use by a request, empty if it has none; `answer` is the one to give again, if there is one."""

    key: str
    fingerprint: str
    answer: KeptAnswer | None


@dataclass(frozen=True, slots=True)
class IdempotencyKeys:
    store: Store
    _in_use: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def reserved(self, key: str, *request: Any, at: int) -> Iterator[Reservation]:
        """
        Reserve the key of a request until the block ends.

        :param request: its method, path and parameters
        :raises ApiError: the key is in use, or belongs to a request with other parameters
        """
        if len(key) > MAX_LENGTH:
            raise ApiError(f"Idempotency keys have at most {MAX_LENGTH} characters.", type="idempotency_error")
        fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        if not key:
            yield Reservation("", fingerprint, None)
            return
        with self._lock:
            if key in self._in_use:
                raise ApiError(
                    "There is currently another in-progress request using this idempotency key.",
                    status=HTTPStatus.CONFLICT,
                    type="idempotency_error",
                    code="idempotency_key_in_use",
                )
            self._in_use.add(key)
        try:
            yield Reservation(key, fingerprint, self._find(key, fingerprint, at=at))
        finally:
            with self._lock:
                self._in_use.remove(key)

    def keep(self, reservation: Reservation, answer: KeptAnswer, *, at: int) -> None:
        """Keep an answer for the next request with its key, in the transaction that is open."""
        if reservation.key:
            self.store.execute(
                "INSERT OR REPLACE INTO answers (key, fingerprint, at, request, status, body)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                reservation.key,
                reservation.fingerprint,
                at,
                answer.request_id,
                answer.status,
                json.dumps(answer.body),
            )

    def _find(self, key: str, fingerprint: str, *, at: int) -> KeptAnswer | None:
        with self.store.transaction():
            rows = self.store.execute(
                "SELECT fingerprint, request, status, body FROM answers WHERE key = ? AND at > ?", key, at - LIFETIME
            )
        if not rows:
            return None
        [(kept_fingerprint, request_id, status, body)] = rows
        if kept_fingerprint != fingerprint:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same endpoint and parameters they were first"
                f" used with. Try using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        return KeptAnswer(request_id, status, json.loads(body))
