"""Marks on the business days whose rollups an order has changed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from orders.models import Order
from orders.payments.models import PaymentAttempt, Receipt, Refund
from orders.reports.models import DirtyDay
from pizzeria.foundation import clock


def mark_days_of_orders(refs: Collection[UUID], *, at: datetime) -> None:
    """
    Mark the business days in which orders count: their own, and those of their payments, refunds and receipts.

    The day of `at` needs no mark: it is built once it has ended, from all that was committed until then.

    :param refs: of the orders; those of other aggregates are ignored
    """
    today = clock.business_date(at)
    if ended := [day for day in _days_of_orders(refs) if day < today]:
        mark_days(ended, at=at)


def mark_days(days: Iterable[date], *, at: datetime) -> None:
    """
    Mark business days as dirty; a mark that is there already is renewed.

    Renewing waits for a rebuild that is just taking the mark, and makes a new one then: see `rebuild_day`.
    """
    DirtyDay.objects.bulk_create(
        [DirtyDay(business_date=day, marked_at=at) for day in sorted(set(days))],  # sorted: no deadlock
        update_conflicts=True,
        unique_fields=["business_date"],
        update_fields=["marked_at"],
    )


def _days_of_orders(refs: Collection[UUID]) -> set[date]:
    """Return the days in which orders count. One query."""
    rows = Order.objects.filter(ref__in=refs).values_list(
        "business_date",
        "receipts__business_date",
        "delivered_at",  # of cash that was taken before payments had rows
        "payment_attempts__captured_at",
        "payment_attempts__refunds__done_at",
    )
    days = {day for row in rows for day in row[:2]} | {
        clock.business_date(moment) for moment in {moment for row in rows for moment in row[2:]} if moment
    }
    return {day for day in days if day}


def orders_of_day(day: date) -> QuerySet[Order]:
    """Return the orders that count in a business day: the same rule, the other way round."""
    during = clock.day_bounds(day)
    attempts = PaymentAttempt.objects.filter(captured_at__gte=during[0], captured_at__lt=during[1])
    refunds = Refund.objects.filter(done_at__gte=during[0], done_at__lt=during[1])
    receipts = Receipt.objects.filter(business_date=day)
    return Order.objects.filter(
        Q(business_date=day)
        | Q(delivered_at__gte=during[0], delivered_at__lt=during[1])
        | Q(pk__in=attempts.values("order_id"))
        | Q(pk__in=refunds.values("attempt__order_id"))
        | Q(pk__in=receipts.values("order_id"))
    )
