import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders import services as order_services
from orders.deliveries import selectors as delivery_selectors
from orders.models import CancelReason, OrderStatus
from orders.selectors.order_list import active_orders, all_orders, order_page, ready_orders
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.orders.many_orders import copy_order
from tests.shop import FRIDAY_NIGHT

LIST = reverse("orders:all")


@pytest.fixture
def evening(kitchen, chef, manager):
    """Return four orders: one waiting, one ready, one handed over, one cancelled."""
    orders = [shop.place() for _ in range(4)]
    for order in orders[1:3]:
        shop.cooked(order, by=chef)
    order_services.hand_over(ref=orders[2].ref, by=chef, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=orders[3].ref, reason=CancelReason.SOLD_OUT, by=manager, at=FRIDAY_NIGHT)
    return orders


def test_active_orders_are_those_neither_delivered_nor_cancelled(evening):
    assert [order.number for order in active_orders()] == [1, 2]


def test_ready_orders_are_those_that_wait_at_the_counter(evening):
    assert [order.number for order in ready_orders()] == [2]


def test_all_orders_are_listed_newest_first_and_can_be_filtered_by_status_number_and_day(evening):
    assert [order.number for order in all_orders()] == [4, 3, 2, 1]
    assert [order.number for order in all_orders(status=OrderStatus.CANCELLED)] == [4]
    assert [order.number for order in all_orders(number=3, day=evening[2].business_date)] == [3]


def numbers(page):
    return [order.number for order in page.orders]


def test_a_page_of_orders_leads_to_the_older_and_the_newer_ones(kitchen):
    for _ in range(8):
        shop.place()

    def page(**beside):
        return order_page(all_orders(), size=3, **beside)

    first = page()
    second = page(before=first.oldest)
    third = page(before=second.oldest)
    assert [numbers(each) for each in (first, second, third)] == [[8, 7, 6], [5, 4, 3], [2, 1]]
    assert [each.has_newer for each in (first, second, third)] == [False, True, True]
    assert [each.has_older for each in (first, second, third)] == [True, True, False]

    shop.place()  # neither repeats nor hides another
    assert numbers(page(after=third.newest)) == [5, 4, 3]
    assert numbers(page(after=second.newest)) == [8, 7, 6]
    assert page(after=second.newest).has_newer
    newest = page(after=page(after=second.newest).newest)
    assert numbers(newest) == [9, 8, 7]
    assert not newest.has_newer


def test_a_page_beside_an_order_that_does_not_exist_is_empty_or_the_first(evening):
    assert numbers(order_page(all_orders(), size=3, before=uuid4())) == []
    assert numbers(order_page(all_orders(), size=3, after=uuid4())) == [4, 3, 2]


def test_the_pages_of_the_list_keep_its_filters(sign_in, evening, monkeypatch):
    monkeypatch.setattr("orders.views.order_list.PAGE_SIZE", 1)
    browser = sign_in(KITCHEN)
    day = {"day": evening[0].business_date.isoformat()}

    first = browser.get(LIST, day)
    older = re.search(r'rel="next"\s+href="([^"]*)"', first.content.decode())[1].replace("&amp;", "&")
    second = browser.get(LIST + older)

    assert numbers(first.context["page"]) == [4]
    assert f"day={day['day']}" in older
    assert numbers(second.context["page"]) == [3]
    assert 'rel="prev"' in second.content.decode()


@pytest.mark.parametrize("value", ["", "1", "x'y", "\0"])
def test_the_list_shows_its_first_page_if_the_address_names_no_order(sign_in, evening, value):
    page = sign_in(KITCHEN).get(LIST, {"before": value, "after": value})

    assert numbers(page.context["page"]) == [4, 3, 2, 1]


def test_the_list_counts_no_orders_and_skips_none(sign_in, evening):
    browser = sign_in(KITCHEN)

    with CaptureQueriesContext(connection) as queries:
        browser.get(LIST, {"before": evening[3].ref, "status": "delivered"})

    of_orders = [query["sql"] for query in queries if 'FROM "orders_order"' in query["sql"]]
    assert len(of_orders) == 1
    assert "COUNT(" not in of_orders[0]
    assert "OFFSET" not in of_orders[0]


@pytest.fixture
def many_delivered(evening):
    """Copy the delivered order some thousand times, and let PostgreSQL know how many there are."""
    copy_order(evening[2], 20_000)


@pytest.mark.parametrize(
    "orders",
    [
        lambda: all_orders(status="ready")[:31],
        lambda: all_orders(status="cancelled")[:31],
        active_orders,
        ready_orders,
        lambda: delivery_selectors.open_deliveries().select_related("contact", "driver"),
        lambda: delivery_selectors.open_deliveries().values_list("ref", "seq"),
    ],
    ids=["ready", "cancelled", "active", "at the counter", "tour", "version of the tour"],
)
def test_orders_that_are_not_delivered_are_read_by_an_index_of_these_alone(many_delivered, orders):
    plan = orders().explain()

    assert re.search(r"Scan (Backward )?(using|on) order_(open|not_delivered)\b", plan), plan
    assert "Seq Scan on orders_order" not in plan


def test_the_first_page_of_all_orders_reads_no_more_than_it_shows(many_delivered):
    plan = all_orders()[:31].explain()

    assert "Index Scan Backward using orders_order_pkey" in plan
    assert "Seq Scan" not in plan
