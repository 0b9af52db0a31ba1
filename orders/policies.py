"""
Policies: who may act on an order. Commands and selectors ask here, so that pages, admin and API agree.

An order belongs to the customer who placed it or linked it, or, as long as it is a guest's, to everyone who has its
link. One that a program placed for a guest belongs to both. Staff may see every order.
"""

from secrets import compare_digest

from django.utils.translation import gettext as _

from orders.exceptions import OrderNotFound, OrderStateConflict
from orders.models import CancelReason, Order, OrderStatus
from orders.permissions import CANCEL_ANY_ORDER, SEE_ALL_ORDERS
from pizzeria.foundation.actor import Actor


def is_owner(order: Order, by: Actor) -> bool:
    """Return whether an order is linked to the actor's own account."""
    return by.user_id is not None and order.customer is not None and order.customer.user_id == by.user_id


def has_guest_link(order: Order, by: Actor) -> bool:
    """
    Return whether the actor has the link of an order.

    An order that a person placed with an account, or linked to one, has none.
    """
    token = order.contact.guest_token
    return bool(token) and compare_digest(token.encode(), by.guest_token.encode())


def is_own(order: Order, by: Actor) -> bool:
    """Return whether the actor owns an order or has its link."""
    return is_owner(order, by) or has_guest_link(order, by)


def is_visible(order: Order, to: Actor) -> bool:
    """Return whether an actor may see an order."""
    return to.may(SEE_ALL_ORDERS) or is_own(order, to)


def reasons_to_cancel(order: Order, by: Actor) -> tuple[CancelReason, ...]:
    """Return the reasons for which an actor may cancel an order: guests and customers for one, staff by its status."""
    return order.reasons_to_cancel if by.may(CANCEL_ANY_ORDER) else (CancelReason.CHANGED_MIND,)


def refuse_unless_visible(order: Order, *, to: Actor) -> None:
    """
    Refuse an order that the actor may not see, as if there were none.

    :raises OrderNotFound: the actor may not see the order
    """
    if not is_visible(order, to):
        raise order_not_found()


def refuse_unless_active(order: Order) -> None:
    """
    Refuse an order with which nothing can happen any more.

    :raises OrderStateConflict: the order is cancelled or delivered already
    """
    if order.status == OrderStatus.CANCELLED:
        raise OrderStateConflict(_("#%(number)d has been cancelled already.") % {"number": order.number})
    if not order.is_active:
        raise OrderStateConflict(_("#%(number)d has been handed over already.") % {"number": order.number})


def order_not_found() -> OrderNotFound:
    """Return the refusal of an order that does not exist, or not for the actor."""
    return OrderNotFound(_("There is no such order."))
