"""Commands that fill a basket. Every change locks the basket, as checkout does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kitchen import selectors as kitchen_selectors
from menu import catalogue, prices
from menu.selections import MAX_QUANTITY, Selection
from orders.basket_pricing import price_basket
from orders.models import Basket, BasketLine
from orders.services.checkout_basket import BasketSpent
from orders.services.order_terms import MAX_LINES, BasketFull
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal

USE_RESOLUTION = timedelta(hours=1)  # between two uses of a basket that change nothing else in it


@dataclass(frozen=True, slots=True)
class FilledBasket:
    """
    A basket to which an item was added.

    :ivar item_count: how many items are in it now
    """

    basket: Basket
    item_count: int


class BasketGone(Refusal):
    """Refusal because the basket is no longer open: another tab was faster."""

    code = "basket_gone"


def _replay_add_to_basket(ref: UUID) -> FilledBasket:
    basket = Basket.objects.get(ref=ref)
    _refuse_if_spent(basket)
    return FilledBasket(basket, sum(line.quantity for line in basket.lines.all()))


@command(replay=_replay_add_to_basket)
def add_to_basket(
    *,
    ref: UUID,
    selection: Selection,
    quantity: int,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> FilledBasket:
    """
    Add an item to a basket, which is created if there is none with this ref.

    Adding the same selection again raises the quantity of its line. It does not agree to another price for what was in
    the basket before: the line keeps the price that was shown for it.

    :param ref: the basket's ref
    :param quantity: 1 to 20
    :param idempotency: the form's idempotency key; the same form sent again adds nothing
    :raises BasketSpent: the basket has been ordered; the item belongs in a new one
    :raises NotOnTheMenu, SoldOut, TooManyToppings: the item cannot be ordered as selected
    :raises BasketFull: too many of one item, or too many lines
    """
    priced = prices.price(selection, snapshot=catalogue.current_snapshot(), at=at)
    basket, is_new = lock_or_create(ref, at)
    lines = [] if is_new else list(basket.lines.all())
    stored_selection = selection.model_dump(mode="json")
    existing_line = next((line for line in lines if line.selection == stored_selection), None)
    if (existing_line.quantity if existing_line else 0) + quantity > MAX_QUANTITY:
        raise BasketFull(
            _("At most %(most)d of one kind, please. Call us for more!") % {"most": MAX_QUANTITY}, field="quantity"
        )
    if existing_line:
        existing_line.quantity += quantity
        if existing_line.shown_price is None:
            existing_line.shown_price = priced.unit_price
        existing_line.save(update_fields=["quantity", "shown_price"])
    elif len(lines) >= MAX_LINES:
        raise BasketFull(_("Your basket is full. Please order what is in it first."), field="item")
    else:
        basket.lines.create(
            selection=stored_selection,
            slug=priced.slug,
            name=priced.name,
            quantity=quantity,
            shown_price=priced.unit_price,
        )
    return FilledBasket(basket, sum(line.quantity for line in lines) + (0 if existing_line else quantity))


@command
def change_basket(
    *,
    basket: UUID,
    quantities: Mapping[UUID, int],
    removed: Collection[UUID] = (),
    shown_prices: Mapping[UUID, Decimal] = MappingProxyType({}),
    by: Actor,
    at: datetime,
) -> None:
    """
    Change the quantities of basket lines, and remove others. Lines that are gone already are ignored.

    :param quantities: 1 to 20, by the line's ref
    :param removed: refs of lines
    :param shown_prices: the price of one that the guest was shown, by the ref of a line that is changed or whose price
        the guest acknowledges
    :raises BasketGone: the basket is not open
    """
    lines = _lock_open_basket(basket, at).lines
    lines.filter(ref__in=removed).delete()
    for line in lines.filter(ref__in=quantities):
        if line.quantity != quantities[line.ref]:
            line.quantity = quantities[line.ref]
            line.save(update_fields=["quantity"])
    _store_shown_prices(list(lines.filter(ref__in=shown_prices)), shown_prices, at)


@command
def acknowledge_prices(*, basket: UUID, shown_prices: Mapping[UUID, Decimal], by: Actor, at: datetime) -> None:
    """
    Store that the guest has seen the prices of basket lines. A line that has yet another price now keeps its old one.

    :param shown_prices: the price of one that the guest was shown, by the line's ref
    :raises BasketGone: the basket is not open
    """
    lines = _lock_open_basket(basket, at).lines
    _store_shown_prices(list(lines.filter(ref__in=shown_prices)), shown_prices, at)


@command
def remove_unavailable_lines(*, basket: UUID, by: Actor, at: datetime) -> list[str]:
    """
    Remove the basket lines that cannot be ordered now, and return the names of what they were.

    :raises BasketGone: the basket is not open
    """
    open_basket = _lock_open_basket(basket, at)
    priced_basket = price_basket(list(open_basket.lines.all()), snapshot=catalogue.current_snapshot(), at=at)
    unavailable = [line.basket_line for line in priced_basket.lines if line.refusal]
    open_basket.lines.filter(pk__in=[line.pk for line in unavailable]).delete()
    return [line.name for line in unavailable]


def record_basket_use(*, basket: UUID, used_at: datetime, at: datetime) -> None:
    """
    Record that a basket is shown in a checkout, which is a use of it. At most one statement an hour.

    Waits for no lock: a transaction that holds the basket's uses the basket as well.

    :param used_at: its last use, as it was just read
    """
    if used_at >= at - USE_RESOLUTION:
        return
    with transaction.atomic():
        unlocked = Basket.objects.filter(ref=basket, used_at__lt=at - USE_RESOLUTION).for_update(skip_locked=True)
        Basket.objects.filter(pk__in=unlocked.values("pk")).update(used_at=at)


def purge_baskets(*, before: datetime) -> int:
    """Delete the baskets last used before a moment, spent or not, except any in use just now; return how many."""
    with transaction.atomic():
        baskets = Basket.objects.filter(used_at__lt=before).for_update(skip_locked=True)
        unused = Basket.objects.filter(pk__in=list(baskets.values_list("pk", flat=True)))
        return unused.delete()[1].get("orders.Basket", 0)


def lock_or_create(ref: UUID, at: datetime) -> tuple[Basket, bool]:
    """
    Lock a basket for a change, which is a use of it, or create it; return it, and whether it is new. One statement.

    :raises BasketSpent: it has been ordered
    """
    kitchen = kitchen_selectors.query_of_the_kitchen()
    basket, is_new = Basket.objects.lock_or_create(ref, kitchen=kitchen, at=at)
    _refuse_if_spent(basket)
    return basket, is_new


def _lock_open_basket(ref: UUID, at: datetime) -> Basket:
    """
    Lock a basket for a change, which is a use of it.

    :raises BasketGone: it has been ordered, or purged
    """
    basket = Basket.objects.for_update().filter(ref=ref).first()
    if basket is None:
        raise BasketGone(_("This basket was not used for too long. Please choose again."))
    if basket.is_spent:
        raise BasketGone(_("This basket has been ordered already."))
    _mark_used(basket, at)
    return basket


def _store_shown_prices(lines: Sequence[BasketLine], shown_prices: Mapping[UUID, Decimal], at: datetime) -> None:
    """Store the prices that were shown, if they are still the prices of their lines. Reads the menu only if need be."""
    changed = [line for line in lines if line.shown_price != shown_prices[line.ref]]
    if not changed:
        return
    for priced in price_basket(changed, snapshot=catalogue.current_snapshot(), at=at).lines:
        line = priced.basket_line
        if priced.item and priced.item.unit_price == shown_prices[line.ref]:
            line.shown_price = priced.item.unit_price
            line.save(update_fields=["shown_price"])


def _mark_used(basket: Basket, at: datetime) -> None:
    if basket.used_at != at:
        basket.used_at = at
        basket.save(update_fields=["used_at"])


def _refuse_if_spent(basket: Basket) -> None:
    if basket.order_ref:
        raise BasketSpent(_("This basket has been ordered already."), order_ref=basket.order_ref)
