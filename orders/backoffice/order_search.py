"""Search for orders by number, name, phone number or e-mail address."""

from django.db.models import Q, QuerySet

from orders.models import Order
from pizzeria.foundation.text_search import SearchText, name_contains, phone_contains


def search_orders(orders: QuerySet[Order], search: SearchText) -> QuerySet[Order]:
    """
    Filter orders by a text that somebody searches for.

    Each of several meanings is a query of its own, by its own index: PostgreSQL uses none for an OR over two tables.
    """
    meanings: list[Q] = []
    if search.number is not None:
        meanings.append(Q(number=search.number))
    if search.phone:
        meanings.append(phone_contains("contact__phone", search))
    if search.email:
        meanings.append(Q(contact__email__icontains=search.email))
    if search.words:
        meanings.append(name_contains("contact__name", search.words))
    if not meanings:
        return orders.none()
    if len(meanings) == 1:
        return orders.filter(meanings[0])
    first, *others = (Order.objects.filter(meaning).values("pk") for meaning in meanings)
    return orders.filter(pk__in=first.union(*others))
