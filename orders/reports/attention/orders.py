"""Orders that wait too long, are later than promised, or have no driver."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kitchen.models import FulfillmentMethod
from orders.models import Order, OrderStatus
from orders.reports.attention.concern import (
    MAX_ROWS,
    Button,
    Concern,
    ConcernGroup,
    order_name,
    time_text,
    urgent_group,
)
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.shop.selectors import current_shop


@dataclass(frozen=True, slots=True)
class _Orders:
    """Those of the open orders that wait, by what they wait for."""

    waiting: list[Order] = field(default_factory=list)
    late: list[Order] = field(default_factory=list)
    without_driver: list[Order] = field(default_factory=list)


def order_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    found = _open_orders(at)
    yield _order_group("waiting", _("Waiting too long"), found.waiting, lambda order: _waiting_text(order, at))
    yield _order_group("late", _("Later than promised"), found.late, lambda order: _late_text(order, at))
    text = _("%(order)s is ready since %(time)s and has no driver.")
    yield _order_group(
        "drivers",
        _("No driver yet"),
        found.without_driver,
        lambda order: text % {"order": order_name(order, at), "time": time_text(order.ready_at, at)},
        label=_("Assign"),
    )


def _open_orders(at: datetime) -> _Orders:
    """Return the orders that wait. Each is in one list: one without a driver waits for nothing else. One query."""
    found, threshold = _Orders(), at - timedelta(minutes=current_shop().waiting_minutes)
    has_slipped = Q(promise_until__lt=at)
    # An order for later waits for its time: it is late only once its promise has slipped.
    waits_for_start = Q(status=OrderStatus.CONFIRMED, confirmed_at__lte=threshold, requested_for=None)
    waits_for_taking = Q(status=OrderStatus.READY, ready_at__lte=threshold)
    needs_driver = Q(status=OrderStatus.READY, method=FulfillmentMethod.DELIVERY, driver=None)
    orders = Order.objects.filter(
        has_slipped | waits_for_start | waits_for_taking | needs_driver, status__in=_IN_THE_SHOP_OR_ON_THE_WAY
    ).only(
        "number",
        "business_date",
        "status",
        "method",
        "driver_id",
        "confirmed_at",
        "requested_for",
        "ready_at",
        "promise_until",
    )
    for order in orders.order_by("pk")[: 3 * MAX_ROWS]:
        waits_since = None if order.requested_for else order.confirmed_at
        began = {OrderStatus.CONFIRMED: waits_since, OrderStatus.READY: order.ready_at}.get(OrderStatus(order.status))
        is_delivery = order.method == FulfillmentMethod.DELIVERY
        if order.status == OrderStatus.READY and is_delivery and order.driver_id is None:
            found.without_driver.append(order)
        elif began is not None and began <= threshold:
            found.waiting.append(order)
        else:
            found.late.append(order)
    return found


_IN_THE_SHOP_OR_ON_THE_WAY = (
    OrderStatus.CONFIRMED,
    OrderStatus.COOKING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
)


def _order_group(
    name: str, title: str, orders: Sequence[Order], text_of: Callable[[Order], str], *, label: str = ""
) -> ConcernGroup:
    shown = [
        Concern(
            f"{name}-{order.pk}",
            text_of(order),
            Button(label or _("Open"), reverse("admin:orders_order_change", args=[order.pk])),
        )
        for order in orders
    ]
    return urgent_group(name, title, shown, page=reverse("admin:orders_order_changelist", query={"status": "open"}))


def _waiting_text(order: Order, at: datetime) -> str:
    is_ready = order.status == OrderStatus.READY
    began = order.ready_at if is_ready else order.confirmed_at
    values = {"order": order_name(order, at), "time": time_text(began, at)}
    if not is_ready:
        return _("%(order)s was confirmed at %(time)s and is not started.") % values
    if order.method == FulfillmentMethod.DELIVERY:
        return _("%(order)s is ready since %(time)s and not on its way.") % values
    return _("%(order)s is ready since %(time)s and not picked up.") % values


def _late_text(order: Order, at: datetime) -> str:
    text = _("%(order)s was promised until %(time)s and is %(status)s.")
    return text % {
        "order": order_name(order, at),
        "time": time_text(order.promise_until, at),
        "status": OrderStatus(order.status).label,
    }
