"""Receiver of every signal of an order, which the relay sends after the commit."""

from django.dispatch import receiver

from orders.notifications.webhooks import tasks
from orders.notifications.webhooks.event_names import PUBLISHED
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent


@receiver([*PUBLISHED.values()], dispatch_uid="webhooks.on_order_event")
def on_order_event(*, event: StoredEvent, batch: RelayBatch, **_: object) -> None:
    tasks.create_and_queue_deliveries(event, batch=batch)
