"""
The ledger of requests that must happen once.

The key is the first write of the command's own transaction. A second sender waits on the unique index until the first
has ended: did it commit, the second is answered from what the first made; was it refused, the second has its own try.
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
    """A key came back with another request than the one it made something for. `ref` is what that one made."""

    code = "idempotency_key_reused"
    status = 422

    def __init__(self, sentence: str, *, ref: UUID) -> None:
        super().__init__(sentence)
        self.ref = ref


class AlreadyClaimed(Exception):
    """The key made something already. The command decorator answers; nobody else sees this."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """
    What makes a request the same request.

    :param principal: who sends it, as far as the shop can tell
    :param key: chosen by the sender for this one request
    :param fingerprint: SHA-256 of what is asked, in hex
    """

    principal: str
    key: UUID
    fingerprint: str

    @classmethod
    def of(cls, *, principal: str, key: UUID, asked: Mapping[str, object]) -> Self:
        """Take the fingerprint of what is asked: any mapping that JSON can hold."""
        canonical = json.dumps(asked, sort_keys=True, cls=DjangoJSONEncoder)
        return cls(principal, key, hashlib.sha256(canonical.encode()).hexdigest())


def claim(idempotency: IdempotentRequest, *, result_ref: UUID) -> None:
    """
    Write the key, as the first write of the transaction that makes `result_ref`.

    :raises AlreadyClaimed: after the transaction that holds the key has committed; ours is spoilt then
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


def purge(*, before: datetime) -> int:
    """Delete the keys made before a moment; tell how many. They are promised for 24 hours."""
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]


def result_ref_of(idempotency: IdempotentRequest) -> UUID:
    """
    Tell what the first request with this key made.

    :raises KeyReused: it asked for something else
    """
    first = IdempotencyKey.objects.get(principal=idempotency.principal, key=idempotency.key)
    if first.fingerprint != idempotency.fingerprint:
        sentence = _("This form was sent before with other contents. Please open it afresh and try again.")
        raise KeyReused(sentence, ref=first.result_ref)
    return first.result_ref
