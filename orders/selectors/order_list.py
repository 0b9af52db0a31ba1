"""Lists of orders for staff: by status, day or number, the active ones, the ready ones."""

from datetime import date

from django.db.models import Q, QuerySet

from orders.models import OPEN_STATUSES, Order, OrderStatus


def all_orders(*, status: str = "", day: date | None = None, number: int | None = None) -> QuerySet[Order]:
    """Return the orders that match the given filters, newest first, with their contacts."""
    orders = Order.objects.select_related("contact").order_by("-id")
    if status:
        orders = orders.filter(status=status)
    if day is not None:
        orders = orders.filter(business_date=day)
    if number is not None:
        orders = orders.filter(number=number)
    return orders


def active_orders() -> QuerySet[Order]:
    """Return the orders that are neither delivered nor cancelled, the earliest promise first."""
    is_open = Q(status__in=OPEN_STATUSES)  # the condition of the index order_open
    return Order.objects.select_related("contact").filter(is_open).order_by("promise_from", "id")


def ready_orders() -> QuerySet[Order]:
    """Return the orders that wait at the counter, the earliest promise first."""
    return Order.objects.select_related("contact").filter(status=OrderStatus.READY).order_by("promise_from", "id")
