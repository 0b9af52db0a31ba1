"""The webhook's inbox."""

from datetime import datetime
from typing import Self

from django.db import models

from orders.payments.models.payment import GatewayName
from pizzeria.foundation.locking import LockingQuerySet


class WebhookMessageQuerySet(LockingQuerySet["WebhookMessage"]):
    def due(self, at: datetime) -> Self:
        """Filter the messages to be processed now."""
        return self.filter(processed_at=None, due_at__lte=at)


class WebhookMessage(models.Model):
    """A message of the gateway: the inbox keeps each event once, and of it only ids."""

    gateway = models.CharField(max_length=8, choices=GatewayName)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    session_id = models.CharField(max_length=120, blank=True)
    payment_id = models.CharField(max_length=120, blank=True)
    attempt_ref = models.UUIDField(null=True, blank=True)  # as the gateway's metadata have it
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_at"], name="webhook_message_due", condition=models.Q(processed_at=None)),
            models.Index(fields=["received_at"], name="webhook_message_received"),
        ]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="webhook_message_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
