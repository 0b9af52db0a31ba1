"""Commands that fill a basket. Every change locks the basket, as checkout does."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kitchen import selectors as kitchen_selectors
from menu import catalogue, prices
from menu.selections import MAX_QUANTITY, Selection
from orders.models import Basket, BasketLine
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import Refusal

MAX_LINES = 30


class BasketFull(Refusal):
    code = "basket_full"
    status = 422


class BasketGone(Refusal):
    """Refusal because the line or its basket is no longer there: another tab was faster."""

    code = "basket_gone"


@command
def add_to_basket(*, basket: UUID | None, selection: Selection, quantity: int, by: Actor, at: datetime) -> Basket:
    """
    Add an item to a basket; to a new basket if there is none yet or it has been ordered.

    Adding the same selection again raises the quantity of its line.

    :param basket: the basket's ref, as the session holds it
    :param quantity: 1 to 20
    :raises NotOnTheMenu, SoldOut, TooManyToppings: the item cannot be ordered as selected
    :raises BasketFull: too many of one item, or too many lines
    """
    priced = prices.price(selection, snapshot=catalogue.fresh_snapshot(), at=at)
    target = _lock_open_basket_or_create(basket, at)
    lines = list(target.lines.all())
    stored_selection = selection.model_dump(mode="json")
    existing_line = next((line for line in lines if line.selection == stored_selection), None)
    if (existing_line.quantity if existing_line else 0) + quantity > MAX_QUANTITY:
        raise BasketFull(
            _("At most %(most)d of one kind, please. Call us for more!") % {"most": MAX_QUANTITY}, field="quantity"
        )
    if existing_line:
        existing_line.quantity += quantity
        existing_line.save(update_fields=["quantity"])
    elif len(lines) >= MAX_LINES:
        raise BasketFull(_("Your basket is full. Please order what is in it first."), field="item")
    else:
        target.lines.create(selection=stored_selection, slug=priced.slug, name=priced.name, quantity=quantity)
    return target


@command
def change_quantity(*, basket: UUID, line: UUID, quantity: int, by: Actor, at: datetime) -> None:
    """
    Change the quantity of a basket line.

    :param quantity: 1 to 20
    :raises BasketGone: the line is not in an open basket
    """
    basket_line = _line_of(_lock_open_basket(basket), line)
    basket_line.quantity = quantity
    basket_line.save(update_fields=["quantity"])


@command
def remove_line(*, basket: UUID, line: UUID, by: Actor, at: datetime) -> None:
    """
    Remove a line from a basket.

    :raises BasketGone: the line is not in an open basket
    """
    _line_of(_lock_open_basket(basket), line).delete()


def purge_baskets(*, before: datetime) -> int:
    """Delete the baskets created before a moment, spent or not, except any in use just now; return how many."""
    with transaction.atomic():
        baskets = Basket.objects.filter(created_at__lt=before).for_update(skip_locked=True)
        unused = Basket.objects.filter(pk__in=list(baskets.values_list("pk", flat=True)))
        return unused.delete()[1].get("orders.Basket", 0)


def _lock_open_basket_or_create(ref: UUID | None, at: datetime) -> Basket:
    basket = Basket.objects.for_update().filter(ref=ref).first() if ref else None
    if basket is None or basket.is_spent:
        return Basket.objects.create(kitchen=kitchen_selectors.the_kitchen(), created_at=at)
    return basket


def _lock_open_basket(ref: UUID) -> Basket:
    basket = Basket.objects.for_update().filter(ref=ref).first()
    if basket is None or basket.is_spent:
        raise BasketGone(_("This basket has been ordered already."))
    return basket


def _line_of(basket: Basket, ref: UUID) -> BasketLine:
    line = basket.lines.filter(ref=ref).first()
    if line is None:
        raise BasketGone(_("That is no longer in your basket."))
    return line
