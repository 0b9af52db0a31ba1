"""The events of an order in the API."""

import pytest

from kitchen import services as kitchen_services
from tests.orders.api.order_bodies import body
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_the_events_of_an_order_name_no_staff(caller, chef):
    anna = caller("customer")
    order = anna.post("/orders", body()).json()["id"]
    kitchen_services.start_cooking(ref=order, by=chef, at=FRIDAY_NIGHT)

    events = anna.get(f"/orders/{order}/events").json()

    assert [(event["seq"], event["type"], event["actor"]) for event in events] == [
        (1, "order.placed.v4", "customer"),
        (2, "order.confirmed.v1", "customer"),
        (3, "order.cooking_started.v1", "staff"),
    ]
    assert events[0]["data"]["total"] == "12.99"
    assert events[2]["data"] == {}
