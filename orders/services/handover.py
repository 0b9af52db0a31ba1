from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from kitchen.permissions import HAND_OVER
from orders.events import OrderDelivered
from orders.exceptions import OrderStateConflict
from orders.models import Order, OrderStatus
from orders.permissions import DELIVER
from orders.services.delivering import out_with
from orders.services.locks import lock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.money import ZERO
from pizzeria.foundation.refusals import NotAllowed


@command
def hand_over(*, ref: UUID, by: Actor, at: datetime) -> Order:
    """
    Hand over an order, at the counter or at the delivery address, and record the cash due as taken.

    :param ref: the order's ref
    :raises NotAllowed: the actor may not hand over (pickup) or deliver (delivery)
    :raises OrderStateConflict: the order is not ready (pickup), not out for delivery (delivery), or delivered already
    :raises NotYourDelivery: it is out with another driver, and the actor may not assign deliveries
    :raises Kitchen.DoesNotExist: there is no such order
    """
    kitchen = kitchen_services.lock_for_ticket(ref)  # before the order: see the order of locks
    order = lock(ref)
    if not by.may(DELIVER if order.method == FulfillmentMethod.DELIVERY else HAND_OVER):
        raise NotAllowed(_("Only the counter or its driver can hand over an order."))
    if order.status == OrderStatus.DELIVERED:
        raise OrderStateConflict(_("#%(number)d has been handed over already.") % {"number": order.number})
    if order.method == FulfillmentMethod.DELIVERY:
        out_with(by, order)  # its ticket left the queue with the driver
    elif order.status != OrderStatus.READY:
        raise OrderStateConflict(_("#%(number)d is not ready yet.") % {"number": order.number})
    else:
        kitchen_services.hand_over_ticket(kitchen=kitchen, ref=ref, by=by, at=at)

    due = (order.total or ZERO) - order.paid
    record(order, OrderDelivered(method=order.method, cash_taken=due), by=by, at=at)
    return order
