"""
Notifications: the recipient, the channel and the outcome of each message about an order's event.

There is one row per event, channel and recipient. It holds no text and no personal data: the message is rendered from a
template when it is sent, to the address that the order's contact has at that moment.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.locking import LockingQuerySet


class NotificationChannel(models.TextChoices):
    IN_APP = "in_app", _("on the page")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class NotificationKind(models.TextChoices):
    PLACED = "placed", _("placed")
    CONFIRMED = "confirmed", _("confirmed")
    COOKING = "cooking", _("in the oven")
    READY = "ready", _("ready")
    OUT_FOR_DELIVERY = "out_for_delivery", _("on the way")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")
    REFUND_REQUESTED = "refund_requested", _("payment sent back")
    REFUNDED = "refunded", _("refunded")
    PROMISE_CHANGED = "promise_changed", _("promise changed")


class NotificationState(models.TextChoices):
    QUEUED = "queued", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed, will be tried again")
    DEAD = "dead", _("dead: will not be tried again")
    EXPIRED = "expired", _("expired")


# Still to be sent. A notification in SENDING is due again when its lease ends: its worker was killed.
PENDING_STATES = (NotificationState.QUEUED, NotificationState.FAILED, NotificationState.SENDING)


class NotificationQuerySet(LockingQuerySet["Notification"]):
    def due(self, at: datetime) -> "NotificationQuerySet":
        """Filter for the notifications to be sent now."""
        return self.filter(state__in=PENDING_STATES, due_at__lte=at)

    def sent_by_sms_since(self, moment: datetime) -> "NotificationQuerySet":
        """Filter for the SMS that were sent since a moment."""
        return self.filter(channel=NotificationChannel.SMS, sent_at__gte=moment)

    def alongside(self, notification: "Notification") -> "NotificationQuerySet":
        """Filter for the notifications of the same order and channel, this one included."""
        return self.filter(order=notification.order_id, channel=notification.channel)


class Notification(models.Model):
    event = models.ForeignKey(StoredEvent, models.PROTECT, related_name="+", db_index=False)  # the constraint's serves
    order = models.ForeignKey(Order, models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=20, choices=NotificationKind)
    channel = models.CharField(max_length=8, choices=NotificationChannel)
    recipient = models.CharField(max_length=32)  # a user's id, or "guest"
    state = models.CharField(max_length=8, choices=NotificationState, default=NotificationState.QUEUED)

    created_at = models.DateTimeField()
    relevant_since = models.DateTimeField()  # time of the event, or when a manager had it sent again
    due_at = models.DateTimeField()  # while it is being sent: the end of the lease
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    unknown_outcomes = models.PositiveSmallIntegerField(default=0)  # attempts whose outcome is unknown
    provider_id = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=200, blank=True)

    read_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("resend_notifications", "Can resend notifications")]
        indexes = [
            models.Index(fields=["due_at"], name="notification_due", condition=models.Q(state__in=PENDING_STATES)),
            models.Index(
                fields=["recipient", "-id"],
                name="notification_on_the_page",
                condition=models.Q(channel=NotificationChannel.IN_APP),
            ),
            models.Index(
                fields=["sent_at"],
                name="notification_sms_sent",
                condition=models.Q(channel=NotificationChannel.SMS),
            ),
            models.Index(
                fields=["created_at"], name="notification_dead", condition=models.Q(state=NotificationState.DEAD)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "channel", "recipient"], name="notification_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=NotificationState.values), name="notification_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.order}, {self.get_channel_display()}"

    def is_due(self, at: datetime) -> bool:
        """Return whether the notification is to be sent now: the condition of the query `due`, for a loaded row."""
        return self.state in PENDING_STATES and self.due_at <= at

    def is_being_sent(self, at: datetime) -> bool:
        """Return whether a worker has claimed the notification and its lease has not ended."""
        return self.state == NotificationState.SENDING and self.due_at > at
