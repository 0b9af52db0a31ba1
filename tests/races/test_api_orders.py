"""One request to the API sent many times at once takes effect once, by its `Idempotency-Key`."""

from collections import Counter
from functools import partial

import pytest

from kitchen.models import Ticket
from orders.models import Order
from tests.orders.api.order_bodies import body
from tests.races.concurrency import all_at_once

SENDERS = 12

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


@pytest.fixture
def programs(caller):
    """Return programs of one customer, each with a connection of its own, whose account has ordered before."""
    programs = [caller("customer") for _each in range(SENDERS)]
    first = programs[0].post("/orders", body()).json()["id"]
    programs[0].delete(f"/orders/{first}")
    return programs


def test_an_order_that_is_sent_twelve_times_at_once_with_one_key_is_placed_once(programs):
    responses = all_at_once(partial(program.post, "/orders", body(), key="order-1") for program in programs)

    assert Counter(response.status_code for response in responses) == {201: SENDERS}
    [placed] = {response.json()["id"] for response in responses}
    assert Order.objects.exclude(status="cancelled").get().ref.hex == placed.replace("-", "")
    assert Ticket.objects.filter(state="waiting").count() == 1


def test_control_without_a_key_twelve_requests_place_twelve_orders(programs):
    responses = all_at_once(partial(program.post, "/orders", body()) for program in programs)

    assert len({response.json()["id"] for response in responses}) == SENDERS
    assert Ticket.objects.filter(state="waiting").count() == SENDERS


def test_of_different_orders_that_are_sent_at_once_with_one_key_one_is_placed_and_the_others_are_refused(programs):
    orders = [body(tip=f"{number}.00") for number in range(SENDERS)]

    responses = all_at_once(
        partial(program.post, "/orders", order, key="order-1") for program, order in zip(programs, orders, strict=True)
    )

    codes = Counter(response.json().get("code", "placed") for response in responses)
    assert codes == {"placed": 1, "idempotency_key_reused": SENDERS - 1}
    assert Order.objects.exclude(status="cancelled").count() == 1
