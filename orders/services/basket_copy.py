"""A basket of what was in an order that was not paid, for whichever browser opens the order's link."""

from datetime import datetime
from uuid import UUID

from menu import catalogue
from orders import policies
from orders.basket_pricing import price_basket
from orders.models import BasketLine, Order
from orders.services.basket import lock_or_create
from orders.services.order_lines import selection_of
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command


@command
def copy_basket_of(*, order: UUID, into: UUID, by: Actor, at: datetime) -> list[str]:
    """
    Copy what was ordered into a basket, and return the names of what is sold out.

    Nothing is copied into a basket that has lines: it was copied before, or the guest has chosen something else.

    :param order: the order's ref
    :param into: the ref of the basket, which is created if there is none
    :raises OrderNotFound: there is no such order of the actor
    :raises BasketSpent: the basket has been ordered
    """
    source = Order.objects.select_related("contact", "customer").filter(ref=order).first()
    if source is None or not policies.is_own(source, by):
        raise policies.order_not_found()
    target = lock_or_create(into, at)
    if not target.lines.exists():
        BasketLine.objects.bulk_create(
            BasketLine(
                basket=target,
                selection=selection_of(line).model_dump(mode="json"),
                slug=line.slug,
                name=line.name,
                quantity=line.quantity,
            )
            for line in source.lines.prefetch_related("parts")
        )
    priced = price_basket(list(target.lines.all()), snapshot=catalogue.fresh_snapshot(), at=at)
    return [line.basket_line.name for line in priced.lines if line.refusal]
