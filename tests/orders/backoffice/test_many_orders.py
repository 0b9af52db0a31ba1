"""The admin's pages with many orders: their number of queries is the same as with few."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from pizzeria.demo.bulk_history.seeding import seed_history
from pizzeria.foundation import clock
from pizzeria.users.roles import MANAGER
from tests.admin_pages import order_pages, report_pages
from tests.length import by_length

FEW, MANY, DAYS = 10, by_length(300, long=10_000), 4


def write_past_orders(orders, *, seed):
    now = clock.now()
    today = clock.business_date(now)
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    seed_history(orders=orders, first=first, last=last, seed=seed, at=now)
    call_command("rebuild_reports", stdout=StringIO())


def statements_by_page(browser, order):
    counted = {}
    for name, address in {**order_pages(order), **report_pages()}.items():
        browser.get(address)  # what is cached is cached then
        with CaptureQueriesContext(connection) as statements:
            response = browser.get(address)
        assert response.status_code == 200, name
        counted[name] = len(statements)
    return counted


@pytest.mark.long
def test_hundreds_of_orders_take_the_admins_pages_no_more_queries_than_ten(sign_in, kitchen, monkeypatch):
    monkeypatch.setattr("pizzeria.demo.bulk_history.seeding.MANY_ORDERS", FEW + 1)
    browser = sign_in(MANAGER)
    write_past_orders(FEW, seed=1)
    order = Order.objects.exclude(cooking_started_at=None).select_related("contact").latest("id")
    few = statements_by_page(browser, order)

    write_past_orders(MANY - FEW, seed=2)

    assert Order.objects.count() == MANY
    assert statements_by_page(browser, order) == few
