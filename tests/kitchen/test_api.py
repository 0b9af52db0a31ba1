"""The kitchen by the API."""

from datetime import timedelta

import pytest

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from orders.models import Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on, set_hours
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

ENDS_OF_THE_CALENDAR = (
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "2028-01-01T00:00:00Z",
    "0001-01-01T00:00:00+12:00",
    "0001-01-01T00:00:00Z",
)

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


def test_the_status_has_the_load_the_limits_and_the_open_orders(caller, chef):
    cooking, waiting = (shop.place(shop.basket_of(quantity=2)) for _each in range(2))
    kitchen_services.start_cooking(ref=cooking.ref, by=chef, at=FRIDAY_NIGHT)
    Kitchen.objects.update(max_open_pizzas=4)

    status = caller("chef").get("/kitchen/status").json()

    assert (status["current_capacity"], status["open_pizzas"]) == (2, 4)
    assert (status["max_concurrent_orders"], status["max_open_pizzas"], status["oven_slots"]) == (20, 4, 5)
    assert (status["accepts_orders"], status["is_at_capacity"]) == (True, True)
    assert [(each["id"], each["number"], each["status"]) for each in status["active_orders"]] == [
        (str(cooking.ref), 1, "cooking"),
        (str(waiting.ref), 2, "waiting"),
    ]
    assert status["active_orders"][0]["due"] == "2026-11-20T19:10:00Z"
    assert status["average_cooking_time"] is None


def test_the_status_says_whether_the_shop_is_open_and_when_it_opens_or_closes(caller, monkeypatch):
    set_hours(every_day(*LUNCH_AND_DINNER))
    chef = caller("chef")

    def status_at(wall):
        monkeypatch.setattr(clock, "now", lambda: on("2026-11-20", wall))
        status = chef.get("/kitchen/status").json()
        return [status[name] for name in ("is_open", "accepts_orders", "opens_at", "closes_at")]

    assert status_at("15:00") == [False, False, "2026-11-20T17:00:00Z", None]
    assert status_at("18:00") == [True, True, None, "2026-11-20T21:30:00Z"]
    pause_until = on("2026-11-20", "23:00")
    Kitchen.objects.update(taking_orders=False, pause_reason="Oven check", paused_until=pause_until)
    assert status_at("19:00") == [True, False, "2026-11-21T10:30:00Z", "2026-11-20T21:30:00Z"]


def test_the_average_cooking_time_is_measured_from_start_to_finish(caller, chef):
    for minutes in (8, 11):
        order = shop.place()
        kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
        kitchen_services.finish_ticket(ref=order.ref, by=chef, at=FRIDAY_NIGHT + timedelta(minutes=minutes))

    assert caller("chef").get("/kitchen/status").json()["average_cooking_time"] == 9.5


def test_the_queue_has_what_is_to_be_made(caller, chef):
    ready = shop.cooked(shop.place(), by=chef)
    waiting = shop.place(shop.basket_of(shop.pizza("pepperoni", added=("olives",), left_out=("pepperoni",))))

    queue = caller("chef").get("/kitchen/queue").json()

    assert [ticket["id"] for ticket in queue["ready"]] == [str(ready.ref)]
    assert [ticket["id"] for ticket in queue["waiting"]] == [str(waiting.ref)]
    [item] = queue["waiting"][0]["items"]
    assert (item["name"], item["size"], item["added"], item["left_out"]) == (
        "Pepperoni",
        "Small",
        ["Olives"],
        ["Pepperoni"],
    )
    assert (queue["cooking"], queue["free_oven_slots"]) == ([], 5)


def test_an_order_is_started_finished_and_recalled(caller):
    order, ciro = shop.place(), caller("chef")

    answers = [ciro.post(f"/kitchen/orders/{order.ref}/{step}").json() for step in ("start", "complete", "recall")]

    assert [answer["status"] for answer in answers] == ["cooking", "ready", "cooking"]
    assert {(answer["id"], answer["number"]) for answer in answers} == {(str(order.ref), 1)}
    order.refresh_from_db()
    assert order.status == OrderStatus.COOKING
    assert StoredEvent.objects.filter(aggregate_ref=order.ref, type="order.ready.v1").get().actor == str(ciro.user.pk)


def test_a_step_that_the_state_does_not_allow_is_refused(caller):
    order, ciro = shop.place(), caller("chef")

    assert_refused(ciro.post(f"/kitchen/orders/{order.ref}/complete"), 409, "ticket_state_conflict")
    assert_refused(ciro.post(f"/kitchen/orders/{uuid7()}/start"), 404, "ticket_not_found")
    assert Ticket.objects.get().state == TicketState.WAITING


def test_a_step_that_is_sent_again_with_its_key_is_taken_once_and_answered_as_it_is_now(caller):
    order, ciro = shop.place(), caller("chef")
    first = ciro.post(f"/kitchen/orders/{order.ref}/start", key="s1")
    ciro.post(f"/kitchen/orders/{order.ref}/complete", key="s2")

    again = ciro.post(f"/kitchen/orders/{order.ref}/start", key="s1")

    assert (first.status_code, first.json()["status"]) == (200, "cooking")
    assert (again.status_code, again.json()["status"]) == (200, "ready")
    other = shop.place()
    assert_refused(ciro.post(f"/kitchen/orders/{other.ref}/start", key="s1"), 422, "idempotency_key_reused")


def test_the_kitchen_is_paused_and_resumed(caller):
    ciro = caller("chef")

    paused = ciro.post("/kitchen/pause", {"reason": "Oven check", "until": "2026-11-20T19:30:00Z"}, key="p1").json()

    assert (paused["accepts_orders"], paused["pause_reason"]) == (False, "Oven check")
    assert paused["paused_until"] == "2026-11-20T19:30:00Z"
    resumed = ciro.post("/kitchen/resume", key="r1").json()
    assert (resumed["accepts_orders"], resumed["pause_reason"], resumed["paused_until"]) == (True, None, None)

    again = ciro.post("/kitchen/pause", {"reason": "Oven check", "until": "2026-11-20T19:30:00Z"}, key="p1")
    assert (again.status_code, again.json()["accepts_orders"]) == (200, True)
    assert StoredEvent.objects.filter(type__startswith="kitchen.paused").count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason": " "}, "reason"),
        ({}, "reason"),
        ({"reason": "x" * 121}, "reason"),
        ({"reason": "Oven", "until": "2026-11-20T18:59:00Z"}, "until"),
        ({"reason": "Oven", "until": "2026-11-20T19:30:00"}, "until"),
        *(({"reason": "Oven", "until": until}, "until") for until in ENDS_OF_THE_CALENDAR),
        ({"reason": "Oven", "for": 5}, "for"),
    ],
)
def test_an_invalid_pause_names_the_field(caller, sent, field):
    ciro = caller("chef")
    response = ciro.post("/kitchen/pause", sent)

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert Kitchen.objects.get().accepts_orders(clock.now())
    assert ciro.get("/kitchen/status").status_code == 200


def test_a_pause_or_a_sold_out_pizza_until_a_past_time_has_one_code(caller):
    ciro = caller("chef")
    pause = ciro.post("/kitchen/pause", {"reason": "Oven", "until": "2026-11-20T18:59:00Z"})
    sold_out = ciro.put(
        "/menu/pizzas/margherita/availability", {"is_available": False, "until": "2026-11-20T18:59:00Z"}
    )

    assert_refused(pause, 422, "until_passed")
    assert_refused(sold_out, 422, "until_passed")


def test_a_manager_changes_some_limits_and_the_others_stay(caller):
    Kitchen.objects.update(max_open_pizzas=60)
    marta = caller("manager")

    status = marta.put("/kitchen/capacity", {"max_concurrent_orders": 30}).json()

    assert (status["max_concurrent_orders"], status["max_open_pizzas"], status["oven_slots"]) == (30, 60, 5)
    assert marta.put("/kitchen/capacity", {"max_open_pizzas": None}).json()["max_open_pizzas"] is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "body"),
        ({"max_concurrent_orders": 0}, "max_concurrent_orders"),
        ({"max_concurrent_orders": "30"}, "max_concurrent_orders"),
        ({"oven_slots": 10**30}, "oven_slots"),
        ({"load": 3}, "load"),
    ],
)
def test_an_invalid_capacity_names_the_field_and_changes_nothing(caller, sent, field):
    for _each in range(2):
        shop.place()

    response = caller("manager").put("/kitchen/capacity", sent)

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert Kitchen.objects.get().max_concurrent_orders == 20


def test_a_capacity_below_what_is_open_conflicts_with_the_state_of_the_kitchen(caller):
    for _each in range(2):
        shop.place()

    response = caller("manager").put("/kitchen/capacity", {"max_concurrent_orders": 1})

    assert_refused(response, 409, "capacity_too_low")
    assert [error["field"] for error in response.json()["errors"]] == ["max_concurrent_orders"]


def test_a_cook_may_not_change_the_capacity(caller):
    assert_refused(caller("chef").put("/kitchen/capacity", {"oven_slots": 9}), 403, "not_allowed")


def test_a_paused_kitchen_refuses_orders_until_it_accepts_them_again(caller):
    caller("chef").post("/kitchen/pause", {"reason": "Oven check", "until": "2026-11-20T19:30:00Z"})

    response = caller("customer").post(
        "/orders",
        {
            "customer_name": "Anna",
            "customer_phone": "+390612345678",
            "pizzas": [{"pizza_id": "margherita", "size": "small"}],
            "payment_method": "cash",
        },
    )

    assert_refused(response, 409, "kitchen_closed")
    assert response.headers["Retry-After"] == str(30 * 60)
    assert not Order.objects.exists()
