"""Receivers of the order's signals, which the relay sends after the commit."""

from functools import partial

from django.dispatch import receiver

from orders import signals
from orders.reports import services
from pizzeria.foundation import clock
from pizzeria.foundation.events.batches import RelayBatch


@receiver(
    [
        signals.order_placed,
        signals.order_confirmed,
        signals.order_payment_captured,
        signals.order_refunded,
        signals.order_cooking_started,
        signals.order_ready,
        signals.order_recalled,
        signals.order_step_undone,
        signals.order_out_for_delivery,
        signals.order_delivered,
        signals.order_delivery_failed,
        signals.order_cancelled,
        signals.order_linked_to_customer,
    ],
    dispatch_uid="reports.on_figures_changed",
)
def on_figures_changed(*, batch: RelayBatch, **_: object) -> None:
    batch.once("marked days", partial(services.mark_days_of_orders, batch.aggregate_refs, at=clock.now()))
