"""Limits for guests: beyond them, a guest without an account has to prove the phone number."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from phonenumber_field.phonenumber import PhoneNumber

from kitchen import services as kitchen_services
from kitchen.capacity import KitchenFull, OrderTooLarge
from kitchen.models import Kitchen
from orders import services as order_services
from orders.models import CancelReason, Order, PhoneProof
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.attempts.counting import TooManyAttempts
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.shop import ANNA, FRIDAY_NIGHT

OFFICE = GUEST.with_client("the office")
PER_PHONE, PERCENT = 3, 25

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture(autouse=True)
def _limits(change_shop):
    change_shop(open_orders_per_phone=PER_PHONE, guest_share_percent=PERCENT)


def phone(number):
    return f"+39333123450{number}" if number < 10 else f"+3933312345{number}"


def order(number=0, *, by=OFFICE, quantity=1, at=FRIDAY_NIGHT, prove=False):
    """
    Place an order of Margherita.

    :param number: of the guest, each with another phone number
    """
    basket = shop.basket_of(quantity=quantity, at=at)
    if prove:
        proof = PhoneProof.objects.create(basket=basket, phone=phone(number), requested_at=at, due_at=at)
        order_services.enter_phone_code(basket=basket.ref, phone=phone(number), code=proof.code, by=by, at=at)
    return shop.place(basket, contact=replace(ANNA, phone=phone(number)), by=by, at=at)


def cancel(placed, *, reason=CancelReason.CHANGED_MIND, by=None):
    order_services.cancel_order(ref=placed.ref, reason=reason, by=by or shop.with_link(placed), at=FRIDAY_NIGHT)


# --- By phone number ---


def test_the_fourth_open_order_with_one_phone_number_needs_a_proof():
    for _ in range(PER_PHONE):
        order(by=GUEST)

    with pytest.raises(order_services.ProofRequired, match="placed with this phone number lately"):
        order(by=GUEST)
    assert Order.objects.count() == PER_PHONE
    order(1, by=GUEST)
    order(by=GUEST, prove=True)


def test_an_order_that_is_handed_over_or_cancelled_by_the_kitchen_counts_no_longer():
    first, second, _third = (order(by=GUEST) for _ in range(PER_PHONE))
    shop.cooked(first, by=SYSTEM)
    order_services.hand_over(ref=first.ref, by=SYSTEM, at=FRIDAY_NIGHT)
    order(by=GUEST)
    cancel(second, reason=CancelReason.SOLD_OUT, by=SYSTEM)
    order(by=GUEST)

    with pytest.raises(order_services.ProofRequired):
        order(by=GUEST)


def test_ordering_and_cancelling_in_turn_needs_a_proof_like_open_orders_for_an_hour():
    for _ in range(PER_PHONE):
        cancel(order(by=GUEST))

    with pytest.raises(order_services.ProofRequired):
        order(by=GUEST)
    order(by=GUEST, at=FRIDAY_NIGHT + timedelta(hours=1))


def test_a_customer_with_an_account_needs_no_proof():
    customer = shop.hire(CUSTOMER).with_client(OFFICE.client)

    assert [order(by=customer).number for _ in range(10)] == list(range(1, 11))


def test_an_order_that_was_linked_to_an_account_no_longer_counts_as_a_guests():
    customer = shop.hire(CUSTOMER)
    for _ in range(PER_PHONE):
        placed = order(by=GUEST)
        order_services.link_order_to_customer(ref=placed.ref, by=shop.with_link(placed, customer), at=FRIDAY_NIGHT)

    order(by=GUEST)


# --- By client ---


def test_a_flood_from_one_client_stops_at_its_share_and_the_others_still_order():
    outcomes = []
    for number in range(30):
        try:
            outcomes.append(order(number).number)
        except order_services.ProofRequired:
            outcomes.append("proof")

    assert outcomes == [1, 2, 3, 4, 5, *["proof"] * 25]  # a quarter of twenty
    assert order(31, by=GUEST.with_client("at home")).number == 6


def test_twelve_people_behind_one_address_order_lunch_the_later_ones_after_a_proof():
    assert [order(number, prove=number >= 5).number for number in range(12)] == list(range(1, 13))


def test_the_share_of_a_client_grows_with_the_kitchen():
    Kitchen.objects.update(max_concurrent_orders=40)
    for number in range(10):
        order(number)

    with pytest.raises(order_services.ProofRequired, match="from your network"):
        order(10)


def test_a_client_may_have_five_orders_open_in_the_smallest_kitchen():
    Kitchen.objects.update(max_concurrent_orders=8)

    assert [order(number).number for number in range(5)] == [1, 2, 3, 4, 5]


def test_the_share_of_a_client_counts_in_pizzas_as_well():
    Kitchen.objects.update(max_open_pizzas=60)
    order(0, quantity=8)

    with pytest.raises(order_services.ProofRequired):
        order(1, quantity=8)
    order(1, quantity=7)
    with pytest.raises(order_services.ProofRequired):
        order(2)


def test_an_order_larger_than_the_share_needs_a_proof_even_if_it_is_the_first():
    Kitchen.objects.update(max_open_pizzas=60)

    with pytest.raises(order_services.ProofRequired, match="This is a large order"):
        order(quantity=16)
    order(quantity=15)


def test_an_order_that_has_left_the_kitchen_frees_its_place_in_the_share():
    placed = [order(number) for number in range(5)]
    shop.cooked(placed[0], by=SYSTEM)

    order(5)
    with pytest.raises(order_services.ProofRequired):
        order(6)


def test_cancelled_orders_of_a_client_count_for_an_hour():
    for number in range(5):
        cancel(order(number))

    with pytest.raises(order_services.ProofRequired):
        order(5)


def test_orders_without_a_client_have_no_share():
    assert [order(number, by=GUEST).number for number in range(10)] == list(range(1, 11))


def test_a_full_kitchen_says_so_before_it_asks_for_a_proof():
    Kitchen.objects.update(max_concurrent_orders=5)
    for number in range(5):
        order(number)

    with pytest.raises(KitchenFull):
        order(5)


# --- Switches and other limits ---


def test_a_manager_can_ask_every_guest_for_a_proof(change_shop):
    change_shop(every_guest_proves_phone=True)

    with pytest.raises(order_services.ProofRequired, match="everybody who orders without an account"):
        order(by=GUEST)
    order(by=GUEST, prove=True)
    order(by=shop.hire(CUSTOMER))


def test_zero_is_no_limit(change_shop):
    change_shop(open_orders_per_phone=0, guest_share_percent=0)

    assert [order().number for _ in range(12)] == list(range(1, 13))


def test_an_order_above_the_limit_of_pizzas_is_asked_to_call(change_shop):
    change_shop(pizzas_per_order=6, phone="")
    order(quantity=6)

    with pytest.raises(OrderTooLarge) as large:
        order(1, quantity=7)
    assert large.value.message == ("For more than 6 pizzas we need to know early. Please call us.")


def test_an_order_above_the_limit_of_money_is_asked_to_call_with_the_shops_number(change_shop):
    change_shop(total_per_order=Decimal("25.98"), phone=PhoneNumber.from_string("+39065550100"))
    order(quantity=2)

    with pytest.raises(OrderTooLarge, match=r"more than €25.98 .* call us on \+39 06 555 0100"):
        order(1, quantity=3)


def test_a_client_that_sends_the_checkout_too_often_has_to_wait(settings):
    settings.SHOP_CHECKOUTS_PER_HOUR = 2
    order(0)
    with pytest.raises(order_services.EmptyBasket):
        order_services.place_order(
            ref=Order().ref, basket=Order().ref, contact=ANNA, shown_total=0, by=OFFICE, at=FRIDAY_NIGHT
        )

    with pytest.raises(TooManyAttempts):
        order(1)
    order(1, prove=True)
    order(1, by=GUEST.with_client("at home"))
    order(2, by=shop.hire(CUSTOMER).with_client(OFFICE.client))


def test_the_kitchen_keeps_its_own_limit_of_pizzas(kitchen, manager):
    kitchen_services.change_capacity(
        kitchen=kitchen, max_concurrent_orders=20, oven_slots=5, max_open_pizzas=6, by=manager, at=FRIDAY_NIGHT
    )

    with pytest.raises(OrderTooLarge):
        order(quantity=7, by=GUEST)
    order(quantity=5, by=GUEST)
    with pytest.raises(KitchenFull, match="only 1 more pizza at the moment"):
        order(1, quantity=2, by=GUEST)
