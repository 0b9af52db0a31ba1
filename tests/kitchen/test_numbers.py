"""Ticket numbers, counted by kitchen and business day."""

from datetime import timedelta

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from pizzeria.foundation.ids import uuid7
from tests.factories import KitchenFactory
from tests.kitchen.tickets import MARGHERITA
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db

SATURDAY_NIGHT = FRIDAY_NIGHT + timedelta(days=1)
CONTENT = kitchen_services.TicketContent(method=FulfillmentMethod.PICKUP, items=[MARGHERITA], pizza_minutes=[8])


def book(kitchen, at=FRIDAY_NIGHT):
    """Book the next ticket; return its number and its business day."""
    line = Kitchen.objects.for_update().get(pk=kitchen.pk)
    booking = kitchen_services.book_ticket(kitchen=line, ref=uuid7(), content=CONTENT, at=at)
    return booking.number, booking.business_date.isoformat()


@pytest.fixture
def via_roma():
    return KitchenFactory()


def test_ticket_numbers_begin_at_one_every_business_day(via_roma):
    booked = [book(via_roma, at) for at in (FRIDAY_NIGHT, FRIDAY_NIGHT, SATURDAY_NIGHT)]

    assert booked == [(1, "2026-11-20"), (2, "2026-11-20"), (1, "2026-11-21")]


def test_ticket_numbers_belong_to_friday_until_four_on_saturday_morning(via_roma):
    book(via_roma)

    assert book(via_roma, FRIDAY_NIGHT + timedelta(hours=7)) == (2, "2026-11-20")
    assert book(via_roma, FRIDAY_NIGHT + timedelta(hours=8)) == (1, "2026-11-21")


def test_each_kitchen_counts_its_own_ticket_numbers(via_roma):
    book(via_roma)

    assert book(KitchenFactory()) == (1, "2026-11-20")


def test_a_booking_that_began_before_the_new_day_and_waited_for_the_lock_counts_in_the_new_day(via_roma):
    book(via_roma, SATURDAY_NIGHT)

    assert book(via_roma, FRIDAY_NIGHT) == (2, "2026-11-21")


def test_a_ticket_and_its_order_have_the_same_number(placed_order, kitchen):
    assert kitchen.tickets.get().label == f"#{placed_order.number}" == "#1"
