from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from orders import policies
from orders.customers.services import customer_for
from orders.events import OrderLinkedToCustomer
from orders.exceptions import OrderStateConflict
from orders.models import Order, OrderStatus
from orders.services.locks import lock_order
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal


class OrderAlreadyLinked(Refusal):
    """Refusal because the order is linked to the actor's account already."""

    code = "order_already_linked"


@command
def link_order_to_customer(*, ref: UUID, by: Actor, at: datetime) -> Order:
    """
    Link a guest's order to the actor's account: from now on it opens for its owner, and its guest link opens nothing.

    Earlier notifications keep the guest as their recipient.

    :param ref: the order's ref
    :param by: a signed-in user who has the order's guest link
    :raises NotAllowed: the actor is a guest
    :raises OrderAlreadyLinked: the order is in the actor's account already
    :raises OrderNotFound: there is no such order, or the actor does not have its link, or a program has placed
        it, which keeps it
    :raises OrderStateConflict: the order is being paid: the way back from the gateway's page is by the guest's link
    """
    customer = customer_for(by, at=at)  # before the order: see the order of locks
    if customer is None:
        raise NotAllowed(_("Please sign in, so that we know whose account it goes into."))
    order = lock_order(ref)
    if policies.is_owner(order, by):
        raise OrderAlreadyLinked(_("#%(number)d is in your account already.") % {"number": order.number})
    if order.customer is not None or not policies.has_guest_link(order, by):
        raise policies.order_not_found()
    if order.status == OrderStatus.PENDING:
        raise OrderStateConflict(_("#%(number)d is still being paid.") % {"number": order.number})

    order.customer = customer
    order.contact.guest_token = ""
    order.contact.save(update_fields=["guest_token"])
    record(order, OrderLinkedToCustomer(customer=customer.ref), by=by, at=at)
    return order
