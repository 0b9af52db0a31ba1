"""Lists of orders for staff: by status, day or number, the active ones, the ready ones."""

from datetime import date

from django.db.models import QuerySet

from orders.models import Order, OrderStatus


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
    final = (OrderStatus.DELIVERED, OrderStatus.CANCELLED)
    return Order.objects.select_related("contact").exclude(status__in=final).order_by("promise_from", "id")


def ready_orders() -> QuerySet[Order]:
    """Return the orders that wait at the counter, the earliest promise first."""
    return Order.objects.select_related("contact").filter(status=OrderStatus.READY).order_by("promise_from", "id")
