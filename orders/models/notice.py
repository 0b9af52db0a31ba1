"""
Notices: who is told what of an order, by which way, and what became of it.

A row is made once for each event, channel and recipient, and holds no text and nothing personal: the letter is written
from a template when it is sent, to the address that the order's contact has at that moment.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from pizzeria.foundation.events.models import StoredEvent


class NotificationChannel(models.TextChoices):
    IN_APP = "in_app", _("on the page")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class NoticeKind(models.TextChoices):
    PLACED = "placed", _("placed")
    CONFIRMED = "confirmed", _("confirmed")
    COOKING = "cooking", _("in the oven")
    READY = "ready", _("ready")
    OUT_FOR_DELIVERY = "out_for_delivery", _("on the way")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")
    PROMISE_CHANGED = "promise_changed", _("promised anew")


class NoticeState(models.TextChoices):
    QUEUED = "queued", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed, will be tried again")
    DEAD = "dead", _("dead: will not be tried again")
    EXPIRED = "expired", _("no news any more")


# What is still to go out. A notice that is being sent is due again when its sender's time is up: it was killed.
UNSETTLED = (NoticeState.QUEUED, NoticeState.FAILED, NoticeState.SENDING)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, at: datetime) -> "NoticeQuerySet":
        """Choose what is to be sent now."""
        return self.filter(state__in=UNSETTLED, due_at__lte=at)

    def alongside(self, notice: "Notice") -> "NoticeQuerySet":
        """Filter for the notices of the same order by the same channel, this one included."""
        return self.filter(order=notice.order_id, channel=notice.channel)


class Notice(models.Model):
    event = models.ForeignKey(StoredEvent, models.PROTECT, related_name="+", db_index=False)  # the constraint's serves
    order = models.ForeignKey(Order, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    channel = models.CharField(max_length=8, choices=NotificationChannel)
    recipient = models.CharField(max_length=32)  # a user's id, or "guest"
    state = models.CharField(max_length=8, choices=NoticeState, default=NoticeState.QUEUED)

    made_at = models.DateTimeField()
    news_since = models.DateTimeField()  # when it happened, or when a manager wanted it sent again
    due_at = models.DateTimeField()  # while it is being sent: when its sender's time is up
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(default=0)  # of the tries, those of which nobody knows what came
    provider_id = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=200, blank=True)

    read_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("send_notices_again", "Can send notices again")]
        indexes = [
            models.Index(fields=["due_at"], name="notice_due", condition=models.Q(state__in=UNSETTLED)),
            models.Index(
                fields=["recipient", "-id"],
                name="notice_on_the_page",
                condition=models.Q(channel=NotificationChannel.IN_APP),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "channel", "recipient"], name="notice_once"),
            models.CheckConstraint(condition=models.Q(state__in=NoticeState.values), name="notice_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.order}, {self.get_channel_display()}"

    def is_due(self, at: datetime) -> bool:
        """Return whether it is to be sent now: the same as the query `due`, for a row that is at hand."""
        return self.state in UNSETTLED and self.due_at <= at

    def is_being_sent(self, at: datetime) -> bool:
        """Return whether a sender has it, whose lease has not ended."""
        return self.state == NoticeState.SENDING and self.due_at > at
