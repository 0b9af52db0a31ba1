"""
Receivers of the order's signals, which the relay sends after the commit; and of `recorded`, which is sent before it.
"""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.dispatch import receiver

from orders import signals
from orders.events import OrderStepUndone
from orders.models import Order, PhoneProof
from orders.notifications import services, tasks
from pizzeria.foundation import background
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.events.signals import recorded


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
        signals.order_refund_requested,
        signals.order_refunded,
    ],
    dispatch_uid="notifications.on_order_event",
)
def on_order_event(*, event: StoredEvent, batch: RelayBatch, **_: object) -> None:
    tasks.create_and_queue_notifications(event, batch=batch)


@receiver(signals.phone_code_requested, dispatch_uid="notifications.on_phone_code_requested")
def on_phone_code_requested(*, proof: PhoneProof, **_: object) -> None:
    queue = partial(tasks.queue_phone_code, proof.pk)
    transaction.on_commit(partial(background.submit, "queue_phone_code", queue), robust=True)


@receiver(recorded, sender=Order, dispatch_uid="notifications.on_order_recorded")
def on_order_recorded(*, aggregate: Order, events: Sequence[StoredEvent], **_: object) -> None:
    for event in events:
        if event.type == OrderStepUndone.type:
            services.expire_notifications_of_undone_step(order=aggregate, seq=event.data["seq"])
