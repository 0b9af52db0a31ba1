"""Orders for later through the API."""

from datetime import timedelta

import pytest

from kitchen.models import Kitchen
from orders.models import Order
from tests import shop
from tests.factories import DeliveryZoneFactory
from tests.orders.api.order_bodies import body, nothing_is_written
from tests.shop import FRIDAY_NIGHT

AT_TEN = FRIDAY_NIGHT + timedelta(hours=2)
TEN = "2026-11-20T21:00:00Z"

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


@pytest.fixture
def anna(caller):
    """Return the customer's program, of a shop that takes orders for later."""
    Kitchen.objects.update(max_slot_pizzas=4, later_days=0)
    return caller("customer")


def test_a_program_lists_the_times_and_orders_for_one_of_them(anna):
    slots = anna.get("/orders/slots").json()

    assert slots[0] == {"wanted_at": "2026-11-20T19:15:00Z", "label": "20:15", "pizzas_left": 4}
    assert TEN in [slot["wanted_at"] for slot in slots]
    order = anna.post("/orders", body(wanted_at=TEN)).json()
    assert (order["wanted_at"], order["promise"]["earliest"]) == (TEN, TEN)
    assert Order.objects.get().requested_for == AT_TEN
    left = {slot["wanted_at"]: slot["pizzas_left"] for slot in anna.get("/orders/slots").json()}
    assert left[TEN] == 3


def test_only_times_with_room_for_the_pizzas_are_listed(anna):
    shop.place(shop.basket_of(quantity=2), wanted_at=AT_TEN)

    def listed(pizzas):
        return TEN in [slot["wanted_at"] for slot in anna.get(f"/orders/slots?pizzas={pizzas}").json()]

    assert (listed(2), listed(3), anna.get("/orders/slots?pizzas=5").json()) == (True, False, [])


def test_a_delivery_has_later_times_and_none_outside_the_delivery_area(anna):
    DeliveryZoneFactory(driving_minutes=40)

    inside = anna.get("/orders/slots?method=delivery&postal_code=00183").json()
    outside = anna.get("/orders/slots?method=delivery&postal_code=00001")

    assert inside[0]["wanted_at"] == "2026-11-20T20:00:00Z"
    assert (outside.status_code, outside.json()["code"]) == (422, "outside_delivery_area")


@pytest.mark.parametrize("query", ["pizzas=-1", "pizzas=1001", "pizzas=x", "method=pigeon", "postal_code=" + "1" * 13])
def test_an_invalid_question_is_refused(anna, query):
    assert anna.get(f"/orders/slots?{query}").status_code == 422


def test_a_quote_for_later_has_the_promise_of_its_time_also_while_the_kitchen_is_full(anna):
    Kitchen.objects.update(max_concurrent_orders=1)
    shop.place()

    quote = anna.post("/orders/quote", body(wanted_at=TEN)).json()

    assert quote["accepts_orders"] is True
    assert quote["promise"] == {"earliest": TEN, "latest": "2026-11-20T21:10:00Z"}
    assert quote["message"] == "It is ready at 22:00."


@pytest.mark.parametrize("path", ["/orders", "/orders/quote"])
@pytest.mark.parametrize(
    ("wanted_at", "status", "code"),
    [(TEN, 409, "slot_full"), ("2026-11-20T21:01:00Z", 422, "slot_not_offered")],
    ids=["full", "no full quarter"],
)
def test_a_time_that_cannot_be_had_is_refused_with_a_stable_code(anna, path, wanted_at, status, code):
    Kitchen.objects.update(max_slot_pizzas=1)
    shop.place(wanted_at=AT_TEN)

    response = anna.post(path, body(wanted_at=wanted_at))

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert Order.objects.count() == 1


def test_without_orders_for_later_no_time_is_listed(caller):
    assert caller("customer").get("/orders/slots").json() == []
    assert nothing_is_written()
