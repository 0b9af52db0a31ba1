"""Orders read by the API."""

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from orders import schemas
from orders import selectors as order_selectors
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import Order
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import DRIVER, KITCHEN
from tests import shop
from tests.orders.api.order_bodies import HOME, body, invalid_fields
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_a_customer_reads_own_orders_only_and_staff_all(caller):
    anna, berta, ciro = caller("customer"), caller("customer", "berta"), caller("chef")
    order = anna.post("/orders", body()).json()["id"]
    guests = shop.place()

    assert [each["id"] for each in anna.get("/orders").json()["items"]] == [order]
    assert berta.get("/orders").json() == {"items": [], "next_cursor": None}
    assert [each["id"] for each in ciro.get("/orders").json()["items"]] == [str(guests.ref), order]
    for path in ("", "/events"):
        assert_refused(berta.get(f"/orders/{order}{path}"), 404, "order_not_found")
        assert_refused(anna.get(f"/orders/{guests.ref}{path}"), 404, "order_not_found")
        assert ciro.get(f"/orders/{order}{path}").status_code == 200
    assert_refused(berta.delete(f"/orders/{order}"), 404, "order_not_found")
    assert_refused(ciro.get(f"/orders/{uuid7()}"), 404, "order_not_found")
    assert_refused(anna.get("/orders/1"), 404, "not_found")


def test_a_driver_reads_ready_deliveries_and_the_contact_of_the_own_tour_only(caller, chef):
    dina = caller("driver")
    dina.get("/me")
    driver = shop.acting_as(DRIVER, dina.user.pk)
    pickup, cooking = shop.place(), shop.place(method=FulfillmentMethod.DELIVERY)
    free, own, others = (shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef) for _each in range(3))
    delivery_services.claim_delivery(ref=own.ref, by=driver, at=FRIDAY_NIGHT)
    delivery_services.claim_delivery(ref=others.ref, by=shop.hire(DRIVER), at=FRIDAY_NIGHT)

    seen = {each["id"]: each for each in dina.get("/orders").json()["items"]}

    assert seen.keys() == {str(free.ref), str(own.ref)}
    assert (seen[str(own.ref)]["customer_name"], seen[str(free.ref)]["customer_name"]) == ("Anna Bianchi", "")
    assert seen[str(free.ref)]["customer_phone"] == ""
    assert seen[str(free.ref)]["delivery_address"]["street"] == ""
    for order in (pickup, cooking, others):
        assert_refused(dina.get(f"/orders/{order.ref}"), 404, "order_not_found")


def test_orders_are_paged_by_cursor_newest_first(caller):
    placed = [str(shop.place().ref) for _each in range(5)]
    ciro = caller("chef")

    first = ciro.get("/orders?limit=2").json()
    late = shop.place()
    second = ciro.get(f"/orders?limit=2&cursor={first['next_cursor']}").json()
    third = ciro.get(f"/orders?limit=2&cursor={second['next_cursor']}").json()

    shown = [each["id"] for page in (first, second, third) for each in page["items"]]
    assert shown == placed[::-1]
    assert str(late.ref) not in shown
    assert third["next_cursor"] is None


def test_orders_are_filtered_by_status_and_by_time(caller, chef):
    cooking, waiting, cancelled = (shop.place() for _each in range(3))
    kitchen_services.start_cooking(ref=cooking.ref, by=chef, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=cancelled.ref, reason="too_busy", by=chef, at=FRIDAY_NIGHT)
    ciro = caller("chef")

    def found(query):
        return {each["id"] for each in ciro.get(f"/orders?{query}").json()["items"]}

    assert found("status=active") == {str(cooking.ref), str(waiting.ref)}
    assert found("status=cooking") == {str(cooking.ref)}
    assert found("since=2026-11-20T19:00:00Z&status=cancelled") == {str(cancelled.ref)}
    assert found("since=2026-11-20T19:00:01Z") == found("until=2026-11-20T19:00:00Z") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=eaten", "status"),
        ("limit=0", "limit"),
        ("limit=1000000", "limit"),
        ("cursor=1", "cursor"),
        ("cursor=0197c2a0-0000-7000-8000-000000000000", "cursor"),
        ("since=yesterday", "since"),
        ("since=2026-11-20T19:00:00", "since"),
        ("status=%00", "status"),
    ],
)
def test_an_invalid_filter_is_named(caller, query, field):
    assert invalid_fields(caller("chef").get(f"/orders?{query}")) == {field}


def test_an_order_is_not_sent_again_until_it_changes(caller, chef):
    anna = caller("customer")
    order = anna.post("/orders", body()).json()["id"]
    known = {"If-None-Match": anna.get(f"/orders/{order}").headers["ETag"]}

    assert anna.get(f"/orders/{order}", **known).status_code == 304

    kitchen_services.start_cooking(ref=order, by=chef, at=FRIDAY_NIGHT)
    assert anna.get(f"/orders/{order}", **known).json()["status"] == "cooking"


def test_staff_read_who_has_worked_on_an_order_and_customers_do_not(caller):
    ciro, anna = caller("chef", given_name="Ciro"), caller("customer")
    order = anna.post("/orders", body()).json()["id"]
    ciro.get("/me")
    cook = shop.acting_as(KITCHEN, ciro.user.pk)
    kitchen_services.start_cooking(ref=order, by=cook, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=order, by=cook, at=FRIDAY_NIGHT)
    kitchen_services.recall_ticket(ref=order, by=cook, at=FRIDAY_NIGHT)

    of_staff, of_customer = ciro.get(f"/orders/{order}").json(), anna.get(f"/orders/{order}").json()

    assert (of_staff["cooked_by"], of_staff["readied_by"]) == ("Ciro", None)
    assert of_customer["cooked_by"] is None


def test_a_cancelled_order_says_why_and_the_note_is_for_its_customer(caller, chef):
    anna, dina = caller("customer"), caller("driver")
    dina.get("/me")
    at_home = body(delivery_address=HOME)
    order, waiting = (anna.post("/orders", at_home).json()["id"] for _each in range(2))
    delivered_again = shop.cooked(Order.objects.get(ref=waiting), by=chef)
    driver = shop.acting_as(DRIVER, dina.user.pk)
    for step in (delivery_services.claim_delivery, delivery_services.leave_for_delivery):
        step(ref=waiting, by=driver, at=FRIDAY_NIGHT)
    delivery_services.fail_delivery(ref=waiting, reason="other", note="A dog.", by=driver, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=order, reason="other", note="No gas.", by=chef, at=FRIDAY_NIGHT)

    cancelled, ready = (anna.get(f"/orders/{each}").json() for each in (order, delivered_again.ref))

    assert (cancelled["cancel_reason"], cancelled["cancel_note"]) == ("other", "No gas.")
    assert (ready["status"], ready["cancel_reason"], ready["cancel_note"]) == ("ready", None, "")


def test_the_note_to_a_cancellation_is_not_shown_to_a_driver_who_may_not_read_the_contact(caller, chef):
    order = shop.place(method=FulfillmentMethod.DELIVERY)
    order_services.cancel_order(ref=order.ref, reason="other", note="No gas.", by=chef, at=FRIDAY_NIGHT)
    order = order_selectors.order_with_content(order.ref)
    driver, cook = shop.hire(DRIVER), chef

    assert schemas.order_record(order, by=driver).cancel_note == ""
    assert schemas.order_record(order, by=cook).cancel_note == "No gas."


def test_staff_and_the_driver_read_who_delivers_an_order_and_its_customer_does_not(caller, chef):
    anna, dina = caller("customer"), caller("driver", given_name="Dina", family_name="Neri")
    dina.get("/me")
    order = anna.post("/orders", body(delivery_address=HOME)).json()["id"]
    shop.cooked(Order.objects.get(ref=order), by=chef)
    assert caller("manager").get(f"/orders/{order}").json()["driver"] is None
    delivery_services.claim_delivery(ref=order, by=shop.acting_as(DRIVER, dina.user.pk), at=FRIDAY_NIGHT)

    seen = {who: caller(who).get(f"/orders/{order}").json()["driver"] for who in ("manager", "chef", "driver")}

    assert list(seen.values()) == [{"id": dina.user.username, "name": "Dina Neri"}] * 3
    assert anna.get(f"/orders/{order}").json()["driver"] is None


def test_a_list_of_orders_takes_the_same_queries_however_long_it_is(caller, django_assert_max_num_queries):
    ciro = caller("chef")
    ciro.get("/me")
    for _each in range(5):
        shop.place(shop.basket_of(shop.pizza(added=("olives",)), shop.simple_item()))

    with django_assert_max_num_queries(7):  # user, orders, lines, parts, adjustments, steps and their users
        assert len(ciro.get("/orders").json()["items"]) == 5
