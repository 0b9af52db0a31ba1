"""The locks of an order and its kitchen; the kitchen is always locked first."""

from uuid import UUID

from kitchen import services as kitchen_services
from kitchen.exceptions import TicketNotFound
from kitchen.models import Kitchen
from orders import policies
from orders.models import Order


def lock_order(ref: UUID) -> Order:
    """
    Lock an order until the transaction ends, and return it.

    :raises OrderNotFound: there is no order with this ref
    """
    try:
        return Order.objects.for_update().get(ref=ref)
    except Order.DoesNotExist as missing:
        raise policies.order_not_found() from missing


def lock_kitchen_of(ref: UUID) -> Kitchen:
    """
    Lock the kitchen of an order until the transaction ends, before the order itself, and return it.

    :raises OrderNotFound: there is no order with this ref
    """
    try:
        return kitchen_services.lock_for_ticket(ref)
    except TicketNotFound as missing:
        raise policies.order_not_found() from missing
