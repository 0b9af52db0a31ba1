"""Orders that are sent to the API again with their key."""

import pytest

from kitchen import services as kitchen_services
from orders.models import Order
from tests.orders.api.order_bodies import body, invalid_fields, nothing_is_written
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_an_order_that_is_sent_again_with_its_key_is_placed_once(caller):
    anna = caller("customer")

    first, again = (anna.post("/orders", body(), key="order-1") for _time in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert Order.objects.count() == 1


def test_an_order_that_is_sent_again_is_answered_as_it_is_now(caller, chef):
    anna = caller("customer")
    order = anna.post("/orders", body(), key="order-1").json()
    kitchen_services.start_cooking(ref=order["id"], by=chef, at=FRIDAY_NIGHT)

    again = anna.post("/orders", body(), key="order-1")

    assert (again.status_code, again.json()["status"]) == (201, "cooking")


def test_a_key_is_refused_with_another_order_and_free_for_another_caller(caller):
    anna, berta = caller("customer"), caller("customer", "berta")
    anna.post("/orders", body(), key="order-1")

    assert_refused(anna.post("/orders", body(tip="1.00"), key="order-1"), 422, "idempotency_key_reused")
    assert berta.post("/orders", body(tip="1.00"), key="order-1").status_code == 201


def test_a_refused_order_leaves_its_key_for_the_corrected_one(caller):
    anna = caller("customer")
    anna.post("/orders", body(expected_total="1.00"), key="order-1")

    assert anna.post("/orders", body(), key="order-1").status_code == 201


@pytest.mark.parametrize("key", ["two words", "é", "k" * 256, "tab\t"])
def test_a_key_with_other_than_visible_characters_is_invalid(caller, key):
    assert invalid_fields(caller("customer").post("/orders", body(), key=key)) == {"Idempotency-Key"}
    assert nothing_is_written()
