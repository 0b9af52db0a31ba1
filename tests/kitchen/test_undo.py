"""Undo of a start and of a finish: by the actor who took the step, within ten seconds, while it is the last one."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from orders import replay
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import DRIVER, KITCHEN
from tests import shop
from tests.kitchen import tickets
from tests.shop import FRIDAY_NIGHT, with_link

HTMX = {"HX-Request": "true"}
NO_UNDO = {"previous_state": "", "previous_state_changed_at": None, "previous_state_changed_by": ""}


def after(seconds):
    return FRIDAY_NIGHT + timedelta(seconds=seconds)


def start(order, by, at=FRIDAY_NIGHT):
    kitchen_services.start_cooking(ref=order.ref, by=by, at=at)


def finish(order, by, at=FRIDAY_NIGHT):
    kitchen_services.finish_ticket(ref=order.ref, by=by, at=at)


def undo(order, by, at=FRIDAY_NIGHT):
    kitchen_services.undo_step(ref=order.ref, by=by, at=at)
    order.refresh_from_db()


def newest_event(order):
    return StoredEvent.objects.filter(aggregate_ref=order.ref).latest("seq")


def test_an_undone_start_puts_the_ticket_back_where_it_was_but_a_cook_has_seen_it(placed_order, chef):
    before = Ticket.objects.values().get()
    start(placed_order, chef, at=after(30))

    undo(placed_order, chef, at=after(39))

    seen = {"seen_at": after(30), "seen_by": str(chef)}
    assert Ticket.objects.values().get() == {**before, **seen, "seq": before["seq"] + 2}
    assert (placed_order.status, placed_order.cooking_started_at) == (OrderStatus.CONFIRMED, None)
    assert list(replay.differences()) == []


def test_an_undone_start_lets_the_guest_cancel_again(placed_order, chef, guest):
    start(placed_order, chef)
    undo(placed_order, chef)

    order_services.cancel_order(
        ref=placed_order.ref, reason=CancelReason.CHANGED_MIND, by=with_link(placed_order), at=FRIDAY_NIGHT
    )

    assert Order.objects.get().status == OrderStatus.CANCELLED


def test_an_undone_start_after_a_recall_leaves_the_order_started(placed_order, chef, guest):
    Kitchen.objects.update(oven_slots=1)
    shop.cooked(placed_order, by=chef)
    other = shop.place()
    start(other, chef)
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=after(60))  # to the head of the waiting tickets
    finish(other, chef, at=after(60))
    start(placed_order, chef, at=after(120))

    undo(placed_order, chef, at=after(121))

    assert (placed_order.status, placed_order.cooking_started_at) == (OrderStatus.CONFIRMED, FRIDAY_NIGHT)
    with pytest.raises(order_services.TooLateToCancel):
        order_services.cancel_order(
            ref=placed_order.ref, reason=CancelReason.CHANGED_MIND, by=with_link(placed_order), at=after(122)
        )


def test_an_undone_finish_puts_the_ticket_back_into_the_oven_since_when_it_was_there(placed_order, chef):
    start(placed_order, chef)
    cooking = Ticket.objects.values().get()
    finish(placed_order, chef, at=after(300))

    undo(placed_order, chef, at=after(305))

    assert Ticket.objects.values().get() == {**cooking, **NO_UNDO, "seq": cooking["seq"] + 2}
    assert (placed_order.status, placed_order.ready_at) == (OrderStatus.COOKING, None)
    assert list(replay.differences()) == []


def test_an_undo_is_recorded_with_the_step_and_its_seq(placed_order, chef):
    start(placed_order, chef)
    finish(placed_order, chef)
    ready = newest_event(placed_order)

    undo(placed_order, chef)

    event = newest_event(placed_order)
    assert (event.type, event.actor) == ("order.step_undone.v1", "11")
    assert event.data == {
        "undone": "order.ready.v1",
        "seq": ready.seq,
        "status": "cooking",
        "cooking_started_at": "2026-11-20T19:00:00Z",
        "cash_returned": "0.00",
    }


def test_a_step_can_no_longer_be_undone_after_ten_seconds(placed_order, chef):
    start(placed_order, chef)

    with pytest.raises(TooLateToUndo, match=r"^It is too late to undo that for #1\.$"):
        undo(placed_order, chef, at=after(10))


def test_a_step_cannot_be_undone_by_another_cook(placed_order, chef):
    carlo = shop.hire(KITCHEN, first_name="Carlo")
    start(placed_order, carlo)

    with pytest.raises(TooLateToUndo, match=r"^Another cook did that to #1, so you cannot undo it\.$"):
        undo(placed_order, chef)


def test_a_step_cannot_be_undone_twice(placed_order, chef):
    start(placed_order, chef)
    undo(placed_order, chef)

    with pytest.raises(TooLateToUndo):
        undo(placed_order, chef)


def test_only_the_last_step_can_be_undone(placed_order, chef):
    start(placed_order, chef)
    finish(placed_order, chef)
    undo(placed_order, chef)  # the finish, and not the start

    with pytest.raises(TooLateToUndo):
        undo(placed_order, chef)
    assert placed_order.status == OrderStatus.COOKING


def test_a_recall_cannot_be_undone(placed_order, chef):
    shop.cooked(placed_order, by=chef)
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(TooLateToUndo):
        undo(placed_order, chef)


def test_a_finish_cannot_be_undone_once_a_driver_has_claimed_the_order(kitchen, chef):
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)
    delivery_services.claim_delivery(ref=order.ref, by=shop.hire(DRIVER), at=FRIDAY_NIGHT)

    with pytest.raises(TooLateToUndo):
        undo(order, chef)

    assert Ticket.objects.get().state == TicketState.READY


def test_a_finish_cannot_be_undone_while_every_oven_slot_is_taken(placed_order, chef):
    Kitchen.objects.update(oven_slots=1)
    other = shop.place()
    shop.cooked(placed_order, by=chef)
    start(other, chef)

    with pytest.raises(kitchen_services.OvenSlotsTaken, match="Recall it instead"):
        undo(placed_order, chef)


def test_a_start_can_be_undone_although_the_promise_was_extended_by_it(placed_order, chef):
    late = FRIDAY_NIGHT + timedelta(hours=1)
    start(placed_order, chef, at=late)
    assert newest_event(placed_order).type == "order.promise_changed.v1"

    undo(placed_order, chef, at=late)

    assert placed_order.status == OrderStatus.CONFIRMED
    assert placed_order.promise_until > late
    assert list(replay.differences()) == []


def test_only_the_kitchen_may_undo_a_step(placed_order, chef, guest):
    start(placed_order, chef)

    with pytest.raises(NotAllowed):
        undo(placed_order, guest)


def test_nothing_can_be_undone_in_a_shop_without_undo(placed_order, chef, settings):
    settings.SHOP_UNDO_SECONDS = 0
    start(placed_order, chef)

    with pytest.raises(TooLateToUndo):
        undo(placed_order, chef)


@pytest.fixture
def ciro(sign_in):
    return sign_in(KITCHEN, first_name="Ciro")


def press(browser, action, order, **headers):
    return tickets.press(browser, action, order, headers=headers, follow=True).content.decode()


def press_undo(browser, order, **headers):
    address = reverse("kitchen:undo_step", args=[order.ref])
    return browser.post(address, headers=headers, follow=True).content.decode()


def offers(html):
    """Return the labels of the tickets whose last step the page offers to undo."""
    return re.findall(r"Undo (#\d+)", html)


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with a script", "without a script"])
def test_the_board_offers_to_undo_a_step_and_says_what_was_done(ciro, placed_order, headers):
    html = press(ciro, "start", placed_order, **headers)

    assert "#1 is in the oven." in html
    assert f'action="{reverse("kitchen:undo_step", args=[placed_order.ref])}"' in html

    undone = press_undo(ciro, placed_order, **headers)

    assert "Undone: #1 is waiting again." in undone
    assert offers(undone) == []
    assert Order.objects.get().status == OrderStatus.CONFIRMED


def test_the_board_offers_to_undo_each_of_the_last_steps_the_newest_first(ciro, kitchen):
    first, second = shop.place(at=clock.now()), shop.place(at=clock.now())
    press(ciro, "start", first)

    assert offers(press(ciro, "start", second)) == ["#2", "#1"]
    assert offers(press_undo(ciro, first)) == ["#2"]


def test_the_offer_to_undo_stays_when_the_next_step_is_refused(ciro, kitchen):
    Kitchen.objects.update(oven_slots=1)
    first, second = shop.place(at=clock.now()), shop.place(at=clock.now())
    press(ciro, "start", first)

    refused = press(ciro, "start", second, **HTMX)

    assert "Every oven slot is taken." in refused
    assert offers(refused) == ["#1"]


def test_a_step_is_offered_to_be_undone_to_its_actor_and_for_ten_seconds(ciro, sign_in, placed_order):
    board = reverse("kitchen:board")
    press(ciro, "start", placed_order)
    assert offers(ciro.get(board).content.decode()) == ["#1"]

    assert offers(sign_in(KITCHEN).get(board).content.decode()) == []

    Ticket.objects.update(state_changed_at=F("state_changed_at") - timedelta(seconds=10))
    assert offers(ciro.get(board).content.decode()) == []


def test_a_refresh_of_the_board_does_not_query_for_offers_to_undo(ciro, placed_order):
    press(ciro, "start", placed_order)

    with CaptureQueriesContext(connection) as asked:
        ciro.get(reverse("kitchen:board"), headers={**HTMX, "HX-Trigger": "board"})

    assert not [query for query in asked if 'state_changed_by" =' in query["sql"]]
