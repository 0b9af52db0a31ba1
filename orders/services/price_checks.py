"""The nightly check of prices: a function that shares nothing with the one that priced an order recomputes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.utils.translation import gettext_lazy

from orders.events import OrderPlaced
from orders.models import Order, PriceCheckRun
from orders.price_check import differences
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent

# Orders that were being placed while the last run read are checked again: their time is that of their beginning.
OVERLAP = timedelta(hours=1)
BATCH_SIZE = 500
PRICE_WRONG = AlertKind(
    "price_wrong", gettext_lazy("The price of order #%(number)s of %(day)s does not add up: %(difference)s")
)


@dataclass(frozen=True, slots=True)
class WrongPrice:
    """An order whose price does not add up, with each difference as a sentence."""

    order: Order
    differences: list[str]


@dataclass(frozen=True, slots=True)
class PriceCheckResult:
    orders: int
    wrong: list[WrongPrice]


@command
def check_prices(*, every_order: bool = False, by: Actor, at: datetime) -> PriceCheckResult:
    """
    Recompute the prices of the orders placed since the last run, and raise an alert for each that does not add up.

    Needs no permission: it changes no order.

    :param every_order: check all orders, not only those since the last run
    """
    last = None if every_order else PriceCheckRun.objects.order_by("-checked_until").first()
    orders = Order.objects.filter(placed_at__lte=at).order_by("id")
    if last:
        orders = orders.filter(placed_at__gt=last.checked_until - OVERLAP)
    count, wrong = 0, list[WrongPrice]()
    for batch in batched(orders.iterator(chunk_size=BATCH_SIZE), BATCH_SIZE):
        count += len(batch)
        wrong.extend(_wrong_prices(batch))
    PriceCheckRun.objects.create(checked_until=at, orders=count, differences=len(wrong))
    for each in wrong:
        raise_alert(
            PRICE_WRONG,
            key=str(each.order.ref),
            at=at,
            number=each.order.number or 0,
            day=str(each.order.business_date),
            difference=each.differences[0],
        )
    return PriceCheckResult(count, wrong)


def _wrong_prices(orders: Iterable[Order]) -> list[WrongPrice]:
    by_ref = {order.ref: order for order in orders}
    events = StoredEvent.objects.filter(aggregate_ref__in=by_ref, seq=1)
    found = ((by_ref[event.aggregate_ref], differences(_stored(event))) for event in events.order_by("pk"))
    return [WrongPrice(order, sentences) for order, sentences in found if sentences]


def _stored(event: StoredEvent) -> dict[str, Any]:
    """Return an event's data as stored; that of an older version in the current shape."""
    if event.type == OrderPlaced.type:
        return dict(event.data)
    try:
        return domain_events.load(event).model_dump(mode="json")
    except domain_events.EventUnreadable as unreadable:
        return {"unreadable": str(unreadable)}
