"""Receivers of the order's signals, which the relay sends after the commit."""

from django.dispatch import receiver

from orders import signals
from orders.notifications import tasks
from pizzeria.foundation.events.models import StoredEvent


@receiver(
    [
        signals.order_placed,
        signals.order_confirmed,
        signals.order_cooking_started,
        signals.order_ready,
        signals.order_out_for_delivery,
        signals.order_delivered,
        signals.order_promise_changed,
        signals.order_cancelled,
    ],
    dispatch_uid="notifications.on_order_event",
)
def on_order_event(*, event: StoredEvent, **_: object) -> None:
    tasks.create_and_queue_notifications(event_id=event.pk)
