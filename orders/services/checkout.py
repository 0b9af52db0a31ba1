"""
Checkout: placing an order.

Locks, in this order: the form's idempotency key, the basket, the coupon, the customer if this very order registers one,
the kitchen. Order and lines are written before the kitchen is locked, so that its lock, on which every other checkout
waits, is held for a moment only.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders.basket_pricing import NO_TIP, DeliveryTerms, PricedBasket, PriceTerms, Tip
from orders.customers.services import customer_for
from orders.events import OrderConfirmed, OrderPlaced, PlacedLine
from orders.exceptions import BelowMinimum, OutsideDeliveryArea
from orders.models import CARD_METHODS, Coupon, Order, OrderContact, PaymentMethod
from orders.models.contact import new_guest_token
from orders.order_size import refusal_of_large_order
from orders.selectors.coupons import coupon_refusal, terms_of
from orders.selectors.delivery_area import delivery_terms, minimum_message, outside_message
from orders.selectors.payment_methods import offered_payment_methods
from orders.selectors.phone_proofs import is_phone_proved, reason_for_proof
from orders.services.checkout_basket import check_total, lock_basket_for_checkout
from orders.services.coupons import attempts_with_a_code, lock_coupon, use_coupon
from orders.services.order_lines import kitchen_items, placed_lines, write_adjustments, write_lines
from orders.services.phone_proofs import ProofRequired
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.refusals import Refusal

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


def _replay_place_order(ref: UUID) -> Order:
    return Order.objects.select_related("contact").get(ref=ref)


def _attempts_to_place_an_order(
    *, basket: UUID, contact: ContactDetails, coupon: str = "", by: Actor, at: datetime, **_kwargs: object
) -> Iterator[Attempt]:
    if coupon:
        yield from attempts_with_a_code(code=coupon, by=by)
    is_limited = by.kind is ActorKind.GUEST and by.client and settings.SHOP_CHECKOUTS_PER_HOUR
    if is_limited and not is_phone_proved(basket=basket, phone=contact.phone, at=at):
        yield Attempt("checkout", by.client, settings.SHOP_CHECKOUTS_PER_HOUR)


@command(replay=_replay_place_order, attempts=_attempts_to_place_an_order)
def place_order(
    *,
    ref: UUID,
    basket: UUID,
    contact: ContactDetails,
    shown_total: Decimal,
    shown_lines: str | None = None,
    method: FulfillmentMethod = FulfillmentMethod.PICKUP,
    coupon: str = "",
    tip: Tip = NO_TIP,
    payment_method: PaymentMethod = PaymentMethod.CASH,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Order:
    """
    Place an order for a basket, and book a place in the kitchen's queue.

    Paid in cash, it is confirmed at once. Paid by card, it is pending, and only holds its place, until the payment is
    settled (`orders.payments`). An order that costs nothing is confirmed, whatever the method.

    :param ref: the ref of the new order
    :param basket: the basket's ref
    :param shown_total: the total that the guest agreed to
    :param shown_lines: the fingerprint of the lines that the guest agreed to, for forms that show them
    :param coupon: the code of a coupon, as typed; blank: none
    :param idempotency: the form's idempotency key; the same form sent again gets the same order
    :raises PaymentMethodNotOffered, OutsideDeliveryArea, BelowMinimum, CouponRefused: nothing is written
    :raises AddressMissing, EmptyBasket, BasketSpent, BasketChanged, TotalChanged: nothing is written
    :raises SoldOut, NotOnTheMenu: nothing is written
    :raises OrderTooLarge, KitchenClosed, KitchenFull: nothing is written
    :raises ProofRequired: a guest beyond the limits for guests has not proved the phone number; nothing is written
    :raises TooManyAttempts: a client without an account has ordered too often within an hour, or a client has typed too
        many unknown codes
    """
    if payment_method not in offered_payment_methods():
        raise PaymentMethodNotOffered(_("Please choose another way to pay."), field="payment_method")
    if method == FulfillmentMethod.DELIVERY:
        _refuse_unless_addressed(contact)
    locked_basket, priced_basket = lock_basket_for_checkout(basket, shown_lines=shown_lines, at=at)
    delivery = _delivery_terms(method, contact, priced_basket.totals.lines_total)
    locked_coupon = _lock_coupon(coupon, priced_basket, contact=contact, by=by, at=at) if coupon else None
    coupon_terms = terms_of(locked_coupon) if locked_coupon else None
    priced_basket = priced_basket.under(PriceTerms(coupon=coupon_terms, delivery=delivery, tip=tip))
    check_total(priced_basket.totals, shown_total)
    pizzas = len(priced_basket.pizza_minutes)
    if refusal := refusal_of_large_order(pizzas=pizzas, total=priced_basket.totals.total):
        raise refusal
    if not priced_basket.totals.total:
        payment_method = PaymentMethod.CASH
    is_held = payment_method in CARD_METHODS
    customer = customer_for(by, at=at)
    order = Order.objects.create(ref=ref, kitchen_id=locked_basket.kitchen_id, customer=customer, method=method)
    order.contact = OrderContact.objects.create(
        order=order,
        guest_token="" if customer else new_guest_token(),
        client="" if customer else by.client,
        **asdict(contact),
    )
    lines = placed_lines(priced_basket)
    write_lines(order, lines)
    write_adjustments(order, priced_basket.totals.adjustments)
    if locked_coupon:
        use_coupon(locked_coupon, order=order)

    failpoints.reach("orders.place_order.before_kitchen")
    kitchen = Kitchen.objects.for_update().get(pk=locked_basket.kitchen_id)
    content = kitchen_services.TicketContent(
        method=method,
        items=kitchen_items(lines),
        pizza_minutes=priced_basket.pizza_minutes,
        driving_minutes=delivery.driving_minutes if delivery else None,
        notes=contact.notes,
        allergies=contact.allergies,
    )
    booking = kitchen_services.book_ticket(kitchen=kitchen, ref=ref, content=content, is_held=is_held, at=at)
    if not customer and (
        reason := reason_for_proof(
            basket=basket, phone=contact.phone, client=by.client, kitchen=kitchen, pizzas=pizzas, at=at
        )
    ):
        raise ProofRequired(reason)
    placed = _placed(
        order,
        kitchen=kitchen,
        booking=booking,
        lines=lines,
        priced_basket=priced_basket,
        payment_method=payment_method,
    )
    record(order, placed, *([] if is_held else [_confirmed(placed)]), by=by, at=at)
    locked_basket.order_ref, locked_basket.used_at = ref, at
    locked_basket.save(update_fields=["order_ref", "used_at"])
    return order


def _refuse_unless_addressed(contact: ContactDetails) -> None:
    for field, message in REQUIRED_FOR_DELIVERY.items():
        if not getattr(contact, field):
            raise AddressMissing(str(message), field=field)


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


def _lock_coupon(
    code: str, priced_basket: PricedBasket, *, contact: ContactDetails, by: Actor, at: datetime
) -> Coupon | None:
    """
    Lock the coupon of an order.

    :raises CouponRefused: it cannot be used for the order
    """
    coupon = lock_coupon(code)
    lines_total = priced_basket.totals.lines_total
    refusal = coupon_refusal(coupon, lines_total=lines_total, user_id=by.user_id, phone=contact.phone, at=at)
    if refusal:
        raise refusal
    return coupon


def _placed(
    order: Order,
    *,
    kitchen: Kitchen,
    booking: kitchen_services.Booking,
    lines: tuple[PlacedLine, ...],
    priced_basket: PricedBasket,
    payment_method: PaymentMethod,
) -> OrderPlaced:
    totals = priced_basket.totals
    return OrderPlaced(
        kitchen=kitchen.ref,
        customer=order.customer.ref if order.customer else None,
        number=booking.number,
        business_date=booking.business_date,
        method=FulfillmentMethod(order.method),
        promise_from=booking.promise.ready_from,
        promise_until=booking.promise.ready_until,
        lines=lines,
        lines_total=totals.lines_total,
        adjustments=totals.adjustments,
        tax_lines=totals.tax_lines,
        tax_included=totals.tax_included,
        total=totals.total,
        trace=priced_basket.trace,
        payment_method=payment_method,
    )


def _confirmed(placed: OrderPlaced) -> OrderConfirmed:
    """Return the confirmation of a cash order: confirmed when placed, while the payment stays due."""
    return OrderConfirmed(
        payment_method=placed.payment_method,
        payment="due",
        promise_from=placed.promise_from,
        promise_until=placed.promise_until,
    )
