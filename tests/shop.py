"""
The shop of the tests: a time, a menu, and short ways to place an order.

    Margherita 12.99 and Pepperoni 14.99 (small), sizes x 1.00, 1.30 and 1.60, toppings 2.50, cola 3.20.
"""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from menu import catalogue
from menu.selections import PizzaPart, PizzaSelection, Selection, SimpleItemSelection
from orders import services as order_services
from orders.basket_pricing import NO_TERMS, NO_TIP, PriceTerms, Tip, price_basket
from orders.models import Basket, Order, PaymentMethod
from orders.selectors.coupons import find_coupon, terms_of
from orders.selectors.delivery_area import delivery_terms
from pizzeria.foundation.actor import ENTER_ADMIN, GUEST, SYSTEM, Actor, ActorKind
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import Role
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.factories import KitchenFactory, PizzaFactory, SimpleItemFactory, SizeFactory, ToppingFactory, UserFactory

FRIDAY_NIGHT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)  # 20:00 on the shop's wall clock

ANNA = order_services.ContactDetails(name="Anna Bianchi", phone="+390612345678", email="anna@example.com")

AT_HOME = replace(ANNA, street="Via Appia 7", postal_code="00183", city="Roma", directions="third floor")


def open_shop():
    """Create a kitchen, sizes and a small menu; return the kitchen."""
    for position, (slug, factor) in enumerate([("small", "1.00"), ("medium", "1.30"), ("large", "1.60")]):
        SizeFactory(slug=slug, factor=Decimal(factor), position=position)
    toppings = {slug: ToppingFactory(slug=slug) for slug in ["pepperoni", "mushrooms", "olives", "basil"]}
    PizzaFactory(slug="margherita", name="Margherita", base_price=Decimal("12.99"), minutes=8)
    PizzaFactory(
        slug="pepperoni",
        name="Pepperoni",
        base_price=Decimal("14.99"),
        minutes=9,
        recipe=[toppings["pepperoni"]],
    )
    SimpleItemFactory(slug="cola", name="Cola")
    return KitchenFactory()


def acting_as(role: Role, user_id: int = 1) -> Actor:
    """Return an actor with the permissions of a role, authenticated on FRIDAY_NIGHT."""
    admin = {ENTER_ADMIN} if role.staff else set()
    return Actor(ActorKind.PERSON, user_id, frozenset(role.permissions) | admin, authenticated_at=FRIDAY_NIGHT)


def hire(role: Role, **fields) -> Actor:
    """Create a user in the group of a role; return the user's actor."""
    sync_roles(by=SYSTEM)
    user = UserFactory(**fields)
    assign_roles(user, [role])
    return acting_as(role, user.pk)


def with_link(order: Order, by: Actor = GUEST) -> Actor:
    """Return an actor who has the link of a guest's order."""
    return by.with_guest_token(order.contact.guest_token)


def pizza(slug: str = "margherita", *, size: str = "small", added: tuple[str, ...] = (), left_out=()) -> Selection:
    return PizzaSelection(size=size, parts=(PizzaPart(pizza=slug, added=added, left_out=left_out),))


def simple_item(slug: str = "cola") -> Selection:
    return SimpleItemSelection(simple_item=slug)


def basket_of(*choices: Selection, quantity: int = 1, at: datetime = FRIDAY_NIGHT) -> Basket:
    """Return a new basket with these selections; with one Margherita if there are none."""
    ref = uuid7()
    for selection in choices or (pizza(),):
        filled = order_services.add_to_basket(ref=ref, selection=selection, quantity=quantity, by=GUEST, at=at)
    return filled.basket


def total_of(basket: Basket, *, at: datetime = FRIDAY_NIGHT, terms: PriceTerms = NO_TERMS) -> Decimal:
    """Return the total that the basket page shows; with coupon, delivery and tip, that of the checkout."""
    priced_basket = price_basket(list(basket.lines.all()), snapshot=catalogue.fresh_snapshot(), at=at)
    return priced_basket.under(terms).totals.total


def place(
    basket: Basket | None = None,
    *,
    shown_total: Decimal | None = None,
    by: Actor = GUEST,
    at: datetime = FRIDAY_NIGHT,
    contact: order_services.ContactDetails | None = None,
    method: FulfillmentMethod = FulfillmentMethod.PICKUP,
    coupon: str = "",
    tip: Tip = NO_TIP,
    payment_method: PaymentMethod = PaymentMethod.CASH,
    wanted_at: datetime | None = None,
    idempotency=None,
) -> Order:
    """Place an order for a basket, for one Margherita unless another is given, at the total that it has."""
    basket = basket or basket_of(at=at)
    contact = contact or (AT_HOME if method == FulfillmentMethod.DELIVERY else ANNA)
    if shown_total is None:
        found = find_coupon(coupon) if coupon else None
        terms = PriceTerms(
            coupon=terms_of(found) if found else None,
            delivery=delivery_terms(contact.postal_code) if method == FulfillmentMethod.DELIVERY else None,
            tip=tip,
        )
        shown_total = total_of(basket, at=at, terms=terms)
    return order_services.place_order(
        ref=uuid7(),
        basket=basket.ref,
        contact=contact,
        method=method,
        coupon=coupon,
        tip=tip,
        payment_method=payment_method,
        wanted_at=wanted_at,
        shown_total=shown_total,
        by=by,
        at=at,
        idempotency=idempotency,
    )


def cooked(order: Order, *, by: Actor, at: datetime = FRIDAY_NIGHT) -> Order:
    """Start and finish the ticket of an order; return the order as it is then."""
    kitchen_services.start_cooking(ref=order.ref, by=by, at=at)
    kitchen_services.finish_ticket(ref=order.ref, by=by, at=at)
    order.refresh_from_db()
    return order
