"""Orders handed over by the API."""

from decimal import Decimal

import pytest

from orders.models import OrderStatus
from tests import shop
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_an_order_is_handed_over_once_however_often_it_is_sent_with_its_key(caller, chef):
    order, ciro = shop.cooked(shop.place(), by=chef), caller("chef")

    answers = [ciro.post(f"/orders/{order.ref}/hand-over", key="h1") for _time in range(2)]

    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "delivered")] * 2
    assert answers[0].json()["payment"]["paid"] == "12.99"
    assert_refused(ciro.post(f"/orders/{order.ref}/hand-over"), 409, "order_state_conflict")
    order.refresh_from_db()
    assert (order.status, order.paid) == (OrderStatus.DELIVERED, Decimal("12.99"))
