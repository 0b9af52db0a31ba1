"""New promises for orders that will be later than promised."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kitchen.promises import Promise
from orders.events import OrderPromiseChanged
from orders.models import Order, OrderStatus
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.log import record


def extend_missed_promises(*, promises: Mapping[UUID, Promise], at: datetime) -> None:
    """
    Extend the missed promises, within the command that changed the queue; the kitchen is locked.

    A promise is missed when even its end cannot be kept any more. An order that would only be early keeps its promise.
    The new promise is twice as wide as the old: after one wrong promise it allows more time, and the guest of an order
    that nobody works on is notified less and less often, not every ten minutes for as long as the order waits. An order
    that is being paid gets its promise when it is confirmed.

    :param promises: what could be promised now, by the order's ref
    """
    open_orders = Order.objects.filter(ref__in=promises.keys()).exclude(status=OrderStatus.PENDING).order_by("id")
    missed_pks = [
        pk
        for pk, ref, until in open_orders.values_list("pk", "ref", "promise_until")
        if until is not None and promises[ref].ready_from > until
    ]
    if not missed_pks:
        return
    for order in open_orders.filter(pk__in=missed_pks).for_update():
        record(order, _wider_promise(order, promises[order.ref]), by=SYSTEM, at=at)


def _wider_promise(order: Order, possible: Promise) -> OrderPromiseChanged:
    assert order.promise_from and order.promise_until, "placed orders only"
    until = possible.ready_from + 2 * (order.promise_until - order.promise_from)
    return OrderPromiseChanged(promise_from=possible.ready_from, promise_until=until)
