"""The lock of an order. The kitchen, if it is needed too, is locked before the order."""

from uuid import UUID

from orders.models import Order


def lock(ref: UUID) -> Order:
    """
    Lock an order until the transaction ends, and return it.

    :raises Order.DoesNotExist: there is no order with this ref
    """
    return Order.objects.select_for_update(no_key=True).get(ref=ref)
