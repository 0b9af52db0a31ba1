from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import Ticket, TicketState
from orders import services as order_services
from orders.exceptions import OrderStateConflict
from orders.models import CancelReason, OrderStatus
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import KITCHEN
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def ready_order(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    return placed_order


def test_handing_over_marks_the_order_as_delivered_and_paid(ready_order, chef):
    order = order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    order.refresh_from_db()
    assert (order.status, order.delivered_at, order.paid) == (OrderStatus.DELIVERED, FRIDAY_NIGHT, Decimal("12.99"))
    assert Ticket.objects.get(ref=order.ref).state == TicketState.GONE
    delivered = StoredEvent.objects.get(aggregate_ref=order.ref, type="order.delivered.v1")
    assert delivered.data == {"method": "pickup", "cash_taken": "12.99"}


def test_handing_over_is_refused_before_the_order_is_ready(placed_order, chef):
    with pytest.raises(order_services.OrderStateConflict, match="not ready yet"):
        order_services.hand_over(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)


def test_handing_over_a_second_time_is_refused_and_takes_no_cash_twice(ready_order, chef):
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(order_services.OrderStateConflict, match="handed over already"):
        order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    ready_order.refresh_from_db()
    assert ready_order.paid == Decimal("12.99")


def test_handing_over_a_cancelled_order_is_refused_with_the_reason(ready_order, chef):
    order_services.cancel_order(ref=ready_order.ref, reason=CancelReason.NOT_COLLECTED, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(OrderStateConflict, match=r"^#1 has been cancelled already\.$"):
        order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)


def test_guests_and_drivers_may_not_hand_over_an_order(ready_order, guest, driver):
    for by in (guest, driver):
        with pytest.raises(NotAllowed):
            order_services.hand_over(ref=ready_order.ref, by=by, at=FRIDAY_NIGHT)


def test_handing_over_an_unknown_order_raises_order_not_found(kitchen, chef):
    with pytest.raises(order_services.OrderNotFound):
        order_services.hand_over(ref=uuid7(), by=chef, at=FRIDAY_NIGHT)


@pytest.mark.parametrize("sent", ["foo", "//elsewhere.example", "https://elsewhere.example/", "/\n", "x" * 20_000])
def test_handing_over_redirects_to_the_board_whatever_next_url_is_submitted(sign_in, ready_order, sent):
    response = sign_in(KITCHEN).post(reverse("orders:hand_over", args=[ready_order.ref]), {"next": sent})

    assert (response.status_code, response["Location"]) == (302, reverse("kitchen:board"))
    ready_order.refresh_from_db()
    assert ready_order.status == OrderStatus.DELIVERED
