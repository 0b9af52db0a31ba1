"""Bad input by the API: it gets the right code, and nothing is written; hostile text is stored as text."""

import json

import pytest

from kitchen.models import Ticket
from orders.models import Order, OrderStatus
from tests.orders.api.order_bodies import body
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

HOSTILE = (
    "'; DROP TABLE orders_order; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% debug %}",
    "%s %(name)s {0}",
    "Robert\\'); SELECT pg_sleep(9)",
)
TEXT_FIELDS = ("special_instructions", "allergies")


def test_a_megabyte_of_toppings_is_named_in_a_short_answer(caller):
    megabyte = body(pizzas=[{"pizza_id": "margherita", "size": "small", "toppings": ["mushrooms"] * 90_000}])

    response = caller("customer").post("/orders", megabyte)

    assert len(json.dumps(megabyte)) > 2**20
    assert_refused(response, 422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == ["pizzas.0.toppings"]
    assert len(response.content) < 1_000
    assert not Order.objects.exists()


def test_a_body_of_several_megabytes_is_refused_unread(caller):
    response = caller("customer").send("post", "/orders", json.dumps(body(notes="x" * 4_000_000)))

    assert_refused(response, 413, "too_large")
    assert not Order.objects.exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_and_answered_as_it_is(caller, text):
    order = caller("customer").post("/orders", body(**dict.fromkeys(TEXT_FIELDS, text)))

    assert order.status_code == 201, order.content
    assert {order.json()[field] for field in TEXT_FIELDS} == {text}
    assert Ticket.objects.get().notes == text
    [waiting] = caller("chef").get("/kitchen/queue").json()["waiting"]
    assert (waiting["notes"], waiting["allergies"]) == (text, text)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "path",
    ["/orders/{}", "/orders?cursor={}", "/orders?status={}", "/menu/pizzas/{}", "/orders?since={}"],
)
def test_hostile_text_in_an_address_finds_nothing(caller, path, text):
    response = caller("manager").get(path.format(text.replace("%", "%25").replace("?", "%3F").replace("#", "%23")))

    assert response.status_code in (404, 422), response.content


@pytest.mark.parametrize("field", ["customer_name", *TEXT_FIELDS])
def test_control_characters_are_left_out_as_on_the_pages(caller, field):
    order = caller("customer").post("/orders", body(**{field: "An\0na\x07"}))

    assert order.status_code == 201, order.content
    assert order.json()[field] == "Anna"


def test_the_order_of_another_customer_is_not_found_by_any_method_and_stays_as_it_is(caller):
    order = caller("customer").post("/orders", body()).json()["id"]
    other = caller("customer", subject="another")

    answers = [
        other.get(f"/orders/{order}"),
        other.get(f"/orders/{order}/events"),
        other.delete(f"/orders/{order}"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert Order.objects.get().status == OrderStatus.CONFIRMED
    assert other.get("/orders").json()["items"] == []
