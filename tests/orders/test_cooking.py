import pytest

from kitchen import services as kitchen_services
from kitchen.models import Ticket, TicketState
from orders import services as order_services
from orders.models import Order, OrderStatus
from pizzeria.foundation import failpoints
from pizzeria.foundation.events.models import StoredEvent
from tests.shop import FRIDAY_NIGHT


def test_an_order_follows_the_steps_of_its_ticket(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    placed_order.refresh_from_db()
    assert (placed_order.status, placed_order.cooking_started_at) == (OrderStatus.COOKING, FRIDAY_NIGHT)

    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    placed_order.refresh_from_db()
    assert (placed_order.status, placed_order.ready_at) == (OrderStatus.READY, FRIDAY_NIGHT)


def test_the_cooking_started_event_records_the_cook(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    event = StoredEvent.objects.get(aggregate_ref=placed_order.ref, type="order.cooking_started.v1")
    assert event.data == {"staff": chef.user_id}
    assert event.actor == str(chef.user_id)


@pytest.mark.django_db(transaction=True)
def test_order_and_ticket_stay_unchanged_when_the_command_fails_before_its_commit(placed_order, chef):
    class Killed(Exception):
        pass

    def die():
        raise Killed

    with failpoints.armed("kitchen.start_cooking.before_commit", die), pytest.raises(Killed):
        kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    assert Ticket.objects.get(ref=placed_order.ref).state == TicketState.WAITING
    assert Order.objects.get(ref=placed_order.ref).status == OrderStatus.CONFIRMED
    assert StoredEvent.objects.filter(aggregate_ref=placed_order.ref).count() == 2


def test_the_events_of_an_order_are_numbered_without_gaps_until_it_is_handed_over(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    order_services.hand_over(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    seqs = list(StoredEvent.objects.filter(aggregate_ref=placed_order.ref).values_list("seq", flat=True))
    assert seqs == [1, 2, 3, 4, 5]
    placed_order.refresh_from_db()
    assert placed_order.seq == 5
