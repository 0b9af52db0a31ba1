"""The reports in the API."""

from datetime import timedelta

import pytest

from tests import shop
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

FRIDAY = "from=2026-11-20&to=2026-11-20"


@pytest.fixture
def manager(caller):
    return caller("manager")


@pytest.fixture
def two_orders(kitchen):
    shop.place(shop.basket_of(shop.pizza("pepperoni"), quantity=2))
    shop.place(at=FRIDAY_NIGHT - timedelta(hours=1))


def test_a_program_reads_orders_sales_and_the_average_order_value_of_a_day(manager, two_orders):
    overview = manager.get(f"/reports/overview?{FRIDAY}").json()

    assert (overview["total_orders"], overview["sales"], overview["average_order_value"]) == (2, "42.97", "21.49")
    assert (overview["revenue"], overview["promises_kept_percent"]) == ("0.00", None)


def test_without_a_range_a_program_reads_the_present_business_day(manager, two_orders):
    assert manager.get("/reports/overview").json() == manager.get(f"/reports/overview?{FRIDAY}").json()
    assert manager.get("/reports/overview?to=2026-11-19").json()["total_orders"] == 0


def test_a_program_reads_a_time_series_with_its_empty_intervals(manager, two_orders):
    series = manager.get("/reports/time-series?from=2026-11-19&to=2026-11-20&grain=day").json()

    assert [(point["first_day"], point["total_orders"]) for point in series["points"]] == [
        ("2026-11-19", 0),
        ("2026-11-20", 2),
    ]


def test_a_program_reads_the_most_popular_pizzas(manager, two_orders):
    [pizza] = manager.get(f"/reports/pizzas?{FRIDAY}&limit=1").json()

    assert pizza == {"slug": "pepperoni", "name": "Pepperoni", "quantity": 2, "sales": "29.98"}


def test_a_program_reads_the_peak_hours_on_the_shops_wall_clock(manager, two_orders):
    hours = manager.get(f"/reports/peak-hours?{FRIDAY}").json()

    assert [(each["weekday"], each["hour"], each["total_orders"]) for each in hours] == [(4, 19, 1), (4, 20, 1)]


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("from=2026-11-20&to=2026-11-19", "to", "The last day is before the first."),
        ("from=2010-01-01&to=2026-11-20", "to", "That is too long: 3653 days at most, please."),
        ("from=0001-01-01&to=0001-01-02", "from", "There are reports from 2000 to 2199."),
        ("from=9999-12-31&to=9999-12-31", "from", "There are reports from 2000 to 2199."),
    ],
)
def test_a_range_that_no_report_has_is_refused(manager, query, field, detail):
    for report in ("overview", "time-series", "pizzas", "peak-hours"):
        answer = manager.get(f"/reports/{report}?{query}")

        assert_refused(answer, 422, "invalid_period")
        assert answer.json()["errors"] == [{"field": field, "detail": detail}]


def test_hours_are_listed_for_a_year_at_most(manager):
    answer = manager.get("/reports/time-series?from=2025-01-01&to=2026-11-20&grain=hour")

    assert_refused(answer, 422, "invalid_period")


@pytest.mark.parametrize("query", ["from=yesterday", "grain=minute", "form=2026-11-20"])
def test_a_parameter_that_is_invalid_or_unknown_is_refused(manager, query):
    assert_refused(manager.get(f"/reports/time-series?{query}"), 422, "invalid")


def test_a_cook_reads_no_reports(caller):
    assert_refused(caller("chef").get("/reports/overview"), 403, "insufficient_scope")
