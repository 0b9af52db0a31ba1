"""The parts of a total: the same in the event and the row, and refused by the database unless they add up."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from orders import replay
from orders.models import Order, OrderAdjustment
from orders.totals import Adjustment, AdjustmentKind, TaxedAmount, TaxLine, spread, totals_of
from pizzeria.foundation.events.models import StoredEvent
from tests import shop

PIZZA = TaxedAmount(Decimal("12.99"), Decimal(10))
TIP = Adjustment(kind=AdjustmentKind.TIP, code="", amount=Decimal("2.00"), tax_rate=None)
FEE = Adjustment(kind=AdjustmentKind.DELIVERY_FEE, code="centre", amount=Decimal("3.50"), tax_rate=Decimal(22))
COUPON = Adjustment(kind=AdjustmentKind.DISCOUNT, code="FRIDAY", amount=Decimal("-5.00"), tax_rate=Decimal(10))


@pytest.mark.parametrize(
    ("adjustments", "included", "taxes", "total"),
    [
        ([], True, {10: "1.18"}, "12.99"),
        ([], False, {10: "1.30"}, "14.29"),
        ([TIP], True, {10: "1.18"}, "14.99"),
        ([COUPON], True, {10: "0.73"}, "7.99"),  # the tax on 7.99
        ([FEE, COUPON, TIP], True, {10: "0.73", 22: "0.63"}, "13.49"),
        ([FEE, COUPON, TIP], False, {10: "0.80", 22: "0.77"}, "15.06"),
    ],
)
def test_a_total_is_its_lines_and_adjustments_and_the_tax_of_each_rate(adjustments, included, taxes, total):
    totals = totals_of([PIZZA], adjustments=adjustments, tax_included=included)

    assert {line.rate: str(line.tax) for line in totals.tax_lines} == taxes
    assert totals.total == Decimal(total)
    added_tax = Decimal(0) if included else totals.tax_total
    assert totals.total == totals.lines_total + totals.adjustments_total + added_tax


def test_a_rate_of_zero_has_no_tax_line():
    assert totals_of([TaxedAmount(Decimal("12.99"), Decimal(0))], tax_included=True).tax_lines == ()


def test_the_tax_of_lines_of_two_rates_is_computed_on_the_sum_of_each():
    lines = [PIZZA, TaxedAmount(Decimal("3.20"), Decimal(22)), TaxedAmount(Decimal("3.20"), Decimal(22))]

    totals = totals_of(lines, tax_included=True)

    assert [(line.rate, line.base, line.tax) for line in totals.tax_lines] == [
        (Decimal(10), Decimal("12.99"), Decimal("1.18")),
        (Decimal(22), Decimal("6.40"), Decimal("1.15")),  # 6.40 x 22 / 122 = 1.1541
    ]


def test_a_discount_on_two_rates_is_read_as_one_part():
    discounts = [COUPON, COUPON.model_copy(update={"amount": Decimal("-1.25"), "tax_rate": Decimal(22)})]

    totals = totals_of([PIZZA], adjustments=[*discounts, TIP], tax_included=True)

    assert [(part.label, part.amount) for part in totals.parts] == [
        ("Discount, code FRIDAY", Decimal("-6.25")),
        ("Tip", Decimal("2.00")),
    ]


@pytest.mark.parametrize(
    ("amount", "over", "shares"),
    [
        ("10.00", ["12.99"], ["10.00"]),
        ("10.00", ["10.00", "10.00", "10.00"], ["3.34", "3.33", "3.33"]),  # a cent is left: to the first of equals
        ("0.05", ["1.00", "2.00", "4.00"], ["0.01", "0.01", "0.03"]),  # 0.007, 0.014, 0.029: two left, to 0.7 and 0.9
        ("7.00", ["0.00", "7.00"], ["0.00", "7.00"]),
        ("0.00", ["1.00", "2.00"], ["0.00", "0.00"]),
        ("0.00", [], []),
        ("0.00", ["0.00", "0.00"], ["0.00", "0.00"]),
    ],
)
def test_a_discount_is_spread_in_proportion_and_what_is_left_goes_to_the_largest_remainders(amount, over, shares):
    assert list(map(str, spread(Decimal(amount), over=list(map(Decimal, over))))) == shares


def test_the_event_and_the_row_of_an_order_have_the_same_parts_of_the_total(kitchen):
    order = Order.objects.get(pk=shop.place().pk)

    data = StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).data
    assert data["lines_total"] == data["total"] == "12.99"
    assert data["adjustments"] == []
    assert data["tax_lines"] == order.tax_lines == [{"rate": "10", "base": "12.99", "tax": "1.18"}]
    assert order.totals.tax_lines == (TaxLine(rate=Decimal(10), base=Decimal("12.99"), tax=Decimal("1.18")),)
    assert (order.lines_total, order.adjustments_total, order.tax_total, order.total) == tuple(
        map(Decimal, ("12.99", "0.00", "1.18", "12.99"))
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"adjustments_total": Decimal("2.00"), "total": Decimal("14.99")},
        {"tax_total": Decimal("1.19")},
        {"tax_lines": [{"rate": "10", "base": "12.99", "tax": "1.19"}]},
    ],
    ids=["adjustments", "tax", "tax lines"],
)
def test_the_database_refuses_sums_that_are_not_those_of_their_parts(kitchen, wrong):
    order = shop.place()

    with pytest.raises(IntegrityError, match="do not add up"), committed():
        Order.objects.filter(pk=order.pk).update(**wrong)


def test_the_database_refuses_an_adjustment_that_is_missing_in_the_adjustments_total(kitchen):
    order = shop.place()

    with pytest.raises(IntegrityError, match="do not add up"), committed():
        OrderAdjustment.objects.create(order=order, position=0, **TIP.model_dump())


def test_the_database_refuses_a_total_that_does_not_add_up(kitchen):
    order = shop.place()

    with pytest.raises(IntegrityError, match="order_total_adds_up"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(total=Decimal("11.99"))


def test_replaying_reports_an_adjustment_that_is_in_no_event(kitchen):
    order = shop.place()

    with transaction.atomic():
        OrderAdjustment.objects.create(order=order, position=0, **TIP.model_dump())
        differences = list(replay.differences())
        transaction.set_rollback(True)

    assert differences == [f"order {order.ref}: has 1 adjustments, its events say 0"]


@contextmanager
def committed():
    """Check at the end of the block what the database checks at the end of a transaction, and undo it if that fails."""
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
