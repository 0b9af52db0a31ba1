"""
Checkout: placing an order.

Locks, in this order: the form's idempotency key, the basket, the coupon, the customer if this very order registers one,
the kitchen. All that does not need the kitchen is computed and written before it is locked, so that its lock, on which
every other checkout waits, is held for a moment only. The order's own row is written last, once, with its events; the
rows before refer to the primary key that it is going to have.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from kitchen.selectors import the_kitchen
from orders.basket_pricing import NO_TIP, PricedBasket, Tip
from orders.customers.services import customer_for
from orders.events import OrderConfirmed, OrderPlaced, PlacedLine
from orders.models import CARD_METHODS, Order, OrderContact, PaymentMethod
from orders.models.contact import new_guest_token
from orders.selectors.phone_proofs import is_phone_proved, reason_for_proof
from orders.services.checkout_basket import check_total, spend_basket
from orders.services.coupons import attempts_with_a_code, lock_coupon, use_coupon
from orders.services.order_lines import kitchen_items, placed_lines, write_adjustments, write_lines
from orders.services.order_terms import (
    ContactDetails,
    SelectedItem,
    price_items,
    price_order,
    refuse_if_too_large,
    refuse_unless_offered,
)
from orders.services.phone_proofs import ProofRequired
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.ids import NextId


def _replay_place_order(ref: UUID) -> Order:
    return Order.objects.select_related("contact").get(ref=ref)


def _attempts_to_place_an_order(
    *,
    basket: UUID | None = None,
    contact: ContactDetails,
    coupon: str = "",
    by: Actor,
    at: datetime,
    **_kwargs: object,
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
    basket: UUID | None = None,
    items: Sequence[SelectedItem] = (),
    contact: ContactDetails,
    shown_total: Decimal | None,
    shown_lines: str | None = None,
    method: FulfillmentMethod = FulfillmentMethod.PICKUP,
    coupon: str = "",
    tip: Tip = NO_TIP,
    payment_method: PaymentMethod = PaymentMethod.CASH,
    wanted_at: datetime | None = None,
    has_guest_link: bool = False,
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> Order:
    """
    Place an order for a basket, or for items that are in none, and book a place in the kitchen's queue.

    Paid in cash, it is confirmed at once. Paid by card, it is pending, and only holds its place, until the payment is
    settled (`orders.payments`). An order that costs nothing is confirmed, whatever the method.

    :param ref: the ref of the new order
    :param basket: the basket's ref; None: `items` are ordered
    :param shown_total: the total that the guest agreed to; None: the program that orders asks for no agreement
    :param shown_lines: the fingerprint of the lines that the guest agreed to, for forms that show them
    :param coupon: the code of a coupon, as typed; blank: none
    :param wanted_at: when the guest wants it, a full quarter of an hour; None: as soon as possible
    :param has_guest_link: whether the order has a link that opens it without an account, beside the actor's own access;
        the order of an actor without an account always has one
    :param idempotency: the form's idempotency key; the same form sent again gets the same order
    :raises PaymentMethodNotOffered, OutsideDeliveryArea, BelowMinimum: nothing is written
    :raises AddressMissing, EmptyBasket, BasketSpent, BasketChanged, TotalChanged: nothing is written
    :raises SoldOut, NotOnTheMenu, TooManyToppings, BasketFull, CouponRefused: nothing is written
    :raises OrderTooLarge, KitchenClosed, KitchenFull, SlotNotOffered, SlotFull: nothing is written
    :raises ProofRequired: a guest beyond the limits for guests has not proved the phone number; nothing is written
    :raises TooManyAttempts: a client without an account has ordered too often within an hour, or a client has typed too
        many unknown codes
    """
    refuse_unless_offered(method=method, contact=contact, payment_method=payment_method)
    spent_basket = None
    if basket is None:
        priced_basket = price_items(items, at=at)
    else:
        spent_basket, priced_basket = spend_basket(basket, order_ref=ref, shown_lines=shown_lines, at=at)
    priced = price_order(
        priced_basket, method=method, contact=contact, code=coupon, find=lock_coupon, tip=tip, by=by, at=at
    )
    priced_basket, delivery = priced.basket, priced.delivery
    if shown_total is not None:
        check_total(priced_basket.totals, shown_total)
    refuse_if_too_large(priced_basket)
    if not priced_basket.totals.total:
        payment_method = PaymentMethod.CASH
    is_held = payment_method in CARD_METHODS
    customer = customer_for(by, at=at)
    order_contact = OrderContact.objects.create(
        order_id=NextId(Order),
        guest_token=new_guest_token() if has_guest_link or not customer else "",
        client="" if customer else by.client,
        **asdict(contact),
    )
    order = Order(pk=order_contact.order_id, ref=ref, customer=customer, method=method)
    order.contact = order_contact
    lines = placed_lines(priced_basket)
    write_lines(order, lines)
    write_adjustments(order, priced_basket.totals.adjustments)
    if priced.coupon:
        use_coupon(priced.coupon, order=order)

    content = kitchen_services.TicketContent(
        method=method,
        items=kitchen_items(priced_basket),
        pizza_minutes=priced_basket.pizza_minutes,
        driving_minutes=delivery.driving_minutes if delivery else None,
        notes=contact.notes,
        allergies=contact.allergies,
    )
    failpoints.reach("orders.place_order.before_kitchen")
    kitchens = Kitchen.objects.for_update()
    order.kitchen = kitchen = kitchens.get(pk=spent_basket.kitchen_id) if spent_basket else the_kitchen(kitchens)
    booking = kitchen_services.book_ticket(
        kitchen=kitchen, ref=ref, content=content, is_held=is_held, wanted_at=wanted_at, at=at
    )
    if not customer:
        _refuse_unless_proved(basket, priced_basket, contact=contact, kitchen=kitchen, by=by, at=at)
    placed = _placed(
        order,
        kitchen=kitchen,
        booking=booking,
        lines=lines,
        priced_basket=priced_basket,
        payment_method=payment_method,
        wanted_at=wanted_at,
    )
    record(order, placed, *([] if is_held else [_confirmed(placed)]), by=by, at=at)
    return order


def _refuse_unless_proved(
    basket: UUID | None,
    priced_basket: PricedBasket,
    *,
    contact: ContactDetails,
    kitchen: Kitchen,
    by: Actor,
    at: datetime,
) -> None:
    """
    Refuse a guest beyond the limits for guests who has not proved the phone number.

    :raises ProofRequired:
    """
    pizzas = len(priced_basket.pizza_minutes)
    reason = reason_for_proof(
        basket=basket, phone=contact.phone, client=by.client, kitchen=kitchen, pizzas=pizzas, at=at
    )
    if reason:
        raise ProofRequired(reason)


def _placed(
    order: Order,
    *,
    kitchen: Kitchen,
    booking: kitchen_services.Booking,
    lines: tuple[PlacedLine, ...],
    priced_basket: PricedBasket,
    payment_method: PaymentMethod,
    wanted_at: datetime | None,
) -> OrderPlaced:
    totals = priced_basket.totals
    return OrderPlaced(
        kitchen=kitchen.ref,
        customer=order.customer.ref if order.customer else None,
        number=booking.number,
        business_date=booking.business_date,
        method=FulfillmentMethod(order.method),
        wanted_at=booking.promise.ready_from if wanted_at else None,
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
