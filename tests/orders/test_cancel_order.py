import pytest

from kitchen import services as kitchen_services
from kitchen.models import LOAD, Kitchen, Ticket, TicketState
from kitchen.permissions import COOK
from orders import services as order_services
from orders.models import CancelReason, Order, OrderContact, OrderStatus
from orders.permissions import SEE_ALL_ORDERS
from orders.presenters import status_message
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.shop import FRIDAY_NIGHT


def cancel(order, by, reason=CancelReason.CHANGED_MIND, note=""):
    by = shop.with_link(order, by)
    return order_services.cancel_order(ref=order.ref, reason=reason, note=note, by=by, at=FRIDAY_NIGHT)


def test_cancelling_an_order_gives_its_place_in_the_kitchen_back(placed_order, guest):
    cancel(placed_order, guest)

    placed_order.refresh_from_db()
    assert (placed_order.status, placed_order.cancelled_at) == (OrderStatus.CANCELLED, FRIDAY_NIGHT)
    assert Ticket.objects.get(ref=placed_order.ref).state == TicketState.WITHDRAWN
    assert not Ticket.objects.filter(state__in=LOAD).exists()


def test_cancelling_an_order_at_capacity_makes_room_for_another_order(placed_order, guest):
    Kitchen.objects.update(max_concurrent_orders=1)
    cancel(placed_order, guest)

    assert shop.place().number == placed_order.number + 1


def test_cancelling_is_refused_once_the_pizza_is_in_the_oven(placed_order, chef, guest):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(order_services.TooLateToCancel, match="already in the oven"):
        cancel(placed_order, guest)

    assert Order.objects.get().status == OrderStatus.COOKING


def test_cancelling_a_cooking_order_needs_the_permission_to_stop_the_oven_not_just_to_cook(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    helper = Actor(ActorKind.PERSON, 9, frozenset({COOK}))

    with pytest.raises(order_services.TooLateToCancel):
        cancel(placed_order, helper)
    cancel(placed_order, chef, CancelReason.SOLD_OUT)

    assert Order.objects.get().cancel_reason == CancelReason.SOLD_OUT


def test_seeing_an_order_of_somebody_else_is_not_enough_to_cancel_it(placed_order):
    reader = Actor(ActorKind.PERSON, 9, frozenset({SEE_ALL_ORDERS}))

    with pytest.raises(NotAllowed):
        order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.CHANGED_MIND, by=reader, at=FRIDAY_NIGHT)

    assert Order.objects.get().status == OrderStatus.CONFIRMED


def test_cancelling_is_refused_once_the_order_is_handed_over_or_cancelled(placed_order, chef, manager):
    order_services.hand_over(ref=shop.cooked(placed_order, by=chef).ref, by=chef, at=FRIDAY_NIGHT)
    other = shop.place()
    cancel(other, manager)

    with pytest.raises(order_services.OrderStateConflict, match="handed over already"):
        cancel(placed_order, manager)
    with pytest.raises(order_services.OrderStateConflict, match="cancelled already"):
        cancel(other, manager)


def test_cancelling_for_another_reason_needs_a_note_that_is_not_stored_in_the_event(placed_order, chef):
    with pytest.raises(order_services.ReasonMissing):
        cancel(placed_order, chef, CancelReason.OTHER)

    cancel(placed_order, chef, CancelReason.OTHER, note="The oven is out.")

    assert Order.objects.get().contact.reason_note == "The oven is out."
    assert StoredEvent.objects.get(type="order.cancelled.v1").data == {"reason": "other"}


def test_a_guest_cancels_for_no_reason_of_the_kitchens(placed_order, guest):
    with pytest.raises(order_services.ReasonNotPossible) as refused:
        cancel(placed_order, guest, CancelReason.TOO_BUSY)

    assert refused.value.field == "reason"
    assert Order.objects.get().status == OrderStatus.CONFIRMED


def test_an_order_that_waits_in_the_kitchen_is_not_cancelled_because_nobody_was_at_home(placed_order, chef):
    with pytest.raises(order_services.ReasonNotPossible):
        cancel(placed_order, chef, CancelReason.NOBODY_HOME)

    assert Order.objects.get().status == OrderStatus.CONFIRMED


def test_cancelling_an_unknown_order_raises_order_not_found(kitchen, manager):
    with pytest.raises(order_services.OrderNotFound):
        order_services.cancel_order(ref=uuid7(), reason=CancelReason.CHANGED_MIND, by=manager, at=FRIDAY_NIGHT)


def test_cancelling_is_refused_to_a_guest_after_the_ticket_was_recalled_into_the_queue(placed_order, chef, guest):
    Kitchen.objects.update(oven_slots=1)
    shop.cooked(placed_order, by=chef)
    kitchen_services.start_cooking(ref=shop.place().ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert Ticket.objects.get(ref=placed_order.ref).state == TicketState.WAITING

    with pytest.raises(order_services.TooLateToCancel):
        cancel(placed_order, guest)


@pytest.mark.parametrize("reason", [*CancelReason])
def test_every_reason_has_a_sentence_for_the_guest(reason):
    order = Order(number=1, status=OrderStatus.CANCELLED, cancel_reason=reason)
    order.contact = OrderContact(order=order)

    assert status_message(order)
