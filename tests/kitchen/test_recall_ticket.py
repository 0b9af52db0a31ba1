from datetime import timedelta

import pytest

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from orders.models import Order, OrderStatus
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.shop import FRIDAY_NIGHT


def recall(order, by):
    return kitchen_services.recall_ticket(ref=order.ref, by=by, at=FRIDAY_NIGHT)


def test_recalling_a_ready_ticket_marks_it_and_its_order_as_cooking_again(placed_order, chef):
    shop.cooked(placed_order, by=chef)

    recall(placed_order, chef)

    assert Ticket.objects.get().state == TicketState.COOKING
    assert Order.objects.get().status == OrderStatus.COOKING


def test_recalling_puts_a_ticket_at_the_head_of_the_queue_while_every_oven_slot_is_taken(placed_order, chef):
    Kitchen.objects.update(oven_slots=1)
    shop.cooked(placed_order, by=chef)
    cooking, waiting = shop.place(), shop.place()
    kitchen_services.start_cooking(ref=cooking.ref, by=chef, at=FRIDAY_NIGHT)

    recall(placed_order, chef)

    line = Ticket.objects.filter(state=TicketState.WAITING).in_sequence()
    assert [ticket.ref for ticket in line] == [placed_order.ref, waiting.ref]
    assert Ticket.objects.filter(state=TicketState.COOKING).count() == 1
    assert Order.objects.get(pk=placed_order.pk).status == OrderStatus.CONFIRMED


def test_recalling_is_refused_for_a_ticket_that_is_not_ready_and_for_a_guest(placed_order, chef, guest):
    with pytest.raises(kitchen_services.TicketStateConflict):
        recall(placed_order, chef)
    with pytest.raises(NotAllowed):
        recall(shop.cooked(placed_order, by=chef), guest)


def test_a_recalled_ticket_can_be_finished_again(placed_order, chef):
    recall(shop.cooked(placed_order, by=chef), chef)

    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT + timedelta(minutes=3))

    assert Order.objects.get().ready_at == FRIDAY_NIGHT + timedelta(minutes=3)
