"""Deliveries by the API."""

from decimal import Decimal

import pytest

from kitchen.models import FulfillmentMethod
from orders.deliveries import services as delivery_services
from orders.models import OrderStatus
from pizzeria.users.models import User
from pizzeria.users.roles import DRIVER
from tests import shop
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


@pytest.fixture
def ready(chef):
    return shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)


def step(caller, order, name, data=None, **more):
    return caller.post(f"/delivery/orders/{order.ref}/{name}", data, **more)


def test_a_delivery_is_claimed_taken_along_and_handed_over(caller, ready):
    dina = caller("driver")

    [waiting] = dina.get("/delivery/ready").json()
    assert (waiting["id"], waiting["town"], waiting["to_collect"]) == (str(ready.ref), "00183 Roma", "12.99")
    assert (waiting["customer_name"], waiting["customer_phone"], waiting["special_instructions"]) == ("", "", "")
    assert waiting["delivery_address"] == {"street": "", "city": "Roma", "zip_code": "00183", "directions": ""}

    claimed = step(dina, ready, "claim")
    assert (claimed.status_code, claimed.json()["customer_name"]) == (200, "Anna Bianchi")
    [own] = dina.get("/delivery/tour").json()["at_counter"]
    shared = ("id", "customer_name", "customer_phone", "delivery_address", "special_instructions", "promise")
    assert {name: own[name] for name in shared} == {name: claimed.json()[name] for name in shared}
    assert own["delivery_address"]["directions"] == "third floor"
    assert dina.get("/delivery/ready").json() == []

    statuses = [step(dina, ready, name).json()["status"] for name in ("leave", "deliver")]
    assert statuses == ["delivering", "delivered"]
    ready.refresh_from_db()
    assert (ready.status, ready.paid) == (OrderStatus.DELIVERED, Decimal("12.99"))
    assert dina.get("/delivery/tour").json() == {"at_counter": [], "on_road": []}


def test_a_claimed_delivery_is_refused_to_another_driver(caller, ready):
    dina, dario = caller("driver"), caller("driver", "dario")
    step(dina, ready, "claim")

    assert_refused(step(dario, ready, "claim"), 409, "another_driver_has_it")
    assert_refused(step(dario, ready, "release"), 409, "not_your_delivery")
    assert_refused(step(dario, ready, "leave"), 409, "not_your_delivery")
    assert step(dina, ready, "release").status_code == 200
    assert step(dario, ready, "claim").status_code == 200


def test_a_delivery_that_nobody_accepted_is_ready_again(caller, ready):
    dina = caller("driver")
    for name in ("claim", "leave"):
        step(dina, ready, name)

    assert_refused(step(dina, ready, "fail", {"reason": "other"}), 422, "reason_missing")
    too_busy = step(dina, ready, "fail", {"reason": "too_busy"})
    assert_refused(too_busy, 422, "reason_not_possible")
    assert [error["field"] for error in too_busy.json()["errors"]] == ["reason"]
    assert step(dina, ready, "fail", {"reason": "nobody_home"}).json()["status"] == "ready"


def test_a_step_that_is_sent_again_with_its_key_is_taken_once(caller, ready):
    dina = caller("driver")
    for name in ("claim", "leave"):
        step(dina, ready, name)

    answers = [step(dina, ready, "deliver", key="d1") for _time in range(2)]

    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "delivered")] * 2
    assert_refused(step(dina, ready, "deliver"), 409, "order_state_conflict")


def test_a_manager_assigns_a_delivery_to_a_driver_by_username(caller, ready):
    dina, marta = shop.hire(DRIVER), caller("manager")
    username = delivery_services.drivers().get(pk=dina.user_id).username

    assert step(marta, ready, "assign", {"driver": username}).status_code == 200
    ready.refresh_from_db()
    assert ready.driver_id == dina.user_id
    assert_refused(step(marta, ready, "assign", {"driver": "nobody"}), 422, "invalid")
    refused = step(caller("driver"), ready, "assign", {"driver": username})
    assert_refused(refused, 403, "not_allowed")
    assert refused.json()["detail"] == "Only managers can do that."
    delivery_services.leave_for_delivery(ref=ready.ref, by=dina, at=FRIDAY_NIGHT)


def test_managers_read_the_drivers_to_whom_they_assign_deliveries(caller):
    driver = shop.hire(DRIVER, first_name="Dario", last_name="Neri")
    username = User.objects.get(pk=driver.user_id).username

    drivers = caller("manager").get("/delivery/drivers").json()

    assert drivers == [{"id": username, "name": "Dario Neri"}]
    assert_refused(caller("driver").get("/delivery/drivers"), 403, "not_allowed")
