"""
Helpers of the webhook tests: create the deliveries of an order's events, as if these had just been relayed, and send
them.
"""

from datetime import timedelta

from orders.notifications.webhooks import services as webhook_services
from orders.notifications.webhooks.models import DeliveryState, WebhookDelivery
from pizzeria.foundation.events.models import StoredEvent
from tests.shop import FRIDAY_NIGHT

QUEUED, SENDING, DELIVERED = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DELIVERED
FAILED, DEAD = DeliveryState.FAILED, DeliveryState.DEAD


def seconds(count):
    return FRIDAY_NIGHT + timedelta(seconds=count)


def hours(count):
    return FRIDAY_NIGHT + timedelta(hours=count)


def events_of(order):
    return list(StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq"))


def create_deliveries(order, at=FRIDAY_NIGHT):
    """Create the deliveries of an order's events; return all that there are, in their sequence."""
    for event in events_of(order):
        webhook_services.create_webhook_deliveries(event_id=event.pk, at=at)
    return list(WebhookDelivery.objects.order_by("pk"))


def send_next(webhook, at=FRIDAY_NIGHT):
    """Send the next delivery of a webhook; return whether there was one."""
    return webhook_services.send_next_delivery(subscription_id=webhook.pk, at=at)


def send_all(webhook, at=FRIDAY_NIGHT):
    while send_next(webhook, at):
        pass


def now(row):
    return type(row).objects.get(pk=row.pk)


def fail_for_a_day(webhook, delivery, at=FRIDAY_NIGHT):
    """Attempt a delivery whenever it is due, until it is given up; return the times of the attempts."""
    times = []
    while now(delivery).state not in (DEAD, DELIVERED):
        due = max(at, now(delivery).due_at, now(webhook).paused_until or now(delivery).due_at)
        assert send_next(webhook, due)
        times.append(due)
    return times
