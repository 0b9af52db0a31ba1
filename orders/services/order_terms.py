"""What is ordered and on which terms: the part that a quote and a placed order share, so that both cost the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitchen.models import FulfillmentMethod
from menu import catalogue
from menu.selections import MAX_QUANTITY, Selection
from orders.basket_pricing import DeliveryTerms, PricedBasket, PriceTerms, Tip, price_basket
from orders.exceptions import BelowMinimum, OutsideDeliveryArea
from orders.models import BasketLine, Coupon, PaymentMethod
from orders.order_size import refusal_of_large_order
from orders.selectors.coupons import coupon_refusal, terms_of
from orders.selectors.delivery_area import delivery_terms, minimum_message, outside_message
from orders.selectors.payment_methods import offered_payment_methods
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.refusals import Refusal

MAX_LINES = 30

# Required for a delivery. The directions may be missing, and so may the postal code in a shop without delivery zones.
REQUIRED_FOR_DELIVERY = {
    "street": gettext_lazy("Please tell us where we shall bring it."),
    "city": gettext_lazy("Please tell us the town."),
}


class AddressMissing(Refusal):
    """Refusal of a delivery without an address."""

    code = "address_missing"
    status = 422


class PaymentMethodNotOffered(Refusal):
    code = "payment_method_not_offered"
    status = 422


class EmptyBasket(Refusal):
    code = "empty_basket"
    status = 422


class BasketFull(Refusal):
    code = "basket_full"
    status = 422


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Contact of an order and, for a delivery, its address; `phone` in international form."""

    name: str
    phone: str
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    directions: str = ""
    allergies: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class SelectedItem:
    """What is ordered without a basket: a selection, and how many of it."""

    selection: Selection
    quantity: int


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """
    Lines with the total of an order, and what has to be known of its terms.

    :ivar delivery: None for a pickup
    :ivar coupon: None: no code was given
    """

    basket: PricedBasket
    delivery: DeliveryTerms | None
    coupon: Coupon | None


def refuse_unless_offered(*, method: FulfillmentMethod, contact: ContactDetails, payment_method: PaymentMethod) -> None:
    """
    Refuse an order that the shop accepts from nobody.

    :raises PaymentMethodNotOffered, AddressMissing:
    """
    if payment_method not in offered_payment_methods():
        raise PaymentMethodNotOffered(_("Please choose another way to pay."), field="payment_method")
    if method == FulfillmentMethod.DELIVERY:
        for field, message in REQUIRED_FOR_DELIVERY.items():
            if not getattr(contact, field):
                raise AddressMissing(str(message), field=field)


def price_items(items: Sequence[SelectedItem], *, at: datetime) -> PricedBasket:
    """
    Price what is ordered without a basket, from the database, as a basket with the same lines.

    :raises EmptyBasket, BasketFull, SoldOut, NotOnTheMenu, TooManyToppings: it cannot be ordered
    """
    if len(items) > MAX_LINES:
        raise BasketFull(
            _("At most %(most)d different things, please. Call us for more!") % {"most": MAX_LINES}, field="basket"
        )
    if any(item.quantity > MAX_QUANTITY for item in items):
        message = _("At most %(most)d of one kind, please. Call us for more!") % {"most": MAX_QUANTITY}
        raise BasketFull(message, field="basket")
    lines = [BasketLine(selection=item.selection.model_dump(mode="json"), quantity=item.quantity) for item in items]
    return price_lines(lines, at=at)


def price_lines(lines: Sequence[BasketLine], *, at: datetime) -> PricedBasket:
    """
    Price lines from the database.

    A refusal has a part for each field of a line that is refused: `lines.0.item`, `lines.2.add.olives`.

    :raises EmptyBasket, SoldOut, NotOnTheMenu, TooManyToppings: they cannot be ordered as they are
    """
    if not lines:
        raise EmptyBasket(_("Your basket is empty. Choose a pizza first."), field="basket")
    priced_basket = price_basket(lines, snapshot=catalogue.current_snapshot(), at=at)
    if priced_basket.refusals:
        first = priced_basket.refusals[0]
        message = " ".join(refusal.message for refusal in priced_basket.refusals)
        raise type(first)(message, field="basket", parts=_parts_of_lines(priced_basket))
    return priced_basket


def _parts_of_lines(priced_basket: PricedBasket) -> list[Refusal]:
    """Return what is refused of each line, named by the line's position and the field of its selection."""
    return [
        type(part)(part.message, field=f"lines.{position}.{part.field}")
        for position, line in enumerate(priced_basket.lines)
        if line.refusal
        for part in line.refusal.parts or (line.refusal,)
    ]


def price_order(
    priced_basket: PricedBasket,
    *,
    method: FulfillmentMethod,
    contact: ContactDetails,
    code: str,
    find: Callable[[str], Coupon | None],
    tip: Tip,
    by: Actor,
    at: datetime,
) -> PricedOrder:
    """
    Return what lines cost as an order: with delivery, coupon and tip.

    :param code: of a coupon, as typed; blank: none
    :param find: returns the coupon with a code, locked if the order is to be placed
    :raises OutsideDeliveryArea, BelowMinimum, CouponRefused:
    """
    lines_total = priced_basket.totals.lines_total
    delivery = _delivery_terms(method, contact, lines_total)
    coupon = None
    if code:
        coupon = find(code)
        refusal = coupon_refusal(coupon, lines_total=lines_total, user_id=by.user_id, phone=contact.phone, at=at)
        if refusal:
            raise refusal
    terms = PriceTerms(coupon=terms_of(coupon) if coupon else None, delivery=delivery, tip=tip)
    return PricedOrder(priced_basket.under(terms), delivery, coupon)


def refuse_if_too_large(priced_basket: PricedBasket) -> None:
    """
    Refuse an order that the shop accepts by phone only.

    :raises OrderTooLarge:
    """
    if refusal := refusal_of_large_order(pizzas=len(priced_basket.pizza_minutes), total=priced_basket.totals.total):
        raise refusal


def _delivery_terms(method: FulfillmentMethod, contact: ContactDetails, lines_total: Decimal) -> DeliveryTerms | None:
    """Return the terms of a delivery; None for a pickup."""
    if method != FulfillmentMethod.DELIVERY:
        return None
    terms = delivery_terms(contact.postal_code)
    if terms is None:
        raise OutsideDeliveryArea(outside_message(contact.postal_code), field="postal_code")
    if lines_total < terms.minimum:
        raise BelowMinimum(minimum_message(terms), field="method")
    return terms
