"""Holding an order while it changes. The kitchen, when it is needed too, is locked before."""

from uuid import UUID

from orders.models import Order


def lock(ref: UUID) -> Order:
    """
    Hold an order until the transaction ends.

    :raises Order.DoesNotExist: there is none with this ref
    """
    return Order.objects.select_for_update(no_key=True).get(ref=ref)
