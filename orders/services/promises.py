"""Keeping promises honest: an order whose pizza will be later than promised gets a new promise."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kitchen.promises import Promise
from orders.events import OrderPromiseChanged
from orders.models import Order
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.log import record


def extend_missed_promises(*, promises: Mapping[UUID, Promise], at: datetime) -> None:
    """
    Promise anew what has slipped, within the command that changed the line; the kitchen is locked.

    A promise has slipped when even its end cannot be kept any more. One that would only be kept early stays. The new
    one is twice as wide as the old: what was wrong once is said with more room, and the guest of an order that nobody
    touches is interrupted ever more seldom, not every ten minutes for as long as it lies there.

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
        record(order, _wider_promise(order, promises[order.ref]), by=SYSTEM, at=at)


def _wider_promise(order: Order, possible: Promise) -> OrderPromiseChanged:
    assert order.promise_from and order.promise_until, "placed orders only"
    until = possible.ready_from + 2 * (order.promise_until - order.promise_from)
    return OrderPromiseChanged(promise_from=possible.ready_from, promise_until=until)
