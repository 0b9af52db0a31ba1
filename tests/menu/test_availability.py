"""Taking something off the menu, the 86, and putting it back."""

from datetime import timedelta

import pytest

from kitchen import services as kitchen_services
from menu import services as menu_services
from menu.models import Pizza, SimpleItem, Topping
from menu.prices import SoldOut
from menu.services import UntilPassed
from pizzeria.foundation.actor import SYSTEM
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
def test_works_for_everything_on_the_menu(kind, chef):
    item = menu_services.mark_sold_out(item=kind.objects.first(), until=None, by=chef, at=FRIDAY_NIGHT)

    item.refresh_from_db()
    assert not item.is_on(FRIDAY_NIGHT)


def test_holds_until_further_notice(olives, chef):
    menu_services.mark_sold_out(item=olives, until=None, by=chef, at=FRIDAY_NIGHT)

    olives.refresh_from_db()
    assert not olives.is_on(FRIDAY_NIGHT + 1000 * HOUR)


def test_ends_by_itself_at_the_time_it_was_meant_for(olives, chef):
    menu_services.mark_sold_out(item=olives, until=FRIDAY_NIGHT + HOUR, by=chef, at=FRIDAY_NIGHT)

    olives.refresh_from_db()
    assert not olives.is_on(FRIDAY_NIGHT + HOUR - timedelta(microseconds=1))
    assert olives.is_on(FRIDAY_NIGHT + HOUR)


def test_works_at_once_for_new_baskets(chef):
    menu_services.mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(SoldOut):
        shop.basket_of(shop.pizza("margherita"))


def test_leaves_placed_orders_alone(placed_order, chef):
    menu_services.mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=chef, at=FRIDAY_NIGHT)

    ticket = kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert [item["name"] for item in ticket.items] == ["Margherita"]


def test_is_taken_back_by_putting_back(olives, chef):
    off = menu_services.mark_sold_out(item=olives, until=None, by=chef, at=FRIDAY_NIGHT)

    back = menu_services.mark_available(item=off, by=chef, at=FRIDAY_NIGHT + HOUR)

    back.refresh_from_db()
    assert (back.sold_out_since, back.sold_out_until) == (None, None)


def test_is_written_down_with_who_and_until_when(olives, chef):
    off = menu_services.mark_sold_out(item=olives, until=FRIDAY_NIGHT + HOUR, by=chef, at=FRIDAY_NIGHT)
    menu_services.mark_available(item=off, by=SYSTEM, at=FRIDAY_NIGHT)

    assert events_of(olives) == [
        {"type": "menu.sold_out.v1", "until": FRIDAY_NIGHT + HOUR},
        {"type": "menu.back.v1"},
    ]
    assert [event.actor for event in StoredEvent.objects.filter(aggregate_ref=olives.ref)] == [str(chef), "system"]


def test_writes_nothing_down_when_what_is_put_back_was_on(olives, chef):
    menu_services.mark_available(item=olives, by=chef, at=FRIDAY_NIGHT)

    assert events_of(olives) == []


@pytest.mark.parametrize("until", [FRIDAY_NIGHT, FRIDAY_NIGHT - HOUR], ids=["now", "an hour ago"])
def test_is_refused_until_a_time_that_has_passed(olives, chef, until):
    with pytest.raises(UntilPassed) as refused:
        menu_services.mark_sold_out(item=olives, until=until, by=chef, at=FRIDAY_NIGHT)

    assert refused.value.field == "until"
    assert events_of(olives) == []


def test_is_not_for_guests_and_drivers(olives, guest, driver):
    for somebody in (guest, driver):
        with pytest.raises(NotAllowed):
            menu_services.mark_sold_out(item=olives, until=None, by=somebody, at=FRIDAY_NIGHT)
        with pytest.raises(NotAllowed):
            menu_services.mark_available(item=olives, by=somebody, at=FRIDAY_NIGHT)

    assert events_of(olives) == []


def test_sees_the_item_as_it_is_and_not_as_a_screen_had_it(olives, chef):
    stale = Topping.objects.get(pk=olives.pk)
    Topping.objects.filter(pk=olives.pk).update(price="0.80")

    menu_services.mark_sold_out(item=stale, until=None, by=chef, at=FRIDAY_NIGHT)

    olives.refresh_from_db()
    assert str(olives.price) == "0.80"
