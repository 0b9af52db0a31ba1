"""Which promises were kept: of orders whose promise was changed, and of orders for later."""

from datetime import timedelta

import pytest

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders.reports import selectors
from orders.reports.periods import Period
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests import shop
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


def minutes(count):
    return FRIDAY_NIGHT + timedelta(minutes=count)


def kept(at):
    """Return how many promises there were on Friday, and how many of them were kept."""
    friday = clock.business_date(FRIDAY_NIGHT)
    figures = selectors.kitchen(Period(friday, friday), at=at)
    return figures.promises, figures.promises_kept


def test_a_promise_that_was_changed_is_kept_only_if_the_first_one_was(chef):
    order = shop.place()
    kitchen_services.recalculate_promises(kitchen=Kitchen.objects.get(), by=SYSTEM, at=minutes(15))
    order.refresh_from_db()
    assert order.promise_until == minutes(45)

    shop.cooked(order, by=chef, at=minutes(30))

    assert kept(at=minutes(60)) == (1, 0)


@pytest.mark.parametrize(("ready_at", "number_kept"), [(minutes(70), 1), (minutes(71), 0)])
def test_the_promise_of_an_order_for_later_is_that_of_the_wanted_time(chef, ready_at, number_kept):
    Kitchen.objects.update(max_slot_pizzas=8)
    order = shop.place(wanted_at=minutes(60))
    assert kept(at=minutes(30)) == (0, 0)

    shop.cooked(order, by=chef, at=ready_at)

    assert kept(at=minutes(90)) == (1, number_kept)
