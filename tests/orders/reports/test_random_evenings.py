"""Every figure of every report is the one that slow, plain code computes from all rows."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as any_

from kitchen.models import FulfillmentMethod
from orders import replay
from orders.models import Order, OrderStatus, PaymentMethod
from orders.payments.models import PaymentAttempt, Receipt, Refund
from orders.reports import selectors, services
from orders.reports.definitions import MONTHLY_SUMS
from orders.reports.models import ROLLUPS, CustomerDay, DayBreakdown, DirtyDay, DurationCount, HourSums
from orders.reports.periods import Grain, Period
from orders.reports.selectors.live_days import days_to_build
from pizzeria.foundation.actor import SYSTEM
from tests.length import by_length
from tests.orders.reports.assertions import assert_right
from tests.orders.reports.evenings import SETTINGS, Evenings, LinePlan, OrderPlan, evenings
from tests.orders.reports.slow_figures import SlowFigures, business_day

EXAMPLES = by_length(2, 150)
random_evenings = hypothesis_settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

HOURS_OF_EVENINGS = 5 * 24


@contextmanager
def shop_in(setting):
    """Open a shop; whatever happens in it is rolled back."""
    beginning = transaction.savepoint_create()
    try:
        with override_settings(SHOP_TIME_ZONE=setting.zone, SHOP_DAY_ENDS=setting.day_ends):
            yield Evenings(setting)
    finally:
        transaction.savepoint_rollback(beginning)


def rows_of_rollups():
    tables = (*ROLLUPS, *(monthly.table for monthly in MONTHLY_SUMS.values()))
    return [sorted(table._default_manager.values_list()) for table in tables]


@random_evenings
@given(evenings=evenings, data=any_.data())
def test_every_figure_of_random_evenings_is_right_before_and_after_the_days_are_built(db, change_shop, evenings, data):
    """The present day is the last one, or one on which there are still orders: its part is read from the source."""
    setting, plans = evenings
    change_shop(vip_orders=3)
    with shop_in(setting) as shop:
        for plan in plans:
            shop.carry_out(plan)
        connection.check_constraints()
        assert list(replay.differences()) == [], "the evenings are such as the shop can have"
        end = newest_moment()
        at = end + timedelta(minutes=data.draw(any_.sampled_from([0, 6, 24 * 60, 45 * 24 * 60])))
        days = any_.integers(0, (business_day(end) - business_day(setting.begins)).days + 2)
        edges = sorted(business_day(setting.begins) - timedelta(days=1) + timedelta(days=data.draw(days)) for _ in "12")
        period = Period(*edges)

        assert_right(period, at=at)

        for day in data.draw(any_.permutations(days_to_build(at=at))):
            services.rebuild_day(day=day, by=SYSTEM, at=at)

        assert_right(period, at=at)
        whole_months = Period(business_day(setting.begins) - timedelta(days=32), business_day(at))
        assert_right(whole_months, at=at, grains=[Grain.DAY, Grain.WEEK, Grain.MONTH])

        until = setting.begins + timedelta(minutes=data.draw(any_.integers(0, 60 * HOURS_OF_EVENINGS)))
        for day in {business_day(until), period.first, period.last}:
            slow = SlowFigures(Period(day, day), until=until).overview()
            assert selectors.overview_of_day_until(day, until=until) == slow, f"{day} until {until}"

        built = rows_of_rollups()
        dirty = data.draw(any_.lists(any_.sampled_from([order.ref for order in Order.objects.all()]), max_size=4))
        for ref in dirty:
            services.mark_days_of_orders([ref], at=at)
        assert_right(period, at=at)
        for day in days_to_build(at=at):
            services.rebuild_day(day=day, by=SYSTEM, at=at)
        assert rows_of_rollups() == built
        assert not DirtyDay.objects.exists()


ONE_ORDER = OrderPlan(
    seconds=0,
    lines=(LinePlan(item=0, size="small", quantity=2, toppings=frozenset(["olives"])), LinePlan(2, "", 1, frozenset())),
    method=FulfillmentMethod.DELIVERY,
    payment_method=PaymentMethod.CREDIT_CARD,
    fate="second try",
    paces=(600,) * 8,
    people=(0, 0, 0),
    coupon="FRIDAY",
    tip=Decimal("1.50"),
    refunds=((Decimal("0.25"), 3600),),
    promise_minutes=60,
)


SUMS = [field.name for field in HourSums._meta.concrete_fields if field.name not in ("business_date", "hour")]


@pytest.mark.parametrize(
    ("rollup", "column"),
    [
        *[
            (HourSums, field.name)
            for field in HourSums._meta.concrete_fields
            if field.name not in ("business_date", "hour")
        ],
        (DayBreakdown, "count"),
        (DayBreakdown, "amount"),
        (DurationCount, "minutes"),
        (DurationCount, "count"),
        (CustomerDay, "orders"),
        (CustomerDay, "sales"),
    ],
)
def test_control_a_rollup_that_is_wrong_by_one_is_noticed(db, rollup, column):
    setting = SETTINGS[0]
    with shop_in(setting) as evening:
        order = evening.carry_out(ONE_ORDER)
        assert order.status == OrderStatus.DELIVERED
        at = newest_moment() + timedelta(days=2)
        for day in days_to_build(at=at):
            services.rebuild_day(day=day, by=SYSTEM, at=at)
        period = Period(business_day(setting.begins), business_day(setting.begins))
        assert_right(period, at=at, grains=[Grain.DAY])

        rollup.objects.update(**{column: F(column) + 1})

        with pytest.raises(AssertionError):
            assert_right(period, at=at, grains=[Grain.DAY])


def newest_moment():
    moments = [Order.objects.order_by("-placed_at").first().placed_at]
    for model, field in [(PaymentAttempt, "captured_at"), (Refund, "done_at"), (Receipt, "issued_at")]:
        moments += [moment for moment in model.objects.values_list(field, flat=True) if moment]
    for field in ("ready_at", "delivered_at", "cancelled_at"):
        moments += [moment for moment in Order.objects.values_list(field, flat=True) if moment]
    return max(moments)
