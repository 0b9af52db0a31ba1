"""The basket of an order that was not paid, once more, for whichever browser opens the order's link."""

from datetime import datetime
from uuid import UUID

from menu import catalogue
from orders import policies
from orders.basket_pricing import price_basket
from orders.models import Basket, BasketLine, Order
from orders.services.basket import lock_or_create
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command


@command
def copy_basket_of(*, order: UUID, into: UUID, by: Actor, at: datetime) -> list[str]:
    """
    Copy the lines of the basket that an order was made of into another one, and return the names of what is sold out.

    Nothing is copied into a basket that has lines: it was copied before, or the guest has chosen something else.

    :param order: the order's ref
    :param into: the ref of the other basket, which is created if there is none
    :raises OrderNotFound: there is no such order of the actor
    :raises BasketSpent: the other basket has been ordered
    """
    source = Order.objects.select_related("contact", "customer").filter(ref=order).first()
    if source is None or not policies.is_own(source, by):
        raise policies.order_not_found()
    target = lock_or_create(into, at)
    if not target.lines.exists():
        lines = BasketLine.objects.filter(basket__in=Basket.objects.filter(order_ref=order)).order_by("pk")
        BasketLine.objects.bulk_create(
            BasketLine(basket=target, selection=line.selection, slug=line.slug, name=line.name, quantity=line.quantity)
            for line in lines
        )
    priced = price_basket(list(target.lines.all()), snapshot=catalogue.fresh_snapshot(), at=at)
    return [line.basket_line.name for line in priced.lines if line.refusal]
