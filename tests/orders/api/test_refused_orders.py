"""Orders that the API refuses: invalid ones with the names of their fields, others by a rule."""

import pytest

from kitchen.models import Kitchen
from menu.models import Pizza, SimpleItem, Topping
from menu.services import mark_sold_out
from pizzeria.foundation.actor import SYSTEM
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.orders.api.order_bodies import HOME, MARGHERITA, body, invalid_fields, nothing_is_written
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_all_invalid_fields_are_named_in_one_answer_and_nothing_is_written(caller):
    response = caller("pos").post(
        "/orders",
        {
            "customer_name": "  ",
            "customer_phone": "12",
            "customer_email": "nobody",
            "pizzas": [
                {"pizza_id": "calzone", "size": "huge", "quantity": 0},
                {"pizza_id": "margherita", "size": "small", "toppings": ["gold"]},
                {"pizza_id": "margherita", "size": "small", "toppings": ["olives"] * 11},
            ],
            "items": [{"item_id": "wine", "quantity": "two"}],
            "delivery_address": {"street": "", "city": "Roma"},
            "payment_method": "shells",
            "tip": "-1",
            "total": "0.01",
        },
    )

    assert_refused(response, 422, "invalid")
    assert invalid_fields(response) == {
        "customer_name",
        "customer_phone",
        "customer_email",
        "pizzas.0.pizza_id",
        "pizzas.0.size",
        "pizzas.0.quantity",
        "pizzas.1.toppings.0",
        "pizzas.2.toppings",
        "items.0.item_id",
        "items.0.quantity",
        "delivery_address.street",
        "payment_method",
        "tip",
        "total",
    }
    assert nothing_is_written()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pizzas": []}, "pizzas"),
        ({"pizzas": None}, "pizzas"),
        ({"tip": "NaN"}, "tip"),
        ({"tip": 1e309}, "tip"),
        ({"expected_total": "1.001"}, "expected_total"),
        ({"pizzas": [MARGHERITA] * 31}, "pizzas"),
        ({"notes": "a", "special_instructions": "b"}, "notes"),
        ({"delivery_address": HOME, "customer_address": "Via Appia 7, 00183 Roma"}, "customer_address"),
        ({"customer_address": "somewhere in Roma"}, "customer_address"),
        ({"customer_address": "Via Appia 7, 000000000000000000000000000000 Roma"}, "customer_address"),
        ({"customer_address": f"Via 7, 1 {'o' * 105}"}, "customer_address"),
        ({"wanted_at": "2026-11-20T20:00:00"}, "wanted_at"),
        ({"status": "delivered"}, "status"),
        ({"customer_name": "Win at www.example.com"}, "customer_name"),
    ],
)
def test_an_invalid_field_is_named_and_nothing_is_written(caller, change, field):
    assert invalid_fields(caller("customer").post("/orders", body(**change))) == {field}
    assert nothing_is_written()


@pytest.mark.parametrize("sent", ["{", '{"pizzas": ' + "[" * 100_000, "\x00", "null", "[]"])
def test_a_body_that_is_no_order_is_refused(caller, sent):
    response = caller("customer").send("post", "/orders", sent)

    assert response.status_code in (400, 422), response.content
    assert nothing_is_written()


def test_an_order_for_later_is_not_offered(caller):
    response = caller("customer").post("/orders", body(wanted_at="2026-11-20T20:00:00Z"))

    assert_refused(response, 422, "slot_not_offered")
    assert invalid_fields(response) == {"wanted_at"}


def test_an_order_outside_the_delivery_area_is_refused_at_its_postal_code(caller):
    DeliveryZoneFactory(codes=["00100"])

    response = caller("customer").post("/orders", body(delivery_address=HOME))

    assert_refused(response, 422, "outside_delivery_area")
    assert invalid_fields(response) == {"delivery_address.zip_code"}


def test_an_order_by_card_is_refused_in_a_shop_without_a_gateway(caller):
    response = caller("customer").post("/orders", body(payment_method=None))

    assert_refused(response, 422, "payment_method_not_offered")
    assert invalid_fields(response) == {"payment_method"}


def test_an_order_is_refused_at_another_total_than_was_expected(caller):
    anna = caller("customer")

    refused = anna.post("/orders", body(expected_total="12.98"))

    assert_refused(refused, 409, "total_changed")
    assert [error["field"] for error in refused.json()["errors"]] == ["expected_total"]
    assert anna.post("/orders", body(expected_total="14.99", tip="2.00")).json()["total"] == "14.99"


def test_an_order_at_capacity_is_refused_with_the_seconds_to_wait(caller):
    Kitchen.objects.update(max_concurrent_orders=1)
    anna = caller("customer")
    anna.post("/orders", body())

    response = anna.post("/orders", body())

    assert_refused(response, 409, "kitchen_full")
    assert response.headers["Retry-After"] == str(8 * 60)
    assert "at capacity. Please try again in about 8 minutes." in response.json()["detail"]


def test_what_is_sold_out_is_refused(caller):
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    assert_refused(caller("customer").post("/orders", body()), 409, "sold_out")


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (SimpleItem(slug="cola"), "items.0.item_id"),
        (Pizza(slug="margherita"), "pizzas.1.pizza_id"),
        (Topping(slug="olives"), "pizzas.0.toppings.1"),
        (Topping(slug="pepperoni"), "pizzas.0.without"),
    ],
    ids=["item", "pizza", "topping", "topping of the recipe"],
)
@pytest.mark.parametrize("path", ["/orders", "/orders/quote"])
def test_what_is_sold_out_is_named_as_it_was_sent(caller, what, field, path):
    pepperoni = {"pizza_id": "pepperoni", "size": "small", "toppings": ["mushrooms", "olives"]}
    row = type(what).objects.get(slug=what.slug)
    mark_sold_out(item=row, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    refused = caller("customer").post(path, body(pizzas=[pepperoni, MARGHERITA], items=[{"item_id": "cola"}]))

    assert_refused(refused, 409, "sold_out")
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert row.name.lower() in refused.json()["errors"][0]["detail"].lower()


def test_all_that_is_sold_out_is_named_in_one_answer_each_with_its_own_sentence(caller):
    sold_out = [SimpleItem.objects.get(slug="cola"), *Topping.objects.filter(slug__in=["mushrooms", "olives"])]
    for item in sold_out:
        mark_sold_out(item=item, until=None, by=SYSTEM, at=FRIDAY_NIGHT)
    chosen = MARGHERITA | {"toppings": ["mushrooms", "basil", "olives"]}

    errors = caller("customer").post("/orders", body(pizzas=[chosen], items=[{"item_id": "cola"}])).json()["errors"]

    assert {error["field"]: error["detail"] for error in errors} == {
        "pizzas.0.toppings.0": "We are out of mushrooms right now. Please choose something else.",
        "pizzas.0.toppings.2": "We are out of olives right now. Please choose something else.",
        "items.0.item_id": "Cola is sold out.",
    }


def test_an_order_that_is_too_large_is_refused_at_the_pizzas(caller, change_shop):
    change_shop(pizzas_per_order=1)

    refused = caller("customer").post("/orders", body(pizzas=[MARGHERITA] * 2))

    assert_refused(refused, 422, "order_too_large")
    assert invalid_fields(refused) == {"pizzas"}


def test_too_many_different_things_are_refused_at_the_pizzas(caller):
    refused = caller("customer").post("/orders", body(pizzas=[MARGHERITA] * 30, items=[{"item_id": "cola"}]))

    assert_refused(refused, 422, "basket_full")
    assert invalid_fields(refused) == {"pizzas"}


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"without": ["basil"]}, "pizzas.1.without.0"),
        ({"without": ["pepperoni", "basil"]}, "pizzas.1.without.1"),
        ({"without": ["pepperoni", "Pepperoni"]}, "pizzas.1.without.1"),
        ({"toppings": ["basil", "olives", "Basil"]}, "pizzas.1.toppings.2"),
        ({"toppings": ["pepperoni"], "without": ["pepperoni"]}, "pizzas.1.without.0"),
    ],
)
def test_toppings_that_contradict_each_other_are_named(caller, choices, field):
    pepperoni = {"pizza_id": "pepperoni", "size": "small", **choices}

    response = caller("customer").post("/orders", body(pizzas=[MARGHERITA, pepperoni]))

    assert_refused(response, 422, "invalid")
    assert invalid_fields(response) == {field}
    assert nothing_is_written()


def test_unknown_codes_are_counted_and_then_known_ones_are_refused_as_well(caller, settings):
    settings.SHOP_COUPONS_PER_HOUR = 2
    CouponFactory(code="FRIDAY")
    anna = caller("customer")
    for guess in ("A", "B", "C"):
        anna.post("/orders/quote", body(coupon=guess))

    response = anna.post("/orders/quote", body(coupon="FRIDAY"))

    assert_refused(response, 429, "too_many_attempts")
    assert int(response.headers["Retry-After"]) > 0
