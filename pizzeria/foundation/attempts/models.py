from django.db import models


class AttemptCounter(models.Model):
    """How often something was attempted within one period."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)  # who attempted it; no personal data
    begins_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "key", "begins_at"], name="attempt_counter_once")]

    def __str__(self) -> str:
        return f"{self.attempts} x {self.kind}"
