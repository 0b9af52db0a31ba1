"""Keeping promises honest: an order whose pizza will be later than promised gets a new promise."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kitchen.promises import Promise
from orders.events import OrderPromiseChanged
from orders.models import Order
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.log import record


def requote(*, promises: Mapping[UUID, Promise], at: datetime) -> None:
    """
    Promise anew what has slipped, within the command that changed the line; the kitchen is locked.

    A promise has slipped when even its end cannot be kept any more. One that would only be kept early stays.

    :param promises: what could be promised now, by the order's ref
    """
    open_orders = Order.objects.filter(ref__in=promises.keys()).order_by("id")
    slipped = [
        pk
        for pk, ref, until in open_orders.values_list("pk", "ref", "promise_until")
        if until is not None and promises[ref].ready_from > until
    ]
    if not slipped:
        return
    for order in open_orders.filter(pk__in=slipped).select_for_update(no_key=True):
        now = promises[order.ref]
        fact = OrderPromiseChanged(promise_from=now.ready_from, promise_until=now.ready_until)
        record(order, fact, by=SYSTEM, at=at)
