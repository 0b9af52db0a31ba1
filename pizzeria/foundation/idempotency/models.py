from django.db import models
from django.utils import timezone

UNIQUE_KEY = "idempotency_key_once"


class IdempotencyKey(models.Model):
    """The key of a request that created something: the same request again gets the same result. Kept 24 hours."""

    principal = models.CharField(max_length=64)  # owner of the key: others cannot get the result by guessing the key
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of what was requested, in hex
    result_ref = models.UUIDField()  # what was created
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name=UNIQUE_KEY)]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
