"""The proof that a guest's phone number is theirs: a code that is sent to it by SMS, and entered at the checkout."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.crypto import salted_hmac
from phonenumber_field.modelfields import PhoneNumberField

from orders.models.basket import Basket
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet

CODE_LENGTH = 6
MAX_WRONG_CODES = 5
CODE_MINUTES = 10  # from the request of a code until it is entered
PROOF_MINUTES = 30  # from then until the order is placed


class PhoneProofQuerySet(LockingQuerySet["PhoneProof"]):
    def open(self, at: datetime) -> "PhoneProofQuerySet":
        """Filter for the proofs whose code can be entered."""
        began_after = at - timedelta(minutes=CODE_MINUTES)
        return self.filter(requested_at__gt=began_after, proved_at=None, wrong_codes__lt=MAX_WRONG_CODES)

    def to_be_sent(self, at: datetime) -> "PhoneProofQuerySet":
        """Filter for the proofs whose code is to be sent by SMS now."""
        return self.open(at).filter(sent_at=None, due_at__lte=at)

    def sent_since(self, moment: datetime) -> "PhoneProofQuerySet":
        """Filter for the proofs whose code was sent since a moment."""
        return self.filter(sent_at__gte=moment)


class PhoneProof(models.Model):
    """A proof for one basket, and so for one order. The code is stored nowhere: it is computed from the ref."""

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    basket = models.ForeignKey(Basket, models.CASCADE, related_name="+")
    phone = PhoneNumberField()
    requested_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField(null=True)  # when the code is to be sent, or sent again; None: not any more
    sent_at = models.DateTimeField(null=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    proved_at = models.DateTimeField(null=True)

    objects = PhoneProofQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["sent_at"], name="phone_proof_sent"),
            models.Index(
                fields=["due_at"],
                name="phone_proof_to_be_sent",
                condition=models.Q(sent_at=None, due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_given_up(self) -> bool:
        """Return whether the code could not be sent, and is not sent again."""
        return self.sent_at is None and self.due_at is None

    @property
    def code(self) -> str:
        """Return the code that proves the number: six digits."""
        digest = salted_hmac("orders.phone_proof", str(self.ref), algorithm="sha256").digest()
        return f"{int.from_bytes(digest) % 10**CODE_LENGTH:0{CODE_LENGTH}}"
