"""
Idempotency keys, for requests that must take effect once.

The key is the first write of the command's own transaction. A second request with the same key waits on the unique
index until the first transaction has ended: if it committed, the second gets the result of the first; if it was
refused, the second is carried out itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django.utils.translation import gettext as _

from pizzeria.foundation.idempotency.models import UNIQUE_KEY, IdempotencyKey
from pizzeria.foundation.refusals import Refusal


class KeyReused(Refusal):
    """A key was used again with a different request. `ref` is what the first request created."""

    code = "idempotency_key_reused"
    status = 422

    def __init__(self, message: str, *, ref: UUID) -> None:
        super().__init__(message)
        self.ref = ref


class AlreadyClaimed(Exception):
    """A request with this key has already been carried out. Only the command decorator catches this."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """
    The identity of a request that must take effect once.

    :param principal: the sender, as far as the shop can identify the sender
    :param key: chosen by the sender for this one request
    :param fingerprint: SHA-256 of what is requested, in hex
    """

    principal: str
    key: UUID
    fingerprint: str

    @classmethod
    def of(cls, *, principal: str, key: UUID, data: Mapping[str, object]) -> Self:
        """Return the request with the fingerprint of `data`: any mapping that can be serialized as JSON."""
        canonical = json.dumps(data, sort_keys=True, cls=DjangoJSONEncoder)
        return cls(principal, key, hashlib.sha256(canonical.encode()).hexdigest())


def claim(idempotency: IdempotentRequest, *, result_ref: UUID) -> None:
    """
    Insert the key, as the first write of the transaction that creates `result_ref`.

    :raises AlreadyClaimed: the transaction that holds the key has committed; the current one must be rolled back
    """
    try:
        IdempotencyKey.objects.create(
            principal=idempotency.principal,
            key=idempotency.key,
            fingerprint=idempotency.fingerprint,
            result_ref=result_ref,
        )
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is not None and diagnosis.constraint_name == UNIQUE_KEY:
            raise AlreadyClaimed from error
        raise


def is_claimed(*, principal: str, key: UUID) -> bool:
    """Return whether a request with this key has been carried out."""
    return IdempotencyKey.objects.filter(principal=principal, key=key).exists()


def purge(*, before: datetime) -> int:
    """Delete the keys created before a moment and return their number. Keys are guaranteed for 24 hours."""
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]


def result_ref_of(idempotency: IdempotentRequest) -> UUID:
    """
    Return the ref of what the first request with this key created.

    :raises KeyReused: the first request asked for something else
    """
    first = IdempotencyKey.objects.get(principal=idempotency.principal, key=idempotency.key)
    if first.fingerprint != idempotency.fingerprint:
        message = _("This form was sent before with other contents. Please open it afresh and try again.")
        raise KeyReused(message, ref=first.result_ref)
    return first.result_ref
