from django.db import models
from django.utils import timezone

UNIQUE_KEY = "idempotency_key_once"


class IdempotencyKey(models.Model):
    """A request that made something: sent again, it gets the same answer instead of a second thing. Kept 24 hours."""

    principal = models.CharField(max_length=64)  # who may use the key: nobody guesses another's answer
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of what was asked, in hex
    result_ref = models.UUIDField()  # what was made
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name=UNIQUE_KEY)]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
