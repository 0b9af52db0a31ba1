"""Marking menu items sold out, the 86, and available again."""

from datetime import UTC, datetime, timedelta

import pytest

from kitchen import services as kitchen_services
from menu import services as menu_services
from menu.models import Pizza, SimpleItem, Topping
from menu.prices import SoldOut
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ends import UntilPassed, UntilTooFar
from pizzeria.foundation.events.domain_events import load
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

HOUR = timedelta(hours=1)


@pytest.fixture
def olives():
    return Topping.objects.get(slug="olives")


def events_of(item):
    return [
        load(event).model_dump() | {"type": event.type} for event in StoredEvent.objects.filter(aggregate_ref=item.ref)
    ]


@pytest.mark.parametrize("kind", [Pizza, SimpleItem, Topping])
def test_pizzas_simple_items_and_toppings_can_be_marked_sold_out(kind, chef):
    item = menu_services.mark_sold_out(item=kind.objects.first(), until=None, by=chef, at=FRIDAY_NIGHT)

    item.refresh_from_db()
    assert not item.is_available(FRIDAY_NIGHT)


def test_an_item_marked_sold_out_without_an_end_time_stays_sold_out(olives, chef):
    menu_services.mark_sold_out(item=olives, until=None, by=chef, at=FRIDAY_NIGHT)

    olives.refresh_from_db()
    assert not olives.is_available(FRIDAY_NIGHT + 1000 * HOUR)


def test_an_item_marked_sold_out_until_a_time_is_available_from_that_time(olives, chef):
    menu_services.mark_sold_out(item=olives, until=FRIDAY_NIGHT + HOUR, by=chef, at=FRIDAY_NIGHT)

    olives.refresh_from_db()
    assert not olives.is_available(FRIDAY_NIGHT + HOUR - timedelta(microseconds=1))
    assert olives.is_available(FRIDAY_NIGHT + HOUR)


def test_a_sold_out_pizza_cannot_be_added_to_a_basket(chef):
    menu_services.mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(SoldOut):
        shop.basket_of(shop.pizza("margherita"))


def test_an_order_placed_before_its_pizza_was_sold_out_can_still_be_cooked(placed_order, chef):
    menu_services.mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=chef, at=FRIDAY_NIGHT)

    ticket = kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert [item["name"] for item in ticket.items] == ["Margherita"]


def test_marking_an_item_available_clears_its_sold_out_times(olives, chef):
    off = menu_services.mark_sold_out(item=olives, until=None, by=chef, at=FRIDAY_NIGHT)

    back = menu_services.mark_available(item=off, by=chef, at=FRIDAY_NIGHT + HOUR)

    back.refresh_from_db()
    assert (back.sold_out_since, back.sold_out_until) == (None, None)


def test_marking_an_item_sold_out_or_available_records_an_event_with_its_actor(olives, chef):
    off = menu_services.mark_sold_out(item=olives, until=FRIDAY_NIGHT + HOUR, by=chef, at=FRIDAY_NIGHT)
    menu_services.mark_available(item=off, by=SYSTEM, at=FRIDAY_NIGHT)

    assert events_of(olives) == [
        {"type": "menu.sold_out.v1", "until": FRIDAY_NIGHT + HOUR},
        {"type": "menu.back.v1"},
    ]
    assert [event.actor for event in StoredEvent.objects.filter(aggregate_ref=olives.ref)] == [str(chef), "system"]


def test_marking_an_available_item_available_records_no_event(olives, chef):
    menu_services.mark_available(item=olives, by=chef, at=FRIDAY_NIGHT)

    assert events_of(olives) == []


@pytest.mark.parametrize("until", [FRIDAY_NIGHT, FRIDAY_NIGHT - HOUR], ids=["now", "an hour ago"])
def test_marking_an_item_sold_out_until_a_past_time_is_refused(olives, chef, until):
    with pytest.raises(UntilPassed) as refused:
        menu_services.mark_sold_out(item=olives, until=until, by=chef, at=FRIDAY_NIGHT)

    assert refused.value.field == "until"
    assert events_of(olives) == []


def test_marking_an_item_sold_out_for_more_than_a_year_is_refused(olives, chef):
    with pytest.raises(UntilTooFar) as refused:
        menu_services.mark_sold_out(
            item=olives, until=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), by=chef, at=FRIDAY_NIGHT
        )

    assert refused.value.field == "until"
    assert events_of(olives) == []


def test_guests_and_drivers_may_mark_items_neither_sold_out_nor_available(olives, guest, driver):
    for actor in (guest, driver):
        with pytest.raises(NotAllowed):
            menu_services.mark_sold_out(item=olives, until=None, by=actor, at=FRIDAY_NIGHT)
        with pytest.raises(NotAllowed):
            menu_services.mark_available(item=olives, by=actor, at=FRIDAY_NIGHT)

    assert events_of(olives) == []


def test_marking_a_stale_item_sold_out_does_not_overwrite_its_price(olives, chef):
    stale = Topping.objects.get(pk=olives.pk)
    Topping.objects.filter(pk=olives.pk).update(price="0.80")

    menu_services.mark_sold_out(item=stale, until=None, by=chef, at=FRIDAY_NIGHT)

    olives.refresh_from_db()
    assert str(olives.price) == "0.80"
