"""Coupons, cancellations, receipts and taxes."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from orders.models import CancelReason, PaymentMethod
from orders.reports.figures import BookkeepingFigures, CancellationFigures, CouponFigures, TaxFigures
from orders.reports.models import BreakdownKind, DayBreakdown
from orders.reports.periods import Period
from orders.reports.selectors.rollups import read
from pizzeria.foundation.money import ZERO


def coupons(period: Period, *, at: datetime) -> list[CouponFigures]:
    """Return the coupons that were used, most used first."""
    rows = read(
        DayBreakdown,
        """
            SELECT key, sum(count) FILTER (WHERE kind = 'coupon'),
                sum(amount) FILTER (WHERE kind = 'coupon_discount'), sum(amount) FILTER (WHERE kind = 'coupon')
            FROM figures GROUP BY 1 ORDER BY 2 DESC, 1
        """,
        period=period,
        at=at,
        kinds=[BreakdownKind.COUPON, BreakdownKind.COUPON_DISCOUNT],
    )
    return [CouponFigures(*row) for row in rows]


def cancellations(period: Period, *, at: datetime) -> list[CancellationFigures]:
    """Return the cancelled orders by reason, the most frequent first."""
    rows = read(
        DayBreakdown,
        """
            SELECT key, sum(count) FILTER (WHERE kind = 'cancellation'),
                sum(amount) FILTER (WHERE kind = 'cancellation'), sum(amount) FILTER (WHERE kind = 'cancel_refunded')
            FROM figures GROUP BY 1 ORDER BY 2 DESC, 1
        """,
        period=period,
        at=at,
        kinds=[BreakdownKind.CANCELLATION, BreakdownKind.CANCELLATION_REFUNDED],
    )
    return [CancellationFigures(CancelReason(reason), *sums) for reason, *sums in rows]


def bookkeeping(period: Period, *, at: datetime) -> list[BookkeepingFigures]:
    """Return the receipts and credit notes of each day and payment method, in order; days without any are left out."""
    rows = read(
        DayBreakdown,
        "SELECT business_date, key, kind, count, amount FROM figures ORDER BY 1, 2, 3",
        period=period,
        at=at,
        kinds=[BreakdownKind.RECEIPT, BreakdownKind.CREDIT_NOTE],
    )
    found: dict[tuple[date, PaymentMethod], dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    for day, method, kind, count, amount in rows:
        found[day, PaymentMethod(method)][kind] = (count, amount)
    figures = []
    for (day, method), sums in found.items():
        receipts, received = sums.get(BreakdownKind.RECEIPT, (0, ZERO))
        credit_notes, credited = sums.get(BreakdownKind.CREDIT_NOTE, (0, ZERO))
        figures.append(BookkeepingFigures(day, method, receipts, credit_notes, received, credited))
    return figures


def taxes(period: Period, *, at: datetime) -> list[TaxFigures]:
    """Return the tax of each day and rate, in order; days without any are left out."""
    rows = read(
        DayBreakdown,
        """
            SELECT business_date, key::numeric, sum(amount) FILTER (WHERE kind = 'tax_base'),
                sum(amount) FILTER (WHERE kind = 'tax')
            FROM figures GROUP BY 1, 2 ORDER BY 1, 2
        """,
        period=period,
        at=at,
        kinds=[BreakdownKind.TAX_BASE, BreakdownKind.TAX],
    )
    return [TaxFigures(*row) for row in rows]
