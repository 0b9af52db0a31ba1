"""
Reports, dashboard and list of orders with a year of many orders, and the ratio to the same with 10,000.

    make measure ARGS=reports                    with a million orders: 9 GB, and ten minutes until they are written
    ORDERS=100000 make measure ARGS=reports      with fewer
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from io import StringIO
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.reports import selectors
from orders.reports.periods import Grain, Period
from pizzeria.demo.bulk_history.seeding import SeedReport, seed_history
from pizzeria.foundation import clock
from pizzeria.users.models import User
from tests.admin_pages import order_pages, report_pages
from tests.measure.figures import print_statistics, timed

FEW, MANY = 10_000, int(os.environ.get("ORDERS", "1000000"))
YEAR = timedelta(days=365)
TIMES, ENOUGH_SECONDS = 20, 5  # of one action

BY_PERIOD = (
    *("overview", "pizzas", "simple_items", "sizes", "toppings", "statuses", "peak_hours", "kitchen"),
    *("kitchen_by_hour", "staff", "drivers", "coupons", "cancellations", "bookkeeping", "taxes", "top_customers"),
)

type Actions = dict[str, Callable[[], object]]


def measure() -> None:
    """Measure everything with few orders, then with many."""
    write_orders(FEW, seed=1)
    few = _measure(quiet=True)
    if MANY > FEW:
        write_orders(MANY - FEW, seed=2)
    _measure(few)


def write_orders(orders: int, *, seed: int) -> None:
    """Write past orders of the last year with their reports; print how long it takes, and how large the database is."""
    now = clock.now()
    today = clock.business_date(now)
    reports: list[SeedReport] = []
    first, last = today - YEAR, today - timedelta(days=1)
    write = partial(seed_history, orders=orders, first=first, last=last, seed=seed, at=now)
    seconds = timed(lambda: reports.append(write()))
    rows = reports[0].rows
    print(
        f"{orders} orders written in {seconds:.0f} s: {orders / seconds:.0f} orders, {rows / seconds:.0f} rows a second"
    )
    print(f"rollups of the year rebuilt in {timed(lambda: call_command('rebuild_reports', stdout=StringIO())):.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        print(f"the database is {cursor.fetchone()[0]} large, with {Order.objects.count()} orders\n")


def _measure(few: dict[str, float] | None = None, *, quiet: bool = False) -> dict[str, float]:
    """Return the median of each action in seconds; print them, and their ratios to those with few orders."""
    at, medians = clock.now(), {}
    for name, action in {**_selectors(at), **_pages()}.items():
        first = timed(action)
        seconds = [timed(action) for _ in range(max(3, min(TIMES, int(ENOUGH_SECONDS / first))))]
        with CaptureQueriesContext(connection) as statements:
            action()
        medians[name] = median(seconds)
        if not quiet:
            ratio = f", {medians[name] / few[name]:.1f} times that with {FEW} orders" if few else ""
            print_statistics(name, seconds, f"{len(statements)} queries{ratio}")
    return medians


def _selectors(at: datetime) -> Actions:
    today = clock.business_date(at)
    year = Period(today - YEAR + timedelta(days=1), today)
    actions: Actions = {name: partial(getattr(selectors, name), year, at=at) for name in BY_PERIOD}
    for grain in Grain:
        period = Period(today - timedelta(days=30), today) if grain is Grain.HOUR else year
        actions[f"time_series, by {grain}"] = partial(selectors.time_series, period, grain=grain, at=at)
    yesterday = at - timedelta(days=1)
    actions["overview_of_day_until"] = partial(
        selectors.overview_of_day_until, clock.business_date(yesterday), until=yesterday
    )
    return actions


def _pages() -> Actions:
    manager = Client(SERVER_NAME="localhost")
    manager.force_login(User.objects.get(username="manager"))
    middle = Order.objects.order_by("id").values_list("id", flat=True).first() + Order.objects.count() // 2
    order = Order.objects.select_related("contact").filter(id__gte=middle).order_by("id")[0]
    return {
        name: partial(_open, manager, address) for name, address in {**order_pages(order), **report_pages()}.items()
    }


def _open(visitor: Client, address: str) -> None:
    response = visitor.get(address)
    assert response.status_code == HTTPStatus.OK, f"{address}: {response.status_code}"
