"""
The statements of each step of a guest's order, and of an order by the API, in their sequence.

They are listed, so that a new one is added here with a reason. What reads the menu is left out: it is counted beside
the snapshot of the menu.
"""

import pytest
from django.urls import reverse

from orders import services as order_services
from orders.models import PaymentMethod
from pizzeria.foundation.events.relay import relay_due
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.orders.api.order_bodies import body
from tests.orders.test_basket import MARGHERITA
from tests.orders.test_checkout_page import ANNA, hidden, send
from tests.shop import FRIDAY_NIGHT
from tests.statements import captured_statements, without_menu

pytestmark = pytest.mark.usefixtures("kitchen", "_limited")

KEY = "INSERT idempotency_idempotencykey"
COUNT_ATTEMPT = ["SELECT orders_phoneproof", "INSERT attempts_attemptcounter"]  # unless the number was proved
SAVE_SESSION = ["UPDATE django_session"]

BEFORE_THE_KITCHEN = ["INSERT orders_ordercontact", "INSERT orders_orderline", "INSERT orders_orderlinepart"]
LIMITS = "SELECT kitchen_ticket"  # the limits for guests: their orders, with the pizzas of the tickets
UNDER_ITS_LOCK = [
    "LOCK kitchen_kitchen",
    "SELECT kitchen_ticket",  # the load and the promise
    "INSERT kitchen_ticket",
    "UPDATE kitchen_kitchen",  # the number, and the board's version
    LIMITS,
    "INSERT events_storedevent",  # and the outbox entries
    "INSERT orders_order",
]
PLACE = [KEY, "UPDATE orders_basket", "SELECT orders_basketline", *BEFORE_THE_KITCHEN, *UNDER_ITS_LOCK]


@pytest.fixture
def _limited(settings, change_shop):
    """All limits for guests are in force."""
    settings.SHOP_CHECKOUTS_PER_HOUR = 300
    change_shop(open_orders_per_phone=10, guest_share_percent=50)


def test_placing_an_order_of_a_guest_in_cash_takes_fifteen_statements_with_all_limits_in_force():
    basket, by = shop.basket_of(shop.pizza(added=("olives",)), shop.simple_item()), shop.GUEST.with_client("anna")
    total = shop.total_of(basket)

    with captured_statements() as statements:
        order_services.place_order(
            ref=uuid7(),
            basket=basket.ref,
            contact=shop.ANNA,
            shown_total=total,
            payment_method=PaymentMethod.CASH,
            by=by,
            at=FRIDAY_NIGHT,
            idempotency=IdempotentRequest.of(principal="anna", key=uuid7(), data={}),
        )

    assert without_menu(statements) == [*COUNT_ATTEMPT, *PLACE]


def test_adding_a_first_pizza_takes_three_statements_and_one_for_a_new_session(client):
    with captured_statements() as statements:
        client.post(reverse("orders:add_to_basket"), {**MARGHERITA, "key": str(uuid7())})

    assert without_menu(statements) == [
        KEY,
        "INSERT orders_basket",
        "INSERT orders_basketline",
        "INSERT django_session",
    ]


def test_adding_another_pizza_reads_the_lines_and_saves_the_session(client):
    client.post(reverse("orders:add_to_basket"), MARGHERITA)

    with captured_statements() as statements:
        client.post(reverse("orders:add_to_basket"), {**MARGHERITA, "size": "large", "key": str(uuid7())})

    assert without_menu(statements) == [
        KEY,
        "INSERT orders_basket",  # locks the one that is there
        "SELECT orders_basketline",
        "INSERT orders_basketline",
        *SAVE_SESSION,
    ]


@pytest.fixture
def form(client):
    """The form of the checkout page, filled in, for one Margherita; a page that shows the message was open before."""
    client.post(reverse("orders:add_to_basket"), {**MARGHERITA, "key": str(uuid7())})
    client.get(reverse("orders:basket"))
    return {**ANNA, **hidden(client.get(reverse("orders:checkout")))}


def test_the_checkout_page_reads_the_basket_the_delivery_area_and_the_kitchen_and_writes_nothing(client, form):
    with captured_statements() as statements:
        client.get(reverse("orders:checkout"))

    assert without_menu(statements) == [
        "SELECT orders_basketline",
        "SELECT orders_deliveryzone",
        "SELECT kitchen_kitchen",
        "SELECT kitchen_ticket",
    ]


def test_submitting_the_checkout_places_the_order_and_saves_the_session_once(client, form):
    with captured_statements() as statements:
        response = send(client, form)

    assert response.status_code == 302
    assert without_menu(statements) == [*COUNT_ATTEMPT, *PLACE, *SAVE_SESSION]


def test_the_page_of_a_placed_order_takes_six_queries_and_writes_nothing(client, form):
    address = send(client, form).url

    with captured_statements() as statements:
        client.get(address)

    assert without_menu(statements) == [
        "SELECT orders_order",
        "SELECT orders_orderline",
        "SELECT orders_orderlinepart",
        "SELECT orders_orderadjustment",
        "SELECT events_storedevent",  # the tracker
        "SELECT kitchen_ticket",
    ]


def test_an_order_by_the_api_takes_the_statements_of_placing_and_those_of_its_answer(caller):
    anna = caller("customer")
    anna.post("/orders", body())

    with captured_statements() as statements:
        anna.post("/orders", body(), key="order-2")

    assert without_menu(statements) == [
        "SELECT users_identity",
        KEY,
        "SELECT customers_customer",
        *BEFORE_THE_KITCHEN,
        *UNDER_ITS_LOCK[:4],
        *UNDER_ITS_LOCK[5:],  # no limits: it is a customer's
        "SELECT orders_order",
        "SELECT orders_orderline",
        "SELECT orders_orderlinepart",
        "SELECT orders_orderadjustment",
    ]


@pytest.mark.usefixtures("tonight")
def test_relaying_the_events_of_a_guests_order_in_a_shop_without_channels_takes_six_statements(settings):
    settings.MAILERS, settings.NOTIFY_SMS_URL = {}, ""
    order = shop.place()

    with captured_statements() as statements:
        assert relay_due(aggregate_refs=[order.ref], now=lambda: FRIDAY_NIGHT) == 2

    assert statements == [
        "SELECT events_outboxentry",  # locks and claims both
        "SELECT orders_order",  # whether it has a customer
        "SELECT webhooks_webhooksubscription",
        "SELECT orders_order",  # the days in which it counts
        "UPDATE events_outboxentry",  # marks both
        "SELECT events_outboxentry",  # nothing is left
    ]
