"""Search for orders by number, name, phone number or e-mail address."""

from typing import Any

from django.db.models import QuerySet

from orders.models import Order, OrderContact
from pizzeria.foundation.text_search import SearchText, name_contains, phone_contains


def search_orders(orders: QuerySet[Order], search: SearchText) -> QuerySet[Order]:
    """
    Filter orders by a text that somebody searches for.

    Each meaning of the text is a query of its own, by its own index: PostgreSQL uses none for an OR over two tables.
    """
    contacts = OrderContact.objects.values("order_id")
    matches: list[QuerySet[Any, Any]] = []  # of the keys of orders
    if search.number is not None:
        matches.append(Order.objects.filter(number=search.number).values("pk"))
    if search.phone:
        matches.append(contacts.filter(phone_contains("phone", search)))
    if search.email:
        matches.append(contacts.filter(email__icontains=search.email))
    if search.words:
        matches.append(contacts.filter(name_contains("name", search.words)))
    if not matches:
        return orders.none()
    first, *others = matches
    return orders.filter(pk__in=first.union(*others) if others else first)
