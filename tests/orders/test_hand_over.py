from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import Ticket, TicketState
from orders import replay
from orders import selectors as order_selectors
from orders import services as order_services
from orders.exceptions import OrderStateConflict
from orders.models import CancelReason, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.kitchen.tickets import press
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
    step = f"hand_over:{ready_order.ref}:{Ticket.objects.get().seq}"
    response = sign_in(KITCHEN).post(reverse("orders:hand_over"), {"step": step, "next": sent})

    assert (response.status_code, response["Location"]) == (302, reverse("kitchen:board"))
    ready_order.refresh_from_db()
    assert ready_order.status == OrderStatus.DELIVERED


def undo(order, by, at=FRIDAY_NIGHT):
    return order_services.undo_hand_over(ref=order.ref, by=by, at=at)


def test_an_undone_handover_makes_the_order_ready_again_and_gives_the_cash_back(ready_order, chef):
    before = Ticket.objects.values().get()
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    undo(ready_order, chef, at=FRIDAY_NIGHT + timedelta(seconds=9))

    ready_order.refresh_from_db()
    assert (ready_order.status, ready_order.delivered_at, ready_order.paid) == (OrderStatus.READY, None, Decimal(0))
    no_undo = {"previous_state": "", "previous_state_changed_at": None, "previous_state_changed_by": ""}
    assert Ticket.objects.values().get() == {**before, **no_undo, "seq": before["seq"] + 2}
    undone = StoredEvent.objects.get(type="order.step_undone.v1").data
    assert (undone["undone"], undone["status"], undone["cash_returned"]) == ("order.delivered.v1", "ready", "12.99")
    assert list(replay.differences()) == []


def test_an_order_whose_handover_was_undone_can_be_handed_over_again_and_is_paid_once(ready_order, chef):
    for _time in range(2):
        order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)
        undo(ready_order, chef)
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    ready_order.refresh_from_db()
    assert (ready_order.status, ready_order.paid) == (OrderStatus.DELIVERED, Decimal("12.99"))
    assert list(replay.differences()) == []


def test_a_handover_can_be_undone_only_by_its_actor_and_for_ten_seconds(ready_order, chef, manager, guest):
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(TooLateToUndo):
        undo(ready_order, manager)
    with pytest.raises(NotAllowed):
        undo(ready_order, guest)
    with pytest.raises(TooLateToUndo, match=r"^It is too late to undo that for #1\.$"):
        undo(ready_order, chef, at=FRIDAY_NIGHT + timedelta(seconds=10))

    ready_order.refresh_from_db()
    assert ready_order.status == OrderStatus.DELIVERED


def test_a_start_cannot_be_undone_as_a_handover(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(TooLateToUndo):
        undo(placed_order, chef)


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {}], ids=["with a script", "without a script"])
def test_the_board_says_that_an_order_is_handed_over_and_offers_to_undo_it(sign_in, kitchen, chef, headers):
    browser, order = sign_in(KITCHEN), shop.cooked(shop.place(at=clock.now()), by=chef, at=clock.now())

    handed_over = press(browser, "hand_over", order, headers=headers, follow=True)

    address, html = reverse("orders:undo_hand_over", args=[order.ref]), handed_over.content.decode()
    assert "#1 is handed over." in html
    assert f'action="{address}"' in html

    undone = browser.post(address, headers=headers, follow=True).content.decode()
    assert "Undone: #1 is not handed over yet." in undone
    assert 'class="undo"' not in undone


def test_the_page_of_an_order_stays_live_while_its_handover_can_be_undone(client, ready_order, chef, monkeypatch):
    order = order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)
    page = order_selectors.order_url(order)

    for seconds, is_live in ((11.9, True), (12, False)):
        monkeypatch.setattr(clock, "now", lambda seconds=seconds: FRIDAY_NIGHT + timedelta(seconds=seconds))
        assert ("data-stream" in client.get(page).content.decode()) == is_live
