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
    Copy what was ordered into a basket, at today's prices, and return the names of what is sold out.

    Nothing is copied into a basket that has lines: it was copied before, or the guest has chosen something else.

    :param order: the order's ref
    :param into: the ref of the basket, which is created if there is none
    :raises OrderNotFound: there is no such order of the actor
    :raises BasketSpent: the basket has been ordered
    """
    source = Order.objects.select_related("contact", "customer").filter(ref=order).first()
    if source is None or not policies.is_own(source, by):
        raise policies.order_not_found()
    target, is_new = lock_or_create(into, at)
    lines = [] if is_new else list(target.lines.all())
    is_copied = bool(lines)
    lines = lines or [
        BasketLine(
            basket=target,
            selection=selection_of(line).model_dump(mode="json"),
            slug=line.slug,
            name=line.name,
            quantity=line.quantity,
        )
        for line in source.lines.prefetch_related("parts")
    ]
    priced = price_basket(lines, snapshot=catalogue.current_snapshot(), at=at)
    if not is_copied:
        for priced_line in priced.lines:
            priced_line.basket_line.shown_price = priced_line.item.unit_price if priced_line.item else None
        BasketLine.objects.bulk_create(lines)
    return [line.basket_line.name for line in priced.lines if line.refusal]
