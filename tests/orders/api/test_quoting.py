"""Orders quoted by the API."""

from decimal import Decimal

import pytest

from kitchen.models import Kitchen
from orders.models import Order
from tests import shop
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.orders.api.order_bodies import HOME, body, nothing_is_written

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_a_quote_has_the_price_and_the_promise_of_the_order_and_places_nothing(caller):
    DeliveryZoneFactory(fee=Decimal("3.50"))
    CouponFactory(code="FRIDAY", value=Decimal("5.00"))
    anna, sent = caller("customer"), body(delivery_address=HOME, coupon="FRIDAY", tip="1.50")

    quote = anna.post("/orders/quote", sent).json()

    assert nothing_is_written()
    order = anna.post("/orders", sent | {"expected_total": quote["total"]}).json()
    shared = ("lines_total", "adjustments", "tax_lines", "total", "total_amount", "promise")
    assert {name: quote[name] for name in shared} == {name: order[name] for name in shared}
    assert [(part["kind"], part["amount"]) for part in quote["adjustments"]] == [
        ("discount", "-5.00"),
        ("delivery_fee", "3.50"),
        ("tip", "1.50"),
    ]
    assert quote["trace"] == Order.objects.get(ref=order["id"]).price_trace


def test_a_quote_of_a_full_kitchen_has_a_price_and_no_promise(caller):
    Kitchen.objects.update(max_concurrent_orders=1)
    shop.place()

    quote = caller("customer").post("/orders/quote", body()).json()

    assert (quote["total"], quote["accepts_orders"], quote["promise"]) == ("12.99", False, None)
    assert "at capacity" in quote["message"]
