"""A report takes the same number of queries, however many orders there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders.reports import selectors, services
from orders.reports.periods import Grain, Period
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import CUSTOMER, KITCHEN
from tests import shop
from tests.shop import FRIDAY_NIGHT

NOW = FRIDAY_NIGHT + timedelta(days=3)
PERIOD = Period((FRIDAY_NIGHT - timedelta(days=3)).date(), NOW.date())


@pytest.fixture
def evening(kitchen):
    """Return a function that lets an order be placed by a customer, cooked and handed over by a cook of its own."""

    def sell(*selections, at):
        cook, customer = (shop.hire(role) for role in (KITCHEN, CUSTOMER))
        basket = shop.basket_of(*selections, at=at)
        order = shop.place(basket, by=customer, method=FulfillmentMethod.PICKUP, at=at)
        shop.cooked(order, by=cook, at=at)
        order_services.hand_over(ref=order.ref, by=cook, at=at)
        shop.place(by=customer, at=at)

    return sell


def queries():
    counts = {}
    for name in selectors.__all__:
        read = getattr(selectors, name)
        options = {"grain": Grain.HOUR} if name == "time_series" else {}
        with CaptureQueriesContext(connection) as captured:
            if name == "overview_of_day_until":
                read(FRIDAY_NIGHT.date(), until=NOW)
            else:
                read(PERIOD, at=NOW, **options)
        counts[name] = len(captured)
    return counts


def test_every_report_takes_as_many_queries_for_a_few_orders_as_for_many(evening):
    evening(at=FRIDAY_NIGHT)
    few = queries()

    for hours in range(0, 24, 6):
        evening(
            shop.pizza("pepperoni", added=("olives",)), shop.simple_item(), at=FRIDAY_NIGHT + timedelta(hours=hours)
        )
    many = queries()
    services.rebuild_day(day=FRIDAY_NIGHT.date(), by=SYSTEM, at=NOW)
    built = queries()

    assert few == many == built
