"""Orders cancelled by the API."""

import pytest

from kitchen import services as kitchen_services
from orders.models import Order
from tests import shop
from tests.orders.api.order_bodies import body, invalid_fields
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_a_customer_cancels_an_own_order_without_a_reason_until_it_cooks(caller, chef):
    anna = caller("customer")
    order, cooking = (anna.post("/orders", body()).json()["id"] for _each in range(2))
    kitchen_services.start_cooking(ref=cooking, by=chef, at=FRIDAY_NIGHT)

    cancelled = anna.delete(f"/orders/{order}")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert Order.objects.get(ref=order).cancel_reason == "changed_mind"
    assert_refused(anna.delete(f"/orders/{order}"), 409, "order_state_conflict")
    assert_refused(anna.delete(f"/orders/{cooking}"), 409, "too_late_to_cancel")


def test_staff_must_give_a_reason_to_cancel(caller):
    order, ciro = shop.place(), caller("chef")

    assert_refused(ciro.delete(f"/orders/{order.ref}"), 422, "reason_missing")
    assert invalid_fields(ciro.delete(f"/orders/{order.ref}?reason=boredom")) == {"reason"}
    assert_refused(ciro.delete(f"/orders/{order.ref}?reason=other"), 422, "reason_missing")

    assert ciro.delete(f"/orders/{order.ref}?reason=other&note=No+gas").json()["status"] == "cancelled"
    order.contact.refresh_from_db()
    assert order.contact.reason_note == "No gas"
