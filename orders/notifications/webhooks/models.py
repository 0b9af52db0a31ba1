"""
Outgoing webhooks: who is sent which events, and each event that is sent to one of them.

A delivery holds no content: the message is made of the stored event whenever it is sent.
"""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation import encryption
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet


class WebhookSubscriptionQuerySet(LockingQuerySet["WebhookSubscription"]):
    def to_event(self, name: str) -> Self:
        """Filter for the enabled subscriptions that chose an event, or all of them."""
        return self.filter(models.Q(event_names=[]) | models.Q(event_names__contains=[name]), disabled_at=None)


class WebhookSubscription(models.Model):
    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    event_names = ArrayField(models.CharField(max_length=64), default=list, blank=True)  # empty: all
    encrypted_secret = models.TextField()
    created_by = models.CharField(max_length=32)  # a user's id
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)  # first failed attempt since the last success
    failures = models.PositiveIntegerField(default=0)  # number of failed attempts since then
    paused_until = models.DateTimeField(null=True, blank=True)  # nothing is sent before, after a failed attempt

    objects = WebhookSubscriptionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("manage_webhooks", "Can see, create and delete webhooks")]
        verbose_name, verbose_name_plural = "webhook", "webhooks"

    def __str__(self) -> str:
        return self.description or str(self.ref)

    @property
    def secret(self) -> str:
        """
        Return the key of the signatures, as Standard Webhooks write it: `whsec_…`.

        :raises ValueError: it was encrypted with a SECRET_KEY that the shop has no more
        """
        secret: str = encryption.decrypt(self.encrypted_secret)["secret"]
        return secret

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    def accepts_deliveries(self, at: datetime) -> bool:
        """Return whether anything is sent now."""
        return self.is_enabled and (self.paused_until is None or self.paused_until <= at)


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("to be sent")
    SENDING = "sending", _("being sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed, will be tried again")
    DEAD = "dead", _("dead: will not be tried again")


# Still to be sent. A delivery in SENDING is due again when its lease ends: its worker was killed.
PENDING_STATES = (DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.SENDING)


class WebhookDeliveryQuerySet(LockingQuerySet["WebhookDelivery"]):
    def pending(self) -> Self:
        """Filter for the deliveries that are still to be sent, now or later."""
        return self.filter(state__in=PENDING_STATES)

    def due(self, at: datetime) -> Self:
        """Filter for the deliveries to be sent now, if their subscription accepts them."""
        return self.pending().filter(due_at__lte=at)

    def accepted(self, at: datetime) -> Self:
        """Filter for the deliveries of subscriptions that accept them now."""
        is_paused = models.Q(subscription__paused_until__gt=at)
        return self.filter(~is_paused, subscription__disabled_at=None)

    def being_sent(self, at: datetime) -> Self:
        """Filter for the deliveries that a worker has claimed, and whose lease has not ended."""
        return self.filter(state=DeliveryState.SENDING, due_at__gt=at)

    def waiting(self) -> Self:
        """Filter for the pending deliveries that no worker has claimed."""
        return self.filter(state__in=[DeliveryState.QUEUED, DeliveryState.FAILED])

    def given_up_since(self, moment: datetime) -> Self:
        """Filter for the deliveries that were given up at a moment or later."""
        return self.filter(state=DeliveryState.DEAD, due_at__gte=moment)

    def queue_again(self, *, at: datetime) -> None:
        """Make the deliveries due now, to be retried for a day from their next failed attempt."""
        self.update(state=DeliveryState.QUEUED, due_at=at, failing_since=None, attempts=0)


class WebhookDelivery(models.Model):
    ref = models.UUIDField(default=uuid7, unique=True, editable=False)  # `webhook-id`: the same at every attempt
    subscription = models.ForeignKey(
        WebhookSubscription,
        models.CASCADE,
        related_name="deliveries",
        db_index=False,  # the index below serves
    )
    event = models.ForeignKey(StoredEvent, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.QUEUED)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # while it is being sent: the end of the lease; dead: when it was given up
    attempts = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)  # first failed attempt; retried for a day from then
    delivered_at = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last attempt; null: no answer
    error = models.CharField(max_length=200, blank=True)  # of the last attempt

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name, verbose_name_plural = "webhook delivery", "webhook deliveries"
        indexes = [
            models.Index(
                fields=["subscription", "due_at"],
                name="webhook_delivery_due",
                condition=models.Q(state__in=PENDING_STATES),
            ),
            models.Index(fields=["subscription", "-id"], name="webhook_delivery_newest"),
            models.Index(fields=["created_at"], name="webhook_delivery_created"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "subscription"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="webhook_delivery_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event.type} to {self.subscription}"
