"""The bulk history: past orders that are like those which the shop's commands leave."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Max, Q, Sum

from kitchen.models import Kitchen, Ticket
from orders import replay
from orders import services as order_services
from orders.models import Coupon, CouponUse, Order, OrderStatus
from orders.payments.models import PaymentAttempt, Receipt, ReceiptCounter, ReceiptPdf, Refund
from orders.payments.receipts.content import ReceiptContent
from orders.reports import selectors
from orders.reports import services as report_services
from orders.reports.models import BuiltDay, DirtyDay
from orders.reports.periods import Period
from pizzeria.demo.bulk_history.seeding import seed_history
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from tests import shop
from tests.orders.invariants import Snapshot
from tests.shop import FRIDAY_NIGHT

TODAY = clock.business_date(FRIDAY_NIGHT)
ORDERS, DAYS = 400, 30


def seed(*, orders=ORDERS, days=DAYS, **options):
    last = TODAY - timedelta(days=1)
    return seed_history(orders=orders, first=TODAY - timedelta(days=days), last=last, at=FRIDAY_NIGHT, **options)


@pytest.fixture
def history(demo):
    return seed()


def test_past_orders_equal_those_that_their_events_rebuild_and_their_prices_add_up(history):
    snapshot = Snapshot.now()  # checks the deferred constraints

    assert list(replay.differences()) == []
    assert not order_services.check_prices(every_order=True, by=SYSTEM, at=FRIDAY_NIGHT).wrong
    snapshot.check_event_numbers()
    assert Order.objects.count() == history.orders == ORDERS
    assert not OutboxEntry.objects.waiting().exists()


def test_payments_refunds_and_receipts_of_past_orders_are_what_the_orders_speak_of(history):
    captured = Sum("captured", filter=Q(state="paid"), default=0)
    by_order = dict(PaymentAttempt.objects.order_by().values_list("order").annotate(sum=captured))
    requested = dict(PaymentAttempt.objects.order_by().values_list("order").annotate(Sum("refund_requested")))
    refunded = dict(
        Refund.objects.filter(state="done").order_by().values_list("attempt__order").annotate(Sum("amount"))
    )
    for order in Order.objects.all():
        assert order.paid == by_order.get(order.pk, 0)
        assert order.refund_requested == requested.get(order.pk, 0)
        assert order.refunded == refunded.get(order.pk, 0)

    receipts = list(Receipt.objects.order_by("year", "number"))
    assert [each.number for each in receipts] == list(range(1, len(receipts) + 1))
    assert all(earlier.issued_at <= later.issued_at for earlier, later in pairwise(receipts))
    assert ReceiptCounter.objects.get().last_number == len(receipts)
    for receipt in receipts:
        content = ReceiptContent.model_validate(receipt.content)
        assert content.totals.total == receipt.total == content.totals.lines_total + content.totals.adjustments_total
        assert clock.business_date(receipt.issued_at) == receipt.business_date
    assert Refund.objects.count() == Receipt.objects.filter(kind="credit_note").count() > 0
    assert not ReceiptPdf.objects.due(FRIDAY_NIGHT).exists()  # no worker has to make thousands of them


def test_past_orders_are_numbered_by_their_business_day_and_placed_in_the_order_of_their_numbers(history):
    orders = list(Order.objects.order_by("business_date", "number"))

    assert all(clock.business_date(order.placed_at) == order.business_date for order in orders)
    assert all(earlier.placed_at <= later.placed_at for earlier, later in pairwise(orders))
    for day in Order.objects.order_by().values("business_date").annotate(Count("pk"), Max("number")):
        assert day["pk__count"] == day["number__max"]
    times = list(StoredEvent.objects.filter(stream="order").order_by("id").values_list("at", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[-1] < FRIDAY_NIGHT


def test_the_steps_of_a_past_order_follow_each_other_and_its_ticket_is_where_they_left_it(history):
    states = dict(Ticket.objects.values_list("ref", "state"))

    for order in Order.objects.all():
        steps = [order.placed_at, order.confirmed_at, order.cooking_started_at, order.ready_at]
        steps += [order.out_for_delivery_at, order.delivered_at or order.cancelled_at]
        taken = [step for step in steps if step]
        assert taken == sorted(taken)
        assert states[order.ref] == ("gone" if order.status == OrderStatus.DELIVERED else "withdrawn")


def test_a_past_has_refunds_cancellations_failed_deliveries_missed_promises_and_regulars(demo):
    seed(orders=1500)

    happened = Counter(StoredEvent.objects.filter(stream="order").values_list("type", flat=True))
    assert {
        "order.cancelled.v1",
        "order.delivery_failed.v1",
        "order.payment_failed.v1",
        "order.promise_changed.v1",
        "order.recalled.v1",
        "order.refunded.v1",
        "order.step_undone.v1",
    } <= happened.keys()
    assert len(set(Order.objects.exclude(cancel_reason="").values_list("cancel_reason", flat=True))) >= 6
    delivered = Order.objects.filter(status=OrderStatus.DELIVERED)
    assert 0.9 < delivered.count() / 1500 < 0.98
    assert Order.objects.exclude(customer=None).values("customer").annotate(orders=Count("pk")).filter(orders__gt=10)
    assert list(replay.differences()) == []
    for coupon in Coupon.objects.all():
        assert coupon.uses == CouponUse.objects.filter(coupon=coupon, given_back_at=None).count() > 0


def test_a_new_order_follows_the_past_ones_and_takes_the_next_number_of_its_day(history):
    order = shop.place(shop.basket_of(shop.pizza(), at=FRIDAY_NIGHT))

    assert (order.number, order.business_date) == (1, TODAY)
    assert order.pk > Order.objects.filter(business_date__lt=TODAY).aggregate(Max("pk"))["pk__max"]


def test_a_history_that_ends_today_has_only_orders_that_ended_and_the_next_order_follows_them(demo):
    seed_history(orders=400, first=TODAY - timedelta(days=4), last=TODAY, at=FRIDAY_NIGHT)
    past = Order.objects.filter(business_date=TODAY)

    order = shop.place(shop.basket_of(shop.pizza(), at=FRIDAY_NIGHT))

    assert past.exists()
    assert order.number == past.exclude(pk=order.pk).count() + 1
    past_events = StoredEvent.objects.filter(stream="order").exclude(aggregate_ref=order.ref)
    assert past_events.aggregate(Max("at"))["at__max"] < FRIDAY_NIGHT
    assert not Order.objects.exclude(pk=order.pk).exclude(status__in=("delivered", "cancelled")).exists()


def test_a_second_history_of_the_same_days_goes_on_with_the_numbers_of_the_first(history):
    seed(seed=1)

    connection.check_constraints()
    receipts = Receipt.objects.order_by("number").values_list("number", flat=True)
    assert list(receipts) == list(range(1, len(receipts) + 1))
    for day in Order.objects.order_by().values("business_date").annotate(Count("pk"), Max("number")):
        assert day["pk__count"] == day["number__max"]


def test_the_same_seed_plans_the_same_past(demo):
    seed(orders=60)
    first = list(Order.objects.order_by("pk").values_list("ref", "number", "total", "status"))
    for model in (Order, StoredEvent):
        assert model.objects.exists()

    seed(orders=60)
    again = list(Order.objects.order_by("pk").values_list("total", "status"))[len(first) :]
    assert [(total, status) for _ref, _number, total, status in first] == again


def test_indexes_that_are_made_afterwards_are_the_same_as_before(demo, monkeypatch):
    def schema():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
                "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint "
                "UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) "
                "FROM pg_trigger WHERE NOT tgisinternal"
            )
            return {row[0] for row in cursor.fetchall()}

    before = schema()
    monkeypatch.setattr("pizzeria.demo.bulk_history.seeding.MANY_ORDERS", 1)

    seed(orders=50)

    assert schema() ^ before == set()
    assert list(replay.differences()) == []


def test_past_orders_are_refused_in_a_shop_that_is_neither_a_demo_nor_a_test(settings, monkeypatch, kitchen):
    settings.SHOP_DEMO = False
    monkeypatch.setitem(connection.settings_dict, "NAME", "pizzeria")

    with pytest.raises(CommandError, match="demo's or a test's"):
        call_command("seed_orders", orders=1)

    assert not Order.objects.exists()


def test_the_command_writes_so_many_orders_over_so_many_days_and_says_how_fast(demo):
    output = StringIO()
    call_command("seed_orders", orders=30, days=3, stdout=output)

    assert Order.objects.count() == 30
    assert "30 orders in" in output.getvalue()
    assert Order.objects.values("business_date").distinct().count() <= 3
    assert Kitchen.objects.get().last_number_date is None


def test_reports_of_days_that_were_built_before_count_the_past_orders_that_the_command_writes_into_them(demo):
    now, output = clock.now(), StringIO()
    today = clock.business_date(now)
    week = Period(today - timedelta(days=7), today)
    call_command("seed_orders", orders=20, days=7, stdout=StringIO())
    call_command("rebuild_reports", stdout=StringIO())
    assert not DirtyDay.objects.exists()

    call_command("seed_orders", orders=50, days=7, seed=1, stdout=output)

    assert "The reports of 7 days are marked" in output.getvalue()
    assert selectors.overview(week, at=now).orders == Order.objects.exclude(status="cancelled").count()
    call_command("rebuild_reports", stdout=StringIO())
    built = BuiltDay.objects.values_list("business_date", flat=True)
    assert len(built) >= 6
    assert [difference for day in built for difference in report_services.differences(day)] == []
