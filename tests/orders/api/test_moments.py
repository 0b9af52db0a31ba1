"""Moments at the ends of the calendar, which neither the database nor local time can hold in every zone."""

import pytest

from tests.orders.api.order_bodies import body, nothing_is_written

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

MOMENTS = [
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+12:00",
    "0001-01-01T00:00:00Z",
    "2026-11-20T18:06:05-21:50",  # further from UTC than any zone that PostgreSQL knows
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("bound", ["since", "until"])
def test_a_list_of_orders_from_or_until_such_a_moment_is_answered_or_invalid(caller, bound, moment):
    answer = caller("chef").get(f"/orders?{bound}={moment.replace('+', '%2B')}")

    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("path", ["/orders", "/orders/quote"])
def test_an_order_for_such_a_moment_is_invalid(caller, path, moment):
    answer = caller("customer").post(path, body(wanted_at=moment))

    assert answer.status_code == 422
    assert nothing_is_written()
