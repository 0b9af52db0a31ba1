"""Lists of orders for staff: by status, day or number, the active ones, the ready ones."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from orders.models import OPEN_STATUSES, Order, OrderStatus


def all_orders(*, status: str = "", day: date | None = None, number: int | None = None) -> QuerySet[Order]:
    """Return the orders that match the given filters, newest first, with their contacts."""
    orders = Order.objects.select_related("contact").order_by("-id")
    if status:
        orders = orders.filter(status=status)  # all but delivered ones: the index order_not_delivered
    if day is not None:
        orders = orders.filter(business_date=day)
    if number is not None:
        orders = orders.filter(number=number)
    return orders


@dataclass(frozen=True, slots=True)
class OrderPage:
    """
    A page of a list of orders, newest first.

    :param has_newer: whether there are newer ones than those of the page
    :param has_older: whether there are older ones
    """

    orders: list[Order]
    has_newer: bool
    has_older: bool

    @property
    def newest(self) -> UUID | None:
        return self.orders[0].ref if self.orders else None

    @property
    def oldest(self) -> UUID | None:
        return self.orders[-1].ref if self.orders else None


def order_page(
    orders: QuerySet[Order], *, size: int, before: UUID | None = None, after: UUID | None = None
) -> OrderPage:
    """
    Return a page of a list of orders: the newest, or those next to an order.

    One query, or two on the way back to the newest. Nothing is counted and no row is skipped by OFFSET, so that a page
    takes the same time however many orders there are.

    :param orders: newest first
    :param size: how many orders a page has
    :param before: the page has older orders than this one; an unknown one has none
    :param after: the page has newer orders than this one; it precedes `before`
    """
    if after is not None:
        rows = list(orders.filter(pk__gt=_key_of(after)).order_by("pk")[: size + 1])
        if len(rows) > size:
            return OrderPage(rows[:size][::-1], has_newer=True, has_older=True)
        before = None  # fewer than a page are newer: the first page, which is full
    rows = list((orders if before is None else orders.filter(pk__lt=_key_of(before)))[: size + 1])
    return OrderPage(rows[:size], has_newer=before is not None, has_older=len(rows) > size)


def _key_of(ref: UUID) -> QuerySet[Order, Any]:
    return Order.objects.filter(ref=ref).values("pk")


def active_orders() -> QuerySet[Order]:
    """Return the orders that are neither delivered nor cancelled, the earliest promise first."""
    is_open = Q(status__in=OPEN_STATUSES)  # the condition of the index order_open
    return Order.objects.select_related("contact").filter(is_open).order_by("promise_from", "id")


def ready_orders() -> QuerySet[Order]:
    """Return the orders that wait at the counter, the earliest promise first."""
    return Order.objects.select_related("contact").filter(status=OrderStatus.READY).order_by("promise_from", "id")
