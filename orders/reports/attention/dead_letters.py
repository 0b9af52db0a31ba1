"""Events, messages and webhooks that were given up."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.notifications.models import Notification, NotificationState
from orders.notifications.webhooks.models import DeliveryState, WebhookDelivery
from orders.reports.attention.concern import MAX_ROWS, Button, Concern, ConcernGroup
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.events.models import OutboxEntry

UNSENT_FOR = timedelta(hours=24)  # older messages are of no use to anybody any more


def event_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    dead = OutboxEntry.objects.filter(dead_lettered_at__isnull=False, discard_reason="")
    page = reverse("admin:events_outboxentry_changelist", query={"state": "dead"})
    yield counted_group(
        "dead-letters",
        _("Events"),
        dead[:MAX_ROWS].count(),
        lambda count: ngettext("%(count)s event was given up.", "%(count)s events were given up.", count),
        Button(_("Requeue or discard"), page),
    )


def notification_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    dead = Notification.objects.filter(state=NotificationState.DEAD, created_at__gte=at - UNSENT_FOR)
    page = reverse("admin:notifications_notification_changelist", query={"state__exact": NotificationState.DEAD})
    yield counted_group(
        "notifications",
        _("Messages"),
        dead[:MAX_ROWS].count(),
        lambda count: ngettext(
            "%(count)s message to a guest was given up in the last 24 hours.",
            "%(count)s messages to guests were given up in the last 24 hours.",
            count,
        ),
        Button(_("Resend"), page),
    )


def webhook_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    dead = WebhookDelivery.objects.filter(state=DeliveryState.DEAD, created_at__gte=at - UNSENT_FOR)
    page = reverse("admin:webhooks_webhookdelivery_changelist", query={"state__exact": DeliveryState.DEAD})
    yield counted_group(
        "webhooks",
        _("Webhooks"),
        dead[:MAX_ROWS].count(),
        lambda count: ngettext(
            "%(count)s event of the last 24 hours could not be delivered to a webhook.",
            "%(count)s events of the last 24 hours could not be delivered to a webhook.",
            count,
        ),
        Button(_("Send again"), page),
    )


def counted_group(name: str, title: str, count: int, text_of: Callable[[int], str], button: Button) -> ConcernGroup:
    """Return a group that says how many there are, as far as they are counted."""
    if not count:
        return ConcernGroup(name, title, [])
    many = _("At least %(count)d") % {"count": count} if count >= MAX_ROWS else str(count)
    return ConcernGroup(name, title, [Concern(name, text_of(count) % {"count": many}, button)])
