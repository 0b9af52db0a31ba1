"""Orders cancelled by the API."""

import pytest

from kitchen import services as kitchen_services
from orders import services as order_services
from orders.models import Order, OrderStatus
from tests import shop
from tests.orders.api.order_bodies import HOME, body, invalid_fields
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
    assert_refused(anna.delete(f"/orders/{cooking}"), 409, "too_late_to_cancel")


def test_cancelling_an_order_again_is_answered_with_it_to_those_who_may_cancel_it(caller):
    anna, ciro, dina = caller("customer"), caller("chef"), caller("driver")
    order = anna.post("/orders", body(delivery_address=HOME)).json()["id"]
    first = anna.delete(f"/orders/{order}")
    seq = Order.objects.get().seq

    answers = [anna.delete(f"/orders/{order}"), ciro.delete(f"/orders/{order}?reason=sold_out")]

    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "cancelled")] * 2
    assert answers[0].json() == first.json()
    assert (Order.objects.get().seq, Order.objects.get().cancel_reason) == (seq, "changed_mind")
    assert_refused(caller("customer", "berta").delete(f"/orders/{order}"), 404, "order_not_found")
    assert_refused(dina.delete(f"/orders/{order}"), 403, "insufficient_scope")


def test_cancelling_an_order_that_is_handed_over_is_refused(caller, chef):
    order = shop.cooked(shop.place(), by=chef)
    order_services.hand_over(ref=order.ref, by=chef, at=FRIDAY_NIGHT)

    refused = caller("chef").delete(f"/orders/{order.ref}?reason=changed_mind")

    assert_refused(refused, 409, "order_state_conflict")


def test_a_customer_cannot_say_that_the_kitchen_is_too_busy(caller):
    anna = caller("customer")
    order = anna.post("/orders", body()).json()["id"]

    refused = anna.delete(f"/orders/{order}?reason=too_busy")

    assert_refused(refused, 422, "reason_not_possible")
    assert invalid_fields(refused) == {"reason"}
    assert Order.objects.get().status == OrderStatus.CONFIRMED


def test_staff_cancel_for_the_reasons_that_the_page_offers_at_the_status(caller):
    order, ciro = shop.place(), caller("chef")

    refused = ciro.put(f"/orders/{order.ref}/status", {"status": "cancelled", "reason": "nobody_home"})

    assert_refused(refused, 422, "reason_not_possible")
    assert "changed_mind, sold_out, too_busy, other" in refused.json()["detail"]
    assert Order.objects.get().status == OrderStatus.CONFIRMED


def test_staff_must_give_a_reason_to_cancel(caller):
    order, ciro = shop.place(), caller("chef")

    assert_refused(ciro.delete(f"/orders/{order.ref}"), 422, "reason_missing")
    assert invalid_fields(ciro.delete(f"/orders/{order.ref}?reason=boredom")) == {"reason"}
    assert_refused(ciro.delete(f"/orders/{order.ref}?reason=other"), 422, "reason_missing")

    assert ciro.delete(f"/orders/{order.ref}?reason=other&note=No+gas").json()["status"] == "cancelled"
    order.contact.refresh_from_db()
    assert order.contact.reason_note == "No gas"
