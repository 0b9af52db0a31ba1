"""
Receivers of `recorded`, which is sent inside the transaction, and of the order's signals, which the relay sends after
the commit.
"""

from collections.abc import Sequence

from django.dispatch import receiver

from orders import signals
from orders.models import Order
from orders.payments import services, tasks
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.events.signals import recorded


@receiver(recorded, sender=Order, dispatch_uid="payments.on_order_recorded")
def on_order_recorded(*, aggregate: Order, events: Sequence[StoredEvent], **_: object) -> None:
    services.write_rows(order=aggregate, events=events)


@receiver(
    [
        signals.order_cancelled,
        signals.order_payment_captured,
        signals.order_refund_requested,
        signals.order_refunded,
    ],
    dispatch_uid="payments.on_money_due",
)
def on_money_due(*, event: StoredEvent, **_: object) -> None:
    tasks.queue_order(str(event.aggregate_ref))
