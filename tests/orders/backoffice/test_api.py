"""Every step of an order by its status: the same as by the endpoint of each step."""

import time

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order, PaymentMethod
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.scopes import Scope
from pizzeria.users.roles import DRIVER, MANAGER
from tests import shop
from tests.orders import state_machine as table
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen")

# The endpoint of each step, of which the table of the state machine has the rows.
DIRECT = {
    "start_cooking": ("post", "/kitchen/orders/{}/start", None),
    "finish_ticket": ("post", "/kitchen/orders/{}/complete", None),
    "recall_ticket": ("post", "/kitchen/orders/{}/recall", None),
    "hand_over": ("post", "/orders/{}/hand-over", None),
    "leave_for_delivery": ("post", "/delivery/orders/{}/leave", None),
    "fail_delivery": ("post", "/delivery/orders/{}/fail", {"reason": "other", "note": "The dog."}),
    "deliver": ("post", "/delivery/orders/{}/deliver", None),
    "cancel_order": ("delete", "/orders/{}?reason=other&note=The%20dog.", None),
}
REASON = {"reason": "other", "note": "The dog."}

ORDER = {
    "customer_name": "Anna",
    "customer_phone": "+390612345678",
    "pizzas": [{"pizza_id": "margherita", "size": "small"}],
    "payment_method": "cash",
}


@pytest.fixture
def program(caller, settings):
    """Return a program with the token of a manager who has just signed in, in a shop that takes cards."""
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    manager = caller("manager", auth_time=int(time.time()))
    manager.get("/me")
    return manager


def order_in(status, method, *, by):
    """Return an order in a status; `by` drives."""
    at, payment = clock.now(), PaymentMethod.CREDIT_CARD if status == "pending" else PaymentMethod.CASH
    contact = shop.AT_HOME if method == "delivery" else shop.ANNA
    order = shop.place(
        shop.basket_of(at=at), at=at, contact=contact, method=FulfillmentMethod(method), payment_method=payment
    )
    if status == "cancelled":
        order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=at)
    if status not in ("pending", "confirmed", "cancelled"):
        kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=at)
    if status in ("ready", "delivering", "delivered"):
        kitchen_services.finish_ticket(ref=order.ref, by=SYSTEM, at=at)
        if method == "delivery" and by:
            delivery_services.claim_delivery(ref=order.ref, by=by, at=at)
    if status in ("delivering", "delivered") and method == "delivery":
        delivery_services.leave_for_delivery(ref=order.ref, by=by, at=at)
    if status == "delivered":
        deliver = delivery_services.deliver if method == "delivery" else order_services.hand_over
        deliver(ref=order.ref, by=by, at=at)
    order.refresh_from_db()
    assert order.status == status
    return order


def events_after(order, seq):
    """Return what happened to an order after an event, as types and data."""
    events = StoredEvent.objects.filter(aggregate_ref=order.ref, seq__gt=seq).order_by("seq")
    return [(event.type, event.data, event.actor) for event in events]


def step_between(status, target, method):
    """Return the name of the manager's step that the table of the state machine has; None if it has none."""
    driver = 1 if method == "delivery" and status in ("ready", "delivering", "delivered") else None
    case = table.Case(
        who=1,
        role="manager",
        kitchen_state=table.KitchenState(max_orders=20, oven_slots=5),
        at=clock.now(),
        order=table.Placed(method, status, driver=driver),
        arguments={},
        drivers=frozenset({1}),
        has_link=False,
    )
    names = [row.name for row in table.ORDER_STEPS if row.name in DIRECT and row.after == target and row.fits(case)]
    assert len(names) <= 1
    return names[0] if names else None


PLACES = [
    (method, status)
    for method in ("pickup", "delivery")
    for status in table.TICKET
    if (method, status) != ("pickup", "delivering")
]


@pytest.mark.parametrize("target", table.TICKET)
@pytest.mark.parametrize(("method", "status"), PLACES)
def test_each_status_leads_to_those_that_the_table_has_by_the_same_step_as_its_own_endpoint(
    program, method, status, target
):
    by = shop.acting_as(MANAGER, program.user.pk)
    order, step = order_in(status, method, by=by), step_between(status, target, method)
    seq = Order.objects.get(pk=order.pk).seq

    answer = program.put(f"/orders/{order.ref}/status", {"status": target, **REASON})

    if step is None and target != status:
        assert_refused(answer, 409, "order_state_conflict")
    else:
        assert (answer.status_code, answer.json()["status"]) == (200, target)
    if step is None:
        assert events_after(order, seq) == []
        return
    direct = order_in(status, method, by=by)
    seq_of_direct = Order.objects.get(pk=direct.pk).seq
    verb, path, body = DIRECT[step]
    assert program.send(verb, path.format(direct.ref), body).status_code == 200
    assert events_after(order, seq) == events_after(direct, seq_of_direct) != []


def test_the_table_of_the_state_machine_has_a_step_for_every_command_of_the_endpoint():
    steps = {step_between(status, target, method) for method, status in PLACES for target in table.TICKET}

    assert steps == {*DIRECT, None}


def test_a_recall_with_every_oven_slot_taken_leads_back_to_the_queue(program, kitchen):
    order = order_in("ready", "pickup", by=SYSTEM)
    Kitchen.objects.filter(pk=kitchen.pk).update(oven_slots=1)
    order_in("cooking", "pickup", by=SYSTEM)

    answer = program.put(f"/orders/{order.ref}/status", {"status": "cooking"})

    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")


def test_a_step_requires_its_own_scope(caller, chef):
    waiting, ready = order_in("confirmed", "pickup", by=chef), order_in("ready", "pickup", by=chef)
    manager = caller("manager", scope=Scope.DELIVERY_MANAGE)

    for order, status, scopes in [
        (waiting, "cooking", "kitchen:manage"),
        (ready, "delivered", "kitchen:manage"),
        (ready, "cancelled", "orders:write kitchen:manage"),
    ]:
        challenge = assert_refused(
            manager.put(f"/orders/{order.ref}/status", {"status": status}), 403, "insufficient_scope"
        )
        assert f'scope="{scopes}"' in challenge
    assert_refused(caller().put(f"/orders/{waiting.ref}/status", {"status": "cooking"}), 401, "no_token")
    reader = caller("manager", scope=Scope.ORDERS_READ)
    assert_refused(reader.put(f"/orders/{waiting.ref}/status", {"status": "cooking"}), 403, "insufficient_scope")


def test_a_token_of_the_kitchen_alone_cooks_orders_that_it_cannot_read(caller):
    order = order_in("confirmed", "pickup", by=SYSTEM)
    oven = caller("kitchen_staff", scope=Scope.KITCHEN_MANAGE)

    assert oven.put(f"/orders/{order.ref}/status", {"status": "cooking"}).json()["status"] == "cooking"


def test_a_customer_cancels_an_own_order_and_finds_no_other(caller):
    customer = caller("customer")
    placed = customer.post("/orders", ORDER).json()
    others = order_in("confirmed", "pickup", by=SYSTEM)

    assert customer.put(f"/orders/{placed['id']}/status", {"status": "cancelled"}).json()["status"] == "cancelled"
    assert_refused(customer.put(f"/orders/{others.ref}/status", {"status": "cancelled"}), 404, "order_not_found")


def test_a_driver_takes_the_own_deliveries_to_their_end_and_finds_no_other_ones(caller):
    driver, other = caller("delivery_driver", "dina"), caller("delivery_driver", "dario")
    driver.get("/me")
    ready = order_in("ready", "delivery", by=shop.acting_as(DRIVER, driver.user.pk))

    def put(who, status, **reason):
        return who.put(f"/orders/{ready.ref}/status", {"status": status, **reason})

    assert_refused(put(other, "delivering"), 404, "order_not_found")
    assert put(driver, "delivering").json()["status"] == "delivering"
    assert put(driver, "ready", reason="nobody_home").json()["status"] == "ready"
    assert put(driver, "delivering").json()["status"] == "delivering"
    assert put(driver, "delivered").json()["status"] == "delivered"
    assert put(driver, "delivered").status_code == 200


def test_a_delivery_that_nobody_has_claimed_is_left_with_by_nobody(caller):
    driver = caller("delivery_driver")
    free = order_in("ready", "delivery", by=None)

    answer = driver.put(f"/orders/{free.ref}/status", {"status": "delivering"})

    assert_refused(answer, 409, "not_your_delivery")
    assert "Claim it first" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("reason", "code"), [({}, "reason_missing"), ({"reason": "too_busy"}, "reason_not_possible")], ids=str
)
def test_a_delivery_that_comes_back_needs_a_reason_of_the_road(program, reason, code):
    out = order_in("delivering", "delivery", by=shop.acting_as(MANAGER, program.user.pk))

    answer = program.put(f"/orders/{out.ref}/status", {"status": "ready", **reason})

    assert_refused(answer, 422, code)
    assert [error["field"] for error in answer.json()["errors"]] == ["reason"]


@pytest.mark.parametrize("body", [{"status": "eaten"}, {"status": ""}, {}, {"status": "ready", "who": 1}], ids=str)
def test_a_status_that_no_order_has_is_invalid(program, body):
    order = order_in("confirmed", "pickup", by=SYSTEM)

    assert_refused(program.put(f"/orders/{order.ref}/status", body), 422, "invalid")
    assert_refused(
        program.put("/orders/0197c2a0-0000-7000-8000-000000000000/status", {"status": "ready"}), 404, "order_not_found"
    )
