"""Orders placed by the API."""

from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen.models import FulfillmentMethod, Ticket
from menu.models import Pizza, Topping
from orders import services as order_services
from orders.customers import services as customer_services
from orders.models import Basket, Order
from orders.payments.models import PaymentAttempt
from orders.schemas import OrderRequest
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.orders.api.order_bodies import HOME, MARGHERITA, body, invalid_fields
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_an_order_in_cash_is_confirmed_and_answered_with_its_location(caller):
    anna = caller("customer")

    response = anna.post(
        "/orders",
        body(
            pizzas=[{"pizza_id": "pepperoni", "size": "large", "toppings": ["olives"], "quantity": 2}],
            items=[{"item_id": "cola", "quantity": 1}],
            special_instructions="Ring twice",
        ),
    )

    assert response.status_code == 201
    order = response.json()
    assert response.headers["Location"] == f"/api/orders/{order['id']}"
    assert anna.client.get(response.headers["Location"]).status_code == 401
    assert anna.get(f"/orders/{order['id']}").json() == order
    assert (order["status"], order["number"], order["method"]) == ("confirmed", 1, "pickup")
    assert (order["total"], order["total_amount"], order["currency"]) == ("56.16", "€56.16", "EUR")  # 2 x 26.48 + 3.20
    assert order["pizzas"] == [
        {
            "id": "pepperoni",
            "name": "Pepperoni",
            "size": "large",
            "toppings": ["Olives"],
            "without": [],
            "price": "26.48",
            "quantity": 2,
            "estimated_cooking_time": 9,
        }
    ]
    assert order["items"] == [{"id": "cola", "name": "Cola", "price": "3.20", "quantity": 1}]
    assert (order["customer_name"], order["customer_phone"]) == ("Anna Bianchi", "+390612345678")
    assert order["special_instructions"] == "Ring twice"
    assert order["order_time"] == "2026-11-20T19:00:00Z"
    assert order["payment"] == {"method": "cash", "status": "due", "paid": "0.00", "refunded": "0.00", "url": None}


def test_page_and_api_place_the_same_order_at_the_same_price_by_the_same_command(caller, caplog):
    DeliveryZoneFactory(slug="centre")
    CouponFactory(code="FRIDAY")
    choices = [shop.pizza("pepperoni", size="large", added=("olives",)), shop.simple_item()]
    by_page = shop.place(
        shop.basket_of(*choices), coupon="FRIDAY", method=FulfillmentMethod.DELIVERY, contact=shop.AT_HOME
    )
    caplog.clear()

    sent = body(
        pizzas=[{"pizza_id": "pepperoni", "size": "large", "toppings": ["olives"]}],
        items=[{"item_id": "cola"}],
        delivery_address=HOME | {"directions": "third floor"},
        customer_email="anna@example.com",
        coupon="FRIDAY",
    )
    by_api = Order.objects.get(ref=caller("customer").post("/orders", sent).json()["id"])

    commands = [record.msg["command"] for record in caplog.records if "command" in record.msg]
    assert [name for name in commands if name.startswith("orders.")] == ["orders.place_order"]
    of_page, of_api = (
        StoredEvent.objects.get(aggregate_ref=order.ref, type="order.placed.v4").data for order in (by_page, by_api)
    )
    varies = {"number", "customer", "promise_from", "promise_until"}
    assert {name: value for name, value in of_api.items() if name not in varies} == {
        name: value for name, value in of_page.items() if name not in varies
    }
    contents = [
        Ticket.objects.values("items", "pizzas", "minutes", "method", "notes").get(ref=o.ref) for o in (by_page, by_api)
    ]
    assert contents[0] == contents[1]
    assert (by_page.total, by_page.adjustments_total) == (by_api.total, by_api.adjustments_total)


def test_pizzas_are_taken_by_id_or_ref_and_toppings_also_by_name(caller):
    pizza, olives = Pizza.objects.get(slug="pepperoni"), Topping.objects.get(slug="olives")
    chosen = {"pizza_id": str(pizza.ref), "size": "small", "toppings": [str(olives.ref), "MUSHROOMS"]}

    order = caller("customer").post("/orders", body(pizzas=[chosen | {"without": ["Pepperoni"]}])).json()

    assert order["pizzas"][0]["toppings"] == ["Olives", "Mushrooms"]
    assert order["pizzas"][0]["without"] == ["Pepperoni"]


def test_the_name_and_phone_of_a_customer_are_filled_from_the_profile(caller):
    anna = caller("customer", given_name="Anna", family_name="Bianchi")
    assert invalid_fields(anna.post("/orders", body(customer_name=None, customer_phone=None))) == {"customer_phone"}

    by = shop.acting_as(CUSTOMER, anna.user.pk)
    customer_services.change_contact(name="Anna B.", phone="+390612345678", by=by, at=FRIDAY_NIGHT)
    order = anna.post("/orders", body(customer_name=None, customer_phone=None)).json()

    assert (order["customer_name"], order["customer_phone"]) == ("Anna B.", "+390612345678")


def test_a_program_that_acts_for_itself_must_name_its_guest(caller, settings):
    settings.OIDC_AUDIENCES = ["till"]
    till = caller("pos", azp="till", preferred_username="service-account-till")

    response = till.post("/orders", body(customer_name=None, customer_phone=None))

    assert invalid_fields(response) == {"customer_name", "customer_phone"}


def test_an_order_is_delivered_to_an_address_in_parts_or_in_one_line(caller):
    anna = caller("customer")

    in_parts = anna.post("/orders", body(delivery_address=HOME)).json()
    in_one_line = anna.post("/orders", body(customer_address="Via Appia 7, 00183 Roma")).json()

    assert in_parts["method"] == "delivery"
    assert in_parts["delivery_address"] == HOME | {"directions": ""} == in_one_line["delivery_address"]


def test_adding_a_topping_of_the_recipe_changes_nothing(caller):
    chosen = {"pizza_id": "pepperoni", "size": "small", "toppings": ["pepperoni"]}

    order = caller("customer").post("/orders", body(pizzas=[chosen])).json()

    assert (order["total"], order["pizzas"][0]["toppings"]) == ("14.99", [])


def test_null_stands_for_every_optional_field_that_is_absent(caller, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    anna = caller("customer")
    address, topped = HOME | {"directions": None}, MARGHERITA | {"toppings": None, "without": None, "quantity": None}
    absent = {
        name: None
        for name, field in OrderRequest.model_fields.items()
        if not field.is_required() and name not in body()
    }
    sent = body() | absent | {"payment_method": None, "delivery_address": address, "pizzas": [topped]}

    order = anna.post("/orders", sent).json()
    with_items = anna.post("/orders", body(items=[{"item_id": "cola", "quantity": None}]))

    assert order["payment"]["method"] == "credit_card"
    assert (order["total"], order["method"], order["pizzas"][0]["quantity"]) == ("12.99", "delivery", 1)
    assert with_items.json()["items"][0]["quantity"] == 1


def test_null_is_documented_for_optional_fields_and_for_no_other():
    schema = OrderRequest.model_json_schema()

    nullable = {name for name, field in schema["properties"].items() if {"type": "null"} in field.get("anyOf", [])}

    assert nullable == schema["properties"].keys() - set(schema["required"])
    assert schema["properties"]["items"]["anyOf"][0]["type"] == "array"


def test_an_order_by_card_is_pending_with_the_page_on_which_it_is_paid(caller, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"

    order = caller("customer").post("/orders", body(payment_method=None)).json()

    assert (order["status"], order["payment"]["method"]) == ("pending", "credit_card")
    assert order["payment"]["url"] == settings.SHOP_ORIGIN + reverse("payments:pay", args=[order["id"]])
    assert PaymentAttempt.objects.get().order.ref.hex == order["id"].replace("-", "")


def test_what_was_ordered_without_a_basket_can_be_put_into_one(caller):
    anna = caller("customer")
    chosen = {"pizza_id": "pepperoni", "size": "large", "toppings": ["olives"], "without": ["pepperoni"]}
    order = anna.post("/orders", body(pizzas=[chosen | {"quantity": 2}], items=[{"item_id": "cola"}])).json()
    by, basket = shop.acting_as(CUSTOMER, anna.user.pk), uuid7()

    order_services.copy_basket_of(order=order["id"], into=basket, by=by, at=FRIDAY_NIGHT)

    copied = Basket.objects.get(ref=basket)
    assert shop.total_of(copied) == Decimal(order["total"])
    assert [line.parsed_selection for line in copied.lines.all()] == [
        shop.pizza("pepperoni", size="large", added=("olives",), left_out=("pepperoni",)),
        shop.simple_item(),
    ]


def test_an_order_takes_the_statements_of_the_checkout_and_those_of_its_answer(caller, django_assert_max_num_queries):
    anna = caller("customer")
    anna.post("/orders", body())

    # With savepoints; the menu twice, as this transaction has changed it; the user; order, lines, parts, adjustments.
    with django_assert_max_num_queries(16 + 2 + 2 * 5 + 1 + 4):
        anna.post("/orders", body(), key="order-2")
